"""Small worlds on the very edges of rules that random ones meet too seldom, by what they try."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

from tests.oracle.configuration import DEFAULT_POLICIES, Policy, Settings
from tests.oracle.records import Order, WebSession
from tests.oracle.world import World


def _order(number: int, day: date, **changes: object) -> Order:
    order = {
        "order_id": f"order-{number}",
        "customer_id": "customer-1",
        "ordered_at": datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
        "order_status": "completed",
        "gross_amount": Decimal(50),
    }
    return Order(**order | changes)


def _namesakes() -> World:
    """Two names of one kind, first seen at one instant, whose greater one comes first."""
    day = date(2024, 3, 1)
    return World(
        orders=(
            _order(1, day, customer_id="customer-2", email="one@example.com"),
            _order(2, day, customer_id="customer-1", email="one@example.com"),
        )
    )


def _observed_after_the_day() -> World:
    """The first visit ever comes a day after the as-of date: until then nothing was observed."""
    visit = WebSession(
        session_id="visit-1",
        visitor_id="visitor-1",
        started_at=datetime(2024, 1, 11, 9, tzinfo=UTC),
    )
    return World(
        orders=(_order(1, date(2024, 1, 10)),),
        sessions=(visit,),
        settings=Settings(as_of_date=date(2024, 1, 10)),
    )


def _on_the_first_measured_day() -> World:
    """As of the last day of the first window that was observed whole: the default's 90 days."""
    world = _observed_after_the_day()
    return replace(
        world,
        orders=(*world.orders, _order(2, date(2024, 3, 1))),
        settings=Settings(as_of_date=date(2024, 1, 11) + timedelta(days=89)),
    )


def _on_the_last_unmeasured_day() -> World:
    """As of the day before the one above."""
    world = _on_the_first_measured_day()
    day = world.settings.as_of_date - timedelta(days=1)
    return replace(world, settings=Settings(as_of_date=day))


def _one_of_two_feeds_never_came() -> World:
    """Both feeds are expected, and only visits have come: engagement is never measured."""
    world = _on_the_first_measured_day()
    return replace(world, policies=(Policy(engagement_feeds="both"),))


def _silent_before_a_window_was_observed() -> World:
    """Visits begin on 11 January and end on that day: what lasts longest is that none come."""
    world = _on_the_last_unmeasured_day()
    return replace(world, policies=(Policy(engagement_feeds="web_sessions"),))


def _silent_for_as_long_as_allowed() -> World:
    """The last visit was 14 days ago: a day more, and engagement were unmeasured."""
    policy = Policy(engagement_feeds="web_sessions", engagement_window_days=1)
    day = date(2024, 1, 11) + timedelta(days=14)
    world = replace(_observed_after_the_day(), policies=(policy,))
    return replace(world, settings=Settings(as_of_date=day))


def _refund_on_a_policys_first_day() -> World:
    """A full refund on the day that a policy begins: the refund is the cause."""
    day = date(2024, 6, 1)
    return World(
        orders=(_order(1, date(2024, 5, 1)), _order(2, day, refund_amount=Decimal(50))),
        policies=(*DEFAULT_POLICIES, Policy(effective_from=day, inactive_after_days=80)),
    )


EDGES: Mapping[str, World] = MappingProxyType(
    {
        "two names of one kind, first seen together": _namesakes(),
        "the first day on which engagement is measured": _on_the_first_measured_day(),
        "the last day before engagement is measured": _on_the_last_unmeasured_day(),
        "one of two expected feeds never came": _one_of_two_feeds_never_came(),
        "silent before a window was observed": _silent_before_a_window_was_observed(),
        "silent for as long as allowed": _silent_for_as_long_as_allowed(),
        "nothing observed by the as-of date": _observed_after_the_day(),
        "a full refund on a policy's first day": _refund_on_a_policys_first_day(),
    }
)
