"""The rows that a query gives, as a person or a program reads them."""

import csv
import json
import math
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

import duckdb
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from customer_status.environment.text import shown

FORMATS = ("table", "csv", "json")
# On a terminal its own width counts.
WIDTH = 200
ROWS_SHOWN = 100
# Narrower columns make words hard to read: then each row is a list of its values.
NARROWEST = 24
CHUNK = 10_000
_NUMBER = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL\([0-9,]+\)|DOUBLE|FLOAT")


@dataclass(frozen=True)
class Answer:
    """One result; ``is_drawing`` if its text is laid out already, as of an `explain`."""

    cursor: duckdb.DuckDBPyConnection
    is_drawing: bool = False

    @property
    def names(self) -> list[str]:
        return [column[0] for column in self.cursor.description]

    @property
    def are_numbers(self) -> list[bool]:
        kinds = (str(column[1]) for column in self.cursor.description)
        return [_NUMBER.fullmatch(kind) is not None for kind in kinds]

    def rows(self) -> Iterator[Sequence[object]]:
        while rows := self.cursor.fetchmany(CHUNK):
            yield from rows


def write_answer(answer: Answer, layout: str) -> None:
    """Print to the standard output: a table, CSV with a header, or a JSON array of objects."""
    if layout == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(answer.names)
        writer.writerows(map(_plain, row) for row in answer.rows())
    elif layout == "json":
        _write_json(answer)
    elif answer.is_drawing:
        for row in answer.rows():
            print(row[-1])
    else:
        _write_table(answer)


def _write_json(answer: Answer) -> None:
    names, separator = answer.names, "[\n"
    for row in answer.rows():
        values = dict(zip(names, map(_json, row), strict=True))
        sys.stdout.write(separator + json.dumps(values, ensure_ascii=False, default=_plain))
        separator = ",\n"
    print("[]" if separator == "[\n" else "\n]")


def _write_table(answer: Answer) -> None:
    names = [shown(name) for name in answer.names]
    rows = [[_cell(value) for value in row] for row in answer.cursor.fetchmany(ROWS_SHOWN + 1)]
    is_more = len(rows) > ROWS_SHOWN
    rows = rows[:ROWS_SHOWN]
    width = shutil.get_terminal_size((WIDTH, 0)).columns if sys.stdout.isatty() else WIDTH
    console = Console(width=width, highlight=False, markup=False, emoji=False)
    if _least_width(names, rows) <= width:
        console.print(_table(names, rows, answer.are_numbers))
    else:
        _write_records(names, rows, console)
    if is_more:
        print(f"The first {ROWS_SHOWN} rows; FORMAT=csv or FORMAT=json gives all.")


def _least_width(names: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Characters that a table takes if long columns are folded."""
    widths = (max(map(len, column)) for column in zip(names, *rows, strict=True))
    return sum(min(width, NARROWEST) + 3 for width in widths) + 1


def _table(
    names: Sequence[str], rows: Sequence[Sequence[str]], are_numbers: Sequence[bool]
) -> Table:
    table = Table(box=box.SQUARE)
    for name, is_number in zip(names, are_numbers, strict=True):
        table.add_column(Text(name), justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _write_records(names: Sequence[str], rows: Sequence[Sequence[str]], console: Console) -> None:
    """Each row as a list of its values, for tables too wide for the screen."""
    label = max(map(len, names))
    for number, row in enumerate(rows, start=1):
        console.rule(f"row {number}", align="left", characters="─")
        for name, value in zip(names, row, strict=True):
            print(f"{name:<{label}}  {value}".rstrip())


def _cell(value: object) -> str:
    return "NULL" if value is None else shown(_plain(value))


def _plain(value: object) -> object:
    """As DuckDB writes it: true and false in lower case, times in ISO order."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes | bytearray):
        return value.hex()
    if isinstance(value, list | tuple):
        return f"[{', '.join(str(_plain(item)) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {_plain(item)}' for name, item in value.items())}}}"
    return str(value)


def _json(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, date | time):
        return value.isoformat()
    return value
