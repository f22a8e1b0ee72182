-- What leaves days without measured engagement, as each policy row sees the feeds: the
-- days before a whole window was observed, and those whose window holds a long silence.
with

    policies as (
        select distinct
            policy_number,
            policy_segment,
            policy_effective_from,
            engagement_window_days,
            engagement_measured_from,
            engagement_gap_days,
            engagement_feeds
        from {{ ref("int_policy__spans") }}
    ),

    feeds as (select * from (values ('web_sessions'), ('crm_touches')) as names(feed)),

    first_days as (
        select feed, min(feed_date) as first_date
        from {{ ref("int_engagement__feed_days") }}
        group by feed
    ),

    silences as (select * from {{ ref("int_engagement__silences") }}),

    -- feeds that a policy row names, or all of them
    expected as (
        select
            policies.*,
            feeds.feed,
            first_days.first_date,
            policies.engagement_feeds is not null as is_named
        from policies
        cross join feeds
        left join first_days on feeds.feed = first_days.feed
        where
            policies.engagement_feeds is null
            or policies.engagement_feeds in (feeds.feed, 'both')
    ),

    observed as (
        select
            policy_number,
            policy_segment,
            policy_effective_from,
            engagement_window_days,
            is_named,
            min(case when first_date is null then feed end) as absent_feed,
            coalesce(
                engagement_measured_from,
                case
                    when not is_named
                    then min(first_date)
                    when count(first_date) = count(*)
                    then max(first_date)
                end
            ) as observed_from
        from expected
        group by
            policy_number,
            policy_segment,
            policy_effective_from,
            engagement_window_days,
            engagement_measured_from,
            is_named
    ),

    beginnings as (
        select
            policy_number,
            policy_segment,
            policy_effective_from,
            case
                when observed_from is null then 'never' else 'too_early'
            end as unmeasured_kind,
            case when observed_from is null and is_named then absent_feed end as feed,
            observed_from as observed_from_date,
            cast(null as date) as row_before_date,
            cast(null as date) as row_after_date,
            {{ day_number("date '0001-01-01'") }} as unmeasured_from,
            coalesce(
                {{ day_number("observed_from") }} + engagement_window_days - 1,
                {{ day_number("date '9999-12-31'") }}
            ) as unmeasured_to
        from observed
    ),

    limits as (
        select
            expected.*,
            silences.last_feed_day,
            silences.next_feed_day,
            silences.silent_days,
            greatest(
                expected.engagement_gap_days, 2 * silences.second_longest_days_before
            ) as limit_days
        from expected
        inner join silences on expected.feed = silences.feed
        where
            expected.engagement_gap_days is not null
            and (
                expected.is_named
                or silences.feed_days_so_far > expected.engagement_gap_days
            )
    ),

    long_silences as (
        select
            policy_number,
            policy_segment,
            policy_effective_from,
            case
                when next_feed_day is null then 'silent' else 'was_silent'
            end as unmeasured_kind,
            feed,
            cast(null as date) as observed_from_date,
            {{ day_from_number("last_feed_day") }} as row_before_date,
            {{ day_from_number("next_feed_day") }} as row_after_date,
            last_feed_day + limit_days + 1 as unmeasured_from,
            coalesce(
                next_feed_day + engagement_window_days - 1,
                {{ day_number("date '9999-12-31'") }}
            ) as unmeasured_to
        from limits
        where silent_days > limit_days
    ),

    final as (
        select *
        from beginnings
        union all
        select *
        from long_silences
    )

select
    policy_number,
    policy_segment,
    policy_effective_from,
    unmeasured_kind,
    feed,
    observed_from_date,
    row_before_date,
    row_after_date,
    cast(unmeasured_from as integer) as unmeasured_from,
    cast(unmeasured_to as integer) as unmeasured_to
from final
