"""A build makes only the changes where nothing speaks against it, else everything."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from customer_status.environment.layout import SHIPPED_SEEDS, World
from customer_status.ingest.ledger import Receipt, write_receipt
from customer_status.ingest.run import SCHEMA_FILE
from customer_status.settings.config import write_config
from orchestration.build_state import (
    BuildPlan,
    begin_build,
    end_build,
    end_part,
    facts_are_built,
    note_release,
    plan_build,
    plan_part,
    read_state,
)
from orchestration.fingerprint import facts_made_of

DAY = date(2026, 3, 1)
NEXT_DAY = date(2026, 3, 2)
FIRST, SECOND = "a" * 32, "b" * 32


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world with one file, built and released."""
    world = World(tmp_path / "warehouse", "landing")
    configure(world)
    accept(world, FIRST, rows=100)
    build(world)
    release(world, "one")
    return world


def configure(
    world: World,
    *,
    run_date: date = DAY,
    as_of: date | None = None,
    overlay: Path | None = None,
) -> None:
    write_config(world.config, overlay=overlay, run_date=run_date, as_of_date=as_of)


def accept(world: World, file_id: str, *, rows: int, feed: str = "orders") -> None:
    write_receipt(
        world,
        Receipt(feed, file_id, f"{file_id}.csv", "accepted", rows, rows, 0, 99, "2026-03-01"),
    )
    (world.raw / feed).mkdir(parents=True, exist_ok=True)
    (world.raw / feed / SCHEMA_FILE).touch()
    (world.raw / feed / f"{file_id}.parquet").write_bytes(b"PAR1....PAR1")


def build(world: World, plan: BuildPlan | None = None) -> None:
    begin_build(world, is_another_day_only=False)
    world.build_database.touch()
    world.published.mkdir(exist_ok=True)
    end_build(world, plan or BuildPlan(world.raw))


def release(world: World, release_id: str) -> None:
    folder = world.releases / release_id
    folder.mkdir(parents=True)
    facts = {
        "release_id": release_id,
        "world": world.name,
        "created_at": f"2026-03-01T{len(list(world.releases.iterdir())):02}:00:00+00:00",
        "facts_fingerprint": facts_made_of(world),
    }
    (folder / "mart.duckdb").touch()
    (folder / "release.json").write_text(json.dumps(facts), encoding="utf-8")
    note_release(world, release_id)


def plan(world: World) -> BuildPlan:
    return plan_build(world, is_another_day_only=False)


def overlay(tmp_path: Path, seed: str, old: str, new: str) -> Path:
    folder = tmp_path / "overlay"
    folder.mkdir()
    text = (SHIPPED_SEEDS / seed).read_text(encoding="utf-8")
    assert old in text
    (folder / seed).write_text(text.replace(old, new), encoding="utf-8")
    return folder


def test_a_build_takes_in_the_new_files_only(world: World) -> None:
    accept(world, SECOND, rows=10)
    assert plan(world) == BuildPlan(world.arrived, only_changes=True, brought_from="one")
    arrived = {path.name for path in (world.arrived / "orders").iterdir()}
    assert arrived == {SCHEMA_FILE, f"{SECOND}.parquet"}


def test_the_next_build_takes_in_what_came_since(world: World) -> None:
    accept(world, SECOND, rows=10)
    build(world, plan(world))
    release(world, "two")
    accept(world, "c" * 32, rows=10)
    assert plan(world).brought_from == "two"
    assert {path.stem for path in (world.arrived / "orders").glob("c*")} == {"c" * 32}
    assert not list((world.arrived / "orders").glob("b*"))


def test_the_same_bytes_in_the_folder_of_another_feed_are_taken_in(world: World) -> None:
    accept(world, FIRST, rows=10, feed="contacts")
    assert plan(world).only_changes
    assert (world.arrived / "contacts" / f"{FIRST}.parquet").is_symlink()
    assert [path.name for path in (world.arrived / "orders").iterdir()] == [SCHEMA_FILE]


def test_another_day_or_policy_needs_no_file(world: World, tmp_path: Path) -> None:
    configure(
        world, run_date=NEXT_DAY, overlay=overlay(tmp_path, "status_policy.csv", ",90,", ",80,")
    )
    assert plan(world).only_changes
    assert [path.name for path in (world.arrived / "orders").iterdir()] == [SCHEMA_FILE]


def a_build_that_died(world: World, _: Path) -> None:
    begin_build(world, is_another_day_only=False)


def a_lost_database(world: World, _: Path) -> None:
    world.build_database.unlink()


def a_torn_state(world: World, _: Path) -> None:
    world.build_state.write_text('{"facts"', encoding="utf-8")


def another_setting(world: World, folder: Path) -> None:
    configure(world, overlay=overlay(folder, "settings.csv", "stitch_days,30", "stitch_days,3"))


def a_build_that_was_never_released(world: World, _: Path) -> None:
    accept(world, "d" * 32, rows=1)
    build(world)


def a_lost_release(world: World, _: Path) -> None:
    (world.releases / "one" / "release.json").unlink()


def a_lost_file(world: World, _: Path) -> None:
    (world.receipts / "orders" / f"{FIRST}.json").unlink()


