"""What the sentence about a customer must say, worked out from the plain reading."""

from dataclasses import dataclass
from datetime import date

from tests.oracle.configuration import Policy
from tests.oracle.coverage import Unmeasured
from tests.oracle.dates import dated_rows
from tests.oracle.days import Facts, gather, is_dissatisfied, is_refunded_in_full
from tests.oracle.mart import Measures, customer_measures
from tests.oracle.people import Owner, customer_key, simple_owner
from tests.oracle.records import Order
from tests.oracle.status import DISSATISFIED_DAYS, Rules
from tests.oracle.world import World


@dataclass(frozen=True)
class Sentence:
    """How the reason begins, the word for the period, every number in the order it is said (three
    for a date), and what else it names: a status, a feed."""

    beginning: str
    period: str
    numbers: list[int]
    named: str = ""


def read_sentences(world: World) -> dict[str, Sentence]:
    """By customer_key, in a world where every row alone says whose it is."""
    facts = gather(world)
    return {
        customer_key(owner): _sentence(
            owner, customer_measures(customer, facts, world), facts, world
        )
        for owner, customer in facts.customers.items()
    }


def _sentence(owner: Owner, row: Measures, facts: Facts, world: World) -> Sentence:
    day = facts.as_of_date.toordinal()
    rules = Rules(facts.customers[owner], world.policies, facts.coverage)
    policy = rules.policy(day)
    recency = [row.days_since_last_purchase, policy.inactive_after_days]
    habit = [policy.habit_window_periods, row.habit_periods, policy.habit_periods_required]
    if row.status == "inactive":
        since = row.status_since.toordinal()
        if not row.purchase_days:
            return Sentence("Inactive: no purchase", "", _date(since))
        beginning = "Inactive: days"
        return Sentence(beginning, "", [*recency, *_date(since - 1)], row.previous_status)
    recency += [policy.at_risk_after_days] if row.is_at_risk else []
    if row.status == "captive":
        signs = _signs_of_dissatisfaction(owner, world, facts)
        complaints = [DISSATISFIED_DAYS, signs] if signs else []
        if rules.is_habitual(day, policy):
            earlier = rules.habit_count(day, policy, periods_earlier=1)
            numbers = [*habit[:2], earlier, habit[2], *recency, *complaints]
            return Sentence("Captive by habit", policy.habit_period, numbers)
        contract = [day - rules.subscriptions[-1], policy.subscription_valid_days]
        return Sentence("Captive by contract", "", [*contract, *recency, *complaints])
    points = [row.engagement_points, policy.engagement_points_required]
    numbers = [policy.engagement_window_days, *points, *recency, *habit]
    if row.status == "active" and not row.is_engagement_measured:
        why = facts.coverage.why_unmeasured(day, policy)
        cause = min(why, key=lambda one: (-one.last, one.first, one.kind, one.feed or ""))
        numbers = [*_numbers_of(cause, facts, policy), *numbers]
        beginning = "Active: engagement is not measured ("
        return Sentence(beginning, policy.habit_period, numbers, cause.feed or "")
    return Sentence(f"{row.status.title()}: engagement points", policy.habit_period, numbers)


def _numbers_of(cause: Unmeasured, facts: Facts, policy: Policy) -> list[int]:
    """The dates, and the window, that say why engagement is not measured."""
    if cause.kind == "too_early":
        start = _date(facts.coverage.observed_from(policy))
        return [*start, policy.engagement_window_days, *_date(cause.last + 1)]
    if cause.kind == "silent":
        return _date(cause.row_before)
    if cause.kind == "was_silent":
        days = (cause.row_before, cause.row_after, cause.last + 1)
        return [number for day in days for number in _date(day)]
    return []


def _date(day: float) -> list[int]:
    found = date.fromordinal(int(day))
    return [found.year, found.month, found.day]


def _signs_of_dissatisfaction(owner: Owner, world: World, facts: Facts) -> int:
    """Events, not days: a day may hold several."""
    types = {row.touch_type: row for row in world.touch_types}
    rows = dated_rows(world)
    recent = [
        row
        for day, row in [*rows.orders, *rows.touches]
        if 0 <= (facts.as_of_date - day).days < DISSATISFIED_DAYS and simple_owner(row) == owner
    ]
    return sum(
        is_refunded_in_full(row)
        if isinstance(row, Order)
        else is_dissatisfied(row, types[row.touch_type])
        for row in recent
    )
