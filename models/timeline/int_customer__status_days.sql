-- The days on which a customer's status, or what it rests on, changes; each with the
-- rule that holds from that day and the flags that say why.
with

    sweep as (
        select *
        from {{ ref("int_customer__sweep") }}
        where {{ in_slice("customer_key") }}
    ),

    policy_spans as (select * from {{ ref("int_policy__spans") }}),

    measured_intervals as (
        select * from {{ ref("int_engagement__measured_intervals") }}
    ),

    totals as (
        select
            customer_key,
            day,
            has_engagement,
            has_dissatisfaction,
            is_kept,
            purchase_days as purchase_days_today,
            cast(sum(purchase_days) over to_date as integer) as purchase_days,
            max(case when purchase_days > 0 then day end) over to_date
            as last_purchase_day,
            cast(sum(points) over to_date as decimal(18, 2)) as points,
            cast(sum(habit_periods) over to_date as integer) as habit_periods,
            cast(
                sum(earlier_habit_periods) over to_date as integer
            ) as earlier_habit_periods,
            cast(sum(subscriptions) over to_date as integer) as subscriptions,
            cast(sum(dissatisfactions) over to_date as integer) as dissatisfactions,
            cast(max(packed_span) over to_date % 100000 as integer) as span_number
        from sweep
        window
            to_date as (
                partition by customer_key
                order by day
                rows between unbounded preceding and current row
            )
    ),

    ruled as (
        select
            totals.*,
            measured_intervals.policy_number is not null as is_measured,
            totals.dissatisfactions > 0 as is_dissatisfied,
            -- none, one, more: all that sub-statuses ask
            least(totals.purchase_days, 2) as purchase_days_up_to_two,
            policy_spans.policy_number,
            case
                when totals.purchase_days = 0
                then 'inactive'
                when
                    totals.day - totals.last_purchase_day
                    > policy_spans.inactive_after_days
                then 'inactive'
                when
                    totals.habit_periods >= policy_spans.habit_periods_required
                    or (
                        totals.habit_periods >= policy_spans.habit_periods_required - 1
                        and totals.earlier_habit_periods
                        >= policy_spans.habit_periods_required
                    )
                    or totals.subscriptions > 0
                then 'captive'
                when
                    totals.points >= policy_spans.engagement_points_required
                    or measured_intervals.policy_number is null
                then 'active'
                else 'passive'
            end as status
        from totals
        inner join policy_spans on totals.span_number = policy_spans.span_number
        left join
            measured_intervals
            on policy_spans.policy_number = measured_intervals.policy_number
            and totals.day >= measured_intervals.measured_from
            and totals.day < measured_intervals.measured_to
    ),

    compared as (
        select
            *,
            lag(status) over by_day as previous_status,
            lag(policy_number) over by_day as previous_policy_number,
            lag(is_measured) over by_day as was_measured,
            lag(is_dissatisfied) over by_day as was_dissatisfied,
            lag(purchase_days_up_to_two) over by_day as previous_purchase_days_up_to_two
        from ruled
        window by_day as (partition by customer_key order by day)
    ),

    final as (
        select
            customer_key,
            day,
            status,
            previous_status,
            policy_number,
            is_dissatisfied,
            purchase_days_up_to_two,
            previous_purchase_days_up_to_two,
            case
                when previous_status is null
                then 'first_event'
                when purchase_days_today > 0
                then 'purchase'
                when has_engagement > 0
                then 'engagement'
                when has_dissatisfaction > 0
                then 'dissatisfaction'
                when policy_number <> previous_policy_number
                then 'policy'
                when is_measured <> was_measured
                then 'measurement'
                else 'clock'
            end as change_cause
        from compared
        where
            previous_status is null
            or status <> previous_status
            or policy_number <> previous_policy_number
            or is_dissatisfied <> was_dissatisfied
            or purchase_days_up_to_two <> previous_purchase_days_up_to_two
            or is_kept > 0
    )

select *
from final
