"""Takes the new files of one feed into the warehouse."""

import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from customer_status.engine import Engine
from customer_status.environment.durable import sync
from customer_status.environment.layout import World
from customer_status.environment.text import shown
from customer_status.feeds.layouts import FEEDS
from customer_status.ingest.judging import Tally, judge_files, judge_rows
from customer_status.ingest.landing import LandedFile
from customer_status.ingest.ledger import (
    ACCEPTED,
    HELD,
    Receipt,
    ensure_receipts,
    is_in_raw,
    read_receipts,
    receipt_path,
    remove_damaged_receipts,
    write_receipt,
)
from customer_status.ingest.revalidation import Revalidated, revalidate
from customer_status.ingest.rules_version import rules_version
from customer_status.ingest.splitting import split
from customer_status.ingest.staging import StagedFile, stage_file
from customer_status.ingest.textfiles import Unreadable
from customer_status.ingest.values import empty_select
from customer_status.ingest.writing import finish
from customer_status.settings.config import Settings, store_timezones
from expectations.dates import Bounds
from expectations.files import file_rules
from expectations.suites import Check, load_seeds, row_suite

SCHEMA_FILE = "_schema.parquet"


@dataclass(frozen=True)
class FeedOutcome:
    """What one run did with one feed.

    Attributes:
        receipts: of the files that were new to this run; held files are new every time.
        known: files of this run whose content had been accepted before.
        duplicates: files of this run with the content of another new one.
        checks: verdicts of Great Expectations, on rows and on files; none if nothing was new.
        revalidated: rows of earlier files that newer rules have moved.
    """

    feed: str
    receipts: tuple[Receipt, ...] = ()
    known: int = 0
    duplicates: int = 0
    checks: tuple[Check, ...] = ()
    revalidated: Revalidated = Revalidated()

    @property
    def held(self) -> tuple[Receipt, ...]:
        """Files that block what depends on the feed."""
        return tuple(receipt for receipt in self.receipts if receipt.state == HELD)


def ensure_schemas(world: World) -> None:
    """Write ``raw/<feed>/_schema.parquet``: no rows, so that a feed that never came is empty.

    Receipts can be read as a table from then on, too.
    """
    ensure_receipts(world)
    with Engine(temp_directory=world.staged / "spill", timezone="UTC") as engine:
        for feed in FEEDS:
            fresh = world.staged / feed / SCHEMA_FILE
            engine.copy(empty_select(feed), fresh)
            _move(fresh, world.raw / feed / SCHEMA_FILE)


def ingest_feed(
    feed: str,
    files: Sequence[LandedFile],
    *,
    world: World,
    settings: Settings,
    now: datetime,
    memory_limit: str | None = None,
) -> FeedOutcome:
    """Bring a feed's landed files to raw and quarantine, each with a receipt.

    Content that was accepted before is passed over; held files are judged again. ``files`` are
    all that the landing folder holds now: a held file that is gone is forgotten.

    Args:
        now: the moment of ingest, with its time zone.
        memory_limit: what the engine may use, such as ``2GB``; default most of the machine's.

    Raises:
        RuntimeError: rows are not all accounted for, or a rule could not be computed.
    """
    finish(world, feed)
    accepted = _heal(world, feed, files)
    new = [file for file in _distinct(files) if file.file_id not in accepted]
    known = sum(file.file_id in accepted for file in files)
    zone = settings.source_timezone(feed).key
    bounds = _bounds(world, settings, now)
    shutil.rmtree(world.staged / feed, ignore_errors=True)
    with Engine(
        temp_directory=world.staged / "spill", timezone=zone, memory_limit=memory_limit
    ) as engine:
        load_seeds(engine, world.config)
        moved = revalidate(engine, feed, files, world=world, bounds=bounds)
        outcome = FeedOutcome(feed, known=known, revalidated=moved)
        if not new:
            return outcome
        receipts, checks = _ingest_new(
            engine, feed, new, world=world, settings=settings, bounds=bounds
        )
    shutil.rmtree(world.staged / feed, ignore_errors=True)
    _heal(world, feed, files)
    duplicates = len(files) - known - len(new)
    return replace(outcome, receipts=receipts, checks=checks, duplicates=duplicates)


