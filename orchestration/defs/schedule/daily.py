"""When runs start: every day at a fixed time, and whenever files have come."""

import hashlib
import os
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import dagster as dg

from customer_status.environment.errors import UserError
from customer_status.environment.lock import writing
from orchestration.options import options_from

DEFAULT_CRON = "0 6 * * *"
DEFAULT_TIMEZONE = "UTC"
SECONDS_BETWEEN_LOOKS = 60

daily_job = dg.define_asset_job(
    "daily",
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,
    description="Land, check, build and publish: raw feeds to the current release.",
)


def daily_schedule() -> dg.ScheduleDefinition:
    """The daily run, at STATUS_SCHEDULE_CRON in STATUS_SCHEDULE_TIMEZONE."""
    zone = os.environ.get("STATUS_SCHEDULE_TIMEZONE") or DEFAULT_TIMEZONE
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UserError(
            f"STATUS_SCHEDULE_TIMEZONE={zone}: no time zone; give a name such as Europe/Madrid."
        ) from error
    return dg.ScheduleDefinition(
        name="every_day",
        job=daily_job,
        cron_schedule=os.environ.get("STATUS_SCHEDULE_CRON") or DEFAULT_CRON,
        execution_timezone=zone,
    )


@dg.sensor(
    job=daily_job,
    minimum_interval_seconds=SECONDS_BETWEEN_LOOKS,
    description="Starts a run when the landing folder holds other files than when it last looked.",
)
def landing_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    from customer_status.ingest.landing import discover

    try:
        options = options_from()
        landing = discover(options.landing, world=options.world, config=options.config)
    except UserError as error:
        return dg.SensorResult(skip_reason=str(error))
    file_ids = sorted(file.file_id for files in landing.files.values() for file in files)
    state = hashlib.sha256("\n".join(file_ids).encode()).hexdigest()
    if state == context.cursor:
        return dg.SensorResult(skip_reason="No new files.")
    try:
        # A run beside another is refused. Whoever begins after this look finds the files by itself.
        with writing(options.world.lock_file):
            pass
    except UserError as error:
        return dg.SensorResult(skip_reason=str(error))
    return dg.SensorResult(run_requests=[dg.RunRequest()], cursor=state)
