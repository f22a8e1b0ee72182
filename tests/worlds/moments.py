"""Days and instants where date arithmetic goes wrong."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.oracle.configuration import Policy
from tests.worlds.chooser import Chooser

ZONES = ("UTC", "Europe/Madrid", "Atlantic/Canary", "America/New_York")

# Ends of months, quarters and years, leap days, and nights on which clocks change.
CORNER_DAYS = (
    date(2024, 1, 1),
    date(2024, 2, 28),
    date(2024, 2, 29),
    date(2024, 3, 1),
    date(2024, 3, 9),
    date(2024, 3, 10),
    date(2024, 3, 30),
    date(2024, 3, 31),
    date(2024, 6, 30),
    date(2024, 7, 1),
    date(2024, 10, 26),
    date(2024, 10, 27),
    date(2024, 11, 2),
    date(2024, 11, 3),
    date(2024, 12, 31),
    date(2025, 1, 1),
    date(2025, 2, 28),
    date(2025, 3, 30),
)

# Local times: noon, both edges of midnight, and hours that a clock change skips or doubles.
LOCAL_TIMES = (
    time(12, 0),
    time(0, 0),
    time(23, 59, 59, 999999),
    time(0, 0, 0, 1),
    time(0, 30),
    time(1, 30),
    time(2, 30),
    time(22, 30),
    time(23, 30),
)


@dataclass(frozen=True)
class Calendar:
    """The days a world is about, and the numbers of days on which its rules turn."""

    start: date
    length_days: int
    thresholds: tuple[int, ...]

    @property
    def end(self) -> date:
        return self.start + timedelta(days=self.length_days)

    def clip(self, day: date) -> date:
        return min(max(day, self.start), self.end)


def make_calendar(chooser: Chooser, start: date, policies: Sequence[Policy]) -> Calendar:
    turning = {0, 1, 60, 90, 180, 365}
    for policy in policies:
        turning |= {
            policy.inactive_after_days,
            policy.at_risk_after_days,
            policy.engagement_window_days,
            policy.subscription_valid_days,
        }
    return Calendar(start, chooser.pick((200, 400, 60, 700)), tuple(sorted(turning)))


def make_start(chooser: Chooser) -> date:
    if chooser.happens(50):
        return chooser.pick(CORNER_DAYS) - timedelta(days=chooser.pick((0, 90, 180)))
    return date(2023, 6, 1) + timedelta(days=chooser.integer(0, 400))


def make_day(chooser: Chooser, calendar_: Calendar, earlier: Sequence[date]) -> date:
    """A day of the calendar: often where a window that an earlier event opened ends."""
    way = chooser.integer(0, 9)
    if earlier and way <= 5:
        base = chooser.pick(earlier)
        step = chooser.pick(calendar_.thresholds) + chooser.pick((0, 1, -1, 2))
        return calendar_.clip(base + timedelta(days=step))
    if way == 6:
        return calendar_.clip(chooser.pick(CORNER_DAYS))
    day = calendar_.start + timedelta(days=chooser.integer(0, calendar_.length_days))
    if way == 7:
        return calendar_.clip(month_end(day))
    if way == 8:
        return calendar_.clip(month_end(day) + timedelta(days=1))
    return day


def month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day if it is shorter."""
    month = day.year * 12 + day.month - 1 + months
    year, month = divmod(month, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def make_instant(chooser: Chooser, day: date, zone: str) -> datetime:
    """An instant, in UTC, on the day or at its edges as the zone has it.

    A local time that does not exist, or exists twice, gives one of the two instants meant.
    """
    local = datetime.combine(day, chooser.pick(LOCAL_TIMES), tzinfo=ZoneInfo(zone))
    return local.replace(fold=chooser.integer(0, 1)).astimezone(UTC)
