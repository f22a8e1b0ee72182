-- For each feed, the days without any row between two days with rows, and from the last
-- such day to the as-of date. Which silence is too long depends on the policy; what a
-- policy asks about it stands here.
with

    run as (select * from {{ ref("int_run__as_of") }}),

    feed_days as (select * from {{ ref("int_engagement__feed_days") }}),

    numbered as (
        select
            feed,
            feed_day as last_feed_day,
            lead(feed_day) over (partition by feed order by feed_day) as next_feed_day,
            row_number() over (partition by feed order by feed_day) as feed_days_so_far
        from feed_days
    ),

    -- a silence that goes on has no day after it and holds the as-of date
    measured as (
        select
            numbered.*,
            coalesce(numbered.next_feed_day, {{ day_number("run.as_of_date") }} + 1)
            - numbered.last_feed_day
            - 1 as silent_days
        from numbered
        cross join run
    ),

    ranked as (
        select
            *,
            max(silent_days) over (
                partition by feed
                order by last_feed_day
                rows between unbounded preceding and 1 preceding
            ) as longest_days_before
        from measured
    ),

    -- The second longest of some lengths is the greatest of what each has in common
    -- with
    -- the longest before it.
    final as (
        select
            feed,
            last_feed_day,
            next_feed_day,
            cast(feed_days_so_far as integer) as feed_days_so_far,
            cast(silent_days as integer) as silent_days,
            cast(
                coalesce(
                    max(
                        case
                            when longest_days_before is not null
                            then least(silent_days, longest_days_before)
                        end
                    ) over (
                        partition by feed
                        order by last_feed_day
                        rows between unbounded preceding and 1 preceding
                    ),
                    0
                ) as integer
            ) as second_longest_days_before
        from ranked
    )

select *
from final
where silent_days > 0
