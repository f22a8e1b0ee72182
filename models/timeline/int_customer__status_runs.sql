{{
    config(
        materialized="incremental",
        incremental_strategy="scoped",
        unique_key=["customer_key"],
        meta={"scope": "chg_customers"},
    )
}}

{%- set changes = ref("chg_customers") %}

-- Runs of one status, across its sub-statuses and policies, the forecast ones included.
with

    timeline as (
        select *
        from {{ ref("int_customer__timeline") }}
        where {{ changed(["customer_key"], changes) }}
    ),

    compared as (
        select
            *,
            lag(status) over (
                partition by customer_key order by valid_from
            ) as previous_status
        from timeline
    ),

    starts as (
        select *
        from compared
        where previous_status is null or status <> previous_status
    ),

    final as (
        select
            customer_key,
            valid_from as status_since,
            lead(valid_from) over (
                partition by customer_key order by valid_from
            ) as status_until,
            status,
            previous_status,
            lead(status) over (
                partition by customer_key order by valid_from
            ) as next_status,
            change_cause
        from starts
    )

select *
from final
