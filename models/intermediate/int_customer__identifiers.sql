{{
    config(
        materialized="incremental",
        incremental_strategy="scoped",
        unique_key=["customer_key"],
        meta={"scope": "chg_people"},
    )
}}

{%- set changes = ref("chg_people") %}

with

    known as (select * from {{ ref("int_identifier__known") }}),

    resolved as (select * from {{ ref("int_identifier__resolved") }}),

    final as (
        select
            resolved.customer_key,
            case
                known.identifier_rank
                when 1
                then 'customer_id'
                when 2
                then 'email'
                else 'contact_id'
            end as identifier_type,
            {{ text_after("known.identifier", ":") }} as identifier_value,
            known.first_seen_at
        from known
        inner join resolved on known.identifier = resolved.identifier
        where
            resolved.customer_key <> 'erased'
            and {{ changed(["resolved.customer_key"], changes) }}
    )

select *
from final
