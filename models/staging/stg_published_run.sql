with

    run as (select * from {{ source("published", "run") }}),

    final as (
        select
            fingerprint,
            previous_release_id,
            previous_as_of_date,
            previous_policy is not null
            and policy <> previous_policy as is_policy_changed,
            previous_engagement_observed_from,
            is_previous_coverage_known
        from run
    )

select *
from final
