with

    published as (select * from {{ source("published", "restatements") }}),

    final as (
        select
            release_id,
            customer_key,
            valid_from,
            valid_to,
            previous_status,
            previous_sub_status,
            previous_policy_segment,
            previous_policy_effective_from,
            status,
            sub_status,
            policy_segment,
            policy_effective_from,
            reason,
            other_customer_key,
            previous_release_id
        from published
    )

select *
from final
