with

    published as (select * from {{ source("published", "timeline") }}),

    final as (
        select
            customer_key,
            valid_from,
            valid_to,
            status,
            sub_status,
            policy_segment,
            policy_effective_from
        from published
    )

select *
from final
