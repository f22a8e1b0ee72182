"""The frozen raw layout of every feed: its columns in order, and their types.

Nothing here says what a good value is; the rules live in ``expectations/``.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class ColumnType(StrEnum):
    """Type of a raw column; the value is its SQL name."""

    TEXT = "VARCHAR"
    TIMESTAMP = "TIMESTAMP WITH TIME ZONE"
    AMOUNT = "DECIMAL(18,2)"
    SCORE = "DECIMAL(5,2)"
    INTEGER = "BIGINT"
    BOOLEAN = "BOOLEAN"
    DATE = "DATE"


Layout = Mapping[str, ColumnType]

# A new column goes to the end of its feed: ties between versions of a row are broken by columns in
# this order, so what older columns decided stays decided.

_ORDERS = {
    "order_id": ColumnType.TEXT,
    "customer_id": ColumnType.TEXT,
    "email": ColumnType.TEXT,
    "ordered_at": ColumnType.TIMESTAMP,
    "updated_at": ColumnType.TIMESTAMP,
    "order_status": ColumnType.TEXT,
    "order_type": ColumnType.TEXT,
    "currency": ColumnType.TEXT,
    "gross_amount": ColumnType.AMOUNT,
    "discount_amount": ColumnType.AMOUNT,
    "refund_amount": ColumnType.AMOUNT,
    "coupon_code": ColumnType.TEXT,
    "subscription_id": ColumnType.TEXT,
    "sales_channel": ColumnType.TEXT,
    "store_id": ColumnType.TEXT,
    "policy_segment": ColumnType.TEXT,
    "item_count": ColumnType.INTEGER,
    "returns_order_id": ColumnType.TEXT,
}

_WEB_SESSIONS = {
    "session_id": ColumnType.TEXT,
    "visitor_id": ColumnType.TEXT,
    "customer_id": ColumnType.TEXT,
    "email": ColumnType.TEXT,
    "started_at": ColumnType.TIMESTAMP,
    "ended_at": ColumnType.TIMESTAMP,
    "page_views": ColumnType.INTEGER,
    "conversions": ColumnType.INTEGER,
    "source": ColumnType.TEXT,
    "medium": ColumnType.TEXT,
    "campaign": ColumnType.TEXT,
    "device": ColumnType.TEXT,
    "country": ColumnType.TEXT,
    "landing_page": ColumnType.TEXT,
}

_CRM_TOUCHES = {
    "touch_id": ColumnType.TEXT,
    "contact_id": ColumnType.TEXT,
    "customer_id": ColumnType.TEXT,
    "email": ColumnType.TEXT,
    "touched_at": ColumnType.TIMESTAMP,
    "updated_at": ColumnType.TIMESTAMP,
    "direction": ColumnType.TEXT,
    "channel": ColumnType.TEXT,
    "touch_type": ColumnType.TEXT,
    "campaign_id": ColumnType.TEXT,
    "offer_id": ColumnType.TEXT,
    "score": ColumnType.SCORE,
    "topic": ColumnType.TEXT,
    "cost_amount": ColumnType.AMOUNT,
    "thread_id": ColumnType.TEXT,
    "in_reply_to": ColumnType.TEXT,
    "referred_by": ColumnType.TEXT,
}

_CONTACTS = {
    "contact_id": ColumnType.TEXT,
    "created_at": ColumnType.TIMESTAMP,
    "updated_at": ColumnType.TIMESTAMP,
    "customer_id": ColumnType.TEXT,
    "email": ColumnType.TEXT,
    "full_name": ColumnType.TEXT,
    "birth_date": ColumnType.DATE,
    "gender": ColumnType.TEXT,
    "city": ColumnType.TEXT,
    "country": ColumnType.TEXT,
    "consent_email": ColumnType.BOOLEAN,
    "consent_sms": ColumnType.BOOLEAN,
    "consent_phone": ColumnType.BOOLEAN,
}

_ERASURES = {
    "customer_id": ColumnType.TEXT,
    "email": ColumnType.TEXT,
    "contact_id": ColumnType.TEXT,
    "requested_at": ColumnType.TIMESTAMP,
}

FEEDS: Mapping[str, Layout] = MappingProxyType(
    {
        "orders": MappingProxyType(_ORDERS),
        "web_sessions": MappingProxyType(_WEB_SESSIONS),
        "crm_touches": MappingProxyType(_CRM_TOUCHES),
        "contacts": MappingProxyType(_CONTACTS),
        "erasures": MappingProxyType(_ERASURES),
    }
)

# Columns that every raw file ends with, all text: docs/architecture.md, "Raw rows".
SYSTEM_COLUMNS = ("_extra", "_unparsed", "_file_id")

# Key in ``_unparsed`` of a row that has no columns at all: a line of the wrong shape.
WHOLE_ROW = "_row"


def columns_of(feed: str, column_type: ColumnType) -> tuple[str, ...]:
    """Names of the feed's columns of one type, in their order."""
    return tuple(name for name, kind in FEEDS[feed].items() if kind is column_type)


# Identifiers whose names do not end in ``_id``.
_OTHER_IDS = frozenset({"in_reply_to", "referred_by"})


def id_columns(feed: str) -> tuple[str, ...]:
    """The feed's identifiers: of things, people and places, but not the e-mail address."""
    return tuple(
        name
        for name in columns_of(feed, ColumnType.TEXT)
        if name.endswith("_id") or name in _OTHER_IDS
    )
