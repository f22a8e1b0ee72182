"""What a run found in the files that came, kept for its page: no row and no value of one."""

import json
import shutil
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from customer_status.environment.layout import World
from customer_status.ingest.ledger import ACCEPTED, read_receipts
from customer_status.ingest.run import FeedOutcome
from customer_status.report.input_quality import PAGE, FeedFound, FileFound, RuleFound, write_page
from expectations.drift import Drift
from expectations.files import file_rules

# A page of a year of files takes 0.1 MB; a month of daily runs is as far as anybody looks back.
RUNS_KEPT = 30


def record(
    world: World,
    outcome: FeedOutcome,
    drifts: Iterable[Drift],
    *,
    run_id: str,
    now: datetime,
) -> Path:
    """Add what was found in one feed to the page of the run; return the page.

    Feeds follow each other, so the page is whole after the last and true after each: a run that
    stops at a held file has its page, too.
    """
    folder = _folder(world, run_id, now)
    folder.mkdir(parents=True, exist_ok=True)
    found = asdict(_found(world, outcome, drifts))
    (folder / f"{outcome.feed}.json").write_text(json.dumps(found), encoding="utf-8")
    page = folder / PAGE
    write_page(page, feeds=[_read(path) for path in folder.glob("*.json")], at=now)
    _prune(world)
    return page


def newest_page(world: World) -> Path | None:
    """The page of the last run that looked at files; None before the first."""
    pages = sorted(world.input_quality.glob(f"*/{PAGE}"))
    return pages[-1] if pages else None


def _folder(world: World, run_id: str, now: datetime) -> Path:
    """One folder for a run; by name they are in the order of time."""
    known = sorted(world.input_quality.glob(f"*-{run_id[:8]}"))
    stamp = now.astimezone(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    return known[0] if known else world.input_quality / f"{stamp}-{run_id[:8]}"


def _prune(world: World) -> None:
    for folder in sorted(world.input_quality.iterdir())[:-RUNS_KEPT]:
        shutil.rmtree(folder, ignore_errors=True)


def _found(world: World, outcome: FeedOutcome, drifts: Iterable[Drift]) -> FeedFound:
    of_files = {rule.name for rule in file_rules(max_reject_share=1)}
    checked = sum(receipt.rows_read for receipt in outcome.receipts)
    all_time = [r for r in read_receipts(world, outcome.feed) if r.state == ACCEPTED]
    return FeedFound(
        feed=outcome.feed,
        rules=tuple(
            RuleFound(check.description, check.unexpected_count)
            for check in outcome.checks
            if check.name not in of_files
        ),
        rows_checked=checked,
        files=tuple(
            FileFound(
                name=receipt.file_name,
                rows_read=receipt.rows_read,
                rows_quarantined=receipt.rows_quarantined,
                rules=dict(receipt.reasons),
                held_reason=receipt.held_reason,
                notices=dict(receipt.notices),
            )
            for receipt in outcome.receipts
        ),
        known_files=outcome.known + outcome.duplicates,
        drifts=tuple(drift.text for drift in drifts),
        files_so_far=len(all_time),
        rows_so_far=sum(receipt.rows_read for receipt in all_time),
        quarantined_so_far=sum(receipt.rows_quarantined for receipt in all_time),
    )


def _read(path: Path) -> FeedFound:
    found = json.loads(path.read_text(encoding="utf-8"))
    found["rules"] = tuple(RuleFound(**rule) for rule in found["rules"])
    found["files"] = tuple(FileFound(**file) for file in found["files"])
    return FeedFound(**found)
