"""The configuration of a business: policies, touch types, points, stores, rates and settings.

The constants are the documented values. They are written down here a second time on purpose: the
reading of the rules in this package leans on nothing that it is compared with.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

DEFAULT_SEGMENT = "default"


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """One version of the thresholds of one segment; windows are whole days or periods."""

    policy_segment: str = DEFAULT_SEGMENT
    effective_from: date = date(1900, 1, 1)
    inactive_after_days: int = 90
    at_risk_after_days: int = 60
    engagement_window_days: int = 90
    engagement_points_required: int = 3
    habit_period: str = "month"
    habit_window_periods: int = 6
    habit_periods_required: int = 5
    subscription_valid_days: int = 35
    engagement_measured_from: date | None = None
    engagement_gap_days: int | None = 14
    engagement_feeds: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TouchType:
    """What a touch type means; a score at or below the cut is dissatisfaction."""

    touch_type: str
    kind: str
    is_dissatisfaction: bool = False
    dissatisfied_at_or_below: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EngagementPoints:
    """Points for one event of a customer, and the most that a day may earn (None: no limit)."""

    source: str
    touch_type: str
    points: int
    daily_cap: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Store:
    store_id: str
    timezone: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CurrencyRate:
    """Units of the reporting currency for one unit of ``currency``, from a day on."""

    currency: str
    effective_from: date
    rate: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class SalesChannel:
    sales_channel: str
    is_digital: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """``run_date`` is the run's own day; ``as_of_date`` overrides the day the data would give."""

    business_timezone: str = "UTC"
    run_date: date = date(2030, 1, 1)
    as_of_date: date | None = None
    reporting_currency: str = "EUR"
    max_identifier_degree: int = 10
    stitch_days: int = 30


DEFAULT_POLICIES = (Policy(),)
DEFAULT_SETTINGS = Settings()

TOUCH_TYPES = (
    TouchType(touch_type="sent", kind="company"),
    TouchType(touch_type="delivered", kind="company"),
    TouchType(touch_type="opened", kind="company"),
    TouchType(touch_type="clicked", kind="response"),
    TouchType(touch_type="replied", kind="response"),
    TouchType(touch_type="subscribed", kind="opt_in"),
    TouchType(touch_type="unsubscribed", kind="opt_out"),
    TouchType(touch_type="survey_sent", kind="company"),
    TouchType(touch_type="suggestion", kind="feedback"),
    TouchType(touch_type="social_engagement", kind="response"),
    TouchType(touch_type="community_post", kind="response"),
    TouchType(touch_type="call", kind="service"),
    TouchType(touch_type="ticket_opened", kind="service"),
    TouchType(touch_type="ticket_resolved", kind="company"),
    TouchType(touch_type="complaint", kind="feedback", is_dissatisfaction=True),
    TouchType(touch_type="survey_response", kind="feedback", dissatisfied_at_or_below=6),
    TouchType(touch_type="review", kind="feedback", dissatisfied_at_or_below=6),
    TouchType(touch_type="referral", kind="referral"),
    TouchType(touch_type="event_attended", kind="response"),
    TouchType(touch_type="loyalty_joined", kind="response"),
    TouchType(touch_type="loyalty_redeemed", kind="response"),
    TouchType(touch_type="coupon_redeemed", kind="response"),
)

_POINTS = (
    ("web", "engaged_session", 1, 2),
    ("crm", "clicked", 1, 2),
    ("crm", "replied", 2, 4),
    ("crm", "survey_response", 2, 4),
    ("crm", "review", 3, 6),
    ("crm", "suggestion", 2, 4),
    ("crm", "social_engagement", 1, 2),
    ("crm", "community_post", 2, 4),
    ("crm", "referral", 3, 9),
    ("crm", "event_attended", 3, 6),
    ("crm", "loyalty_joined", 2, 2),
    ("crm", "loyalty_redeemed", 2, 4),
    ("crm", "coupon_redeemed", 2, 4),
    ("crm", "call", 2, 4),
    ("crm", "ticket_opened", 2, 4),
    ("crm", "sent", 0, 0),
    ("crm", "delivered", 0, 0),
    ("crm", "opened", 0, 0),
    ("crm", "survey_sent", 0, 0),
)
ENGAGEMENT_POINTS = tuple(
    EngagementPoints(source=source, touch_type=touch_type, points=points, daily_cap=cap)
    for source, touch_type, points, cap in _POINTS
)

STORES = (
    Store(store_id="MAD-01", timezone="Europe/Madrid"),
    Store(store_id="LPA-01", timezone="Atlantic/Canary"),
    Store(store_id="NYC-01", timezone="America/New_York"),
    Store(store_id="UTC-01", timezone="UTC"),
)

# Rates under which whole amounts stay exact to the cent: how to round is not what is tested here.
CURRENCY_RATES = (
    CurrencyRate(currency="EUR", effective_from=date(1900, 1, 1), rate=Decimal(1)),
    CurrencyRate(currency="USD", effective_from=date(2009, 1, 2), rate=Decimal("0.5")),
    CurrencyRate(currency="USD", effective_from=date(2024, 2, 29), rate=Decimal("0.8")),
    CurrencyRate(currency="GBP", effective_from=date(2009, 1, 2), rate=Decimal("1.25")),
)

SALES_CHANNELS = (
    SalesChannel(sales_channel="web", is_digital=True),
    SalesChannel(sales_channel="app", is_digital=True),
    SalesChannel(sales_channel="store", is_digital=False),
    SalesChannel(sales_channel="phone", is_digital=False),
)
