"""What the engine cannot tell about text files: their header, what is wrong, and a second chance.

The engine reads strictly and fast, and refuses a whole CSV file for one row with a value too few.
Such a file is copied once, row by row, into a form that it does read, with every misshapen row
marked: one broken line must not hold back a million good ones.
"""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

MAX_VALUE_CHARACTERS = 16_000_000


class Unreadable(Exception):
    """A file that cannot be read as a whole; the message says why, without any of its values."""


class NotItsFormat(Unreadable):
    """A file whose bytes are not what its name says."""


@dataclass(frozen=True)
class Header:
    """Column names as they stand in the file, and the empty lines before them."""

    names: tuple[str, ...]
    blank_lines: int


def csv_header(path: Path, *, is_compressed: bool) -> Header:
    """Read the first row of a CSV file.

    Raises:
        Unreadable: there is none, or it is not UTF-8 text.
    """
    with text_lines(path, is_compressed=is_compressed) as lines:
        for blank_lines, row in enumerate(_rows(lines)):
            if _is_row(row):
                return Header(tuple(row), blank_lines)
    raise Unreadable("it is empty: a CSV file has at least its header")


def repair_csv(path: Path, repaired: Path, *, is_compressed: bool) -> None:
    """Copy a CSV file with every row as long as its header, plus two columns.

    The first says what is wrong with the row's shape (empty if nothing), the second holds a
    misshapen row's values as a JSON array. Empty lines are left out.

    Raises:
        Unreadable: where rows begin and end cannot be told, or it is not UTF-8 text.
    """
    repaired.parent.mkdir(parents=True, exist_ok=True)
    with (
        text_lines(path, is_compressed=is_compressed) as lines,
        repaired.open("w", encoding="utf-8", newline="") as target,
    ):
        rows = (row for row in _rows(lines) if _is_row(row))
        writer = csv.writer(target, lineterminator="\n")
        header = next(rows)
        writer.writerow([*header, "misshapen", "row"])
        for row in rows:
            if len(row) == len(header):
                writer.writerow([*row, "", ""])
            else:
                complaint = f"has {_values(len(row))} where the header has {len(header)}"
                nothing = [""] * len(header)
                writer.writerow([*nothing, complaint, json.dumps(row, ensure_ascii=False)])


def explain_jsonl(path: Path, *, is_compressed: bool) -> None:
    """Read all lines of a file that the engine refused.

    Raises:
        Unreadable: with the reason; always.
    """
    with text_lines(path, is_compressed=is_compressed) as lines:
        for _ in short_lines(lines):
            pass
    raise Unreadable("one of its lines is longer than 16 MB, or beyond what can be read")


def short_lines(lines: TextIO) -> Iterator[str]:
    """Lines as they are, but never the whole of one that is too long to be held.

    Raises:
        Unreadable: one is.
    """
    number = 1
    while line := lines.readline(MAX_VALUE_CHARACTERS + 1):
        if len(line) > MAX_VALUE_CHARACTERS:
            raise Unreadable(f"line {number} is longer than 16 million characters")
        yield line
        number += 1


def _is_row(row: list[str]) -> bool:
    """Whether it is more than an empty line, or one of blanks."""
    return len(row) > 1 or any(value.strip() for value in row)


def _values(count: int) -> str:
    return f"{count} value" if count == 1 else f"{count} values"


def _rows(lines: TextIO) -> Iterator[list[str]]:
    csv.field_size_limit(MAX_VALUE_CHARACTERS)
    # Like the engine, which takes a quote after a space for the beginning of a value.
    reader = csv.reader(short_lines(lines), strict=True, skipinitialspace=True)
    line = 1
    try:
        for row in reader:
            yield row
            line = reader.line_num + 1
    except csv.Error as error:
        if "field limit" in str(error):
            reason = f"the row at line {line} holds a value of over 16 million characters"
            raise Unreadable(f"{reason}, or a quote that is never closed") from error
        raise Unreadable(
            f"its quoting is broken at line {line}, where a row begins ({error}): put values with"
            " commas, quotes or line breaks in quotes, and double the quotes inside them"
        ) from error
    except UnicodeDecodeError as error:
        raise NotItsFormat("it is not UTF-8 text") from error


@contextmanager
def text_lines(path: Path, *, is_compressed: bool, encoding: str = "utf-8-sig") -> Iterator[TextIO]:
    """Lines of a text file, with their own ends.

    Raises:
        Unreadable: it is not what it should be; also while the lines are read.
    """
    try:
        with (
            gzip.open(path) if is_compressed else path.open("rb") as file,
            io.TextIOWrapper(file, encoding=encoding, newline="") as lines,
        ):
            yield lines
    except EOFError as error:
        raise Unreadable("its compressed data end too early: it is truncated") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise Unreadable("it is not gzip data, or damaged") from error
    except UnicodeDecodeError as error:
        raise NotItsFormat("it is not UTF-8 text") from error
