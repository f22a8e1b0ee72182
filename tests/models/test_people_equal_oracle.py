"""Who is who, and whose life it was, is what a plain reading of the rows says."""

import random
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.models.compiled import ModelRun, compiled_project
from tests.models.readings import (
    modelled_owners,
    modelled_people,
    modelled_timelines,
    read_owners,
    read_people,
    read_timelines,
    rows_of,
)
from tests.oracle.people import full_owner, identifiers
from tests.oracle.world import World
from tests.worlds.edges import EDGES
from tests.worlds.tangles import tangled_world

SHARE_OF_WORLDS = 5
FEEDS = ("orders", "sessions", "touches", "contacts")


@pytest.fixture(scope="module")
def models() -> Iterator[ModelRun]:
    run = ModelRun(compiled_project("int_customer__timeline"), plans=False)
    yield run
    run.close()


@pytest.fixture(scope="module")
def tangled(number_of_worlds: int) -> list[World]:
    return [
        tangled_world(random.Random(seed)) for seed in range(number_of_worlds // SHARE_OF_WORLDS)
    ]


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
