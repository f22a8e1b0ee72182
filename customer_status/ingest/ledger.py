"""Receipts: what became of every file that ever came.

A receipt is one JSON object of plain values (``reasons`` and ``notices`` map a text to a number of
rows), so that an engine reads ``receipts/*/*.json`` as a table.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from customer_status.environment.durable import write_through
from customer_status.environment.layout import World

ACCEPTED = "accepted"
HELD = "held"
# An empty table of receipts for engines, which fail where no file is found.
NO_RECEIPT = "_none/_none.json"
PARQUET_END = b"PAR1"


@dataclass(frozen=True)
class Receipt:
    """What became of one file.

    Attributes:
        file_name: where it was found, relative to the landing folder.
        state: ``accepted``, or ``held``: nothing of it is in raw or quarantine.
        rows_read: data rows in the file; 0 if it could not be read or lacks a column.
        reasons: rule to number of rows that broke it; a row may break several.
        held_reason: why the file is held; None if it is not.
        ingested_at: moment of ingest, ISO 8601 in UTC.
        mapping: name of the mapping that made its rows; None if the file has the feed's own.
        content_id: hash of the file's bytes alone; None where that is the file_id.
        rows_in_export: data rows in the file before the mapping; None without one.
        rows_passed_over: those that the mapping left out on purpose; None without one.
        notices: what was read as another value, in words, to the number of accepted rows.
        rules: version of the rules that its rows keep (`ingest.rules_version`); None if they were
            last looked at by a version of this program that did not note it.
    """

    feed: str
    file_id: str
    file_name: str
    state: str
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    size_bytes: int
    ingested_at: str
    reasons: Mapping[str, int] = field(default_factory=dict)
    held_reason: str | None = None
    mapping: str | None = None
    content_id: str | None = None
    rows_in_export: int | None = None
    rows_passed_over: int | None = None
    notices: Mapping[str, int] = field(default_factory=dict)
    rules: str | None = None

    def __post_init__(self) -> None:
        told = self.rows_accepted + self.rows_quarantined
        if self.state == ACCEPTED and told != self.rows_read:
            raise RuntimeError(
                f"{self.file_name}: {self.rows_read} rows read, but {self.rows_accepted} accepted "
                f"and {self.rows_quarantined} quarantined."
            )


def added_up(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """The sum of counts, by text."""
    total: dict[str, int] = {}
    for count in counts:
        for text, rows in count.items():
            total[text] = total.get(text, 0) + rows
    return total


FIELDS = frozenset(one.name for one in fields(Receipt))


def receipt_path(world: World, feed: str, file_id: str) -> Path:
    return world.receipts / feed / f"{file_id}.json"


def write_receipt(world: World, receipt: Receipt) -> None:
    """Write a receipt whole or not at all, through to disk; its folder is left to be synced."""
    path = receipt_path(world, receipt.feed, receipt.file_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_through(path, receipt_text(receipt))


def receipt_text(receipt: Receipt) -> str:
    """A receipt as it stands in its file."""
    maps = {"reasons": dict(receipt.reasons), "notices": dict(receipt.notices)}
    return json.dumps(asdict(receipt) | maps, ensure_ascii=False) + "\n"


def receipt_from(text: str) -> Receipt:
    """A receipt from the text of its file, which may be of an older or a newer version.

    What only a newer one knows is passed over, what an older one did not know has its default.

    Raises:
        ValueError: it is no JSON.
        TypeError: it is no receipt.
        RuntimeError: its numbers of rows do not add up.
    """
    content = json.loads(text)
    return Receipt(**{name: value for name, value in content.items() if name in FIELDS})


def ensure_receipts(world: World) -> None:
    """Let an engine read ``receipts/*/*.json`` before any file has come."""
    path = world.receipts / NO_RECEIPT
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def read_receipts(world: World, feed: str | None = None) -> tuple[Receipt, ...]:
    """All receipts, of one feed or of every feed, by feed and file name; damaged ones are none."""
    found = (_read(path) for path in world.receipts.glob(f"{feed or '*'}/[!_]*.json"))
    receipts = (receipt for receipt in found if receipt is not None)
    return tuple(sorted(receipts, key=lambda r: (r.feed, r.file_name, r.file_id)))


def remove_damaged_receipts(world: World, feed: str) -> None:
    """An engine would stop at them; the files that they spoke of are read again."""
    for path in world.receipts.glob(f"{feed}/[!_]*.json"):
        if _read(path) is None:
            path.unlink()


def _read(path: Path) -> Receipt | None:
    try:
        return receipt_from(path.read_text(encoding="utf-8"))
    except (ValueError, TypeError, AttributeError):
        return None


def is_in_raw(world: World, receipt: Receipt) -> bool:
    """Whether the rows of an accepted file are there, to the last byte of their Parquet file."""
    path = world.raw / receipt.feed / f"{receipt.file_id}.parquet"
    try:
        with path.open("rb") as file:
            file.seek(-len(PARQUET_END), os.SEEK_END)
            return file.read() == PARQUET_END
    except OSError:
        return False
