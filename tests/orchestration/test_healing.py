"""What is damaged and can be made again is put away, and nothing else."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import duckdb
import pytest

from customer_status.environment.errors import UserError
from customer_status.environment.layout import World
from orchestration import healing
from orchestration.build_state import BuildState
from orchestration.healing import heal, heal_after, wait_until_free


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world with a build database and Dagster's records."""
    world = World(tmp_path / "warehouse", "landing")
    world.root.mkdir(parents=True)
    with duckdb.connect(str(world.build_database)) as connection:
        connection.execute("create table numbers as select range as n from range(100000)")
    size = world.build_database.stat().st_size
    state = BuildState(facts="", rules="", files=(), database_bytes=size)
    world.build_state.write_text(json.dumps(asdict(state)), encoding="utf-8")
    history = world.dagster_home / "history" / "runs.db"
    history.parent.mkdir(parents=True)
    with sqlite3.connect(history) as connection:
        connection.execute("create table runs (body text)")
        connection.executemany("insert into runs values (?)", [("x" * 1000,)] * 50)
    connection.close()
    return world


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5000])


def garble(path: Path) -> None:
    path.write_bytes(b"not what it was " * 5000)


def test_what_is_whole_is_left_alone(world: World) -> None:
    assert list(heal(world)) == []
    assert world.build_database.exists()
    assert world.dagster_home.exists()


def test_nothing_is_damaged_where_nothing_is(tmp_path: Path) -> None:
    assert list(heal(World(tmp_path, "landing"))) == []


@pytest.mark.parametrize("how", [cut, garble])
def test_a_damaged_build_database_goes_with_its_log(
    world: World, how: Callable[[Path], None]
) -> None:
    how(world.build_database)
    log = world.build_database.with_name("build.duckdb.wal")
    log.touch()
    assert list(heal(world)) == [f"Built anew: {world.build_database} was damaged."]
    assert not world.build_database.exists()
    assert not log.exists()


def test_a_log_without_its_database_goes(world: World) -> None:
    world.build_database.unlink()
    log = world.build_database.with_name("build.duckdb.wal")
    log.touch()
    assert list(heal(world)) == []
    assert not log.exists()


@pytest.mark.parametrize("how", [cut, garble])
def test_damaged_records_of_dagster_are_put_away(world: World, how: Callable[[Path], None]) -> None:
    how(world.dagster_home / "history" / "runs.db")
    (line,) = heal(world)
    assert line.startswith("Begun anew: Dagster's records were damaged")
    assert not world.dagster_home.exists()
    assert (world.warehouse / "dagster.damaged" / "history" / "runs.db").exists()


def test_a_build_that_a_run_found_damaged_goes(world: World) -> None:
    assert not heal_after(world, ["test assert_no_order_is_lost: Got 1 result"])
    assert world.build_database.exists()
    complaint = "model fct_orders: IO Error: Could not read enough bytes from file"
    assert heal_after(world, [complaint])
    assert not world.build_database.exists()


@pytest.mark.parametrize("reads_only", [True, False])
def test_whoever_has_the_build_open_is_waited_for_and_then_named(
    world: World, monkeypatch: pytest.MonkeyPatch, reads_only: bool
) -> None:
    monkeypatch.setattr(healing, "PATIENCE_SECONDS", 1)
    opens = f"duckdb.connect(sys.argv[1], read_only={reads_only})"
    script = f"import duckdb, sys; c = {opens}; print('open'); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-u", "-c", script, str(world.build_database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        assert list(heal(world)) == []
        with pytest.raises(UserError, match=rf"open \(process {other.pid}\)"):
            wait_until_free(world)
        other.communicate()
    wait_until_free(world)
    assert os.access(world.build_database, os.W_OK)
