"""The list of breakages fits the SQL that it breaks."""

import pytest

from tests.mutations.catalogue import CATALOGUE
from tests.mutations.mutation import Mutation

MUTATIONS = [one for group in CATALOGUE.values() for one in group]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.rule)
def test_the_text_to_break_is_still_there(mutation: Mutation) -> None:
    assert mutation.mutated()


def test_no_breakage_stands_twice() -> None:
    changes = {(one.file, one.text, one.replacement) for one in MUTATIONS}
    assert len(changes) == len(MUTATIONS)
    assert len({one.rule for one in MUTATIONS}) == len(MUTATIONS)
