"""A warehouse holds one business, that of its first run."""

import json
from pathlib import Path

import pytest

from customer_status.environment.errors import UserError
from customer_status.environment.layout import World
from customer_status.environment.source import claim


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return tmp_path / "warehouse"


def older(warehouse: Path, *names: str) -> None:
    """A warehouse of an older version with these businesses, a raw file each."""
    for name in names:
        path = warehouse / "worlds" / name / "raw" / "orders" / f"{name}.parquet"
        path.parent.mkdir(parents=True)
        path.touch()


def raw_files(world: World) -> list[str]:
    return [path.name for path in world.raw.rglob("*.parquet")]


def test_the_first_run_makes_it_its_own(warehouse: Path) -> None:
    world = World(warehouse, "landing")
    assert claim(world) == []
    noted = json.loads(world.source.read_text(encoding="utf-8"))
    assert noted["source"] == "landing"
    assert claim(world) == []
    assert json.loads(world.source.read_text(encoding="utf-8")) == noted


@pytest.mark.parametrize(
    ("first", "second"),
    [("simulated", "landing"), ("landing", "simulated"), ("simulated", "complete_journey")],
)
def test_another_source_is_refused_in_one_line(warehouse: Path, first: str, second: str) -> None:
    claim(World(warehouse, first))
    with pytest.raises(UserError, match=f"WAREHOUSE={warehouse}: holds .*one business.*another"):
        claim(World(warehouse, second))
    assert claim(World(warehouse, first)) == []


def test_an_older_warehouse_goes_on_with_its_business(warehouse: Path) -> None:
    older(warehouse, "landing")
    world = World(warehouse, "landing")
    assert claim(world) == []
    assert raw_files(world) == ["landing.parquet"]
    assert not (warehouse / "worlds").exists()


def test_what_else_lies_beside_it_stays(warehouse: Path) -> None:
    older(warehouse, "landing")
    note = warehouse / "worlds" / "read me.txt"
    note.touch()
    assert claim(World(warehouse, "landing")) == []
    assert note.exists()


def test_of_several_businesses_the_one_asked_for_goes_on_and_the_others_are_named(
    warehouse: Path,
) -> None:
    older(warehouse, "landing", "simulated")
    world = World(warehouse, "landing")
    (note,) = claim(world)
    assert note.startswith(f"{warehouse / 'worlds' / 'simulated'}: the simulated sample data, ")
    assert raw_files(world) == ["landing.parquet"]
    assert (warehouse / "worlds/simulated/raw/orders/simulated.parquet").exists()
    assert claim(world) == []


def test_an_older_warehouse_of_another_business_is_refused(warehouse: Path) -> None:
    older(warehouse, "simulated")
    with pytest.raises(UserError, match="holds the simulated sample data"):
        claim(World(warehouse, "landing"))
    assert (warehouse / "worlds/simulated/raw/orders/simulated.parquet").exists()


def test_a_ui_that_was_opened_before_the_first_run_is_in_no_way(warehouse: Path) -> None:
    older(warehouse, "landing")
    world = World(warehouse, "landing")
    world.target.mkdir(parents=True)
    assert claim(world) == []
    assert raw_files(world) == ["landing.parquet"]


def test_a_run_that_died_before_it_moved_the_folder_goes_on(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older(warehouse, "landing", "simulated")
    world = World(warehouse, "landing")
    with monkeypatch.context() as dying:
        dying.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(InterruptedError))
        with pytest.raises(InterruptedError):
            claim(world)
    assert len(claim(world)) == 1
    assert raw_files(world) == ["landing.parquet"]
