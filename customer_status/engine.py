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


# No file but those named, nothing of Python's, no way to open what is closed. The order matters.
_CLOSED = (
    "set autoload_known_extensions = false",
    "set autoinstall_known_extensions = false",
    "set python_enable_replacements = false",
    "set enable_external_file_cache = false",
    "set enable_external_access = false",
    "set lock_configuration = true",
)


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
        self._temp_directory, self._timezone = temp_directory, timezone
        self._memory_limit = memory_limit
        self._is_locked = False
        settings = {
            # Text and timestamps without an offset are read in the session's zone.
            "timezone": timezone,
            "temp_directory": str(temp_directory),
            "memory_limit": memory_limit,
        }
        for name, value in settings.items():
            if value:
                self.connection.execute(f"set {name} = {literal(value)}")
        self.connection.execute("set parquet_metadata_cache = true")
        self.connection.execute("set enable_progress_bar = false")

    def sandbox(self, *files: Path) -> "Engine":
        """A second engine for SQL that comes from outside: it reads and writes these files only.

        It has none of this engine's tables, and its settings are locked.
        """
        box = Engine(
            temp_directory=self._temp_directory / "sandbox",
            timezone=self._timezone,
            memory_limit=self._memory_limit,
        )
        paths = ", ".join(literal(str(path)) for path in files)
        for statement in (f"set allowed_paths = [{paths}]", *_CLOSED):
            box.connection.execute(statement)
        box._is_locked = True
        return box

    def copy(self, query: str, path: Path, *, keep_order: bool = False) -> int:
        """Stream a query into a Parquet file and return its number of rows.

        Args:
            keep_order: read the query's source in its own order; costs memory and time. A sandbox
                always does.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        if not self._is_locked:
            self.connection.execute(f"set preserve_insertion_order = {str(keep_order).lower()}")
        options = "format parquet, compression zstd"
        if not keep_order:
            # Rows are gathered until they make a group: by count alone, wide rows fill the memory.
            options += f", row_group_size_bytes {literal(MAX_ROW_GROUP)}"
        result = self.connection.execute(f"copy ({query}) to {literal(str(path))} ({options})")
        [(rows,)] = result.fetchall()
        return rows

    def rows(self, query: str) -> list[tuple]:
        return self.connection.execute(query).fetchall()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
