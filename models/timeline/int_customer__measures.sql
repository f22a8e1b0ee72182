-- What each customer's status rests on, counted afresh on the as-of date from the
-- facts, not carried over from the timeline, so that the one can be checked against the
-- other.
with

    run as (select * from {{ ref("int_run__as_of") }}),

    timeline as (select * from {{ ref("int_customer__timeline") }}),

    policies as (
        select distinct
            policy_segment,
            policy_effective_from,
            inactive_after_days,
            at_risk_after_days,
            engagement_window_days,
            engagement_points_required,
            habit_period,
            habit_window_periods,
            habit_periods_required,
            subscription_valid_days
        from {{ ref("int_policy__spans") }}
    ),

    coverage as (select * from {{ ref("int_engagement__coverage") }}),

    customers as (
        select
            timeline.customer_key,
            run.as_of_date,
            policies.policy_segment,
            policies.policy_effective_from,
            policies.inactive_after_days,
            policies.at_risk_after_days,
            policies.engagement_window_days,
            policies.engagement_points_required,
            policies.habit_period,
            policies.habit_window_periods,
            policies.habit_periods_required,
            policies.subscription_valid_days,
            coverage.is_measured as is_engagement_measured,
            coverage.unmeasured_kind,
            coverage.feed as unmeasured_feed,
            coverage.observed_from_date,
            coverage.row_before_date,
            coverage.row_after_date,
            coverage.measured_again_date
        from timeline
        cross join run
        inner join
            policies
            on timeline.policy_segment = policies.policy_segment
            and timeline.policy_effective_from = policies.policy_effective_from
        inner join
            coverage
            on timeline.policy_segment = coverage.policy_segment
            and timeline.policy_effective_from = coverage.policy_effective_from
        where
            timeline.valid_from <= run.as_of_date
            and (timeline.valid_to is null or timeline.valid_to > run.as_of_date)
    ),

    lifetimes as (select * from {{ ref("int_customer__lifetime") }}),

    -- no window reaches farther back
    reach as (
        select
            max(
                greatest(
                    {{ var("revenue_window_days") }},
                    {{ var("dissatisfaction_window_days") }},
                    coalesce(engagement_window_days, 0),
                    -- a period has 92 days at most
                    92 * (coalesce(habit_window_periods, 0) + 2)
                )
            ) as reach_days
        from policies
    ),

    recent_days as (
        select
            customers.customer_key,
            days.purchases,
            days.net_amount,
            days.engagement_points,
            days.dissatisfactions,
            {{ day_number("customers.as_of_date") }}
            - {{ day_number("days.activity_date") }} as days_ago,
            customers.engagement_window_days,
            customers.habit_window_periods,
            {{ period_number("customers.as_of_date", "customers.habit_period") }}
            - {{ period_number("days.activity_date", "customers.habit_period") }}
            as periods_ago
        from {{ ref("fct_customer_day") }} as days
        inner join customers on days.customer_key = customers.customer_key
        where
            days.activity_date <= (select run.as_of_date from run)
            and days.activity_date > (
                select
                    {{
                        day_from_number(
                            day_number("run.as_of_date") ~ " - reach.reach_days"
                        )
                    }}
                from run
                cross join reach
            )
            and (
                days.purchases > 0
                or days.engagement_points > 0
                or days.dissatisfactions > 0
            )
    ),

    recent as (
        select
            customer_key,
            sum(
                case
                    when days_ago < {{ var("revenue_window_days") }}
                    then net_amount
                    else 0
                end
            ) as revenue_365d,
            sum(
                case
                    when days_ago < {{ var("revenue_window_days") }}
                    then purchases
                    else 0
                end
            ) as orders_365d,
            count(
                distinct case
                    when
                        purchases > 0 and periods_ago between 1 and habit_window_periods
                    then periods_ago
                end
            ) as habit_periods,
            count(
                distinct case
                    when
                        purchases > 0
                        and periods_ago between 2 and habit_window_periods + 1
                    then periods_ago
                end
            ) as earlier_habit_periods,
            sum(
                case
                    when days_ago < engagement_window_days then engagement_points else 0
                end
            ) as engagement_points,
            sum(
                case
                    when days_ago < {{ var("dissatisfaction_window_days") }}
                    then dissatisfactions
                    else 0
                end
            ) as dissatisfactions
        from recent_days
        group by customer_key
    ),

    final as (
        select
            customers.*,
            lifetimes.first_purchase_date,
            lifetimes.last_purchase_date,
            {{ day_number("customers.as_of_date") }}
            - {{ day_number("lifetimes.last_purchase_date") }}
            as days_since_last_purchase,
            {{ day_number("customers.as_of_date") }}
            - {{ day_number("lifetimes.last_subscription_date") }}
            as days_since_subscription,
            lifetimes.purchase_days,
            lifetimes.orders,
            lifetimes.net_revenue,
            lifetimes.average_order_value,
            lifetimes.median_days_between_purchases,
            case
                when lifetimes.purchase_days > 0 then coalesce(recent.revenue_365d, 0)
            end as revenue_365d,
            coalesce(recent.orders_365d, 0) as orders_365d,
            coalesce(recent.habit_periods, 0) as habit_periods,
            coalesce(recent.earlier_habit_periods, 0) as earlier_habit_periods,
            coalesce(recent.engagement_points, 0) as engagement_points,
            lifetimes.last_engagement_date,
            coalesce(recent.dissatisfactions, 0) as dissatisfactions,
            lifetimes.offer_response_rate,
            lifetimes.feedback_count,
            lifetimes.referral_count,
            lifetimes.average_score,
            lifetimes.digital_share
        from customers
        inner join lifetimes on customers.customer_key = lifetimes.customer_key
        left join recent on customers.customer_key = recent.customer_key
    )

select *
from final
