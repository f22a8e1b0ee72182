"""What a row of the erasures feed must be."""

from expectations.corrections import Correction
from expectations.dates import Bounds, is_beyond_dates
from expectations.identifiers import lost_digits, not_erased
from expectations.rules import Rule, but_for, misshapen, missing, none_usable, unparsed

FEED = "erasures"
REQUIRED = ("requested_at",)
IDENTIFIERS = ("customer_id", "email", "contact_id")


def row_rules(_: Bounds) -> tuple[Rule, ...]:
    """Rules of one row. No request is dropped for its date, however absurd: somebody asked."""
    return (
        misshapen(),
        *(missing(column) for column in REQUIRED),
        none_usable(*IDENTIFIERS),
        *(but_for(rule, is_beyond_dates("requested_at")) for rule in unparsed(FEED)),
        *lost_digits(FEED),
        *not_erased(FEED),
    )


def row_corrections(_: Bounds) -> tuple[Correction, ...]:
    """A request without a day that exists counts all the same."""
    return (
        Correction(
            column="requested_at",
            applies=is_beyond_dates("requested_at"),
            value="null",
            text="requested_at is no day that exists and is read as empty; the request counts",
        ),
    )
