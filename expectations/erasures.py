"""What a row of the erasures feed must be."""

from expectations.dates import Bounds, in_future, too_early
from expectations.identifiers import lost_digits, not_erased
from expectations.rules import Rule, all_missing, misshapen, missing, unparsed

FEED = "erasures"
REQUIRED = ("requested_at",)
IDENTIFIERS = ("customer_id", "email", "contact_id")


def row_rules(bounds: Bounds) -> tuple[Rule, ...]:
    """Rules of one row; ``bounds`` say when its events may lie."""
    return (
        misshapen(),
        *(missing(column) for column in REQUIRED),
        all_missing(*IDENTIFIERS),
        *unparsed(FEED),
        *lost_digits(FEED),
        *not_erased(FEED),
        *too_early(FEED, bounds, required=REQUIRED),
        *in_future(FEED, bounds),
    )
