"""Writes one landing file: a month of one feed, worded, with its planted faults."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from sample_data.simulator.damage import DAMAGES, garbled, replaced
from sample_data.simulator.feeds import COUNT, FEEDS, FLAG, INSTANT, MONEY, SQL_TYPES
from sample_data.simulator.parameters import Defects

FORMATS = ("parquet", "csv", "csv.gz", "jsonl", "jsonl.gz")
_COPY_OPTIONS = {
    "parquet": "format parquet, compression zstd",
    "csv": "format csv, header",
    "csv.gz": "format csv, header, compression gzip",
    "jsonl": "format json",
    "jsonl.gz": "format json, compression gzip",
}
# How a file writes its UTC instants: by Z, by a fixed offset, or without any.
CLOCKS = ("z", "offset", "naive")
_CLOCK_SQL = {
    "z": "strftime({0}, '%Y-%m-%dT%H:%M:%SZ')",
    "offset": "strftime({0} + interval 1 hour, '%Y-%m-%dT%H:%M:%S') || '+01:00'",
    "naive": "strftime({0}, '%Y-%m-%d %H:%M:%S')",
}


@dataclass(frozen=True)
class Page:
    """One file to write; `month` is the position of a calendar month."""

    feed: str
    month: int
    path: Path
    format: str
    clock: str


@dataclass(frozen=True)
class PageCounts:
    """Rows of the written file, and of them per kind of fault: (kind, is_rejected, rows)."""

    rows: int
    faults: list[tuple[str, bool, int]]


def write_page(
    connection: duckdb.DuckDBPyConnection,
    page: Page,
    *,
    columns: dict[str, str],
    defects: Defects,
    is_resend: bool = False,
) -> PageCounts:
    """Write the month's good rows and what is planted among them, oldest first.

    A resend writes only the few rows that are sent again, and damages none of them.
    """
    _word(connection, page, columns=columns, defects=defects, is_resend=is_resend)
    counts = _plant(connection, page, defects=defects, is_resend=is_resend)
    if counts.rows:
        page.path.parent.mkdir(parents=True, exist_ok=True)
        selected = ", ".join(
            f"{_written(page, name, kind)} as {name}" for name, kind in FEEDS[page.feed].items()
        )
        connection.execute(
            f"copy (select {selected} from page order by exported_at, number, version, fault)"
            f" to '{page.path}' ({_COPY_OPTIONS[page.format]})"
        )
    connection.execute("drop table page")
    return counts


def _bands(defects: Defects) -> tuple[int, int, int, int]:
    """Upper ends of the dice values that mean damaged, duplicate, resent, untidy."""
    shares = (
        defects.damaged_share,
        defects.duplicate_share,
        defects.resent_share,
        defects.untidy_email_share,
    )
    ends = [int(sum(shares[: i + 1]) * 2**32) for i in range(len(shares))]
    return ends[0], ends[1], ends[2], ends[3]


def _word(
    connection: duckdb.DuckDBPyConnection,
    page: Page,
    *,
    columns: dict[str, str],
    defects: Defects,
    is_resend: bool,
) -> None:
    """Fill the table `page` with the month's good rows in words; `fault` is -1 for them."""
    _, duplicate, resent, untidy = _bands(defects)
    worded = ", ".join(f"{columns[name]} as {name}" for name in FEEDS[page.feed])
    chosen = f"and dice >= {duplicate} and dice < {resent}" if is_resend else ""
    connection.execute(f"""
        create temp table page as
        with worded as (
            select exported_at, number, version, dice, is_late, {worded}
            from {page.feed} left join names using (person)
            where file_month = {page.month} {chosen}
        )
        select
            * replace (
                case
                    when dice < {resent} or dice >= {untidy} then email
                    when dice % 3 = 0 then upper(email)
                    when dice % 3 = 1 then '  ' || email || ' '
                    else upper(left(email, 1)) || substr(email, 2) || ' '
                end as email
            ),
            -1 as fault
        from worded
    """)


def _plant(
    connection: duckdb.DuckDBPyConnection,
    page: Page,
    *,
    defects: Defects,
    is_resend: bool,
) -> PageCounts:
    """Add damaged copies and duplicates to `page` and count everything in it."""
    damaged, duplicate, resent, untidy = _bands(defects)
    kinds = DAMAGES[page.feed]
    is_untidy = f"dice >= {resent} and dice < {untidy} and email is not null"
    [(rows, late, untidy_rows)] = connection.execute(f"""
        select count(*), coalesce(sum(is_late::int), 0), count_if({is_untidy}) from page
    """).fetchall()
    faults = [("late_version", False, int(late)), ("untidy_email", False, untidy_rows)]
    if is_resend:
        faults = [("resent_row", False, rows)]
    else:
        usable = [
            i for i, kind in enumerate(kinds) if page.format != "parquet" or not kind.is_text_only
        ]
        most = int(rows * defects.max_damaged_share)
        replacements = ", ".join(replaced(kinds, name) for name in FEEDS[page.feed])
        connection.execute(f"""
            insert into page
            with chosen as (
                select * replace ({list(usable)}[1 + dice % {len(usable)}] as fault)
                from page
                where dice < {damaged}
                order by dice, number, version
                limit {most}
            )
            select exported_at, number, version, dice, is_late, {replacements}, fault
            from chosen
            union all
            select * replace ({len(kinds)} as fault)
            from page
            where dice >= {damaged} and dice < {duplicate}
        """)
        faults += _planted(connection, page)
    [(total,)] = connection.execute("select count(*) from page").fetchall()
    return PageCounts(total, [fault for fault in faults if fault[2]])


def _planted(connection: duckdb.DuckDBPyConnection, page: Page) -> list[tuple[str, bool, int]]:
    kinds = DAMAGES[page.feed]
    found = connection.execute(
        "select fault, count(*) from page where fault >= 0 group by fault order by fault"
    ).fetchall()
    counts: dict[tuple[str, bool], int] = {}
    for fault, rows in found:
        is_rejected = fault < len(kinds)
        key = (kinds[fault].kind if is_rejected else "duplicate_row", is_rejected)
        counts[key] = counts.get(key, 0) + rows
    return [(kind, is_rejected, rows) for (kind, is_rejected), rows in counts.items()]


def _written(page: Page, column: str, kind: str) -> str:
    """SQL for a column as the file's format writes it."""
    if page.format == "parquet":
        in_zone = kind == INSTANT and page.clock != "naive"
        return f"timezone('UTC', {column})" if in_zone else column
    text = _CLOCK_SQL[page.clock].format(column) if kind == INSTANT else column
    text = garbled(DAMAGES[page.feed], column, f"cast({text} as varchar)")
    if page.format.startswith("jsonl") and kind in (MONEY, COUNT, FLAG):
        # Numbers and flags are bare in JSON, but a garbled one is a string.
        was_garbled = f"try_cast({text} as {SQL_TYPES[kind]}) is null"
        return f"case when {was_garbled} then to_json({text}) else ({text})::json end"
    return text
