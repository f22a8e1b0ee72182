"""Every dbt model and seed as an asset, every dbt test as an asset check."""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtCliInvocation,
    DbtCliResource,
    DbtProject,
    dbt_assets,
)
from dagster_dbt.asset_utils import get_updated_cli_invocation_params_for_context
from packaging.version import Version

from customer_status.environment.layout import PROJECT_DIR, World
from customer_status.report.wording import counted
from orchestration.build_state import (
    begin_build,
    end_build,
    end_part,
    facts_are_built,
    plan_build,
    plan_part,
)
from orchestration.dbt import DBT, begin_dbt, call_dbt, dbt_environment
from orchestration.defs.dbt.checks import DbtEvent, with_failing_rows
from orchestration.defs.forget.assets import FORGOTTEN
from orchestration.defs.raw.assets import POOL, SEEDS_IN_FORCE
from orchestration.defs.run import WarehouseRun
from orchestration.failures import in_one_line
from orchestration.fingerprint import made_of, policy_version
from orchestration.options import options_from
from orchestration.parts import needed_beside, read_by, steps_of_changes
from orchestration.progress import say
from orchestration.published import lay_out

# What the as-of date, and what was published last, have a say in; all else are facts.
FOLLOWS_THE_DAY = (
    dg.AssetKey(["changes", "chg_policy_before"]),
    dg.AssetKey(["changes", "chg_run"]),
    dg.AssetKey(["intermediate", "int_run__as_of"]),
    dg.AssetKey(["staging", "stg_arrivals"]),
    dg.AssetKey(["staging", "stg_published_customers"]),
    dg.AssetKey(["staging", "stg_published_restatements"]),
    dg.AssetKey(["staging", "stg_published_run"]),
    dg.AssetKey(["staging", "stg_published_timeline"]),
)
# Tag of a run for which no file is new: only the as-of date is another.
ANOTHER_DAY = "customer_status/another_day"
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

    def get_asset_check_spec(
        self,
        asset_spec: dg.AssetSpec,
        manifest: Mapping[str, Any],
        unique_id: str,
        project: DbtProject | None,
    ) -> dg.AssetCheckSpec | None:
        """The check of a dbt test, with the test's description; dagster-dbt looks in ``meta``."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        description = manifest["nodes"].get(unique_id, {}).get("description")
        return spec._replace(description=description or None) if spec else None

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return dbt_resource_props.get("schema") or super().get_group_name(dbt_resource_props)


def build_arguments() -> list[str]:
    """Arguments of the one dbt command of a run. Unit tests prove code, not data: they stay out."""
    return ["build", "--exclude-resource-type", "unit_test"]


def manifest_path() -> Path:
    """The manifest that `orchestration.manifest` keeps fresh."""
    return options_from().world.target / "manifest.json"


class OwnDbt(DbtCliResource):
    """dbt of this very environment, in the process that has been made ready for it."""

    def begun(
        self, args: Sequence[str], *, context: dg.AssetExecutionContext, target_path: Path
    ) -> DbtCliInvocation:
        chosen = get_updated_cli_invocation_params_for_context(context, {}, DagsterDbtTranslator())
        tests = chosen.indirect_selection
        selection = [*chosen.selection_args, *(["--indirect-selection", tests] if tests else [])]
        return DbtCliInvocation(
            process=begin_dbt([*args, *selection]),
            manifest=chosen.manifest,
            dagster_dbt_translator=chosen.dagster_dbt_translator,
            project_dir=PROJECT_DIR,
            target_path=target_path,
            raise_on_error=True,
            context=context,
            cli_version=Version(metadata.version("dbt-core")),
        )


def dbt_resource() -> OwnDbt:
    return OwnDbt(
        project_dir=str(PROJECT_DIR),
        profiles_dir=str(PROJECT_DIR),
        dbt_executable=str(DBT),
    )


def told(context: dg.AssetExecutionContext, events: Iterable[DbtEvent]) -> Iterator[DbtEvent]:
    """The events as they come; tells a person when a folder of models is built, and the tests."""
    waiting = Counter(key.path[0] for key in context.selected_asset_keys)
    built, tests = Counter(waiting), 0
    for event in events:
        yield event
        if isinstance(event, dg.AssetCheckResult | dg.AssetCheckEvaluation):
            tests += 1
            continue
        if isinstance(event, dg.Output):
            key = context.asset_key_for_output(event.output_name)
        else:
            key = event.asset_key
        waiting[key.path[0]] -= 1
        if not waiting[key.path[0]]:
            say(context, f"{key.path[0]}: {counted(built[key.path[0]], 'table')} built")
    say(context, f"tests: {counted(tests, 'test')} run")


def built(
    context: dg.AssetExecutionContext, dbt: OwnDbt, run: WarehouseRun, **places: str | Path
) -> Iterator[object]:
    """Build what was asked for; ``places`` are variables that go before the usual ones."""
    world = run.world
    os.environ.update(dbt_environment(world))
    os.environ.update({name: str(value) for name, value in places.items()})
    invocation = dbt.begun(build_arguments(), context=context, target_path=world.target)
    events = with_failing_rows(
        invocation.stream(), world=world, run_id=context.run.run_id, now=run.now
    )
    yield from told(context, events)


def build_part(
    context: dg.AssetExecutionContext, dbt: OwnDbt, run: WarehouseRun
) -> Iterator[object]:
    """Build some of the tables, so that the next build need not make everything because of it."""
    world = run.world
    plan = plan_part(world)
    if plan is None:
        lay_out(world, made_of=made_of(world), policy=policy_version(world))
        begin_build(world, is_another_day_only=False)
        yield from built(context, dbt, run)
        return
    say(context, "built of the files, the seeds and the day of the last whole build")
    begin_build(world, is_another_day_only=False)
    places = {"STATUS_RAW": str(plan.raw), "STATUS_SEEDS": str(plan.seeds)}
    build_beside(context, world, places)
    yield from built(context, dbt, run, **places)
    end_part(world, plan)


def build_beside(
    context: dg.AssetExecutionContext, world: World, places: Mapping[str, str]
) -> None:
    """Build all rows of the tables that the part reads and the last build left with a few."""
    manifest = json.loads(manifest_path().read_text(encoding="utf-8"))
    beside = needed_beside(
        (key.path[-1] for key in context.selected_asset_keys),
        steps=steps_of_changes(manifest),
        parents=read_by(manifest, by_tests=True),
    )
    if not beside:
        return
    say(context, f"built beside it: {', '.join(sorted(beside))}")
    result = call_dbt(
        world, "run", "--no-write-json", "--select", *sorted(beside), environment=places
    )
    if result.returncode:
        raise dg.Failure(f"{in_one_line(result.stdout + result.stderr)}", allow_retries=False)


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
        context: dg.AssetExecutionContext, dbt: OwnDbt, run: WarehouseRun
    ) -> Iterator[object]:
        world = run.world
        is_another_day_only = context.run.tags.get(ANOTHER_DAY) == "true"
        _ = run.settings  # the day of the run, in the seeds that dbt is about to load
        if is_another_day_only and not facts_are_built(world):
            raise dg.Failure(
                f"{world.build_database}: the facts are not of the files taken in by now, so "
                "another day cannot be told from them; run the whole job.",
                allow_retries=False,
            )
        if context.is_subset and not is_another_day_only:
            yield from build_part(context, dbt, run)
            return
        plan = plan_build(world, is_another_day_only=is_another_day_only)
        lay_out(world, made_of=made_of(world), policy=policy_version(world))
        begin_build(world, is_another_day_only=is_another_day_only)
        is_update = str(plan.only_changes).lower()
        yield from built(context, dbt, run, STATUS_RAW=plan.raw, STATUS_UPDATE=is_update)
        end_build(world, plan)

    return dbt_models
