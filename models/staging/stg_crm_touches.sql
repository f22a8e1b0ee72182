with

    crm_touches as (select * from {{ source("raw", "crm_touches") }}),

    ranked as (
        {{
            ranked_versions(
                "crm_touches",
                "touch_id",
                "coalesce(updated_at, touched_at)",
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
                ],
            )
        }}
    ),

    final as (
        select
            touch_id,
            contact_id,
            customer_id,
            lower(email) as email,
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
            cost_amount
        from ranked
        where version_rank = 1
    )

select *
from final
