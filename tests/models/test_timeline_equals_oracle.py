"""Every interval of every customer is what a plain reading of the rules says."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from tests.models.compiled import ModelRun, compiled_project
from tests.models.readings import modelled_timelines, read_timelines, rows_of
from tests.oracle.world import World
from tests.worlds.build import random_world
from tests.worlds.crowds import crowded_world
from tests.worlds.silences import silent_world
from tests.worlds.strategies import worlds


@pytest.fixture(scope="module")
def models() -> Iterator[ModelRun]:
    run = ModelRun(compiled_project("int_customer__timeline"))
    yield run
    run.close()


@pytest.fixture(scope="module")
def quick_models() -> Iterator[ModelRun]:
    run = ModelRun(compiled_project("int_customer__timeline"), plans=False)
    yield run
    run.close()


@settings(max_examples=20, deadline=None)
@given(world=worlds())
def test_every_interval_equals_the_plain_reading(models: ModelRun, world: World) -> None:
    models.build(rows_of(world))
    assert modelled_timelines(models) == read_timelines(world)


@pytest.mark.parametrize(
    ("make", "share"), [(random_world, 1), (crowded_world, 10), (silent_world, 4)]
)
def test_every_interval_of_many_worlds_equals_the_plain_reading(
    make, share: int, quick_models: ModelRun, number_of_worlds: int, capsys
) -> None:
    compared = 0
    for seed in range(number_of_worlds // share):
        world = make(random.Random(seed))
        quick_models.build(rows_of(world))
        expected = read_timelines(world)
        assert modelled_timelines(quick_models) == expected, f"world of seed {seed}"
        compared += sum(map(len, expected.values()))
    with capsys.disabled():
        print(f"\n{compared:,} intervals of {seed + 1:,} worlds compared, 0 differences")
