{{
    config(
        materialized="incremental",
        incremental_strategy="scoped",
        unique_key=["customer_key"],
        meta={"scope": "chg_histories"},
    )
}}

{%- set changes = ref("chg_histories") %}

with

    status_runs as (
        select *
        from {{ ref("int_customer__status_runs") }}
        where {{ changed(["customer_key"], changes) }}
    ),

    history as (select * from {{ ref("fct_customer_status_history") }}),

    purchase_days as (
        select customer_key, activity_date, purchases, net_amount
        from {{ ref("fct_customer_day") }}
        where purchases > 0
    ),

    compared as (
        select
            customer_key,
            status_since as change_date,
            previous_status,
            lag(status_since) over (
                partition by customer_key order by status_since
            ) as previous_status_since
        from status_runs
    ),

    -- the runs go on with the forecast; the history ends with the as-of date
    changes as (
        select
            compared.customer_key,
            compared.change_date,
            compared.previous_status,
            compared.previous_status_since,
            history.status,
            history.sub_status,
            history.change_cause,
            history.policy_segment,
            history.policy_effective_from
        from compared
        inner join
            history
            on compared.customer_key = history.customer_key
            and compared.change_date = history.valid_from
        where compared.previous_status is not null
    ),

    bought as (
        select
            changes.customer_key,
            changes.change_date,
            sum(purchase_days.purchases) as purchases,
            sum(purchase_days.net_amount) as net_revenue
        from changes
        inner join
            purchase_days
            on changes.customer_key = purchase_days.customer_key
            and changes.previous_status_since <= purchase_days.activity_date
            and changes.change_date > purchase_days.activity_date
        group by changes.customer_key, changes.change_date
    ),

    final as (
        select
            changes.customer_key,
            changes.change_date,
            changes.previous_status,
            changes.status,
            changes.sub_status,
            changes.change_cause,
            {{ day_number("changes.change_date") }}
            - {{ day_number("changes.previous_status_since") }}
            as days_in_previous_status,
            cast(
                coalesce(bought.purchases, 0) as {{ dbt.type_bigint() }}
            ) as purchases_in_previous_status,
            cast(
                coalesce(bought.net_revenue, 0) as decimal(38, 2)
            ) as net_revenue_in_previous_status,
            changes.policy_segment,
            changes.policy_effective_from
        from changes
        left join
            bought
            on changes.customer_key = bought.customer_key
            and changes.change_date = bought.change_date
    )

select *
from final
