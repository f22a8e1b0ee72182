"""When a model cannot compute, names the accepted rows whose values lie furthest out.

An engine that overflows tells the value that it could not hold, and not the row that led to it.
The rows with the greatest numbers and the most distant times are where to look first.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb

from customer_status.engine import literal
from customer_status.environment.layout import World
from customer_status.environment.masking import masked
from customer_status.environment.text import shown
from customer_status.feeds.layouts import FEEDS, ColumnType, columns_of
from customer_status.feeds.personal_columns import FEED_COLUMNS, REQUESTS
from customer_status.ingest.ledger import read_receipts

_IS_ABOUT_A_VALUE = re.compile(r"(Conversion|Out of Range|Invalid Input|Overflow)", re.IGNORECASE)
_NUMBERS = (ColumnType.AMOUNT, ColumnType.INTEGER, ColumnType.SCORE)


def suspects(world: World, message: str) -> Iterator[str]:
    """One line for the greatest number, and for the earliest and the latest time, of each feed.

    Nothing if the engine's message is about something else than a value, or if raw rows cannot be
    read.
    """
    if not _IS_ABOUT_A_VALUE.search(message):
        return
    names = {receipt.file_id: receipt.file_name for receipt in read_receipts(world)}
    for feed in FEEDS:
        if feed == REQUESTS or not (world.raw / feed).is_dir():
            continue
        try:
            found = _furthest(world.raw / feed, feed)
        except duckdb.Error:
            continue
        for what, column, value, key, file_id in found:
            place = shown(masked(names.get(file_id, file_id)))
            # A contact's key says who somebody is.
            row = "" if feed == "contacts" else f", {FEED_COLUMNS[feed].key} {shown(masked(key))}"
            yield f"  the {what} accepted {feed}.{column}: {value} ({place}{row})"


def _furthest(folder: Path, feed: str) -> list[tuple[str, str, str, str, str]]:
    key = FEED_COLUMNS[feed].key
    numbers = [name for kind in _NUMBERS for name in columns_of(feed, kind)]
    times = columns_of(feed, ColumnType.TIMESTAMP)
    wanted = [
        ("greatest", numbers, "abs(value) desc", "decimal(38, 2)"),
        ("earliest", times, "value", "timestamp with time zone"),
        ("latest", times, "value desc", "timestamp with time zone"),
    ]
    found: list[tuple[str, str, str, str, str]] = []
    with duckdb.connect() as engine:
        engine.execute("set timezone = 'UTC'")
        rows = f"read_parquet({literal(f'{folder}/*.parquet')}, union_by_name = true)"
        for what, columns, order, kind in wanted:
            if not columns:
                continue
            values = " union all ".join(
                f"select {literal(name)} as name, {name}::{kind} as value, {key} as key, _file_id "
                f"from {rows} where {name} is not null"
                for name in columns
            )
            query = f"select name, value::varchar, key, _file_id from ({values}) order by {order}"
            found += [(what, *row) for row in engine.execute(f"{query} limit 1").fetchall()]
    return found
