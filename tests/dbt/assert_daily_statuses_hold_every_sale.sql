{{ config(meta={"dagster": {"ref": {"name": "agg_customer_status_daily"}}}) }}

-- Every purchase of a customer lies in the status of its day. A row here is a day whose
-- purchases, or their amounts, got lost or were counted twice.
with

    run as (select * from {{ ref("int_run__as_of") }}),

    customers as (select customer_key from {{ ref("mart_customer_status") }}),

    bought as (
        select
            days.activity_date as status_date,
            sum(days.purchases) as purchases,
            sum(days.net_amount) as net_revenue
        from {{ ref("fct_customer_day") }} as days
        inner join customers on days.customer_key = customers.customer_key
        cross join run
        where days.purchases > 0 and days.activity_date <= run.as_of_date
        group by days.activity_date
    ),

    daily as (
        select status_date, sum(purchases) as purchases, sum(net_revenue) as net_revenue
        from {{ ref("agg_customer_status_daily") }}
        group by status_date
    )

select
    coalesce(daily.status_date, bought.status_date) as status_date,
    daily.purchases,
    bought.purchases as expected_purchases,
    daily.net_revenue,
    bought.net_revenue as expected_net_revenue
from daily
full outer join bought on daily.status_date = bought.status_date
where
    coalesce(daily.purchases, -1) <> coalesce(bought.purchases, 0)
    or coalesce(daily.net_revenue, -1) <> coalesce(bought.net_revenue, 0)
