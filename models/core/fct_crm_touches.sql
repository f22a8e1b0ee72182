{{
    config(
        materialized="incremental",
        incremental_strategy="scoped",
        unique_key=["touch_id"],
        meta={"scope": "chg_touches", "day": "touch_date"},
    )
}}

{%- set changes = ref("chg_touches") %}

with

    shared_customers as ({{ shared_customer_ids() }}),

    crm_touches as (
        select
            *,
            {{
                first_identifier(
                    ["customer_id", "email", "contact_id"], "shared_customers"
                )
            }} as identifier
        from {{ rows_to_make(ref("stg_crm_touches"), changes) }}
    ),

    resolved as (select * from {{ ref("int_identifier__resolved") }}),

    touch_types as (select * from {{ ref("touch_types") }}),

    final as (
        select
            crm_touches.touch_id,
            coalesce(
                resolved.customer_key, by_contact.customer_key, 'unknown'
            ) as customer_key,
            crm_touches.touch_type,
            touch_types.kind as touch_kind,
            crm_touches.touch_date,
            crm_touches.touched_at,
            crm_touches.updated_at,
            crm_touches.direction,
            'crm:' || crm_touches.channel as channel_key,
            case
                when crm_touches.campaign_id is not null
                then 'crm:' || crm_touches.campaign_id
            end as campaign_key,
            crm_touches.channel,
            crm_touches.campaign_id,
            crm_touches.offer_id,
            crm_touches.score,
            coalesce(touch_types.is_dissatisfaction, false)
            or coalesce(
                crm_touches.score <= touch_types.dissatisfied_at_or_below, false
            ) as is_dissatisfaction,
            crm_touches.topic,
            crm_touches.cost_amount,
            crm_touches.thread_id,
            crm_touches.in_reply_to,
            {{ masked_text("crm_touches.referred_by") }} as referred_by
        from crm_touches
        left join resolved on crm_touches.identifier = resolved.identifier
        -- where the address is shared, the contact still says who it was
        left join
            resolved as by_contact
            on resolved.customer_key is null
            and 'contact_id:' || crm_touches.contact_id = by_contact.identifier
        left join touch_types on crm_touches.touch_type = touch_types.touch_type
    )

select *
from final
