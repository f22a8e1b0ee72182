"""What a row of the web_sessions feed must be."""

from expectations.corrections import Correction
from expectations.dates import Bounds, early_is_empty, in_future, too_early
from expectations.drift import Watch, as_they_are
from expectations.identifiers import lost_digits, not_erased
from expectations.rules import Rule, before, misshapen, missing, missing_key, unparsed

FEED = "web_sessions"
REQUIRED = ("session_id", "visitor_id", "started_at")
WATCH = Watch(
    key="session_id",
    happened_at="started_at",
    version="coalesce(ended_at, started_at)",
    categories=as_they_are("source", "medium", "device", "country"),
)


def row_rules(bounds: Bounds) -> tuple[Rule, ...]:
    """Rules of one row; ``bounds`` say when its events may lie."""
    return (
        misshapen(),
        missing_key(REQUIRED[0]),
        *(missing(column) for column in REQUIRED[1:]),
        *unparsed(FEED),
        *lost_digits(FEED),
        *not_erased(FEED),
        before("ended_at", start="started_at"),
        *too_early(FEED, bounds, required=REQUIRED),
        *in_future(FEED, bounds),
    )


def row_corrections(bounds: Bounds) -> tuple[Correction, ...]:
    """What of a row is read as another value, besides identifiers."""
    return early_is_empty(FEED, bounds, required=REQUIRED)
