"""Taking in one big file of each format beside a bare copy of it to Parquet by DuckDB.

``python -m benchmarks.ingest_formats --size S``: the simulated web sessions, at most five million,
typed, trimmed, judged and split by ingest, against ``copy ... to parquet`` with no checks at all.
"""

import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
import duckdb

from benchmarks.measuring import Cost, cost_row, measure, ratio_row, show
from benchmarks.sizes import benchmark_options, warehouse, words
from customer_status.environment.layout import World

FEED = "web_sessions"
MOST_ROWS = 5_000_000
# Ending of the file, how DuckDB writes it, and how it reads it with nothing said about types.
FORMATS = {
    "parquet": ("format parquet, compression zstd", "read_parquet"),
    "csv": ("format csv, header true", "read_csv"),
    "csv.gz": ("format csv, header true, compression gzip", "read_csv"),
    "jsonl": ("format json", "read_json"),
    "jsonl.gz": ("format json, compression gzip", "read_json"),
}
BARE_COPY = """
import duckdb
with duckdb.connect(config={{"threads": 2}}) as connection:
    connection.execute("set preserve_insertion_order = false")
    connection.execute(
        "copy (from {reader}('{source}')) to '{target}' (format parquet, compression zstd)"
    )
"""


def take_in(files: Path, root: Path) -> None:
    """Bring all of a landing folder to raw, without Dagster and dbt."""
    from customer_status.ingest.landing import discover
    from customer_status.ingest.run import ensure_schemas, ingest_feed
    from customer_status.settings.config import write_config

    world, now = World(warehouse=root, name="landing"), datetime.now(tz=UTC)
    settings = write_config(world.config, overlay=None, run_date=now.date(), as_of_date=None)
    ensure_schemas(world)
    for feed, landed in discover(files, world=world).files.items():
        ingest_feed(feed, landed, world=world, settings=settings, now=now)


def write_file(world: World, path: Path, options: str) -> int:
    """Write the accepted rows of the feed as one file; return how many."""
    from customer_status.feeds.layouts import FEEDS

    path.parent.mkdir(parents=True)
    with duckdb.connect() as connection:
        return connection.execute(
            f"copy (select {', '.join(FEEDS[FEED])} "
            f"from read_parquet('{world.raw / FEED}/*.parquet') limit {MOST_ROWS}) "
            f"to '{path}' ({options})"
        ).fetchall()[0][0]


def both(path: Path, reader: str, work: Path) -> tuple[Cost, Cost]:
    """Ingest and bare copy of the file, each in a process of its own."""
    files, root = path.parents[1], work / "warehouse"
    module = [sys.executable, "-m", "benchmarks.ingest_formats", "--take-in", str(files)]
    ours = measure([*module, "--folder", str(root)])
    target = work / "bare.parquet"
    code = BARE_COPY.format(reader=reader, source=path, target=target)
    bare = measure([sys.executable, "-c", code])
    shutil.rmtree(root)
    target.unlink()
    return ours, bare


@click.command()
@benchmark_options
@click.option(
    "--take-in", "take_in_from", type=click.Path(path_type=Path), help="Only take this folder in."
)
def main(*, size: str, folder: Path, as_json: Path | None, take_in_from: Path | None) -> None:
    """Measure every format in turn."""
    if take_in_from:
        take_in(take_in_from, folder)
        return
    world = warehouse(size, folder)
    work = folder / size / "ingest_formats"
    shutil.rmtree(work, ignore_errors=True)
    table, rows = [], 0
    for ending, (options, reader) in FORMATS.items():
        path = work / ending / FEED / f"all.{ending}"
        rows = write_file(world, path, options)
        ours, bare = both(path, reader, work)
        megabytes = path.stat().st_size / 1e6
        table += [
            cost_row(f"{ending}, {megabytes:,.0f} MB: ingest", ours),
            cost_row(f"{ending}: bare copy", bare),
            ratio_row(f"{ending}: ingest / bare copy", ours, bare),
        ]
        shutil.rmtree(work / ending)
    show(f"One file of {rows:,} web sessions, {words(size)}.", table, as_json=as_json)


if __name__ == "__main__":
    main()
