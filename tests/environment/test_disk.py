"""A disk that cannot be written is told in one line, whoever complains of it."""

import errno
import os
from pathlib import Path

import pytest

from customer_status.environment.disk import told_in_one_line
from customer_status.environment.errors import UserError
from customer_status.environment.layout import World

FREE_BYTES = 500_000
FULL = os.strerror(errno.ENOSPC)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """On a disk that is full to the last megabytes."""
    monkeypatch.setattr("customer_status.environment.disk._free", lambda folder: FREE_BYTES)
    world = World(tmp_path / "warehouse", "landing")
    world.root.mkdir(parents=True)
    return world


def told(world: World, error: Exception) -> str:
    landing = world.warehouse.with_name("landing")
    with pytest.raises(UserError) as caught, told_in_one_line(world, landing=landing):
        raise error
    return str(caught.value)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, FULL),
        RuntimeError(f'IO Error: Could not write file "/w/build.duckdb": {FULL}'),
        RuntimeError("(sqlite3.OperationalError) database or disk is full\n[SQL: ...]"),
        UserError(f"model a: IO Error: {FULL}\nmodel b: IO Error: {FULL}"),
    ],
)
def test_a_full_disk_is_one_line_with_what_is_free_and_what_is_needed(
    world: World, error: Exception
) -> None:
    line = told(world, error)
    assert "the disk is full, " in line
    assert "0.5 MB are free and a run takes up to 40 MB" in line
    assert line.endswith("and run again.")
    assert "\n" not in line


def test_a_quota_is_told(world: World) -> None:
    line = told(world, OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)))
    assert line.startswith(f"{world.warehouse}: your quota of this disk is used up")


def test_what_a_run_takes_follows_from_the_last_build_and_from_what_landed(world: World) -> None:
    world.build_database.write_bytes(b"0" * 30_000_000)
    assert "a run takes up to 115 MB" in told(world, OSError(errno.ENOSPC, FULL))
    landing = world.warehouse.with_name("landing")
    landing.mkdir()
    (landing / "orders.csv").write_bytes(b"0" * 20_000_000)
    assert "a run takes up to 160 MB" in told(world, OSError(errno.ENOSPC, FULL))
    (landing / "sessions.parquet").write_bytes(b"0" * 10_000_000)
    assert "a run takes up to 360 MB" in told(world, OSError(errno.ENOSPC, FULL))


def test_what_was_free_was_not_enough(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an engine put aside is gone by the time that somebody looks."""
    monkeypatch.setattr("customer_status.environment.disk._free", lambda folder: 3_000_000_000)
    line = told(world, OSError(errno.ENOSPC, FULL))
    assert "3,000 MB are free and a run takes up to 6,000 MB" in line


def test_a_place_that_may_not_be_written_is_named(world: World) -> None:
    place = world.root / "raw" / "orders"
    line = told(world, PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place)))
    assert line.startswith(f"{place}: cannot be read or written (Permission denied); give the user")


def test_of_a_file_that_cannot_be_moved_the_place_that_may_not_be_written_is_named(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = world.staged / "orders" / "a.parquet", world.raw / "orders" / "a.parquet"
    monkeypatch.setattr("os.access", lambda path, _: Path(path) != target.parent)
    error = PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(source), None, str(target))
    assert told(world, error).startswith(f"{target}: cannot be read or written")


def test_other_lines_stay_beside(world: World) -> None:
    line = told(world, UserError(f"test a: Got 1 result\nmodel b: IO Error: {FULL}"))
    assert line.splitlines()[0] == "test a: Got 1 result"
    assert "the disk is full" in line.splitlines()[1]


def test_what_does_not_speak_of_the_disk_passes(world: World) -> None:
    elsewhere = PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/somewhere/else")
    for error in (ValueError("a fault of this program"), elsewhere):
        with (
            pytest.raises(type(error)) as caught,
            told_in_one_line(world, landing=world.warehouse),
        ):
            raise error
        assert caught.value is error
