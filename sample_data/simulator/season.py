"""The retail year: how busy each day is, and clocks that run faster on busy days."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

DAY_SECONDS = 86_400

# January to December; August is the dip.
MONTH_FACTORS = (0.95, 0.85, 0.92, 0.95, 1.0, 1.0, 1.05, 0.62, 0.95, 1.0, 1.05, 1.25)
# Monday to Sunday.
WEEKDAY_FACTORS = (0.92, 0.92, 0.95, 0.98, 1.08, 1.25, 0.90)


def day_factor(day: date) -> float:
    """Busyness of one day relative to an ordinary one, in Spain's retail calendar."""
    factor = MONTH_FACTORS[day.month - 1] * WEEKDAY_FACTORS[day.weekday()]
    black_friday = _fourth_thursday_of_november(day.year) + timedelta(days=1)
    if -4 <= (day - black_friday).days <= 3:  # Black Friday's week, to Cyber Monday
        factor *= 2.3
    if day.month == 12 and 5 <= day.day <= 24:  # Christmas presents
        factor *= 1.5
    if day.month == 1:  # the eve of the Kings' day, then the January sales
        factor *= 1.8 if day.day <= 5 else 1.35
    if day.month == 7:  # July sales
        factor *= 1.35 if day.day <= 20 else 1.15
    return factor


def _fourth_thursday_of_november(year: int) -> date:
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 21)


@dataclass(frozen=True)
class Season:
    """The simulated days [start, end], both included; day numbers count from 0 at `start`."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def start_second(self) -> int:
        """Midnight UTC of the first day, seconds since 1970."""
        return (self.start - date(1970, 1, 1)).days * DAY_SECONDS

    @property
    def end_second(self) -> int:
        """The first second after the last day."""
        return self.start_second + self.days * DAY_SECONDS

    def date_of(self, day: int) -> date:
        return self.start + timedelta(days=int(day))

    @cached_property
    def _elapsed(self) -> np.ndarray:
        """Busy time elapsed at each midnight, (days + 1,); a mean day lasts 1."""
        factors = np.array([day_factor(self.date_of(day)) for day in range(self.days)])
        return np.concatenate([[0.0], np.cumsum(factors / factors.mean())])

    def elapsed(self, day: np.ndarray) -> np.ndarray:
        """Busy time at each day number (fractions allowed); runs on evenly after the end."""
        after = np.maximum(day - self.days, 0.0)
        return np.interp(day, np.arange(self.days + 1), self._elapsed) + after

    def day_at(self, elapsed: np.ndarray) -> np.ndarray:
        """Inverse of `elapsed`."""
        after = np.maximum(elapsed - self._elapsed[-1], 0.0)
        return np.interp(elapsed, self._elapsed, np.arange(self.days + 1)) + after

    @cached_property
    def months(self) -> list[date]:
        """First day of every calendar month touched."""
        count = (self.end.year - self.start.year) * 12 + self.end.month - self.start.month + 1
        first = self.start.year * 12 + self.start.month - 1
        return [date((first + i) // 12, (first + i) % 12 + 1, 1) for i in range(count)]

    @cached_property
    def month_starts(self) -> np.ndarray:
        """Day number at which each month begins, (months + 1,); the first may be negative."""
        after = (self.months[-1] + timedelta(days=32)).replace(day=1)
        return np.array([(month - self.start).days for month in [*self.months, after]])

    def month_of_second(self, second: np.ndarray) -> np.ndarray:
        """Position of the UTC calendar month of each instant."""
        day = (second - self.start_second) // DAY_SECONDS
        return np.searchsorted(self.month_starts, day, side="right") - 1

    def day_of_second(self, second: np.ndarray) -> np.ndarray:
        """Number of the UTC day of each instant."""
        return (second - self.start_second) // DAY_SECONDS

    def utc_offsets(self, zone: str) -> np.ndarray:
        """Offset from UTC at noon of each day in a time zone, (days,), seconds."""
        info = ZoneInfo(zone)
        noons = (
            datetime.combine(self.date_of(day), time(12), tzinfo=info) for day in range(self.days)
        )
        return np.array([int(noon.utcoffset().total_seconds()) for noon in noons])  # type: ignore[union-attr]

    @cached_property
    def sales(self) -> list[tuple[int, int]]:
        """Day numbers [from, to) of the seasons that seasonal buyers wait for."""
        spans = []
        for year in range(self.start.year, self.end.year + 1):
            spans += [
                (date(year, 1, 2), date(year, 2, 5)),
                (date(year, 7, 1), date(year, 8, 1)),
                (date(year, 11, 20), date(year, 12, 25)),
            ]
        numbered = [((a - self.start).days, (b - self.start).days) for a, b in spans]
        return [(a, b) for a, b in numbered if b > 0 and a < self.days]
