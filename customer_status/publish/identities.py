"""Which identifiers say nothing about who somebody is, as a run and a release tell it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from customer_status.report.wording import counted

SHARED = "select count(*) from core.fct_shared_identifier"
PLACEHOLDERS = """
    select feed, column_name, sum(placeholder_rows)::bigint
    from staging.stg_placeholders
    group by feed, column_name
    order by feed, column_name
"""


@dataclass(frozen=True)
class Identities:
    """Attributes:
    shared: identifiers that join nobody because they stand beside many customers.
    placeholders: accepted rows with a placeholder, by feed and column.
    """

    shared: int = 0
    placeholders: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def read_identities(build_database: Path) -> Identities:
    """Look into a finished build."""
    placeholders: dict[str, dict[str, int]] = {}
    with duckdb.connect(str(build_database), read_only=True) as connection:
        shared = connection.execute(SHARED).fetchall()[0][0]
        for feed, column, rows in connection.execute(PLACEHOLDERS).fetchall():
            placeholders.setdefault(feed, {})[column] = rows
    return Identities(shared=shared, placeholders=placeholders)


def identity_notes(shared: int, placeholders: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """Lines for people who watch a run; none if there is nothing to tell."""
    if shared:
        joins = "joins" if shared == 1 else "join"
        yield (
            f"{counted(shared, 'shared identifier')} {joins} nobody; "
            "fct_shared_identifier lists what is shared"
        )
    if placeholders:
        cells = [
            f"{feed}.{column} ({counted(rows, 'row')})"
            for feed, columns in placeholders.items()
            for column, rows in columns.items()
        ]
        yield f"placeholders such as null in the place of an identifier: {', '.join(cells)}"
