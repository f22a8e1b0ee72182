"""Whether a DuckDB file is what was written, as far as opening it tells."""

from pathlib import Path

import duckdb

# What DuckDB says of files and blocks that are not what was written.
DAMAGE = (
    "not a valid DuckDB database file",
    "Could not read enough bytes",
    "Corrupt database file",
    "checksum",
    "Failed to deserialize",
    "Failed to load metadata pointer",
)


def tells_of_damage(complaint: str) -> bool:
    """Whether what DuckDB complains of is a damaged file."""
    return any(words in complaint for words in DAMAGE)


def is_sound(database: Path, *, size: int | None = None) -> bool:
    """Whether the file is there, has so many bytes if that is known, and opens.

    What is wrong inside a block shows only when the block is read. How many blocks a file says it
    has is no measure: DuckDB cuts free ones off its end.
    """
    if not database.exists() or (size is not None and database.stat().st_size != size):
        return False
    try:
        duckdb.connect(str(database), read_only=True).close()
    except duckdb.SerializationException:
        return False
    except duckdb.Error as error:
        # Another process may be writing it, or nobody may read it: that is told elsewhere.
        return not tells_of_damage(str(error))
    return True
