"""Turns purchases into orders, adds the ones that do not count, and gives each its attributes."""

from dataclasses import dataclass, field

import numpy as np

from sample_data.simulator import vocabulary as v
from sample_data.simulator.parameters import Parameters
from sample_data.simulator.people import People
from sample_data.simulator.purchases import Purchases
from sample_data.simulator.season import DAY_SECONDS, Season


@dataclass
class Orders:
    """Orders of a block, all arrays of shape (orders,); -1 is none. Amounts are cents.

    `person` indexes the block (-1: nobody), instants are seconds since 1970.
    """

    number: np.ndarray  # over all blocks
    person: np.ndarray
    ordered_at: np.ndarray
    type: np.ndarray
    is_subscription: np.ndarray
    channel: np.ndarray
    store: np.ndarray
    currency: np.ndarray
    gross: np.ndarray
    discount: np.ndarray
    coupon: np.ndarray
    items: np.ndarray
    identifiers: np.ndarray
    outcome: np.ndarray  # COMPLETED, CANCELLED or PENDING
    refund: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    refunded_at: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    @property
    def is_sold(self) -> np.ndarray:
        """Sales that went through and belong to a person; a full refund may undo them later."""
        return (self.type == v.SALE) & (self.outcome == v.COMPLETED) & (self.person >= 0)

    @property
    def is_fully_refunded(self) -> np.ndarray:
        """The whole of what was paid was given back within the simulated days."""
        return (self.refunded_at >= 0) & (self.refund == self.gross - self.discount)


@dataclass
class _Plan:
    """What is to be ordered: person, day, type, outcome and subscription flag per order."""

    person: np.ndarray
    day: np.ndarray
    type: np.ndarray
    outcome: np.ndarray
    is_subscription: np.ndarray


def draw_orders(
    rng: np.random.Generator,
    season: Season,
    parameters: Parameters,
    *,
    people: People,
    purchases: Purchases,
    store_zones: list[str],
    first_number: int,
) -> Orders:
    """Draw all orders of a block, sorted by instant within a person."""
    plan = _plan(rng, season, parameters, purchases)
    n = len(plan.person)
    known = np.maximum(plan.person, 0)
    channel, store = _places(rng, parameters, people, plan, len(store_zones))
    ordered_at = _instants(rng, season, plan.day, store, store_zones)

    order = np.lexsort((ordered_at, plan.person))
    plan = _Plan(*(getattr(plan, name)[order] for name in _Plan.__dataclass_fields__))
    person, known = plan.person, known[order]
    gross, discount, coupon = _amounts(rng, season, parameters, people, plan)
    is_foreign_money = (people.country[known] > 0) & (person >= 0) & (rng.random(n) < 0.9)
    orders = Orders(
        number=first_number + np.arange(n),
        person=person,
        ordered_at=ordered_at[order],
        type=plan.type,
        is_subscription=plan.is_subscription,
        channel=channel[order],
        store=store[order],
        currency=np.where(is_foreign_money, people.country[known], 0),
        gross=gross,
        discount=discount,
        coupon=coupon,
        items=np.where(rng.random(n) < 0.95, 1 + rng.poisson(1.4, n), -1),
        identifiers=np.zeros(n, dtype=np.int64),
        outcome=plan.outcome,
    )
    orders.identifiers = _identifiers(rng, season, parameters, people, orders)
    _refund(rng, season, parameters, orders)
    return orders


def _places(
    rng: np.random.Generator, parameters: Parameters, people: People, plan: _Plan, stores: int
) -> tuple[np.ndarray, np.ndarray]:
    """Sales channel and store (-1 outside the stores) of each planned order."""
    n = len(plan.person)
    known = np.maximum(plan.person, 0)
    in_store = (rng.random(n) < people.store_share[known]) | (plan.person < 0)
    by_web = plan.is_subscription | (plan.type == v.TEST)
    in_store &= ~by_web
    remote = (v.WEB, v.APP, v.PHONE, v.MARKETPLACE)
    channel = rng.choice(remote, n, p=parameters.orders.remote_channel_shares)
    channel = np.where(in_store, v.STORE, np.where(by_web, v.WEB, channel))
    elsewhere = rng.random(n) < 0.2
    store = np.where(elsewhere, rng.integers(0, stores, n), people.home_store[known])
    return channel, np.where(in_store, store, -1)


def _plan(
    rng: np.random.Generator,
    season: Season,
    parameters: Parameters,
    purchases: Purchases,
) -> _Plan:
    """Every purchase, and beside them cancelled and pending orders, exchanges, gifts, tests."""
    o = parameters.orders
    n = len(purchases.person)
    persons, days = [purchases.person], [purchases.day]
    types, outcomes = [np.full(n, v.SALE)], [np.full(n, v.COMPLETED)]

    def add(share: float, kind: int, outcome: int, *, after: int, nobody: bool = False) -> None:
        chosen = np.flatnonzero(~purchases.is_subscription & (rng.random(n) < share))
        day = purchases.day[chosen] + (rng.integers(2, after, chosen.size) if after else 0)
        chosen, day = chosen[day < season.days], day[day < season.days]
        persons.append(np.full(chosen.size, -1) if nobody else purchases.person[chosen])
        days.append(day)
        types.append(np.full(chosen.size, kind))
        outcomes.append(np.full(chosen.size, outcome))

    add(o.cancelled_per_purchase, v.SALE, v.CANCELLED, after=0)
    add(o.pending_per_purchase, v.SALE, v.PENDING, after=0)
    add(o.exchange_per_purchase, v.EXCHANGE, v.COMPLETED, after=21)
    add(o.gift_card_per_purchase, v.GIFT_CARD, v.COMPLETED, after=0)
    add(o.anonymous_per_purchase, v.SALE, v.COMPLETED, after=0, nobody=True)
    tests = rng.poisson(o.tests_per_block_month * len(season.months)) if n > 1000 else 1
    persons.append(np.full(tests, -1))
    days.append(rng.integers(0, season.days, tests))
    types.append(np.full(tests, v.TEST))
    outcomes.append(np.full(tests, v.COMPLETED))
    person = np.concatenate(persons)
    subscription = np.zeros(len(person), dtype=bool)
    subscription[:n] = purchases.is_subscription
    return _Plan(
        person,
        np.concatenate(days),
        np.concatenate(types),
        np.concatenate(outcomes),
        subscription,
    )


