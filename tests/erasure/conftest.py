"""The models, compiled once, and small rooms on them."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.erasure.room import Models, Room, Rows
from tests.models.readings import rows_of
from tests.oracle.world import World

MakeRoom = Callable[..., Room]


@pytest.fixture(scope="session")
def models() -> Iterator[Models]:
    models = Models()
    yield models
    models.close()


@pytest.fixture
def make_room(models: Models, tmp_path: Path) -> MakeRoom:
    """A new room with the given seeds, by default those of a plain world."""
    numbers = count()

    def make(seeds: Rows | None = None) -> Room:
        return Room(tmp_path / f"room-{next(numbers)}", models, seeds or rows_of(World()))

    return make


@pytest.fixture
def room(make_room: MakeRoom) -> Room:
    return make_room()
