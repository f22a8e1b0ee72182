with

    web_sessions as (
        select
            campaign_key,
            'web' as campaign_type,
            campaign,
            min(session_date) as first_date,
            max(session_date) as last_date
        from {{ ref("fct_web_sessions") }}
        where campaign_key is not null
        group by campaign_key, campaign
    ),

    crm_touches as (
        select
            campaign_key,
            'crm' as campaign_type,
            campaign_id as campaign,
            min(touch_date) as first_date,
            max(touch_date) as last_date
        from {{ ref("fct_crm_touches") }}
        where campaign_key is not null
        group by campaign_key, campaign_id
    ),

    final as (
        select campaign_key, campaign_type, campaign, first_date, last_date
        from web_sessions
        union all
        select campaign_key, campaign_type, campaign, first_date, last_date
        from crm_touches
    )

select *
from final
