-- depends_on: {{ ref("chg_measured_before") }}
-- The days on which engagement is measured: of the days that a policy row rules, those
-- that nothing leaves unmeasured.
with

    unmeasured as (
        select policy_number, unmeasured_from, unmeasured_to
        from {{ ref("int_engagement__unmeasured") }}
    ),

    ruled as (
        select
            policy_number,
            policy_segment,
            policy_effective_from,
            min(span_from) as ruled_from,
            max(span_to) as ruled_to
        from {{ ref("int_policy__spans") }}
        group by policy_number, policy_segment, policy_effective_from
    ),

    -- the first of them begins with the first of days
    reached as (
        select
            policy_number,
            unmeasured_from,
            max(unmeasured_to) over (
                partition by policy_number
                order by unmeasured_from, unmeasured_to
                rows between unbounded preceding and 1 preceding
            ) as unmeasured_until
        from unmeasured
    ),

    between_them as (
        select
            policy_number,
            unmeasured_until as measured_from,
            unmeasured_from as measured_to
        from reached
        where unmeasured_until < unmeasured_from
    ),

    after_them as (
        select
            policy_number,
            max(unmeasured_to) as measured_from,
            {{ day_number("date '9999-12-31'") }} as measured_to
        from unmeasured
        group by policy_number
    ),

    measured as (
        select *
        from between_them
        union all
        select *
        from after_them
    ),

    final as (
        select
            ruled.policy_number,
            ruled.policy_segment,
            ruled.policy_effective_from,
            greatest(measured.measured_from, ruled.ruled_from) as measured_from,
            least(measured.measured_to, ruled.ruled_to) as measured_to
        from measured
        inner join ruled on measured.policy_number = ruled.policy_number
        where
            greatest(measured.measured_from, ruled.ruled_from)
            < least(measured.measured_to, ruled.ruled_to)
    )

select *
from final
