"""A disk that cannot be written, told in one line: where, how much is free, what to do.

Whoever writes complains in words of its own: Python, DuckDB, SQLite below Dagster, and dbt in what
it prints. What they share is the system's word for the cause, and that is what is looked for.
"""

import errno
import os
import re
import resource
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from customer_status.environment.errors import UserError
from customer_status.environment.layout import World

# SQLite says of a full disk and of a file grown too large what it says of a broken disk.
_SQLITE = ("database or disk is full", "disk I/O error")
_FULL = tuple(os.strerror(n) for n in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)) + _SQLITE
_CLOSED = tuple(os.strerror(n) for n in (errno.EACCES, errno.EPERM, errno.EROFS)) + (
    "attempt to write a readonly database",
    "unable to open database file",
)
_PATH = re.compile(r"""["'](/[^"']+)["']""")

# Beside the build and the release: Dagster's and dbt's records of a run.
_RECORDS_BYTES = 40_000_000
# Bytes that a run writes for each byte that landed: raw rows twice (they are staged first), build
# database, release and what an engine puts aside. Measured: 13 and 15 times for JSON in .gz files
# and Parquet; as plain text the same rows take at least four times the room.
_TIMES_LANDED_PACKED = 20
_TIMES_LANDED_PLAIN = 6
_PLAIN = (".csv", ".jsonl", ".txt", ".tsv")
# A build of everything may leave a database that is more than twice as large.
_TIMES_BUILD = 2.5
# A disk with less free is full: a file system seldom gives away its last blocks.
_NEXT_TO_NOTHING_BYTES = 1_000_000


def is_full(error: BaseException) -> bool:
    """Whether something could not be written because there is no room for it."""
    return any(words in str(error) for words in _FULL)


@contextmanager
def told_in_one_line(world: World, *, landing: Path) -> Iterator[None]:
    """Turn whatever says that the disk cannot be written into one line for a person.

    Raises:
        UserError: in the place of such an error; of several lines, the others stay.
    """
    try:
        yield
    except UserError as error:
        lines = [_line(line, line, world, landing) or line for line in str(error).splitlines()]
        raise UserError("\n".join(dict.fromkeys(lines))) from error
    except Exception as error:
        line = _line(str(error), getattr(error, "filename", None), world, landing)
        if line is None:
            raise
        raise UserError(line) from error


def room_needed(world: World, *, landing: Path) -> int:
    """Bytes that are enough for a run, beside what is there: rather too many than too few."""
    release = _size(world.current / "mart.duckdb")
    made = int(_TIMES_BUILD * _size(world.build_database)) + release
    walked = os.walk(landing, followlinks=True)  # what cannot be entered is left out
    landed = sum(
        _size(Path(folder, name))
        * (_TIMES_LANDED_PLAIN if name.lower().endswith(_PLAIN) else _TIMES_LANDED_PACKED)
        for folder, _, names in walked
        for name in names
    )
    return max(made, landed) + _RECORDS_BYTES


def _line(text: str, place: object, world: World, landing: Path) -> str | None:
    if any(words in text for words in _FULL):
        return _full(text, world, room_needed(world, landing=landing))
    words = next((words for words in _CLOSED if words in text), None)
    return _closed(words, text, place, world) if words else None


def _full(text: str, world: World, needed: int) -> str:
    """Several folders may lie on several disks: the one with the least room is the full one."""
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    folders = (world.warehouse, Path(tempfile.gettempdir()))
    folder = min(folders, key=_free)
    run = f"a run takes up to {_megabytes(needed)}"
    if os.strerror(errno.EDQUOT) in text:
        return f"{world.warehouse}: your quota of this disk is used up, and {run}; free some."
    if limit != resource.RLIM_INFINITY and _free(folder) > _NEXT_TO_NOTHING_BYTES:
        return (
            f"{world.warehouse}: no file may grow beyond {_megabytes(limit)} (ulimit -f), and "
            f"{run}; raise the limit, and run again."
        )
    if _SQLITE[1] in text and _free(folder) > _NEXT_TO_NOTHING_BYTES:
        return (
            f"{world.warehouse}: the disk answers with an error ({_SQLITE[1]}); see that it is "
            "sound and still there, and run again."
        )
    free = _free(folder)
    enough = _megabytes(max(needed, 2 * free))  # what is free was too little, whatever landed
    other = "WAREHOUSE" if folder == world.warehouse else "TMPDIR"
    return (
        f"{folder}: the disk is full, {_megabytes(free)} are free and a run takes up to {enough}; "
        f"free some, or give another {other}, and run again."
    )


def _closed(words: str, text: str, place: object, world: World) -> str | None:
    """Only what lies in the warehouse: elsewhere nothing is written."""
    found = [str(place)] if isinstance(place, str) and place.startswith("/") else []
    inside = [
        path for path in [*_PATH.findall(text), *found] if path.startswith(f"{world.warehouse}/")
    ]
    if not inside and "database" not in words:
        return None
    # a file that cannot be moved is named with the one that it was to become
    closed = [path for path in inside if not os.access(Path(path).parent, os.W_OK)]
    where = (closed or inside or [world.dagster_home])[0]
    return (
        f"{where}: cannot be read or written ({words}); give the user of this run all rights "
        f"below {world.warehouse}, or give another WAREHOUSE, and run again."
    )


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size < 1e7 else f"{size / 1e6:,.0f} MB"
