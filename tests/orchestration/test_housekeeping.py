"""The records of old runs are removed, and nothing of them stays behind."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy

from orchestration.housekeeping import prune_runs


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        yield instance


def run_once(instance: dg.DagsterInstance) -> str:
    @dg.op
    def speak() -> None:
        print("done")

    @dg.job
    def job() -> None:
        speak()

    return job.execute_in_process(instance=instance).run_id


def check_once(instance: dg.DagsterInstance) -> str:
    """A run with an asset and its check."""

    @dg.asset(check_specs=[dg.AssetCheckSpec("is_good", asset="stock")])
    def stock() -> Iterator[object]:
        yield dg.MaterializeResult()
        yield dg.AssetCheckResult(passed=True, check_name="is_good")

    return dg.materialize([stock], instance=instance).run_id


def begin(instance: dg.DagsterInstance) -> str:
    """A run that has started and not ended."""

    @dg.job
    def waiting() -> None:
        pass

    return instance.create_run_for_job(waiting).run_id


def names(folder: Path) -> str:
    return "\n".join(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_only_the_newest_runs_are_kept(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    runs = [run_once(instance) for _ in range(4)]
    assert prune_runs(instance, keep=2) == 2
    assert {run.run_id for run in instance.get_runs()} == set(runs[2:])
    left = names(tmp_path)
    assert [run_id for run_id in runs if run_id in left] == runs[2:]


def test_a_run_that_is_not_over_is_kept(instance: dg.DagsterInstance) -> None:
    waiting = begin(instance)
    run_once(instance)
    assert prune_runs(instance, keep=0) == 1
    assert [run.run_id for run in instance.get_runs()] == [waiting]


def test_few_runs_are_left_alone(instance: dg.DagsterInstance) -> None:
    run_once(instance)
    assert prune_runs(instance, keep=2) == 0
    assert len(instance.get_runs()) == 1


def test_verdicts_of_checks_go_with_their_runs(instance: dg.DagsterInstance) -> None:
    runs = [check_once(instance) for _ in range(3)]
    assert prune_runs(instance, keep=1) == 2
    with instance.event_log_storage.index_connection() as connection:
        query = sqlalchemy.text("select distinct run_id from asset_check_executions")
        assert connection.execute(query).fetchall() == [(runs[-1],)]
