"""The published release as an asset, the last of a run."""

import csv
import os
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import dagster as dg

from customer_status.environment.errors import UserError
from customer_status.environment.layout import World
from customer_status.erasure.tokens import state as forgotten
from customer_status.feeds.layouts import FEEDS
from customer_status.ingest.ledger import added_up
from customer_status.report.wording import counted
from orchestration.defs.failures import RETRIES, user_errors_fail
from orchestration.defs.raw.assets import POOL
from orchestration.defs.run import RunFacts, WarehouseRun
from orchestration.fingerprint import (
    accepted_receipts,
    code_version,
    facts_made_of,
    made_of,
    policy_version,
)
from orchestration.notes import DATA_NOTES
from orchestration.progress import say

if TYPE_CHECKING:
    from customer_status.report.facts import ReleaseFacts

# A day, and the time that a daily run may take longer than the one before.
FRESH_HOURS = 26
RELEASE = dg.AssetKey(["release", "current"])
STILL_OPEN = (
    "releases stay readable to others (mode {mode:04o}), as they were in this warehouse; all else "
    "is closed to them now; the setting release_mode says who may read releases"
)


def freshness() -> dg.FreshnessPolicy:
    """A release older than STATUS_FRESH_HOURS is a warning, one twice as old a failure.

    Raises:
        UserError: that is no number of hours.
    """
    text = os.environ.get("STATUS_FRESH_HOURS", "").strip() or str(FRESH_HOURS)
    if not text.isdecimal() or not int(text):
        raise UserError(f"STATUS_FRESH_HOURS={text}: give whole hours, such as {FRESH_HOURS}.")
    hours = timedelta(hours=int(text))
    return dg.FreshnessPolicy.time_window(fail_window=2 * hours, warn_window=hours)


def release_asset(public_models: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The asset that publishes the public models."""

    @dg.asset(
        key=RELEASE,
        group_name="release",
        kinds={"duckdb"},
        deps=public_models,
        pool=POOL,
        retry_policy=RETRIES,
        freshness_policy=freshness(),
        description="The public models, the report and release.json that readers see.",
    )
    def release(context: dg.AssetExecutionContext, run: WarehouseRun) -> dg.MaterializeResult:
        from customer_status.publish.manifest import public_tables
        from customer_status.publish.modes import release_mode
        from customer_status.publish.publish import publish, remove_stale_releases
        from orchestration.build_state import facts_are_built, note_release, read_state
        from orchestration.defs.release.figures import figures
        from orchestration.input_quality import newest_page

        with user_errors_fail():
            state = read_state(run.world)
            if state is None or not state.is_whole or not facts_are_built(run.world):
                raise UserError(
                    f"{run.world.build_database}: not all tables are built from the files taken "
                    "in by now; run the whole job, or `make run`."
                )
            facts = release_facts(run)
            readers = release_mode(run.world, run.settings.release_mode)
            tables = public_tables(run.world.target / "manifest.json")
            folder = publish(
                run.world,
                tables=tables,
                facts=facts,
                quality_page=newest_page(run.world),
                brought_from=state.brought_from,
                mode=readers.mode,
            )
            note_release(run.world, facts.release_id)
            say(context, f"release: {facts.release_id} is current")
            if readers.is_news:
                say(context, STILL_OPEN.format(mode=readers.mode))
            removed = remove_stale_releases(run.world)
        if removed:
            say(context, f"erasures: {counted(removed, 'older release')} removed")
        return dg.MaterializeResult(
            metadata={
                **figures(folder),
                "release_id": facts.release_id,
                "as_of_date": facts.as_of_date.isoformat(),
                "shared_identifiers": facts.shared_identifiers,
                "placeholders": dg.MetadataValue.json(facts.placeholders),
                "folder": dg.MetadataValue.path(folder),
                "report": dg.MetadataValue.path(folder / "report.html"),
            }
        )

    return release


def release_facts(run: RunFacts) -> "ReleaseFacts":
    """What the release says about itself; the id is the day it speaks of and what it is made of."""
    from customer_status.publish.identities import read_identities
    from customer_status.report.facts import ReleaseFacts

    world = run.world
    identities = read_identities(world.build_database)
    accepted = accepted_receipts(world)
    fingerprint = made_of(world)
    as_of, latest, observed_from = _days(world)
    by_feed = {feed: [r for r in accepted if r.feed == feed] for feed in FEEDS}
    quarantine = {feed: added_up(r.reasons for r in of_feed) for feed, of_feed in by_feed.items()}
    notices = {feed: added_up(r.notices for r in of_feed) for feed, of_feed in by_feed.items()}
    return ReleaseFacts(
        release_id=f"{as_of.isoformat()}-{fingerprint[:12]}",
        as_of_date=as_of,
        created_at=run.now,
        code_version=code_version(),
        fingerprint=fingerprint,
        facts_fingerprint=facts_made_of(world),
        policy=policy_version(world),
        engagement_observed_from=observed_from,
        latest_event_date=latest,
        policy_versions=_policies(world),
        input_batches=[
            {
                "feed": receipt.feed,
                "file_id": receipt.file_id,
                "file_name": receipt.file_name,
                "rows_read": receipt.rows_read,
                "rows_accepted": receipt.rows_accepted,
                "rows_quarantined": receipt.rows_quarantined,
            }
            for receipt in accepted
        ],
        quarantine={feed: reasons for feed, reasons in quarantine.items() if reasons},
        notices={feed: texts for feed, texts in notices.items() if texts},
        settings=run.settings.values,
        forgotten=forgotten(world),
        feed_notes=_feed_notes(run, as_of, latest),
        shared_identifiers=identities.shared,
        placeholders=identities.placeholders,
        data_note=DATA_NOTES.get(run.options.data or "", ""),
    )


def _feed_notes(run: RunFacts, as_of: date, latest: date | None) -> list[str]:
    from customer_status.report.coverage import feed_notes, read_coverage

    is_day_given = run.options.as_of is not None
    database = run.world.build_database
    return feed_notes(
        read_coverage(database, as_of=as_of, latest_event=latest, is_day_given=is_day_given)
    )


def _days(world: World) -> tuple[date, date | None, date | None]:
    import duckdb

    with duckdb.connect(str(world.build_database), read_only=True) as connection:
        return connection.execute(
            "select as_of_date, latest_event_date, engagement_observed_from "
            "from intermediate.int_run__as_of"
        ).fetchall()[0]


def _policies(world: World) -> list[dict[str, str]]:
    with (world.config / "status_policy.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
