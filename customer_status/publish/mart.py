"""Copies the public models into one DuckDB file that any reader can open."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from customer_status.environment.errors import UserError
from customer_status.publish.files import copy_file
from customer_status.report.facts import Changes, PublicTable

# Clients from DuckDB 1.4 on can read it; the format that DuckDB 2.0 writes by itself, only 2.0.
STORAGE_VERSION = "v1.4.0"
# As for the build: profiles.yml.
MEMORY_LIMIT = os.environ.get("STATUS_MEMORY_LIMIT", "12GB")


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
    with _opened(build_database, mart, spill) as connection:
        for schema in sorted({table.release_schema for table in tables} - {"main"}):
            connection.execute(f"create schema mart.{_name(schema)}")
        for table in tables:
            _copy(connection, table)
        return _rows(connection, tables)


def bring_up_mart(
    build_database: Path, mart: Path, *, base: Path, tables: Sequence[PublicTable], spill: Path
) -> dict[str, int]:
    """The same by changing a copy of ``base``, an earlier file, as the build changed its tables.

    A table of which the build made everything again is copied whole. New rows stand behind those
    that were there, in the order of the primary key among themselves.

    Raises:
        UserError: there is no build database.
        RuntimeError: a table has other rows than its model, or the file was not closed cleanly.
    """
    copy_file(base, mart)
    with _opened(build_database, mart, spill) as connection:
        for table in tables:
            if table.changes is None:
                connection.execute(f"drop table {_relation_in_release(table)}")
        connection.execute("checkpoint mart")  # what was dropped makes room only from now on
        for table in tables:
            if table.changes is None:
                _copy(connection, table)
            else:
                _change(connection, table, table.changes)
        return _rows(connection, tables)


@contextmanager
def _opened(build_database: Path, mart: Path, spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build as ``build`` and the file to write as ``mart``; both are closed in the end."""
    if not build_database.exists():
        raise UserError(f"{build_database}: nothing has been built yet; build the models first.")
    with duckdb.connect(
        config={"temp_directory": str(spill), "memory_limit": MEMORY_LIMIT}
    ) as connection:
        connection.execute(f"attach {_text(str(build_database))} as build (read_only)")
        connection.execute(
            f"attach {_text(str(mart))} as mart (storage_version '{STORAGE_VERSION}')"
        )
        yield connection
        connection.execute("checkpoint mart")
        connection.execute("detach mart")
    wal = mart.with_name(mart.name + ".wal")
    if wal.exists():
        raise RuntimeError(f"{wal}: left beside a closed file; readers would have to replay it.")


def _copy(connection: duckdb.DuckDBPyConnection, table: PublicTable) -> None:
    copy = _relation_in_release(table)
    connection.execute(f"create table {copy} as from {_source(table)} order by {_order(table)}")
    _describe(connection, table)


def _change(connection: duckdb.DuckDBPyConnection, table: PublicTable, changes: Changes) -> None:
    copy = _relation_in_release(table)
    keys = ", ".join(map(_name, changes.keys))
    scope = f"(select distinct {keys} from build.{_name(changes.schema)}.{_name(changes.name)})"
    same = " and ".join(f"kept.{_name(key)} = scope.{_name(key)}" for key in changes.keys)
    connection.execute(f"delete from {copy} as kept using {scope} as scope where {same}")
    # Found by their keys first: whole rows are then read of few blocks only.
    found = f"select rowid from {_source(table)} where ({keys}) in {scope}"
    connection.execute(
        f"insert into {copy} by name "
        f"from {_source(table)} where rowid in ({found}) order by {_order(table)}"
    )


def _rows(connection: duckdb.DuckDBPyConnection, tables: Sequence[PublicTable]) -> dict[str, int]:
    rows = {}
    for table in tables:
        expected = _count(connection, _source(table))
        written = _count(connection, _relation_in_release(table))
        if written != expected:
            raise RuntimeError(f"{table.name}: {written} of {expected} rows were copied.")
        rows[table.name] = written
    return rows


def _source(table: PublicTable) -> str:
    return f"build.{_name(table.schema)}.{_name(table.name)}"


def _order(table: PublicTable) -> str:
    return ", ".join(map(_name, table.primary_key))


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
