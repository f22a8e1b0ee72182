-- depends_on: {{ ref("chg_policy_before") }}
-- For each segment, which policy row rules which days. A segment is ruled by the
-- default rows until its own first row takes effect.
with

    status_policy as (select * from {{ ref("status_policy") }}),

    own_start as (
        select policy_segment as segment, min(effective_from) as first_effective_from
        from status_policy
        group by policy_segment
    ),

    ruling as (
        select status_policy.policy_segment as segment, status_policy.*
        from status_policy
        union all
        select own_start.segment, status_policy.*
        from own_start
        inner join
            status_policy
            on status_policy.policy_segment = 'default'
            and own_start.segment <> 'default'
            and status_policy.effective_from < own_start.first_effective_from
    ),

    numbered as (
        select
            *,
            -- an arbitrary but stable number, small enough to be packed beside a day
            -- number
            row_number() over (order by segment, effective_from) as span_number,
            dense_rank() over (order by policy_segment, effective_from) as policy_number
        from ruling
    ),

    final as (
        select
            numbered.span_number,
            numbered.policy_number,
            numbered.segment,
            numbered.policy_segment,
            numbered.effective_from as policy_effective_from,
            case
                when
                    lag(numbered.span_number) over (
                        partition by numbered.segment order by numbered.effective_from
                    )
                    is null
                then {{ day_number("date '0001-01-01'") }}
                else {{ day_number("numbered.effective_from") }}
            end as span_from,
            coalesce(
                lead({{ day_number("numbered.effective_from") }}) over (
                    partition by numbered.segment order by numbered.effective_from
                ),
                {{ day_number("date '9999-12-31'") }}
            ) as span_to,
            numbered.inactive_after_days,
            numbered.at_risk_after_days,
            numbered.engagement_window_days,
            numbered.engagement_points_required,
            numbered.habit_period,
            numbered.habit_window_periods,
            numbered.habit_periods_required,
            numbered.subscription_valid_days,
            numbered.engagement_measured_from,
            numbered.engagement_gap_days,
            numbered.engagement_feeds
        from numbered
    )

select *
from final
