"""Puts an earlier file's rows in other places: all of it, or none, wherever a run dies.

What is to be is written to a folder of its own; the receipt, written last, makes it count. A run
that finds one there does the rest.
"""

from dataclasses import dataclass
from pathlib import Path

from customer_status.environment.durable import sync, write_through
from customer_status.environment.layout import World
from customer_status.ingest.ledger import (
    Receipt,
    receipt_from,
    receipt_path,
    receipt_text,
    write_receipt,
)


@dataclass(frozen=True)
class Revision:
    """What becomes of one file: its receipt, and the new files of its rows; None for no rows."""

    receipt: Receipt
    raw: Path
    quarantine: Path | None


def commit(world: World, revision: Revision) -> None:
    """Replace a file's rows in raw and quarantine, and its receipt."""
    feed, file_id = revision.receipt.feed, revision.receipt.file_id
    folder = world.revised / feed
    folder.mkdir(parents=True, exist_ok=True)
    parts = {"raw": revision.raw, "quarantine": revision.quarantine}
    for room, path in parts.items():
        if path is not None:
            sync(path)
            path.replace(folder / f"{file_id}.{room}.parquet")
    sync(folder)
    write_through(folder / f"{file_id}.json", receipt_text(revision.receipt))
    sync(folder)
    finish(world, feed)


def finish(world: World, feed: str) -> None:
    """Do what is left of revisions that count, and remove what does not."""
    folder = world.revised / feed
    for path in sorted(folder.glob("*.json")):
        _finish(world, receipt_from(path.read_text(encoding="utf-8")), folder)
        path.unlink()
    for path in folder.glob("*"):
        path.unlink()


def _finish(world: World, receipt: Receipt, folder: Path) -> None:
    for room, rows in (("raw", receipt.rows_accepted), ("quarantine", receipt.rows_quarantined)):
        target = world.root / room / receipt.feed / f"{receipt.file_id}.parquet"
        ready = folder / f"{receipt.file_id}.{room}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        if ready.exists():
            ready.replace(target)
        elif room == "quarantine" and not rows:
            target.unlink(missing_ok=True)
        sync(target.parent)
    write_receipt(world, receipt)
    sync(receipt_path(world, receipt.feed, receipt.file_id).parent)
