"""Who else is a customer changes nothing of a customer's timeline and measures.

The as-of date and the day from which engagement was observed are the whole business's by
definition; both are pinned here, as they can be in a policy and in a run.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.models.compiled import ModelRun, compiled_project
from tests.models.readings import TARGETS, rows_of
from tests.oracle.dates import as_of_date
from tests.oracle.people import customer_key, simple_owner
from tests.oracle.records import Row
from tests.oracle.world import World
from tests.worlds.build import FEEDS, random_world
from tests.worlds.crowds import crowded_world

SHARE_OF_WORLDS = 20
IDENTIFYING = ("order_id", "session_id", "touch_id", "contact_id", "customer_id", "visitor_id")

Lives = dict[str, tuple[list[tuple], tuple]]


@pytest.fixture(scope="module")
def models() -> Iterator[ModelRun]:
    run = ModelRun(compiled_project(*TARGETS), plans=False)
    yield run
    run.close()


def lives(models: ModelRun, world: World) -> Lives:
    """Whole timeline and whole row of the mart, by customer_key."""
    models.build(rows_of(world))
    measured = models.rows("select * from compiled.marts.mart_customer_status")
    intervals: dict[str, list[tuple]] = {row[0]: [] for row in measured}
    for row in models.rows(
        "select * from compiled.timeline.int_customer__timeline order by customer_key, valid_from"
    ):
        intervals[row[0]].append(row)
    return {row[0]: (intervals[row[0]], row) for row in measured}


def pinned(world: World, source: random.Random) -> World:
    """The world with a given as-of date, and policies for which no feed decides from when, or
    whether, engagement is measured: coverage is a fact about the feeds, so about everybody."""
    until = as_of_date(world)
    policies = tuple(
        replace(
            row,
            engagement_measured_from=row.engagement_measured_from
            or until - timedelta(days=source.randint(0, 400)),
            engagement_gap_days=None,
        )
        for row in world.policies
    )
    return replace(world, policies=policies, settings=replace(world.settings, as_of_date=until))


def only(world: World, belongs: Callable[[Row], bool]) -> World:
    feeds = {name: tuple(row for row in getattr(world, name) if belongs(row)) for name in FEEDS}
    return replace(world, **feeds)


def strangers(row: Row) -> Row:
    """The same row of somebody else, on a device of their own."""
    names = {name: getattr(row, name, None) for name in (*IDENTIFYING, "email")}
    return replace(row, **{name: f"other-{value}" for name, value in names.items() if value})


def together(world: World, others: World) -> World:
    feeds = {
        name: (*map(strangers, getattr(others, name)), *getattr(world, name)) for name in FEEDS
    }
    return replace(world, **feeds)


def test_without_all_others_a_customer_stays_the_same(
    models: ModelRun, number_of_worlds: int, capsys
) -> None:
    compared = 0
    for seed in range(number_of_worlds // SHARE_OF_WORLDS):
        source = random.Random(seed)
        world = pinned(crowded_world(source), source)
        everybody = lives(models, world)
        owners = {simple_owner(row) for name in FEEDS for row in getattr(world, name)} - {None}
        known = sorted(owner for owner in owners if customer_key(owner) in everybody)
        for owner in source.sample(known, min(2, len(known))):
            alone = lives(models, only(world, lambda row, me=owner: simple_owner(row) == me))
            key = customer_key(owner)
            assert alone == {key: everybody[key]}, f"{owner} of the world of seed {seed}"
            compared += 1
    with capsys.disabled():
        print(f"\n{compared:,} customers compared with and without the others, 0 differences")
    assert compared >= number_of_worlds // SHARE_OF_WORLDS


def test_beside_many_others_a_customer_stays_the_same(
    models: ModelRun, number_of_worlds: int
) -> None:
    for seed in range(number_of_worlds // SHARE_OF_WORLDS):
        source = random.Random(seed)
        world = pinned(random_world(source), source)
        few = lives(models, world)
        many = lives(models, together(world, crowded_world(source)))
        assert {key: many.get(key) for key in few} == few, f"world of seed {seed}"
