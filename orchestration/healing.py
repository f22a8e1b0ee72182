"""Puts away what is damaged and can be made again: the build database and Dagster's records."""

import fcntl
import re
import shutil
import sqlite3
import struct
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb

from customer_status.environment.build import remove_build
from customer_status.environment.errors import UserError
from customer_status.environment.layout import World
from customer_status.publish.publish import remove_damaged
from customer_status.publish.reading import remove_foreign_logs
from customer_status.publish.soundness import is_sound, tells_of_damage
from orchestration.build_state import read_state

PATIENCE_SECONDS = 30
HISTORY = ("history/runs.db", "history/runs/index.db", "schedules/schedules.db")


def heal(world: World) -> Iterator[str]:
    """Remove what is damaged, so that this run makes it anew; say so. The lock is held."""
    for log in remove_foreign_logs(world.releases):
        yield (
            f"Removed: {log} was left by a program that had opened a release for writing; let "
            "readers open it read-only."
        )
    for release in remove_damaged(world):
        yield f"Removed: {release} was damaged."
    if heal_build(world):
        yield f"Built anew: {world.build_database} was damaged."
    if heal_history(world):
        yield (
            f"Begun anew: Dagster's records were damaged, and lie in {_put_away(world)} now; "
            "switch its schedule or sensor on again if you use them."
        )


def heal_build(world: World) -> bool:
    """Remove a build database that cannot be opened or has another size; whether it was so."""
    if not world.build_database.exists():
        remove_build(world)  # a log without its database would be taken for the next one's
        return False
    state = read_state(world)
    if is_sound(world.build_database, size=state.database_bytes if state else None):
        return False
    remove_build(world)
    return True


def wait_until_free(world: World) -> None:
    """Wait for a dbt that outlives the run that started it; it ends as it notices.

    Raises:
        UserError: somebody else has the build database open, and does not let go.
    """
    for _ in range(PATIENCE_SECONDS):
        holder = _holder_of(world.build_database)
        if holder is None:
            return
        time.sleep(1)
    raise UserError(
        f"{world.build_database}: another program has it open (process {holder}), and nobody but a "
        "run may; end that program, and run again."
    )


def _is_free(database: Path) -> bool:
    """Whether nobody has the database open, be it to read only; nothing in it is touched."""
    with database.open("rb+") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def _holder_of(database: Path) -> str | None:
    """The number of the process that has the database open; None if nobody has."""
    if not database.exists() or _is_free(database):
        return None
    try:
        duckdb.connect(str(database)).close()  # for the engine's own words on who that is
    except duckdb.IOException as error:
        found = re.search(r"Conflicting lock is held.*?PID ([0-9]+)", str(error))
        return found and found[1]
    except duckdb.Error:
        pass  # damaged: that is looked at next
    return None


def heal_after(world: World, complaints: Iterable[str]) -> bool:
    """Remove the build database if a run has found it damaged; whether it has."""
    is_damaged = any(tells_of_damage(line) for line in complaints)
    if is_damaged:
        remove_build(world)
    return is_damaged


def heal_history(world: World) -> bool:
    """Put Dagster's home away if one of its databases is damaged; whether one was."""
    home = world.dagster_home
    if all(_is_sound_sqlite(home / name) for name in HISTORY if (home / name).exists()):
        return False
    shutil.rmtree(_put_away(world), ignore_errors=True)
    home.rename(_put_away(world))
    return True


def _put_away(world: World) -> Path:
    return world.dagster_home.with_name(world.dagster_home.name + ".damaged")


def _is_sound_sqlite(path: Path) -> bool:
    """Whether SQLite can open the file and it is as long as it says.

    The header holds the size of a page in bytes 16 and 17 (1 means 65536) and the number of pages
    in bytes 28 to 31: https://www.sqlite.org/fileformat.html, 1.3.
    """
    try:
        with sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True) as connection:
            connection.execute("select count(*) from sqlite_master").fetchone()
        connection.close()
    except sqlite3.DatabaseError as error:
        return isinstance(error, sqlite3.OperationalError)  # locked, or no right to read
    with path.open("rb") as file:
        header = file.read(100)
    if len(header) < 100:
        return True  # empty until it is first written
    (page_bytes,), (pages,) = struct.unpack(">H", header[16:18]), struct.unpack(">I", header[28:32])
    return path.stat().st_size >= (65536 if page_bytes == 1 else page_bytes) * pages
