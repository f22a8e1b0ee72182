{{ config(meta={"dagster": {"ref": {"name": "mart_customer_status"}}}) }}

-- From one release to the next, at most a month later, customers do not leave a
-- status in
-- masses for no other reason than the passing of time. A row here is a status that more
-- of them left than max_status_mix_shift allows, and clearly more than in any period of
-- that length in the last 400 days (a year and a month, so that last year's season
-- counts). Statuses of fewer than 100 customers are not judged: a share of a handful is
-- chance.
with

    run as (select * from {{ ref("int_run__as_of") }}),

    published_run as (select * from {{ ref("stg_published_run") }}),

    period as (
        select
            published_run.previous_as_of_date,
            run.as_of_date,
            {{ day_number("published_run.previous_as_of_date") }} as previous_day,
            {{ day_number("run.as_of_date") }}
            - {{ day_number("published_run.previous_as_of_date") }} as period_days
        from run
        cross join published_run
        where not published_run.is_policy_changed
    ),

    before as (
        select timeline.customer_key, timeline.status
        from {{ ref("stg_published_timeline") }} as timeline
        cross join period
        where
            timeline.valid_from <= period.previous_as_of_date
            and timeline.valid_to > period.previous_as_of_date
    ),

    -- an event of the customer's own, a policy, a change of measurement
    with_reason as (
        select distinct changes.customer_key
        from {{ ref("fct_customer_status_change") }} as changes
        cross join period
        where
            changes.change_date > period.previous_as_of_date
            and changes.change_date <= period.as_of_date
            and changes.change_cause <> 'clock'
    ),

    restated as (select distinct customer_key from {{ ref("int_customer__restated") }}),

    -- customers who are known no more were merged or erased
    departures as (
        select
            before.status,
            count(*) as customers,
            sum(
                case
                    when
                        mart.status <> before.status
                        and with_reason.customer_key is null
                        and restated.customer_key is null
                    then 1
                    else 0
                end
            ) as customers_left
        from before
        inner join
            {{ ref("mart_customer_status") }} as mart
            on before.customer_key = mart.customer_key
        left join with_reason on before.customer_key = with_reason.customer_key
        left join restated on before.customer_key = restated.customer_key
        group by before.status
    ),

    departures_by_day as (
        select
            previous_status as status,
            change_date as status_date,
            count(*) as customers_left
        from {{ ref("fct_customer_status_change") }}
        where change_cause = 'clock'
        group by previous_status, change_date
    ),

    daily as (
        select
            statuses.status,
            {{ day_number("statuses.status_date") }} as day,
            statuses.closing_customers,
            sum(coalesce(departures_by_day.customers_left, 0)) over (
                partition by statuses.status
                order by statuses.status_date
                rows between unbounded preceding and current row
            ) as left_so_far
        from {{ ref("agg_customer_status_daily") }} as statuses
        left join
            departures_by_day
            on statuses.status = departures_by_day.status
            and statuses.status_date = departures_by_day.status_date
    ),

    usual as (
        select
            starts.status,
            max(
                (ends.left_so_far - starts.left_so_far)
                / cast(starts.closing_customers as double)
            ) as greatest_share
        from daily as starts
        cross join period
        inner join
            daily as ends
            on starts.status = ends.status
            and starts.day + period.period_days = ends.day
        where
            starts.closing_customers >= 100
            and ends.day <= period.previous_day
            and ends.day > period.previous_day - 400
        group by starts.status
    ),

    judged as (
        select
            departures.*,
            period.previous_as_of_date,
            departures.customers_left
            / cast(departures.customers as double) as share_left,
            greatest(
                cast({{ setting("max_status_mix_shift") }} as double),
                {{ var("unusual_departures_factor") }}
                * coalesce(usual.greatest_share, 0)
            ) as limit_share
        from departures
        cross join period
        left join usual on departures.status = usual.status
        where period.period_days between 0 and 31 and departures.customers >= 100
    )

select
    status,
    customers,
    customers_left,
    cast(share_left as decimal(9, 4)) as share_left,
    cast(limit_share as decimal(9, 4)) as limit_share,
    status
    || ': '
    || cast(customers_left as {{ dbt.type_string() }})
    || ' of '
    || cast(customers as {{ dbt.type_string() }})
    || ' customers ('
    || cast(cast(floor(100 * share_left) as integer) as {{ dbt.type_string() }})
    || ' %, limit '
    || cast(cast(floor(100 * limit_share) as integer) as {{ dbt.type_string() }})
    || ' %) have left since '
    || cast(previous_as_of_date as {{ dbt.type_string() }})
    || ' because time passed and for no other reason: look for orders that are missing,'
    || ' or raise max_status_mix_shift in settings.csv for this run' as message
from judged
where share_left > limit_share
