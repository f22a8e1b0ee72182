with

    measured_intervals as (
        select * from {{ source("published", "measured_intervals") }}
    ),

    final as (
        select policy_segment, policy_effective_from, measured_from, measured_to
        from measured_intervals
    )

select *
from final
