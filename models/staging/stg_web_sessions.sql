with

    web_sessions as (select * from {{ source("raw", "web_sessions") }}),

    ranked as (
        {{
            ranked_versions(
                "web_sessions",
                "session_id",
                "ended_at",
                [
                    "started_at",
                    "visitor_id",
                    "customer_id",
                    "email",
                    "page_views",
                    "conversions",
                    "source",
                    "medium",
                    "campaign",
                    "device",
                    "country",
                    "landing_page",
                ],
            )
        }}
    ),

    final as (
        select
            session_id,
            visitor_id,
            customer_id,
            lower(email) as email,
            started_at,
            {{ local_date("started_at", setting("business_timezone")) }}
            as session_date,
            ended_at,
            coalesce(page_views, 1) as page_views,
            coalesce(conversions, 0) as conversions,
            source,
            medium,
            campaign,
            device,
            country,
            landing_page
        from ranked
        where version_rank = 1
    )

select *
from final
