"""Searches a folder for words, as somebody would who wants to prove that they are still there.

Looks at the bytes of every file, at its name, at what is compressed in it, and at every value of
every table: columns of Parquet and DuckDB files do not show their text to a search of bytes.
"""

import gzip
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path

import duckdb

Words = tuple[str, ...]


def traces(folder: Path, words: Iterable[str]) -> list[tuple[str, str]]:
    """Every place below a folder where one of the words stands in any letter case, and the word."""
    lowered = tuple(word.lower() for word in words)
    found = {
        (str(path.relative_to(folder)) + where, word)
        for path in sorted(folder.rglob("*"))
        for where, text in _texts(path)
        for lowered_text in [text.lower()]
        for word in lowered
        if word in lowered_text
    }
    return sorted(found)


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    yield " (name)", path.name
    if not path.is_file():
        return
    content = path.read_bytes()
    yield "", content.decode("latin-1")
    yield " (UTF-16)", content.decode("utf-16-le", errors="ignore")
    if content[:2] == b"\x1f\x8b":
        yield " (unzipped)", gzip.decompress(content).decode("latin-1")
    elif content[:1] == b"\x78":
        yield " (inflated)", _inflated(content).decode("latin-1")
    for head, read in _READERS.items():
        if head in content[:16]:
            yield from ((f" ({name})", text) for name, text in read(path))


def _inflated(content: bytes) -> bytes:
    try:
        return zlib.decompress(content)
    except zlib.error:
        return b""


def _parquet(path: Path) -> Iterator[tuple[str, str]]:
    with duckdb.connect() as connection:
        yield "rows", _all_rows(connection, f"read_parquet('{_quoted(path)}')")


def _database(path: Path) -> Iterator[tuple[str, str]]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{_quoted(path)}' as found (read_only)")
        names = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'found'"
        ).fetchall()
        for schema, table in names:
            yield f"{schema}.{table}", _all_rows(connection, f'found."{schema}"."{table}"')


def _sqlite(path: Path) -> Iterator[tuple[str, str]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        tables = connection.execute("select name from sqlite_master where type = 'table'")
        for (table,) in tables.fetchall():
            rows = connection.execute(f'select * from "{table}"').fetchall()
            yield table, repr(rows)


def _all_rows(connection: duckdb.DuckDBPyConnection, relation: str) -> str:
    return repr(connection.execute(f"from {relation}").fetchall())


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


_READERS: dict[bytes, Callable[[Path], Iterator[tuple[str, str]]]] = {
    b"PAR1": _parquet,
    b"DUCK": _database,
    b"SQLite": _sqlite,
}
