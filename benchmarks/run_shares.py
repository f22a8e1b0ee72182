"""Whose time a whole run is: ingest, Great Expectations, dbt, publishing, Dagster.

``python -m benchmarks.run_shares --size S``. One full run with all files new, in a process whose
calls are timed. The processor time of dbt is that of the run's child processes; what is left
of the run's own is Dagster's, and that of importing it.
"""

import importlib
import json
import resource
import shutil
import sys
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from benchmarks.measuring import Row, measure, show
from benchmarks.sizes import benchmark_options, landing, words

# What is timed: line of the table, module, function. One may hold another.
TIMED = (
    ("looking at the landed files", "orchestration.headless", "look_at_landing"),
    ("preparing Dagster, parsing the dbt project", "orchestration.headless", "prepare_dagster"),
    ("the job", "orchestration.headless", "run_daily_job"),
    ("ingest", "customer_status.ingest.run", "ingest_feed"),
    ("Great Expectations", "customer_status.ingest.judging", "judge"),
    ("publishing", "customer_status.publish.publish", "publish"),
)
Spans = dict[str, dict[str, float]]


def cpu_seconds() -> dict[str, float]:
    """User and system time so far: of this process, and of its ended children."""
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return {
        "own": own.ru_utime + own.ru_stime,
        "children": children.ru_utime + children.ru_stime,
    }


def timed(function: Callable[..., Any], span: dict[str, float]) -> Callable[..., Any]:
    """The function, which adds what its calls take to ``span``."""

    @wraps(function)
    def with_clock(*arguments: Any, **named: Any) -> Any:
        started, before = time.monotonic(), cpu_seconds()
        try:
            return function(*arguments, **named)
        finally:
            span["seconds"] = span.get("seconds", 0) + time.monotonic() - started
            for whose, seconds in cpu_seconds().items():
                span[whose] = span.get(whose, 0) + seconds - before[whose]

    return with_clock


def run_timed(notes: Path) -> None:
    """One run, as the environment asks for; write what each part took to ``notes``."""
    spans: Spans = {}
    for what, module_name, name in TIMED:
        module = importlib.import_module(module_name)
        setattr(module, name, timed(getattr(module, name), spans.setdefault(what, {})))
    from orchestration.headless import run
    from orchestration.options import options_from

    timed(run, spans.setdefault("the run", {}))(options_from(), say=click.echo)
    notes.write_text(json.dumps(spans), encoding="utf-8")


def shares(spans: Spans, whole: float) -> list[Row]:
    """Processor seconds of the parts, which add up to those of the whole process."""
    own = {what: span.get("own", 0.0) for what, span in spans.items()}
    children = {what: span.get("children", 0.0) for what, span in spans.items()}
    judged, taken_in = own["Great Expectations"], own["ingest"] + children["ingest"]
    published = own["publishing"] + children["publishing"]
    preparing = "preparing Dagster, parsing the dbt project"
    dbt = children["the job"] - children["ingest"] - children["publishing"]
    looking = own["looking at the landed files"]
    dagster = own[preparing] + own["the job"] - own["ingest"] - own["publishing"]
    parts = {
        "looking at the landed files": looking,
        "parsing the dbt project": children[preparing],
        "ingest without Great Expectations": taken_in - judged,
        "Great Expectations, importing it included": judged,
        "dbt: models and tests": dbt,
        "publishing": published,
        "Dagster: preparing it, the job's own time": dagster,
    }
    parts["starting Python, and the rest"] = whole - sum(parts.values())
    return [
        Row(what, {"cpu_seconds": seconds, "cpu_share_percent": 100 * seconds / whole})
        for what, seconds in parts.items()
    ]


@click.command()
@benchmark_options
@click.option("--notes", type=click.Path(path_type=Path), help="Only run, and write this file.")
def main(*, size: str, folder: Path, as_json: Path | None, notes: Path | None) -> None:
    """Measure one full run and divide it among its parts."""
    if notes:
        run_timed(notes)
        return
    work = folder / size / "run_shares"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    given = {
        "STATUS_DATA": "",
        "STATUS_LANDING": str(landing(size, folder)),
        "STATUS_WAREHOUSE": str(work / "warehouse"),
    }
    command = [sys.executable, "-m", "benchmarks.run_shares", "--notes", str(work / "spans.json")]
    cost = measure(command, given, log=work / "run.log")
    spans = json.loads((work / "spans.json").read_text(encoding="utf-8"))
    walls = [
        Row(f"wall: {what}", {"seconds": span.get("seconds", 0.0)}) for what, span in spans.items()
    ]
    whole = Row(
        "the whole process",
        {"cpu_seconds": cost.cpu_seconds, "cpu_share_percent": 100.0, "seconds": cost.seconds},
    )
    rows = [*shares(spans, cost.cpu_seconds), whole, *walls]
    show(f"Shares of a full run, {words(size)}.", rows, as_json=as_json)


if __name__ == "__main__":
    main()
