{{
    config(
        materialized="incremental",
        incremental_strategy="scoped",
        unique_key=["touch_id"],
        meta={"scope": "chg_touches_before", "feed": "crm_touches"},
    )
}}

{%- set before = ref("chg_touches_before") %}

with

    crm_touches as {{ inlined() }} ({{ raw_rows("crm_touches") }}),

    versions as {{ inlined() }} (
        select
            touch_id,
            {{ without_placeholder("contact_id") }} as contact_id,
            {{ without_placeholder("customer_id") }} as customer_id,
            {{ email_without_placeholder("email") }} as email,
            touched_at,
            {{ local_date("touched_at", setting("business_timezone")) }} as touch_date,
            coalesce(updated_at, touched_at) as updated_at,
            direction,
            channel,
            touch_type,
            campaign_id,
            offer_id,
            score,
            topic,
            cost_amount,
            thread_id,
            in_reply_to,
            referred_by
        from crm_touches
        {%- if only_changes() %}
            -- a row that comes again competes with what it was
            union all
            select *
            from {{ before }}
        {%- endif %}
    ),

    ranked as (
        {{
            ranked_versions(
                "versions",
                "touch_id",
                "updated_at",
                [
                    "touched_at",
                    "contact_id",
                    "customer_id",
                    "email",
                    "direction",
                    "channel",
                    "touch_type",
                    "campaign_id",
                    "offer_id",
                    "score",
                    "topic",
                    "cost_amount",
                    "thread_id",
                    "in_reply_to",
                    "referred_by",
                ],
            )
        }}
    ),

    final as (
        select
            touch_id,
            contact_id,
            customer_id,
            email,
            touched_at,
            touch_date,
            updated_at,
            direction,
            channel,
            touch_type,
            campaign_id,
            offer_id,
            score,
            topic,
            cost_amount,
            thread_id,
            in_reply_to,
            referred_by
        from ranked
        where version_rank = 1
    )

select *
from final
