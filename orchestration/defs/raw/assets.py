"""Raw feeds as assets: files that came are judged, and what passes becomes raw rows."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import dagster as dg

from ingest.feeds import FEEDS
from orchestration.defs.failures import RETRIES, user_errors_fail
from orchestration.defs.run import WarehouseRun
from orchestration.progress import count, say

if TYPE_CHECKING:
    from ingest.run import FeedOutcome

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
    from ingest.run import ensure_schemas

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
        check_specs=[
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
        ],
        description=f"Accepted rows of the {feed} feed, one Parquet file per file that came.",
    )
    def feed_asset(context: dg.AssetExecutionContext, run: WarehouseRun) -> Iterator[object]:
        from ingest.landing import discover
        from ingest.run import ingest_feed

        with user_errors_fail():
            files = discover(run.options.landing, world=run.world).files.get(feed, ())
            outcome = ingest_feed(feed, files, world=run.world, settings=run.settings, now=run.now)
        say(context, describe(outcome))
        yield dg.MaterializeResult(metadata=metadata(outcome))
        yield from check_results(key, outcome)

    return feed_asset


def describe(outcome: "FeedOutcome") -> str:
    """One line for a person who watches the run."""
    new = [receipt for receipt in outcome.receipts if receipt.state == "accepted"]
    held = len(outcome.receipts) - len(new)
    accepted = sum(receipt.rows_accepted for receipt in new)
    quarantined = sum(receipt.rows_quarantined for receipt in new)
    parts = [count(len(new), "new file"), f"{count(accepted, 'row')} accepted"]
    if quarantined:
        parts.append(f"{quarantined:,} quarantined")
    if held:
        parts.append(f"{count(held, 'file')} held back")
    return f"{outcome.feed}: {', '.join(parts)}"


def metadata(outcome: "FeedOutcome") -> dict[str, object]:
    """Figures that Dagster plots from run to run."""
    return {
        "new_files": len(outcome.receipts),
        "known_files": outcome.known,
        "rows_read": sum(receipt.rows_read for receipt in outcome.receipts),
        "rows_accepted": sum(receipt.rows_accepted for receipt in outcome.receipts),
        "rows_quarantined": sum(receipt.rows_quarantined for receipt in outcome.receipts),
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
    reasons: dict[str, int] = {}
    for receipt in outcome.receipts:
        for reason, rows in receipt.reasons.items():
            reasons[reason] = reasons.get(reason, 0) + rows
    yield dg.AssetCheckResult(
        asset_key=key,
        check_name="rows_are_good",
        passed=not reasons,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"quarantined": dg.MetadataValue.json(reasons)},
    )


raw_assets = [seeds_in_force, *(raw_feed(feed) for feed in FEEDS)]
