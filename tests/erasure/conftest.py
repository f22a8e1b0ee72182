"""The models, compiled once, and small rooms on them."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from customer_status.engine import Engine
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


@pytest.fixture(autouse=True)
def _quick_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a few rows planning is what takes the time, so engines plan as little as they can."""
    begin = Engine.__init__

    def begin_quickly(engine: Engine, **settings: Any) -> None:
        begin(engine, **settings)
        engine.connection.execute("pragma disable_optimizer")
        engine.connection.execute("set threads = 1")

    monkeypatch.setattr(Engine, "__init__", begin_quickly)
