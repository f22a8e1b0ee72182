"""Breakages of policies and of the four statuses."""

from tests.mutations.mutation import Mutation

POLICIES = "models/timeline/int_policy__spans.sql"
SPANS = "models/timeline/int_customer__spans.sql"
SWEEP = "models/timeline/int_customer__sweep.sql"
DAYS = "models/timeline/int_customer__status_days.sql"
TIME = "macros/engine/time.sql"

POLICY_RULES = (
    Mutation(
        "a policy rules from the day on which it takes effect",
        POLICIES,
        '{{ day_number("numbered.effective_from") }}',
        '({{ day_number("numbered.effective_from") }} + 1)',
        everywhere=True,
    ),
    Mutation(
        "until a segment's first row, the default rows rule",
        POLICIES,
        "and status_policy.effective_from < own_start.first_effective_from",
        "and false",
    ),
    Mutation(
        "the first purchase names the segment, not the last",
        SPANS,
        "min(case when purchases > 0 then activity_date end)",
        "max(case when purchases > 0 then activity_date end)",
    ),
    Mutation(
        "of a day's purchases the earliest is the first",
        SPANS,
        "order by orders.ordered_at, orders.order_id",
        "order by orders.ordered_at desc, orders.order_id",
    ),
    Mutation(
        "of one instant's purchases that of the least order_id is the first",
        SPANS,
        "order by orders.ordered_at, orders.order_id",
        "order by orders.ordered_at, orders.order_id desc",
    ),
    Mutation(
        "the first purchase is that of the earliest day, whatever its instant",
        SPANS,
        "and orders.order_date = customers.first_purchase_date",
        "",
    ),
    Mutation(
        "only a purchase names the segment",
        SPANS,
        '{{ ref("fct_orders") }} where is_purchase',
        '{{ ref("fct_orders") }}',
    ),
    Mutation(
        "before the first purchase a customer is of the default segment",
        SPANS,
        '{{ day_number("customers.first_purchase_date") }}',
        '{{ day_number("customers.first_event_date") }}',
    ),
    Mutation(
        "a segment without rows is ruled as the default one",
        SPANS,
        "coalesce(segments.segment, 'default')",
        "coalesce(first_orders.policy_segment, 'default')",
    ),
    Mutation(
        "a new policy does not rewrite the past: points",
        SWEEP,
        '"least(day + engagement_window_days, span_to)"',
        '"day + engagement_window_days"',
    ),
    Mutation(
        "a new policy does not rewrite the past: subscriptions",
        SWEEP,
        '"least(day + subscription_valid_days, span_to)"',
        '"day + subscription_valid_days"',
    ),
    Mutation(
        "a new policy does not rewrite the past: habits",
        SWEEP,
        '"least(leaves_on, span_to)"',
        '"leaves_on"',
    ),
)

STATUS_RULES = (
    Mutation(
        "who has not bought is inactive",
        DAYS,
        "when totals.purchase_days = 0 then",
        "when false then",
    ),
    Mutation(
        "as many days as the limit are not too many",
        DAYS,
        "> policy_spans.inactive_after_days",
        ">= policy_spans.inactive_after_days",
    ),
    Mutation(
        "recency runs out the day after the limit",
        SWEEP,
        'sweep_change("day + inactive_after_days + 1", {})',
        'sweep_change("day + inactive_after_days", {})',
    ),
    Mutation(
        "inactive comes before captive",
        DAYS,
        "> policy_spans.inactive_after_days",
        "> policy_spans.inactive_after_days and totals.subscriptions = 0",
    ),
    Mutation(
        "h periods make a habit",
        DAYS,
        "totals.habit_periods >= policy_spans.habit_periods_required or",
        "totals.habit_periods > policy_spans.habit_periods_required or",
    ),
    Mutation(
        "one period fewer keeps a habit",
        DAYS,
        ">= policy_spans.habit_periods_required - 1",
        ">= policy_spans.habit_periods_required",
    ),
    Mutation(
        "two periods fewer do not keep a habit",
        DAYS,
        ">= policy_spans.habit_periods_required - 1",
        ">= policy_spans.habit_periods_required - 2",
        equivalent="a window that moves on by one period loses one purchase period at most",
    ),
    Mutation(
        "h periods counted one period earlier keep a habit",
        DAYS,
        "and totals.earlier_habit_periods >=",
        "and totals.earlier_habit_periods >",
    ),
    Mutation(
        "only a habit of one period earlier is kept",
        DAYS,
        "and totals.earlier_habit_periods >= policy_spans.habit_periods_required",
        "",
    ),
    Mutation(
        "only complete periods count",
        SWEEP,
        '"(period + lag_periods)"',
        '"(period + lag_periods - 1)"',
    ),
    Mutation(
        "w periods count, not one more",
        SWEEP,
        '"(period + lag_periods + habit_window_periods)"',
        '"(period + lag_periods + habit_window_periods + 1)"',
    ),
    Mutation(
        "a period may be a quarter",
        TIME,
        "when {{ habit_period }} = 'quarter'",
        "when false",
        everywhere=True,
    ),
    Mutation(
        "a subscription makes captive",
        DAYS,
        "or totals.subscriptions > 0",
        "or false",
    ),
    Mutation(
        "a subscription binds for so many days, its own included",
        SWEEP,
        '"least(day + subscription_valid_days, span_to)"',
        '"least(day + subscription_valid_days + 1, span_to)"',
    ),
    Mutation(
        "only a purchase under a subscription binds",
        "models/core/fct_customer_day.sql",
        "case when is_purchase and is_subscription then 1",
        "case when is_subscription then 1",
    ),
    Mutation(
        "points as required make active",
        DAYS,
        "totals.points >= policy_spans.engagement_points_required",
        "totals.points > policy_spans.engagement_points_required",
    ),
    Mutation(
        "points count for so many days, their own included",
        SWEEP,
        '"least(day + engagement_window_days, span_to)"',
        '"least(day + engagement_window_days + 1, span_to)"',
    ),
)
