-- feed: web_sessions
-- optional: user_id, device, geo, collected_traffic_source
-- optional: session_traffic_source_last_click
--
-- Google Analytics 4, BigQuery Export (developers.google.com/analytics/bigquery,
-- event-schema): the tables events_YYYYMMDD, exported from BigQuery as JSON lines or
-- Parquet; one row per event, its ga_session_id inside event_params. A session that
-- lasts past midnight (of the property) is one session per day, however the files are
-- cut. Events without a session or a user_pseudo_id (no consent) are passed over.
with
    named as (
        select
            *,
            json_extract_string(event_params, '$[*].key') as keys,
            json_extract(event_params, '$[*].value') as params,
            make_timestamp(try_cast(event_timestamp as bigint)) as happened_at
        from export
    ),

    events as (
        select
            *,
            params[list_position(keys, 'ga_session_id')]
            ->> 'int_value' as ga_session_id,
            params[list_position(keys, 'page_location')]
            ->> 'string_value' as page_location,
            params[list_position(keys, 'source')] ->> 'string_value' as event_source,
            params[list_position(keys, 'medium')] ->> 'string_value' as event_medium,
            params[list_position(keys, 'campaign')]
            ->> 'string_value' as event_campaign,
            try_cast(
                params[list_position(keys, 'engagement_time_msec')]
                ->> 'int_value' as bigint
            ) as engaged_milliseconds,
            session_traffic_source_last_click -> '$.manual_campaign' as session_campaign
        from named
    ),

    sessions as (
        select
            min(_row_number) as _row_number,
            count(*) as _export_rows,
            user_pseudo_id || '.' || ga_session_id || '.' || event_date as session_id,
            user_pseudo_id as visitor_id,
            arg_max(user_id, happened_at) as customer_id,
            min(happened_at) as first_at,
            -- events of one batch share a time: the time spent may say more
            greatest(
                max(happened_at),
                min(happened_at)
                + to_milliseconds(coalesce(sum(engaged_milliseconds), 0))
            ) as last_at,
            count_if(event_name in ('page_view', 'screen_view')) as page_views,
            -- the export does not say what the business calls a key event
            count_if(event_name = 'purchase') as conversions,
            arg_min(
                coalesce(
                    session_campaign ->> 'source',
                    collected_traffic_source ->> '$.manual_source',
                    event_source
                ),
                happened_at
            ) as source,
            arg_min(
                coalesce(
                    session_campaign ->> 'medium',
                    collected_traffic_source ->> '$.manual_medium',
                    event_medium
                ),
                happened_at
            ) as medium,
            arg_min(
                coalesce(
                    session_campaign ->> 'campaign_name',
                    collected_traffic_source ->> '$.manual_campaign_name',
                    event_campaign
                ),
                happened_at
            ) as campaign,
            arg_min(device ->> '$.category', happened_at) as device,
            arg_min(geo ->> '$.country', happened_at) as country,
            arg_min(split_part(page_location, '?', 1), happened_at) as landing_page
        from events
        where ga_session_id is not null and user_pseudo_id is not null
        group by user_pseudo_id, ga_session_id, event_date
    )

select
    * exclude (first_at, last_at),
    strftime(first_at, '%Y-%m-%dT%H:%M:%S.%fZ') as started_at,
    strftime(last_at, '%Y-%m-%dT%H:%M:%S.%fZ') as ended_at
from sessions
