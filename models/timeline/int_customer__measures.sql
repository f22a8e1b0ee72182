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
            subscription_valid_days,
            measured_on
        from {{ ref("int_policy__spans") }}
    ),

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
            coalesce(
                {{ day_number("run.as_of_date") }} >= policies.measured_on, false
            ) as is_engagement_measured
        from timeline
        cross join run
        inner join
            policies
            on timeline.policy_segment = policies.policy_segment
            and timeline.policy_effective_from = policies.policy_effective_from
        where
            timeline.valid_from <= run.as_of_date
            and (timeline.valid_to is null or timeline.valid_to > run.as_of_date)
    ),

    customer_days as (
        select
            customers.customer_key,
            days.activity_date,
            days.purchases,
            days.subscription_purchases,
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
        inner join
            customers
            on days.customer_key = customers.customer_key
            and days.activity_date <= customers.as_of_date
        where
            days.purchases > 0
            or days.engagement_points > 0
            or days.dissatisfactions > 0
    ),

    purchase_days as (
        select
            customer_key,
            activity_date,
            days_ago,
            purchases,
            subscription_purchases,
            net_amount,
            case
                when periods_ago between 1 and habit_window_periods then periods_ago
            end as counted_period,
            case
                when periods_ago between 2 and habit_window_periods + 1 then periods_ago
            end as earlier_counted_period,
            lag(days_ago) over (partition by customer_key order by activity_date)
            - days_ago as gap_days
        from customer_days
        where purchases > 0
    ),

    purchases as (
        select
            customer_key,
            min(activity_date) as first_purchase_date,
            max(activity_date) as last_purchase_date,
            min(days_ago) as days_since_last_purchase,
            min(
                case when subscription_purchases > 0 then days_ago end
            ) as days_since_subscription,
            count(*) as purchase_days,
            sum(purchases) as orders,
            sum(net_amount) as net_revenue,
            {{ median("gap_days") }} as median_days_between_purchases,
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
            count(distinct counted_period) as habit_periods,
            count(distinct earlier_counted_period) as earlier_habit_periods
        from purchase_days
        group by customer_key
    ),

    engagement as (
        select
            customer_key,
            sum(
                case
                    when days_ago < engagement_window_days then engagement_points else 0
                end
            ) as engagement_points,
            max(
                case when engagement_points > 0 then activity_date end
            ) as last_engagement_date,
            sum(
                case
                    when days_ago < {{ var("dissatisfaction_window_days") }}
                    then dissatisfactions
                    else 0
                end
            ) as dissatisfactions
        from customer_days
        group by customer_key
    ),

    touches as (
        select
            touches.customer_key,
            touches.touch_kind,
            touches.touch_type,
            touches.score,
            touches.touched_at,
            touches.direction,
            touches.offer_id,
            touches.campaign_id
        from {{ ref("fct_crm_touches") }} as touches
        cross join run
        where
            touches.touch_date <= run.as_of_date
            and touches.customer_key not in ('unknown', 'erased')
    ),

    feedback as (
        select
            customer_key,
            sum(case when touch_kind = 'feedback' then 1 else 0 end) as feedback_count,
            sum(case when touch_kind = 'referral' then 1 else 0 end) as referral_count,
            {{ safe_ratio("sum(score)", "count(score)", 2) }} as average_score
        from touches
        group by customer_key
    ),

    -- An offer goes by its offer_id or, without one, by its campaign. It is answered
    -- when the customer responds naming it, at or after it was first made.
    made as (
        select
            customer_key,
            coalesce(offer_id, campaign_id) as offer,
            min(touched_at) as made_at
        from touches
        where
            touch_kind = 'company'
            and direction = 'outbound'
            and coalesce(offer_id, campaign_id) is not null
        group by customer_key, coalesce(offer_id, campaign_id)
    ),

    answered as (
        select customer_key, offer_id as offer, max(touched_at) as answered_at
        from touches
        where touch_kind = 'response' and offer_id is not null
        group by customer_key, offer_id
        union all
        select customer_key, campaign_id as offer, max(touched_at) as answered_at
        from touches
        where touch_kind = 'response' and campaign_id is not null
        group by customer_key, campaign_id
    ),

    offers as (
        select
            made.customer_key,
            made.offer,
            max(
                case when answered.answered_at >= made.made_at then 1 else 0 end
            ) as is_answered
        from made
        left join
            answered
            on made.customer_key = answered.customer_key
            and made.offer = answered.offer
        group by made.customer_key, made.offer
    ),

    offer_responses as (
        select
            customer_key,
            {{ safe_ratio("sum(is_answered)", "count(*)") }} as offer_response_rate
        from offers
        group by customer_key
    ),

    channels as (
        select
            orders.customer_key,
            {{
                safe_ratio(
                    "sum(case when channel.is_digital then 1 else 0 end)",
                    "count(channel.is_digital)",
                )
            }} as digital_share
        from {{ ref("fct_orders") }} as orders
        cross join run
        inner join
            {{ ref("dim_channel") }} as channel
            on orders.channel_key = channel.channel_key
        where orders.is_purchase and orders.order_date <= run.as_of_date
        group by orders.customer_key
    ),

    final as (
        select
            customers.*,
            purchases.first_purchase_date,
            purchases.last_purchase_date,
            purchases.days_since_last_purchase,
            purchases.days_since_subscription,
            coalesce(purchases.purchase_days, 0) as purchase_days,
            coalesce(purchases.orders, 0) as orders,
            purchases.net_revenue,
            {{ safe_ratio("purchases.net_revenue", "purchases.orders", 2) }}
            as average_order_value,
            purchases.median_days_between_purchases,
            purchases.revenue_365d,
            coalesce(purchases.orders_365d, 0) as orders_365d,
            coalesce(purchases.habit_periods, 0) as habit_periods,
            coalesce(purchases.earlier_habit_periods, 0) as earlier_habit_periods,
            coalesce(engagement.engagement_points, 0) as engagement_points,
            engagement.last_engagement_date,
            coalesce(engagement.dissatisfactions, 0) as dissatisfactions,
            offer_responses.offer_response_rate,
            coalesce(feedback.feedback_count, 0) as feedback_count,
            coalesce(feedback.referral_count, 0) as referral_count,
            feedback.average_score,
            channels.digital_share
        from customers
        left join purchases on customers.customer_key = purchases.customer_key
        left join engagement on customers.customer_key = engagement.customer_key
        left join feedback on customers.customer_key = feedback.customer_key
        left join
            offer_responses on customers.customer_key = offer_responses.customer_key
        left join channels on customers.customer_key = channels.customer_key
    )

select *
from final
