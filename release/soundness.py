"""Whether a DuckDB file is what was written, as far as opening it tells."""

from pathlib import Path

import duckdb

# Headers before the first block of a DuckDB file: one of the file, two of the database.
HEADERS_BYTES = 3 * 4096
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


def is_sound(database: Path) -> bool:
    """Whether the file is there, opens, and holds all the blocks that it says it has.

    What is wrong inside a block shows only when the block is read.
    """
    if not database.exists():
        return False
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            block_bytes, blocks = connection.execute(
                "select block_size, total_blocks from pragma_database_size()"
            ).fetchall()[0]
    except duckdb.SerializationException:
        return False
    except duckdb.Error as error:
        # Another process may be writing it, or nobody may read it: that is told elsewhere.
        return not tells_of_damage(str(error))
    return database.stat().st_size >= HEADERS_BYTES + block_bytes * blocks
