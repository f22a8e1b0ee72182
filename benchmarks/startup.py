"""What starting up costs before any work is done, one process per line.

``python -m benchmarks.startup``: imports, parsing the dbt project, loading Dagster's definitions.
"""

import sys
from pathlib import Path

import click

from benchmarks.measuring import Cost, cost_row, measure, show
from benchmarks.sizes import benchmark_options, warehouse, words

IMPORTS = {
    "Python alone": "pass",
    "duckdb": "import duckdb",
    "the command line": "import orchestration.__main__",
    "Dagster": "import dagster",
    "Dagster and its dbt library": "import dagster_dbt",
    "Great Expectations": "import great_expectations",
    "dbt": "import dbt.cli.main, dbt.adapters.duckdb",
    "the report's charts": "import altair",
}
DEFINITIONS = """
from orchestration.headless import look_at_landing, prepare_dagster
from orchestration.options import options_from
options = options_from()
prepare_dagster(options)
from orchestration.definitions import definitions
definitions().resolve_job_def("daily")
"""


def best_of(command: list[str], environment: dict[str, str], times: int) -> Cost:
    costs = [measure(command, environment) for _ in range(times)]
    return min(costs, key=lambda cost: cost.cpu_seconds)


@click.command()
@benchmark_options
@click.option("--times", default=3, show_default=True, help="The best of so many counts.")
def main(*, size: str, folder: Path, as_json: Path | None, times: int) -> None:
    """Measure each start of a process a few times and show the best by processor time."""
    from orchestration.dbt import DBT, dbt_environment

    world = warehouse(size, folder)
    target = folder / size / "startup_target"
    options = {
        "STATUS_DATA": "",
        "STATUS_LANDING": str(folder / size / "landing"),
        "STATUS_WAREHOUSE": str(world.warehouse),
    }
    of_dbt = dbt_environment(world) | {
        "STATUS_BUILD_DATABASE": str(target / "build.duckdb"),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(target),
    }
    python = [sys.executable, "-c"]
    commands = {f"import: {what}": ([*python, code], options) for what, code in IMPORTS.items()}
    dbt = [str(DBT), "--quiet"]
    there = ["--profiles-dir", "."]
    commands |= {
        "dbt: parse, nothing known": ([*dbt, "--no-partial-parse", "parse", *there], of_dbt),
        "dbt: parse, nothing changed": ([*dbt, "parse", *there], of_dbt),
        "dbt: load one seed": ([*dbt, "seed", "-s", "settings", *there], of_dbt),
        "Dagster: definitions and the daily job": ([*python, DEFINITIONS], options),
        "a run with nothing new": ([sys.executable, "-m", "orchestration", "run"], options),
    }
    rows = [
        cost_row(what, best_of(command, environment, times))
        for what, (command, environment) in commands.items()
    ]
    show(f"Starting up, {words(size)}; best of {times}.", rows, as_json=as_json)


if __name__ == "__main__":
    main()
