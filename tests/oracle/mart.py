"""The measures of every customer on D, without the sentences.

Everything with a fraction is a ``Decimal``, rounded half up: money to 2 places, in the reporting
currency, each purchase by itself; the average order and the average score to 2, the median to 2,
rates and shares to 4. A measure without data is None; what counts events is 0.

Where the names alone leave room, the rules are:

* A purchase is converted at the rate of its business date: the latest rate of its currency that is
  effective by then, divided by that of the reporting currency; the exact result is rounded once.
  Before a currency's first rate, its first rate holds.
* orders, net_revenue, average_order_value: of the purchases (orders, not days) up to D. The last
  365 days are those with D - date < 365. Revenue is None for a customer who never bought, and 0 for
  one who did but not in the last 365 days.
* offer_response_rate: an offer goes by its offer_id, without one by its campaign_id. It is made by
  an outbound touch of a kind ``company``, and answered by a touch of a kind ``response`` that names
  it, as offer_id or as campaign_id, at or after the instant at which it was first made. The share
  of the offers made that were answered.
* feedback_count and referral_count: touches of the kinds ``feedback`` and ``referral``.
* average_score: mean score of all touches that have one.
* digital_share: of the purchases whose sales channel, in lower case, is a known one, the share in a
  digital one.
* habit_periods: the count C of the policy's window on D. engagement_points: those in the window
  that ends on D, measured or not.
* policy_segment, policy_effective_from: of the policy row that rules D.
* change_cause: of the interval that holds D.
"""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal
from fractions import Fraction
from itertools import pairwise

from tests.oracle.days import CustomerDays, Facts, gather, net_amount
from tests.oracle.people import Owner, OwnerOf, simple_owner
from tests.oracle.records import CrmTouch, Order
from tests.oracle.status import Rules
from tests.oracle.timeline import Interval, timeline
from tests.oracle.world import World

TRAILING_DAYS = 365
# Digits enough for any sum; Python's own context keeps 28.
EXACT = Context(prec=100)


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
    median_days_between_purchases: Decimal | None
    revenue_365d: Decimal | None
    orders_365d: int
    habit_periods: int
    engagement_points: int
    is_engagement_measured: bool
    last_engagement_date: date | None
    offer_response_rate: Decimal | None
    feedback_count: int
    referral_count: int
    average_score: Decimal | None
    digital_share: Decimal | None
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
    rules = Rules(customer, world.policies, facts.coverage)
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


def rounded(numerator: Decimal | int, denominator: Decimal | int = 1, *, places: int) -> Decimal:
    """The exact quotient, half of the last place rounded away from zero."""
    exact = Fraction(numerator) / Fraction(denominator) * 10**places
    units = int(abs(exact) + Fraction(1, 2))
    return EXACT.scaleb(Decimal(units if exact > 0 else -units), -places)


def _purchases(customer: CustomerDays, world: World, as_of: date) -> dict[str, object]:
    days = customer.purchase_dates
    count = len(customer.purchases)
    revenue = _revenue(customer.purchases, world) if count else None
    recent = [dated for dated in customer.purchases if (as_of - dated[0]).days < TRAILING_DAYS]
    gaps = [Decimal((after - before).days) for before, after in pairwise(days)]
    return {
        "first_purchase_date": days[0] if days else None,
        "last_purchase_date": days[-1] if days else None,
        "days_since_last_purchase": (as_of - days[-1]).days if days else None,
        "purchase_days": len(days),
        "orders": count,
        "net_revenue": revenue,
        "average_order_value": None if revenue is None else rounded(revenue, count, places=2),
        "median_days_between_purchases": statistics.median(gaps) if gaps else None,
        "revenue_365d": _revenue(recent, world) if count else None,
        "orders_365d": len(recent),
    }


def _revenue(purchases: Iterable[tuple[date, Order]], world: World) -> Decimal:
    total = Decimal(0)
    for day, order in purchases:
        total = EXACT.add(total, reported_amount(order, day, world))
    return total


def reported_amount(order: Order, day: date, world: World) -> Decimal:
    """Net amount in the reporting currency, to the cent."""
    ours = _rate(world.settings.reporting_currency, day, world)
    exact = EXACT.multiply(net_amount(order), _rate(order.currency, day, world))
    return rounded(exact, ours, places=2)


def _rate(currency: str, day: date, world: World) -> Decimal:
    rates = sorted(
        (row.effective_from, row.rate) for row in world.currency_rates if row.currency == currency
    )
    return next((rate for since, rate in reversed(rates) if since <= day), rates[0][1])


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
    made: dict[str, datetime] = {}
    for kind, touch in touches:
        offer = touch.offer_id or touch.campaign_id
        if offer and kind == "company" and touch.direction == "outbound":
            made[offer] = min(touch.touched_at, made.get(offer, touch.touched_at))
    responses = [touch for kind, touch in touches if kind == "response"]
    answered = [offer for offer, at in made.items() if _is_answered(offer, at, responses)]
    scores = [touch.score for _, touch in touches if touch.score is not None]
    return {
        "offer_response_rate": rounded(len(answered), len(made), places=4) if made else None,
        "feedback_count": sum(kind == "feedback" for kind, _ in touches),
        "referral_count": sum(kind == "referral" for kind, _ in touches),
        "average_score": rounded(sum(scores), len(scores), places=2) if scores else None,
    }


def _is_answered(offer: str, made_at: datetime, responses: Iterable[CrmTouch]) -> bool:
    return any(
        offer in (touch.offer_id, touch.campaign_id) and touch.touched_at >= made_at
        for touch in responses
    )


def _digital_share(customer: CustomerDays, world: World) -> Decimal | None:
    channels = {row.sales_channel: row.is_digital for row in world.sales_channels}
    used = [(order.sales_channel or "").lower() for _, order in customer.purchases]
    known = [channels[channel] for channel in used if channel in channels]
    return rounded(sum(known), len(known), places=4) if known else None
