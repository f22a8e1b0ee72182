"""Small helpers to write SQL text and to talk to the engine."""

from pathlib import Path
from typing import Self
from uuid import uuid4

import duckdb

MAX_ROW_GROUP = "32MB"


def literal(text: str) -> str:
    """The text as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """The name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


class Engine:
    """An in-memory DuckDB that spills to ``temp_directory``; closed at the end of a ``with``.

    It has a name of its own, so that a second connection of this process (the one of Great
    Expectations) sees the same tables and views.
    """

    def __init__(
        self, *, temp_directory: Path, timezone: str, memory_limit: str | None = None
    ) -> None:
        self.database = f":memory:ingest_{uuid4().hex}"
        self.connection = duckdb.connect(self.database)
        # Text and timestamps without an offset are read in the session's zone.
        self.connection.execute(f"set timezone = {literal(timezone)}")
        self.connection.execute(f"set temp_directory = {literal(str(temp_directory))}")
        self.connection.execute("set parquet_metadata_cache = true")
        self.connection.execute("set enable_progress_bar = false")
        if memory_limit:
            self.connection.execute(f"set memory_limit = {literal(memory_limit)}")

    def copy(self, query: str, path: Path, *, keep_order: bool = False) -> int:
        """Stream a query into a Parquet file and return its number of rows.

        Args:
            keep_order: read the query's source in its own order; costs memory and time.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self.connection.execute(f"set preserve_insertion_order = {str(keep_order).lower()}")
        options = "format parquet, compression zstd"
        if not keep_order:
            # Rows are gathered until they make a group: by count alone, wide rows fill the memory.
            options += f", row_group_size_bytes {literal(MAX_ROW_GROUP)}"
        result = self.connection.execute(f"copy ({query}) to {literal(str(path))} ({options})")
        return result.fetchone()[0]

    def rows(self, query: str) -> list[tuple]:
        return self.connection.execute(query).fetchall()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
