"""What may happen to a run: little room, missing rights, another clock."""

import contextlib
import ctypes
import os
import resource
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.shop import Run

# For the owner, the group and everybody else.
TO_WRITE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
ALL_RIGHTS = stat.S_IRWXU | stat.S_IRWXG | stat.S_IRWXO

# From linux/prctl.h and linux/capability.h.
_DROP_FROM_BOUNDING_SET = 24
_PASSES_OVER_RIGHTS = (1, 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH

# A run on a machine whose clock says what the last argument says.
WITH_CLOCK = """
import sys
from datetime import datetime
from orchestration import clock

class Clock(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.fromisoformat(sys.argv[-1])

clock.datetime = Clock
from orchestration.__main__ import main
main(["run"])
"""


def as_anybody() -> None:
    """In a new process: have no more rights to files than they give, even if it is root's."""
    if os.geteuid() == 0:
        for capability in _PASSES_OVER_RIGHTS:
            ctypes.CDLL(None).prctl(_DROP_FROM_BOUNDING_SET, capability, 0, 0, 0)


def with_files_up_to(size_bytes: int) -> Callable[[], None]:
    """In a new process, and what it starts: no file may grow beyond this."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, size_bytes))

    return limit


@contextlib.contextmanager
def without_right(rights: int, *paths: Path) -> Iterator[None]:
    """Take ``TO_WRITE`` or ``ALL_RIGHTS`` to folders and files, and all below, for a while."""
    if sys.platform != "linux" and os.geteuid() == 0:
        pytest.skip("root has every right here")
    found = [path for top in paths for path in (top, *sorted(top.rglob("*")))]
    modes = {path: path.stat().st_mode for path in found if not path.is_symlink()}
    for path in reversed(modes):  # what is below first, while its folder can be entered
        path.chmod(modes[path] & ~rights)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


@contextlib.contextmanager
def small_disk(folder: Path, *, megabytes: int) -> Iterator[Path]:
    """A file system of its own with so much room; only where one may be mounted."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("no program to mount a small disk")
    if done.returncode:
        pytest.skip("no right to mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill_up(ballast: Path) -> None:
    """Leave not a byte on the disk of this file, even while others write there, too."""
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1 << 16))


def clock_at(moment: str) -> list[str]:
    """The command of a run on a machine whose clock stands at the moment (ISO 8601)."""
    return [sys.executable, "-c", WITH_CLOCK, moment]


def complaint(run: Run) -> str:
    """The one line that a run which failed complains in."""
    assert run.code == 1
    (line,) = run.errors
    assert line.startswith("error: ")
    return line.removeprefix("error: ")
