{{
    config(
        materialized="incremental",
        incremental_strategy="scoped",
        unique_key=["session_id"],
        meta={"scope": "chg_sessions", "day": "session_date"},
    )
}}

{%- set changes = ref("chg_sessions") %}

with

    shared_customers as ({{ shared_customer_ids() }}),

    web_sessions as (
        select
            *,
            {{ first_identifier(["customer_id", "email"], "shared_customers") }}
            as identifier
        from {{ rows_to_make(ref("stg_web_sessions"), changes) }}
    ),

    resolved as (select * from {{ ref("int_identifier__resolved") }}),

    stitched as (select * from {{ ref("int_session__stitched") }}),

    bots as (select session_id from {{ ref("int_session__bots") }}),

    timed as (
        select *, {{ seconds_between("started_at", "ended_at") }} as duration_seconds
        from web_sessions
    ),

    final as (
        select
            timed.session_id,
            coalesce(
                resolved.customer_key, stitched.customer_key, 'unknown'
            ) as customer_key,
            case
                when {{ is_forgotten("'visitor_id:' || timed.visitor_id") }}
                then 'erased'
                else md5(timed.visitor_id)
            end as visitor_key,
            timed.session_date,
            timed.started_at,
            timed.ended_at,
            cast(timed.duration_seconds as decimal(18, 3)) as duration_seconds,
            timed.page_views,
            timed.conversions,
            bots.session_id is null
            and (
                timed.page_views >= {{ var("engaged_session_page_views") }}
                or coalesce(timed.duration_seconds, 0)
                >= {{ var("engaged_session_seconds") }}
                or timed.conversions >= 1
            ) as is_engaged,
            timed.identifier is not null as is_logged_in,
            stitched.customer_key is not null as is_stitched,
            bots.session_id is not null as is_bot,
            'web:' || coalesce(timed.medium, 'none') as channel_key,
            case
                when timed.campaign is not null then 'web:' || timed.campaign
            end as campaign_key,
            timed.source,
            timed.medium,
            timed.campaign,
            timed.device,
            timed.country,
            timed.landing_page
        from timed
        left join resolved on timed.identifier = resolved.identifier
        left join stitched on timed.session_id = stitched.session_id
        left join bots on timed.session_id = bots.session_id
    )

select *
from final
