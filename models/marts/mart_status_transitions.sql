-- A run of one status holds on the first day of some months, and so many days after the
-- first day of some others: each is a stretch of months, and where two of one customer
-- meet lies a transition. Stretches are counted before they are spread over months.
with

    run as (
        select as_of_date, {{ day_number("as_of_date") }} + 1 as unobserved_day
        from {{ ref("int_run__as_of") }}
    ),

    -- 0 is the start itself; then a month, a quarter and a year later
    shifts as (select * from (values (0), (30), (90), (365)) as numbers(shift_days)),

    statuses as (
        select *
        from
            (values ('active'), ('passive'), ('inactive'), ('captive')) as names(status)
    ),

    months as (
        select
            calendar.date_day as start_month,
            {{ period_number("calendar.date_day", "'month'") }} as month_number
        from {{ ref("dim_date") }} as calendar
        cross join run
        where
            calendar.date_day = calendar.month_start_date
            and calendar.date_day <= run.as_of_date
    ),

    observed as (
        select
            status_runs.customer_key,
            status_runs.status,
            {{ day_number("status_runs.status_since") }} as first_day,
            least(
                coalesce(
                    {{ day_number("status_runs.status_until") }}, run.unobserved_day
                ),
                run.unobserved_day
            ) as end_day
        from {{ ref("int_customer__status_runs") }} as status_runs
        cross join run
        where status_runs.status_since <= run.as_of_date
    ),

    -- the first month from a day on is the one after the month of the day before
    positions as (
        select
            observed.customer_key,
            observed.status,
            shifts.shift_days,
            1
            + {{
                period_number(
                    day_from_number("observed.first_day - shifts.shift_days - 1"),
                    "'month'",
                )
            }} as first_month,
            1
            + {{
                period_number(
                    day_from_number("observed.end_day - shifts.shift_days - 1"),
                    "'month'",
                )
            }} as end_month
        from observed
        cross join shifts
    ),

    starts as (
        select * from positions where shift_days = 0 and first_month < end_month
    ),

    ends as (select * from positions where shift_days > 0 and first_month < end_month),

    stretches as (
        select
            ends.shift_days as horizon_days,
            starts.status as from_status,
            ends.status as to_status,
            greatest(starts.first_month, ends.first_month) as first_month,
            least(starts.end_month, ends.end_month) as end_month,
            count(*) as customers
        from starts
        inner join
            ends
            on starts.customer_key = ends.customer_key
            and starts.first_month < ends.end_month
            and starts.end_month > ends.first_month
        group by
            ends.shift_days,
            starts.status,
            ends.status,
            greatest(starts.first_month, ends.first_month),
            least(starts.end_month, ends.end_month)
    ),

    moves as (
        select
            months.start_month,
            stretches.horizon_days,
            stretches.from_status,
            stretches.to_status,
            sum(stretches.customers) as customers
        from stretches
        inner join
            months
            on stretches.first_month <= months.month_number
            and stretches.end_month > months.month_number
        group by
            months.start_month,
            stretches.horizon_days,
            stretches.from_status,
            stretches.to_status
    ),

    origins as (
        select start_month, horizon_days, from_status, sum(customers) as customers
        from moves
        group by start_month, horizon_days, from_status
    ),

    final as (
        select
            origins.start_month,
            origins.horizon_days,
            origins.from_status,
            statuses.status as to_status,
            cast(coalesce(moves.customers, 0) as {{ dbt.type_bigint() }}) as customers,
            {{ safe_ratio("coalesce(moves.customers, 0)", "origins.customers") }}
            as share
        from origins
        cross join statuses
        left join
            moves
            on origins.start_month = moves.start_month
            and origins.horizon_days = moves.horizon_days
            and origins.from_status = moves.from_status
            and statuses.status = moves.to_status
    )

select *
from final
