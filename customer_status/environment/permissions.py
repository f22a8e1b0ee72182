"""Who may read what: all that can hold personal data is its owner's alone.

Releases are what others may be let in to, by the setting ``release_mode``.
"""

import os
from contextlib import suppress
from pathlib import Path

from customer_status.environment.layout import World

OTHERS = 0o077
PRIVATE = 0o600


def keep_private() -> None:
    """Let whatever this process and its children make be their user's alone."""
    os.umask(OTHERS)


def close_to_others(world: World) -> None:
    """Take from others what an older version left open to them; releases are left as they are.

    What belongs to another user stays as it is.
    """
    for folder in (world.root, world.dagster_home):
        if folder.exists() and folder.stat().st_mode & OTHERS:
            _close(folder)
    if world.older.exists():
        _take_rights(world.older)


def _close(folder: Path) -> None:
    """The folder itself comes last: as long as it is open, the work is not done."""
    for root, folders, names in os.walk(folder, topdown=False):
        for name in (*folders, *names):
            _take_rights(Path(root, name))
    _take_rights(folder)


def _take_rights(path: Path) -> None:
    with suppress(PermissionError, FileNotFoundError):
        mode = path.lstat().st_mode
        if mode & OTHERS and not path.is_symlink():
            path.chmod(mode & 0o7700)


def folder_mode(mode: int) -> int:
    """Mode of a folder whose files have a mode: whoever may read those may enter it."""
    return 0o700 | mode & 0o077 | (mode & 0o044) >> 2
