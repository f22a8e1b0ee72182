"""Mappings: how the files of one vendor become rows of a feed.

A mapping is one SQL file, ``mappings/<name>.sql``. Files in the landing folder ``<name>/`` are read
by it. It begins with comments that say what the program must know (docs/mappings.md), the rest is a
``select`` from the relation ``export``: the file's own columns, all text, and ``_row_number``.
"""

import difflib
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from customer_status.environment.errors import UserError
from customer_status.environment.layout import PROJECT_DIR
from customer_status.feeds.layouts import FEEDS

SHIPPED_MAPPINGS = PROJECT_DIR / "mappings"
FOLDER = "mappings"
KEYS = ("feed", "optional", "columns", "separator", "encoding")
# None: any run of blanks.
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "blanks": None}
# Latin-1 is tried only on files that are not UTF-8: most text is either by accident.
ENCODINGS = ("utf-8", "latin-1")

_SAYING = re.compile(r"--\s*(\w+):\s*(.*?)\s*$")


@dataclass(frozen=True)
class FeedMapping:
    """One mapping.

    Attributes:
        name: of the file without its ending, and of the landing folder.
        feed: the feed whose rows it makes.
        text: the whole file.
        optional: columns of the vendor that are given as null where a file lacks them.
        columns: names for the columns of files without a header; none if files have one.
        separator: a key of `SEPARATORS`.
        encoding: one of `ENCODINGS`.
    """

    name: str
    feed: str
    text: str
    optional: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    separator: str = "comma"
    encoding: str = "utf-8"

    @property
    def names_a_layout(self) -> bool:
        """Whether its text files are not plain CSV with a header."""
        return bool(self.columns) or self.separator != "comma"

    def file_id(self, content_id: str) -> str:
        """What a file read by this mapping is known by: its bytes and the mapping's own text."""
        both = f"{content_id}\0{self.name}\0{self.text}"
        return hashlib.sha256(both.encode()).hexdigest()[: len(content_id)]


def mappings_in_force(config: Path | None) -> dict[str, FeedMapping]:
    """The shipped mappings by name, with those of the folder ``<config>/mappings`` over them.

    Raises:
        UserError: a mapping cannot be used; the message names its file.
    """
    folders = [SHIPPED_MAPPINGS, *([config / FOLDER] if config else [])]
    paths = {path.stem: path for folder in folders for path in sorted(folder.glob("*.sql"))}
    return {name: read_mapping(path) for name, path in sorted(paths.items())}


def read_mapping(path: Path) -> FeedMapping:
    """Read one mapping.

    Raises:
        UserError: it cannot be read, or its header does not make sense.
    """
    if path.stem in FEEDS:
        raise UserError(f"{path}: is named like a feed; give it the name of its sender.")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read as text in UTF-8 ({error}).") from error
    said = _header(path, text)
    mapping = FeedMapping(
        name=path.stem,
        feed=_one_of(path, "feed", said["feed"], tuple(FEEDS)),
        text=text,
        optional=_names(said["optional"]),
        columns=_names(said["columns"]),
        separator=_one_of(path, "separator", said["separator"] or ["comma"], tuple(SEPARATORS)),
        encoding=_one_of(path, "encoding", said["encoding"] or ["utf-8"], ENCODINGS),
    )
    if not any(line.strip() and not line.startswith("--") for line in text.splitlines()):
        raise UserError(f"{path}: holds no query; write a select from the relation export.")
    return mapping


def _header(path: Path, text: str) -> dict[str, list[str]]:
    """What the comments before the query say, by key; a key may stand on several lines."""
    said: dict[str, list[str]] = {key: [] for key in KEYS}
    for line in text.splitlines():
        if line.strip() and not line.startswith("--"):
            break
        saying = _SAYING.match(line)
        if saying and saying[1] in said:
            said[saying[1]].append(saying[2])
        elif saying and (meant := difflib.get_close_matches(saying[1], KEYS, n=1)):
            raise UserError(f"{path}: its header says {saying[1]!r}; is {meant[0]!r} meant?")
    return said


def _one_of(path: Path, key: str, given: list[str], known: tuple[str, ...]) -> str:
    if len(given) == 1 and given[0] in known:
        return given[0]
    what = f"says {key} {', '.join(given)!r}" if given else f"does not say its {key}"
    raise UserError(
        f"{path}: its header {what}; begin it with the line '-- {key}: <one of "
        f"{', '.join(known)}>'."
    )


def _names(lines: list[str]) -> tuple[str, ...]:
    names = (name.strip() for line in lines for name in line.split(","))
    return tuple(name for name in names if name)
