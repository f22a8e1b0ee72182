"""The measures of every customer on D, without the predicted and the written ones.

Money is a ``Decimal`` in the reporting currency: each purchase's net amount at the latest rate
effective on its business date, nothing rounded. Rates, averages and the median are ``float``. A
measure without data is None; what counts events is 0.

Where the names alone leave room, the rules are:

* orders, net_revenue, average_order_value: of the purchases (orders, not days) up to D. The last
  365 days are those with D - date < 365. Revenue is None for a customer who never bought, and 0 for
  one who did but not in the last 365 days.
* offer_response_rate: of the distinct offer_ids the company sent the customer (any touch of a kind
  ``company``), the share with a touch of a kind ``response`` that names the same offer_id.
* feedback_count and referral_count: touches of the kinds ``feedback`` and ``referral``.
* average_score: mean score of all touches that have one.
* digital_share: of the purchases whose sales channel is a known one, the share in a digital one.
* habit_periods: the count C of the policy's window on D. engagement_points: those in the window
  that ends on D, measured or not.
* policy_segment, policy_effective_from: of the policy row that rules D.
* change_cause: of the interval that holds D.
"""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from tests.oracle.days import CustomerDays, Facts, gather, net_amount
from tests.oracle.people import Owner, OwnerOf, simple_owner
from tests.oracle.records import Order
from tests.oracle.status import Rules
from tests.oracle.timeline import Interval, timeline
from tests.oracle.world import World

TRAILING_DAYS = 365


@dataclass(frozen=True, kw_only=True, slots=True)
class Measures:
    """One row of the status mart, in its column order."""

    as_of_date: date
    status: str
    sub_status: str
    status_since: date
    days_in_status: int
    previous_status: str | None
    change_cause: str
    next_status: str | None
    next_status_date: date | None
    is_at_risk: bool
    policy_segment: str
    policy_effective_from: date
    first_purchase_date: date | None
    last_purchase_date: date | None
    days_since_last_purchase: int | None
    purchase_days: int
    orders: int
    net_revenue: Decimal | None
    average_order_value: Decimal | None
    median_days_between_purchases: float | None
    revenue_365d: Decimal | None
    orders_365d: int
    habit_periods: int
    engagement_points: int
    is_engagement_measured: bool
    last_engagement_date: date | None
    offer_response_rate: float | None
    feedback_count: int
    referral_count: int
    average_score: float | None
    digital_share: float | None
    is_dissatisfied: bool


def measures(world: World, owner_of: OwnerOf = simple_owner) -> dict[Owner, Measures]:
    """The mart's row of every customer with an event on or before D."""
    facts = gather(world, owner_of)
    return {
        owner: customer_measures(customer, facts, world)
        for owner, customer in facts.customers.items()
    }


def customer_measures(customer: CustomerDays, facts: Facts, world: World) -> Measures:
    as_of = facts.as_of_date
    intervals = timeline(customer, facts, world.policies)
    rules = Rules(customer, world.policies, facts.measured_from)
    return Measures(
        as_of_date=as_of,
        **_position(intervals, as_of),
        **_purchases(customer, world, as_of),
        **_standing(rules, as_of.toordinal()),
        **_touches(customer, world),
        last_engagement_date=max(customer.engagement_dates, default=None),
        digital_share=_digital_share(customer, world),
    )


def _position(intervals: Sequence[Interval], as_of: date) -> dict[str, object]:
    """Where D lies on the timeline: the run of one status, what came before, what comes next."""
    here = next(i for i, interval in enumerate(intervals) if interval.holds(as_of))
    now = intervals[here]
    begin = here
    while begin > 0 and intervals[begin - 1].status == now.status:
        begin -= 1
    later = next((one for one in intervals[here + 1 :] if one.status != now.status), None)
    return {
        "status": now.status,
        "sub_status": now.sub_status,
        "status_since": intervals[begin].valid_from,
        "days_in_status": (as_of - intervals[begin].valid_from).days,
        "previous_status": intervals[begin - 1].status if begin > 0 else None,
        "change_cause": now.change_cause,
        "next_status": later.status if later else None,
        "next_status_date": later.valid_from if later else None,
        "policy_segment": now.policy_segment,
        "policy_effective_from": now.policy_effective_from,
    }


def _purchases(customer: CustomerDays, world: World, as_of: date) -> dict[str, object]:
    days = customer.purchase_dates
    count = len(customer.purchases)
    revenue = _revenue(customer.purchases, world) if count else None
    recent = [dated for dated in customer.purchases if (as_of - dated[0]).days < TRAILING_DAYS]
    gaps = [(after - before) / timedelta(days=1) for before, after in pairwise(days)]
    return {
        "first_purchase_date": days[0] if days else None,
        "last_purchase_date": days[-1] if days else None,
        "days_since_last_purchase": (as_of - days[-1]).days if days else None,
        "purchase_days": len(days),
        "orders": count,
        "net_revenue": revenue,
        "average_order_value": None if revenue is None else revenue / count,
        "median_days_between_purchases": statistics.median(gaps) if gaps else None,
        "revenue_365d": _revenue(recent, world) if count else None,
        "orders_365d": len(recent),
    }


def _revenue(purchases: Iterable[tuple[date, Order]], world: World) -> Decimal:
    return sum(
        (net_amount(order) * _rate(order.currency, day, world) for day, order in purchases),
        start=Decimal(0),
    )


def _rate(currency: str, day: date, world: World) -> Decimal:
    if currency == world.settings.reporting_currency:
        return Decimal(1)
    rates = [
        row
        for row in world.currency_rates
        if row.currency == currency and row.effective_from <= day
    ]
    return max(rates, key=lambda row: row.effective_from).rate


def _standing(rules: Rules, day: int) -> dict[str, object]:
    policy = rules.policy(day)
    return {
        "is_at_risk": rules.is_at_risk(day, policy),
        "habit_periods": rules.habit_count(day, policy),
        "engagement_points": rules.points(day, policy),
        "is_engagement_measured": rules.is_measured(day, policy),
        "is_dissatisfied": rules.is_dissatisfied(day),
    }


def _touches(customer: CustomerDays, world: World) -> dict[str, object]:
    kinds = {row.touch_type: row.kind for row in world.touch_types}
    touches = [(kinds[touch.touch_type], touch) for _, touch in customer.touches]
    offered = {touch.offer_id for kind, touch in touches if kind == "company"} - {None}
    answered = {touch.offer_id for kind, touch in touches if kind == "response"}
    scores = [touch.score for _, touch in touches if touch.score is not None]
    return {
        "offer_response_rate": len(offered & answered) / len(offered) if offered else None,
        "feedback_count": sum(kind == "feedback" for kind, _ in touches),
        "referral_count": sum(kind == "referral" for kind, _ in touches),
        "average_score": statistics.fmean(scores) if scores else None,
    }


def _digital_share(customer: CustomerDays, world: World) -> float | None:
    channels = {row.sales_channel: row.is_digital for row in world.sales_channels}
    known = [
        channels[order.sales_channel]
        for _, order in customer.purchases
        if order.sales_channel in channels
    ]
    return sum(known) / len(known) if known else None
