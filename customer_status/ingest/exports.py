"""Turns a vendor's export into rows of a feed, by the mapping of its folder.

Two files are made on the way, both in the staging folder: the export as it came (all text, rows
numbered), and what the mapping makes of it. The second is read like any other landed file, so that
typing, rules, quarantine and split know nothing of mappings.
"""

import csv
import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

import duckdb

from customer_status.engine import Engine, identifier, literal
from customer_status.feeds.layouts import FEEDS
from customer_status.ingest.landing import LandedFile
from customer_status.ingest.mapping_query import EXPORT, RefusedQuery, checked_query
from customer_status.ingest.mappings import SEPARATORS, FeedMapping
from customer_status.ingest.source import Source
from customer_status.ingest.textfiles import Unreadable, short_lines, text_lines
from customer_status.ingest.values import SPACES_AT_THE_ENDS
from expectations.suites import required_columns

# Columns that the program adds to an export or takes from a mapping beside those of the feed.
ROW_NUMBER = "_row_number"
EXPORT_ROWS = "_export_rows"
_MISSHAPEN = "_misshapen"
_AS_IT_CAME = "_as_it_came"

# What the engine says of a column that is not there.
_NOT_FOUND = re.compile(
    r'Referenced column "(?P<alone>[^"]+)" not found'
    r'|does not have a column named "(?P<dotted>[^"]+)"'
)


class LacksColumns(Exception):
    """An export without a column that its mapping reads; the message names all of them."""


@dataclass(frozen=True)
class MappedExport:
    """What a mapping made of an export.

    Attributes:
        source: how to read its rows, as of any landed file.
        rows_in_export: data rows of the export.
        rows_passed_over: those that went into no row, because the mapping left them out.
    """

    source: Source
    rows_in_export: int
    rows_passed_over: int


def in_plain_csv(file: LandedFile, *, folder: Path) -> LandedFile:
    """The file, or where its mapping names another layout of text, a copy of it as plain CSV.

    Raises:
        Unreadable: it is not text of that layout.
    """
    mapping = file.mapping
    if mapping is None or file.format != "csv" or file.problem:
        return file
    encoding = "utf-8-sig" if mapping.encoding == "utf-8" else _encoding(file)
    if encoding == "utf-8-sig" and not mapping.names_a_layout:
        return file
    plain = folder / f"{file.file_id}.plain.csv"
    plain.parent.mkdir(parents=True, exist_ok=True)
    with (
        text_lines(file.path, is_compressed=file.is_compressed, encoding=encoding) as lines,
        plain.open("w", encoding="utf-8", newline="") as target,
    ):
        writer = csv.writer(target, lineterminator="\n")
        if mapping.columns:
            writer.writerow(mapping.columns)
        writer.writerows(_cells(lines, SEPARATORS[mapping.separator]))
    return replace(file, path=plain)


def _encoding(file: LandedFile) -> str:
    try:
        with text_lines(file.path, is_compressed=file.is_compressed) as lines:
            for _ in short_lines(lines):
                pass
    except Unreadable as error:
        if isinstance(error.__cause__, UnicodeDecodeError):
            return "latin-1"
        raise
    return "utf-8-sig"


def _cells(lines: TextIO, separator: str | None) -> Iterator[list[str]]:
    if separator is None:
        yield from (line.split() for line in short_lines(lines) if line.strip())
        return
    reader = csv.reader(short_lines(lines), delimiter=separator, strict=True)
    try:
        yield from (row for row in reader if row)
    except csv.Error as error:
        raise Unreadable(f"its quoting is broken at line {reader.line_num} ({error})") from error


def map_export(
    engine: Engine, file: LandedFile, source: Source, *, mapping: FeedMapping, folder: Path
) -> MappedExport:
    """Let the file's mapping make rows of its feed.

    Args:
        source: how to read the export's own rows.

    Raises:
        LacksColumns: the export lacks a column that the mapping reads.
        Unreadable: the mapping cannot be used, or fails on the export's values.
        duckdb.Error: the engine cannot read the export.
    """
    export = folder / f"{file.file_id}.export.parquet"
    mapped = folder / f"{file.file_id}.mapped.parquet"
    offered = _offered(source)
    rows_in_export = engine.copy(_numbered(source, offered), export, keep_order=True)
    mapped.parent.mkdir(parents=True, exist_ok=True)
    with engine.sandbox(export, mapped) as sandbox, _faults_of(mapping):
        statement = checked_query(mapping.text)
        absent = _absent(sandbox, mapping, statement, export, offered)
        lacking = [name for name in absent if name.lower() not in _lowered(mapping.optional)]
        # a file of JSON without a line has no columns that it could lack
        if lacking and source.columns:
            raise LacksColumns(_complaint(mapping, lacking, source))
        query = _query(statement, export, offered, absent)
        given = [name for name, *_ in sandbox.rows(f"describe {query}")]
        _check(mapping, given)
        sandbox.copy(_with_misshapen(query, given, export), mapped, keep_order=True)
    used = engine.rows(f"select sum({EXPORT_ROWS}) from read_parquet({literal(str(mapped))})")[0][0]
    export.unlink()
    return MappedExport(
        source=_source(mapping, mapped, given),
        rows_in_export=rows_in_export,
        rows_passed_over=max(rows_in_export - int(used or 0), 0),
    )


def _offered(source: Source) -> list[tuple[str, str]]:
    """The export's columns, but for names that it has twice: which one is meant cannot be told."""
    times = Counter(name.lower() for name, _ in source.columns)
    return [(name, sql) for name, sql in source.columns if name and times[name.lower()] == 1]


