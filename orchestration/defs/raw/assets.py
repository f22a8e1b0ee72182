"""Raw feeds as assets: files that came are judged, and what passes becomes raw rows."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from customer_status.feeds.layouts import FEEDS
from customer_status.ingest.ledger import added_up
from customer_status.report.wording import counted
from expectations.low_volume import FEED as LOW_VOLUME_FEED
from expectations.low_volume import low_days
from expectations.suites import watch_of
from orchestration.defs.failures import RETRIES, user_errors_fail
from orchestration.defs.run import WarehouseRun
from orchestration.fingerprint import current_facts
from orchestration.progress import say

if TYPE_CHECKING:
    from customer_status.ingest.run import FeedOutcome
    from expectations.drift import Drift

SEEDS_IN_FORCE = dg.AssetKey(["config", "seeds_in_force"])
# One writer at a time: every step that writes the warehouse takes this pool of one.
POOL = "warehouse"


@dg.asset(
    key=SEEDS_IN_FORCE,
    group_name="config",
    kinds={"csv"},
    pool=POOL,
    description="The shipped seeds, overlaid with the business's own, and the day of the run.",
)
def seeds_in_force(context: dg.AssetExecutionContext, run: WarehouseRun) -> dg.MaterializeResult:
    from customer_status.ingest.run import ensure_schemas

    with user_errors_fail():
        settings = run.settings
        ensure_schemas(run.world)
    return dg.MaterializeResult(metadata={"settings": dg.MetadataValue.json(settings.values)})


def raw_feed(feed: str) -> dg.AssetsDefinition:
    """The asset of one feed's raw rows, with its checks."""
    key = dg.AssetKey(["raw", feed])

    @dg.asset(
        key=key,
        group_name="raw",
        kinds={"parquet"},
        deps=[SEEDS_IN_FORCE],
        pool=POOL,
        retry_policy=RETRIES,
        check_specs=check_specs(feed, key),
        description=f"Accepted rows of the {feed} feed, one Parquet file per file that came.",
    )
    def feed_asset(context: dg.AssetExecutionContext, run: WarehouseRun) -> Iterator[object]:
        yield from take_in(context, feed, run)

    return feed_asset


