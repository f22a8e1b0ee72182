{{ config(meta={"dagster": {"ref": {"name": "mart_status_transitions"}}}) }}

-- A matrix starts with all customers that a status held on the first day of its month,
-- and stands for every month whose end is observed. A row here is a start that the
-- daily counts do not know, or of another size.
with

    run as (select * from {{ ref("int_run__as_of") }}),

    started as (
        select start_month, horizon_days, from_status, sum(customers) as customers
        from {{ ref("mart_status_transitions") }}
        group by start_month, horizon_days, from_status
    ),

    horizons as (select * from (values (30), (90), (365)) as numbers(horizon_days)),

    expected as (
        select
            daily.status_date as start_month,
            horizons.horizon_days,
            daily.status as from_status,
            daily.closing_customers as customers
        from {{ ref("agg_customer_status_daily") }} as daily
        cross join run
        cross join horizons
        where
            extract(day from daily.status_date) = 1
            and daily.closing_customers > 0
            and {{ day_number("daily.status_date") }} + horizons.horizon_days
            <= {{ day_number("run.as_of_date") }}
    )

select
    coalesce(started.start_month, expected.start_month) as start_month,
    coalesce(started.horizon_days, expected.horizon_days) as horizon_days,
    coalesce(started.from_status, expected.from_status) as from_status,
    started.customers,
    expected.customers as expected_customers
from started
full outer join
    expected
    on started.start_month = expected.start_month
    and started.horizon_days = expected.horizon_days
    and started.from_status = expected.from_status
where
    started.customers is null
    or expected.customers is null
    or started.customers <> expected.customers
