{{ config(meta={"dagster": {"ref": {"name": "int_customer__measures"}}}) }}

-- The timeline carries running totals; the measures count the facts afresh. A row here
-- is a customer whom the two do not agree on: one of them is wrong, and no release may
-- say so.
with

    expected as (
        select
            measures.customer_key,
            case
                when
                    measures.purchase_days = 0
                    or measures.days_since_last_purchase > measures.inactive_after_days
                then 'inactive'
                when
                    measures.habit_periods >= measures.habit_periods_required
                    or (
                        measures.habit_periods >= measures.habit_periods_required - 1
                        and measures.earlier_habit_periods
                        >= measures.habit_periods_required
                    )
                    or measures.days_since_subscription
                    < measures.subscription_valid_days
                then 'captive'
                when
                    measures.engagement_points >= measures.engagement_points_required
                    or not measures.is_engagement_measured
                then 'active'
                else 'passive'
            end as status,
            measures.dissatisfactions > 0 as is_dissatisfied
        from {{ ref("int_customer__measures") }} as measures
    )

select expected.customer_key, expected.status as expected_status, history.status
from expected
inner join
    {{ ref("fct_customer_status_history") }} as history
    on expected.customer_key = history.customer_key
    and history.is_current
where
    expected.status <> history.status
    or (history.sub_status = 'hostage')
    <> (expected.status = 'captive' and expected.is_dissatisfied)
