"""One more day: what a run costs when only the last day's rows are new.

``python -m benchmarks.one_day --size S`` takes the rows of the last simulated day out of the
files, builds a warehouse of all else, lands that day as one file per feed, and runs again.
"""

import shutil
from pathlib import Path

import click
import duckdb

from benchmarks.measuring import cost_row, ratio_row, show
from benchmarks.sizes import benchmark_options, landing, run, words

# When the rows of a feed become known.
KNOWN_AT = {
    "orders": "coalesce(updated_at, ordered_at)",
    "web_sessions": "started_at",
    "crm_touches": "coalesce(updated_at, touched_at)",
    "contacts": "coalesce(updated_at, created_at)",
}


def hold_back_last_day(files: Path, before: Path, last_day: Path) -> int:
    """Split simulated files at the start of their last day; return the rows of that day.

    Rows whose time cannot be read stay with what is before.
    """
    held_back = 0
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        day = connection.execute(
            f"select max(try_cast(ordered_at as timestamptz)::date) "
            f"from read_parquet('{files}/orders/*.parquet', union_by_name = true) "
            f"where try_cast(ordered_at as timestamptz) < now()"
        ).fetchall()[0][0]
        for path in sorted(files.glob("*/**/*.parquet")):
            relative = path.relative_to(files)
            is_of_day = _is_of_day(connection, path, relative.parts[0], f"{day}")
            query = f"from read_parquet('{path}') where {is_of_day}"
            rows = connection.execute(f"select count(*) {query}").fetchall()[0][0]
            held_back += rows
            kept = before / relative
            kept.parent.mkdir(parents=True, exist_ok=True)
            if not rows:
                kept.hardlink_to(path)
                continue
            connection.execute(
                f"copy (from read_parquet('{path}') where not ({is_of_day})) to '{kept}'"
            )
            late = last_day / relative.parts[0] / day.isoformat() / "-".join(relative.parts[1:])
            late.parent.mkdir(parents=True, exist_ok=True)
            connection.execute(f"copy ({query}) to '{late}'")
    return held_back


def _is_of_day(connection: duckdb.DuckDBPyConnection, path: Path, feed: str, day: str) -> str:
    """SQL condition; a file may lack a column, and hold times as text."""
    names = {
        row[0] for row in connection.execute(f"describe from read_parquet('{path}')").fetchall()
    }
    known_at = KNOWN_AT[feed]
    if "updated_at" not in names:
        known_at = known_at.replace("updated_at", "null")
    instants = known_at.replace("coalesce(", "").replace(")", "").split(", ")
    read = ", ".join(f"try_cast({name} as timestamptz)" for name in instants)
    return f"coalesce(coalesce({read})::date = date '{day}', false)"


@click.command()
@benchmark_options
def main(*, size: str, folder: Path, as_json: Path | None) -> None:
    """Measure a first run without the last day, the run with it, and a run with nothing new."""
    work = folder / size / "one_day"
    shutil.rmtree(work, ignore_errors=True)
    files, last_day, root = work / "landing", work / "last_day", work / "warehouse"
    rows = hold_back_last_day(landing(size, folder), files, last_day)
    first = run(files, root)
    shutil.copytree(last_day, files, dirs_exist_ok=True)
    one_more = run(files, root)
    nothing = run(files, root)
    table = [
        cost_row("first run, all days but the last", first),
        cost_row(f"one more day, {rows:,} rows", one_more),
        cost_row("again, nothing new", nothing),
        ratio_row("one more day / first run", one_more, first),
    ]
    show(f"One more day, {words(size)}.", table, as_json=as_json)


if __name__ == "__main__":
    main()
