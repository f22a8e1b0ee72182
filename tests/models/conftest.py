"""Two builds beside each other, which several modules run through the same arrivals."""

from collections.abc import Iterator

import pytest

from tests.models.updates import Build


@pytest.fixture(scope="session")
def updated() -> Iterator[Build]:
    """A build that takes in only what is new at each step."""
    build = Build(only_changes=True)
    yield build
    build.close()


@pytest.fixture(scope="session")
def afresh() -> Iterator[Build]:
    """A build that is made of all rows again at each step."""
    build = Build(only_changes=False)
    yield build
    build.close()