def _ingest_new(
    engine: Engine,
    feed: str,
    files: Sequence[LandedFile],
    *,
    world: World,
    settings: Settings,
    bounds: Bounds,
) -> tuple[tuple[Receipt, ...], tuple[Check, ...]]:
    """Stage all files, judge them together, then settle them: rows first, through to disk, and the
    receipts by which they count last."""
    suite, version = row_suite(feed, bounds), rules_version(engine, feed, bounds)
    folder, most = world.staged / feed, settings.max_unpacked_bytes
    staged = [stage_file(engine, file, folder=folder, max_unpacked=most) for file in files]
    row_checks, tallies = judge_rows(engine, staged, suite=suite)
    limits = file_rules(settings.max_reject_share)
    file_checks, held = judge_files(engine, staged, tallies, rules=limits)
    receipts = []
    for file in staged:
        file_id = file.file.file_id
        tally = tallies.get(file_id, Tally())
        try:
            parts = split(engine, file, tally, suite=suite) if file_id not in held else []
        except Unreadable as error:
            parts, held[file_id] = [], f"the file cannot be read: {error}"
        for ready, room in parts:
            sync(ready)
            _move(ready, world.root / room / feed / f"{file_id}.parquet")
        receipt = _receipt(file, tally, held_reason=held.get(file_id), now=bounds.now)
        receipts.append(replace(receipt, rules=version))
    _settle(world, feed, receipts)
    return tuple(receipts), (*row_checks, *file_checks)


def _settle(world: World, feed: str, receipts: Sequence[Receipt]) -> None:
    for folder in (world.raw / feed, world.quarantine / feed):
        if folder.exists():
            sync(folder)
    for receipt in receipts:
        write_receipt(world, receipt)
    sync(world.receipts / feed)


def _bounds(world: World, settings: Settings, now: datetime) -> Bounds:
    return Bounds(
        now=now,
        earliest=settings.earliest_event_date,
        business_timezone=settings.business_timezone.key,
        store_timezones=store_timezones(world.config),
    )


def _heal(world: World, feed: str, files: Sequence[LandedFile]) -> frozenset[str]:
    """Remove what is not to be read, and return the ids of the accepted files.

    That is what an interrupted run left, and what an older text of a mapping made of a file that
    the present one has been accepted for: no file is ever in raw in two readings.
    """
    landed = {file.file_id for file in files}
    readings: dict[str, set[str]] = {}
    for file in files:
        readings.setdefault(file.content_id, set()).add(file.file_id)
    accepted = set()
    remove_damaged_receipts(world, feed)
    receipts = read_receipts(world, feed)
    for receipt in receipts:
        file_id = receipt.file_id
        if receipt.state == ACCEPTED and is_in_raw(world, receipt):
            accepted.add(file_id)
        elif receipt.state == HELD and file_id not in landed:
            receipt_path(world, feed, file_id).unlink()
    for receipt in _superseded(receipts, readings, accepted):
        receipt_path(world, feed, receipt.file_id).unlink()
        accepted.discard(receipt.file_id)
    for room in (world.raw, world.quarantine):
        for path in (room / feed).glob("*.parquet"):
            if path.stem not in accepted and path.name != SCHEMA_FILE:
                path.unlink()
    return frozenset(accepted)


def _superseded(
    receipts: Iterable[Receipt], readings: Mapping[str, set[str]], accepted: Collection[str]
) -> list[Receipt]:
    """Receipts of accepted files whose bytes have been accepted in another reading.

    Args:
        readings: hash of a landed file's bytes to the ids that it now goes by.
    """
    return [
        receipt
        for receipt in receipts
        if receipt.file_id in accepted
        and (now := readings.get(receipt.content_id or receipt.file_id))
        and receipt.file_id not in now
        and not now.isdisjoint(accepted)
    ]


def _distinct(files: Sequence[LandedFile]) -> list[LandedFile]:
    """One file for each content; of several names, the first that promises to be readable."""
    chosen: dict[str, LandedFile] = {}
    for file in sorted(files, key=lambda file: (file.problem is not None, file.name)):
        chosen.setdefault(file.file_id, file)
    return sorted(chosen.values(), key=lambda file: file.name)


def _receipt(
    staged: StagedFile, tally: Tally, *, held_reason: str | None, now: datetime
) -> Receipt:
    is_held = held_reason is not None
    return Receipt(
        feed=staged.file.feed,
        file_id=staged.file.file_id,
        file_name=staged.file.name,
        state=HELD if is_held else ACCEPTED,
        rows_read=staged.rows_read,
        rows_accepted=0 if is_held else staged.rows_read - tally.rows_bad,
        rows_quarantined=0 if is_held else tally.rows_bad,
        size_bytes=staged.file.size_bytes,
        ingested_at=now.astimezone(UTC).isoformat(timespec="seconds"),
        reasons=tally.reasons,
        notices={} if is_held else tally.notices,
        held_reason=shown(held_reason) if is_held else None,
        mapping=staged.file.mapping.name if staged.file.mapping else None,
        content_id=staged.file.content_id if staged.file.mapping else None,
        rows_in_export=staged.rows_in_export,
        rows_passed_over=staged.rows_passed_over,
    )


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)
