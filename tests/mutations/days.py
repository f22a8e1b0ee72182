"""Breakages of what a day holds: the as-of date, purchases, engagement, dissatisfaction."""

from tests.mutations.mutation import Mutation

AS_OF = "models/intermediate/int_run__as_of.sql"
ORDERS = "models/core/fct_orders.sql"
SESSIONS = "models/core/fct_web_sessions.sql"
TOUCHES = "models/core/fct_crm_touches.sql"
DAYS = "models/core/fct_customer_day.sql"
STG_ORDERS = "models/staging/stg_orders.sql"
STG_SESSIONS = "models/staging/stg_web_sessions.sql"
STG_TOUCHES = "models/staging/stg_crm_touches.sql"
VERSIONS = "macros/ranked_versions.sql"
CAPPED = "macros/capped_points.sql"
SWEEP = "models/timeline/int_customer__sweep.sql"
SPANS = "models/timeline/int_customer__spans.sql"
LIFETIME = "models/timeline/int_customer__lifetime.sql"
MEASURES = "models/timeline/int_customer__measures.sql"
UNTIL = 'and activity_date <= (select as_of_date from {{ ref("int_run__as_of") }})'

VERSION_RULES = (
    Mutation(
        "the latest version of a row wins",
        VERSIONS,
        "{{ version }} desc nulls last",
        "{{ version }} asc nulls last",
    ),
    Mutation(
        "a session that has not ended loses to one that has",
        VERSIONS,
        "{{ version }} desc nulls last",
        "{{ version }} desc nulls first",
    ),
    Mutation(
        "updated_at, not the event's own time, says which version is the latest",
        STG_ORDERS,
        "coalesce(orders.updated_at, orders.ordered_at)",
        "orders.ordered_at",
    ),
    Mutation(
        "a version without updated_at is as old as the event itself",
        STG_ORDERS,
        "coalesce(orders.updated_at, orders.ordered_at)",
        "orders.updated_at",
    ),
)

DATE_RULES = (
    Mutation(
        "D is the latest day of the orders, not of all feeds",
        AS_OF,
        "coalesce(latest_order_date, latest_event_date, run_date)",
        "coalesce(latest_event_date, run_date)",
    ),
    Mutation(
        "without orders, D is the latest day of the other feeds",
        AS_OF,
        "coalesce(latest_order_date, latest_event_date, run_date)",
        "coalesce(latest_order_date, run_date)",
    ),
    Mutation("D is never past the day of the run", AS_OF, "least(", "greatest("),
    Mutation(
        "the as-of date that is asked for is D",
        AS_OF,
        'cast({{ setting("as_of_date") }} as date)',
        "cast(null as date)",
    ),
    Mutation("events after D change no status", SWEEP, UNTIL, ""),
    Mutation("events after D are no first event and name no segment", SPANS, UNTIL, ""),
    Mutation(
        "events after D are not measured",
        MEASURES,
        "days.activity_date <= (select run.as_of_date from run) and",
        "",
    ),
    Mutation(
        "touches after D are not measured",
        LIFETIME,
        "where touches.touch_date <= run.as_of_date and",
        "where",
    ),
    Mutation(
        "an order lies on its day in the zone of its store",
        STG_ORDERS,
        '"coalesce(stores.timezone, " ~ setting("business_timezone") ~ ")"',
        'setting("business_timezone")',
    ),
    Mutation(
        "a session lies on its day in the business's zone",
        STG_SESSIONS,
        'setting("business_timezone")',
        "\"'UTC'\"",
    ),
    Mutation(
        "a touch lies on its day in the business's zone",
        STG_TOUCHES,
        'setting("business_timezone")',
        "\"'UTC'\"",
    ),
    Mutation(
        "a contact's creation is an event",
        DAYS,
        "from contact_days",
        "from contact_days where false",
    ),
)

PURCHASE_RULES = (
    Mutation(
        "a refunded order with something left is a purchase",
        ORDERS,
        "('paid', 'fulfilled', 'completed', 'refunded')",
        "('paid', 'fulfilled', 'completed')",
    ),
    Mutation(
        "a pending order is no purchase",
        ORDERS,
        "('paid', 'fulfilled', 'completed', 'refunded')",
        "('paid', 'fulfilled', 'completed', 'refunded', 'pending')",
    ),
    Mutation(
        "only sales are purchases",
        ORDERS,
        "converted.order_type = 'sale' and converted.order_status",
        "converted.order_type <> 'test' and converted.order_status",
    ),
    Mutation(
        "an order without a type is a sale",
        STG_ORDERS,
        "coalesce(orders.order_type, 'sale')",
        "coalesce(orders.order_type, 'exchange')",
    ),
    Mutation(
        "a purchase leaves more than nothing",
        ORDERS,
        "and converted.order_net_amount > 0",
        "and converted.order_net_amount >= 0",
    ),
    Mutation(
        "refunds are taken off",
        ORDERS,
        "gross_amount - discount_amount - refund_amount as order_net_amount",
        "gross_amount - discount_amount as order_net_amount",
    ),
    Mutation(
        "two purchases on a day are one purchase day",
        SWEEP,
        '{"purchase_days": "1"}',
        '{"purchase_days": "purchases"}',
    ),
)

