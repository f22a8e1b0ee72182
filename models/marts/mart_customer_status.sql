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
    "at_risk_after_days",
] -%}
{%- set dates = [
    "status_since",
    "previous_status_until",
    "observed_from_date",
    "row_before_date",
    "row_after_date",
    "measured_again_date",
] -%}
{%- set texts = {"en": {}, "es": {}} -%}
{%- for language, decimal_mark in [("en", "."), ("es", ",")] -%}
    {%- for number in numbers -%}
        {%- do texts[language].update(
            {number: number_text("worded." ~ number, decimal_mark)}
        ) -%}
    {%- endfor -%}
    {%- for date in dates -%}
        {%- do texts[language].update(
            {date: "cast(worded." ~ date ~ " as " ~ dbt.type_string() ~ ")"}
        ) -%}
    {%- endfor -%}
    {%- do texts[language].update(
        {
            "dissatisfaction_window_days": "'"
            ~ var("dissatisfaction_window_days")
            ~ "'",
            "unmeasured_feed": "worded.unmeasured_feed",
            "habit_period_" ~ language: "worded.habit_period_" ~ language,
            "previous_status_"
            ~ language: "worded.previous_status_"
            ~ language,
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

    status_labels as (select * from {{ ref("labels") }} where kind = 'status'),

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
            {{ day_from_number(day_number("runs.status_since") ~ " - 1") }}
            as previous_status_until,
            measures.dissatisfactions > 0 as is_dissatisfied,
            history.status <> 'inactive'
            and measures.days_since_last_purchase
            > measures.at_risk_after_days as is_at_risk,
            case
                when
                    measures.unmeasured_kind = 'never'
                    and measures.unmeasured_feed is not null
                then 'unmeasured_feed_never'
                else 'unmeasured_' || measures.unmeasured_kind
            end as unmeasured_rule,
            case
                when history.sub_status = 'never_purchased'
                then 'never_purchased'
                when history.sub_status = 'one_time'
                then 'inactive_one_time'
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

    -- the sentence of the rule, with the parts that only some customers need
    worded as (
        select
            measured.*,
            {% for language in ["en", "es"] %}
                period_labels.label_{{ language }} as habit_period_{{ language }},
                lower(
                    status_labels.label_{{ language }}
                ) as previous_status_{{ language }},
                {{
                    fill_template(
                        "status_reasons.reason_" ~ language,
                        {
                            "at_risk_"
                            ~ language: "case when measured.is_at_risk then at_risk.reason_"
                            ~ language
                            ~ " end",
                            "dissatisfaction_"
                            ~ language: "case when measured.is_dissatisfied then dissatisfaction.reason_"
                            ~ language
                            ~ " end",
                            "unmeasured_" ~ language: "unmeasured.reason_" ~ language,
                        },
                    )
                }}
                as sentence_{{ language }}{{ "," if not loop.last }}
            {% endfor %}
        from measured
        inner join status_reasons on measured.rule = status_reasons.rule
        inner join
            status_reasons as dissatisfaction
            on dissatisfaction.rule = 'dissatisfaction'
        inner join status_reasons as at_risk on at_risk.rule = 'at_risk'
        left join
            status_reasons as unmeasured on measured.unmeasured_rule = unmeasured.rule
        inner join period_labels on measured.habit_period = period_labels.code
        left join status_labels on measured.previous_status = status_labels.code
    ),

    explained as (
        select
            worded.*,
            {% for language in ["en", "es"] %}
                {{ fill_template("worded.sentence_" ~ language, texts[language]) }}
                as reason_{{ language }}{{ "," if not loop.last }}
            {% endfor %}
        from worded
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
            coalesce(is_at_risk, false) as is_at_risk,
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
