{{ config(meta={"dagster": {"ref": {"name": "agg_customer_status_daily"}}}) }}

-- Who came and went on a day are the changes of that day. A row here is a day and
-- status on which the daily counts and the list of changes disagree.
with

    changes as (select * from {{ ref("fct_customer_status_change") }}),

    moves as (
        select change_date, status, 1 as came, 0 as went
        from changes
        union all
        select change_date, previous_status as status, 0 as came, 1 as went
        from changes
    ),

    counted as (
        select change_date, status, sum(came) as came, sum(went) as went
        from moves
        group by change_date, status
    )

select
    coalesce(daily.status_date, counted.change_date) as status_date,
    coalesce(daily.status, counted.status) as status,
    daily.customers_in,
    daily.new_customers,
    daily.customers_out,
    counted.came,
    counted.went
from {{ ref("agg_customer_status_daily") }} as daily
full outer join
    counted on daily.status_date = counted.change_date and daily.status = counted.status
where
    daily.status_date is null
    or daily.customers_in - daily.new_customers <> coalesce(counted.came, 0)
    or daily.customers_out <> coalesce(counted.went, 0)