ENGAGEMENT_RULES = (
    Mutation(
        "a session with two pages is engaged",
        SESSIONS,
        'timed.page_views >= {{ var("engaged_session_page_views") }}',
        'timed.page_views > {{ var("engaged_session_page_views") }}',
    ),
    Mutation(
        "a session without page views has one",
        STG_SESSIONS,
        "coalesce(page_views, 1)",
        "coalesce(page_views, 2)",
    ),
    Mutation(
        "a session of ten seconds is engaged",
        SESSIONS,
        '>= {{ var("engaged_session_seconds") }}',
        '> {{ var("engaged_session_seconds") }}',
    ),
    Mutation(
        "a session of a little less than ten seconds is not",
        SESSIONS,
        '{{ seconds_between("started_at", "ended_at") }}',
        'round({{ seconds_between("started_at", "ended_at") }})',
    ),
    Mutation(
        "a session with a conversion is engaged",
        SESSIONS,
        "or timed.conversions >= 1",
        "or false",
    ),
    Mutation(
        "a day earns at most the cap",
        CAPPED,
        "when {{ seed }}.daily_cap < {{ count }} * {{ seed }}.points",
        "when false",
    ),
    Mutation(
        "a capped day earns the whole cap",
        CAPPED,
        "then {{ seed }}.daily_cap",
        "then {{ seed }}.points",
    ),
    Mutation(
        "each touch type has a cap of its own",
        DAYS,
        "sum( {{ capped_points(",
        "max( {{ capped_points(",
    ),
    Mutation(
        "calls and tickets that the company opens earn nothing",
        DAYS,
        "when coalesce(touch_kind, '') <> 'service' or direction = 'inbound'",
        "when true",
    ),
    Mutation(
        "other touches earn whatever their direction",
        DAYS,
        "when coalesce(touch_kind, '') <> 'service' or direction = 'inbound'",
        "when direction = 'inbound'",
    ),
    Mutation(
        "web sessions earn points",
        DAYS,
        "points as engagement_points from web_points",
        "0 as engagement_points from web_points",
    ),
)

DISSATISFACTION_RULES = (
    Mutation(
        "a complaint is dissatisfaction",
        TOUCHES,
        "coalesce(touch_types.is_dissatisfaction, false)",
        "false",
    ),
    Mutation(
        "a score at the cut is dissatisfaction",
        TOUCHES,
        "crm_touches.score <= touch_types.dissatisfied_at_or_below",
        "crm_touches.score < touch_types.dissatisfied_at_or_below",
    ),
    Mutation(
        "a refund of all that was charged is dissatisfaction",
        ORDERS,
        ">= converted.gross_amount - converted.discount_amount as",
        "> converted.gross_amount - converted.discount_amount as",
    ),
    Mutation(
        "a discount lowers what there is to refund",
        ORDERS,
        ">= converted.gross_amount - converted.discount_amount as",
        ">= converted.gross_amount as",
    ),
    Mutation(
        "who was charged nothing cannot be refunded in full",
        ORDERS,
        "and converted.gross_amount - converted.discount_amount > 0",
        "and converted.gross_amount - converted.discount_amount >= 0",
    ),
    Mutation(
        "only the refund of a sale is dissatisfaction",
        ORDERS,
        "converted.order_type = 'sale' and converted.gross_amount",
        "true and converted.gross_amount",
    ),
    Mutation(
        "a full refund counts whatever the order's status",
        ORDERS,
        "converted.order_type = 'sale' and converted.gross_amount",
        "converted.order_status = 'refunded' and converted.gross_amount",
    ),
    Mutation(
        "dissatisfaction ends on the 180th day after",
        SWEEP,
        '"day + " ~ var("dissatisfaction_window_days")',
        '"day + 1 + " ~ var("dissatisfaction_window_days")',
    ),
    Mutation(
        "dissatisfaction lasts until the 179th day after",
        SWEEP,
        '"day + " ~ var("dissatisfaction_window_days")',
        '"day - 1 + " ~ var("dissatisfaction_window_days")',
    ),
    Mutation(
        "dissatisfaction on D is that of 180 days",
        MEASURES,
        'days_ago < {{ var("dissatisfaction_window_days") }}',
        'days_ago <= {{ var("dissatisfaction_window_days") }}',
    ),
    Mutation(
        "a day with nothing but dissatisfaction counts",
        SWEEP,
        "(purchases > 0 or engagement_points > 0 or dissatisfactions > 0)",
        "(purchases > 0 or engagement_points > 0)",
    ),
)
