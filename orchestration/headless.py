"""One run from the command line: prepare, run the daily job in this process, say how it ended."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from customer_status.environment.disk import told_in_one_line
from customer_status.environment.errors import UserError
from customer_status.environment.layout import World
from customer_status.environment.lock import writing
from customer_status.environment.permissions import close_to_others
from customer_status.environment.source import claim
from customer_status.publish.publish import remove_stale_releases
from orchestration import alerts
from orchestration.build_state import facts_are_built
from orchestration.clock import clock_warnings, moment
from orchestration.dbt import ready_dbt
from orchestration.fingerprint import (
    accepted_receipts,
    is_current,
    made_of,
)
from orchestration.options import DEFAULT_WAREHOUSE, RunOptions, options_from
from orchestration.sample_data import ensure_sample_data

if TYPE_CHECKING:
    import dagster as dg

# A logger of the definitions is used only by a run that names it.
QUIET: dict[str, Any] = {"loggers": {"console": {}}}

DAGSTER_SETTINGS = """\
telemetry: {enabled: false}
nux: {enabled: false}
# One build database, one writer: one run at a time, one writing step at a time.
concurrency:
  runs: {max_concurrent_runs: 1}
  pools: {granularity: op, default_limit: 1}
# Dagster keeps some ticks of schedule and sensor for ever.
retention:
  schedule: {purge_after_days: 60}
  sensor: {purge_after_days: {skipped: 7, failure: 60, success: 60}}
