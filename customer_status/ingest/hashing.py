"""Contents of landed files by hash, without reading again what has not changed."""

import hashlib
import json
import os
import time
from pathlib import Path

FILE_ID_DIGITS = 32
# The coarsest tick of a file system that people mount.
TICK_NS = 2_000_000_000


class HashCache:
    """SHA-256 of files, remembered by path, inode, size and times.

    The change time is part of the key: no program can set it back, so a file that was rewritten
    with its old size and old modification time is still read again. A file that changed just now
    is not remembered: file systems count time in ticks, and a second change may fall into the same.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known = _load(path)
        self._seen: dict[str, list] = {}

    def file_id(self, path: Path) -> str:
        """First 32 hexadecimal digits of the SHA-256 of the file's bytes.

        Raises:
            OSError: the file cannot be opened or read.
        """
        state = path.stat()
        signature = [state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns]
        known = self._known.get(str(path))
        digest = known[-1] if known and known[:-1] == signature else _digest(path)
        if time.time_ns() - state.st_ctime_ns > TICK_NS:
            self._seen[str(path)] = [*signature, digest]
        return digest[:FILE_ID_DIGITS]

    def save(self) -> None:
        """Keep what was asked for since the cache was opened; forget files that are gone."""
        if self._seen == self._known:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_name(f"{self._path.name}.{os.getpid()}.tmp")
        fresh.write_text(json.dumps(self._seen), encoding="utf-8")
        fresh.replace(self._path)


def hash_of(path: Path) -> str:
    """First 32 hexadecimal digits of the SHA-256 of all bytes of a file.

    Raises:
        OSError: the file cannot be opened or read.
    """
    return _digest(path)[:FILE_ID_DIGITS]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _load(path: Path) -> dict[str, list]:
    """The saved cache; an absent or damaged one is empty, since it can always be made again."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
