-- feed: crm_touches
-- optional: emailCampaignId, subject, filteredEvent, portalSubscriptionStatus
-- optional: subscriptions
--
-- HubSpot, Email Events (developers.hubspot.com, legacy email-analytics-v1, GET
-- /email/public/v1/events): the array "events" as JSON lines, or as CSV with the same
-- names; one row per event, created in milliseconds. Events that are no touch
-- (processed, deferred, dropped, bounced, printed, forwarded, back in favour) and those
-- that HubSpot marks as made by machines are passed over.
with
    events as (
        select
            *,
            case
                when type = 'SENT'
                then 'sent'
                when type = 'DELIVERED'
                then 'delivered'
                when type = 'OPEN'
                then 'opened'
                when type = 'CLICK'
                then 'clicked'
                when type = 'SPAMREPORT'
                then 'unsubscribed'
                when type <> 'STATUSCHANGE'
                then null
                when portalsubscriptionstatus = 'UNSUBSCRIBED'
                then 'unsubscribed'
                when contains(subscriptions, '"UNSUBSCRIBED"')
                then 'unsubscribed'
            end as touch
        from export
        where lower(coalesce(filteredevent, 'false')) <> 'true'
    )

select
    _row_number,
    id || '-' || created as touch_id,
    recipient as email,
    coalesce(
        strftime(
            make_timestamp(try_cast(created as bigint) * 1000), '%Y-%m-%dT%H:%M:%S.%fZ'
        ),
        created
    ) as touched_at,
    case
        when touch in ('sent', 'delivered') then 'outbound' else 'inbound'
    end as direction,
    'email' as channel,
    touch as touch_type,
    emailcampaignid as campaign_id,
    subject as topic
from events
where touch is not null
