"""Rows that were taken in before and are nowhere any more stop a run."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from customer_status.environment.errors import UserError
from customer_status.environment.layout import World
from customer_status.ingest.landing import LandedFile
from customer_status.ingest.ledger import (
    ACCEPTED,
    Receipt,
    read_receipts,
    receipt_path,
    write_receipt,
)
from orchestration.headless import look_at_landing
from orchestration.losses import is_whole, refuse_losses
from orchestration.options import RunOptions

JANUARY = "orders/january.csv"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world that has taken one file in, and published it."""
    world = World(tmp_path / "warehouse", "landing")
    receipt = Receipt("orders", "f1", JANUARY, ACCEPTED, 3, 3, 0, 100, "2026-01-31T06:00:00+00:00")
    write_receipt(world, receipt)
    raw_file(world).parent.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(f"copy (select 1 as n from range(3)) to '{raw_file(world)}'")
    release = world.releases / "2026-01-31-f1"
    release.mkdir(parents=True)
    (release / "mart.duckdb").touch()
    batch = {"feed": "orders", "file_id": "f1", "file_name": JANUARY}
    facts = {
        "world": "landing",
        "created_at": "2026-01-31 06:00:00+00:00",
        "input_batches": [batch],
    }
    (release / "release.json").write_text(json.dumps(facts), encoding="utf-8")
    return world


def raw_file(world: World) -> Path:
    return world.raw / "orders" / "f1.parquet"


def landed(file_id: str) -> LandedFile:
    return LandedFile("orders", JANUARY, Path(JANUARY), file_id, (1, 2, 3, 4), "csv")


def lose_raw(world: World) -> None:
    raw_file(world).unlink()


def cut_raw(world: World) -> None:
    raw_file(world).write_bytes(b"PAR1 ro")


def cut_by_ten_bytes(world: World) -> None:
    raw_file(world).write_bytes(raw_file(world).read_bytes()[:-10])


def lose_receipt(world: World) -> None:
    receipt_path(world, "orders", "f1").unlink()


def cut_receipt(world: World) -> None:
    receipt_path(world, "orders", "f1").write_text('{"feed": "ord', encoding="utf-8")


LOSSES = [lose_raw, cut_raw, cut_by_ten_bytes, lose_receipt, cut_receipt]


def test_rows_in_raw_with_their_receipt_are_not_lost(world: World) -> None:
    refuse_losses("orders", [], world=world)
    assert is_whole(world)


@pytest.mark.parametrize("lose", LOSSES)
def test_lost_rows_are_told_with_what_to_do(world: World, lose) -> None:
    lose(world)
    with pytest.raises(UserError, match=f"the rows of {JANUARY} are lost") as error:
        refuse_losses("orders", [], world=world)
    assert str(error.value).startswith(f"{world.root}: ")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("lose", LOSSES)
def test_rows_that_have_landed_again_are_not_lost(world: World, lose) -> None:
    lose(world)
    refuse_losses("orders", [landed("f1")], world=world)
    refuse_losses("contacts", [], world=world)


def test_another_file_of_the_same_name_is_no_help(world: World) -> None:
    lose_raw(world)
    with pytest.raises(UserError):
        refuse_losses("orders", [landed("f2")], world=world)


@pytest.mark.parametrize("lose", [lose_raw, cut_raw, cut_by_ten_bytes])
def test_raw_that_is_not_whole_is_seen(world: World, lose) -> None:
    lose(world)
    assert not is_whole(world)


def test_a_damaged_receipt_is_none(world: World) -> None:
    cut_receipt(world)
    assert read_receipts(world) == ()


@pytest.mark.parametrize("lose", [lose_raw, cut_raw, cut_by_ten_bytes])
def test_rows_taken_in_by_a_run_that_published_nothing_are_not_lost_in_silence(
    world: World, lose
) -> None:
    shutil.rmtree(world.releases)
    refuse_losses("orders", [], world=world)
    lose(world)
    with pytest.raises(UserError, match="are lost"):
        refuse_losses("orders", [], world=world)


def test_a_run_that_finds_raw_cut_does_not_say_that_nothing_is_new(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / "landing" / "orders").mkdir(parents=True)
    options = RunOptions(landing=tmp_path / "landing", warehouse=world.warehouse)
    assert look_at_landing(options).is_known
    cut_by_ten_bytes(world)
    assert not look_at_landing(options).is_known
