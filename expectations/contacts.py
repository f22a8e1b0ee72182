"""What a row of the contacts feed must be."""

from datetime import datetime

from expectations.rules import Rule, in_future, misshapen, missing, unparsed

FEED = "contacts"
REQUIRED = ("contact_id", "created_at")


def row_rules(now: datetime) -> tuple[Rule, ...]:
    """Rules of one row; ``now`` is the moment of ingest."""
    return (
        misshapen(),
        *(missing(column) for column in REQUIRED),
        *unparsed(FEED),
        *in_future(FEED, now=now),
    )
