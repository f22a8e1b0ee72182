"""One writer per warehouse."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from world.errors import UserError


@contextmanager
def writing(lock_file: Path) -> Iterator[None]:
    """Hold the warehouse for writing; the operating system lets go when the process dies.

    Raises:
        UserError: another run holds it.
    """
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UserError(
                f"{lock_file.parent}: another run is writing this warehouse; "
                "wait for it to end, or give another WAREHOUSE."
            ) from error
        yield
