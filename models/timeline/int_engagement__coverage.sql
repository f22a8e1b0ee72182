-- Whether engagement is measured on the as-of date, and if not, what keeps it from
-- being
-- measured for longest.
with

    run as (
        select {{ day_number("as_of_date") }} as as_of_day
        from {{ ref("int_run__as_of") }}
    ),

    policies as (
        select distinct
            policy_number, policy_segment, policy_effective_from, engagement_window_days
        from {{ ref("int_policy__spans") }}
    ),

    -- nothing that is known on the as-of date leaves days unmeasured that begin later
    unmeasured as (
        select
            unmeasured.*,
            row_number() over (
                partition by unmeasured.policy_number
                order by
                    unmeasured.unmeasured_to desc,
                    unmeasured.unmeasured_from,
                    unmeasured.unmeasured_kind,
                    unmeasured.feed nulls first
            ) as kind_number
        from {{ ref("int_engagement__unmeasured") }} as unmeasured
        cross join run
        where
            unmeasured.unmeasured_from <= run.as_of_day
            and unmeasured.unmeasured_to > run.as_of_day
    ),

    final as (
        select
            policies.policy_number,
            policies.policy_segment,
            policies.policy_effective_from,
            policies.engagement_window_days,
            unmeasured.unmeasured_kind is null as is_measured,
            unmeasured.unmeasured_kind,
            unmeasured.feed,
            unmeasured.observed_from_date,
            unmeasured.row_before_date,
            unmeasured.row_after_date,
            case
                when unmeasured.unmeasured_kind in ('silent', 'was_silent')
                then {{ day_from_number("unmeasured.unmeasured_from") }}
            end as unmeasured_from_date,
            case
                when unmeasured.unmeasured_kind in ('too_early', 'was_silent')
                then {{ day_from_number("unmeasured.unmeasured_to") }}
            end as measured_again_date
        from policies
        left join
            unmeasured
            on policies.policy_number = unmeasured.policy_number
            and unmeasured.kind_number = 1
    )

select *
from final
