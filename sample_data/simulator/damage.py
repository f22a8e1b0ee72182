"""The faults planted in files: which kinds each feed knows and how a good row becomes a bad one.

A damaged row is a copy beside the good one, so that what the feeds say truthfully is complete
without it. Damage is written on typed columns where it can be; what only text can hold (a number
or a time that cannot be read) is left out of Parquet files.
"""

from dataclasses import dataclass

_NEVER = "timestamp '2999-12-31 00:00:00'"


@dataclass(frozen=True)
class Damage:
    """Replaces one column of a row by an SQL expression."""

    kind: str
    column: str
    sql: str
    is_text_only: bool = False


def _missing(column: str) -> Damage:
    return Damage("missing_required", column, "null")


def _garbled(column: str, text: str) -> Damage:
    kind = "unparseable_timestamp" if column.endswith("_at") else "unparseable_value"
    return Damage(kind, column, f"'{text}'", is_text_only=True)


DAMAGES: dict[str, tuple[Damage, ...]] = {
    "orders": (
        _missing("order_id"),
        _missing("ordered_at"),
        _missing("order_status"),
        _missing("currency"),
        _missing("gross_amount"),
        Damage("negative_amount", "gross_amount", "-gross_amount"),
        Damage("negative_amount", "discount_amount", "cast(-1 as decimal(18, 2))"),
        Damage("unknown_enum", "order_status", "'devuelto'"),
        Damage("unknown_enum", "order_type", "'regalo'"),
        Damage("unknown_currency", "currency", "'ZZZ'"),
        Damage("unknown_store", "store_id", "'XXX-99'"),
        Damage("future_timestamp", "ordered_at", _NEVER),
        _garbled("gross_amount", "12.5o"),
        _garbled("ordered_at", "31/02/2025 25:61"),
    ),
    "web_sessions": (
        _missing("session_id"),
        _missing("visitor_id"),
        _missing("started_at"),
        Damage("ended_before_started", "ended_at", "started_at - interval 1 hour"),
        Damage("future_timestamp", "started_at", _NEVER),
        _garbled("page_views", "muchas"),
        _garbled("started_at", "ayer"),
    ),
    "crm_touches": (
        _missing("touch_id"),
        _missing("touched_at"),
        _missing("touch_type"),
        _missing("channel"),
        Damage("missing_identifier", "contact_id", "null"),
        Damage("unknown_enum", "direction", "'sideways'"),
        Damage("unknown_touch_type", "touch_type", "'paloma'"),
        Damage("negative_amount", "cost_amount", "cast(-0.5 as decimal(18, 2))"),
        Damage("future_timestamp", "touched_at", _NEVER),
        _garbled("score", "diez"),
        _garbled("touched_at", "2025-13-45T00:00:00"),
    ),
    "contacts": (
        _missing("contact_id"),
        _missing("created_at"),
        Damage("future_timestamp", "created_at", _NEVER),
        _garbled("birth_date", "de mayo"),
        _garbled("consent_email", "tal vez"),
    ),
}


def replaced(damages: tuple[Damage, ...], column: str) -> str:
    """SQL for a column of a damaged row, by its `fault` (position in `damages`)."""
    cases = [
        f"when {position} then {damage.sql}"
        for position, damage in enumerate(damages)
        if not damage.is_text_only and _touches(damage, column)
    ]
    return f"case fault {' '.join(cases)} else {column} end as {column}" if cases else column


def garbled(damages: tuple[Damage, ...], column: str, text_sql: str) -> str:
    """SQL for a column written as text, by its `fault`."""
    cases = [
        f"when {position} then {damage.sql}"
        for position, damage in enumerate(damages)
        if damage.is_text_only and damage.column == column
    ]
    return f"case fault {' '.join(cases)} else {text_sql} end" if cases else text_sql


def _touches(damage: Damage, column: str) -> bool:
    if damage.kind == "missing_identifier":
        return column in ("contact_id", "customer_id", "email")
    return damage.column == column
