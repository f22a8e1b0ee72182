"""A part built again of what the whole was built of changes nothing, then or later."""

import random
from collections.abc import Callable

import pytest

from tests.models.test_changes_equal_everything import arrivals
from tests.models.updates import Build
from tests.oracle.world import World
from tests.worlds.build import random_world
from tests.worlds.tangles import tangled_world

SHARE_OF_MODELS = 0.3


@pytest.mark.parametrize("make", [random_world, tangled_world])
def test_builds_of_changes_go_on_from_parts_built_again(
    make: Callable[[random.Random], World], updated: Build, afresh: Build, number_of_worlds: int
) -> None:
    """After each run some models are made again, whichever: the tables are those of a build made
    afresh, and so they are after the next run, which takes in only what came."""
    for seed in range(number_of_worlds // 40):
        choices = random.Random(seed)
        for number, step in enumerate(arrivals(make(choices), choices)):
            if number == 0:
                updated.begin(step.arrived)
                afresh.begin(step.known)
            else:
                everything = step.is_after_erasure
                came = step.known if everything else step.arrived
                updated.follow(came, step=number, everything=everything)
                afresh.follow(step.known, step=number)
            expected = afresh.tables()
            assert _differing(updated, expected) == [], f"business {seed}, after run {number}"
            part = {
                model.name for model in updated.project.models if choices.random() < SHARE_OF_MODELS
            }
            updated.rebuild(step.known, part)
            assert _differing(updated, expected) == [], f"business {seed}, {sorted(part)}"


def _differing(build: Build, expected: dict[str, list[tuple]]) -> list[str]:
    found = build.tables()
    return [name for name, rows in expected.items() if found[name] != rows]
