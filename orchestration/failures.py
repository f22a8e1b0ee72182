"""What went wrong in a run, in the words that help: the cause, not the machinery around it."""

import json
from collections.abc import Iterator

import dagster as dg

from world.errors import UserError
from world.layout import World

DBT_STEP = "dbt_models"
DBT_GAVE_UP = "Encountered an error:"


def what_failed(result: dg.ExecuteInProcessResult, world: World) -> list[str]:
    """One line per thing that failed, the first cause first; never empty."""
    lines = [*_failed_checks(result), *_failed_steps(result, world)] or [*_kept_out(result)]
    return lines or [f"run {result.run_id} failed; open the Dagster UI for its log."]


def _kept_out(result: dg.ExecuteInProcessResult) -> Iterator[str]:
    """Why a run failed before its first step: another one holds the warehouse."""
    for event in result.all_events:
        if event.event_type is dg.DagsterEventType.RESOURCE_INIT_FAILURE:
            error = event.engine_event_data.error
            yield error.message.removeprefix(f"{UserError.__module__}.{error.cls_name}: ").strip()


def _failed_checks(result: dg.ExecuteInProcessResult) -> Iterator[str]:
    for evaluation in result.get_asset_check_evaluations():
        if not evaluation.passed and evaluation.blocking and evaluation.description:
            yield f"{evaluation.asset_key.to_user_string()}: {evaluation.description}"


def _failed_steps(result: dg.ExecuteInProcessResult, world: World) -> Iterator[str]:
    for event in result.all_events:
        if not event.is_step_failure:
            continue
        failure = event.step_failure_data
        nodes = list(failed_nodes(world)) if event.step_key == DBT_STEP else []
        if nodes:
            yield from nodes
        elif failure.user_failure_data and failure.user_failure_data.description:
            yield failure.user_failure_data.description
        elif "DagsterAssetCheckFailedError" not in str(failure.error):
            cause = failure.error.cause or failure.error
            yield f"{event.step_key}: {in_one_line(cause.message)}"


def in_one_line(message: str) -> str:
    """What a step complained of; of what dbt printed as it gave up, the reason."""
    _, is_dbts, told = message.partition(DBT_GAVE_UP)
    reason = told.strip().partition("\n\n")[0] if is_dbts else message
    return " ".join(reason.split())


def failed_nodes(world: World) -> Iterator[str]:
    """The models and tests that failed in dbt's last command."""
    path = world.target / "run_results.json"
    try:
        results = json.loads(path.read_text(encoding="utf-8"))["results"]
    except (OSError, ValueError, KeyError):
        return
    for node in results:
        if node["status"] in ("error", "fail"):
            kind, _, name = node["unique_id"].split(".", 2)
            yield f"{kind} {name}: {' '.join((node['message'] or '').split())}"
