"""What a row of the contacts feed must be."""

from datetime import datetime

from expectations.drift import Watch, as_they_are
from expectations.rules import Rule, in_future, misshapen, missing, unparsed

FEED = "contacts"
REQUIRED = ("contact_id", "created_at")
WATCH = Watch(
    key="contact_id",
    happened_at="created_at",
    version="coalesce(updated_at, created_at)",
    categories=as_they_are("gender", "country"),
    may_be_empty=frozenset({"updated_at", "customer_id"}),
    in_bursts=True,
)


def row_rules(now: datetime) -> tuple[Rule, ...]:
    """Rules of one row; ``now`` is the moment of ingest."""
    return (
        misshapen(),
        *(missing(column) for column in REQUIRED),
        *unparsed(FEED),
        *in_future(FEED, now=now),
    )
