"""One writer per warehouse."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from world.errors import UserError

_held: set[Path] = set()


@contextmanager
def writing(lock_file: Path) -> Iterator[None]:
    """Hold the warehouse for writing; the operating system lets go when the process dies.

    Within a process that holds it already, it is simply held on.

    Raises:
        UserError: another run holds it.
    """
    if lock_file in _held:
        yield
        return
    try:
        lock_file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"WAREHOUSE={lock_file.parent}: cannot be made a folder ({error.strerror}); "
            "give another WAREHOUSE."
        ) from error
    with lock_file.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UserError(
                f"{lock_file.parent}: another run is writing this warehouse; "
                "wait for it to end, or give another WAREHOUSE."
            ) from error
        _held.add(lock_file)
        try:
            yield
        finally:
            _held.discard(lock_file)
