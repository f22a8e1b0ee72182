{{
    config(
        materialized="incremental",
        incremental_strategy="scoped",
        unique_key=["session_id"],
        meta={"scope": "chg_sessions_before", "feed": "web_sessions"},
    )
}}

{%- set before = ref("chg_sessions_before") %}

with

    web_sessions as {{ inlined() }} ({{ raw_rows("web_sessions") }}),

    versions as {{ inlined() }} (
        select
            session_id,
            {{ without_placeholder("visitor_id") }} as visitor_id,
            {{ without_placeholder("customer_id") }} as customer_id,
            {{ email_without_placeholder("email") }} as email,
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
        from web_sessions
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
            email,
            started_at,
            session_date,
            ended_at,
            page_views,
            conversions,
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
