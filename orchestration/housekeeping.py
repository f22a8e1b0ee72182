"""Removes the records of old runs, so that Dagster's home does not grow for ever."""

import shutil
from pathlib import Path

import dagster as dg
from dagster._core.storage.event_log import SqlEventLogStorage
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable

# About two months of daily runs; some 2 MB each.
RUNS_KEPT = 60

FINISHED = dg.RunsFilter(
    statuses=[
        dg.DagsterRunStatus.SUCCESS,
        dg.DagsterRunStatus.FAILURE,
        dg.DagsterRunStatus.CANCELED,
    ]
)


def prune_runs(instance: dg.DagsterInstance, *, keep: int = RUNS_KEPT) -> int:
    """Remove what Dagster keeps of all finished runs but the newest ``keep``; how many went.

    Called as a run begins, so that runs that fail are counted, too.
    """
    old = instance.get_runs(FINISHED)[keep:]
    home = Path(instance.root_directory)
    for run in old:
        instance.delete_run(run.run_id)
        # Dagster empties a run's database and leaves its file and folder behind.
        for path in home.glob(f"history/runs/{run.run_id}.db*"):
            path.unlink()
        shutil.rmtree(home / "storage" / run.run_id, ignore_errors=True)
    _forget_checks(instance)
    return len(old)


def _forget_checks(instance: dg.DagsterInstance) -> None:
    """Remove verdicts of checks in runs that are gone: Dagster leaves them, some 150 a run."""
    runs = instance.get_run_ids()
    events = instance.event_log_storage
    assert isinstance(events, SqlEventLogStorage)  # Dagster's home is a folder with SQLite in it
    with events.index_connection() as connection:
        of_runs_gone = AssetCheckExecutionsTable.c.run_id.not_in(runs)
        connection.execute(AssetCheckExecutionsTable.delete().where(of_runs_gone))
