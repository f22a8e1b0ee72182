"""Who is who, and whose life it was, is what a plain reading of the rows says."""

import random
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.models.compiled import ModelRun, compiled_project
from tests.models.readings import (
    modelled_consents,
    modelled_owners,
    modelled_people,
    modelled_shared,
    modelled_timelines,
    read_consents,
    read_owners,
    read_people,
    read_shared,
    read_timelines,
    rows_of,
)
from tests.oracle.people import full_owner, identifiers
from tests.oracle.world import World
from tests.worlds.agreements import agreeing_world
from tests.worlds.disguises import disguised_world
from tests.worlds.edges import EDGES
from tests.worlds.tangles import tangled_world

SHARE_OF_WORLDS = 5
FEEDS = ("orders", "sessions", "touches", "contacts")


@pytest.fixture(scope="module")
def models() -> Iterator[ModelRun]:
    targets = ("int_customer__timeline", "dim_customer", "fct_shared_identifier")
    run = ModelRun(compiled_project(*targets), plans=False)
    yield run
    run.close()


@pytest.fixture(scope="module")
def tangled(number_of_worlds: int) -> list[World]:
    return [
        tangled_world(random.Random(seed)) for seed in range(number_of_worlds // SHARE_OF_WORLDS)
    ]


def disguised(seed: int) -> World:
    """Tangled people whose names are written in many ways, and who agree and decline."""
    source = random.Random(seed)
    return agreeing_world(source, disguised_world(source, tangled_world(source)))


@pytest.mark.parametrize("world", EDGES.values(), ids=EDGES.keys())
def test_edges_of_the_rules_equal_the_plain_reading(models: ModelRun, world: World) -> None:
    models.build(rows_of(world))
    assert modelled_people(models) == read_people(world)
    assert modelled_timelines(models) == read_timelines(world)


def test_people_and_their_timelines_equal_the_plain_reading(
    models: ModelRun, tangled: list[World], capsys
) -> None:
    people, intervals = 0, 0
    for seed, world in enumerate(tangled):
        models.build(rows_of(world))
        expected = read_people(world)
        assert modelled_people(models) == expected, f"world of seed {seed}"
        assert modelled_owners(models) == read_owners(world), f"world of seed {seed}"
        lives = read_timelines(world)
        assert modelled_timelines(models) == lives, f"world of seed {seed}"
        people += len(expected)
        intervals += sum(map(len, lives.values()))
    with capsys.disabled():
        print(
            f"\n{people:,} identifiers and {intervals:,} intervals of {len(tangled):,} worlds "
            "of tangled people compared, 0 differences"
        )


def test_names_in_disguise_and_consents_equal_the_plain_reading(
    models: ModelRun, number_of_worlds: int, capsys
) -> None:
    met: Counter[str] = Counter()
    worlds = number_of_worlds // SHARE_OF_WORLDS
    for seed in range(worlds):
        world = disguised(seed)
        models.build(rows_of(world))
        people, agreed, shared = read_people(world), read_consents(world), read_shared(world)
        assert modelled_people(models) == people, f"world of seed {seed}"
        assert modelled_owners(models) == read_owners(world), f"world of seed {seed}"
        assert modelled_consents(models) == agreed, f"world of seed {seed}"
        assert modelled_shared(models) == shared, f"world of seed {seed}"
        assert modelled_timelines(models) == read_timelines(world), f"world of seed {seed}"
        met["identifiers"] += len(people)
        met["shared"] += len(shared)
        for answer in (answer for answers in agreed.values() for answer in answers.values()):
            met["opted out" if answer.opted_out_at else str(answer.is_given)] += 1
    with capsys.disabled():
        print(f"\n{worlds:,} worlds in disguise compared, 0 differences: {dict(met)}")
    assert all(met[what] > worlds / 2 for what in ("shared", "opted out", "True", "False")), met


def test_the_worlds_hold_what_makes_people_hard_to_tell_apart(tangled: list[World]) -> None:
    met: Counter[str] = Counter()
    for world in tangled:
        members = Counter(read_people(world).values())
        met["one identifier"] += sum(count == 1 for count in members.values())
        met["many identifiers"] += sum(count > 5 for count in members.values())
        owner_of = full_owner(world)
        for row in (row for feed in FEEDS for row in getattr(world, feed)):
            owner = owner_of(row)
            if identifiers(row):
                met["shared only" if owner is None else "named"] += 1
            else:
                met["nobody" if owner is None else "stitched"] += 1
    for kind in ("one identifier", "many identifiers", "shared only", "nobody", "stitched"):
        assert met[kind] > len(tangled) / 4, met
