"""The build of all tables from raw rows beside the yardstick, in turns, on the same rows.

``python -m benchmarks.full_build --size S`` also names the models that take longest.
"""

import json
import sys
from pathlib import Path

import click

from benchmarks.measuring import Cost, Row, cost_row, measure, ratio_row, show
from benchmarks.sizes import benchmark_options, warehouse, words
from customer_status.environment.layout import World

WITHOUT_TESTS = ("build", "--exclude-resource-type", "unit_test", "test")
MODELS_SHOWN = 15


def build(world: World, work: Path, arguments: tuple[str, ...]) -> Cost:
    """dbt alone, into a new database under ``work``; the project is parsed beforehand."""
    from orchestration.dbt import DBT, dbt_environment

    work.mkdir(parents=True, exist_ok=True)
    environment = dbt_environment(world) | {
        "STATUS_BUILD_DATABASE": str(work / "build.duckdb"),
        "DBT_TARGET_PATH": str(work / "target"),
        "DBT_LOG_PATH": str(work / "target"),
    }
    (work / "build.duckdb").unlink(missing_ok=True)
    dbt = [str(DBT), "--quiet"]
    measure([*dbt, "parse", "--profiles-dir", "."], environment)
    return measure([*dbt, *arguments, "--profiles-dir", "."], environment, log=work / "dbt.log")


def yardstick(world: World, out: Path) -> Cost:
    """The hand-written script in a process of its own."""
    return measure(
        [sys.executable, "-m", "benchmarks.yardstick", "--raw", str(world.raw)]
        + ["--seeds", str(world.config), "--out", str(out)]
    )


def slowest_models(run_results: Path) -> list[Row]:
    """The models that took longest, by wall time: two run at once and slow each other down."""
    results = json.loads(run_results.read_text(encoding="utf-8"))["results"]
    models = [one for one in results if one["unique_id"].startswith("model.")]
    models.sort(key=lambda one: -one["execution_time"])
    return [
        Row(one["unique_id"].rpartition(".")[2], {"seconds": one["execution_time"]})
        for one in models[:MODELS_SHOWN]
    ]


@click.command()
@benchmark_options
@click.option("--times", default=1, show_default=True, help="Turns; the best of each counts.")
def main(*, size: str, folder: Path, as_json: Path | None, times: int) -> None:
    """Compare the build, with and without its tests, with the yardstick."""
    from orchestration.defs.dbt.assets import build_arguments

    world = warehouse(size, folder)
    work = folder / size / "full_build"
    with_tests, models, script = [], [], []
    for _ in range(times):
        script.append(yardstick(world, folder / size / "yardstick.duckdb"))
        models.append(build(world, work, WITHOUT_TESTS))
        slowest = slowest_models(work / "target" / "run_results.json")
        with_tests.append(build(world, work, tuple(build_arguments())))
    best = [min(costs, key=lambda cost: cost.cpu_seconds) for costs in (with_tests, models, script)]
    rows = [
        cost_row("dbt: seeds, models and tests", best[0]),
        cost_row("dbt: seeds and models", best[1]),
        cost_row("yardstick", best[2]),
        ratio_row("models / yardstick", best[1], best[2]),
        ratio_row("models and tests / yardstick", best[0], best[2]),
    ]
    show(f"Full build, {words(size)}; best of {times} by processor time.", rows, as_json=as_json)
    click.echo()
    show("Models that took longest.", slowest)


if __name__ == "__main__":
    main()
