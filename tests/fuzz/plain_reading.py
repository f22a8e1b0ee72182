"""What is in a landed file, by Python's own readers: the standard library and pyarrow."""

import csv
import gzip
import io
import json
import math
import zlib
from datetime import date, datetime
from decimal import Decimal

from tests.fuzz.plain_rules import Scientific, layout, micros

FLOAT_IS_EXACT_BELOW = {"float": 2**24, "double": 2**53}


class Refused(Exception):
    """The file cannot be taken as a whole."""


class Unsure(Exception):
    """Readers may differ on such a file: only that all of its rows are accounted for is checked."""


def read(feed: str, name: str, content: bytes) -> list[dict[str, object] | None]:
    """The file's rows, known columns only; None stands for a row of the wrong shape.

    Raises:
        Refused: it cannot be read or lacks a required column.
        Unsure: it is damaged in a way that readers take differently.
    """
    if name.endswith(".parquet"):
        return _parquet(feed, content)
    if name.endswith(".gz"):
        content = _unzipped(content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused("not UTF-8") from error
    return _csv(feed, text) if ".csv" in name else _jsonl(feed, text)


def _unzipped(content: bytes) -> bytes:
    try:
        if not content:
            raise Refused("empty")
        return gzip.decompress(content)
    except (EOFError, OSError, zlib.error) as error:
        raise Refused(str(error)) from error


def _columns(feed: str, names: list[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for position, name in enumerate(names):
        column = name.strip().lower()
        if column in found.values():
            raise Refused(f"{column} twice")
        if column in layout(feed):
            found[position] = column
    _require(feed, set(found.values()))
    return found


def _require(feed: str, names: set[str]) -> None:
    lacking = {name for name, (_, is_required) in layout(feed).items() if is_required} - names
    if lacking:
        raise Refused(f"lacks {lacking}")


def _csv(feed: str, text: str) -> list[dict[str, object] | None]:
    csv.field_size_limit(10**8)
    lines = csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True)
    try:
        rows = [row for row in lines if len(row) > 1 or any(cell.strip() for cell in row)]
    except csv.Error as error:
        if "expected after" in str(error):
            raise Unsure(str(error)) from error
        raise Refused(str(error)) from error
    if not rows:
        raise Refused("empty")
    columns = _columns(feed, rows[0])
    return [
        {name: row[i] for i, name in columns.items()} if len(row) == len(rows[0]) else None
        for row in rows[1:]
    ]


def _jsonl(feed: str, text: str) -> list[dict[str, object] | None]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    rows = [_json_row(feed, line) for line in lines if line.strip(" \t\f")]
    if rows:
        _require(feed, {name for row, names in rows for name in names})
    return [row for row, _ in rows]


def _json_row(feed: str, line: str) -> tuple[dict[str, object] | None, set[str]]:
    """The row, and the columns that it names, which count for the file even where it is bad."""
    try:
        pairs = json.loads(line, object_pairs_hook=_Pairs, parse_float=_Float, parse_int=_Int)
        json.dumps(pairs, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        if ",}" in line.replace(" ", "") or "inf" in line.lower() or "nan" in line.lower():
            raise Unsure("what engines take beyond the standard") from error
        return None, set()
    if not isinstance(pairs, _Pairs):
        return None, set()
    names = [key.strip().lower() for key, _ in pairs]
    known = [(name, value) for name, (_, value) in zip(names, pairs, strict=True)]
    known = [(name, value) for name, value in known if name in layout(feed)]
    if len(dict(known)) < len(known):
        return None, set(dict(known))
    return {name: _json_text(value) for name, value in known}, set(dict(known))


class _Pairs(list):
    """The members of an object, in their order."""


class _Float(str):
    """A number with a point or an exponent, as it is written."""


class _Int(str):
    """A whole number, as it is written."""


def _json_text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, _Float):
        if "e" in value.lower():
            return Scientific(value if math.isinf(float(value)) else repr(float(value)))
        is_long = len(value.split(".")[0].lstrip("-")) > 13
        return str(value) if is_long else repr(float(value))
    if isinstance(value, _Int):
        return "0" if value == "-0" else str(value)
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN")
    return _compact(value)


def _compact(value: object) -> str:
    if isinstance(value, _Pairs):
        return "{" + ",".join(f"{json.dumps(k)}:{_compact(v)}" for k, v in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_compact, value)) + "]"
    if isinstance(value, (_Float, _Int)):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def _parquet(feed: str, content: bytes) -> list[dict[str, object] | None]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(io.BytesIO(content))
    except (pa.ArrowException, OSError) as error:
        raise Refused(str(error)) from error
    columns = _columns(feed, table.column_names)
    kinds = {i: str(table.schema.field(i).type) for i in columns}
    cells = {i: _cells(table.column(i)) for i in columns}
    rows: list[dict[str, object] | None] = []
    for number in range(table.num_rows):
        row: dict[str, object] | None = {}
        for i, name in columns.items():
            kind = layout(feed)[name][0]
            value = cells[i][number]
            is_number = kind == "text" and isinstance(value, float) and not math.isnan(value)
            if is_number and abs(value) >= FLOAT_IS_EXACT_BELOW[kinds[i]]:
                row = None
                break
            row[name] = _parquet_value(kind, value)
        rows.append(row)
    return rows


def _cells(column: object) -> list[object]:
    """Values; moments with nanoseconds cut off, as Python cannot hold them."""
    if str(column.type).startswith("timestamp[ns"):
        cells = column.cast("int64").to_pylist()
        return [None if cell is None else _Nanos(cell) for cell in cells]
    return column.to_pylist()


class _Nanos(int):
    """Nanoseconds since 1970."""


def _parquet_value(kind: str, value: object) -> object:
    if isinstance(value, _Nanos):
        return value // 1000
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return value if kind == "bool" else str(value).lower()
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}" if kind == "date" else micros(value)
    if isinstance(value, date):
        return str(value) if kind != "ts" else micros(datetime(value.year, value.month, value.day))
    if isinstance(value, float):
        if kind == "text" and math.isnan(value):
            return None
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, (int, Decimal)):
        return str(value)
    return value.decode()
