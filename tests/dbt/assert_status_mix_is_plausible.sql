-- From one release to the next, at most a month later, customers known to both do not
-- change status in masses. A row here is a status that gained or lost more of them than
-- max_status_mix_shift allows and than restated customers explain: look for a feed that
-- came half, or a wrong seed. If it is meant, say so by a new row in status_policy, or
-- raise the setting for this run.
with

    run as (select * from {{ ref("int_run__as_of") }}),

    published_run as (select * from {{ ref("stg_published_run") }}),

    before as (
        select timeline.customer_key, timeline.status
        from {{ ref("stg_published_timeline") }} as timeline
        cross join published_run
        where
            timeline.valid_from <= published_run.previous_as_of_date
            and timeline.valid_to > published_run.previous_as_of_date
    ),

    common as (
        select before.status as status_before, mart.status as status_now
        from before
        inner join
            {{ ref("mart_customer_status") }} as mart
            on before.customer_key = mart.customer_key
    ),

    shifts as (
        select status, sum(customers) as shift
        from
            (
                select status_now as status, 1 as customers
                from common
                union all
                select status_before as status, -1 as customers
                from common
            ) as moves
        group by status
    ),

    explained as (
        select
            (select count(*) from common) as known_customers,
            (
                select count(distinct customer_key)
                from {{ ref("int_customer__restated") }}
            ) as restated_customers
    )

select
    shifts.status, shifts.shift, explained.known_customers, explained.restated_customers
from shifts
cross join explained
cross join run
cross join published_run
where
    not published_run.is_policy_changed
    and {{ day_number("run.as_of_date") }}
    - {{ day_number("published_run.previous_as_of_date") }}
    between -31 and 31
    -- a share of a handful is chance
    and explained.known_customers >= 1000
    and abs(shifts.shift) - explained.restated_customers
    > explained.known_customers
    * cast({{ setting("max_status_mix_shift") }} as decimal(9, 4))
