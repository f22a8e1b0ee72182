"""The list of breakages fits the SQL that it breaks."""

import pytest

from tests.mutations.catalogue import CATALOGUE, SEEN_BY_TESTS
from tests.mutations.mutation import Mutation
from tests.mutations.seen import SeenBreakage

SEEN = [one for group in SEEN_BY_TESTS.values() for one in group]
MUTATIONS = [*(one for group in CATALOGUE.values() for one in group), *SEEN]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.rule)
def test_the_text_to_break_is_still_there(mutation: Mutation) -> None:
    assert mutation.mutated()


def test_no_breakage_stands_twice() -> None:
    changes = {(one.file, one.text, one.replacement) for one in MUTATIONS}
    assert len(changes) == len(MUTATIONS)
    assert len({one.rule for one in MUTATIONS}) == len(MUTATIONS)


@pytest.mark.parametrize("breakage", SEEN, ids=lambda one: one.rule)
def test_the_test_that_must_see_it_is_still_there(breakage: SeenBreakage) -> None:
    name = breakage.seen_by.split("::")[-1].partition("[")[0]
    assert f"def {name}(" in breakage.test_file.read_text(encoding="utf-8")
