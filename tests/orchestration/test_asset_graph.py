"""The graph that Dagster shows: every step is in it, in the right room, with its checks."""

import difflib
from pathlib import Path

import dagster as dg
import pytest

from customer_status.environment.layout import World
from customer_status.feeds.layouts import FEEDS
from expectations.suites import watch_of
from orchestration.dbt import dbt_environment
from orchestration.defs.dbt.assets import FOLLOWS_THE_DAY, build_arguments
from orchestration.headless import steps_for_another_day
from tests.end_to_end.test_arrival import LOGS
from tests.orchestration.asset_graph import COMMITTED, HOW_TO_RENEW, described
from tests.orchestration.conftest import Project

RELEASE = dg.AssetKey(["release", "current"])


def test_the_asset_graph_is_the_committed_one(project: Project) -> None:
    committed = COMMITTED.read_text(encoding="utf-8").splitlines()
    now = described(project.definitions).splitlines()
    changes = list(difflib.unified_diff(committed, now, "committed", "now", lineterm="", n=1))
    if changes:
        pytest.fail(
            "\n".join(
                [
                    "The asset graph has changed. If that is meant, renew the committed text with",
                    f"    {HOW_TO_RENEW}",
                    f"and commit {COMMITTED.name} with the change.",
                    *changes,
                ]
            ),
            pytrace=False,
        )


def test_every_model_and_seed_is_an_asset_in_the_group_of_its_schema(project: Project) -> None:
    for node in [*project.nodes("model"), *project.nodes("seed")]:
        asset = project.asset_graph.get(dg.AssetKey([node["schema"], node["name"]]))
        assert asset.group_name == node["schema"]


def test_a_model_lies_in_the_folder_of_its_schema(project: Project) -> None:
    for node in project.nodes("model"):
        assert node["original_file_path"].split("/")[1] == node["schema"], node["name"]


def test_every_feed_is_read_by_the_models_once_people_are_forgotten(project: Project) -> None:
    forgotten = project.asset_graph.get(dg.AssetKey(["raw", "forgotten"]))
    assert forgotten.parent_keys == {dg.AssetKey(["raw", feed]) for feed in FEEDS}
    for feed in FEEDS.keys() - {"erasures"}:
        staged = dg.AssetKey(["staging", f"stg_{feed}"])
        assert staged in project.asset_graph.get(dg.AssetKey(["raw", feed])).child_keys
        assert staged in forgotten.child_keys


def test_files_that_cannot_be_taken_block_in_every_feed(project: Project) -> None:
    for feed in FEEDS:
        key = dg.AssetKey(["raw", feed])
        checks = {
            check.name: project.asset_graph.get(check).blocking
            for check in project.asset_graph.get_check_keys_for_assets({key})
        }
        drift = {"newest_days_are_usual": False} if watch_of(feed) else {}
        low = {"complete_days_came_whole": True} if feed == "orders" else {}
        assert checks == {"files_can_be_taken": True, "rows_are_good": False} | drift | low


def test_every_dbt_test_is_a_check(project: Project) -> None:
    checks = {check.name for check in project.asset_graph.asset_check_keys}
    unseen = sorted({node["name"] for node in project.nodes("test")} - checks)
    assert unseen == [], (
        "Dagster cannot tell which asset these test; name it in the test's own configuration: "
        "{{ config(meta={'dagster': {'ref': {'name': '<model>'}}}) }}"
    )


def test_a_dbt_test_of_severity_error_blocks_the_release(project: Project) -> None:
    blocking = {
        check.name: project.asset_graph.get(check).blocking
        for check in project.asset_graph.asset_check_keys
    }
    for node in project.nodes("test"):
        is_error = node["config"]["severity"].lower() == "error"
        assert blocking.get(node["name"], is_error) == is_error, node["name"]


def test_the_release_is_the_last_step_and_waits_for_every_public_model(project: Project) -> None:
    graph = project.asset_graph
    public = {
        dg.AssetKey([node["schema"], node["name"]])
        for node in project.nodes("model")
        if node["access"] == "public"
    }
    assert graph.get(RELEASE).parent_keys >= public
    assert graph.get(RELEASE).child_keys == set()


def test_the_daily_job_does_everything(project: Project) -> None:
    job = project.definitions.resolve_job_def("daily")
    graph = project.asset_graph
    assert set(job.asset_layer.executable_asset_keys) == set(graph.materializable_asset_keys)


def test_one_step_writes_the_warehouse_at_a_time(project: Project) -> None:
    job = project.definitions.resolve_job_def("daily")
    assert job.executor_def.name == "in_process"
    assert {node.definition.pool for node in job.graph.nodes} == {"warehouse"}


def test_another_day_makes_no_fact_again(project: Project) -> None:
    again = {key.to_user_string() for key in steps_for_another_day(project.definitions)}
    assert {key.to_user_string() for key in FOLLOWS_THE_DAY} <= again
    assert {"seeds/settings", "marts/mart_customer_status", "release/current"} <= again
    assert not {"core/fct_orders", "staging/stg_orders", "raw/orders"} & again


def test_one_dbt_command_builds_and_tests_all_but_the_code() -> None:
    assert build_arguments() == ["build", "--exclude-resource-type", "unit_test"]


def test_dbt_works_in_the_folders_of_its_world_alone(tmp_path: Path) -> None:
    world = World(tmp_path / "warehouse", "landing")
    environment = dbt_environment(world)
    paths = {name: Path(text) for name, text in environment.items() if text.startswith("/")}
    assert all(path.is_relative_to(world.root) for path in paths.values())
    assert paths.keys() >= {
        "STATUS_BUILD_DATABASE",
        "STATUS_ENVIRONMENT",
        "STATUS_RAW",
        "DBT_LOG_PATH",
        "DBT_TARGET_PATH",
    }


def test_the_tables_that_may_differ_from_a_full_refresh_are_marked_as_logs(
    project: Project,
) -> None:
    marked = {node["name"] for node in project.nodes("model") if node["meta"].get("is_log")}
    assert marked == LOGS
