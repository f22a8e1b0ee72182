-- feed: crm_touches
-- optional: person_email, campaign_id, flow_id
--
-- Klaviyo, the table klaviyo__events of Fivetran's package (github.com/fivetran,
-- dbt_klaviyo): one row per event, its metric's name in type, times in UTC. Klaviyo's
-- own
-- interface gives the same values in several answers that must be joined first.
-- Events that are no touch (orders, page views, bounces) are passed over.
with
    kinds as (
        select *
        from
            (
                values
                    ('Received Email', 'outbound', 'email', 'delivered'),
                    ('Opened Email', 'inbound', 'email', 'opened'),
                    ('Clicked Email', 'inbound', 'email', 'clicked'),
                    ('Unsubscribed', 'inbound', 'email', 'unsubscribed'),
                    ('Unsubscribed from List', 'inbound', 'email', 'unsubscribed'),
                    (
                        'Unsubscribed from Email Marketing',
                        'inbound',
                        'email',
                        'unsubscribed'
                    ),
                    ('Marked Email as Spam', 'inbound', 'email', 'unsubscribed'),
                    ('Received SMS', 'outbound', 'sms', 'delivered'),
                    ('Clicked SMS', 'inbound', 'sms', 'clicked'),
                    ('Sent SMS', 'inbound', 'sms', 'replied'),
                    ('Unsubscribed from SMS', 'inbound', 'sms', 'unsubscribed'),
                    (
                        'Unsubscribed from SMS Marketing',
                        'inbound',
                        'sms',
                        'unsubscribed'
                    ),
                    ('Received Push', 'outbound', 'push', 'delivered'),
                    ('Opened Push', 'inbound', 'push', 'clicked')
            ) as kinds(metric, direction, channel, touch_type)
    )

select
    export._row_number,
    event_id as touch_id,
    person_id as contact_id,
    person_email as email,
    replace(occurred_at, ' UTC', '') || case
        when regexp_matches(occurred_at, '([+-][0-9:]+|Z)$') then '' else 'Z'
    end as touched_at,
    kinds.direction,
    kinds.channel,
    kinds.touch_type,
    coalesce(campaign_id, flow_id) as campaign_id
from export
inner join kinds on export.type = kinds.metric
