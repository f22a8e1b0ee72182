"""Fixtures of the ingest tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from customer_status.engine import Engine
from tests.ingest.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine(temp_directory=tmp_path / "spill", timezone="UTC") as engine:
        yield engine
