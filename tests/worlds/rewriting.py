"""Rows rewritten one by one."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from tests.oracle.records import Row

R = TypeVar("R", bound=Row)


def each(rows: Iterable[R], change: Callable[[R], R]) -> tuple[R, ...]:
    """The rows as changed; rows that are equal before are equal afterwards."""
    changed: dict[R, R] = {}
    return tuple(changed.setdefault(row, change(row)) for row in rows)
