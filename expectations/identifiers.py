"""What an identifier must not look like: a number that lost digits, or somebody who was erased.

Spreadsheets and programs without a type for gaps turn identifiers into numbers. Some come back
whole (``17850.0``) and are read as what they were; others (``1.23457E+11``) do not.
"""

from dataclasses import replace

from customer_status.feeds.layouts import id_columns
from customer_status.feeds.personal_columns import FEED_COLUMNS, PSEUDONYM_PREFIX
from expectations.corrections import Correction
from expectations.rules import Rule, value_rule

# The least whole number from which on floating point leaves some out.
_INEXACT_FROM = 2**53
# `17850.0`, as programs write a number that is whole; `007.0` is no number's text.
_WHOLE = r"-?(?:0|[1-9][0-9]*)\.0+"
# A number between 1 and 10 with decimals and a power of ten, as spreadsheets (`1.23457E+11`, with a
# decimal comma in some countries), Python (`1.2e+17`) and Java (`1.2E17`) write it; without
# decimals only if the plus sign is there. `1e5`, `123e45` and `1e100234` may be anything.
_SCIENTIFIC = (
    r"[+-]?[0-9][.,][0-9]+[eE][+-]?[0-9]{1,3}|[+-]?[0-9]{1,3}(?:[.,][0-9]+)?[eE][+][0-9]{1,3}"
)


def whole_numbers(feed: str) -> tuple[Correction, ...]:
    """An identifier that was a number in between is read without the point."""
    return tuple(
        Correction(
            column=column,
            applies=f"{_is_whole(column)} and not {_is_inexact(column)}",
            value=f"case when {column} like '-0.%' then '0' else split_part({column}, '.', 1) end",
            text=f"{column} like 17850.0 is read as 17850",
        )
        for column in id_columns(feed)
    )


def lost_digits(feed: str) -> tuple[Rule, ...]:
    """An identifier of which digits are gone could be anybody's."""
    return tuple(
        value_rule(
            f"{column}_has_lost_digits",
            column,
            f"{column} is not null and ({_is_scientific(column)} or {_is_inexact(column)})",
            "has lost digits, because a program took it for a number: export it as text",
        )
        for column in id_columns(feed)
    )


def not_erased(feed: str) -> tuple[Rule, ...]:
    """Only the warehouse itself writes what stands in the place of an erased identifier."""
    columns = FEED_COLUMNS[feed]
    return tuple(
        replace(
            value_rule(
                f"{column}_is_an_erased_identifier",
                column,
                _is_token(column),
                "has the form that this warehouse gives to erased identifiers",
            ),
            spares_erased=True,
        )
        for column in (*columns.identifiers, *columns.mentioned)
    )


def _is_whole(column: str) -> str:
    # most identifiers have no point: looking for one is much faster than the pattern
    return f"(contains({column}, '.') and regexp_full_match({column}, '{_WHOLE}'))"


def _is_inexact(column: str) -> str:
    """SQL predicate: a whole number with a point, so large that floating point rounds it."""
    size = f"abs(try_cast(split_part({column}, '.', 1) as double))"
    return f"({_is_whole(column)} and {size} >= {_INEXACT_FROM})"


def _is_scientific(column: str) -> str:
    has_sign = f"(contains({column}, 'E') or contains({column}, 'e'))"
    return f"({has_sign} and regexp_full_match({column}, '{_SCIENTIFIC}'))"


def _is_token(column: str) -> str:
    """SQL predicate: an erased identifier in any case, and with signs in it that nobody sees."""
    plain = f"regexp_replace(lower({column}), '[^0-9a-z:]', '', 'g')"
    pattern = f"{PSEUDONYM_PREFIX}[0-9a-f]{{32}}"
    return f"(contains({column}, ':') and regexp_full_match({plain}, '{pattern}'))"
