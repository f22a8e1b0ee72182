"""Warns where a feed's newest days are unlike the weeks before; never stops anything.

Every measure of the newest days is compared with the same weekdays of the eight weeks before. A
warning needs two things at once: a difference that is large for the business (``FEWEST``,
``MOST_SHARE_SHIFT``, ...) and one that is large beside what those weeks vary among themselves
(``SIGMAS``). So weekdays, sales and quiet summers do not warn, a feed that breaks does.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import exp, log, sqrt
from statistics import median

# Compared are the newest days, one by one and together, with as many weeks before as there are.
NEWEST_DAYS = 7
WINDOWS = (3, 7)
WEEKS = 8
FEWEST_WEEKS = 4
# The same weekday a year ago: what the season did then, it may do again.
YEAR = timedelta(days=364)
# Fewer rows than this say nothing about shares and typical amounts.
FEWEST_ROWS = 50
# Rows: a shop that sells little more than half, or five times as much, as it does at the time.
LEAST_VOLUME = 0.55
MOST_VOLUME = 5.0
# Shares of empty values and of categories: a quarter of all rows has changed.
MOST_SHARE_SHIFT = 0.25
# Typical amounts: twice or half as much. Cents for euros are a hundred times as much.
MOST_AMOUNT_FACTOR = 2.0
# How many times the spread of the weeks before; the spread is the median absolute deviation, as
# a standard deviation (Rousseeuw and Croux 1993), and at least what chance makes of so few rows.
SIGMAS = 5.0
MAD_TO_SIGMA = 1.4826
# A warning tells of its longest span of days, unless a shorter one shows it so much more clearly.
CLEARER = 1.25


@dataclass(frozen=True)
class Watch:
    """What of a feed is watched.

    Attributes:
        key, happened_at, version: SQL over a raw row. Rows of one key are one thing, counted on
            the day it happened as it was first told; ``version`` is when a row was told.
        categories: columns of few values, each with the SQL of what is counted; ``named`` are
            those that hold only values that row rules allow, so that a warning may name them.
        amounts: columns whose typical value is watched.
        may_be_empty: columns that young rows have not yet, or that only sales fill.
        steady: SQL predicate of the rows that come day by day; the others are not looked at.
        in_bursts: many rows on a day are normal, and unlike other days' rows.
    """

    key: str
    happened_at: str
    version: str
    categories: Mapping[str, str]
    named: frozenset[str] = frozenset()
    amounts: tuple[str, ...] = ()
    may_be_empty: frozenset[str] = frozenset()
    steady: str = "true"
    in_bursts: bool = False


@dataclass
class Profile:
    """Counts of some days' rows; adding two profiles gives that of all their days.

    Days are compared at one age, so a profile of a day some weeks ago holds what was told of it
    as many weeks before the newest row.

    Attributes:
        nulls: column to rows without a value.
        categories: column to value to rows.
        amounts: column to number, sum and sum of squares of the natural logarithms of its
            positive values.
    """

    rows: int = 0
    nulls: dict[str, int] = field(default_factory=dict)
    categories: dict[str, dict[str, int]] = field(default_factory=dict)
    amounts: dict[str, tuple[int, float, float]] = field(default_factory=dict)

    def add(self, other: "Profile") -> None:
        self.rows += other.rows
        for column, rows in other.nulls.items():
            self.nulls[column] = self.nulls.get(column, 0) + rows
        for column, values in other.categories.items():
            mine = self.categories.setdefault(column, {})
            for value, rows in values.items():
                mine[value] = mine.get(value, 0) + rows
        for column, (count, total, squares) in other.amounts.items():
            known = self.amounts.get(column, (0, 0.0, 0.0))
            self.amounts[column] = (known[0] + count, known[1] + total, known[2] + squares)


@dataclass(frozen=True)
class Drift:
    """One warning: which column (empty: the rows themselves), what about it, and in words.

    ``size`` orders warnings of one kind: a share's shift, or the logarithm of a factor.
    """

    column: str
    kind: str
    text: str
    size: float


@dataclass(frozen=True)
class _Compared:
    """Some newest days as one, and the same days of each week before.

    ``season`` is how many times as many rows as usual the same days had a year ago, if known.
    """

    days: tuple[date, date]
    now: Profile
    past: tuple[Profile, ...]
    season: float = 1.0

    @property
    def when(self) -> str:
        first, last = self.days
        return f"on {first}" if first == last else f"from {first} to {last}"


def drifts(watch: Watch, profiles: Mapping[date, Profile]) -> tuple[Drift, ...]:
    """Warnings on the newest days of a feed, at most one for each column and kind.

    ``profiles`` are those of the newest days and the weeks before; a day without one had no row.
    """
    if not profiles:
        return ()
    found: dict[tuple[str, str], Drift] = {}
    for compared in _comparisons(profiles):
        for drift in _judge(watch, compared):
            known = found.get((drift.column, drift.kind))
            if known is None or drift.size > CLEARER * known.size:
                found[drift.column, drift.kind] = drift
    # where values have gone, their mix has changed as well: that is said already
    return tuple(
        drift
        for drift in found.values()
        if drift.kind != "mix" or (drift.column, "empty") not in found
    )


def days_needed(last: date) -> tuple[tuple[date, date], ...]:
    """First and last days of the spans that a judgement on ``last`` looks at."""
    first = last - timedelta(days=7 * WEEKS + NEWEST_DAYS - 1)
    return (first - YEAR, last - YEAR), (first, last)


def _comparisons(profiles: Mapping[date, Profile]) -> Iterator[_Compared]:
    """The longest windows first, so that a warning tells of all its days."""
    first, last = min(profiles), max(profiles)
    ends = [(last, length) for length in sorted(WINDOWS, reverse=True)]
    ends += [(last - timedelta(days=back), 1) for back in range(NEWEST_DAYS)]
    for end, length in ends:
        start = end - timedelta(days=length - 1)
        past = _weeks_before(profiles, start, length, first=first)
        if len(past) < FEWEST_WEEKS:
            continue
        yield _Compared(
            days=(start, end),
            now=_together(profiles, start, length),
            past=past,
            season=_season(profiles, start, length),
        )


def _weeks_before(
    profiles: Mapping[date, Profile], start: date, length: int, *, first: date
) -> tuple[Profile, ...]:
    starts = (start - timedelta(days=7 * week) for week in range(1, WEEKS + 1))
    return tuple(_together(profiles, day, length) for day in starts if day >= first)


def _season(profiles: Mapping[date, Profile], start: date, length: int) -> float:
    then = start - YEAR
    past = _weeks_before(profiles, then, length, first=min(profiles))
    usual = median(week.rows for week in past) if len(past) >= FEWEST_WEEKS else 0
    return _together(profiles, then, length).rows / usual if usual >= FEWEST_ROWS else 1.0


def _together(profiles: Mapping[date, Profile], start: date, length: int) -> Profile:
    total = Profile()
    for day in range(length):
        total.add(profiles.get(start + timedelta(days=day), Profile()))
    return total


def as_they_are(*columns: str) -> dict[str, str]:
    """Categories whose values are counted as they are."""
    return {column: column for column in columns}


def _judge(watch: Watch, compared: _Compared) -> Iterator[Drift]:
    yield from _volume(watch, compared)
    usual = median(week.rows for week in compared.past)
    if watch.in_bursts and compared.now.rows > 2 * usual:
        return
    yield from _nulls(watch, compared)
    for column in watch.categories:
        yield from _mix(compared, column, may_name=column in watch.named)
    for column in watch.amounts:
        yield from _amounts(compared, column)


def _volume(watch: Watch, compared: _Compared) -> Iterator[Drift]:
    past = [float(week.rows) for week in compared.past]
    now, usual = compared.now.rows, median(past)
    if usual < FEWEST_ROWS:
        return
    is_little = now <= LEAST_VOLUME * usual * min(compared.season, 1)
    is_much = now >= MOST_VOLUME * usual * max(compared.season, 1) and not watch.in_bursts
    if (is_little or is_much) and _is_unlike(now, past, chance=sqrt(usual)):
        text = f"{now:,} rows {compared.when}, usually {usual:,.0f} ({now / usual:.0%})"
        yield Drift("", "rows", text, abs(log(max(now, 0.5) / usual)))


def _nulls(watch: Watch, compared: _Compared) -> Iterator[Drift]:
    for column in sorted(compared.now.nulls.keys() - watch.may_be_empty):
        shift = _share_shift(compared, _rows_without(column))
        if shift and shift[0] > shift[1]:
            now, usual = shift
            text = (
                f"{column} is empty in {now:.0%} of the rows {compared.when}, usually {usual:.0%}"
            )
            yield Drift(column, "empty", text, now - usual)


def _rows_without(column: str) -> Callable[[Profile], int]:
    return lambda profile: profile.nulls.get(column, 0)


def _mix(compared: _Compared, column: str, *, may_name: bool) -> Iterator[Drift]:
    """The value whose share has changed most, if that is too much."""
    profiles = (compared.now, *compared.past)
    values = {value for profile in profiles for value in profile.categories.get(column, {})}
    shifts = []
    for value in sorted(values):
        shift = _share_shift(compared, _rows_with(column, value))
        if shift:
            shifts.append((abs(shift[0] - shift[1]), value, shift))
    if shifts:
        _, value, (now, usual) = max(shifts)
        name = f"'{value}'" if may_name else "one value"
        text = f"{column}: {name} has {now:.0%} of the rows {compared.when}, usually {usual:.0%}"
        yield Drift(column, "mix", text, abs(now - usual))


def _rows_with(column: str, value: str) -> Callable[[Profile], int]:
    return lambda profile: profile.categories.get(column, {}).get(value, 0)


def _share_shift(compared: _Compared, rows: Callable[[Profile], int]) -> tuple[float, float] | None:
    """The share now and the usual one, if they are too far apart to be chance."""
    past = [rows(week) / week.rows for week in compared.past if week.rows >= FEWEST_ROWS]
    count = compared.now.rows
    if count < FEWEST_ROWS or len(past) < FEWEST_WEEKS:
        return None
    now, usual = min(rows(compared.now) / count, 1.0), median(past)
    chance = sqrt(max(usual * (1 - usual), 1 / count) / count)
    if abs(now - usual) < MOST_SHARE_SHIFT or not _is_unlike(now, past, chance=chance):
        return None
    return now, usual


def _amounts(compared: _Compared, column: str) -> Iterator[Drift]:
    past = [logs[0] for logs in _typical((week for week in compared.past), column)]
    current = list(_typical([compared.now], column))
    if not current or len(past) < FEWEST_WEEKS:
        return
    (now, chance), usual = current[0], median(past)
    if abs(now - usual) >= log(MOST_AMOUNT_FACTOR) and _is_unlike(now, past, chance=chance):
        text = f"{column} is typically {exp(now):,.2f} {compared.when}, usually {exp(usual):,.2f}"
        yield Drift(column, "amount", text, abs(now - usual))


def _typical(profiles: Iterable[Profile], column: str) -> Iterator[tuple[float, float]]:
    """Mean of the logarithms of a column and its standard error, where there are values enough."""
    for profile in profiles:
        count, total, squares = profile.amounts.get(column, (0, 0.0, 0.0))
        if count >= FEWEST_ROWS:
            mean = total / count
            yield mean, sqrt(max(squares / count - mean * mean, 0.0) / count)


def _is_unlike(now: float, past: list[float], *, chance: float) -> bool:
    usual = median(past)
    spread = MAD_TO_SIGMA * median(abs(value - usual) for value in past)
    return abs(now - usual) > SIGMAS * max(spread, chance)
