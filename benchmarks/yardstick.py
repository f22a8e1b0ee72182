"""Runs `yardstick.sql`, the hand-written script beside which the build is measured.

``python -m benchmarks.yardstick --size S`` proves that it makes the rows of the release, and shows
where its time goes. ``--raw``, ``--seeds`` and ``--out`` run it alone, on any raw rows.
"""

import os
import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import click
import duckdb

from benchmarks.measuring import Row, show
from benchmarks.sizes import benchmark_options, warehouse, words

SCRIPT = Path(__file__).with_suffix(".sql")
# As the build does: profiles.yml.
STORAGE_VERSION = "v1.4.0"
MEMORY_LIMIT = os.environ.get("STATUS_MEMORY_LIMIT", "12GB")
THREADS = os.environ.get("STATUS_THREADS", "2")
# Customers whose timelines are sorted at once: some hundred megabytes.
SLICE_CUSTOMERS = 250_000
SLOWEST_SHOWN = 20
NAME = re.compile(
    r"(?:create(?: or replace)?(?: temp)? (?:table|view|macro)|set variable|insert into"
    r"|alter table) (\w+)"
)


@dataclass(frozen=True)
class Timed:
    """Wall and processor seconds of one statement."""

    statement: str
    seconds: float
    cpu_seconds: float


def run_script(raw: Path, seeds: Path, out: Path) -> list[Timed]:
    """Make the public tables of the raw rows in the new DuckDB file ``out``."""
    out.unlink(missing_ok=True)
    spill = out.with_name(out.name + ".tmp")
    head, of_a_slice, tail = parts(SCRIPT.read_text(encoding="utf-8"))
    config = {
        "threads": THREADS,
        "memory_limit": MEMORY_LIMIT,
        "temp_directory": str(spill),
        "preserve_insertion_order": "false",
    }
    with duckdb.connect(config=config) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach {_text(out)} as made (storage_version '{STORAGE_VERSION}')")
        connection.execute("use made")
        connection.execute(f"set variable raw = {_text(raw)}")
        connection.execute(f"set variable seeds = {_text(seeds)}")
        timed = _execute(connection, head)
        customers = connection.execute("select max(customer) from customers").fetchall()[0][0]
        for first in range(1, customers + 1, SLICE_CUSTOMERS):
            last = first + SLICE_CUSTOMERS - 1
            connection.execute(f"set variable first_customer = {first}")
            connection.execute(f"set variable last_customer = {last}")
            timed += _execute(connection, of_a_slice)
        timed += _execute(connection, tail)
    shutil.rmtree(spill, ignore_errors=True)
    return timed


def parts(script: str) -> tuple[str, str, str]:
    """The script before, within and after the marks of the slice."""
    head, of_a_slice, tail = re.split(r"^-- slice (?:begins|ends).*$", script, flags=re.MULTILINE)
    return head, of_a_slice, tail


def _execute(connection: duckdb.DuckDBPyConnection, script: str) -> list[Timed]:
    timed = []
    for statement in duckdb.extract_statements(script):
        found = NAME.search(statement.query)
        started, before = time.monotonic(), time.process_time()
        connection.execute(statement)
        seconds, cpu = time.monotonic() - started, time.process_time() - before
        timed.append(Timed(found.group(1) if found else "other", seconds, cpu))
    return timed


def differences(made: Path, release: Path) -> dict[str, tuple[int, int, int]]:
    """By table that both hold: rows, rows only in ``made``, rows only in ``release``.

    Raises:
        duckdb.Error: a table has other columns in the one than in the other.
    """
    found = {}
    with duckdb.connect() as connection:
        connection.execute(f"attach {_text(made)} as made (read_only)")
        connection.execute(f"attach {_text(release)} as release (read_only)")
        for (table,) in connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'main' "
            "group by table_name having count(*) = 2 order by table_name"
        ).fetchall():
            ours, theirs = f"from made.main.{table}", f"from release.main.{table}"
            queries = ours, f"{ours} except all {theirs}", f"{theirs} except all {ours}"
            rows, only_here, only_there = (
                connection.execute(f"select count(*) from ({query})").fetchall()[0][0]
                for query in queries
            )
            found[table] = rows, only_here, only_there
    return found


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


@click.command()
@benchmark_options
@click.option("--raw", type=click.Path(path_type=Path), help="Raw rows, instead of a size.")
@click.option("--seeds", type=click.Path(path_type=Path), help="Seeds in force, with --raw.")
@click.option("--out", type=click.Path(path_type=Path), help="DuckDB file to make, with --raw.")
def main(
    *,
    size: str,
    folder: Path,
    as_json: Path | None,
    raw: Path | None,
    seeds: Path | None,
    out: Path | None,
) -> None:
    """Prove the yardstick's rows and show its slowest statements."""
    if raw and seeds and out:
        run_script(raw, seeds, out)
        return
    world = warehouse(size, folder)
    made = folder / size / "yardstick.duckdb"
    timed = run_script(world.raw, world.config, made)
    compared = differences(made, world.current / "mart.duckdb")
    for table, (rows, only_here, only_there) in compared.items():
        click.echo(f"{table}: {rows:,} rows, {only_here} only here, {only_there} only there")
    slowest = sorted(timed, key=lambda one: -one.cpu_seconds)[:SLOWEST_SHOWN]
    rows = [
        Row(one.statement, {"seconds": one.seconds, "cpu_seconds": one.cpu_seconds})
        for one in slowest
    ]
    show(f"\nSlowest statements of the yardstick, {words(size)}.", rows, as_json=as_json)
    if any(here or there for _, here, there in compared.values()):
        raise SystemExit("error: the yardstick's rows are not the release's.")


if __name__ == "__main__":
    main()
