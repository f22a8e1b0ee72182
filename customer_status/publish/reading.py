"""Reads published files, whoever else has them open.

Two things of other programs may lie on a published file: a lock, while a program has it open for
writing (only the superuser can, since the file is read-only), and a ``.wal`` log that such a
program leaves, which DuckDB takes for part of the file. What was published is in the file alone. So
where there is either, a private copy is opened, beside which no log lies.
"""

import fcntl
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from customer_status.environment.errors import UserError
from customer_status.publish.files import copy_file

LOCKED = "Could not set lock on file"
LOG_SUFFIX = ".wal"
TRIES = 10
SECONDS_BETWEEN_TRIES = 0.3


@contextmanager
def attached_release(
    connection: duckdb.DuckDBPyConnection, mart: Path, *, folder: Path, name: str = "release"
) -> Iterator[None]:
    """Attach a published file read-only as ``name``, or a copy of it, which goes in the end.

    Args:
        folder: where a copy lies, if one is needed.

    Raises:
        duckdb.Error: the file is damaged.
        OSError: there is no room for the copy.
    """
    if not _log_of(mart).exists():
        try:
            _attach(connection, mart, name)
        except duckdb.IOException as error:
            if LOCKED not in str(error):
                raise
        else:
            yield
            return
    with _private_copy(mart, folder) as copy:
        _attach(connection, copy, name)
        yield


@contextmanager
def opened_release(mart: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in which the tables of a published file are found by their names alone.

    For people who ask: waits a few seconds for a file that is locked, and makes no copy of it.

    Raises:
        UserError: another program has the file open for writing, and does not let go.
        duckdb.Error: the file is damaged.
    """
    with ExitStack() as opened:
        path = opened.enter_context(_private_copy(mart, None)) if _has_foreign_log(mart) else mart
        connection = opened.enter_context(duckdb.connect())
        for tries_left in reversed(range(TRIES)):
            try:
                _attach(connection, path, "release")
                break
            except duckdb.IOException as error:
                if LOCKED not in str(error):
                    raise
                if not tries_left:
                    raise UserError(_who_holds(mart, str(error))) from error
            time.sleep(SECONDS_BETWEEN_TRIES)
        connection.execute("use release")
        yield connection


def remove_foreign_logs(releases: Path) -> list[Path]:
    """Remove ``.wal`` logs beside published files, and return them.

    Readers would take what they say for part of the release. A log whose writer is still there
    stays.
    """
    marts = sorted(releases.glob("[!.]*/*.duckdb"))
    foreign = [_log_of(mart) for mart in marts if _has_foreign_log(mart)]
    for log in foreign:
        log.unlink(missing_ok=True)
    return foreign


def is_locked(database: Path) -> bool:
    """Whether another process has the database open for writing; nothing in it is touched."""
    try:
        with database.open("rb") as file:
            fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        pass  # gone, or not ours to read: then nothing locks it for us
    return False


@contextmanager
def _private_copy(mart: Path, folder: Path | None) -> Iterator[Path]:
    with TemporaryDirectory(prefix=".reading-", dir=folder, ignore_cleanup_errors=True) as private:
        copy = Path(private, mart.name)
        copy_file(mart, copy)
        yield copy


def _log_of(mart: Path) -> Path:
    """Where DuckDB would look for a log, through links."""
    real = mart.resolve()
    return real.with_name(real.name + LOG_SUFFIX)


def _has_foreign_log(mart: Path) -> bool:
    return _log_of(mart).exists() and not is_locked(mart)


def _attach(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> None:
    quoted = str(path).replace("'", "''")
    connection.execute(f"attach '{quoted}' as {name} (read_only)")


def _who_holds(mart: Path, complaint: str) -> str:
    found = re.search(r"PID ([0-9]+)", complaint)
    holder = f" (process {found[1]})" if found else ""
    return (
        f"{mart}: another program has it open for writing{holder}, which keeps readers out; let "
        "that program open it read-only, or end it, and ask again."
    )
