-- From the first day anything happened to a year and a half past the as-of date, where
-- the longest ordinary forecast ends.
with

    days as (
        select min(activity_date) as first_date, max(activity_date) as last_date
        from {{ ref("fct_customer_day") }}
    ),

    run as (select * from {{ ref("int_run__as_of") }}),

    bounds as (
        select
            {{
                day_number(
                    "least(coalesce(days.first_date, run.as_of_date), run.as_of_date)"
                )
            }} as first_day,
            {{
                day_number(
                    "greatest(coalesce(days.last_date, run.as_of_date), run.as_of_date)"
                )
            }} + 550 as last_day
        from days
        cross join run
    ),

    spine as ({{ day_spine("bounds", "first_day", "last_day") }}),

    calendar as (select {{ day_from_number("day") }} as date_day from spine),

    final as (
        select
            date_day,
            cast(extract(year from date_day) as integer) as calendar_year,
            cast(extract(quarter from date_day) as integer) as calendar_quarter,
            cast(extract(month from date_day) as integer) as calendar_month,
            cast(extract(day from date_day) as integer) as day_of_month,
            {{ iso_weekday("date_day") }} as iso_weekday,
            cast({{ dbt.date_trunc("month", "date_day") }} as date) as month_start_date,
            cast(
                {{ dbt.date_trunc("quarter", "date_day") }} as date
            ) as quarter_start_date,
            {{ iso_weekday("date_day") }} >= 6 as is_weekend
        from calendar
    )

select *
from final
