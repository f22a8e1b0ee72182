"""What a reader of a file says about it: how to select its rows, in SQL."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from customer_status.engine import literal


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


def json_object(cells: Iterable[tuple[str, str]]) -> str:
    """SQL JSON object of names and SQL expressions."""
    return "json_object(" + ", ".join(f"{literal(name)}, {sql}" for name, sql in cells) + ")"
