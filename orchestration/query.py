"""`make query`: which SQL is asked, and what the current release answers."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb

from customer_status.environment.errors import UserError
from customer_status.environment.text import shown
from customer_status.publish.reading import opened_release
from orchestration.answers import FORMATS, Answer, write_answer

STANDARD_INPUT = "-"

LIST_TABLES = """
    select table_name, estimated_size as number_of_rows, comment as description
    from duckdb_tables()
    where schema_name = 'main'
    order by table_name
"""

# How DuckDB points at the place of an error: the line of the query, then a marker below it.
_PLACE = re.compile(r"\s*LINE (\d+): (.*?)\s*(?:\n[^\n]*)?$", flags=re.DOTALL)


def question(sql: str, file: str) -> str:
    """The SQL to ask: as given, from a file, or what waits on the standard input.

    Without any of them it is the list of tables.

    Raises:
        UserError: both are given, or the file cannot be read.
    """
    if sql.strip() and file:
        raise UserError("SQL and FILE: give one.")
    if sql.strip():
        return sql
    if file and file != STANDARD_INPUT:
        return _text_of(Path(file).expanduser())
    is_waiting = file == STANDARD_INPUT or (sys.stdin is not None and not sys.stdin.isatty())
    text = _decoded(sys.stdin.buffer.read(), "the standard input") if is_waiting else ""
    return text if text.strip() else LIST_TABLES


def answer(database: Path, sql: str, layout: str) -> None:
    """Ask every statement of ``sql`` in turn and print what each answers.

    Raises:
        UserError: the layout is unknown, there is no release, or the SQL is wrong.
    """
    if layout and layout not in FORMATS:
        raise UserError(f"FORMAT={shown(layout)}: unknown; give {' or '.join(FORMATS)}.")
    if not database.exists():
        raise UserError(f"{shown(database)}: there is no release yet; make one with `make run`.")
    try:
        with opened_release(database) as release:
            release.execute("set timezone = 'UTC'")
            release.execute("set temp_directory = ?", [_room_for_large_queries()])
            for found in _answers(release, sql):
                write_answer(found, layout or FORMATS[0])
    except duckdb.Error as error:
        raise UserError(in_one_line(error)) from error


def in_one_line(error: duckdb.Error) -> str:
    """What is wrong with the SQL, and where: ``... (line 3: select foo from bar)``."""
    text = str(error)
    place = _PLACE.search(text)
    words = " ".join(text[: place.start() if place else None].split())
    return f"{words} (line {place[1]}: {shown(place[2])})" if place else words


def _answers(release: duckdb.DuckDBPyConnection, sql: str) -> Iterator[Answer]:
    for statement in release.extract_statements(sql):
        cursor = release.execute(statement)
        kinds = statement.expected_result_type
        has_rows = (
            kinds == [duckdb.ExpectedResultType.QUERY_RESULT]
            or statement.type is duckdb.StatementType.MULTI
        )
        if has_rows and cursor.description:
            yield Answer(cursor, is_drawing=statement.type is duckdb.StatementType.EXPLAIN)


def _room_for_large_queries() -> str:
    """Made if a query needs it, and removed at its end; the folder of now may be closed."""
    folder = Path(os.environ.get("TMPDIR") or "/tmp")
    return str(folder / f"customer-status-query-{os.getpid()}")


def _text_of(path: Path) -> str:
    try:
        return _decoded(path.read_bytes(), f"FILE={shown(path)}")
    except OSError as error:
        raise UserError(f"FILE={shown(path)}: cannot be read ({error.strerror}).") from error


def _decoded(content: bytes, where: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{where}: not UTF-8 at byte {error.start + 1:,}.") from error
