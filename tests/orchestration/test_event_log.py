"""Connections that are kept open write what Dagster's own class writes."""

from pathlib import Path

import dagster as dg

from orchestration.event_log import KEPT_OPEN
from orchestration.housekeeping import prune_runs


def kept_open(folder: Path) -> dg.DagsterInstance:
    storage = {
        "module": "orchestration.event_log",
        "class": "KeptOpenEventLog",
        "config": {"base_dir": str(folder / "history" / "runs")},
    }
    return dg.DagsterInstance.local_temp(str(folder), overrides={"event_log_storage": storage})


def materialize(instance: dg.DagsterInstance) -> str:
    @dg.asset
    def table() -> None:
        pass

    @dg.asset_check(asset=table)
    def is_good() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=True)

    return dg.materialize([table, is_good], instance=instance).run_id


def test_dagsters_own_class_reads_what_was_written(tmp_path: Path) -> None:
    with kept_open(tmp_path) as instance:
        run_id = materialize(instance)
        written = [event.dagster_event_type for event in instance.all_logs(run_id)]
    with dg.DagsterInstance.local_temp(str(tmp_path)) as own:
        assert type(own.event_log_storage).__name__ != "KeptOpenEventLog"
        assert [event.dagster_event_type for event in own.all_logs(run_id)] == written
        assert own.get_latest_materialization_event(dg.AssetKey("table")).run_id == run_id
    assert dg.DagsterEventType.ASSET_CHECK_EVALUATION in written


def test_it_writes_beside_a_process_that_reads(tmp_path: Path) -> None:
    with kept_open(tmp_path) as writer, kept_open(tmp_path) as reader:
        for _ in range(2):
            run_id = materialize(writer)
            assert reader.get_run_by_id(run_id).is_success
            assert len(reader.all_logs(run_id)) == len(writer.all_logs(run_id))


def test_only_the_latest_databases_stay_open(tmp_path: Path) -> None:
    with kept_open(tmp_path) as instance:
        for _ in range(KEPT_OPEN + 1):
            materialize(instance)
        assert prune_runs(instance, keep=1) == KEPT_OPEN
        assert len(instance.event_log_storage._engines) <= KEPT_OPEN
        (left,) = instance.get_runs()
        assert instance.all_logs(left.run_id)