def _instants(
    rng: np.random.Generator,
    season: Season,
    day: np.ndarray,
    store: np.ndarray,
    store_zones: list[str],
) -> np.ndarray:
    """Seconds since 1970: in a store from 10 to 21 by its own clock, else 7 to 24 in Madrid.

    West of the zero meridian or in Spain such an instant has the same date in UTC as by the clock,
    so that the planted truth holds whichever business time zone is configured.
    """
    hour = np.where(
        store >= 0,
        rng.triangular(10, 19, 20.98, len(day)),
        rng.triangular(7.01, 21, 23.99, len(day)),
    )
    second = season.start_second + day * DAY_SECONDS + (hour * 3600).astype(np.int64)
    second -= season.utc_offsets("Europe/Madrid")[day] * (store < 0)
    for zone in sorted(set(store_zones)):
        there = np.isin(store, [i for i, name in enumerate(store_zones) if name == zone])
        second -= season.utc_offsets(zone)[day] * there
    return second


def _amounts(
    rng: np.random.Generator,
    season: Season,
    parameters: Parameters,
    people: People,
    plan: _Plan,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gross and discount in cents (discount always below gross) and the coupon used."""
    o = parameters.orders
    n = len(plan.person)
    known = np.maximum(plan.person, 0)
    gross = people.basket_cents[known] * rng.lognormal(0, o.order_spread, n)
    gross = np.maximum(gross, 300).astype(np.int64)
    gross = np.where(plan.type == v.GIFT_CARD, rng.choice((2500, 5000, 10_000), n), gross)
    fee = np.array(o.subscription_cents)[people.person[known] % len(o.subscription_cents)]
    gross = np.where(plan.is_subscription, fee, gross)
    plain_sale = (plan.type == v.SALE) & ~plan.is_subscription
    has_coupon = plain_sale & (plan.person >= 0) & (rng.random(n) < o.coupon_share)
    coupon = np.where(has_coupon, rng.integers(0, len(v.COUPONS), n), -1)
    month = np.array([month.month for month in season.months])[
        np.searchsorted(season.month_starts, plan.day, side="right") - 1
    ]
    chance = np.where(np.isin(month, (1, 7, 11)), 2 * o.discount_share, 0.7 * o.discount_share)
    is_reduced = plain_sale & (rng.random(n) < chance)
    share = np.where(is_reduced, rng.choice((0.1, 0.2, 0.3, 0.5), n), 0) + 0.1 * has_coupon
    return gross, (gross * share).astype(np.int64), coupon


def _identifiers(
    rng: np.random.Generator,
    season: Season,
    parameters: Parameters,
    people: People,
    orders: Orders,
) -> np.ndarray:
    """Bits of the identifiers on each order.

    The first order with an account carries customer_id and email, so that all rows of a person
    hang together; a kiosk user is held together by the CRM contact instead.
    """
    n = len(orders.person)
    known = np.maximum(orders.person, 0)
    first = np.searchsorted(orders.person, orders.person, side="left")
    ordinal = np.arange(n) - first - people.claimed_after[known]
    changed = people.second_email_from[known]
    today = season.day_of_second(orders.ordered_at)
    uses_second = (changed >= 0) & (today >= changed) & (ordinal != 0)
    email = np.where(uses_second, v.SECOND_EMAIL, v.EMAIL)
    has_email = uses_second | (rng.random(n) >= parameters.orders.email_missing_share)
    has_email |= ordinal == 0
    at_kiosk = people.is_kiosk_user[known] & ((ordinal == 0) | (rng.random(n) < 0.5))
    with_account = v.CUSTOMER_ID | np.where(at_kiosk, v.KIOSK_EMAIL, has_email * email)
    as_guest = people.is_guest[known] | (ordinal < 0)
    return np.where(orders.person < 0, 0, np.where(as_guest, v.EMAIL, with_account))


def _refund(
    rng: np.random.Generator, season: Season, parameters: Parameters, orders: Orders
) -> None:
    """Set refund cents and instant where money is given back before the simulated days end."""
    o = parameters.orders
    n = len(orders.person)
    paid = orders.gross - orders.discount
    sold = (orders.type == v.SALE) & (orders.outcome == v.COMPLETED) & ~orders.is_subscription
    dice = rng.random(n)
    full = sold & (dice < o.full_refund_share)
    partial = sold & ~full & (dice < o.full_refund_share + o.partial_refund_share)
    part = np.maximum((paid * rng.uniform(0.1, 0.7, n)).astype(np.int64), 1)
    at = orders.ordered_at + rng.integers(6 * DAY_SECONDS, 28 * DAY_SECONDS, n)
    known = (full | partial) & (at < season.end_second)
    orders.refund = np.where(known, np.where(full, paid, part), -1)
    orders.refunded_at = np.where(known, at, -1)
