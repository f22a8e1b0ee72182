{{
    config(
        materialized="incremental",
        incremental_strategy="scoped",
        unique_key=["customer_key"],
        meta={"scope": "chg_histories"},
    )
}}

{%- set changes = ref("chg_histories") %}

with

    timeline as (select * from {{ ref("int_customer__timeline") }}),

    run as (select * from {{ ref("int_run__as_of") }}),

    final as (
        select
            timeline.customer_key,
            timeline.valid_from,
            timeline.valid_to,
            timeline.status,
            timeline.sub_status,
            timeline.policy_segment,
            timeline.policy_effective_from,
            timeline.change_cause,
            timeline.valid_to is null
            or timeline.valid_to > run.as_of_date as is_current
        from timeline
        cross join run
        where
            timeline.valid_from <= run.as_of_date
            and {{ changed(["timeline.customer_key"], changes) }}
    )

select *
from final
