"""Copies the public models into one DuckDB file that any reader can open."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from release.facts import PublicTable
from world.errors import UserError

# Clients from DuckDB 1.4 on can read it; the format that DuckDB 2.0 writes by itself, only 2.0.
STORAGE_VERSION = "v1.4.0"


def write_mart(
    build_database: Path, mart: Path, *, tables: Sequence[PublicTable], spill: Path
) -> dict[str, int]:
    """Copy ``tables`` to their schemas of the new file ``mart``; return rows by table name.

    Each table is stored in the order of its primary key: the minima and maxima that DuckDB keeps
    per block then let a look-up by key read a block or two, without the size and memory of an
    index. Descriptions become comments. What does not fit in memory while sorting goes to the
    folder ``spill``.

    Raises:
        UserError: there is no build database.
        RuntimeError: a copy has other rows than its model, or the file was not closed cleanly.
    """
    if not build_database.exists():
        raise UserError(f"{build_database}: nothing has been built yet; build the models first.")
    with duckdb.connect(config={"temp_directory": str(spill)}) as connection:
        connection.execute(f"attach {_text(str(build_database))} as build (read_only)")
        connection.execute(
            f"attach {_text(str(mart))} as mart (storage_version '{STORAGE_VERSION}')"
        )
        for schema in sorted({table.release_schema for table in tables} - {"main"}):
            connection.execute(f"create schema mart.{_name(schema)}")
        rows = {table.name: _copy(connection, table) for table in tables}
        for table in tables:
            _describe(connection, table)
        connection.execute("checkpoint mart")
        connection.execute("detach mart")
    wal = mart.with_name(mart.name + ".wal")
    if wal.exists():
        raise RuntimeError(f"{wal}: left beside a closed file; readers would have to replay it.")
    return rows


def _copy(connection: duckdb.DuckDBPyConnection, table: PublicTable) -> int:
    source = f"build.{_name(table.schema)}.{_name(table.name)}"
    copy = _relation_in_release(table)
    order = ", ".join(map(_name, table.primary_key))
    connection.execute(f"create table {copy} as select * from {source} order by {order}")
    expected, written = (_count(connection, relation) for relation in (source, copy))
    if written != expected:
        raise RuntimeError(f"{table.name}: {written} of {expected} rows were copied.")
    return written


def _relation_in_release(table: PublicTable) -> str:
    return f"mart.{_name(table.release_schema)}.{_name(table.name)}"


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    row = connection.execute(f"select count(*) from {relation}").fetchone()
    assert row is not None  # an aggregate without groups always has one row
    return row[0]


def _describe(connection: duckdb.DuckDBPyConnection, table: PublicTable) -> None:
    copy = _relation_in_release(table)
    if table.description:
        connection.execute(f"comment on table {copy} is {_text(table.description)}")
    for column, description in table.columns.items():
        if description:
            target = f"{copy}.{_name(column)}"
            connection.execute(f"comment on column {target} is {_text(description)}")


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _text(value: str) -> str:
    """A SQL literal; ATTACH and COMMENT take no parameters."""
    return "'" + value.replace("'", "''") + "'"
