{{
    config(
        materialized="incremental",
        incremental_strategy="scoped",
        unique_key=["customer_key"],
        meta={"scope": "chg_customers"},
    )
}}

-- depends_on: {{ ref("chg_customers") }}
-- A customer's whole timeline as intervals: the past, the as-of date and, if nothing
-- more happens, the days to come.
with

    status_days as (
        select *
        from {{ ref("int_customer__status_days") }}
        where {{ in_slice("customer_key") }}
    ),

    policies as (
        select distinct policy_number, policy_segment, policy_effective_from
        from {{ ref("int_policy__spans") }}
    ),

    status_codes as (
        select *
        from
            (values (1, 'passive'), (2, 'active'), (3, 'captive')) as codes(
                code, status
            )
    ),

    -- A lapse is a turn to inactive; a buying spell that follows one begins with the
    -- turn back.
    turns as (
        select
            status_days.*,
            case
                when
                    status_days.status = 'inactive'
                    and status_days.previous_status <> 'inactive'
                -- the latest lapse is the greatest number, for its day leads
                then
                    (cast(status_days.day as bigint) + 1000000) * 10 + status_codes.code
            end as packed_lapse,
            case
                when
                    status_days.status <> 'inactive'
                    and status_days.previous_status = 'inactive'
                    and status_days.previous_purchase_days_up_to_two > 0
                then status_days.day
            end as spell_day
        from status_days
        left join status_codes on status_days.previous_status = status_codes.status
    ),

    carried as (
        select
            *,
            cast(
                max(packed_lapse) over (
                    partition by customer_key
                    order by day
                    rows between unbounded preceding and current row
                )
                % 10 as integer
            ) as lapse_code,
            max(spell_day) over (
                partition by customer_key
                order by day
                rows between unbounded preceding and current row
            ) as spell_from
        from turns
    ),

    named as (
        select
            carried.customer_key,
            carried.day,
            carried.status,
            case
                when carried.status = 'inactive' and carried.purchase_days_up_to_two = 0
                then 'never_purchased'
                when carried.status = 'inactive' and carried.purchase_days_up_to_two = 1
                then 'one_time'
                when carried.status = 'inactive'
                then 'lapsed_' || status_codes.status
                when carried.status = 'captive' and carried.is_dissatisfied
                then 'hostage'
                when carried.status = 'captive'
                then 'loyal'
                when carried.purchase_days_up_to_two = 1
                then 'new'
                when carried.day - carried.spell_from < {{ var("reactivated_days") }}
                then 'reactivated'
                else 'recurring'
            end as sub_status,
            carried.policy_number,
            carried.change_cause
        from carried
        left join status_codes on carried.lapse_code = status_codes.code
    ),

    compared as (
        select
            *,
            lag(status) over by_day as previous_status,
            lag(sub_status) over by_day as previous_sub_status,
            lag(policy_number) over by_day as previous_policy_number
        from named
        window by_day as (partition by customer_key order by day)
    ),

    starts as (
        select *
        from compared
        where
            previous_status is null
            or status <> previous_status
            or sub_status <> previous_sub_status
            or policy_number <> previous_policy_number
    ),

    final as (
        select
            starts.customer_key,
            {{ day_from_number("starts.day") }} as valid_from,
            {{
                day_from_number(
                    "lead(starts.day) over (partition by starts.customer_key order by starts.day)"
                )
            }}
            as valid_to,
            starts.status,
            starts.sub_status,
            policies.policy_segment,
            policies.policy_effective_from,
            starts.change_cause
        from starts
        inner join policies on starts.policy_number = policies.policy_number
    )

select *
from final
