"""Which version of a row wins.

The rule is: of the rows that share an identifier, the latest version wins and the others count for
nothing. Latest is the greatest ``updated_at``, by default the instant of the event itself; of web
sessions, which have no ``updated_at``, it is the greatest ``ended_at``, and a row that has none
loses to any that has. A tie is broken by the rows' content, never by their order; do not rely on
which one it is.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TypeVar

from tests.oracle.records import Contact, CrmTouch, Order, WebSession

R = TypeVar("R")
BEFORE_EVERYTHING = datetime(1, 1, 1, tzinfo=UTC)


def winning_orders(rows: Iterable[Order]) -> list[Order]:
    return _winners(rows, lambda row: row.order_id, lambda row: row.updated_at or row.ordered_at)


def winning_sessions(rows: Iterable[WebSession]) -> list[WebSession]:
    return _winners(rows, lambda row: row.session_id, lambda row: row.ended_at or BEFORE_EVERYTHING)


def winning_touches(rows: Iterable[CrmTouch]) -> list[CrmTouch]:
    return _winners(rows, lambda row: row.touch_id, lambda row: row.updated_at or row.touched_at)


def winning_contacts(rows: Iterable[Contact]) -> list[Contact]:
    return _winners(rows, lambda row: row.contact_id, lambda row: row.updated_at or row.created_at)


def _winners(
    rows: Iterable[R], identifier: Callable[[R], str], version: Callable[[R], datetime]
) -> list[R]:
    winners: dict[str, R] = {}
    for row in rows:
        name = identifier(row)
        rival = winners.get(name)
        if rival is None or _beats(row, rival, version):
            winners[name] = row
    return list(winners.values())


def _beats(row: R, rival: R, version: Callable[[R], datetime]) -> bool:
    if version(row) != version(rival):
        return version(row) > version(rival)
    return repr(row) > repr(rival)
