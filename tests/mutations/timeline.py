"""Breakages of sub-statuses, intervals and their causes."""

from tests.mutations.mutation import Mutation

SWEEP = "models/timeline/int_customer__sweep.sql"
DAYS = "models/timeline/int_customer__status_days.sql"
TIMELINE = "models/timeline/int_customer__timeline.sql"
RUNS = "models/timeline/int_customer__status_runs.sql"
HISTORY = "models/timeline/fct_customer_status_history.sql"

SUB_STATUS_RULES = (
    Mutation(
        "one_time: one purchase day so far",
        TIMELINE,
        "carried.status = 'inactive' and carried.purchase_days_up_to_two = 1",
        "false",
    ),
    Mutation(
        "lapsed: the status just before the last lapse",
        TIMELINE,
        "max(packed_lapse)",
        "min(packed_lapse)",
    ),
    Mutation(
        "hostage: dissatisfied on the day",
        TIMELINE,
        "carried.status = 'captive' and carried.is_dissatisfied",
        "false",
    ),
    Mutation(
        "new wins over reactivated",
        TIMELINE,
        "when carried.purchase_days_up_to_two = 1 then",
        "when carried.purchase_days_up_to_two = 1 and carried.spell_from is null then",
    ),
    Mutation(
        "reactivated: the first 90 days",
        TIMELINE,
        'carried.day - carried.spell_from < {{ var("reactivated_days") }}',
        'carried.day - carried.spell_from <= {{ var("reactivated_days") }}',
    ),
    Mutation(
        "the 90 days end on their day, after a purchase",
        SWEEP,
        'sweep_change("day + " ~ var("reactivated_days"), {"is_kept": "1"})',
        'sweep_change("day + 1 + " ~ var("reactivated_days"), {"is_kept": "1"})',
    ),
    Mutation(
        "the 90 days end on their day, after a policy began the spell",
        SWEEP,
        '"span_from + " ~ var("reactivated_days"), {"is_kept": "1"}',
        '"span_from + " ~ var("reactivated_days"), {}',
    ),
    Mutation(
        "a gap longer than any limit may begin a spell",
        SWEEP,
        "select min(inactive_after_days) as",
        "select max(inactive_after_days) as",
    ),
    Mutation(
        "a first purchase is no return",
        TIMELINE,
        "and status_days.previous_purchase_days_up_to_two > 0",
        "",
    ),
    Mutation("the latest return counts", TIMELINE, "max(spell_day)", "min(spell_day)"),
)

TIMELINE_RULES = (
    Mutation(
        "another ruling policy row begins an interval",
        TIMELINE,
        "or policy_number <> previous_policy_number",
        "or false",
    ),
    Mutation(
        "another sub-status begins an interval",
        TIMELINE,
        "or sub_status <> previous_sub_status",
        "or false",
    ),
    Mutation(
        "the first event is the first cause",
        DAYS,
        "when previous_status is null then 'first_event'",
        "when previous_status is null and purchase_days_today = 0 then 'first_event'",
    ),
    Mutation(
        "purchase goes before engagement",
        DAYS,
        "when purchase_days_today > 0 then",
        "when purchase_days_today > 0 and has_engagement = 0 then",
    ),
    Mutation(
        "engagement goes before dissatisfaction",
        DAYS,
        "when has_engagement > 0 then",
        "when has_engagement > 0 and has_dissatisfaction = 0 then",
    ),
    Mutation(
        "dissatisfaction goes before policy",
        DAYS,
        "when has_dissatisfaction > 0 then",
        "when has_dissatisfaction > 0 and policy_number = previous_policy_number then",
    ),
    Mutation(
        "policy goes before measurement",
        DAYS,
        "when policy_number <> previous_policy_number then",
        "when policy_number <> previous_policy_number and is_measured = was_measured then",
    ),
    Mutation(
        "measurement goes before clock",
        DAYS,
        "when is_measured <> was_measured then",
        "when false then",
    ),
    Mutation(
        "engagement is a cause on its own day only",
        SWEEP,
        "case when day >= span_from then 1 else 0 end",
        "1",
    ),
    Mutation(
        "a later measurement is a cause on its day",
        SWEEP,
        'select {{ sweep_change("measurement_day", {}) }}',
        'select {{ sweep_change("measurement_day + 1", {}) }}',
    ),
    Mutation(
        "status_since and next_status look at statuses, not at sub-statuses",
        RUNS,
        "where previous_status is null or status <> previous_status",
        "where true",
    ),
    Mutation(
        "an interval that ends on D holds D no more",
        HISTORY,
        "or timeline.valid_to > run.as_of_date",
        "or timeline.valid_to >= run.as_of_date",
    ),
)
