"""What a row of the crm_touches feed must be."""

from expectations.corrections import Correction
from expectations.dates import Bounds, early_is_empty, in_future, too_early
from expectations.drift import Watch, as_they_are
from expectations.identifiers import lost_digits, not_erased
from expectations.rules import (
    Rule,
    all_missing,
    misshapen,
    missing,
    missing_key,
    negative,
    not_in_seed,
    not_one_of,
    outside,
    unparsed,
)

FEED = "crm_touches"
REQUIRED = ("touch_id", "touched_at", "direction", "channel", "touch_type")
IDENTIFIERS = ("contact_id", "customer_id", "email")
DIRECTIONS = ("inbound", "outbound")
WATCH = Watch(
    key="touch_id",
    happened_at="touched_at",
    version="coalesce(updated_at, touched_at)",
    categories=as_they_are("direction", "channel", "touch_type"),
    named=frozenset({"direction", "touch_type"}),
    amounts=("cost_amount",),
    may_be_empty=frozenset({"updated_at", "score", "thread_id", "in_reply_to", "referred_by"}),
    steady="campaign_id is null",
    in_bursts=True,
)


def row_rules(bounds: Bounds) -> tuple[Rule, ...]:
    """Rules of one row; ``bounds`` say when its events may lie."""
    return (
        misshapen(),
        missing_key(REQUIRED[0]),
        *(missing(column) for column in REQUIRED[1:]),
        all_missing(*IDENTIFIERS),
        *unparsed(FEED),
        *lost_digits(FEED),
        *not_erased(FEED),
        negative("cost_amount"),
        not_one_of("direction", DIRECTIONS),
        not_in_seed("touch_type", seed="touch_types", key="touch_type"),
        outside("score", least=0, most=10),
        *too_early(FEED, bounds, required=REQUIRED),
        *in_future(FEED, bounds),
    )


def row_corrections(bounds: Bounds) -> tuple[Correction, ...]:
    """What of a row is read as another value, besides identifiers."""
    return early_is_empty(FEED, bounds, required=REQUIRED)
