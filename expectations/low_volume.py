"""Days of orders on which most orders are missing: by the setting `hold_on_low_volume` they hold.

A drift warns; this stops. So it asks for more: a day that is over, and a quarter of what is usual.
The newest day is never judged, for a shop that exports at six in the morning has sold little by
then, and neither are days that a release has spoken of as complete: who has published a quiet day
(a holiday) has said that it was one.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from statistics import median

from expectations.drift import FEWEST_ROWS, FEWEST_WEEKS, NEWEST_DAYS, WEEKS, YEAR, Profile

FEED = "orders"
LEAST_SHARE = 0.25


def low_days(profiles: Mapping[date, Profile], *, published_to: date | None) -> list[str]:
    """One sentence for each complete day with under a quarter of its usual orders.

    Args:
        profiles: of the newest days and the weeks before; a day without one had no order.
        published_to: the last day that the current release speaks of, which was its newest then;
            None before the first release.
    """
    if not profiles:
        return []
    first, last = min(profiles), max(profiles)
    since = last - timedelta(days=NEWEST_DAYS - 1)
    if published_to:
        since = max(since, published_to)
    days = [since + timedelta(days=number) for number in range((last - since).days)]
    return [text for day in days if (text := _complaint(profiles, day, first=first))]


def _complaint(profiles: Mapping[date, Profile], day: date, *, first: date) -> str:
    now, usual = _rows(profiles, day), _usual(profiles, day, first=first)
    if usual is None or usual < FEWEST_ROWS or now >= LEAST_SHARE * usual * _season(profiles, day):
        return ""
    return f"{now:,} orders on {day}, usually {usual:,.0f} ({now / usual:.0%})"


def _usual(profiles: Mapping[date, Profile], day: date, *, first: date) -> float | None:
    """Orders of the same weekday in the weeks before; None if they are too few to tell."""
    before = [day - timedelta(days=7 * week) for week in range(1, WEEKS + 1)]
    past = [_rows(profiles, other) for other in before if other >= first]
    return median(past) if len(past) >= FEWEST_WEEKS else None


def _season(profiles: Mapping[date, Profile], day: date) -> float:
    """What share of the usual the same weekday a year ago had, at most all of it."""
    then = day - YEAR
    usual = _usual(profiles, then, first=min(profiles))
    return min(_rows(profiles, then) / usual, 1.0) if usual and usual >= FEWEST_ROWS else 1.0


def _rows(profiles: Mapping[date, Profile], day: date) -> int:
    return profiles[day].rows if day in profiles else 0
