"""Which files have landed, and what each is known by."""

import difflib
import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from customer_status.environment.errors import UserError
from customer_status.environment.layout import World
from customer_status.environment.text import shown
from customer_status.feeds.layouts import FEEDS
from customer_status.ingest.hashing import FILE_ID_DIGITS, HashCache, hash_of
from customer_status.ingest.mappings import FeedMapping, mappings_in_force

# Suffix to format; the compression is told from the name too.
FORMATS = {
    ".parquet": "parquet",
    ".csv": "csv",
    ".csv.gz": "csv",
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl",
}
# More names of text files, where a mapping says how they are laid out.
TEXT_FORMATS = {".txt": "csv", ".txt.gz": "csv", ".tsv": "csv", ".tsv.gz": "csv"}
BEING_WRITTEN = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".inprogress")
# What Spark and Hadoop write beside their files to say that a folder is complete, the folder of
# what they have not finished, and what desktops leave in every folder that they show.
MARKERS = frozenset({"_success", "_temporary", "thumbs.db", "desktop.ini"})


@dataclass(frozen=True)
class LandedFile:
    """One file in the landing folder.

    Attributes:
        name: path relative to the landing folder, with forward slashes, safe to show.
        file_id: what it is known by (see docs/architecture.md); of a file that cannot be opened,
            a hash of its name.
        signature: inode, size in bytes, times of modification and change in nanoseconds when it was
            hashed.
        problem: why it cannot be read at all; None if it can be tried.
        mapping: how its rows become the feed's; None if they are the feed's own.
        content_id: hash of its bytes alone; the file_id where there is no mapping.
    """

    feed: str
    name: str
    path: Path
    file_id: str
    signature: tuple[int, int, int, int]
    format: str | None
    problem: str | None = None
    mapping: FeedMapping | None = None
    content_id: str = ""

    @property
    def is_compressed(self) -> bool:
        return self.path.name.lower().endswith(".gz")

    @property
    def size_bytes(self) -> int:
        return self.signature[1]

    def is_unchanged(self) -> bool:
        """Whether the file still is what was hashed.

        Permissions and links change a file's time of change, too; then its bytes decide.
        """
        try:
            now = _signature(self.path)
            if now[:-1] != self.signature[:-1]:
                return False
            return now == self.signature or hash_of(self.path) == self.content_id
        except OSError:
            return False


@dataclass(frozen=True)
class Landing:
    """What was found.

    Attributes:
        files: the files of every feed, by name.
        ignored: top-level entries that are neither a feed nor a mapping.
        meant: for some of those, the feed or mapping whose name is almost the same.
    """

    files: dict[str, tuple[LandedFile, ...]]
    ignored: tuple[str, ...]
    meant: Mapping[str, str] = field(default_factory=dict)


def discover(landing: Path, *, world: World, config: Path | None = None) -> Landing:
    """Find and hash every file of every feed under ``landing``.

    Args:
        config: folder of the business's own configuration, which may hold mappings.

    Raises:
        UserError: the folder is missing, is empty, or has no folder named like a feed or a
            mapping; or a mapping cannot be used.
    """
    mappings = mappings_in_force(config)
    folders = _feed_folders(landing, mappings)
    cache = HashCache(world.root / "landing_hashes.json")
    files: dict[str, tuple[LandedFile, ...]] = {}
    for name in folders:
        mapping = mappings.get(name)
        feed = mapping.feed if mapping else name
        found = tuple(
            _landed(feed, path, landing=landing, cache=cache, mapping=mapping)
            for path in _walk(landing / name)
        )
        files[feed] = files.get(feed, ()) + found
    cache.save()
    entries = sorted(path.name for path in landing.iterdir() if not _is_ignored(path.name))
    ignored = tuple(name for name in entries if name not in FEEDS and name not in mappings)
    known = (*FEEDS, *mappings)
    meant = {name: difflib.get_close_matches(name, known, n=1) for name in ignored}
    return Landing(files, ignored, {name: found[0] for name, found in meant.items() if found})


