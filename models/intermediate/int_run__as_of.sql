-- depends_on: {{ ref("chg_run") }}
-- The last business day that the statuses speak about, and from when engagement was
-- observed.
with

    orders as (select max(order_date) as latest_date from {{ ref("stg_orders") }}),

    web_sessions as (
        select min(session_date) as earliest_date, max(session_date) as latest_date
        from {{ ref("stg_web_sessions") }}
    ),

    crm_touches as (
        select min(touch_date) as earliest_date, max(touch_date) as latest_date
        from {{ ref("stg_crm_touches") }}
    ),

    contacts as (
        select max(created_date) as latest_date from {{ ref("stg_contacts") }}
    ),

    dates as (
        select
            cast({{ setting("run_date") }} as date) as run_date,
            cast({{ setting("as_of_date") }} as date) as requested_date,
            (select latest_date from orders) as latest_order_date,
            (
                select max(latest_date)
                from
                    (
                        select latest_date
                        from orders
                        union all
                        select latest_date
                        from web_sessions
                        union all
                        select latest_date
                        from crm_touches
                        union all
                        select latest_date
                        from contacts
                    ) as feeds
            ) as latest_event_date,
            (
                select min(earliest_date)
                from
                    (
                        select earliest_date
                        from web_sessions
                        union all
                        select earliest_date
                        from crm_touches
                    ) as feeds
            ) as engagement_observed_from
    ),

    as_of as (
        select
            *,
            coalesce(
                requested_date,
                least(
                    run_date, coalesce(latest_order_date, latest_event_date, run_date)
                )
            ) as as_of_date
        from dates
    ),

    final as (
        select
            as_of_date,
            latest_event_date,
            -- what came after the as-of date counts for nothing, here as everywhere
            case
                when engagement_observed_from <= as_of_date
                then engagement_observed_from
            end as engagement_observed_from
        from as_of
    )

select *
from final
