"""Opens a landed file as rows of text, whatever its format.

Nothing is typed here: an identifier with leading zeros or twenty digits stays the text it was.
Only Parquet brings types of its own; those that fit the column are handed on as they are.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from glob import escape
from pathlib import Path

from customer_status.engine import Engine, identifier, literal
from customer_status.feeds.layouts import FEEDS, WHOLE_ROW, ColumnType, id_columns
from customer_status.ingest.jsonrows import json_source
from customer_status.ingest.landing import LandedFile
from customer_status.ingest.limits import MAX_LINE_BYTES, check_columns
from customer_status.ingest.parquetfiles import (
    column_names,
    lost_digits,
    text_of_id,
    text_of_number,
)
from customer_status.ingest.source import Source, json_object
from customer_status.ingest.textfiles import Unreadable, csv_header

# Byte sequences that no text file holds: a separator for "the whole line is one value", and a
# null marker that keeps an empty value apart from an absent one.
NO_SEPARATOR = "\x01\x02\x03\x04"
NO_NULL = "\x01\x02null\x03"
_LONG_LINES = {"max_line_size": str(MAX_LINE_BYTES), "buffer_size": str(2 * MAX_LINE_BYTES)}

# Parquet types that are taken as they are, for a column of that type; others pass through text.
_INTEGERS = {f"{sign}{size}" for sign in ("", "U") for size in ("TINYINT", "SMALLINT", "BIGINT")}
_INTEGERS |= {"INTEGER", "UINTEGER", "HUGEINT", "UHUGEINT"}
_NAIVE = {"DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"}
_FITTING = {
    ColumnType.TIMESTAMP: {*_NAIVE, "TIMESTAMP WITH TIME ZONE"},
    ColumnType.DATE: _NAIVE,
    ColumnType.AMOUNT: {*_INTEGERS, "DECIMAL"},
    ColumnType.SCORE: {*_INTEGERS, "DECIMAL"},
    ColumnType.INTEGER: _INTEGERS,
    ColumnType.BOOLEAN: {"BOOLEAN"},
    ColumnType.TEXT: set(),
}


def open_source(engine: Engine, file: LandedFile) -> Source:
    """Look at a file's columns and return how to select its rows.

    Raises:
        Unreadable: the file has no header, or two columns of one name.
        duckdb.Error: the engine cannot read it.
    """
    if file.problem:
        raise Unreadable(file.problem)
    readers: dict[str | None, Callable[[Engine, LandedFile], Source]] = {
        "csv": lambda _, csv: csv_source(csv),
        "jsonl": _jsonl_source,
        "parquet": _parquet_source,
    }
    return readers[file.format](engine, file)


def csv_source(file: LandedFile, *, repaired: Path | None = None) -> Source:
    """Rows of a CSV file by RFC 4180, or of its repaired copy (see ``ingest.textfiles``).

    A repaired copy has two more columns: what is wrong with the row's shape, and the row as JSON.
    """
    header = csv_header(file.path, is_compressed=file.is_compressed)
    check_columns(len(header.names))
    names = _distinct(header.names)
    known = _known_columns(file.feed, header.names)
    count = len(names) + (2 if repaired else 0)
    options = {
        "columns": "{" + ", ".join(f"'c{i}': 'VARCHAR'" for i in range(count)) + "}",
        "header": "true",
        "skip": "0" if repaired else str(header.blank_lines),
        "delim": "','",
        "quote": "'\"'",
        "escape": "'\"'",
        "compression": "'none'" if repaired else _compression(file),
    }
    if repaired:
        options |= _LONG_LINES
    cells = [(name, f"c{i}") for i, name in enumerate(names)]
    original = json_object(cells)
    source = Source(
        scan=_read_csv(repaired or file.path, options),
        values={name: f"c{index}" for name, index in known.items()},
        native={},
        misshapen="null",
        extra=_extra([cell for i, cell in enumerate(cells) if i not in known.values()]),
        original=original,
        columns=tuple((name.strip(), f"c{i}") for i, name in enumerate(header.names)),
    )
    if not repaired:
        return source
    misshapen, row = f"nullif(c{count - 2}, '')", f"c{count - 1}"
    whole = f"json_object({literal(WHOLE_ROW)}, {row}::json)"
    return replace(
        source,
        misshapen=misshapen,
        original=f"case when {misshapen} is null then {original} else {whole} end",
    )


def _jsonl_source(engine: Engine, file: LandedFile) -> Source:
    lines = _json_lines(file)
    source = json_source(engine, file.feed, lines, with_columns=file.mapping is not None)
    # A column that no line has is missing only where there are lines to have it.
    return replace(source, values=source.values or _absent(engine, file, lines))


def _json_lines(file: LandedFile) -> str:
    """SQL table of the file's lines that are not empty, and whether each is a JSON object."""
    options = {
        "columns": "{'line': 'VARCHAR'}",
        "header": "false",
        "delim": literal(NO_SEPARATOR),
        "quote": "''",
        "escape": "''",
        # A file put together from others may end some lines with \n and others with \r\n.
        "strict_mode": "false",
        "compression": _compression(file),
    } | _LONG_LINES
    return f"""(
        select line, json_valid(line) and starts_with(ltrim(line), '{{') as is_object
        from {_read_csv(file.path, options)}
        where regexp_matches(line, '[^\\s]')
    )"""


