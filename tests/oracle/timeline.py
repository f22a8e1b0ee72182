"""A customer's timeline: the rules asked day after day, equal days joined into intervals.

Sub-statuses, which look at the days before:

* inactive: ``never_purchased`` without a purchase so far, ``one_time`` with one purchase day so
  far, else ``lapsed_<status>``, the status on the day before this run of inactive days began.
* captive: ``hostage`` if dissatisfied on the day, else ``loyal``.
* active and passive: ``new`` with one purchase day so far; ``reactivated`` if this run of days that
  are not inactive follows an inactive day of somebody who had bought before, and began fewer than
  90 days ago; else ``recurring``.

An interval is a longest run of days with equal status, sub-status and policy version. Its cause is
the first that applies on its first day: first_event (the customer's first event day), purchase
(a purchase that day), engagement (points above 0 that day), dissatisfaction (one that day), policy
(another row rules than on the day before), measurement (engagement is measured and was not on the
day before, or the reverse), clock.

After D the same rules go on with no more events, while later policies do take effect, until nothing
can change any more: that is the forecast. The last interval is open.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import NamedTuple

from tests.oracle.configuration import Policy
from tests.oracle.days import CustomerDays, Facts, gather
from tests.oracle.people import Owner, OwnerOf, simple_owner
from tests.oracle.status import (
    CAPTIVE,
    DISSATISFIED_DAYS,
    INACTIVE,
    REACTIVATED_DAYS,
    Rules,
)
from tests.oracle.world import World

LONGEST_PERIOD_DAYS = {"month": 31, "quarter": 92}


class Day(NamedTuple):
    """What the customer is on one day (its ordinal), and which policy row says so."""

    day: int
    status: str
    sub_status: str
    policy: Policy


@dataclass(frozen=True, slots=True)
class Interval:
    """Days from ``valid_from`` until the one before ``valid_to`` (None: for ever)."""

    valid_from: date
    valid_to: date | None
    status: str
    sub_status: str
    policy_segment: str
    policy_effective_from: date
    change_cause: str

    def holds(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def timelines(world: World, owner_of: OwnerOf = simple_owner) -> dict[Owner, list[Interval]]:
    """Timeline and forecast of every customer with an event on or before D, in order of days."""
    facts = gather(world, owner_of)
    return {
        owner: timeline(customer, facts, world.policies)
        for owner, customer in facts.customers.items()
    }


def timeline(customer: CustomerDays, facts: Facts, policies: Sequence[Policy]) -> list[Interval]:
    rules = Rules(customer, policies, facts.coverage)
    last = last_day_of_change(rules, facts.as_of_date)
    return _intervals(rules, daily(rules, rules.first_event, last))


def daily(rules: Rules, first: int, last: int) -> Iterator[Day]:
    """Every day from the first event day on: ``first`` must be that day."""
    run_began, run_follows, was = first, None, None
    for day in range(first, last + 1):
        policy = rules.policy(day)
        status = rules.status(day, policy)
        if was is not None and (status == INACTIVE) != (was.status == INACTIVE):
            run_began, run_follows = day, was
        sub_status = _sub_status(rules, day, status, run_began, run_follows)
        was = Day(day, status, sub_status, policy)
        yield was


def _sub_status(
    rules: Rules, day: int, status: str, run_began: int, run_follows: Day | None
) -> str:
    """``run_follows`` is the day before the run of inactive (or other) days, None at the start."""
    purchase_days = rules.purchase_days(day)
    if status == INACTIVE:
        if purchase_days == 0:
            return "never_purchased"
        return "one_time" if purchase_days == 1 else f"lapsed_{run_follows.status}"
    if status == CAPTIVE:
        return "hostage" if rules.is_dissatisfied(day) else "loyal"
    if purchase_days == 1:
        return "new"
    follows_lapse = run_follows is not None and run_follows.sub_status != "never_purchased"
    return "reactivated" if follows_lapse and day - run_began < REACTIVATED_DAYS else "recurring"


def last_day_of_change(rules: Rules, as_of: int | date) -> int:
    """A day after which every day is like it: no window, policy or spell can end any more."""
    policies = rules.policies
    ends = [as_of.toordinal() if isinstance(as_of, date) else as_of]
    ends += [row.effective_from.toordinal() for row in policies]
    if rules.purchases:
        ends += [rules.purchases[-1] + _longest_purchase_window(row) for row in policies]
    if rules.engagements:
        ends += [rules.engagements[-1] + row.engagement_window_days for row in policies]
    if rules.dissatisfactions:
        ends.append(rules.dissatisfactions[-1] + DISSATISFIED_DAYS)
    for row in policies:
        turns = [(one.first, one.last + 1) for one in rules.coverage.unmeasured(row)]
        ends += [int(day) for turn in turns for day in turn if isfinite(day)]
    return max(ends) + REACTIVATED_DAYS + 1


def _longest_purchase_window(policy: Policy) -> int:
    # Two periods more than the window: the purchase's own, and the one that the count one period
    # earlier reaches back.
    habit = (policy.habit_window_periods + 2) * LONGEST_PERIOD_DAYS[policy.habit_period]
    return max(policy.inactive_after_days + 1, policy.subscription_valid_days, habit)


def _intervals(rules: Rules, days: Iterable[Day]) -> list[Interval]:
    starts: list[Day] = []
    for day in days:
        if not starts or day[1:] != starts[-1][1:]:
            starts.append(day)
    ends = [date.fromordinal(start.day) for start in starts[1:]] + [None]
    return [
        Interval(
            valid_from=date.fromordinal(start.day),
            valid_to=end,
            status=start.status,
            sub_status=start.sub_status,
            policy_segment=start.policy.policy_segment,
            policy_effective_from=start.policy.effective_from,
            change_cause=_cause(rules, start.day, start.policy),
        )
        for start, end in zip(starts, ends, strict=True)
    ]


def _cause(rules: Rules, day: int, policy: Policy) -> str:
    if day == rules.first_event:
        return "first_event"
    for cause, days in (
        ("purchase", rules.purchases),
        ("engagement", rules.engagements),
        ("dissatisfaction", rules.dissatisfactions),
    ):
        if day in days:
            return cause
    policy_before = rules.policy(day - 1)
    if policy != policy_before:
        return "policy"
    was_measured = rules.is_measured(day - 1, policy_before)
    return "clock" if rules.is_measured(day, policy) == was_measured else "measurement"
