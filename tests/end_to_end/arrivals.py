"""Rows on their way to a shop: in files of any kind, size, name and number."""

import gzip
import json
import random
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb

from customer_status.feeds.layouts import FEEDS
from tests.end_to_end.shop import write_csv

Row = dict[str, object]

KINDS = (".csv", ".csv.gz", ".jsonl", ".jsonl.gz", ".parquet")
# A column in which two versions of one row may differ while nothing says which is the later one.
TIED_COLUMNS = {
    "orders": ("gross_amount", (Decimal("7.10"), Decimal("7.20"), Decimal("900.00"))),
    "web_sessions": ("page_views", (1, 2, 30)),
    "crm_touches": ("channel", ("email", "phone", "post")),
    "contacts": ("full_name", ("Ana Gil", "Ana Gil Sanz", "ana gil")),
}


def with_ties(feed: str, rows: Iterable[Row], choices: random.Random) -> list[Row]:
    """The rows, some of them once more with other content and no later date."""
    column, values = TIED_COLUMNS[feed]
    rows = list(rows)
    tied = [row | {column: choices.choice(values)} for row in rows if choices.random() < 0.3]
    return rows + tied


def deliver(landing: Path, feed: str, rows: list[Row], choices: random.Random) -> None:
    """Land the rows in any order in 1 to 6 files of any kind; rows and whole files may repeat."""
    rows = rows + [row for row in rows if choices.random() < 0.1]
    choices.shuffle(rows)
    cuts = sorted(choices.choices(range(len(rows) + 1), k=choices.randint(0, 5)))
    for start, end in zip([0, *cuts], [*cuts, len(rows)], strict=True):
        if start == end:
            continue  # a file without rows is nothing to take in
        folder = landing / feed / choices.choice(("", "2025", "2025/07", "again and again"))
        kind = choices.choice(KINDS)
        path = folder / f"{choices.randrange(10**9)} export{kind}"
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, feed, rows[start:end], choices)
        if choices.random() < 0.2:
            (folder / f"copy of {path.name}").write_bytes(path.read_bytes())


def write(path: Path, feed: str, rows: list[Row], choices: random.Random) -> None:
    """One file, its columns in any order; its kind is what its name says."""
    columns = list(rows[0])
    choices.shuffle(columns)
    texts = [{name: _text(row[name]) for name in columns} for row in rows]
    plain = path.with_name(path.name.removesuffix(".gz"))
    if path.suffix == ".parquet":
        _write_parquet(path, feed, columns, texts)
    elif plain.suffix == ".csv":
        write_csv(plain, [{k: v or "" for k, v in row.items()} for row in texts])
    else:
        plain.write_text("".join(json.dumps(row) + "\n" for row in texts), encoding="utf-8")
    if plain != path:
        path.write_bytes(gzip.compress(plain.read_bytes()))
        plain.unlink()


def _text(value: object) -> str | None:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


def _write_parquet(
    path: Path, feed: str, columns: list[str], rows: list[dict[str, str | None]]
) -> None:
    types = {name: FEEDS[feed][name].value for name in columns}
    target = str(path).replace("'", "''")
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        values = f"select unnest(from_json(?, '{json.dumps([types])}'), recursive := true)"
        connection.execute(f"create table rows as {values}", [json.dumps(rows)])
        connection.execute(f"copy rows to '{target}' (format parquet)")