def _numbered(source: Source, offered: Sequence[tuple[str, str]]) -> str:
    """The export's rows as text, trimmed, empty text null; each with its number."""
    columns = [
        f"nullif(regexp_replace({sql}::varchar, '{SPACES_AT_THE_ENDS}', '', 'g'), '')"
        f" as {identifier(name)}"
        for name, sql in offered
    ]
    columns += [
        f"row_number() over () as {ROW_NUMBER}",
        f"{source.misshapen}::varchar as {_MISSHAPEN}",
        f"case when {source.misshapen} is not null then {source.original} end as {_AS_IT_CAME}",
    ]
    return f"select {', '.join(columns)} from {source.scan} as _scan"


def _query(
    statement: str, export: Path, offered: Sequence[tuple[str, str]], absent: Sequence[str]
) -> str:
    """The mapping's query over the relation ``export``, without the rows of the wrong shape."""
    columns = [identifier(name) for name, _ in offered]
    columns += [f"null::varchar as {identifier(name)}" for name in absent]
    return (
        f"select * from (with export as (select {', '.join([*columns, ROW_NUMBER])} "
        f"from read_parquet({literal(str(export))}) where {_MISSHAPEN} is null)\n"
        f"select * from (\n{statement}\n))"
    )


def _absent(
    engine: Engine,
    mapping: FeedMapping,
    statement: str,
    export: Path,
    offered: Sequence[tuple[str, str]],
) -> list[str]:
    """The columns that the mapping reads and the export does not have."""
    have = _lowered(name for name, _ in offered)
    absent = [name for name in mapping.optional if name.lower() not in have]
    while True:
        try:
            engine.rows(f"describe {_query(statement, export, offered, absent)}")
            return absent
        except duckdb.BinderException as error:
            found = _NOT_FOUND.search(str(error))
            name = found and (found["alone"] or found["dotted"])
            if not name or name.lower() in have | _lowered(absent):
                raise
            absent.append(name)


def _complaint(mapping: FeedMapping, lacking: Sequence[str], source: Source) -> str:
    twice = [name for name in lacking if name.lower() in _lowered(n for n, _ in source.columns)]
    if twice:
        raise Unreadable(f"two of its columns are named {twice[0]}")
    noun = "column" if len(lacking) == 1 else "columns"
    return f"{noun} {', '.join(lacking)}, which the mapping {mapping.name} reads"


def _check(mapping: FeedMapping, given: Sequence[str]) -> None:
    """See that the mapping makes rows of its feed.

    Raises:
        Unreadable: it gives a column that the feed does not have, or lacks one that is required.
    """
    layout = FEEDS[mapping.feed]
    for name in given:
        if name not in layout and name not in (ROW_NUMBER, EXPORT_ROWS):
            meant = difflib.get_close_matches(name, [n for n in layout if n not in given], n=1)
            hint = f"; is {meant[0]} meant?" if meant else ""
            raise Unreadable(
                f"its mapping {mapping.name} gives the column {name}, "
                f"which {mapping.feed} does not have{hint}"
            )
    missing = [name for name in required_columns(mapping.feed) if name not in given]
    if missing:
        raise Unreadable(
            f"its mapping {mapping.name} gives no {', '.join(missing)}, "
            f"which {mapping.feed} requires"
        )


def _with_misshapen(query: str, given: Sequence[str], export: Path) -> str:
    """The mapping's rows, then the export's rows that have not the shape of their file."""
    layout = [name for name in given if name not in (ROW_NUMBER, EXPORT_ROWS)]
    texts = [f"{identifier(name)}::varchar as {identifier(name)}" for name in layout]
    number = ROW_NUMBER if ROW_NUMBER in given else "null"
    rows = EXPORT_ROWS if EXPORT_ROWS in given else "1"
    return (
        f"select {', '.join(texts)}, {number}::bigint as {ROW_NUMBER}, "
        f"{rows}::bigint as {EXPORT_ROWS}, null::varchar as {_MISSHAPEN}, "
        f"null::varchar as {_AS_IT_CAME} from ({query}) union all by name "
        f"select {ROW_NUMBER}, 1::bigint as {EXPORT_ROWS}, {_MISSHAPEN}, {_AS_IT_CAME} "
        f"from read_parquet({literal(str(export))}) where {_MISSHAPEN} is not null"
    )


def _source(mapping: FeedMapping, mapped: Path, given: Sequence[str]) -> Source:
    names = [name for name in FEEDS[mapping.feed] if name in given]
    row = ", ".join(f"{literal(name)}, {identifier(name)}" for name in names)
    return Source(
        scan=f"read_parquet({literal(str(mapped))})",
        values={name: identifier(name) for name in names},
        native={},
        misshapen=_MISSHAPEN,
        extra="null",
        original=f"coalesce({_AS_IT_CAME}::json, json_object({row}))",
        row_number=ROW_NUMBER,
    )


@contextmanager
def _faults_of(mapping: FeedMapping) -> Iterator[None]:
    """Blame the mapping for what its query does wrong; its values are not repeated."""
    try:
        yield
    except RefusedQuery as error:
        raise Unreadable(f"its mapping {mapping.name} {error}") from error
    except duckdb.PermissionException as error:
        raise Unreadable(
            f"its mapping {mapping.name} reads a file; it may read the relation {EXPORT} only"
        ) from error
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException) as error:
        raise Unreadable(
            f"its mapping {mapping.name} is no query ({str(error).splitlines()[0]})"
        ) from error
    except (duckdb.DataError, duckdb.InvalidInputException) as error:
        raise Unreadable(
            f"its mapping {mapping.name} fails on one of its values; where a text may be no "
            "number or date, write try_cast or try_strptime"
        ) from error


def _lowered(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)
