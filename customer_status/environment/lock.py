"""One writer per warehouse."""

import errno
import fcntl
import getpass
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from customer_status.environment.errors import UserError
from customer_status.environment.text import shown

TRIES = 5
SECONDS_BETWEEN_TRIES = 0.2

_held: set[Path] = set()


@contextmanager
def writing(lock_file: Path) -> Iterator[None]:
    """Hold the warehouse for writing; the operating system lets go when the process dies.

    Within a process that holds it already, it is simply held on.

    Raises:
        UserError: another run holds it, or it cannot be written.
    """
    if lock_file in _held:
        yield
        return
    with _opened(lock_file) as handle:
        if not _take(handle):
            raise UserError(
                f"{lock_file.parent}: another run is writing this warehouse{_holder(handle)}; "
                "wait for it to end, or give another WAREHOUSE."
            )
        _sign(handle)
        _held.add(lock_file)
        try:
            yield
        finally:
            _held.discard(lock_file)


def _take(handle: IO[str]) -> bool:
    """Take the lock; whether it could be had.

    A sensor may hold it for an instant, to see if it is free.
    """
    for _ in range(TRIES):
        with suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(SECONDS_BETWEEN_TRIES)
    return False


def _opened(lock_file: Path) -> IO[str]:
    warehouse = lock_file.parent
    try:
        warehouse.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"WAREHOUSE={shown(warehouse)}: cannot be made a folder ({error.strerror}); "
            "give another WAREHOUSE."
        ) from error
    try:
        handle = lock_file.open("a+", encoding="utf-8")
    except OSError as error:
        raise _cannot_be_written(warehouse, error) from error
    if not os.access(warehouse, os.W_OK | os.X_OK):
        handle.close()
        raise _cannot_be_written(warehouse, PermissionError(errno.EACCES, "Permission denied"))
    return handle


def _cannot_be_written(warehouse: Path, error: OSError) -> UserError:
    return UserError(
        f"WAREHOUSE={shown(warehouse)}: cannot be written ({error.strerror}); "
        "give the user of this run the right to, or give another WAREHOUSE."
    )


def _sign(handle: IO[str]) -> None:
    """Say who holds the warehouse, for whom it keeps out; a full disk is no reason to stop here."""
    with suppress(OSError):
        handle.truncate(0)
        now = datetime.now(tz=UTC).isoformat(sep=" ", timespec="seconds")
        handle.write(f"process {os.getpid()} of {_user()} on {socket.gethostname()}, since {now}")
        handle.flush()


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return f"user {os.getuid()}"


def _holder(handle: IO[str]) -> str:
    handle.seek(0)
    words = handle.read(500).strip()
    return f" ({words})" if words else ""
