"""One run from the command line: prepare, run the daily job in this process, say how it ended."""

import os
from collections.abc import Callable
from datetime import UTC, datetime

from orchestration.fingerprint import accepted_receipts, is_current, made_of
from orchestration.options import RunOptions
from orchestration.sample_data import ensure_sample_data
from world.errors import UserError
from world.layout import World
from world.lock import writing

DAGSTER_SETTINGS = """\
telemetry: {enabled: false}
nux: {enabled: false}
# One build database, one writer: one run at a time, one writing step at a time.
concurrency:
  runs: {max_concurrent_runs: 1}
  pools: {granularity: op, default_limit: 1}
"""

# Dagster's own log goes to its database, where the UI reads it, not to the terminal.
SILENT = {"console": {"config": {"log_level": "CRITICAL"}}}


def run(options: RunOptions, *, say: Callable[[str], None]) -> bool:
    """Land, check, build and publish; True if that was needed, False if nothing is new.

    Raises:
        UserError: the run ended without a current release; the message says why.
    """
    ensure_sample_data(options)
    with writing(options.world.lock_file):
        if nothing_is_new(options):
            return False
        say(f"Files: {options.landing}")
        prepare_dagster(options)
    run_daily_job(options.world)
    return True


def nothing_is_new(options: RunOptions) -> bool:
    """Whether the published release is made of just these files, seeds and code.

    Raises:
        UserError: the landing folder or the configuration cannot be used.
    """
    from ingest.landing import discover
    from orchestration.defs.run import settings_in_force

    now = datetime.now(tz=UTC)
    world = options.world
    landing = discover(options.landing, world=world)
    settings = settings_in_force(options, now)
    accepted = {receipt.file_id for receipt in accepted_receipts(world)}
    landed = {file.file_id for files in landing.files.values() for file in files}
    today = now.astimezone(settings.business_timezone).date()
    return landed <= accepted and is_current(world, fingerprint=made_of(world), run_date=today)


def prepare_dagster(options: RunOptions) -> None:
    """Set Dagster's home, the options of the run, and dbt's parsed project."""
    from orchestration.manifest import ensure_manifest

    home = options.world.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    (home / "dagster.yaml").write_text(DAGSTER_SETTINGS, encoding="utf-8")
    os.environ.update(options.environment())
    os.environ["DAGSTER_HOME"] = str(home)
    ensure_manifest(options.world)


def run_daily_job(world: World) -> None:
    """Run the daily job in this process, recorded where the Dagster UI looks.

    Raises:
        UserError: a step or a blocking check failed.
    """
    import dagster as dg

    from orchestration.definitions import definitions
    from orchestration.failures import what_failed
    from orchestration.progress import only_own_words

    job = definitions().resolve_job_def("daily")
    with dg.DagsterInstance.get() as instance, only_own_words():
        result = job.execute_in_process(
            instance=instance, raise_on_error=False, run_config={"loggers": SILENT}
        )
    if not result.success:
        raise UserError("\n".join(what_failed(result, world)))
