"""Small helpers to write SQL text and to talk to the engine."""

from pathlib import Path
from typing import Self
from uuid import uuid4

import duckdb


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
        self.keep_order(False)
        if memory_limit:
            self.connection.execute(f"set memory_limit = {literal(memory_limit)}")

    def keep_order(self, keep: bool) -> None:
        """Whether results follow the order of the file; not needing it saves memory and time."""
        self.connection.execute(f"set preserve_insertion_order = {str(keep).lower()}")

    def copy(self, query: str, path: Path) -> int:
        """Stream a query into a Parquet file and return its number of rows."""
        path.parent.mkdir(parents=True, exist_ok=True)
        target = literal(str(path))
        result = self.connection.execute(
            f"copy ({query}) to {target} (format parquet, compression zstd)"
        )
        return result.fetchone()[0]

    def rows(self, query: str) -> list[tuple]:
        return self.connection.execute(query).fetchall()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
