"""Changes, daily counts and transitions are what walking through every day of everybody gives."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.models.compiled import ModelRun, compiled_project
from tests.models.readings import rows_of
from tests.oracle.days import CustomerDays, gather, net_amount
from tests.oracle.people import Owner
from tests.oracle.records import Order
from tests.oracle.timeline import Interval, timelines
from tests.oracle.world import World
from tests.worlds.build import random_world

NUMBER_OF_WORLDS = 30
STATUSES = ("active", "captive", "inactive", "passive")
HORIZONS = (30, 90, 365)
ONE_DAY = timedelta(days=1)
ZERO = Decimal(0)

CHANGES = """
    select
        customer_key, change_date, previous_status, status, sub_status, change_cause,
        days_in_previous_status, purchases_in_previous_status, net_revenue_in_previous_status,
        policy_segment, policy_effective_from
    from compiled.timeline.fct_customer_status_change
"""
DAILY = """
    select
        status_date, status, opening_customers, customers_in, new_customers, customers_out,
        closing_customers, purchases, net_revenue
    from compiled.marts.agg_customer_status_daily
"""
TRANSITIONS = """
    select start_month, horizon_days, from_status, to_status, customers, share
    from compiled.marts.mart_status_transitions
"""
KEYS = "select identifier, customer_key from compiled.intermediate.int_identifier__resolved"


@dataclass(frozen=True)
class Life:
    """A customer's days up to the as-of date: the interval and the sales of each."""

    days: dict[date, Interval]
    sales: dict[date, list[Decimal]]

    def status(self, day: date) -> str | None:
        """None before the first event."""
        return self.days[day].status if day in self.days else None


@dataclass(frozen=True)
class Example:
    """A world day by day, and what the models made of it."""

    as_of_date: date
    lives: dict[Owner, Life]
    keys: dict[str, str]
    changes: list[tuple]
    daily: list[tuple]
    transitions: list[tuple]


@pytest.fixture(scope="module")
def examples() -> Iterator[list[Example]]:
    targets = "fct_customer_status_change", "agg_customer_status_daily", "mart_status_transitions"
    models = ModelRun(compiled_project(*targets), plans=False)
    yield [example(models, random_world(random.Random(seed))) for seed in range(NUMBER_OF_WORLDS)]
    models.close()


def example(models: ModelRun, world: World) -> Example:
    models.build(rows_of(world))
    facts = gather(world)
    return Example(
        as_of_date=facts.as_of_date,
        lives={
            owner: life(facts.customers[owner], intervals, facts.as_of_date, world)
            for owner, intervals in timelines(world).items()
        },
        keys=dict(models.rows(KEYS)),
        changes=models.rows(CHANGES),
        daily=models.rows(DAILY),
        transitions=models.rows(TRANSITIONS),
    )


def life(customer: CustomerDays, intervals: list[Interval], until: date, world: World) -> Life:
    sales: dict[date, list[Decimal]] = {}
    for day, order in customer.purchases:
        sales.setdefault(day, []).append(reported(order, day, world))
    days = {
        day: next(interval for interval in intervals if interval.holds(day))
        for day in days_between(customer.first_event_date, until)
    }
    return Life(days, sales)


def reported(order: Order, day: date, world: World) -> Decimal:
    """Net amount in the reporting currency, at the latest rate of its day."""
    if order.currency == world.settings.reporting_currency:
        return net_amount(order)
    rates = [
        (row.effective_from, row.rate)
        for row in world.currency_rates
        if row.currency == order.currency and row.effective_from <= day
    ]
    return net_amount(order) * max(rates)[1]


def days_between(first: date, last: date) -> list[date]:
    return [first + ONE_DAY * number for number in range((last - first).days + 1)]


def changes_of(one: Life) -> Iterator[tuple]:
    """Every change of one customer, collecting what was bought since the one before."""
    since, purchases = min(one.days), []
    for day, interval in one.days.items():
        before = one.days.get(day - ONE_DAY)
        if before and before.status != interval.status:
            yield (
                *(day, before.status, interval.status, interval.sub_status),
                *(interval.change_cause, (day - since).days, len(purchases), sum(purchases, ZERO)),
                *(interval.policy_segment, interval.policy_effective_from),
            )
            since, purchases = day, []
        purchases += one.sales.get(day, [])


def day_of_status(lives: list[Life], day: date, status: str) -> tuple:
    then = [(one.status(day - ONE_DAY), one.status(day), one.sales.get(day, [])) for one in lives]
    sales = [amount for _, now, amounts in then if now == status for amount in amounts]
    return (
        *(day, status, sum(before == status for before, _, _ in then)),
        sum(now == status != before for before, now, _ in then),
        sum(now == status and before is None for before, now, _ in then),
        sum(before == status != now for before, now, _ in then),
        sum(now == status for _, now, _ in then),
        *(len(sales), sum(sales, ZERO)),
    )


def transitions_from(lives: list[Life], start: date, horizon: int) -> Iterator[tuple]:
    end = start + timedelta(days=horizon)
    for status in STATUSES:
        ends = Counter(one.status(end) for one in lives if one.status(start) == status)
        for to_status in STATUSES if ends else ():
            share = round(Decimal(ends[to_status]) / ends.total(), 4)
            yield (start, horizon, status, to_status, ends[to_status], share)


def observed_days(one: Example) -> list[date]:
    first = min((min(each.days) for each in one.lives.values()), default=None)
    return days_between(first, one.as_of_date) if first else []


def test_changes_are_the_days_whose_status_differs_from_the_day_before(examples) -> None:
    for seed, one in enumerate(examples):
        expected = [
            (one.keys[f"{owner.kind}:{owner.value}"], *change)
            for owner, each in one.lives.items()
            for change in changes_of(each)
        ]
        assert sorted(one.changes) == sorted(expected), f"world of seed {seed}"


def test_daily_counts_are_those_of_everybody_on_every_day(examples) -> None:
    for seed, one in enumerate(examples):
        lives = list(one.lives.values())
        expected = [
            day_of_status(lives, day, status) for day in observed_days(one) for status in STATUSES
        ]
        assert sorted(one.daily) == expected, f"world of seed {seed}"


def test_transitions_compare_the_first_of_a_month_with_an_observed_day(examples) -> None:
    for seed, one in enumerate(examples):
        expected = [
            transition
            for start in observed_days(one)
            for horizon in HORIZONS
            if start.day == 1 and start + timedelta(days=horizon) <= one.as_of_date
            for transition in transitions_from(list(one.lives.values()), start, horizon)
        ]
        assert sorted(one.transitions) == expected, f"world of seed {seed}"


def test_the_worlds_meet_what_the_models_tell_apart(examples) -> None:
    changes = [change for one in examples for change in one.changes]
    daily = [day for one in examples for day in one.daily]
    moves = [move for one in examples for move in one.transitions if move[4]]
    assert {change[3] for change in changes} == set(STATUSES)
    assert {change[7] > 0 for change in changes} == {True, False}
    assert {day[1] for day in daily if day[7]} == set(STATUSES) - {"inactive"}
    assert {move[1] for move in moves} == set(HORIZONS)
    assert len({move[2:4] for move in moves}) >= 12
    assert any(not one.lives for one in examples)