def _feed_folders(landing: Path, mappings: Mapping[str, FeedMapping]) -> list[str]:
    """Folders of the landing folder that are named like a feed or, after those, a mapping."""
    try:
        is_there, is_empty = landing.is_dir(), not next(landing.iterdir(), None)
    except (FileNotFoundError, NotADirectoryError):
        is_there = False
    except OSError as error:
        raise UserError(
            f"LANDING={shown(landing)}: the folder cannot be read ({error.strerror}); allow it."
        ) from error
    if not is_there:
        raise UserError(
            f"LANDING={shown(landing)}: no such folder; give the folder that holds the feeds, and "
            "see that its disk is mounted."
        )
    expected = f"put files under {', '.join(f'{feed}/' for feed in FEEDS)}"
    if is_empty:
        raise UserError(
            f"LANDING={shown(landing)}: the folder is empty; {expected}, and see that its disk is "
            "mounted."
        )
    folders = [name for name in (*FEEDS, *mappings) if (landing / name).is_dir()]
    if not folders:
        raise UserError(
            f"LANDING={shown(landing)}: holds no folder of a known feed; {expected}, or under a "
            f"folder named like a mapping ({', '.join(mappings)})."
        )
    return folders


def _walk(folder: Path) -> Iterator[Path]:
    """Files below a folder in the order of their paths, through links, each folder once."""
    seen: set[tuple[int, int]] = set()
    for root, folders, names in os.walk(folder, followlinks=True, onerror=_refuse):
        state = Path(root).stat()
        if (state.st_dev, state.st_ino) in seen:
            folders.clear()
            continue
        seen.add((state.st_dev, state.st_ino))
        folders[:] = sorted(name for name in folders if not _is_passed_over(name))
        for name in sorted(names):
            if not _is_ignored(name):
                yield Path(root, name)


def _refuse(error: OSError) -> None:
    """A folder that cannot be opened may hold anything: nothing of it must be missed in silence."""
    raise UserError(
        f"{shown(error.filename)}: the folder cannot be read ({error.strerror}); allow it, or move "
        "it out of the landing folder."
    ) from error


def _is_passed_over(folder: str) -> bool:
    return folder.startswith(".") or folder.lower() in MARKERS


def _is_ignored(name: str) -> bool:
    is_hidden = name.startswith((".", "~$")) or name.lower() in MARKERS
    return is_hidden or name.lower().endswith(BEING_WRITTEN)


def _landed(
    feed: str, path: Path, *, landing: Path, cache: HashCache, mapping: FeedMapping | None
) -> LandedFile:
    given = path.relative_to(landing).as_posix()
    decoded = _in_utf8(given)
    name = shown(decoded)
    formats = FORMATS | (TEXT_FORMATS if mapping and mapping.names_a_layout else {})
    suffix = next((end for end in formats if path.name.lower().endswith(end)), None)
    known = ", ".join(formats)
    problem = None if suffix else f"its name ends in none of {known}"
    if decoded != given:
        problem = "its name is not UTF-8 text; rename it"
    signature, file_id, content_id = (0, 0, 0, 0), _name_id(name), ""
    try:
        if stat.S_ISREG(path.stat().st_mode):
            signature = _signature(path)
            content_id = cache.file_id(path)
            file_id = mapping.file_id(content_id) if mapping else content_id
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
        format=formats[suffix] if suffix else None,
        problem=problem,
        mapping=mapping,
        content_id=content_id,
    )


def _in_utf8(name: str) -> str:
    """The name with bytes that are no UTF-8 written out, so that every engine can keep it."""
    return os.fsencode(name).decode("utf-8", errors="backslashreplace")


def _signature(path: Path) -> tuple[int, int, int, int]:
    state = path.stat()
    return state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns


def _name_id(name: str) -> str:
    return hashlib.sha256(f"unreadable:{name}".encode()).hexdigest()[:FILE_ID_DIGITS]
