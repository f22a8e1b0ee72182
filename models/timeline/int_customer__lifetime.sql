{{
    config(
        materialized="incremental",
        incremental_strategy="scoped",
        unique_key=["customer_key"],
        meta={"scope": "chg_customers"},
    )
}}

{%- set changes = ref("chg_customers") %}

-- What all days of a customer up to the as-of date add up to, counted from the facts,
-- not carried over from the timeline, so that the one can be checked against the other.
with

    run as (select * from {{ ref("int_run__as_of") }}),

    customers as (
        select distinct customer_key
        from {{ ref("int_customer__timeline") }}
        where
            {{ changed(["customer_key"], changes) }} and {{ in_slice("customer_key") }}
    ),

    customer_days as (
        select
            days.customer_key,
            days.activity_date,
            days.purchases,
            days.subscription_purchases,
            days.net_amount,
            days.engagement_points
        from
            {{ rows_to_make(ref("fct_customer_day"), ref("chg_timeline_days")) }}
            as days
        cross join run
        where
            days.activity_date <= run.as_of_date
            and days.customer_key not in ('unknown', 'erased')
            and (days.purchases > 0 or days.engagement_points > 0)
            and {{ in_slice("days.customer_key") }}
    ),

    purchase_days as (
        select
            *,
            {{ day_number("activity_date") }}
            - lag({{ day_number("activity_date") }}) over (
                partition by customer_key order by activity_date
            ) as gap_days
        from customer_days
        where purchases > 0
    ),

    purchases as (
        select
            customer_key,
            min(activity_date) as first_purchase_date,
            max(activity_date) as last_purchase_date,
            max(
                case when subscription_purchases > 0 then activity_date end
            ) as last_subscription_date,
            count(*) as purchase_days,
            sum(purchases) as orders,
            sum(net_amount) as net_revenue,
            {{ median("gap_days") }} as median_days_between_purchases
        from purchase_days
        group by customer_key
    ),

    engagement as (
        select customer_key, max(activity_date) as last_engagement_date
        from customer_days
        where engagement_points > 0
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
        from
            {{ rows_changed(ref("fct_crm_touches"), ["customer_key"], changes) }}
            as touches
        cross join run
        where
            touches.touch_date <= run.as_of_date
            and touches.customer_key not in ('unknown', 'erased')
            and {{ in_slice("touches.customer_key") }}
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
        where
            orders.is_purchase
            and orders.order_date <= run.as_of_date
            and {{ changed(["orders.customer_key"], changes) }}
            and {{ in_slice("orders.customer_key") }}
        group by orders.customer_key
    ),

    final as (
        select
            customers.customer_key,
            purchases.first_purchase_date,
            purchases.last_purchase_date,
            purchases.last_subscription_date,
            coalesce(purchases.purchase_days, 0) as purchase_days,
            coalesce(purchases.orders, 0) as orders,
            purchases.net_revenue,
            {{ safe_ratio("purchases.net_revenue", "purchases.orders", 2, 38) }}
            as average_order_value,
            purchases.median_days_between_purchases,
            engagement.last_engagement_date,
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
