-- Days on which a feed of engagement has rows of anybody, the unknown and the erased
-- included. What came after the as-of date counts for nothing.
with

    run as (select * from {{ ref("int_run__as_of") }}),

    feed_days as (
        select distinct 'web_sessions' as feed, session_date as feed_date
        from {{ ref("stg_web_sessions") }}
        union all
        select distinct 'crm_touches' as feed, touch_date as feed_date
        from {{ ref("stg_crm_touches") }}
    ),

    final as (
        select
            feed_days.feed,
            feed_days.feed_date,
            {{ day_number("feed_days.feed_date") }} as feed_day
        from feed_days
        cross join run
        where feed_days.feed_date <= run.as_of_date
    )

select *
from final
