"""What a row of the erasures feed must be."""

from datetime import datetime

from expectations.rules import Rule, all_missing, in_future, misshapen, missing, unparsed

FEED = "erasures"
REQUIRED = ("requested_at",)
IDENTIFIERS = ("customer_id", "email", "contact_id")


def row_rules(now: datetime) -> tuple[Rule, ...]:
    """Rules of one row; ``now`` is the moment of ingest."""
    return (
        misshapen(),
        *(missing(column) for column in REQUIRED),
        all_missing(*IDENTIFIERS),
        *unparsed(FEED),
        *in_future(FEED, now=now),
    )