freshness: {enabled: true}
"""

DIED = "The process of this run died."


def run(options: RunOptions, *, say: Callable[[str], None]) -> bool:
    """Land, check, build and publish; True if that was needed, False if nothing is new.

    Raises:
        UserError: the run ended without a current release; the message says why.
    """
    from orchestration.healing import heal

    ensure_sample_data(options)
    world = options.world
    with told_in_one_line(world, landing=options.landing), writing(world.lock_file):
        notes = claim(world)
        close_to_others(world)
        for line in (*notes, *heal(world), *clock_warnings(world)):
            say(line)
        seen = look_at_landing(options)
        for name in seen.ignored:
            hint = f"; is {seen.meant[name]} meant?" if name in seen.meant else "."
            say(f"Passed over: {options.landing / name} is named like no feed{hint}")
        if seen.is_known and is_current(world, fingerprint=made_of(world), run_date=seen.run_date):
            remove_stale_releases(world)  # a run may have died after it published
            return False
        another_day_only = seen.is_known and facts_are_built(world)
        say(f"Files: {options.landing}")
        prepare_dagster(options)
        with ready_dbt(world):
            for run_id in end_dead_runs():
                _tell_of_death(world, run_id, say=say)
            run_daily_job(world, another_day_only=another_day_only)
    return True


@contextmanager
def alerts_about_failure(*, say: Callable[[str], None]) -> Iterator[None]:
    """Send an alert if the run fails, be it before it begins; how it ends stays as it is."""
    try:
        yield
    except Exception as error:
        if alerts.is_wanted():
            for warning in alerts.send(_alert(error)):
                say(warning)
        raise


def _alert(error: Exception) -> dict[str, Any]:
    from orchestration.failures import run_id_of

    words = str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {error}"
    try:
        world = options_from().world
    except UserError:  # which is what the alert is about
        world = None
    given = os.environ.get("STATUS_WAREHOUSE", "").strip() or DEFAULT_WAREHOUSE
    return alerts.failure(
        world.warehouse if world else Path(given),
        words.splitlines(),
        world=world,
        run_id=run_id_of(error),
    )


@dataclass(frozen=True)
class Seen:
    """What a first look shows: nothing but files whose rows are in raw, names that are no feed's
    (the sample data's own notes aside) with those almost the same that are, and the day of the run
    where the business is."""

    is_known: bool
    ignored: tuple[str, ...]
    meant: Mapping[str, str]
    run_date: date


def look_at_landing(options: RunOptions) -> Seen:
    """Look at the landed files; write the seeds in force, which say what day it is.

    Raises:
        UserError: the landing folder or the configuration cannot be used.
    """
    from customer_status.ingest.landing import discover
    from orchestration.defs.run import settings_in_force
    from orchestration.losses import is_whole

    now = moment(options.world)
    landing = discover(options.landing, world=options.world, config=options.config)
    settings = settings_in_force(options, now)
    accepted = {(receipt.feed, receipt.file_id) for receipt in accepted_receipts(options.world)}
    landed = {(feed, file.file_id) for feed, files in landing.files.items() for file in files}
    return Seen(
        is_known=landed <= accepted and is_whole(options.world),
        ignored=() if options.data else landing.ignored,
        meant=landing.meant,
        run_date=now.astimezone(settings.business_timezone).date(),
    )


def prepare_dagster(options: RunOptions) -> None:
    """Set Dagster's home, the options of the run, and dbt's parsed project."""
    from orchestration.manifest import ensure_manifest

    home = options.world.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    (home / "dagster.yaml").write_text(DAGSTER_SETTINGS, encoding="utf-8")
    os.environ.update(options.environment())
    os.environ["DAGSTER_HOME"] = str(home)
    ensure_manifest(options.world)


def end_dead_runs() -> list[str]:
    """End the runs of processes that died: they would hold Dagster's queue and pool for ever.

    The caller holds the warehouse, so whatever still counts as started is dead.

    Returns:
        Ids of those that were started from the command line; of others Dagster's sensor tells.
    """
    import dagster as dg

    from orchestration.defs.alerts.sensor import is_from_command_line

    ended = []
    started = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING])
    with dg.DagsterInstance.get() as instance:
        for run in instance.get_runs(started):
            instance.report_run_failed(run, DIED)
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
            if is_from_command_line(run):
                ended.append(run.run_id)
    return ended


def _tell_of_death(
    world: World,
    run_id: str,
    *,
    say: Callable[[str], None],
    now: str = "The next run has begun.",
) -> None:
    """Alert for a run that was killed and could not do so itself; the program goes on."""
    if alerts.is_wanted():
        problems = [f"run {run_id}: {DIED} {now}"]
        alert = alerts.failure(world.warehouse, problems, world=world, run_id=run_id)
        for warning in alerts.send(alert):
            say(warning)


def end_dead_runs_if_free(world: World, *, say: Callable[[str], None]) -> None:
    """The same before the UI starts, unless a run from the command line is going on."""
    with suppress(UserError), writing(world.lock_file):
        for run_id in end_dead_runs():
            _tell_of_death(world, run_id, say=say, now="Dagster's UI is starting.")


def run_daily_job(world: World, *, another_day_only: bool) -> None:
    """Run the daily job in this process, recorded where the Dagster UI looks.

    Args:
        another_day_only: no file is new and the facts are built; only the as-of date is another.

    Raises:
        UserError: a step or a blocking check failed.
    """
    from orchestration.definitions import definitions
    from orchestration.defs.alerts.sensor import FROM_COMMAND_LINE
    from orchestration.defs.dbt.assets import ANOTHER_DAY
    from orchestration.event_log import instance_with_open_log
    from orchestration.failures import RunFailed, what_failed
    from orchestration.healing import heal_after
    from orchestration.progress import only_own_words

    defs = definitions()
    job = defs.resolve_job_def("daily")
    selection = steps_for_another_day(defs) if another_day_only else None
    # What an earlier run complained of must not pass for this one's complaints.
    (world.target / "run_results.json").unlink(missing_ok=True)
    with instance_with_open_log() as instance, only_own_words():
        result = job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config=QUIET,
            asset_selection=selection,
            tags=FROM_COMMAND_LINE | ({ANOTHER_DAY: "true"} if another_day_only else {}),
        )
    if not result.success:
        complaints = what_failed(result, world)
        if heal_after(world, complaints):
            complaints.append(f"{world.build_database}: was damaged and is removed; run again.")
        raise RunFailed("\n".join(complaints), run_id=result.run_id)


def steps_for_another_day(defs: "dg.Definitions") -> "list[dg.AssetKey]":
    """The assets to make again when only the as-of date is another: none of the facts."""
    import dagster as dg

    from orchestration.defs.dbt.assets import FOLLOWS_THE_DAY, SETTINGS_SEED

    follows = dg.AssetSelection.assets(*FOLLOWS_THE_DAY).downstream()
    selection = follows | dg.AssetSelection.assets(SETTINGS_SEED)
    return sorted(selection.resolve(defs.resolve_asset_graph()))
