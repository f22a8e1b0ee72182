"""Whose row it is.

The simple reading: a row belongs to its customer_id; if it has none, to its email, trimmed and
lower-cased; if it has none, to its contact_id; else to nobody. It equals the full one (identifiers
joined into people, anonymous visits stitched to logins) in a world where nobody is known under two
identifiers that also stand alone, and where no visitor_id of an anonymous visit ever logs in.

The seam for the full reading is the function itself: everything else in this package takes an
``OwnerOf`` and asks nothing about how it answers. A fuller one is built from the whole world first.
"""

from collections.abc import Callable
from typing import NamedTuple

from tests.oracle.records import Row


class Owner(NamedTuple):
    """A customer: ``kind`` is customer_id, email or contact_id."""

    kind: str
    value: str


OwnerOf = Callable[[Row], Owner | None]


def simple_owner(row: Row) -> Owner | None:
    """The customer of one row looked at alone, or None if it is tied to nobody."""
    for kind in ("customer_id", "email", "contact_id"):
        value = (getattr(row, kind, None) or "").strip()
        if value:
            return Owner(kind, value.lower() if kind == "email" else value)
    return None
