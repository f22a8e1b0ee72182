"""One more day: what a run costs when only the last day's rows are new.

``python -m benchmarks.one_day --size S`` takes the rows of the last simulated day out of the
files, builds a warehouse of all else, lands that day as one file per feed, and runs again.
"""

import shutil
from pathlib import Path

import click
import duckdb

from benchmarks.measuring import Cost, cost_row, ratio_row, show
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


def newest_tenth(files: Path, tenth: Path) -> None:
    """Link the files of the newest months, a tenth of all: the same days, less history."""
    months = sorted({path.stem for path in files.glob("*/**/*.parquet")})
    kept = months[-max(1, round(len(months) / 10)) :]
    for path in files.glob("*/**/*.parquet"):
        if path.stem in kept:
            link = tenth / path.relative_to(files)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.hardlink_to(path)


def one_more(files: Path, last_day: Path, root: Path) -> tuple[Cost, Cost, Cost]:
    """A first run over the files, one with the last day beside them, and one with nothing new."""
    first = run(files, root)
    shutil.copytree(last_day, files, dirs_exist_ok=True)
    return first, run(files, root), run(files, root)


@click.command()
@benchmark_options
def main(*, size: str, folder: Path, as_json: Path | None) -> None:
    """Measure a day on all of history and on the newest tenth of it."""
    work = folder / size / "one_day"
    shutil.rmtree(work, ignore_errors=True)
    files, tenth, last_day = work / "landing", work / "tenth", work / "last_day"
    rows = hold_back_last_day(landing(size, folder), files, last_day)
    newest_tenth(files, tenth)
    first_of_tenth, day_on_tenth, _ = one_more(tenth, last_day, work / "warehouse_of_tenth")
    first, day, nothing = one_more(files, last_day, work / "warehouse")
    table = [
        cost_row("first run, all days but the last", first),
        cost_row(f"one more day, {rows:,} rows", day),
        cost_row("again, nothing new", nothing),
        cost_row("first run, newest tenth of it", first_of_tenth),
        cost_row("one more day on that", day_on_tenth),
        ratio_row("one more day / first run", day, first),
        ratio_row("one more day / one more on a tenth", day, day_on_tenth),
    ]
    show(f"One more day, {words(size)}.", table, as_json=as_json)


if __name__ == "__main__":
    main()
