"""What a row of the orders feed must be."""

from expectations.corrections import Correction
from expectations.dates import Bounds, early_is_empty, in_future, too_early
from expectations.drift import Watch, as_they_are
from expectations.identifiers import lost_digits, not_erased
from expectations.rules import (
    Rule,
    misshapen,
    missing,
    missing_key,
    negative,
    not_in_seed,
    not_one_of,
    unparsed,
)

FEED = "orders"
REQUIRED = ("order_id", "ordered_at", "order_status", "currency", "gross_amount")
ORDER_STATUSES = ("pending", "paid", "fulfilled", "completed", "cancelled", "refunded")
ORDER_TYPES = ("sale", "return", "exchange", "gift_card", "test")
AMOUNTS = ("gross_amount", "discount_amount", "refund_amount")
# A paid order is fulfilled and completed in time: the newest days would always differ.
_OUTCOME = "case when order_status in ('fulfilled', 'completed') then 'paid' else order_status end"
WATCH = Watch(
    key="order_id",
    happened_at="ordered_at",
    version="coalesce(updated_at, ordered_at)",
    categories={"order_status": _OUTCOME}
    | as_they_are("order_type", "currency", "sales_channel", "store_id"),
    named=frozenset({"order_status", "order_type", "currency", "store_id"}),
    amounts=AMOUNTS,
    may_be_empty=frozenset(
        {"updated_at", "coupon_code", "discount_amount", "refund_amount", "returns_order_id"}
    ),
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
        *(negative(column) for column in AMOUNTS),
        not_one_of("order_status", ORDER_STATUSES),
        not_one_of("order_type", ORDER_TYPES),
        not_in_seed("currency", seed="currency_rates", key="currency"),
        not_in_seed("store_id", seed="stores", key="store_id"),
        *too_early(FEED, bounds, required=REQUIRED),
        *in_future(FEED, bounds),
    )


def row_corrections(bounds: Bounds) -> tuple[Correction, ...]:
    """What of a row is read as another value, besides identifiers."""
    return early_is_empty(FEED, bounds, required=REQUIRED)
