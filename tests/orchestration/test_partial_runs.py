"""What is started from Dagster's UI in parts publishes nothing that was not built."""

import json
from datetime import date
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from customer_status.environment.layout import World
from customer_status.ingest.ledger import Receipt, write_receipt
from customer_status.settings.config import write_config
from orchestration.build_state import BuildPlan, end_build
from orchestration.defs.dbt.assets import ANOTHER_DAY, dbt_models_from, dbt_resource
from orchestration.defs.raw.assets import raw_feed
from orchestration.defs.release.assets import release_asset
from orchestration.defs.run import WarehouseRun
from orchestration.options import options_from
from tests.orchestration.conftest import Project


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world in which nothing has been built."""
    (tmp_path / "landing" / "orders").mkdir(parents=True)
    monkeypatch.setenv("STATUS_LANDING", str(tmp_path / "landing"))
    monkeypatch.setenv("STATUS_WAREHOUSE", str(tmp_path / "warehouse"))
    for name in ("STATUS_DATA", "STATUS_CONFIG", "STATUS_AS_OF"):
        monkeypatch.delenv(name, raising=False)
    world = options_from().world
    world.root.mkdir(parents=True)
    return world


def refusal(asset: dg.AssetsDefinition, tags: dict[str, str] | None = None) -> str:
    """What an asset says when it is materialized alone and fails."""
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [asset],
            resources={"run": WarehouseRun(), "dbt": dbt_resource()},
            instance=instance,
            tags=tags,
            raise_on_error=False,
        )
    assert not result.success
    (failure,) = result.get_step_failure_events()
    return failure.step_failure_data.user_failure_data.description


def accept(world: World, file_id: str) -> None:
    write_receipt(
        world, Receipt("orders", file_id, "orders.csv", "accepted", 1, 1, 0, 99, "2026-03-01")
    )
    (world.raw / "orders").mkdir(parents=True, exist_ok=True)
    (world.raw / "orders" / f"{file_id}.parquet").touch()


def test_a_feed_whose_rows_are_lost_takes_nothing_in(world: World) -> None:
    accept(world, "f1")  # its raw file is empty, as after a power cut
    assert "orders.csv are lost" in refusal(raw_feed("orders"))


def test_a_build_that_did_not_end_is_not_published(world: World) -> None:
    duckdb.connect(str(world.build_database)).close()
    assert "not all tables are built from the files taken in by now" in refusal(release_asset([]))


def test_a_file_that_came_after_the_build_is_not_published_without_its_rows(world: World) -> None:
    write_config(world.config, overlay=None, run_date=date(2026, 3, 1), as_of_date=None)
    accept(world, "a" * 32)
    duckdb.connect(str(world.build_database)).close()
    end_build(world, BuildPlan(world.raw))
    accept(world, "b" * 32)
    assert "not all tables are built from the files taken in by now" in refusal(release_asset([]))


def test_another_day_is_not_told_from_facts_of_other_files(
    world: World, project: Project, tmp_path: Path
) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(project.manifest), encoding="utf-8")
    duckdb.connect(str(world.build_database)).close()
    said = refusal(dbt_models_from(manifest), tags={ANOTHER_DAY: "true"})
    assert "the facts are not of the files taken in by now" in said
