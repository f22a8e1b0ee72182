-- Everything that can change a customer's status, as changes to running totals. An
-- event adds to its window's total on the day it enters and takes the same away on the
-- day it leaves, so that running sums answer every day, the ones to come included,
-- without a row per day. Windows are cut at the ends of policy spans, because each
-- policy has windows of its own.
with

    customer_days as (
        select
            customer_key,
            {{ day_number("activity_date") }} as day,
            purchases,
            subscription_purchases,
            engagement_points,
            dissatisfactions,
            activity_date
        from {{ rows_to_make(ref("fct_customer_day"), ref("chg_timeline_days")) }}
        where
            customer_key not in ('unknown', 'erased')
            and activity_date <= (select as_of_date from {{ ref("int_run__as_of") }})
            and (purchases > 0 or engagement_points > 0 or dissatisfactions > 0)
            and {{ in_slice("customer_key") }}
    ),

    spans as (
        select *
        from {{ ref("int_customer__spans") }}
        where {{ in_slice("customer_key") }}
    ),

    measurement_days as (
        select policy_number, measured_from as measurement_day
        from {{ ref("int_engagement__measured_intervals") }}
        union
        select policy_number, measured_to as measurement_day
        from {{ ref("int_engagement__measured_intervals") }}
    ),

    measurements as (
        select spans.customer_key, measurement_days.measurement_day
        from spans
        inner join
            measurement_days
            on spans.policy_number = measurement_days.policy_number
            and spans.span_from < measurement_days.measurement_day
            and spans.span_to > measurement_days.measurement_day
    ),

    shortest_limit as (
        select min(inactive_after_days) as inactive_after_days
        from {{ ref("int_policy__spans") }}
    ),

    purchase_days as (
        select
            *,
            lag(day) over (partition by customer_key order by day) as previous_day,
            lead(day) over (partition by customer_key order by day) as next_day
        from customer_days
        where purchases > 0
    ),

    purchases as (
        select
            purchase_days.customer_key,
            purchase_days.activity_date,
            purchase_days.day,
            purchase_days.next_day,
            purchase_days.subscription_purchases,
            spans.span_from,
            spans.span_to,
            spans.inactive_after_days,
            spans.habit_period,
            spans.habit_window_periods,
            spans.subscription_valid_days
        from purchase_days
        inner join spans on purchase_days.customer_key = spans.customer_key
        where purchase_days.day < spans.span_to
    ),

    engagements as (
        select
            customer_days.customer_key,
            customer_days.day,
            customer_days.engagement_points,
            spans.span_from,
            spans.span_to,
            spans.engagement_window_days
        from customer_days
        inner join spans on customer_days.customer_key = spans.customer_key
        where
            customer_days.engagement_points > 0
            and customer_days.day < spans.span_to
            and customer_days.day + spans.engagement_window_days > spans.span_from
    ),

    subscriptions as (
        select *
        from purchases
        where subscription_purchases > 0 and day + subscription_valid_days > span_from
    ),

    -- A period with a purchase counts in the periods after it; `lag_periods` 1 is the
    -- count taken on a day, 2 the count that was taken one period earlier.
    periods as (
        select distinct
            customer_key,
            span_from,
            span_to,
            habit_period,
            habit_window_periods,
            {{ period_number("activity_date", "habit_period") }} as period
        from purchases
    ),

    lagged_periods as (
        select *, 1 as lag_periods
        from periods
        union all
        select *, 2 as lag_periods
        from periods
    ),

    period_windows as (
        select
            customer_key,
            span_from,
            span_to,
            case when lag_periods = 1 then 1 else 0 end as current_count,
            case when lag_periods = 2 then 1 else 0 end as earlier_count,
            {{ period_start_day_number("(period + lag_periods)", "habit_period") }}
            as enters_on,
            {{
                period_start_day_number(
                    "(period + lag_periods + habit_window_periods)", "habit_period"
                )
            }} as leaves_on
        from lagged_periods
    ),

    habits as (
        select *
        from period_windows
        where enters_on < span_to and leaves_on > span_from and enters_on < leaves_on
    ),

    changes as (
        -- policy spans begin; the latest span is the greatest number, for its day leads
        select
            {{
                sweep_change(
                    "span_from",
                    {
                        "packed_span": "(cast(span_from as bigint) + 1000000) * 100000 + span_number",
                    },
                )
            }}
        from spans
        union all
        -- the end of a buying spell's first days, if a policy began the spell
        select
            {{
                sweep_change(
                    "span_from + " ~ var("reactivated_days"), {"is_kept": "1"}
                )
            }}
        from spans
        where span_from > first_event_day
        union all
        -- engagement becomes measured or unmeasured
        select {{ sweep_change("measurement_day", {}) }}
        from measurements
        union all
        -- purchases
        select {{ sweep_change("day", {"purchase_days": "1"}) }}
        from purchase_days
        union all
        -- the end of a buying spell's first days, if this purchase began the spell
        select {{ sweep_change("day + " ~ var("reactivated_days"), {"is_kept": "1"}) }}
        from purchase_days
        where day - previous_day > (select inactive_after_days from shortest_limit)
        union all
        -- recency runs out, unless the next purchase comes in time
        select {{ sweep_change("day + inactive_after_days + 1", {}) }}
        from purchases
        where
            day + inactive_after_days + 1 >= span_from
            and day + inactive_after_days + 1 < span_to
            and (next_day is null or next_day > day + inactive_after_days)
        union all
        -- engagement points
        select
            {{
                sweep_change(
                    "greatest(day, span_from)",
                    {
                        "points": "engagement_points",
                        "has_engagement": "case when day >= span_from then 1 else 0 end",
                    },
                )
            }}
        from engagements
        union all
        select
            {{
                sweep_change(
                    "least(day + engagement_window_days, span_to)",
                    {"points": "-engagement_points"},
                )
            }}
        from engagements
        union all
        -- subscriptions
        select {{ sweep_change("greatest(day, span_from)", {"subscriptions": "1"}) }}
        from subscriptions
        union all
        select
            {{
                sweep_change(
                    "least(day + subscription_valid_days, span_to)",
                    {"subscriptions": "-1"},
                )
            }}
        from subscriptions
        union all
        -- periods with a purchase
        select
            {{
                sweep_change(
                    "greatest(enters_on, span_from)",
                    {
                        "habit_periods": "current_count",
                        "earlier_habit_periods": "earlier_count",
                    },
                )
            }}
        from habits
        union all
        select
            {{
                sweep_change(
                    "least(leaves_on, span_to)",
                    {
                        "habit_periods": "-current_count",
                        "earlier_habit_periods": "-earlier_count",
                    },
                )
            }}
        from habits
        union all
        -- dissatisfaction
        select
            {{
                sweep_change(
                    "day", {"dissatisfactions": "1", "has_dissatisfaction": "1"}
                )
            }}
        from customer_days
        where dissatisfactions > 0
        union all
        select
            {{
                sweep_change(
                    "day + " ~ var("dissatisfaction_window_days"),
                    {"dissatisfactions": "-1"},
                )
            }}
        from customer_days
        where dissatisfactions > 0
    ),

    final as (
        select
            customer_key,
            day,
            cast(sum(purchase_days) as integer) as purchase_days,
            cast(sum(points) as decimal(18, 2)) as points,
            cast(sum(habit_periods) as integer) as habit_periods,
            cast(sum(earlier_habit_periods) as integer) as earlier_habit_periods,
            cast(sum(subscriptions) as integer) as subscriptions,
            cast(sum(dissatisfactions) as integer) as dissatisfactions,
            cast(max(has_engagement) as integer) as has_engagement,
            cast(max(has_dissatisfaction) as integer) as has_dissatisfaction,
            cast(max(packed_span) as bigint) as packed_span,
            cast(max(is_kept) as integer) as is_kept
        from changes
        group by customer_key, day
    )

select *
from final
