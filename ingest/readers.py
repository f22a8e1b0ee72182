"""Opens a landed file as rows of text, whatever its format.

Nothing is typed here: an identifier with leading zeros or twenty digits stays the text it was.
Only Parquet brings types of its own; those that fit the column are handed on as they are.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from glob import escape
from pathlib import Path

from ingest.feeds import FEEDS, WHOLE_ROW, ColumnType, id_columns
from ingest.jsonkeys import exact, find_keys, named_twice
from ingest.landing import LandedFile
from ingest.parquetfiles import column_names, lost_digits, text_of_id, text_of_number
from ingest.sql import Engine, identifier, literal
from ingest.textfiles import Unreadable, csv_header

# Byte sequences that no text file holds: a separator for "the whole line is one value", and a
# null marker that keeps an empty value apart from an absent one.
NO_SEPARATOR = "\x01\x02\x03\x04"
NO_NULL = "\x01\x02null\x03"
MAX_LINE_BYTES = 16_000_000
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


@dataclass(frozen=True)
class Source:
    """How to select a file's rows.

    Attributes:
        scan: SQL table expression, rows in file order.
        values: known column to SQL expression over the scan.
        native: known column to its own type, for those that are not text.
        misshapen: SQL text expression: what is wrong with the shape of the row, null if nothing.
        extra: SQL expression: unknown columns as one JSON object, null if none.
        original: SQL expression: the whole row as it came, as one JSON object.
        columns: every column under the file's own name, trimmed, and its SQL text expression.
        row_number: SQL expression: the row's place in its file, from 1.
        file_id: SQL expression: the file that the row came in; None if it is the one that is read.
    """

    scan: str
    values: Mapping[str, str]
    native: Mapping[str, str]
    misshapen: str
    extra: str
    original: str
    columns: tuple[tuple[str, str], ...] = ()
    row_number: str = "row_number() over ()"
    file_id: str | None = None


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


def json_source(engine: Engine, feed: str, lines: str, *, with_columns: bool = False) -> Source:
    """Rows that are JSON objects.

    Args:
        lines: SQL table with the text ``line`` and whether it ``is_object``.
        with_columns: also give every key, for a mapping to read.
    """
    keys = find_keys(engine, lines)
    known = keys.of_columns(FEEDS[feed])
    # All of a line's values are taken out at once; by one path each, they cost as much each.
    taken = [key for names in known.values() for key in names]
    taken += [key for key in keys.names if with_columns and key not in taken]
    cells = json_cells("line", taken)
    extra = json_without("line", [key for names in known.values() for key in names])
    is_all_known = sum(map(len, known.values())) == len(keys.names)
    ids = {key for column in id_columns(feed) for key in known.get(column, ())}
    cell = {
        # of an export, a mapping may make an identifier of any column
        key: exact(key, f"cells[{i}]", may_be_id=key in ids or with_columns)
        for i, key in enumerate(taken, start=1)
    }
    values = {
        name: cell[same[0]] if len(same) == 1 else f"coalesce({', '.join(cell[k] for k in same)})"
        for name, same in known.items()
    }
    twice = named_twice(keys, known)
    return Source(
        scan=f"(select *, case when is_object then {cells} end as cells from {lines})",
        values=values,
        native={},
        misshapen=f"case when not is_object then 'is not a JSON object' else {twice} end",
        extra="null" if is_all_known else f"case when is_object then {extra} end",
        original=f"case when is_object then line else json_object({literal(WHOLE_ROW)}, line) end",
        columns=tuple((key.strip(), sql) for key, sql in cell.items()),
    )


def json_cells(line: str, keys: Iterable[str]) -> str:
    """SQL list of the texts of so many keys of a JSON object, taken out at once."""
    paths = ", ".join(literal(_json_pointer(key)) for key in keys)
    return f"json_extract_string({line}, [{paths}]::varchar[])"


def json_without(line: str, keys: Iterable[str]) -> str:
    """SQL text of a JSON object without so many of its keys; null if nothing is left."""
    # Merging a null into an object removes the key.
    removed = json_object([(key, "null") for key in keys])
    return f"nullif(json_merge_patch({line}, {removed})::varchar, '{{}}')"


def _json_pointer(key: str) -> str:
    """Path to a key whatever is in its name (RFC 6901)."""
    return "/" + key.replace("~", "~0").replace("/", "~1")


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
    columns = [(name, kind) for name, kind, *_ in engine.rows(f"describe select * from {scan}")]
    names = [name for name, _ in columns]
    known = _known_columns(file.feed, column_names(engine, path))
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
    distinct: list[str] = []
    for position, name in enumerate(names, start=1):
        base = name.strip() or f"column_{position}"
        chosen, number = base, 2
        while chosen in distinct:
            chosen, number = f"{base}_{number}", number + 1
        distinct.append(chosen)
    return distinct


def json_object(cells: Iterable[tuple[str, str]]) -> str:
    """SQL JSON object of names and SQL expressions."""
    return "json_object(" + ", ".join(f"{literal(name)}, {sql}" for name, sql in cells) + ")"


def _extra(cells: list[tuple[str, str]]) -> str:
    """Non-empty values of unknown columns as one JSON object, null if there are none."""
    if not cells:
        return "null"
    given = json_object([(name, f"nullif({sql}::varchar, '')") for name, sql in cells])
    # Merging into an empty object leaves out the nulls.
    return f"nullif(json_merge_patch('{{}}', {given})::varchar, '{{}}')"
