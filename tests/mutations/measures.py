"""Breakages of what the mart says of a customer on D."""

from tests.mutations.mutation import Mutation

LIFETIME = "models/timeline/int_customer__lifetime.sql"
MEASURES = "models/timeline/int_customer__measures.sql"
MART = "models/marts/mart_customer_status.sql"
ORDERS = "models/core/fct_orders.sql"
RATES = "models/intermediate/int_currency__rates.sql"
CHANNELS = "models/core/dim_channel.sql"
STATISTICS = "macros/engine/statistics.sql"
RATIO = "macros/safe_ratio.sql"

STANDING_RULES = (
    Mutation(
        "at risk: more days than the threshold",
        MART,
        "measures.days_since_last_purchase > measures.at_risk_after_days",
        "measures.days_since_last_purchase >= measures.at_risk_after_days",
    ),
    Mutation(
        "nobody inactive is at risk",
        MART,
        "history.status <> 'inactive' and measures.days_since_last_purchase",
        "measures.days_since_last_purchase",
    ),
    Mutation(
        "habit_periods counts complete periods",
        MEASURES,
        "between 1 and habit_window_periods",
        "between 0 and habit_window_periods",
    ),
    Mutation(
        "habit_periods counts w periods",
        MEASURES,
        "between 1 and habit_window_periods",
        "between 1 and habit_window_periods + 1",
    ),
    Mutation(
        "the reason counts w periods one period earlier",
        MEASURES,
        "between 2 and habit_window_periods + 1",
        "between 2 and habit_window_periods",
    ),
    Mutation(
        "engagement_points are those of the window that ends on D",
        MEASURES,
        "when days_ago < engagement_window_days",
        "when days_ago <= engagement_window_days",
    ),
    Mutation(
        "last_engagement_date is of a day that earned points",
        LIFETIME,
        "from customer_days where engagement_points > 0",
        "from customer_days",
    ),
    Mutation(
        "is_engagement_measured is of the ruling policy row",
        MEASURES,
        "and timeline.policy_effective_from = coverage.policy_effective_from",
        "",
    ),
    Mutation(
        "the last unmeasured day is not measured",
        "models/timeline/int_engagement__coverage.sql",
        "and unmeasured.unmeasured_to > run.as_of_day",
        "and unmeasured.unmeasured_to > run.as_of_day + 1",
    ),
)

MONEY_RULES = (
    Mutation(
        "each purchase is rounded to the cent",
        ORDERS,
        '{{ converted_amount("orders.order_net_amount", "rates") }}',
        'round({{ converted_amount("orders.order_net_amount", "rates") }}, 1)',
    ),
    Mutation(
        "a rate holds from the day on which it takes effect",
        ORDERS,
        "and orders.order_date >= rates.valid_from and orders.order_date < rates.valid_to",
        "and orders.order_date > rates.valid_from and orders.order_date <= rates.valid_to",
    ),
    Mutation(
        "amounts are in the reporting currency",
        RATES,
        'whole_units("reporting_ranked.rate", 10)',
        'whole_units("1", 10)',
    ),
    Mutation(
        "before its first rate a currency has its first rate",
        RATES,
        "date '0001-01-01'",
        "ranked.effective_from",
    ),
    Mutation(
        "revenue_365d and orders_365d are of 365 days",
        MEASURES,
        'days_ago < {{ var("revenue_window_days") }}',
        'days_ago <= {{ var("revenue_window_days") }}',
        everywhere=True,
    ),
    Mutation(
        "an average is per order, not per purchase day",
        LIFETIME,
        '"purchases.net_revenue", "purchases.orders", 2',
        '"purchases.net_revenue", "purchases.purchase_days", 2',
    ),
    Mutation(
        "the median of two middle gaps lies between them",
        STATISTICS,
        "quantile_cont",
        "quantile_disc",
    ),
    Mutation(
        "who never bought has no revenue",
        LIFETIME,
        "purchases.net_revenue, {{",
        "coalesce(purchases.net_revenue, 0) as net_revenue, {{",
    ),
)

TOUCH_RULES = (
    Mutation(
        "a response in the instant of the offer answers it",
        LIFETIME,
        "answered.answered_at >= made.made_at",
        "answered.answered_at > made.made_at",
    ),
    Mutation(
        "an offer is answered after it was first made",
        LIFETIME,
        "min(touched_at) as made_at",
        "max(touched_at) as made_at",
    ),
    Mutation(
        "only outbound touches make offers",
        LIFETIME,
        "and direction = 'outbound'",
        "",
    ),
    Mutation(
        "only the company makes offers",
        LIFETIME,
        "touch_kind = 'company' and",
        "",
    ),
    Mutation(
        "only a response answers an offer",
        LIFETIME,
        "where touch_kind = 'response' and offer_id is not null",
        "where offer_id is not null",
    ),
    Mutation(
        "an offer without offer_id goes by its campaign",
        LIFETIME,
        "coalesce(offer_id, campaign_id)",
        "offer_id",
        everywhere=True,
    ),
    Mutation(
        "a response may name the campaign",
        LIFETIME,
        "where touch_kind = 'response' and campaign_id is not null",
        "where false",
    ),
    Mutation(
        "feedback is what is of that kind",
        LIFETIME,
        "touch_kind = 'feedback'",
        "touch_type = 'survey_response'",
    ),
    Mutation(
        "the average score is of the touches with a score",
        LIFETIME,
        '"sum(score)", "count(score)", 2',
        '"sum(score)", "count(*)", 2',
    ),
    Mutation(
        "channels are compared in lower case",
        CHANNELS,
        "lower(used.channel)",
        "used.channel",
    ),
    Mutation(
        "unknown channels are left out of the digital share",
        LIFETIME,
        '"count(channel.is_digital)"',
        '"count(*)"',
    ),
    Mutation(
        "only purchases have a share in the digital ones",
        LIFETIME,
        "where orders.is_purchase and",
        "where",
    ),
    Mutation("rates have four decimals", RATIO, "scale=4", "scale=3"),
)

REASON_RULES = (
    Mutation(
        "who has no habit is captive by contract",
        MART,
        "measures.habit_periods >= measures.habit_periods_required or",
        "true or",
    ),
    Mutation(
        "a habit that is kept is a habit",
        MART,
        ">= measures.habit_periods_required - 1",
        ">= measures.habit_periods_required",
    ),
    Mutation(
        "days since a subscription are since a purchase under one",
        LIFETIME,
        "case when subscription_purchases > 0 then activity_date end",
        "activity_date",
    ),
    Mutation(
        "who is not measured is told so",
        MART,
        "when history.status = 'active' and not measures.is_engagement_measured",
        "when false",
    ),
    Mutation(
        "a hostage is told the signs of dissatisfaction",
        MART,
        "case when measured.is_dissatisfied then",
        "case when false then",
    ),
    Mutation(
        "who is at risk is told the threshold",
        MART,
        "case when measured.is_at_risk then",
        "case when false then",
    ),
    Mutation(
        "an inactive customer was something else until the day before",
        MART,
        '{{ day_from_number(day_number("runs.status_since") ~ " - 1") }}',
        '{{ day_from_number(day_number("runs.status_since")) }}',
    ),
    Mutation(
        "of several causes of no measurement the one that lasts longest is told",
        "models/timeline/int_engagement__coverage.sql",
        "unmeasured.unmeasured_to desc,",
        "unmeasured.unmeasured_to,",
    ),
)