def _absent(engine: Engine, file: LandedFile, lines: str) -> dict[str, str]:
    """Of a file without any line, every column is there and empty: it has no header to lack one."""
    has_lines = engine.rows(f"select count(*) from (from {lines} limit 1)")[0][0]
    return {} if has_lines else dict.fromkeys(FEEDS[file.feed], "null::varchar")


def _parquet_source(engine: Engine, file: LandedFile) -> Source:
    path = literal(escape(str(file.path)))
    scan = f"read_parquet({path}, binary_as_string = true, hive_partitioning = false)"
    own_names = column_names(engine, path)
    check_columns(len(own_names))
    columns = [(name, kind) for name, kind, *_ in engine.rows(f"describe select * from {scan}")]
    names = [name for name, _ in columns]
    known = _known_columns(file.feed, own_names)
    texts = [(n, *columns[i]) for n, i in known.items() if FEEDS[file.feed][n] is ColumnType.TEXT]
    ids = id_columns(file.feed)
    native: dict[str, str] = {}
    values: dict[str, str] = {}
    for name, index in known.items():
        source_name, kind = columns[index]
        if kind.split("(")[0] in _FITTING[FEEDS[file.feed][name]] and not kind.endswith("]"):
            native[name] = kind
            values[name] = identifier(source_name)
        elif name in ids and kind in ("FLOAT", "DOUBLE"):
            values[name] = text_of_id(source_name, kind)
        elif FEEDS[file.feed][name] is ColumnType.TEXT and kind in ("FLOAT", "DOUBLE"):
            values[name] = text_of_number(source_name)
        else:
            values[name] = _as_text(source_name, kind)
    unknown = [name for i, name in enumerate(names) if i not in known.values()]
    return Source(
        scan=scan,
        values=values,
        native=native,
        misshapen=lost_digits(texts, ids=ids),
        extra=_extra([(name, identifier(name)) for name in unknown]),
        original=json_object([(name, _as_text(name, kind)) for name, kind in columns]),
        columns=tuple((name.strip(), _as_text(name, kind)) for name, kind in columns),
    )


def _as_text(name: str, kind: str) -> str:
    """Text of a Parquet value; whole floating-point numbers without a decimal point.

    Writers turn a column of whole numbers with gaps into floating point; read literally,
    identifier 123 would become another one, 123.0.
    """
    column = identifier(name)
    if kind in ("FLOAT", "DOUBLE"):
        is_whole = f"{column} = trunc({column}) and abs({column}) < 9007199254740992"
        # The engine may cast before it has looked which values are whole.
        whole = f"try_cast({column} as bigint)::varchar"
        return f"case when {is_whole} then {whole} else {column}::varchar end"
    if kind.endswith("]") or kind.startswith(("STRUCT", "MAP")):
        return f"to_json({column})::varchar"
    return f"{column}::varchar"


def _read_csv(path: Path, options: dict[str, str]) -> str:
    given = ", ".join(f"{name} = {value}" for name, value in options.items())
    return (
        f"read_csv({literal(escape(str(path)))}, auto_detect = false, hive_partitioning = false,"
        f" nullstr = {literal(NO_NULL)}, {given})"
    )


def _compression(file: LandedFile) -> str:
    return "'gzip'" if file.is_compressed else "'none'"


def _known_columns(feed: str, names: Iterable[str]) -> dict[str, int]:
    """The feed's columns, in its order, to their position among the file's own.

    Names match trimmed and in any case.

    Raises:
        Unreadable: two of the file's columns match the same one.
    """
    found: dict[str, int] = {}
    for index, name in enumerate(names):
        column = name.strip().lower()
        if column in found:
            raise Unreadable(f"two of its columns are named {column}")
        if column in FEEDS[feed]:
            found[column] = index
    return {name: found[name] for name in FEEDS[feed] if name in found}


def _distinct(names: Iterable[str]) -> list[str]:
    """Names as they are, but never empty and never twice: they become keys of one object."""
    distinct: dict[str, None] = {}
    for position, name in enumerate(names, start=1):
        base = name.strip() or f"column_{position}"
        chosen, number = base, 2
        while chosen in distinct:
            chosen, number = f"{base}_{number}", number + 1
        distinct[chosen] = None
    return list(distinct)


def _extra(cells: list[tuple[str, str]]) -> str:
    """Non-empty values of unknown columns as one JSON object, null if there are none."""
    if not cells:
        return "null"
    given = json_object([(name, f"nullif({sql}::varchar, '')") for name, sql in cells])
    # Merging into an empty object leaves out the nulls.
    return f"nullif(json_merge_patch('{{}}', {given})::varchar, '{{}}')"
