{%- set changes = ref("chg_customers") %}

-- Stretches of days, not after an earlier release's as-of date, of which this build
-- says something else than was published.
with

    published_run as (select * from {{ ref("stg_published_run") }}),

    run as (select * from {{ ref("int_run__as_of") }}),

    published_days as (
        select max(valid_to) as published_to from {{ ref("stg_published_timeline") }}
    ),

    -- both were asked about these days
    bounds as (
        select
            least(
                published_days.published_to,
                {{ day_from_number(day_number("run.as_of_date") ~ " + 1") }}
            ) as compared_to
        from published_days
        cross join run
    ),

    -- of customers without changes this build says what the last one said, unless
    -- that one
    -- was asked about fewer days than a release before it
    looked_back as (
        select 1 as is_so
        from published_days
        cross join published_run
        where
            published_days.published_to
            > {{
                day_from_number(
                    day_number("published_run.previous_as_of_date") ~ " + 1"
                )
            }}
    ),

    published as (
        select
            timeline.customer_key,
            timeline.valid_from,
            least(timeline.valid_to, bounds.compared_to) as valid_to,
            timeline.status,
            timeline.sub_status,
            timeline.policy_segment,
            timeline.policy_effective_from
        from {{ ref("stg_published_timeline") }} as timeline
        inner join bounds on timeline.valid_from < bounds.compared_to
        where
            exists (select looked_back.is_so from looked_back)
            or {{ changed(["timeline.customer_key"], changes) }}
    ),

    built as (
        select
            timeline.customer_key,
            timeline.valid_from,
            least(
                coalesce(timeline.valid_to, bounds.compared_to), bounds.compared_to
            ) as valid_to,
            timeline.status,
            timeline.sub_status,
            timeline.policy_segment,
            timeline.policy_effective_from
        from {{ ref("int_customer__timeline") }} as timeline
        inner join bounds on timeline.valid_from < bounds.compared_to
        where
            exists (select looked_back.is_so from looked_back)
            or {{ changed(["timeline.customer_key"], changes) }}
    ),

    no_longer_said as (
        select *
        from published
        except
        select *
        from built
    ),

    newly_said as (
        select *
        from built
        except
        select *
        from published
    ),

    moments as (
        select customer_key, valid_from as moment
        from no_longer_said
        union
        select customer_key, valid_to as moment
        from no_longer_said
        union
        select customer_key, valid_from as moment
        from newly_said
        union
        select customer_key, valid_to as moment
        from newly_said
    ),

    stretches as (
        select
            customer_key,
            moment as valid_from,
            lead(moment) over (partition by customer_key order by moment) as valid_to
        from moments
    ),

    final as (
        select
            stretches.customer_key,
            stretches.valid_from,
            stretches.valid_to,
            no_longer_said.status as previous_status,
            no_longer_said.sub_status as previous_sub_status,
            no_longer_said.policy_segment as previous_policy_segment,
            no_longer_said.policy_effective_from as previous_policy_effective_from,
            newly_said.status,
            newly_said.sub_status,
            newly_said.policy_segment,
            newly_said.policy_effective_from
        from stretches
        left join
            no_longer_said
            on stretches.customer_key = no_longer_said.customer_key
            and stretches.valid_from >= no_longer_said.valid_from
            and stretches.valid_from < no_longer_said.valid_to
        left join
            newly_said
            on stretches.customer_key = newly_said.customer_key
            and stretches.valid_from >= newly_said.valid_from
            and stretches.valid_from < newly_said.valid_to
        cross join published_run
        where
            stretches.valid_to is not null
            and published_run.previous_release_id is not null
            and coalesce(no_longer_said.status, newly_said.status) is not null
            and (
                no_longer_said.status is null
                or newly_said.status is null
                or no_longer_said.status <> newly_said.status
                or no_longer_said.sub_status <> newly_said.sub_status
                or no_longer_said.policy_segment <> newly_said.policy_segment
                or no_longer_said.policy_effective_from
                <> newly_said.policy_effective_from
            )
    )

select *
from final
