-- feed: web_sessions
-- optional: user_id, derived_tstamp, page_urlhost, page_urlpath, mkt_source, mkt_medium
-- optional: mkt_campaign, dvce_type, geo_country
--
-- Snowplow, the table atomic.events
-- (docs.snowplow.io/docs/fundamentals/canonical-event):
-- one row per event, times in UTC. A session that lasts past midnight (UTC) is one
-- session per day, so export whole days. Events without a domain_sessionid or a
-- domain_userid (servers, no consent) are passed over.
with
    events as (
        select
            *,
            -- BigQuery writes 2026-01-05 10:00:00 UTC
            try_cast(
                replace(
                    coalesce(derived_tstamp, collector_tstamp), ' UTC', ''
                ) as timestamp
            ) as happened_at
        from export
        where domain_sessionid is not null and domain_userid is not null
    )

select
    min(_row_number) as _row_number,
    count(*) as _export_rows,
    domain_sessionid
    || coalesce('.' || cast(happened_at::date as varchar), '') as session_id,
    domain_userid as visitor_id,
    arg_max(user_id, happened_at) as customer_id,
    coalesce(
        strftime(min(happened_at), '%Y-%m-%dT%H:%M:%S.%fZ'), min(collector_tstamp)
    ) as started_at,
    strftime(max(happened_at), '%Y-%m-%dT%H:%M:%S.%fZ') as ended_at,
    count_if(event in ('page_view', 'screen_view')) as page_views,
    count_if(event = 'transaction') as conversions,
    arg_min(mkt_source, happened_at) as source,
    arg_min(mkt_medium, happened_at) as medium,
    arg_min(mkt_campaign, happened_at) as campaign,
    arg_min(dvce_type, happened_at) as device,
    arg_min(geo_country, happened_at) as country,
    arg_min(page_urlhost || coalesce(page_urlpath, ''), happened_at) as landing_page
from events
group by domain_sessionid, domain_userid, happened_at::date
