"""Rows of the feeds as they are after the input checks: typed, trimmed, one object per row.

Fields carry the names and the order of the feeds' columns. A timestamp is an instant (``datetime``
with a zone), an amount is a ``Decimal`` in the row's own currency, null is ``None``.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """One version of one order."""

    order_id: str
    customer_id: str | None = None
    email: str | None = None
    ordered_at: datetime
    updated_at: datetime | None = None
    order_status: str
    order_type: str | None = None
    currency: str = "EUR"
    gross_amount: Decimal
    discount_amount: Decimal | None = None
    refund_amount: Decimal | None = None
    coupon_code: str | None = None
    subscription_id: str | None = None
    sales_channel: str | None = None
    store_id: str | None = None
    policy_segment: str | None = None
    item_count: int | None = None
    returns_order_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class WebSession:
    """One version of one visit to the web shop."""

    session_id: str
    visitor_id: str
    customer_id: str | None = None
    email: str | None = None
    started_at: datetime
    ended_at: datetime | None = None
    page_views: int | None = None
    conversions: int | None = None
    source: str | None = None
    medium: str | None = None
    campaign: str | None = None
    device: str | None = None
    country: str | None = None
    landing_page: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CrmTouch:
    """One version of one contact between the company and a person."""

    touch_id: str
    contact_id: str | None = None
    customer_id: str | None = None
    email: str | None = None
    touched_at: datetime
    updated_at: datetime | None = None
    direction: str
    channel: str
    touch_type: str
    campaign_id: str | None = None
    offer_id: str | None = None
    score: int | None = None
    topic: str | None = None
    cost_amount: Decimal | None = None
    thread_id: str | None = None
    in_reply_to: str | None = None
    referred_by: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """One version of one CRM profile."""

    contact_id: str
    created_at: datetime
    updated_at: datetime | None = None
    customer_id: str | None = None
    email: str | None = None
    full_name: str | None = None
    birth_date: str | None = None
    gender: str | None = None
    city: str | None = None
    country: str | None = None
    consent_email: bool | None = None
    consent_sms: bool | None = None
    consent_phone: bool | None = None


Row = Order | WebSession | CrmTouch | Contact
