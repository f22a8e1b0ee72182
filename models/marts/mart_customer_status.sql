{%- set numbers = [
    "days_since_last_purchase",
    "inactive_after_days",
    "habit_window_periods",
    "habit_periods_required",
    "earlier_habit_periods",
    "habit_periods",
    "days_since_subscription",
    "subscription_valid_days",
    "engagement_window_days",
    "engagement_points_required",
    "engagement_points",
    "dissatisfactions",
] -%}
{%- set texts = {"en": {}, "es": {}} -%}
{%- for language, decimal_mark in [("en", "."), ("es", ",")] -%}
    {%- for number in numbers -%}
        {%- do texts[language].update(
            {number: number_text("measured." ~ number, decimal_mark)}
        ) -%}
    {%- endfor -%}
    {%- do texts[language].update(
        {
            "dissatisfaction_window_days": "'"
            ~ var("dissatisfaction_window_days")
            ~ "'"
        }
    ) -%}
{%- endfor -%}

with

    measures as (select * from {{ ref("int_customer__measures") }}),

    history as (
        select * from {{ ref("fct_customer_status_history") }} where is_current
    ),

    runs as (select * from {{ ref("int_customer__status_runs") }}),

    status_reasons as (select * from {{ ref("status_reasons") }}),

    period_labels as (select * from {{ ref("labels") }} where kind = 'habit_period'),

    measured as (
        select
            measures.*,
            history.status,
            history.sub_status,
            history.change_cause,
            runs.status_since,
            runs.previous_status,
            runs.next_status,
            runs.status_until as next_status_date,
            measures.dissatisfactions > 0 as is_dissatisfied,
            case
                when history.sub_status = 'never_purchased'
                then 'never_purchased'
                when
                    history.status = 'captive'
                    and not (
                        measures.habit_periods >= measures.habit_periods_required
                        or (
                            measures.habit_periods
                            >= measures.habit_periods_required - 1
                            and measures.earlier_habit_periods
                            >= measures.habit_periods_required
                        )
                    )
                then 'captive_subscription'
                when history.status = 'captive'
                then 'captive_habit'
                when history.status = 'active' and not measures.is_engagement_measured
                then 'active_unmeasured'
                else history.status
            end as rule
        from measures
        inner join history on measures.customer_key = history.customer_key
        inner join
            runs
            on measures.customer_key = runs.customer_key
            and measures.as_of_date >= runs.status_since
            and (runs.status_until is null or measures.as_of_date < runs.status_until)
    ),

    explained as (
        select
            measured.*,
            {% for language in ["en", "es"] %}
                replace(
                    replace(
                        {{
                            fill_template(
                                "status_reasons.reason_" ~ language, texts[language]
                            )
                        }},
                        '{habit_period_{{ language }}}',
                        period_labels.label_{{ language }}
                    ),
                    '{dissatisfaction_{{ language }}}',
                    case
                        when measured.is_dissatisfied
                        then
                            {{
                                fill_template(
                                    "dissatisfaction.reason_" ~ language,
                                    texts[language],
                                )
                            }}
                        else ''
                    end
                ) as reason_{{ language }}{{ "," if not loop.last }}
            {% endfor %}
        from measured
        inner join status_reasons on measured.rule = status_reasons.rule
        inner join
            status_reasons as dissatisfaction
            on dissatisfaction.rule = 'dissatisfaction'
        inner join period_labels on measured.habit_period = period_labels.code
    ),

    final as (
        select
            customer_key,
            as_of_date,
            status,
            sub_status,
            status_since,
            {{ day_number("as_of_date") }}
            - {{ day_number("status_since") }} as days_in_status,
            previous_status,
            change_cause,
            next_status,
            next_status_date,
            status <> 'inactive'
            and days_since_last_purchase > at_risk_after_days as is_at_risk,
            reason_en as status_reason,
            reason_es as status_reason_es,
            policy_segment,
            policy_effective_from,
            first_purchase_date,
            last_purchase_date,
            days_since_last_purchase,
            cast(purchase_days as integer) as purchase_days,
            cast(orders as integer) as orders,
            cast(net_revenue as decimal(38, 2)) as net_revenue,
            average_order_value,
            median_days_between_purchases,
            cast(revenue_365d as decimal(38, 2)) as revenue_365d,
            cast(orders_365d as integer) as orders_365d,
            cast(habit_periods as integer) as habit_periods,
            cast(engagement_points as decimal(18, 2)) as engagement_points,
            is_engagement_measured,
            last_engagement_date,
            offer_response_rate,
            cast(feedback_count as integer) as feedback_count,
            cast(referral_count as integer) as referral_count,
            average_score,
            digital_share,
            is_dissatisfied
        from explained
    )

select *
from final