def take_in(
    context: dg.AssetExecutionContext, feed: str, run: WarehouseRun
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Bring the feed's files in, look at its newest days, and tell of both."""
    from customer_status.ingest.landing import discover
    from customer_status.ingest.run import ingest_feed
    from orchestration.input_quality import record
    from orchestration.losses import refuse_losses

    with user_errors_fail():
        options = run.options
        landing = discover(options.landing, world=run.world, config=options.config)
        files = landing.files.get(feed, ())
        refuse_losses(feed, files, world=run.world)
        outcome = ingest_feed(feed, files, world=run.world, settings=run.settings, now=run.now)
    say(context, describe(outcome))
    drifts, low = newest_drifts(feed, run)
    for drift in drifts:
        say(context, f"warning: {feed}: {drift.text}")
    page = record(run.world, outcome, drifts, run_id=context.run.run_id, now=run.now)
    if outcome.held:
        say(context, f"what to do about it: {page}")
    yield dg.MaterializeResult(
        metadata={**metadata(outcome), "input_quality": dg.MetadataValue.path(page)}
    )
    yield from check_results(context.asset_key, outcome)
    if watch_of(feed):
        yield drift_result(context.asset_key, drifts, page)
    if feed == LOW_VOLUME_FEED:
        yield low_volume_result(context.asset_key, low)


def check_specs(feed: str, key: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    """The checks of a feed's raw rows; only files that cannot be taken stop anything."""
    specs = [
        dg.AssetCheckSpec(
            "files_can_be_taken",
            asset=key,
            blocking=True,
            description="No file is held back. A file that is blocks the release.",
        ),
        dg.AssetCheckSpec(
            "rows_are_good",
            asset=key,
            description="No row is quarantined. Rows that are do not block the release.",
        ),
    ]
    if watch_of(feed):
        specs.append(
            dg.AssetCheckSpec(
                "newest_days_are_usual",
                asset=key,
                description="The newest days are like the same weekdays of the weeks before.",
            )
        )
    if feed == LOW_VOLUME_FEED:
        specs.append(
            dg.AssetCheckSpec(
                "complete_days_came_whole",
                asset=key,
                blocking=True,
                description="With the setting hold_on_low_volume: no complete day has under a "
                "quarter of its usual orders. One that has blocks the release.",
            )
        )
    return specs


def newest_drifts(feed: str, run: WarehouseRun) -> "tuple[tuple[Drift, ...], list[str]]":
    """Where the feed's newest days in raw are unlike the weeks before, and days that hold."""
    from customer_status.ingest.profile import newest_profiles
    from expectations.drift import drifts

    watch = watch_of(feed)
    if watch is None:
        return (), []
    zone = run.settings.business_timezone.key
    profiles = newest_profiles(feed, watch, world=run.world, timezone=zone)
    holds = feed == LOW_VOLUME_FEED and run.settings.hold_on_low_volume
    low = low_days(profiles, published_to=_published_to(run)) if holds else []
    return drifts(watch, profiles), low


def _published_to(run: WarehouseRun) -> date | None:
    facts = current_facts(run.world) or {}
    is_ours = facts.get("world") == run.world.name
    return date.fromisoformat(facts["as_of_date"]) if is_ours else None


def low_volume_result(key: dg.AssetKey, low: list[str]) -> dg.AssetCheckResult:
    """Complete days without most of their orders, as a check that blocks the release."""
    advice = (
        "; hold_on_low_volume holds the release: land the missing files, or, if the day was as "
        "quiet as that, run once with hold_on_low_volume set to false"
    )
    return dg.AssetCheckResult(
        asset_key=key,
        check_name="complete_days_came_whole",
        passed=not low,
        severity=dg.AssetCheckSeverity.ERROR,
        description="; ".join(low) + advice if low else None,
        metadata={"days": dg.MetadataValue.json(low)},
    )


def drift_result(key: dg.AssetKey, drifts: "tuple[Drift, ...]", page: Path) -> dg.AssetCheckResult:
    """Drift as a check that warns and never fails."""
    return dg.AssetCheckResult(
        asset_key=key,
        check_name="newest_days_are_usual",
        passed=not drifts,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(drift.text for drift in drifts) or None,
        metadata={
            "warnings": dg.MetadataValue.json([drift.text for drift in drifts]),
            "input_quality": dg.MetadataValue.path(page),
        },
    )


def describe(outcome: "FeedOutcome") -> str:
    """One line for a person who watches the run."""
    new = [receipt for receipt in outcome.receipts if receipt.state == "accepted"]
    held = len(outcome.receipts) - len(new)
    accepted = sum(receipt.rows_accepted for receipt in new)
    quarantined = sum(receipt.rows_quarantined for receipt in new)
    parts = [counted(len(new), "new file"), f"{counted(accepted, 'row')} accepted"]
    if quarantined:
        parts.append(f"{quarantined:,} quarantined")
    passed_over = sum(receipt.rows_passed_over or 0 for receipt in new)
    if passed_over:
        parts.append(f"{counted(passed_over, 'row')} passed over by a mapping")
    if held:
        parts.append(f"{counted(held, 'file')} held back")
    if outcome.revalidated.rejected:
        rows = counted(outcome.revalidated.rejected, "row")
        parts.append(f"{rows} of earlier files quarantined by newer rules")
    if outcome.revalidated.let_in:
        rows = counted(outcome.revalidated.let_in, "row")
        parts.append(f"{rows} of earlier files accepted by newer rules")
    notices = added_up(receipt.notices for receipt in new)
    said = [f"; {notice} ({counted(rows, 'row')})" for notice, rows in sorted(notices.items())]
    return f"{outcome.feed}: {', '.join(parts)}{''.join(said)}"


def metadata(outcome: "FeedOutcome") -> dict[str, int]:
    """Figures that Dagster plots from run to run."""
    return {
        "new_files": len(outcome.receipts),
        "known_files": outcome.known,
        "rows_read": sum(receipt.rows_read for receipt in outcome.receipts),
        "rows_accepted": sum(receipt.rows_accepted for receipt in outcome.receipts),
        "rows_quarantined": sum(receipt.rows_quarantined for receipt in outcome.receipts),
        "earlier_rows_quarantined": outcome.revalidated.rejected,
        "earlier_rows_accepted": outcome.revalidated.let_in,
    }


def check_results(key: dg.AssetKey, outcome: "FeedOutcome") -> Iterator[dg.AssetCheckResult]:
    """The verdicts of the feed's suites, as the asset's two checks."""
    held = {
        receipt.file_name: receipt.held_reason
        for receipt in outcome.receipts
        if receipt.state == "held"
    }
    yield dg.AssetCheckResult(
        asset_key=key,
        check_name="files_can_be_taken",
        passed=not held,
        severity=dg.AssetCheckSeverity.ERROR,
        description="; ".join(f"{name}: {reason}" for name, reason in held.items()) or None,
        metadata={"held_files": dg.MetadataValue.json(held)},
    )
    reasons = added_up(receipt.reasons for receipt in outcome.receipts)
    notices = added_up(receipt.notices for receipt in outcome.receipts)
    rows = sum(receipt.rows_quarantined for receipt in outcome.receipts)
    yield dg.AssetCheckResult(
        asset_key=key,
        check_name="rows_are_good",
        passed=not reasons,
        severity=dg.AssetCheckSeverity.WARN,
        description=describe_quarantine(rows, reasons) if reasons else None,
        metadata={
            "rows_quarantined": rows,
            "quarantined": dg.MetadataValue.json(reasons),
            "corrected": dg.MetadataValue.json(notices),
        },
    )


def describe_quarantine(rows: int, reasons: Mapping[str, int]) -> str:
    """A warning in words, for Dagster writes "Failed" beside its sign of a warning."""
    ranked = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    words = ", ".join(f"{reason} ({broken:,})" for reason, broken in ranked)
    return (
        f"Warning, no failure: {counted(rows, 'row')} went to quarantine: {words}. "
        "The other rows are taken, unless their file is held back."
    )


receipts = dg.AssetSpec(
    ["receipts", "files"],
    group_name="raw",
    deps=[dg.AssetKey(["raw", feed]) for feed in FEEDS],
    description="What became of every file: one JSON object each, written with its raw rows.",
)

raw_assets: list[dg.AssetsDefinition | dg.AssetSpec] = [
    seeds_in_force,
    *(raw_feed(feed) for feed in FEEDS),
    receipts,
]
