"""What a Parquet file says about itself that the engine passes over.

The engine gives a second column of one name another name; a writer without a type for gaps turns
identifiers into floating point, which keeps only so many digits of them.
"""

import re
from collections.abc import Collection, Iterable

from customer_status.engine import Engine, identifier, literal
from customer_status.ingest.textfiles import NotItsFormat, Unreadable

# The least whole number from which on floating point leaves some out.
_INEXACT_FROM = {"FLOAT": 2**24, "DOUBLE": 2**53}
# Paths and values in what the engine says.
_PRIVATE = re.compile(r"""(?:file:? )?(?:(['"]).*\1|/[^,]*)""")
# What led up to it.
_DANGLING = re.compile(r"( at end)? (of|in|for)( file)?\s*$")


def column_names(engine: Engine, path: str) -> list[str]:
    """Names of the top-level columns, as the file has them.

    Args:
        path: as an SQL literal.
    """
    rows = engine.rows(f"select name, coalesce(num_children, 0) from parquet_schema({path})")
    names, inner = [], 0
    for name, children in rows[1:]:
        if inner == 0:
            names.append(name)
        else:
            inner -= 1
        inner += children
    return names


def text_of_id(name: str, kind: str) -> str:
    """SQL text of an identifier in a floating-point column, as a text file would hold it.

    ``17850.0``, or ``9.00719925474099E+15`` where digits may be lost; null if it is no number.
    """
    column = identifier(name)
    return (
        f"case when abs({column}) < {_INEXACT_FROM[kind]} then {column}::varchar"
        f" when isfinite({column}) then printf('%.14E', {column}::double) end"
    )


def text_of_number(name: str) -> str:
    """SQL text of a floating-point column; a whole number without a point, null if it is none."""
    column = identifier(name)
    is_whole = f"{column} = trunc({column}) and abs({column}) < {_INEXACT_FROM['DOUBLE']}"
    return (
        f"case when {is_whole} then try_cast({column} as bigint)::varchar"
        f" when not isnan({column}) then {column}::varchar end"
    )


def lost_digits(texts: Iterable[tuple[str, str, str]], *, ids: Collection[str]) -> str:
    """SQL text: the first text of a row that has lost digits as a number; null if none has.

    Args:
        texts: columns that are text in the feed: its name there, in the file, and its type.
        ids: those that have a rule of their own, but for the infinite, which have no text.
    """
    complaint = "has lost digits of {}, a floating-point number: write it as text"
    tests = [
        f"when {_is_lost(name, kind, is_id=column in ids)} then {literal(complaint.format(column))}"
        for column, name, kind in texts
        if kind in _INEXACT_FROM
    ]
    return f"case {' '.join(tests)} end" if tests else "null"


def _is_lost(name: str, kind: str, *, is_id: bool) -> str:
    column = identifier(name)
    if is_id:
        return f"isinf({column})"
    return f"abs({column}) >= {_INEXACT_FROM[kind]} and not isnan({column})"


def fault(error: Exception) -> Unreadable:
    """Why the engine cannot read a file, for people; without its path and values."""
    text = str(error).splitlines()[0]
    if "encrypted" in text:
        return Unreadable("it is encrypted; write it as Parquet without encryption")
    if "not valid UTF8" in text:
        return Unreadable("one of its texts is not UTF-8; write it again in UTF-8")
    told = _DANGLING.sub("", _PRIVATE.sub("", text)).strip(" :,")
    return NotItsFormat(f"it is not a whole Parquet file ({told}); have it sent again")
