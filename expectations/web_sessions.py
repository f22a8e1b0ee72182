"""What a row of the web_sessions feed must be."""

from datetime import datetime

from expectations.drift import Watch, as_they_are
from expectations.rules import Rule, before, in_future, misshapen, missing, unparsed

FEED = "web_sessions"
REQUIRED = ("session_id", "visitor_id", "started_at")
WATCH = Watch(
    key="session_id",
    happened_at="started_at",
    version="coalesce(ended_at, started_at)",
    categories=as_they_are("source", "medium", "device", "country"),
)


def row_rules(now: datetime) -> tuple[Rule, ...]:
    """Rules of one row; ``now`` is the moment of ingest."""
    return (
        misshapen(),
        *(missing(column) for column in REQUIRED),
        *unparsed(FEED),
        before("ended_at", start="started_at"),
        *in_future(FEED, now=now),
    )
