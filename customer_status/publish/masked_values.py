"""Counts the values of a release that stand for an e-mail address or a telephone number."""

from pathlib import Path

import duckdb

from customer_status.environment.masking import MASK

# What macros/engine/personal_data.sql puts before a hashed key.
HASHED = "hashed:"

# Dimensions repeat what facts hold; keys of this project are hashes by nature.
_COLUMNS = """
    select table_name, list(column_name order by column_index)
    from duckdb_columns()
    where database_name = current_database() and schema_name = 'main' and data_type = 'VARCHAR'
        and (starts_with(table_name, 'fct_') or table_name = 'dim_store')
        and not ends_with(column_name, '_key')
    group by table_name
    order by table_name
"""


def masked_values(mart: Path) -> dict[str, int]:
    """Rows with a masked or hashed value by ``table.column``; columns without one are left out."""
    found: dict[str, int] = {}
    with duckdb.connect(str(mart), read_only=True) as connection:
        for table, columns in connection.execute(_COLUMNS).fetchall():
            counts = ", ".join(
                f"count(*) filter (contains(\"{name}\", '{MASK}') "
                f"or starts_with(\"{name}\", '{HASHED}'))"
                for name in columns
            )
            [row] = connection.execute(f'select {counts} from "{table}"').fetchall()
            found |= {f"{table}.{name}": rows for name, rows in zip(columns, row, strict=True)}
    return {column: rows for column, rows in found.items() if rows}
