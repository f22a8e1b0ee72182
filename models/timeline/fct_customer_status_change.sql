with

    run as (select * from {{ ref("int_run__as_of") }}),

    status_runs as (select * from {{ ref("int_customer__status_runs") }}),

    history as (select * from {{ ref("fct_customer_status_history") }}),

    purchase_days as (
        select customer_key, activity_date, purchases, net_amount
        from {{ ref("fct_customer_day") }}
        where purchases > 0
    ),

    compared as (
        select
            status_runs.customer_key,
            status_runs.status_since as change_date,
            status_runs.previous_status,
            lag(status_runs.status_since) over (
                partition by status_runs.customer_key order by status_runs.status_since
            ) as previous_status_since
        from status_runs
        cross join run
        where status_runs.status_since <= run.as_of_date
    ),

    changes as (select * from compared where previous_status is not null),

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
            history.status,
            history.sub_status,
            history.change_cause,
            {{ day_number("changes.change_date") }}
            - {{ day_number("changes.previous_status_since") }}
            as days_in_previous_status,
            cast(
                coalesce(bought.purchases, 0) as {{ dbt.type_bigint() }}
            ) as purchases_in_previous_status,
            cast(
                coalesce(bought.net_revenue, 0) as decimal(18, 2)
            ) as net_revenue_in_previous_status,
            history.policy_segment,
            history.policy_effective_from
        from changes
        inner join
            history
            on changes.customer_key = history.customer_key
            and changes.change_date = history.valid_from
        left join
            bought
            on changes.customer_key = bought.customer_key
            and changes.change_date = bought.change_date
    )

select *
from final
