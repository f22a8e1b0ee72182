"""Random worlds of many people, rewritten so that they try what small ones seldom meet.

Rows that are equal before are equal afterwards: no tie between versions is left to luck.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from tests.oracle.configuration import CurrencyRate, Policy
from tests.oracle.dates import dated_rows
from tests.oracle.days import is_sale
from tests.oracle.records import CrmTouch, Order
from tests.oracle.status import DISSATISFIED_DAYS
from tests.oracle.world import World
from tests.worlds.build import random_world
from tests.worlds.rewriting import each
from tests.worlds.rules import ORDER_SEGMENTS

CROWD = (20, 60)

# The franc has no rate in the first months of some worlds: its first rate holds.
ODD_RATES = tuple(
    CurrencyRate(currency=currency, effective_from=since, rate=Decimal(rate))
    for currency, since, rate in (
        ("EUR", date(1900, 1, 1), "1"),
        ("USD", date(2009, 1, 2), "0.9237"),
        ("USD", date(2024, 2, 29), "0.8812"),
        ("GBP", date(2009, 1, 2), "1.1719"),
        ("CHF", date(2024, 3, 31), "1.0307"),
        ("CHF", date(2024, 10, 27), "1.0713"),
    )
)

# A time of day that no other event of a random world has.
ODD_TIME = time(12, 34, 56, tzinfo=UTC)


def crowded_world(source: random.Random) -> World:
    """A world of 20 to 60 customers: it takes the models little longer than one of five."""
    return random_world(source, people=CROWD)


def detailed_world(source: random.Random) -> World:
    """A crowd whose amounts, offers, channels and days try every measure of the mart."""
    world = crowded_world(source)
    turns = [row.effective_from for row in world.policies if row.effective_from.year > 1900]
    orders = each(world.orders, lambda row: _odd_order(row, source))
    world = replace(
        world,
        orders=(*orders, *_rivals(orders, source)),
        touches=each(world.touches, lambda row: _odd_touch(row, turns, source)),
        policies=tuple(_early_warning(row, source) for row in world.policies),
        currency_rates=ODD_RATES,
        settings=replace(
            world.settings, reporting_currency=source.choice(("EUR", "EUR", "USD", "CHF"))
        ),
    )
    ways = (lambda same: same, lambda same: _on_a_telling_day(same, source), _before_observation)
    (way,) = source.choices(ways, weights=(5, 5, 2))
    return way(world)


def _early_warning(row: Policy, source: random.Random) -> Policy:
    """Half of all policies say that a customer is at risk well before it is too late."""
    days = source.choice((row.at_risk_after_days, row.inactive_after_days // 2))
    return replace(row, at_risk_after_days=days)


def _odd_order(row: Order, source: random.Random) -> Order:
    cents = Decimal(source.randint(0, 99)) / 100
    # What lies on the edge of a full refund or of nothing to pay stays there.
    is_plain = is_sale(row) and not row.refund_amount and row.gross_amount > 10
    channel = row.sales_channel or ""
    return replace(
        row,
        order_type="exchange" if source.random() < 0.05 else row.order_type,
        subscription_id="subscription-2" if source.random() < 0.1 else row.subscription_id,
        gross_amount=row.gross_amount + (cents if is_plain else 0),
        currency="CHF" if row.currency == "GBP" and cents > Decimal("0.5") else row.currency,
        sales_channel=source.choice((channel, channel.upper(), channel.title())) or None,
    )


def _rivals(orders: tuple[Order, ...], source: random.Random) -> Iterator[Order]:
    """Older versions of orders that say not how old they are, and orders of the same instant."""
    for row in dict.fromkeys(orders):
        if row.updated_at is not None:
            continue
        if source.random() < 0.1:
            updated_at = row.ordered_at - timedelta(seconds=1)
            nothing = {"gross_amount": Decimal(0), "policy_segment": None}
            yield replace(row, updated_at=updated_at, **nothing)
        if source.random() < 0.1:
            order_id = f"{source.choice('az')}-{row.order_id}"
            yield replace(row, order_id=order_id, policy_segment=source.choice(ORDER_SEGMENTS))


def _odd_touch(row: CrmTouch, turns: list[date], source: random.Random) -> CrmTouch:
    """One offer name in both columns: either may answer. At times on a policy's first day."""
    turned = bool(turns) and source.random() < (0.5 if row.touch_type == "complaint" else 0.05)
    return replace(
        row,
        offer_id=source.choice((None, None, "offer-1", "offer-2", "spring")),
        campaign_id=source.choice((None, "spring", "summer")),
        touched_at=datetime.combine(source.choice(turns), ODD_TIME) if turned else row.touched_at,
    )


def _on_a_telling_day(world: World, source: random.Random) -> World:
    """As of a day on which some window ends, or the first on which engagement is measured."""
    rows = dated_rows(world)
    observed = min((day for day, _ in [*rows.sessions, *rows.touches]), default=date(2024, 1, 1))
    upset = [day for day, row in rows.touches if row.touch_type == "complaint"]
    ends = [
        [day for day, _ in rows.everything()],
        [day + timedelta(days=source.choice((35, 90, 365))) for day, _ in rows.orders],
        [day + timedelta(days=DISSATISFIED_DAYS) for day in upset],
        [
            (row.engagement_measured_from or observed)
            + timedelta(days=row.engagement_window_days - 1)
            for row in world.policies
        ],
    ]
    days = source.choice(ends)
    return _as_of(world, source.choice(days)) if days else world


def _before_observation(world: World) -> World:
    """As of a day before any engagement was observed, under policies that soon ask for it."""
    days = sorted(day for day, _ in dated_rows(world).orders)
    if not days:
        return world
    until = days[len(days) // 2]
    begins = until + timedelta(days=2)
    asking = {"engagement_measured_from": None, "engagement_window_days": 5}
    return replace(
        _as_of(world, until),
        policies=tuple(replace(row, **asking) for row in world.policies),
        sessions=tuple(row for row in world.sessions if row.started_at.date() >= begins),
        touches=tuple(row for row in world.touches if row.touched_at.date() >= begins),
    )


def _as_of(world: World, day: date) -> World:
    return replace(world, settings=replace(world.settings, as_of_date=day))
