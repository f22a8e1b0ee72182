"""Decides on which days each person buys, and when a person is lost or comes back."""

from dataclasses import dataclass

import numpy as np

from sample_data.simulator import vocabulary as v
from sample_data.simulator.parameters import Parameters
from sample_data.simulator.people import People
from sample_data.simulator.season import Season


@dataclass
class Purchases:
    """Intended purchases of a block, sorted by person and day, and the lives behind them.

    `person` indexes the block. Days are numbers counted from the first simulated day; -1 is never.
    """

    person: np.ndarray  # (purchases,)
    day: np.ndarray  # (purchases,)
    is_subscription: np.ndarray  # (purchases,)
    lapsed: np.ndarray  # (people,) day of the last purchase before a planted return
    returned: np.ndarray  # (people,) day of the first purchase after it
    dropped: np.ndarray  # (people,) day of the last purchase ever; -1: still a buyer at the end
    drop_cause: np.ndarray  # (people,) position in DROP_CAUSES, -1 if not dropped
    subscribed_from: np.ndarray  # (people,)
    subscribed_to: np.ndarray  # (people,) day the subscription was ended


@dataclass
class _Spells:
    """Purchases of one way of buying, in no order, and who was lost on which day (else -1)."""

    person: np.ndarray
    day: np.ndarray
    dropped: np.ndarray


def draw_purchases(
    rng: np.random.Generator, season: Season, parameters: Parameters, people: People
) -> Purchases:
    """Draw every purchase of the block's people within the simulated days."""
    n = people.count
    dropped = np.full(n, -1)
    parts: list[tuple[np.ndarray, np.ndarray, bool]] = []

    def keep(who: np.ndarray, spells: _Spells, is_subscription: bool = False) -> None:
        parts.append((who[spells.person], spells.day, is_subscription))
        dropped[who] = np.maximum(dropped[who], spells.dropped)

    casual = np.flatnonzero(people.type == v.CASUAL)
    keep(casual, _casual(rng, season, parameters, people.arrived[casual]))
    habit = np.flatnonzero(people.type == v.HABIT)
    keep(habit, _habit(rng, season, parameters, people.arrived[habit]))
    seasonal = np.flatnonzero(people.type == v.SEASONAL)
    keep(seasonal, _seasonal(rng, season, parameters, people.arrived[seasonal]))
    subscriber = np.flatnonzero(people.type == v.SUBSCRIBER)
    monthly, extra, ended = _subscribers(rng, season, parameters, people.arrived[subscriber])
    keep(subscriber, monthly, is_subscription=True)
    keep(subscriber, extra)
    subscribed_from, subscribed_to = np.full(n, -1), np.full(n, -1)
    subscribed_from[subscriber] = people.arrived[subscriber].astype(int)
    subscribed_to[subscriber] = ended

    returns, back = _returns(rng, season, parameters, people, dropped)
    lapsed, returned = np.full(n, -1), np.full(n, -1)
    lapsed[returns], returned[returns] = dropped[returns], back.astype(int)
    dropped[returns] = -1
    keep(returns, _casual(rng, season, parameters, back))

    person = np.concatenate([part[0] for part in parts])
    day = np.concatenate([part[1] for part in parts])
    subscription = np.concatenate([np.full(len(part[0]), part[2]) for part in parts])
    order = np.lexsort((subscription, day, person))
    return Purchases(
        person=person[order],
        day=day[order],
        is_subscription=subscription[order],
        lapsed=lapsed,
        returned=returned,
        dropped=dropped,
        drop_cause=np.where(dropped >= 0, _drop_causes(rng, parameters, n), -1),
        subscribed_from=subscribed_from,
        subscribed_to=subscribed_to,
    )


