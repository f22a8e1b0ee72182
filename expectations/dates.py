"""The days on which events may lie, and what becomes of a timestamp outside of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from customer_status.engine import literal
from customer_status.feeds.layouts import FEEDS, ColumnType
from expectations.corrections import Correction
from expectations.rules import Rule, is_unparsed, moment_rule, unparsed_text

_BEYOND = "0000-[0-9]{2}-[0-9]{2}([ T].*)?|[0-9]{5,6}-[0-9]{2}-[0-9]{2}([ T].*)?|-?infinity"


@dataclass(frozen=True)
class Bounds:
    """When an event may have happened.

    Attributes:
        now: the moment of ingest, with its time zone.
        earliest: the first day that counts, by the setting earliest_event_date.
        business_timezone: the zone of days where a row names no store.
        store_timezones: zone of days by store, where a store has one of its own.
    """

    now: datetime
    earliest: date = date(1990, 1, 1)
    business_timezone: str = "UTC"
    store_timezones: Mapping[str, str] = field(default_factory=dict)


def in_future(feed: str, bounds: Bounds) -> tuple[Rule, ...]:
    """For each of the feed's timestamps: not more than a day after the moment of ingest."""
    limit = (bounds.now + timedelta(days=1)).isoformat(sep=" ")
    return tuple(
        replace(
            moment_rule(
                f"{column}_is_in_the_future",
                column,
                f"{column} > timestamptz '{limit}'",
                "is more than a day after it was ingested",
            ),
            looks_back=False,
        )
        for column in _timestamps(feed)
    )


def too_early(feed: str, bounds: Bounds, *, required: tuple[str, ...]) -> tuple[Rule, ...]:
    """For each of the feed's required timestamps: not on a day before the earliest one."""
    return tuple(
        moment_rule(
            f"{column}_is_too_early",
            column,
            _is_early(feed, column, bounds),
            f"is on a day before {bounds.earliest}, the earliest_event_date",
        )
        for column in _timestamps(feed)
        if column in required
    )


def early_is_empty(
    feed: str, bounds: Bounds, *, required: tuple[str, ...]
) -> tuple[Correction, ...]:
    """In an optional timestamp, a day before the earliest one is no value at all."""
    return tuple(
        Correction(
            column=column,
            applies=_is_early(feed, column, bounds),
            value="null",
            text=f"{column} before {bounds.earliest} is read as empty",
        )
        for column in _timestamps(feed)
        if column not in required
    )


def is_beyond_dates(column: str) -> str:
    """SQL predicate: what was given for a timestamp is no day, but clearly meant as one.

    That is the zero date of MySQL, a year of five digits or more, and infinity.
    """
    text = unparsed_text(column)
    return f"({is_unparsed(column)} and regexp_full_match({text}, '{_BEYOND}'))"


def _timestamps(feed: str) -> tuple[str, ...]:
    return tuple(column for column, kind in FEEDS[feed].items() if kind is ColumnType.TIMESTAMP)


def _is_early(feed: str, column: str, bounds: Bounds) -> str:
    """SQL predicate: the date of the timestamp is too early in UTC or in the row's own zone.

    Only timestamps close to the bound are converted to their zone, which takes long and fails on
    the last days that a timestamp can hold.
    """
    earliest, close = bounds.earliest, bounds.earliest + timedelta(days=2)
    zone = _zone(bounds) if "store_id" in FEEDS[feed] else literal(bounds.business_timezone)
    return (
        f"case when {column} < timestamptz '{earliest} 00:00:00+00' then true "
        f"when {column} < timestamptz '{close} 00:00:00+00' "
        f"then cast({column} at time zone {zone} as date) < date '{earliest}' end"
    )


def _zone(bounds: Bounds) -> str:
    """SQL for the zone in which an order has its date."""
    stores: dict[str, list[str]] = {}
    for store, zone in sorted(bounds.store_timezones.items()):
        stores.setdefault(zone, []).append(literal(store))
    tests = [
        f"when store_id in ({', '.join(names)}) then {literal(zone)}"
        for zone, names in stores.items()
    ]
    home = literal(bounds.business_timezone)
    return f"case {' '.join(tests)} else {home} end" if tests else home
