"""The rules for one customer on one day, from nothing but the facts dated up to that day.

A day is an ``int`` here, the proleptic ordinal of its date: windows are then plain differences.
Every list of days is sorted, so "up to the day" is a bisection.

Which policy rules day t: of the rows of the customer's segment that are effective by t, the
latest. If there is none, of the rows of the segment ``default``. The customer's segment is that of
the first purchase, from the business date of that purchase on; before, it is ``default``.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

from tests.oracle.configuration import DEFAULT_SEGMENT, Policy
from tests.oracle.coverage import Coverage
from tests.oracle.days import CustomerDays

INACTIVE, CAPTIVE, ACTIVE, PASSIVE = "inactive", "captive", "active", "passive"
DISSATISFIED_DAYS = 180
REACTIVATED_DAYS = 90


class Rules:
    """One customer's facts up to D and the policies, ready to be asked about any day."""

    def __init__(
        self, customer: CustomerDays, policies: Sequence[Policy], coverage: Coverage
    ) -> None:
        self.first_event = customer.first_event_date.toordinal()
        self.purchases = _ordinals(customer.purchase_dates)
        self.subscriptions = _ordinals(customer.subscription_dates)
        self.dissatisfactions = _ordinals(sorted(customer.dissatisfaction_dates))
        self.engagements = _ordinals(customer.engagement_dates)
        self._running_points = [0]
        for day in customer.engagement_dates:
            self._running_points.append(self._running_points[-1] + customer.points[day])
        self._periods = {
            kind: sorted({period_of(day, kind) for day in self.purchases})
            for kind in ("month", "quarter")
        }
        self.coverage = coverage
        self._default = _by_effective_day(policies, DEFAULT_SEGMENT)
        self._own = _by_effective_day(policies, customer.segment)
        self.policies = [*self._default[1], *self._own[1]]

    def policy(self, day: int) -> Policy:
        """The policy row that rules the day."""
        for days, rows in (self._own, self._default) if self.has_bought(day) else (self._default,):
            count = bisect_right(days, day)
            if count:
                return rows[count - 1]
        raise LookupError(f"no policy of the segment {DEFAULT_SEGMENT} rules day {day}")

    def has_bought(self, day: int) -> bool:
        return bool(self.purchases) and self.purchases[0] <= day

    def last_purchase(self, day: int) -> int | None:
        count = self.purchase_days(day)
        return self.purchases[count - 1] if count else None

    def purchase_days(self, day: int) -> int:
        """Purchase days so far."""
        return bisect_right(self.purchases, day)

    def habit_count(self, day: int, policy: Policy, *, periods_earlier: int = 0) -> int:
        """Calendar periods with a purchase among the w complete ones before the day's own."""
        periods = self._periods[policy.habit_period]
        current = period_of(day, policy.habit_period) - periods_earlier
        return bisect_left(periods, current) - bisect_left(
            periods, current - policy.habit_window_periods
        )

    def is_habitual(self, day: int, policy: Policy) -> bool:
        """h periods, or h - 1 after at least h had been counted one period earlier."""
        required = policy.habit_periods_required
        count = self.habit_count(day, policy)
        return count >= required or (
            count >= required - 1 and self.habit_count(day, policy, periods_earlier=1) >= required
        )

    def is_subscribed(self, day: int, policy: Policy) -> bool:
        return _any_within(self.subscriptions, day, policy.subscription_valid_days)

    def points(self, day: int, policy: Policy) -> int:
        """Points earned in the engagement window that ends with the day."""
        until = bisect_right(self.engagements, day)
        before = bisect_right(self.engagements, day - policy.engagement_window_days)
        return self._running_points[until] - self._running_points[before]

    def is_measured(self, day: int, policy: Policy) -> bool:
        """Whether a whole engagement window has been observed by the day."""
        return self.coverage.is_measured(day, policy)

    def is_dissatisfied(self, day: int) -> bool:
        return _any_within(self.dissatisfactions, day, DISSATISFIED_DAYS)

    def is_at_risk(self, day: int, policy: Policy) -> bool:
        last = self.last_purchase(day)
        if last is None or self.status(day, policy) == INACTIVE:
            return False
        return day - last > policy.at_risk_after_days

    def status(self, day: int, policy: Policy) -> str:
        """The first rule that holds on the day."""
        last = self.last_purchase(day)
        if last is None or day - last > policy.inactive_after_days:
            return INACTIVE
        if self.is_habitual(day, policy) or self.is_subscribed(day, policy):
            return CAPTIVE
        if self.points(day, policy) >= policy.engagement_points_required:
            return ACTIVE
        return PASSIVE if self.is_measured(day, policy) else ACTIVE


@lru_cache(maxsize=100_000)
def period_of(day: int, kind: str) -> int:
    """Number of the calendar month or quarter that holds the day; neighbours differ by 1."""
    month_of_all_time = date.fromordinal(day).year * 12 + date.fromordinal(day).month - 1
    if kind == "month":
        return month_of_all_time
    if kind == "quarter":
        return month_of_all_time // 3
    raise ValueError(f"habit_period is {kind!r}; it is month or quarter")


def _any_within(days: list[int], day: int, window: int) -> bool:
    """Whether the latest of the days up to ``day`` is less than ``window`` days back."""
    count = bisect_right(days, day)
    return count > 0 and day - days[count - 1] < window


def _ordinals(days: Iterable[date]) -> list[int]:
    return [day.toordinal() for day in days]


def _by_effective_day(policies: Sequence[Policy], segment: str) -> tuple[list[int], list[Policy]]:
    rows = [row for row in policies if row.policy_segment == segment]
    rows.sort(key=lambda row: row.effective_from)
    return [row.effective_from.toordinal() for row in rows], rows
