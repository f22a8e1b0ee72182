"""Random worlds meet every rule, and the reading of the rules keeps its word on them."""

import random
from collections import Counter
from dataclasses import fields, replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings

from tests.oracle.dates import as_of_date
from tests.oracle.days import gather
from tests.oracle.mart import measures
from tests.oracle.people import simple_owner
from tests.oracle.status import Rules
from tests.oracle.timeline import Interval, daily, last_day_of_change, timelines
from tests.oracle.world import TABLES, World
from tests.worlds.build import FEEDS, random_world
from tests.worlds.strategies import worlds

BULK = 300
FEW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def bulk() -> list[World]:
    source = random.Random(20260101)
    return [random_world(source) for _ in range(BULK)]


def history(world: World, until: date) -> dict[object, list[Interval]]:
    """Timelines cut at the end of a day, without customers who had not begun by then."""
    return {
        owner: [replace(one, valid_to=None) for one in line if one.valid_from <= until]
        for owner, line in timelines(world).items()
        if line[0].valid_from <= until
    }


def test_random_worlds_meet_every_status_and_every_cause(bulk) -> None:
    intervals = [one for world in bulk for line in timelines(world).values() for one in line]
    assert set(Counter(one.sub_status for one in intervals)) == {
        *("never_purchased", "one_time", "lapsed_captive", "lapsed_active", "lapsed_passive"),
        *("hostage", "loyal", "new", "reactivated", "recurring"),
    }
    assert {one.change_cause for one in intervals} == {
        *("first_event", "purchase", "engagement", "dissatisfaction"),
        *("policy", "measurement", "clock"),
    }
    assert {one.policy_segment for one in intervals} == {"default", "vip", "club"}


def test_random_worlds_give_every_measure_both_with_and_without_data(bulk) -> None:
    rows = [row for world in bulk for row in measures(world).values()]
    for field in fields(rows[0]):
        assert len({getattr(row, field.name) for row in rows}) > 1, field.name


def test_the_same_seed_gives_the_same_world() -> None:
    assert random_world(random.Random(7)) == random_world(random.Random(7))


def test_rows_are_plain_and_complete(bulk) -> None:
    for table in [*TABLES, "settings"]:
        for row in bulk[0].rows(table):
            assert list(row) == bulk[0].columns(table)


def test_nobody_is_known_under_two_identifiers_that_stand_alone(bulk) -> None:
    for world in bulk:
        owners: dict[tuple[str, str], set[object]] = {}
        for row in (row for name in FEEDS for row in getattr(world, name)):
            owner = simple_owner(row)
            for kind in ("customer_id", "email", "contact_id", "visitor_id"):
                value = getattr(row, kind, None)
                if value:
                    owners.setdefault((kind, value.lower()), set()).add(owner)
        assert all(len(names) == 1 for names in owners.values())


@FEW
@given(worlds())
def test_intervals_join_up_and_each_differs_from_the_one_before(world: World) -> None:
    facts = gather(world)
    for owner, line in timelines(world).items():
        assert line[0].valid_from == facts.customers[owner].first_event_date
        assert line[0].valid_from <= as_of_date(world)
        assert line[-1].valid_to is None
        for before, after in pairwise(line):
            assert before.valid_from < before.valid_to == after.valid_from
            assert replace(before, valid_from=after.valid_from, valid_to=after.valid_to) != replace(
                after, change_cause=before.change_cause
            )


@FEW
@given(worlds())
def test_the_order_and_repetition_of_rows_do_not_matter(world: World) -> None:
    shuffled = {name: (*getattr(world, name)[::-1], *getattr(world, name)) for name in FEEDS}
    again = replace(world, **shuffled)
    assert timelines(again) == timelines(world)
    assert measures(again) == measures(world)


@FEW
@given(worlds())
def test_the_past_does_not_depend_on_how_far_the_data_goes(world: World) -> None:
    full = replace(
        world, settings=replace(world.settings, as_of_date=as_of_date(world) + timedelta(days=999))
    )
    for until in {one.valid_from for line in timelines(full).values() for one in line[:4]}:
        early = replace(world, settings=replace(world.settings, as_of_date=until))
        assert history(early, until) == history(full, until)


@FEW
@given(worlds())
def test_nothing_changes_after_the_forecast_ends(world: World) -> None:
    facts = gather(world)
    for customer in facts.customers.values():
        rules = Rules(customer, world.policies, facts.coverage)
        last = last_day_of_change(rules, facts.as_of_date)
        days = list(daily(rules, rules.first_event, last + 1200))
        assert len({day[1:] for day in days[last - rules.first_event :]}) == 1


@FEW
@given(worlds())
def test_a_customer_stays_the_same_without_the_others(world: World) -> None:
    pinned = replace(
        world,
        settings=replace(world.settings, as_of_date=as_of_date(world)),
        policies=tuple(
            replace(
                row,
                engagement_measured_from=row.engagement_measured_from or date(2024, 1, 1),
                engagement_gap_days=None,
            )
            for row in world.policies
        ),
    )
    for owner, line in timelines(pinned).items():
        own = {
            name: tuple(row for row in getattr(pinned, name) if simple_owner(row) == owner)
            for name in FEEDS
        }
        assert timelines(replace(pinned, **own)) == {owner: line}
