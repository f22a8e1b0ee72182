"""What the sentence about a customer must say, worked out from the plain reading."""

from dataclasses import dataclass

from tests.oracle.dates import dated_rows
from tests.oracle.days import Facts, gather, is_dissatisfied, is_refunded_in_full
from tests.oracle.mart import Measures, customer_measures
from tests.oracle.people import Owner, customer_key, simple_owner
from tests.oracle.records import Order
from tests.oracle.status import DISSATISFIED_DAYS, Rules
from tests.oracle.world import World


@dataclass(frozen=True)
class Sentence:
    """How the reason begins, the word for the period, and every number in the order it is said."""

    beginning: str
    period: str
    numbers: list[int]


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
    rules = Rules(facts.customers[owner], world.policies, facts.measured_from)
    policy = rules.policy(day)
    recency = [row.days_since_last_purchase, policy.inactive_after_days]
    habit = [policy.habit_window_periods, row.habit_periods, policy.habit_periods_required]
    if row.status == "inactive":
        words = "Inactive: days" if row.purchase_days else "Inactive: no purchase"
        return Sentence(words, "", recency if row.purchase_days else [])
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
    if row.status == "active" and not row.is_engagement_measured:
        points = []
    numbers = [policy.engagement_window_days, *points, *recency, *habit]
    return Sentence(f"{row.status.title()}: ", policy.habit_period, numbers)


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
