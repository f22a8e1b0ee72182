"""Which files have landed, and what each is known by."""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.feeds import FEEDS
from ingest.hashing import FILE_ID_DIGITS, HashCache
from world.errors import UserError
from world.layout import World

# Suffix to format; the compression is told from the name too.
FORMATS = {
    ".parquet": "parquet",
    ".csv": "csv",
    ".csv.gz": "csv",
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl",
}
BEING_WRITTEN = (".tmp", ".part", ".crdownload")
# Written by Spark and Hadoop beside their files to say that a folder is complete.
MARKERS = frozenset({"_SUCCESS"})


@dataclass(frozen=True)
class LandedFile:
    """One file in the landing folder.

    Attributes:
        name: path relative to the landing folder, with forward slashes.
        file_id: what it is known by (see docs/architecture.md); of a file that cannot be opened,
            a hash of its name.
        signature: inode, size in bytes, modification time in nanoseconds when it was hashed.
        problem: why it cannot be read at all; None if it can be tried.
    """

    feed: str
    name: str
    path: Path
    file_id: str
    signature: tuple[int, int, int]
    format: str | None
    problem: str | None = None

    @property
    def is_compressed(self) -> bool:
        return self.path.name.lower().endswith(".gz")

    @property
    def size_bytes(self) -> int:
        return self.signature[1]

    def is_unchanged(self) -> bool:
        """Whether the file still is what was hashed."""
        try:
            return _signature(self.path) == self.signature
        except OSError:
            return False


@dataclass(frozen=True)
class Landing:
    """What was found: the files of every feed, by name, and top-level entries that are no feed."""

    files: dict[str, tuple[LandedFile, ...]]
    ignored: tuple[str, ...]


def discover(landing: Path, *, world: World) -> Landing:
    """Find and hash every file of every feed under ``landing``.

    Raises:
        UserError: the folder is missing, is empty, has no folder named like a feed, or holds
            requests to be forgotten.
    """
    feeds = _feed_folders(landing)
    cache = HashCache(world.root / "landing_hashes.json")
    files = {
        feed: tuple(_landed(feed, path, landing=landing, cache=cache) for path in _walk(folder))
        for feed, folder in feeds.items()
    }
    cache.save()
    entries = sorted(path.name for path in landing.iterdir() if not _is_ignored(path.name))
    return Landing(files, tuple(name for name in entries if name not in FEEDS))


def _feed_folders(landing: Path) -> dict[str, Path]:
    if not landing.is_dir():
        raise UserError(f"LANDING={landing}: no such folder; give the folder that holds the feeds.")
    expected = f"put files under {', '.join(f'{feed}/' for feed in FEEDS)}"
    if not any(landing.iterdir()):
        raise UserError(f"LANDING={landing}: the folder is empty; {expected}.")
    _refuse_erasures(landing / "erasures")
    folders = {feed: landing / feed for feed in FEEDS if (landing / feed).is_dir()}
    if not folders:
        raise UserError(f"LANDING={landing}: holds no folder of a known feed; {expected}.")
    return folders


def _refuse_erasures(folder: Path) -> None:
    """A request to be forgotten must never be passed over in silence."""
    if folder.is_dir() and next(_walk(folder), None):
        raise UserError(f"{folder}: erasure requests are not processed yet; take them out to run.")


def _walk(folder: Path) -> Iterator[Path]:
    """Files below a folder in the order of their paths, through links, each folder once."""
    seen: set[tuple[int, int]] = set()
    for root, folders, names in os.walk(folder, followlinks=True):
        state = Path(root).stat()
        if (state.st_dev, state.st_ino) in seen:
            folders.clear()
            continue
        seen.add((state.st_dev, state.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not _is_ignored(name):
                yield Path(root, name)


def _is_ignored(name: str) -> bool:
    return name.startswith(".") or name in MARKERS or name.lower().endswith(BEING_WRITTEN)


def _landed(feed: str, path: Path, *, landing: Path, cache: HashCache) -> LandedFile:
    name = path.relative_to(landing).as_posix()
    suffix = next((end for end in FORMATS if path.name.lower().endswith(end)), None)
    known = ", ".join(FORMATS)
    problem = None if suffix else f"its name ends in none of {known}"
    signature, file_id = (0, 0, 0), _name_id(name)
    try:
        if stat.S_ISREG(path.stat().st_mode):
            signature = _signature(path)
            file_id = cache.file_id(path)
        else:
            problem = "it is not a regular file"
    except OSError as error:
        problem = f"it cannot be opened ({error.strerror})"
    return LandedFile(
        feed=feed,
        name=name,
        path=path.absolute(),
        file_id=file_id,
        signature=signature,
        format=FORMATS[suffix] if suffix else None,
        problem=problem,
    )


def _signature(path: Path) -> tuple[int, int, int]:
    state = path.stat()
    return state.st_ino, state.st_size, state.st_mtime_ns


def _name_id(name: str) -> str:
    return hashlib.sha256(f"unreadable:{name}".encode()).hexdigest()[:FILE_ID_DIGITS]