def _returns(
    rng: np.random.Generator,
    season: Season,
    parameters: Parameters,
    people: People,
    dropped: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Who of the lost comes back after a long lapse, and on which day (fraction)."""
    p = parameters.purchases
    back = dropped + p.return_after_days + rng.exponential(p.return_mean_days, people.count)
    may_return = np.isin(people.type, (v.CASUAL, v.HABIT)) & (dropped >= 0)
    is_lucky = rng.random(people.count) < p.return_share
    who = np.flatnonzero(may_return & is_lucky & (back < season.days - 1))
    return who, back[who]


def _drop_causes(rng: np.random.Generator, parameters: Parameters, count: int) -> np.ndarray:
    """Positions in DROP_CAUSES."""
    unhappy = parameters.purchases.dissatisfied_drop_share
    opted_out = parameters.purchases.opted_out_drop_share
    return rng.choice(3, count, p=(1 - unhappy - opted_out, unhappy, opted_out))


def _casual(
    rng: np.random.Generator,
    season: Season,
    parameters: Parameters,
    arrived: np.ndarray,
) -> _Spells:
    """MBG/NBD on the busy clock: one round per purchase, over those not yet lost."""
    p = parameters.purchases
    n = len(arrived)
    rate = rng.gamma(p.rate_shape, 1 / p.rate_days, n)
    drop = rng.beta(p.drop_a, p.drop_b, n)
    dropped = np.full(n, -1)
    alive, day = np.arange(n), arrived
    persons, days = [alive], [day]
    while alive.size:
        lost = rng.random(alive.size) < drop[alive]
        dropped[alive[lost]] = day[lost].astype(int)
        alive, day = alive[~lost], day[~lost]
        day = season.day_at(season.elapsed(day) + rng.exponential(1 / rate[alive]))
        inside = day < season.days
        alive, day = alive[inside], day[inside]
        persons.append(alive)
        days.append(day)
    return _Spells(np.concatenate(persons), np.concatenate(days).astype(int), dropped)


def _monthly_lives(
    rng: np.random.Generator, season: Season, arrived: np.ndarray, monthly_end: float
) -> tuple[np.ndarray, np.ndarray]:
    """First month of each person and the month in which the regular buying has ended."""
    first = np.searchsorted(season.month_starts, arrived, side="right") - 1
    return first, first + rng.geometric(monthly_end, len(arrived))


def _habit(
    rng: np.random.Generator,
    season: Season,
    parameters: Parameters,
    arrived: np.ndarray,
) -> _Spells:
    """One purchase around the same day of every calendar month, and some between."""
    p = parameters.purchases
    n, months = len(arrived), len(season.months)
    first, last = _monthly_lives(rng, season, arrived, p.habit_monthly_drop)
    lengths = np.diff(season.month_starts)
    favourite = rng.integers(1, 27, n)
    within = np.clip(
        favourite[:, None] + rng.normal(0, 2, (n, months)).round(),
        0,
        lengths[None, :] - 1,
    )
    day = season.month_starts[None, :-1] + within
    month = np.arange(months)[None, :]
    in_life = (month >= first[:, None]) & (month < last[:, None])
    wanted = in_life & (rng.random((n, months)) >= p.habit_skip) & (day > arrived[:, None])
    regular, column = np.nonzero(wanted & (day < season.days))
    regular_days = day[regular, column].astype(int)
    extra = _extras(rng, season, arrived, last, p.habit_extra_per_month)
    person = np.concatenate([np.arange(n), regular, extra[0]])
    days = np.concatenate([arrived.astype(int), regular_days, extra[1]])
    return _Spells(person, days, _last_day_if(last < months, person, days, n))


def _extras(
    rng: np.random.Generator,
    season: Season,
    arrived: np.ndarray,
    last_month: np.ndarray,
    per_month: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Purchases between the regular ones: person and day, at the pace of the busy clock."""
    until = season.month_starts[np.minimum(last_month, len(season.months))]
    begin, end = (
        season.elapsed(arrived),
        season.elapsed(np.minimum(until, season.days - 0.01)),
    )
    span = np.maximum(end - begin, 0.0)
    person = np.repeat(np.arange(len(arrived)), rng.poisson(span / 30.4 * per_month))
    day = season.day_at(begin[person] + rng.random(len(person)) * span[person])
    return person, day.astype(int)


def _last_day_if(
    is_lost: np.ndarray, person: np.ndarray, day: np.ndarray, count: int
) -> np.ndarray:
    last = np.full(count, -1)
    np.maximum.at(last, person, day)
    return np.where(is_lost, last, -1)


def _seasonal(
    rng: np.random.Generator,
    season: Season,
    parameters: Parameters,
    arrived: np.ndarray,
) -> _Spells:
    """Purchases in sales seasons only, after the first one."""
    p = parameters.purchases
    n = len(arrived)
    sales = np.array(season.sales).reshape(-1, 2)
    life = rng.geometric(p.seasonal_drop, n)
    is_later = sales[None, :, 0] > arrived[:, None]
    ordinal = np.cumsum(is_later, axis=1)
    attends = is_later & (rng.random(is_later.shape) < p.seasonal_attend)
    person, column = np.nonzero(attends & (ordinal < life[:, None]))
    span = sales[column, 1] - sales[column, 0]
    day = sales[column, 0] + (rng.random(len(person)) * span).astype(int)
    person = np.concatenate([np.arange(n), person[day < season.days]])
    day = np.concatenate([arrived.astype(int), day[day < season.days]])
    return _Spells(person, day, _last_day_if(life <= is_later.sum(axis=1), person, day, n))


def _subscribers(
    rng: np.random.Generator,
    season: Season,
    parameters: Parameters,
    arrived: np.ndarray,
) -> tuple[_Spells, _Spells, np.ndarray]:
    """Monthly charges on the day of the month of the first, other purchases, day of the end."""
    p = parameters.purchases
    n, months = len(arrived), len(season.months)
    first, last = _monthly_lives(rng, season, arrived, p.subscription_monthly_end)
    day_of_month = arrived.astype(int) - season.month_starts[first]
    lengths = np.diff(season.month_starts)
    day = season.month_starts[None, :-1] + np.minimum(day_of_month[:, None], lengths - 1)
    month = np.arange(months)[None, :]
    charged = (month >= first[:, None]) & (month < last[:, None]) & (day < season.days)
    person = np.nonzero(charged)[0]
    extra = _extras(rng, season, arrived, last, p.subscriber_extra_per_month)
    has_ended = last < months
    everything = (
        np.concatenate([person, extra[0]]),
        np.concatenate([day[charged], extra[1]]),
    )
    lost = _last_day_if(has_ended, *everything, n)
    last_charge = _last_day_if(np.ones(n, dtype=bool), person, day[charged], n)
    ended = np.minimum(last_charge + rng.integers(5, 28, n), season.days - 1)
    nobody = np.full(n, -1)
    return (
        _Spells(person, day[charged], lost),
        _Spells(extra[0], extra[1], nobody),
        np.where(has_ended, ended, -1),
    )
