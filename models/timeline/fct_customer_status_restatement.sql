with

    published_run as (select * from {{ ref("stg_published_run") }}),

    run as (select * from {{ ref("int_run__as_of") }}),

    restated as (select * from {{ ref("int_customer__restated") }}),

    reasons as (select * from {{ ref("int_customer__restatement_reasons") }}),

    learnt_before as (select * from {{ ref("stg_published_restatements") }}),

    learnt_now as (
        select
            {{ release_id("run", "published_run") }} as release_id,
            restated.customer_key,
            restated.valid_from,
            restated.valid_to,
            restated.previous_status,
            restated.previous_sub_status,
            restated.previous_policy_segment,
            restated.previous_policy_effective_from,
            restated.status,
            restated.sub_status,
            restated.policy_segment,
            restated.policy_effective_from,
            reasons.reason,
            reasons.other_customer_key,
            published_run.previous_release_id
        from restated
        inner join reasons on restated.customer_key = reasons.customer_key
        cross join published_run
        cross join run
    ),

    final as (
        select *
        from learnt_before
        union all
        select *
        from learnt_now
        where release_id not in (select learnt_before.release_id from learnt_before)
    )

select *
from final
