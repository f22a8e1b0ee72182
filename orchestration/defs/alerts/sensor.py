"""Runs that failed in Dagster tell somebody; runs from the command line do so themselves."""

import dagster as dg

from orchestration import alerts
from orchestration.failures import told_by_events
from orchestration.options import options_from

# Tag of a run from the command line. It is recorded in the same place, where this sensor looks.
FROM_COMMAND_LINE = {"customer_status/started_by": "command_line"}
SECONDS_BETWEEN_LOOKS = 30


def is_from_command_line(run: dg.DagsterRun) -> bool:
    """Whether the run alerts by itself."""
    return FROM_COMMAND_LINE.items() <= run.tags.items()


@dg.run_failure_sensor(
    name="alert_on_failure",
    minimum_interval_seconds=SECONDS_BETWEEN_LOOKS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        f"Sends an alert when a run has failed, to {alerts.WEBHOOK} or {alerts.COMMAND}; "
        "without them it does nothing."
    ),
)
def alert_on_failure(context: dg.RunFailureSensorContext) -> None:
    run = context.dagster_run
    if is_from_command_line(run) or not alerts.is_wanted():
        return
    world = options_from().world
    entries = context.instance.all_logs(run.run_id)
    events = [entry.dagster_event for entry in entries if entry.dagster_event]
    lines = told_by_events(events, world, run_id=run.run_id)
    alert = alerts.failure(world.warehouse, lines, world=world, run_id=run.run_id)
    for warning in alerts.send(alert):
        context.log.warning(warning)
