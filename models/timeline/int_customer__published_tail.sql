-- What an earlier release said of days after this one's as-of date. It goes along with
-- the release, so that a look back at an earlier day does not forget it.
with

    published as (select * from {{ ref("stg_published_timeline") }}),

    run as (
        select {{ day_from_number(day_number("as_of_date") ~ " + 1") }} as tail_from
        from {{ ref("int_run__as_of") }}
    ),

    final as (
        select
            published.customer_key,
            greatest(published.valid_from, run.tail_from) as valid_from,
            published.valid_to,
            published.status,
            published.sub_status,
            published.policy_segment,
            published.policy_effective_from
        from published
        cross join run
        where published.valid_to > run.tail_from
    )

select *
from final
