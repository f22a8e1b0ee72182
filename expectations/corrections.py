"""Values that are read as another value instead of being rejected, and how they are counted.

A correction changes a typed row before the rules look at it. The load record counts it, so that
nobody is surprised by a value that is not the one in the file.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from customer_status.engine import literal

# Column of the corrected rows that the raw rows do not have: the texts of what was corrected.
NOTICES = "_notices"


@dataclass(frozen=True)
class Correction:
    """One kind of value of one column that is read as another.

    Attributes:
        column: the column that gets the new value.
        applies: SQL predicate over a typed row, true where the value is corrected.
        value: SQL expression for the new value.
        text: what is done, in words; the same for every row.
    """

    column: str
    applies: str
    value: str
    text: str


def corrected(rows: str, steps: Iterable[tuple[Correction, ...]]) -> str:
    """A query for the rows with their corrected values, and a list of texts in ``_notices``.

    Args:
        rows: a query for typed rows.
        steps: corrections of different columns that are made at once; each step sees the rows as
            the step before left them.
    """
    query = f"select *, []::varchar[] as {NOTICES} from ({rows})"
    for corrections in steps:
        if corrections:
            query = f"select * replace ({_changes(corrections)}) from ({query})"
    return query


def _changes(corrections: tuple[Correction, ...]) -> str:
    changes = [
        f"case when {c.applies} then {c.value} else {c.column} end as {c.column}"
        for c in corrections
    ]
    texts = [f"case when {c.applies} then {literal(c.text)} end" for c in corrections]
    any_applies = " or ".join(f"coalesce({c.applies}, false)" for c in corrections)
    made = f"list_filter([{', '.join(texts)}], lambda text: text is not null)"
    changes.append(
        f"case when {any_applies} then list_concat({NOTICES}, {made}) else {NOTICES} end"
        f" as {NOTICES}"
    )
    return ", ".join(changes)
