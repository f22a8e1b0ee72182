"""A whole small business: every accepted row of every feed, and the configuration in force."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from tests.oracle.comparison import PLACEHOLDERS, IdentifierRule, Placeholder
from tests.oracle.configuration import (
    CURRENCY_RATES,
    DEFAULT_POLICIES,
    DEFAULT_SETTINGS,
    ENGAGEMENT_POINTS,
    SALES_CHANNELS,
    STORES,
    TOUCH_TYPES,
    CurrencyRate,
    EngagementPoints,
    Policy,
    SalesChannel,
    Settings,
    Store,
    TouchType,
)
from tests.oracle.records import Contact, CrmTouch, Order, WebSession

# Table -> (attribute of the world, class of its rows): the feeds first, then the seeds.
TABLES = {
    "orders": ("orders", Order),
    "web_sessions": ("sessions", WebSession),
    "crm_touches": ("touches", CrmTouch),
    "contacts": ("contacts", Contact),
    "status_policy": ("policies", Policy),
    "stores": ("stores", Store),
    "touch_types": ("touch_types", TouchType),
    "engagement_points": ("engagement_points", EngagementPoints),
    "currency_rates": ("currency_rates", CurrencyRate),
    "sales_channels": ("sales_channels", SalesChannel),
    "placeholder_identifiers": ("placeholders", Placeholder),
    "identifier_rules": ("identifier_rules", IdentifierRule),
}


@dataclass(frozen=True, kw_only=True)
class World:
    """Rows in any order, repeated or not: what they say does not depend on it."""

    orders: tuple[Order, ...] = ()
    sessions: tuple[WebSession, ...] = ()
    touches: tuple[CrmTouch, ...] = ()
    contacts: tuple[Contact, ...] = ()
    policies: tuple[Policy, ...] = DEFAULT_POLICIES
    settings: Settings = DEFAULT_SETTINGS
    stores: tuple[Store, ...] = STORES
    touch_types: tuple[TouchType, ...] = TOUCH_TYPES
    engagement_points: tuple[EngagementPoints, ...] = ENGAGEMENT_POINTS
    currency_rates: tuple[CurrencyRate, ...] = CURRENCY_RATES
    sales_channels: tuple[SalesChannel, ...] = SALES_CHANNELS
    placeholders: tuple[Placeholder, ...] = PLACEHOLDERS
    identifier_rules: tuple[IdentifierRule, ...] = ()

    def columns(self, table: str) -> list[str]:
        """Column names of a feed or seed in their documented order; KeyError if unknown."""
        if table == "settings":
            return ["setting", "value"]
        return [field.name for field in fields(TABLES[table][1])]

    def rows(self, table: str) -> list[dict[str, object]]:
        """Rows of a feed or seed, one dict per row: column -> typed value, in column order.

        Values are ``str``, ``int``, ``bool``, ``Decimal``, ``date``, ``datetime`` with a zone, or
        None. ``settings`` come as text, an unset one as "". KeyError for an unknown table.
        """
        if table == "settings":
            return _settings_rows(self.settings)
        rows: Sequence[object] = getattr(self, TABLES[table][0])
        names = self.columns(table)
        return [{name: getattr(row, name) for name in names} for row in rows]


def _settings_rows(settings: Settings) -> list[dict[str, object]]:
    values = {field.name: getattr(settings, field.name) for field in fields(settings)}
    return [
        {"setting": name, "value": "" if value is None else str(value)}
        for name, value in values.items()
    ]
