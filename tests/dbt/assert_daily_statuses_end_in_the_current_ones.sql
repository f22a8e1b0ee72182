{{ config(meta={"dagster": {"ref": {"name": "agg_customer_status_daily"}}}) }}

-- The running sums end with the customers that the status mart holds on the as-of date.
-- A row here is a status of which the two count a different number of customers.
with

    run as (select * from {{ ref("int_run__as_of") }}),

    current_statuses as (
        select status, count(*) as customers
        from {{ ref("mart_customer_status") }}
        group by status
    ),

    last_day as (
        select daily.status, daily.closing_customers
        from {{ ref("agg_customer_status_daily") }} as daily
        inner join run on daily.status_date = run.as_of_date
    )

select
    coalesce(last_day.status, current_statuses.status) as status,
    last_day.closing_customers,
    current_statuses.customers
from last_day
full outer join current_statuses on last_day.status = current_statuses.status
where coalesce(last_day.closing_customers, 0) <> coalesce(current_statuses.customers, 0)
