{{
    config(
        materialized="incremental",
        incremental_strategy="scoped",
        unique_key=["customer_key", "activity_date"],
        meta={"scope": "chg_customer_days"},
    )
}}

{%- set changes = ref("chg_customer_days") %}

with

    orders as (
        select *
        from
            {{
                rows_changed(
                    ref("fct_orders"),
                    ["customer_key", "order_date"],
                    changes,
                    ["customer_key", "activity_date"],
                )
            }} as made_again
    ),

    web_sessions as (
        select *
        from
            {{
                rows_changed(
                    ref("fct_web_sessions"),
                    ["customer_key", "session_date"],
                    changes,
                    ["customer_key", "activity_date"],
                )
            }} as made_again
    ),

    crm_touches as (
        select *
        from
            {{
                rows_changed(
                    ref("fct_crm_touches"),
                    ["customer_key", "touch_date"],
                    changes,
                    ["customer_key", "activity_date"],
                )
            }} as made_again
    ),

    owners as (
        select *
        from
            {{
                rows_changed(
                    ref("int_contact__owners"),
                    ["customer_key", "created_date"],
                    changes,
                    ["customer_key", "activity_date"],
                )
            }} as made_again
    ),

    engagement_points as (select * from {{ ref("engagement_points") }}),

    order_days as (
        select
            customer_key,
            order_date as activity_date,
            count(*) as orders,
            sum(case when is_purchase then 1 else 0 end) as purchases,
            sum(case when is_purchase then net_amount end) as net_amount,
            sum(
                case when is_purchase and is_subscription then 1 else 0 end
            ) as subscription_purchases,
            sum(case when is_fully_refunded then 1 else 0 end) as full_refunds
        from orders
        group by customer_key, order_date
    ),

    session_days as (
        select
            customer_key,
            session_date as activity_date,
            count(*) as sessions,
            sum(case when is_engaged then 1 else 0 end) as engaged_sessions
        from web_sessions
        group by customer_key, session_date
    ),

    touch_type_days as (
        select
            customer_key,
            touch_date as activity_date,
            touch_type,
            count(*) as touches,
            -- a conversation counts for whoever began it
            sum(
                case
                    when coalesce(touch_kind, '') <> 'service' or direction = 'inbound'
                    then 1
                    else 0
                end
            ) as earning_touches,
            sum(case when is_dissatisfaction then 1 else 0 end) as dissatisfactions
        from crm_touches
        group by customer_key, touch_date, touch_type
    ),

    touch_days as (
        select
            touch_type_days.customer_key,
            touch_type_days.activity_date,
            sum(touch_type_days.touches) as touches,
            sum(touch_type_days.dissatisfactions) as dissatisfactions,
            sum(
                {{
                    capped_points(
                        "touch_type_days.earning_touches", "engagement_points"
                    )
                }}
            ) as points
        from touch_type_days
        left join
            engagement_points
            on touch_type_days.touch_type = engagement_points.touch_type
            and engagement_points.source = 'crm'
        group by touch_type_days.customer_key, touch_type_days.activity_date
    ),

    web_points as (
        select
            session_days.customer_key,
            session_days.activity_date,
            session_days.sessions,
            session_days.engaged_sessions,
            {{ capped_points("session_days.engaged_sessions", "engagement_points") }}
            as points
        from session_days
        left join
            engagement_points
            on engagement_points.source = 'web'
            and engagement_points.touch_type = 'engaged_session'
    ),

    contact_days as (
        select customer_key, created_date as activity_date, count(*) as contacts_created
        from owners
        group by customer_key, created_date
    ),

    combined as (
        select
            customer_key,
            activity_date,
            orders,
            purchases,
            net_amount,
            subscription_purchases,
            full_refunds,
            0 as sessions,
            0 as engaged_sessions,
            0 as touches,
            0 as dissatisfied_touches,
            0 as contacts_created,
            0 as engagement_points
        from order_days
        union all
        select
            customer_key,
            activity_date,
            0 as orders,
            0 as purchases,
            null as net_amount,
            0 as subscription_purchases,
            0 as full_refunds,
            sessions,
            engaged_sessions,
            0 as touches,
            0 as dissatisfied_touches,
            0 as contacts_created,
            points as engagement_points
        from web_points
        union all
        select
            customer_key,
            activity_date,
            0 as orders,
            0 as purchases,
            null as net_amount,
            0 as subscription_purchases,
            0 as full_refunds,
            0 as sessions,
            0 as engaged_sessions,
            touches,
            dissatisfactions as dissatisfied_touches,
            0 as contacts_created,
            points as engagement_points
        from touch_days
        union all
        select
            customer_key,
            activity_date,
            0 as orders,
            0 as purchases,
            null as net_amount,
            0 as subscription_purchases,
            0 as full_refunds,
            0 as sessions,
            0 as engaged_sessions,
            0 as touches,
            0 as dissatisfied_touches,
            contacts_created,
            0 as engagement_points
        from contact_days
    ),

    final as (
        select
            customer_key,
            activity_date,
            cast(sum(orders) as {{ dbt.type_bigint() }}) as orders,
            cast(sum(purchases) as {{ dbt.type_bigint() }}) as purchases,
            cast(
                sum(subscription_purchases) as {{ dbt.type_bigint() }}
            ) as subscription_purchases,
            cast(sum(net_amount) as decimal(38, 2)) as net_amount,
            cast(sum(sessions) as {{ dbt.type_bigint() }}) as sessions,
            cast(sum(engaged_sessions) as {{ dbt.type_bigint() }}) as engaged_sessions,
            cast(sum(touches) as {{ dbt.type_bigint() }}) as touches,
            cast(sum(engagement_points) as decimal(18, 2)) as engagement_points,
            cast(
                sum(dissatisfied_touches) + sum(full_refunds) as {{ dbt.type_bigint() }}
            ) as dissatisfactions,
            cast(sum(contacts_created) as {{ dbt.type_bigint() }}) as contacts_created
        from combined
        group by customer_key, activity_date
    )

select *
from final
