"""What went wrong in a run, in the words that help: the cause, not the machinery around it."""

import json
from collections.abc import Iterator, Sequence

import dagster as dg

from customer_status.environment.errors import UserError
from customer_status.environment.layout import World
from orchestration.failing_rows import failed_tests
from orchestration.suspects import suspects

DBT_STEP = "dbt_models"
DBT_GAVE_UP = "Encountered an error:"


class RunFailed(UserError):
    """A run that Dagster knows has failed; the message is what a person sees."""

    def __init__(self, message: str, *, run_id: str) -> None:
        super().__init__(message)
        self.run_id = run_id


def run_id_of(error: BaseException | None) -> str | None:
    """Id of the run whose failure led to an error; None if it was refused before it began."""
    while error is not None and not isinstance(error, RunFailed):
        error = error.__cause__
    return error.run_id if error else None


def what_failed(result: dg.ExecuteInProcessResult, world: World) -> list[str]:
    """One line per thing that failed in a run in this process (`told_by_events`)."""
    return told_by_events(result.all_events, world, run_id=result.run_id)


def told_by_events(events: Sequence[dg.DagsterEvent], world: World, *, run_id: str) -> list[str]:
    """One line per thing that failed, the first cause first; never empty.

    Below a data test its failing rows, each on a line that begins with two blanks.
    """
    lines = [*_failed_checks(events), *_failed_steps(events, world, run_id)]
    lines = lines or [*_kept_out(events)] or [*_ended(events, run_id)]
    return lines or [f"run {run_id} failed; open the Dagster UI for its log."]


def _kept_out(events: Sequence[dg.DagsterEvent]) -> Iterator[str]:
    """Why a run failed before its first step: another one holds the warehouse."""
    for event in events:
        if event.event_type is not dg.DagsterEventType.RESOURCE_INIT_FAILURE:
            continue
        error = event.engine_event_data.error
        if error:
            yield error.message.removeprefix(f"{UserError.__module__}.{error.cls_name}: ").strip()


def _ended(events: Sequence[dg.DagsterEvent], run_id: str) -> Iterator[str]:
    """What Dagster says of a run that failed in no step: its process died, for example."""
    for event in events:
        if event.event_type is dg.DagsterEventType.RUN_FAILURE and event.message:
            yield f"run {run_id}: {in_one_line(event.message)}"


def _failed_checks(events: Sequence[dg.DagsterEvent]) -> Iterator[str]:
    """Checks of raw files; those of dbt are told with its step."""
    for event in events:
        if event.event_type is not dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            continue
        check = event.asset_check_evaluation_data
        is_told_here = event.step_key != DBT_STEP and check.description
        if is_told_here and check.blocking and not check.passed:
            yield f"{check.asset_key.to_user_string()}: {check.description}"


def _failed_steps(events: Sequence[dg.DagsterEvent], world: World, run_id: str) -> Iterator[str]:
    for event in events:
        if not event.is_step_failure:
            continue
        failure = event.step_failure_data
        nodes = list(failed_nodes(world, run_id)) if event.step_key == DBT_STEP else []
        if nodes:
            yield from nodes
        elif failure.user_failure_data and failure.user_failure_data.description:
            yield failure.user_failure_data.description
        elif failure.error and "DagsterAssetCheckFailedError" not in str(failure.error):
            cause = failure.error.cause or failure.error
            yield f"{event.step_key}: {in_one_line(cause.message)}"


def in_one_line(message: str) -> str:
    """What a step complained of; of what dbt printed as it gave up, the reason."""
    _, is_dbts, told = message.partition(DBT_GAVE_UP)
    reason = told.strip().partition("\n\n")[0] if is_dbts else message
    return " ".join(reason.split())


def failed_nodes(world: World, run_id: str = "") -> Iterator[str]:
    """The models and tests that failed in dbt's last command, with the rows that may be why."""
    path = world.target / "run_results.json"
    try:
        results = json.loads(path.read_text(encoding="utf-8"))["results"]
    except (OSError, ValueError, KeyError):
        return
    for node in results:
        if node["status"] == "error":
            kind, _, name = node["unique_id"].split(".")[:3]
            message = " ".join((node["message"] or "").split())
            yield f"{kind} {name}: {message}"
            yield from suspects(world, message)
    for test in failed_tests(world, run_id=run_id):
        if test.status == "fail":
            yield from test.lines()
