"""Two builds beside each other, which several modules run through the same arrivals."""

from collections.abc import Iterator

import pytest

from tests.models.updates import Build


@pytest.fixture(scope="session")
def updated() -> Iterator[Build]:
    """A build brought up to date with what comes."""
    build = Build(only_changes=True)
    yield build
    build.close()


@pytest.fixture(scope="session")
def afresh() -> Iterator[Build]:
    """A build made of everything after every step."""
    build = Build(only_changes=False)
    yield build
    build.close()
