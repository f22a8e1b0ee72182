"""Short ways to write down a customer's life for the hand-worked examples.

A day is written as ISO text. Everything happens at noon UTC to customer ``ana`` unless it is said
otherwise, and the as-of date is the last thing a story gives.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

from tests.oracle.configuration import Policy, Settings
from tests.oracle.people import Owner
from tests.oracle.records import CrmTouch, Order, WebSession
from tests.oracle.timeline import Interval, timelines
from tests.oracle.world import World

ANA = Owner("customer_id", "ana")
_numbers = count(1)

# Engagement counts from the start of time, so that a customer without points is passive.
MEASURED = Policy(engagement_measured_from=date(2000, 1, 1))


def at(moment: str) -> datetime:
    """An instant: ISO text, at noon if it is only a day, in UTC if it has no offset."""
    instant = datetime.fromisoformat(moment if "T" in moment else f"{moment}T12:00:00")
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def sale(moment: str, **changes: object) -> Order:
    row = Order(
        order_id=f"o{next(_numbers):04}",
        customer_id="ana",
        ordered_at=at(moment),
        order_status="paid",
        gross_amount=Decimal(100),
    )
    return replace(row, **changes)


def touch(moment: str, touch_type: str, **changes: object) -> CrmTouch:
    row = CrmTouch(
        touch_id=f"t{next(_numbers):04}",
        customer_id="ana",
        touched_at=at(moment),
        direction="inbound",
        channel="email",
        touch_type=touch_type,
    )
    return replace(row, **changes)


def visit(moment: str, **changes: object) -> WebSession:
    row = WebSession(
        session_id=f"s{next(_numbers):04}",
        visitor_id="v1",
        customer_id="ana",
        started_at=at(moment),
        page_views=2,
    )
    return replace(row, **changes)


def world_of(*rows: object, as_of: str, policies: tuple[Policy, ...] = (MEASURED,)) -> World:
    return World(
        orders=tuple(row for row in rows if isinstance(row, Order)),
        touches=tuple(row for row in rows if isinstance(row, CrmTouch)),
        sessions=tuple(row for row in rows if isinstance(row, WebSession)),
        policies=policies,
        settings=Settings(as_of_date=date.fromisoformat(as_of)),
    )


def intervals(world: World, owner: Owner = ANA) -> list[Interval]:
    return timelines(world)[owner]


def story(world: World, owner: Owner = ANA) -> list[tuple[str, str, str]]:
    """Start, ``status/sub_status`` and cause of each interval, after checking that they join up."""
    line = intervals(world, owner)
    assert [one.valid_to for one in line] == [*(one.valid_from for one in line[1:]), None]
    return [
        (str(one.valid_from), f"{one.status}/{one.sub_status}", one.change_cause) for one in line
    ]
