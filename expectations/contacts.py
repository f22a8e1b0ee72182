"""What a row of the contacts feed must be."""

from expectations.corrections import Correction
from expectations.dates import Bounds, early_is_empty, in_future, too_early
from expectations.drift import Watch, as_they_are
from expectations.identifiers import lost_digits, not_erased
from expectations.rules import Rule, misshapen, missing, missing_key, unparsed

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


def row_rules(bounds: Bounds) -> tuple[Rule, ...]:
    """Rules of one row; ``bounds`` say when its events may lie."""
    return (
        misshapen(),
        missing_key(REQUIRED[0]),
        *(missing(column) for column in REQUIRED[1:]),
        *unparsed(FEED),
        *lost_digits(FEED),
        *not_erased(FEED),
        *too_early(FEED, bounds, required=REQUIRED),
        *in_future(FEED, bounds),
    )


def row_corrections(bounds: Bounds) -> tuple[Correction, ...]:
    """What of a row is read as another value, besides identifiers."""
    return early_is_empty(FEED, bounds, required=REQUIRED)
