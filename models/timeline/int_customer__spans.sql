-- Which policy span rules a customer on which days. The segment is known from the first
-- purchase on; until then the customer belongs to `default`.
with

    customer_days as (
        select *
        from {{ rows_to_make(ref("fct_customer_day"), ref("chg_timeline_days")) }}
        where
            customer_key not in ('unknown', 'erased')
            and activity_date <= (select as_of_date from {{ ref("int_run__as_of") }})
    ),

    orders as (select * from {{ ref("fct_orders") }} where is_purchase),

    policy_spans as (select * from {{ ref("int_policy__spans") }}),

    segments as (select distinct segment from policy_spans),

    customers as (
        select
            customer_key,
            min(activity_date) as first_event_date,
            min(case when purchases > 0 then activity_date end) as first_purchase_date
        from customer_days
        group by customer_key
    ),

    first_orders as (
        select
            orders.customer_key,
            orders.policy_segment,
            row_number() over (
                partition by orders.customer_key
                order by orders.ordered_at, orders.order_id
            ) as order_number
        from orders
        inner join
            customers
            on orders.customer_key = customers.customer_key
            and orders.order_date = customers.first_purchase_date
    ),

    segmented as (
        select
            customers.customer_key,
            {{ day_number("customers.first_event_date") }} as first_event_day,
            {{ day_number("customers.first_purchase_date") }} as first_purchase_day,
            coalesce(segments.segment, 'default') as segment
        from customers
        left join
            first_orders
            on customers.customer_key = first_orders.customer_key
            and first_orders.order_number = 1
        left join segments on first_orders.policy_segment = segments.segment
    ),

    -- a customer's days, cut where the segment becomes known
    stretches as (
        select
            customer_key,
            first_event_day,
            'default' as segment,
            first_event_day as stretch_from,
            case
                when segment = 'default'
                then {{ day_number("date '9999-12-31'") }}
                else first_purchase_day
            end as stretch_to
        from segmented
        union all
        select
            customer_key,
            first_event_day,
            segment,
            first_purchase_day as stretch_from,
            {{ day_number("date '9999-12-31'") }} as stretch_to
        from segmented
        where segment <> 'default'
    ),

    final as (
        select
            stretches.customer_key,
            stretches.first_event_day,
            policy_spans.span_number,
            greatest(stretches.stretch_from, policy_spans.span_from) as span_from,
            least(stretches.stretch_to, policy_spans.span_to) as span_to,
            policy_spans.inactive_after_days,
            policy_spans.engagement_window_days,
            policy_spans.habit_period,
            policy_spans.habit_window_periods,
            policy_spans.subscription_valid_days,
            policy_spans.policy_number
        from stretches
        inner join
            policy_spans
            on stretches.segment = policy_spans.segment
            and stretches.stretch_from < policy_spans.span_to
            and stretches.stretch_to > policy_spans.span_from
        where stretches.stretch_from < stretches.stretch_to
    )

select *
from final