def a_file_that_was_judged_again(world: World, _: Path) -> None:
    accept(world, FIRST, rows=101)


def many_new_rows(world: World, _: Path) -> None:
    accept(world, "e" * 32, rows=50)


@pytest.mark.parametrize(
    "doubt",
    [
        a_build_that_died,
        a_lost_database,
        a_torn_state,
        another_setting,
        a_build_that_was_never_released,
        a_lost_release,
        a_lost_file,
        a_file_that_was_judged_again,
        many_new_rows,
    ],
)
def test_any_doubt_means_everything(
    doubt: Callable[[World, Path], None], world: World, tmp_path: Path
) -> None:
    accept(world, SECOND, rows=10)
    doubt(world, tmp_path)
    assert plan(world) == BuildPlan(world.raw)


def rebuild_a_part(world: World) -> set[str] | None:
    """Build a part again; the raw files that it is built of, None if it leaves doubt behind."""
    part = plan_part(world)
    begin_build(world, is_another_day_only=False)
    if part is None:
        return None
    files = {path.stem for path in part.raw.glob("*/[!_]*.parquet")}
    end_part(world, part)
    return files


def test_a_part_is_built_of_what_the_whole_was_built_of(world: World, tmp_path: Path) -> None:
    then = {path.name: path.read_bytes() for path in world.config.iterdir()}
    accept(world, SECOND, rows=10)
    stricter = overlay(tmp_path, "status_policy.csv", ",90,", ",80,")
    configure(world, run_date=NEXT_DAY, as_of=date(2026, 2, 1), overlay=stricter)
    assert rebuild_a_part(world) == {FIRST}
    part = plan_part(world)
    assert part is not None
    assert {path.name: path.read_bytes() for path in part.seeds.iterdir()} == then


def test_the_next_build_goes_on_from_a_part(world: World) -> None:
    rebuild_a_part(world)
    accept(world, SECOND, rows=10)
    assert plan(world) == BuildPlan(world.arrived, only_changes=True, brought_from="one")
    assert [path.stem for path in world.arrived.glob("orders/[!_]*")] == [SECOND]


def test_a_release_of_a_build_with_a_part_built_again_is_written_whole(world: World) -> None:
    accept(world, SECOND, rows=10)
    build(world, plan(world))
    assert read_state(world).brought_from == "one"
    rebuild_a_part(world)
    assert read_state(world).brought_from == ""


def a_database_without_its_seeds(world: World, _: Path) -> None:
    shutil.rmtree(world.config_of_build)


def a_part_that_died(world: World, _: Path) -> None:
    assert plan_part(world) is not None
    begin_build(world, is_another_day_only=False)


def another_day_that_died(world: World, _: Path) -> None:
    begin_build(world, is_another_day_only=True)


def a_file_gone_from_raw(world: World, _: Path) -> None:
    (world.raw / "orders" / f"{FIRST}.parquet").unlink()


@pytest.mark.parametrize(
    "doubt",
    [
        a_build_that_died,
        a_part_that_died,
        another_day_that_died,
        a_lost_database,
        a_torn_state,
        another_setting,
        a_lost_file,
        a_file_gone_from_raw,
        a_file_that_was_judged_again,
        a_database_without_its_seeds,
    ],
)
def test_where_that_cannot_be_had_the_next_build_makes_everything(
    doubt: Callable[[World, Path], None], world: World, tmp_path: Path
) -> None:
    doubt(world, tmp_path)
    assert rebuild_a_part(world) is None
    assert plan(world) == BuildPlan(world.raw)


def test_another_day_that_died_leaves_the_facts_but_not_what_follows_the_day(world: World) -> None:
    begin_build(world, is_another_day_only=True)
    assert facts_are_built(world)
    assert plan_build(world, is_another_day_only=True) == BuildPlan(world.raw)


def test_what_is_built_is_known_without_its_release(world: World) -> None:
    accept(world, SECOND, rows=10)
    build(world, plan(world))
    state = read_state(world)
    assert state is not None
    assert state.files == (f"orders/{FIRST}/100", f"orders/{SECOND}/10")
    assert (state.release_id, state.brought_from) == ("", "one")
    assert not world.arrived.exists()


def test_facts_outlive_another_day_asked_for(world: World) -> None:
    assert facts_are_built(world)
    configure(world, run_date=NEXT_DAY, as_of=date(2026, 2, 1))
    assert facts_are_built(world)


def test_facts_do_not_outlive_another_seed(world: World, tmp_path: Path) -> None:
    configure(world, overlay=overlay(tmp_path, "status_policy.csv", ",90,", ",80,"))
    assert not facts_are_built(world)


def test_facts_do_not_outlive_a_new_file(world: World) -> None:
    accept(world, SECOND, rows=1)
    assert not facts_are_built(world)


def test_facts_do_not_outlive_the_build_database(world: World) -> None:
    world.build_database.unlink()
    assert not facts_are_built(world)


def test_facts_that_were_never_built_whole_are_not_built(world: World) -> None:
    begin_build(world, is_another_day_only=False)
    assert not facts_are_built(world)
