"""Finds people in what has no columns to look them up by: rejected rows and free text.

Every word that could be an identifier becomes a candidate, and candidates are compared by their
tokens: so a person is found whose identifiers nobody can read any more.
"""

from collections.abc import Iterable

from customer_status.engine import literal
from customer_status.feeds.personal_columns import FEED_COLUMNS, KINDS
from customer_status.ingest.values import SPACES_AT_THE_ENDS

# Between these signs stands a word; an address in a link ends at more of them.
_BETWEEN_WORDS = r"\s\x{a0}\"',;|<>(){}\[\]\\"
_WORD = f"[^{_BETWEEN_WORDS}]+"
_IN_ADDRESS = rf"[^@{_BETWEEN_WORDS}/:=?&]"
_AT_THE_END = rf"[^@.{_BETWEEN_WORDS}/:=?&]"
# What joins an address to the rest of a key: `order_ana@example.com-2025`. A full stop does so
# only ahead of a digit: maria.ana@example.com and ana@example.com.br are other addresses.
_JOINT_BEFORE = r"(%[0-9a-f]{2}|[^\pL\pM\pN.+])"
_JOINT_BEHIND = r"([^\pL\pM\pN.]|\.\pN)"
_CUT = "\x01"
# So many joints, before and behind its sign, no address is long enough to hold.
_JOINTS = (64, 255)
# A shorter number in a column of another name is far more often a count than somebody's id.
_TELLING_CHARACTERS = 5


def may_hold_address(text: str) -> str:
    """SQL predicate: cheap to ask, false only for a text without any e-mail address."""
    return f"(contains({text}, '@') or contains({text}, '%40'))"


def addresses(text: str) -> str:
    """SQL list of what may be an e-mail address in a text, in lower case; also as it stands in a
    link, or joined to other words by a sign."""
    around = f"string_split(replace(lower({text}), '%40', '@'), '@')"
    before = _pieces("pair[1]", f"{_IN_ADDRESS}+$", _JOINT_BEFORE, rf"\1{_CUT}")
    behind = _pieces("pair[2]", f"^{_IN_ADDRESS}*{_AT_THE_END}", _JOINT_BEHIND, rf"{_CUT}\1")
    words = f"[{{l: {before}, d: {behind}}} for pair in list_zip({around}[:-2], {around}[2:])]"
    begins = (
        "[array_to_string(word.l[i:], '') for i in range(1, len(word.l) + 1) "
        f"if i = 1 or i + {_JOINTS[0]} > len(word.l)]"
    )
    ends = (
        "[array_to_string(word.d[:i], '') for i in range(1, len(word.d) + 1) "
        f"if i <= {_JOINTS[1]} or i = len(word.d)]"
    )
    cut = f"[{{begins: {begins}, ends: {ends}}} for word in {words}]"
    pairs = "[[begin || '@' || ending for ending in word.ends] for begin in word.begins]"
    return f"flatten([flatten({pairs}) for word in {cut}])"


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
        f"select row_id, 'email' as kind, unnest({addresses('text')}) as value from cells "
        f"where {may_hold_address('text')}",
    )


def mentioning_text(rows: str, columns: Iterable[str]) -> str:
    """A query for the ``row_id`` of rows in which a text holds a forgotten e-mail address."""
    text = f"concat_ws(' ', '', {', '.join(columns)})"
    return _matching(
        f"texts as (select row_id, {text} as text from {rows})",
        f"select row_id, 'email' as kind, unnest({addresses('text')}) as value from texts "
        f"where {may_hold_address('text')}",
    )


def _pieces(text: str, part: str, joint: str, cut: str) -> str:
    """SQL list of the pieces of a part of a text, cut at every joint."""
    marked = f"regexp_replace(regexp_extract({text}, {literal(part)}), '{joint}', '{cut}', 'g')"
    return f"string_split({marked}, '{_CUT}')"


def _matching(tables: str, *candidates: str) -> str:
    return (
        f"(with {tables} select distinct row_id from ({' union all '.join(candidates)}) "
        "where token(kind, case when kind = 'email' then comparable_email(value) else value end) "
        "in (select token from forgotten))"
    )


def _trimmed(text: str) -> str:
    return f"regexp_replace({text}, {literal(SPACES_AT_THE_ENDS)}, '', 'g')"
