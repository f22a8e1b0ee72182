-- One row per household that a campaign was mailed to, and one per coupon that it
-- redeemed. The touch_id is spelled from what identifies the row in the source, so it
-- never changes.
with
    mailings as (
        select
            concat_ws(
                '-', 'sent', campaigns.campaign_id, campaigns.household_id
            ) as touch_id,
            campaigns.household_id,
            noon_of(campaign_descriptions.start_date) as touched_at,
            'outbound' as direction,
            'mail' as channel,
            'sent' as touch_type,
            campaigns.campaign_id,
            null as offer_id,
        from campaigns
        inner join
            campaign_descriptions
            on campaigns.campaign_id = campaign_descriptions.campaign_id
    ),

    redemptions as (
        select
            concat_ws(
                '-',
                'redeemed',
                campaign_id,
                household_id,
                coupon_upc,
                strftime(redemption_date, '%Y%m%d')
            ) as touch_id,
            household_id,
            noon_of(redemption_date) as touched_at,
            'inbound' as direction,
            'store' as channel,
            'coupon_redeemed' as touch_type,
            campaign_id,
            coupon_upc as offer_id,
        from coupon_redemptions
    ),

    touches as (
        select *
        from mailings
        union all
        select *
        from redemptions
    ),

    final as (
        select
            touches.touch_id,
            cast(touches.household_id as varchar) as customer_id,
            touches.touched_at,
            touches.direction,
            touches.channel,
            touches.touch_type,
            cast(touches.campaign_id as varchar) as campaign_id,
            cast(touches.offer_id as varchar) as offer_id,
            campaign_descriptions.campaign_type,
            cast(campaign_descriptions.end_date as date) as campaign_end_date,
        from touches
        inner join
            campaign_descriptions
            on touches.campaign_id = campaign_descriptions.campaign_id
    )

select *
from final
order by touched_at, touch_id
