"""The temporary database between drawing and writing: codes on disk, memory bounded."""

from pathlib import Path

import duckdb
import numpy as np

from sample_data.simulator.blocks import Business, draw_block
from sample_data.simulator.wording import names_sql


def open_scratch(folder: Path) -> duckdb.DuckDBPyConnection:
    """A new database in `folder` that keeps to 2 GB of memory and spills beside itself."""
    connection = duckdb.connect(folder / "scratch.duckdb")
    connection.execute("set memory_limit = '2GB'")
    connection.execute(f"set temp_directory = '{folder / 'spill'}'")
    connection.execute("set timezone = 'UTC'")
    return connection


def fill(connection: duckdb.DuckDBPyConnection, business: Business) -> None:
    """Draw block after block into one table per feed, plus `people`, `visitors` and `names`."""
    for block in range(business.blocks):
        for table, columns in draw_block(business, block).items():
            _append(connection, table, columns)
    connection.execute(f"create table names as {names_sql(business.parameters.people.kiosk_every)}")


def _append(
    connection: duckdb.DuckDBPyConnection, table: str, columns: dict[str, np.ndarray]
) -> None:
    connection.register("block_rows", columns)
    connection.execute(f"create table if not exists {table} as from block_rows limit 0")
    connection.execute(f"insert into {table} by name from block_rows")
    connection.unregister("block_rows")
