{{ config(meta={"dagster": {"ref": {"name": "agg_customer_status_daily"}}}) }}

-- Every status opens a day with what it closed the day before with, and closes it with
-- that and who came, less who went; who comes without leaving another status is new. A
-- row here is a day on which customers appeared from nowhere or got lost.
with

    daily as (
        select
            *,
            lag(closing_customers, 1, 0) over (
                partition by status order by status_date
            ) as closed_before
        from {{ ref("agg_customer_status_daily") }}
    ),

    statuses as (
        select status_date, status
        from daily
        where
            opening_customers <> closed_before
            or opening_customers + customers_in - customers_out <> closing_customers
            or new_customers > customers_in
            or closing_customers < 0
    ),

    days as (
        select status_date, 'all' as status
        from daily
        group by status_date
        having
            sum(customers_in) - sum(customers_out) <> sum(new_customers)
            or count(*) <> 4
    )

select *
from statuses
union all
select *
from days
