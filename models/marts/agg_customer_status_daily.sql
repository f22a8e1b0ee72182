-- Running sums over the changes of a day: no customer is written down once per day.
with

    run as (select * from {{ ref("int_run__as_of") }}),

    status_runs as (select * from {{ ref("int_customer__status_runs") }}),

    purchase_days as (select * from {{ ref("fct_customer_day") }} where purchases > 0),

    statuses as (
        select *
        from
            (values ('active'), ('passive'), ('inactive'), ('captive')) as names(status)
    ),

    -- the days end with the as-of date; the runs go on with the forecast
    bounds as (
        select
            {{ day_number("min(status_runs.status_since)") }} as first_day,
            {{ day_number("max(run.as_of_date)") }} as last_day
        from status_runs
        cross join run
    ),

    spine as ({{ day_spine("bounds", "first_day", "last_day") }}),

    status_days as (
        select {{ day_from_number("spine.day") }} as status_date, statuses.status
        from spine
        cross join statuses
    ),

    arrivals as (
        select
            status_since as status_date,
            status,
            count(*) as customers_in,
            sum(case when previous_status is null then 1 else 0 end) as new_customers
        from status_runs
        group by status_since, status
    ),

    departures as (
        select
            status_since as status_date,
            previous_status as status,
            count(*) as customers_out
        from status_runs
        where previous_status is not null
        group by status_since, previous_status
    ),

    -- one row per purchase day: a customer's runs follow each other without gap
    sales as (
        select
            purchase_days.activity_date as status_date,
            status_runs.status,
            sum(purchase_days.purchases) as purchases,
            sum(purchase_days.net_amount) as net_revenue
        from purchase_days
        inner join
            status_runs
            on purchase_days.customer_key = status_runs.customer_key
            and purchase_days.activity_date >= status_runs.status_since
            and (
                status_runs.status_until is null
                or purchase_days.activity_date < status_runs.status_until
            )
        group by purchase_days.activity_date, status_runs.status
    ),

    flows as (
        select
            status_days.status_date,
            status_days.status,
            coalesce(arrivals.customers_in, 0) as customers_in,
            coalesce(arrivals.new_customers, 0) as new_customers,
            coalesce(departures.customers_out, 0) as customers_out,
            coalesce(sales.purchases, 0) as purchases,
            coalesce(sales.net_revenue, 0) as net_revenue
        from status_days
        left join
            arrivals
            on status_days.status_date = arrivals.status_date
            and status_days.status = arrivals.status
        left join
            departures
            on status_days.status_date = departures.status_date
            and status_days.status = departures.status
        left join
            sales
            on status_days.status_date = sales.status_date
            and status_days.status = sales.status
    ),

    balanced as (
        select
            *,
            sum(customers_in - customers_out) over (
                partition by status
                order by status_date
                rows between unbounded preceding and current row
            ) as closing_customers
        from flows
    ),

    final as (
        select
            status_date,
            status,
            cast(
                closing_customers
                - customers_in
                + customers_out as {{ dbt.type_bigint() }}
            ) as opening_customers,
            cast(customers_in as {{ dbt.type_bigint() }}) as customers_in,
            cast(new_customers as {{ dbt.type_bigint() }}) as new_customers,
            cast(customers_out as {{ dbt.type_bigint() }}) as customers_out,
            cast(closing_customers as {{ dbt.type_bigint() }}) as closing_customers,
            cast(purchases as {{ dbt.type_bigint() }}) as purchases,
            cast(net_revenue as decimal(38, 2)) as net_revenue
        from balanced
    )

select *
from final
