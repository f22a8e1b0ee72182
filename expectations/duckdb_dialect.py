"""The way from Great Expectations to DuckDB.

duckdb-engine gives every cursor the same connection, so the commit that Great Expectations sends
after each query drops the query's result. Here every cursor is a DuckDB cursor of its own.
"""

from typing import Any

import duckdb
import duckdb_engine
from sqlalchemy.dialects import registry


class _Connection(duckdb_engine.ConnectionWrapper):
    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        super().__init__(connection)
        self._connection = connection

    def cursor(self) -> duckdb_engine.CursorWrapper:
        return duckdb_engine.CursorWrapper(self._connection.cursor(), self)


class Dialect(duckdb_engine.Dialect):
    """DuckDB in this process, by the name of its database."""

    driver = "gx"
    supports_statement_cache = False

    # Any, as in the parent: the wrapper hands on most of what SQLAlchemy asks of a connection.
    def connect(self, *cargs: Any, **cparams: Any) -> Any:
        return _Connection(duckdb.connect(cparams["database"]))


def url(database: str) -> str:
    """SQLAlchemy address of a database that is open in this process; registers the dialect."""
    registry.register("duckdb.gx", __name__, Dialect.__name__)
    return f"duckdb+gx:///{database}"
