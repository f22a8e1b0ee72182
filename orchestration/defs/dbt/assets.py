"""Every dbt model and seed as an asset, every dbt test as an asset check."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtCliResource,
    DbtProject,
    dbt_assets,
)
from packaging.version import Version

from orchestration.dbt import DBT, dbt_environment
from orchestration.defs.forget.assets import FORGOTTEN
from orchestration.defs.raw.assets import POOL, SEEDS_IN_FORCE
from orchestration.defs.run import WarehouseRun
from orchestration.fingerprint import made_of, policy_version, remember_facts
from orchestration.options import options_from
from orchestration.progress import count, say
from orchestration.published import lay_out
from world.layout import PROJECT_DIR

# What the as-of date, and what was published last, have a say in; all else are facts.
FOLLOWS_THE_DAY = (
    dg.AssetKey(["intermediate", "int_run__as_of"]),
    dg.AssetKey(["staging", "stg_arrivals"]),
    dg.AssetKey(["staging", "stg_published_customers"]),
    dg.AssetKey(["staging", "stg_published_restatements"]),
    dg.AssetKey(["staging", "stg_published_run"]),
    dg.AssetKey(["staging", "stg_published_timeline"]),
)
RAW_SOURCES = "source.customer_status.raw."
SETTINGS_SEED = dg.AssetKey(["seeds", "settings"])


class FolderTranslator(DagsterDbtTranslator):
    """One rule: a model's folder is its schema is its group. Seeds are those in force."""

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetSpec:
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = manifest["nodes"].get(unique_id, {})
        if node.get("resource_type") == "seed":
            return spec.merge_attributes(deps=[SEEDS_IN_FORCE])
        # raw rows are read once nobody stands in them who asked to be forgotten
        reads_raw = any(
            source.startswith(RAW_SOURCES) for source in node.get("depends_on", {}).get("nodes", ())
        )
        return spec.merge_attributes(deps=[FORGOTTEN]) if reads_raw else spec

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return dbt_resource_props.get("schema") or super().get_group_name(dbt_resource_props)


def build_arguments() -> list[str]:
    """Arguments of the one dbt command of a run. Unit tests prove code, not data: they stay out."""
    return ["build", "--exclude-resource-type", "unit_test"]


def manifest_path() -> Path:
    """The manifest that `orchestration.manifest` keeps fresh."""
    return options_from().world.target / "manifest.json"


class OwnDbt(DbtCliResource):
    """dbt of this very environment: nobody has to ask it for its version, nor to open the database
    beside it, which only metadata that is not used here would need. Saves seconds of every run."""

    @cached_property
    def _cli_version(self) -> Version:
        return Version(metadata.version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> None:
        return None


def dbt_resource() -> OwnDbt:
    return OwnDbt(
        project_dir=str(PROJECT_DIR),
        profiles_dir=str(PROJECT_DIR),
        dbt_executable=str(DBT),
    )


def told(context: dg.AssetExecutionContext, events: Iterable[object]) -> Iterator[object]:
    """The events as they come; tells a person when a folder of models is built, and the tests."""
    waiting = Counter(key.path[0] for key in context.selected_asset_keys)
    built, tests = Counter(waiting), 0
    for event in events:
        yield event
        if isinstance(event, dg.AssetCheckResult | dg.AssetCheckEvaluation):
            tests += 1
            continue
        key = getattr(event, "asset_key", None) or context.asset_key_for_output(event.output_name)
        waiting[key.path[0]] -= 1
        if not waiting[key.path[0]]:
            say(context, f"{key.path[0]}: {count(built[key.path[0]], 'table')} built")
    say(context, f"tests: {count(tests, 'test')} run")


def dbt_models_from(manifest: Path) -> dg.AssetsDefinition:
    """The assets of a parsed project."""

    @dbt_assets(
        manifest=manifest,
        name="dbt_models",
        pool=POOL,
        dagster_dbt_translator=FolderTranslator(
            settings=DagsterDbtTranslatorSettings(enable_asset_checks=True)
        ),
    )
    def dbt_models(
        context: dg.AssetExecutionContext, dbt: DbtCliResource, run: WarehouseRun
    ) -> Iterator[object]:
        os.environ.update(dbt_environment(run.world))
        lay_out(run.world, made_of=made_of(run.world), policy=policy_version(run.world))
        if not context.is_subset:
            run.world.facts_marker.unlink(missing_ok=True)
        invocation = dbt.cli(build_arguments(), context=context, target_path=run.world.target)
        yield from told(context, invocation.stream())
        if not context.is_subset:
            remember_facts(run.world)

    return dbt_models
