"""Holds rows of earlier files against the rules of now, once for each change of the rules.

A stricter rule moves rows of raw to quarantine, a laxer one lets rows of quarantine in, and a
column that an older version did not know is taken out of the unknown ones. What comes out is what
the same files would give a new warehouse. No file is held for it, and none has to be landed still.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby

from customer_status.engine import Engine
from customer_status.environment.durable import sync
from customer_status.environment.layout import World
from customer_status.feeds.layouts import FEEDS
from customer_status.ingest.judging import Tally, tallies_of
from customer_status.ingest.landing import LandedFile
from customer_status.ingest.ledger import ACCEPTED, Receipt, is_in_raw, read_receipts, write_receipt
from customer_status.ingest.rules_version import rules_version
from customer_status.ingest.sorting import sort_again
from customer_status.ingest.splitting import split
from customer_status.ingest.staging import stage_file
from customer_status.ingest.stored import quarantine_source, raw_source, seen_now
from customer_status.ingest.textfiles import Unreadable
from customer_status.ingest.writing import Revision, commit
from expectations.dates import Bounds
from expectations.rules import any_broken
from expectations.suites import RowSuite, row_suite

# No timestamp that a row can hold is in the future of it.
LATEST = datetime(9999, 12, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Revalidated:
    """Rows of earlier files that were moved to quarantine, and rows that were let in after all."""

    rejected: int = 0
    let_in: int = 0


def revalidate(
    engine: Engine, feed: str, files: Sequence[LandedFile], *, world: World, bounds: Bounds
) -> Revalidated:
    """Bring what is in raw and quarantine of a feed to the rules of now.

    The engine must have the lists of the configuration. Killed anywhere, it ends the same the next
    time.

    Args:
        files: what the landing folder holds; of those that still lie there, rejected rows are kept
            as they came, with their row numbers.
    """
    version = rules_version(engine, feed, bounds)
    old = [
        receipt
        for receipt in read_receipts(world, feed)
        if receipt.state == ACCEPTED and receipt.rules != version and is_in_raw(world, receipt)
    ]
    if not old:
        return Revalidated()
    suite = suite_that_looks_back(feed, bounds, world=world)
    affected = _changed_in_raw(engine, world, feed, _of_other_rules(old, version), suite=suite)
    affected |= _to_be_let_in(engine, world, feed, old, bounds)
    landed = {file.file_id: file for file in files if not file.problem}
    rejected = let_in = 0
    for receipt in old:
        if receipt.file_id not in affected:
            write_receipt(world, replace(receipt, rules=version))
            continue
        file = landed.get(receipt.file_id)
        at_ingest = row_suite(feed, _bounds_of(receipt, bounds))
        revision = file and _read_again(engine, world, receipt, file, suite=at_ingest)
        revision = revision or sort_again(
            engine, world, receipt, suite=suite, suite_at_ingest=at_ingest
        )
        commit(world, replace(revision, receipt=replace(revision.receipt, rules=version)))
        more = revision.receipt.rows_quarantined - receipt.rows_quarantined
        rejected, let_in = rejected + max(more, 0), let_in + max(-more, 0)
    sync(world.receipts / feed)
    shutil.rmtree(world.staged / feed, ignore_errors=True)
    return Revalidated(rejected, let_in)


def suite_that_looks_back(feed: str, bounds: Bounds, *, world: World) -> RowSuite:
    """What rows in raw are held against, whenever they were accepted."""
    is_anybody_erased = world.erasure_secret.exists()
    suite = row_suite(feed, replace(bounds, now=LATEST))
    rules = tuple(
        rule
        for rule in suite.rules
        if rule.looks_back and not (rule.spares_erased and is_anybody_erased)
    )
    return replace(suite, rules=rules)


def _bounds_of(receipt: Receipt, bounds: Bounds) -> Bounds:
    """As they were when the file was ingested: what came from the future then stays so."""
    return replace(bounds, now=datetime.fromisoformat(receipt.ingested_at))


def _of_other_rules(receipts: Sequence[Receipt], version: str) -> list[Receipt]:
    """Those whose rows were let in by other rules, and not only beside other lists."""
    rules, _, _ = version.partition(".")
    return [receipt for receipt in receipts if (receipt.rules or "").partition(".")[0] != rules]


def _changed_in_raw(
    engine: Engine, world: World, feed: str, receipts: Sequence[Receipt], *, suite: RowSuite
) -> set[str]:
    """Ids of the files of which a row in raw breaks a rule or reads otherwise now."""
    paths = [world.raw / feed / f"{receipt.file_id}.parquet" for receipt in receipts]
    if not paths:
        return set()
    rows = seen_now(raw_source(engine, feed, paths), feed, suite)
    is_changed = " or ".join(
        f"{name} is distinct from _source.{name}" for name in (*FEEDS[feed], "_extra")
    )
    found = engine.rows(
        f"select distinct _file_id from ({rows}) where {any_broken(suite.rules)} or {is_changed}"
    )
    return {file_id for (file_id,) in found}


def _to_be_let_in(
    engine: Engine, world: World, feed: str, receipts: Sequence[Receipt], bounds: Bounds
) -> set[str]:
    """Ids of the files of which a row in quarantine breaks no rule any more."""
    by_moment = sorted(receipts, key=lambda receipt: receipt.ingested_at)
    found: set[str] = set()
    for _, group in groupby(by_moment, key=lambda receipt: receipt.ingested_at):
        together = list(group)
        places = [world.quarantine / feed / f"{receipt.file_id}.parquet" for receipt in together]
        paths = [path for path in places if path.exists()]
        if paths:
            suite = row_suite(feed, _bounds_of(together[0], bounds))
            rows = seen_now(quarantine_source(engine, feed, paths), feed, suite)
            good = f"select distinct _file_id from ({rows}) where not ({any_broken(suite.rules)})"
            found |= {file_id for (file_id,) in engine.rows(good)}
    return found


def _read_again(
    engine: Engine, world: World, receipt: Receipt, file: LandedFile, *, suite: RowSuite
) -> Revision | None:
    """The file's rows from where it landed; None if it cannot be read as it was, or if a list of
    the configuration lost a value that is in use, which is for the build to stop at."""
    if _misses_a_value(engine, world, receipt, suite):
        return None
    staged = stage_file(engine, file, folder=world.staged / receipt.feed)
    if staged.path is None:
        return None
    found = tallies_of(engine, [staged.path], suite=suite)
    tally = found.get(receipt.file_id, Tally())
    try:
        parts = {room: path for path, room in split(engine, staged, tally, suite=suite)}
    except Unreadable:
        return None
    revised = replace(
        receipt,
        rows_read=staged.rows_read,
        rows_accepted=staged.rows_read - tally.rows_bad,
        rows_quarantined=tally.rows_bad,
        reasons=tally.reasons,
        notices=tally.notices,
        rows_in_export=staged.rows_in_export,
        rows_passed_over=staged.rows_passed_over,
    )
    return Revision(revised, raw=parts["raw"], quarantine=parts.get("quarantine"))


def _misses_a_value(engine: Engine, world: World, receipt: Receipt, suite: RowSuite) -> bool:
    listed = tuple(rule for rule in suite.rules if not rule.looks_back)
    if not listed:
        return False
    path = world.raw / receipt.feed / f"{receipt.file_id}.parquet"
    rows = seen_now(raw_source(engine, receipt.feed, [path]), receipt.feed, suite)
    return bool(engine.rows(f"select 1 from ({rows}) where {any_broken(listed)} limit 1"))
