"""Finds people in what has no columns to look them up by: rejected rows and free text.

Every word that could be an identifier becomes a candidate, and candidates are compared by their
tokens: so a person is found whose identifiers nobody can read any more.
"""

from collections.abc import Iterable

from forget.columns import FEED_COLUMNS, KINDS
from ingest.sql import literal
from ingest.values import SPACES_AT_THE_ENDS

# Between these signs stands a word; an address in a link ends at more of them.
_BETWEEN_WORDS = r"\s\x{a0}\"',;|<>(){}\[\]\\"
_WORD = f"[^{_BETWEEN_WORDS}]+"
_IN_ADDRESS = rf"[^@{_BETWEEN_WORDS}/:=?&]"
_ADDRESS = rf"{_IN_ADDRESS}+@{_IN_ADDRESS}*[^@.{_BETWEEN_WORDS}/:=?&]"
# A shorter number in a column of another name is far more often a count than somebody's id.
_TELLING_CHARACTERS = 5


def addresses(text: str) -> str:
    """SQL list of the e-mail addresses in a text, in lower case; also as they stand in links."""
    return f"regexp_extract_all(replace(lower({text}), '%40', '@'), {literal(_ADDRESS)})"


def mentioning_json(rows: str, column: str) -> str:
    """A query for the ``row_id`` of rows whose JSON object mentions somebody who was forgotten.

    Args:
        rows: relation with ``row_id`` and the column; text that is no JSON is passed over.
        column: the JSON text. A row that has no columns stands there as one text, ``_row``.
    """
    key, value = _trimmed("cell.key"), _trimmed("(cell.value ->> '$')")
    cells = (
        f"select row_id, lower({key}) as name, {value} as text from "
        f"(from {rows} where json_valid({column})), json_each({column}) as cell"
    )
    mentioned = ", ".join(literal(name) for one in FEED_COLUMNS.values() for name in one.mentioned)
    telling = (
        f"length(text) >= {_TELLING_CHARACTERS} or regexp_matches(text, '[^0-9.,:-]')"
        f" or ends_with(name, 'id') or name in ({mentioned})"
    )
    words = f"regexp_extract_all(text, {literal(_WORD)})"
    is_nested = "name = '_row' or starts_with(text, '[') or starts_with(text, '{')"
    values = (
        f"list_concat([case when {telling} then text end], case when {is_nested} then {words} end)"
    )
    kinds = ", ".join(map(literal, KINDS))
    return _matching(
        f"cells as materialized ({cells}), "
        f"loose as materialized (select row_id, unnest({values}) as value from cells)",
        f"select row_id, name as kind, text as value from cells where name in ({kinds})",
        f"select row_id, unnest([{kinds}]) as kind, value from loose",
        f"select row_id, 'email' as kind, unnest({addresses('text')}) as value from cells",
    )


def mentioning_text(rows: str, columns: Iterable[str]) -> str:
    """A query for the ``row_id`` of rows in which a text holds a forgotten e-mail address."""
    text = f"concat_ws(' ', '', {', '.join(columns)})"
    return _matching(
        f"texts as (select row_id, {text} as text from {rows})",
        f"select row_id, 'email' as kind, unnest({addresses('text')}) as value from texts "
        "where contains(text, '@') or contains(text, '%40')",
    )


def _matching(tables: str, *candidates: str) -> str:
    return (
        f"(with {tables} select distinct row_id from ({' union all '.join(candidates)}) "
        "where token(kind, case when kind = 'email' then comparable_email(value) else value end) "
        "in (select token from forgotten))"
    )


def _trimmed(text: str) -> str:
    return f"regexp_replace({text}, {literal(SPACES_AT_THE_ENDS)}, '', 'g')"
