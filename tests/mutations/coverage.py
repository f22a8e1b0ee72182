"""Breakages of coverage: on which days engagement is measured."""

from tests.mutations.mutation import Mutation

FEED_DAYS = "models/intermediate/int_engagement__feed_days.sql"
SILENCES = "models/intermediate/int_engagement__silences.sql"
UNMEASURED = "models/timeline/int_engagement__unmeasured.sql"
INTERVALS = "models/timeline/int_engagement__measured_intervals.sql"
DAYS = "models/timeline/int_customer__status_days.sql"

MEASUREMENT_RULES = (
    Mutation(
        "who is not measured is active",
        DAYS,
        "or measured_intervals.policy_number is null",
        "or false",
    ),
    Mutation(
        "a policy is asked on which days it is measured, not another",
        DAYS,
        "on policy_spans.policy_number = measured_intervals.policy_number and",
        "on",
    ),
    Mutation(
        "a day that measurement ends with is not measured",
        DAYS,
        "and totals.day < measured_intervals.measured_to",
        "and totals.day <= measured_intervals.measured_to",
    ),
    Mutation(
        "engagement is measured once a whole window was observed, not a day later",
        UNMEASURED,
        '{{ day_number("observed_from") }} + engagement_window_days - 1',
        '{{ day_number("observed_from") }} + engagement_window_days',
    ),
    Mutation(
        "the policy may say from when engagement was observed",
        UNMEASURED,
        "coalesce( engagement_measured_from, case",
        "coalesce( null, case",
    ),
    Mutation(
        "else it is observed from the first row of any feed",
        UNMEASURED,
        "when not is_named then min(first_date)",
        "when not is_named then max(first_date)",
    ),
    Mutation(
        "of named feeds the one that began last",
        UNMEASURED,
        "when count(first_date) = count(*) then max(first_date)",
        "when count(first_date) = count(*) then min(first_date)",
    ),
    Mutation(
        "a named feed without rows: never measured",
        UNMEASURED,
        "when count(first_date) = count(*)",
        "when true",
    ),
    Mutation(
        "both names both feeds",
        UNMEASURED,
        "in (feeds.feed, 'both')",
        "= feeds.feed",
    ),
    Mutation(
        "a silence as long as its limit is not too long",
        UNMEASURED,
        "where silent_days > limit_days",
        "where silent_days >= limit_days",
    ),
    Mutation(
        "a silence leaves days unmeasured from the day on which it became too long",
        UNMEASURED,
        "last_feed_day + limit_days + 1 as unmeasured_from",
        "last_feed_day + 1 as unmeasured_from",
    ),
    Mutation(
        "until the window holds none of its days",
        UNMEASURED,
        "next_feed_day + engagement_window_days - 1",
        "next_feed_day + engagement_window_days",
    ),
    Mutation(
        "twice the second longest silence is allowed",
        UNMEASURED,
        "2 * silences.second_longest_days_before",
        "silences.second_longest_days_before",
    ),
    Mutation(
        "an empty gap looks at no silence",
        UNMEASURED,
        "expected.engagement_gap_days is not null and",
        "expected.engagement_gap_days is null or",
    ),
    Mutation(
        "a feed is expected once it has had rows on more days than the gap",
        UNMEASURED,
        "silences.feed_days_so_far > expected.engagement_gap_days",
        "silences.feed_days_so_far >= expected.engagement_gap_days",
    ),
    Mutation(
        "a named feed is expected from its first day on",
        UNMEASURED,
        "expected.is_named or silences.feed_days_so_far",
        "silences.feed_days_so_far",
    ),
    Mutation(
        "a silence that goes on holds the as-of date",
        SILENCES,
        '{{ day_number("run.as_of_date") }} + 1',
        '{{ day_number("run.as_of_date") }}',
    ),
    Mutation(
        "the second longest silence, not the longest",
        SILENCES,
        "then least(silent_days, longest_days_before)",
        "then greatest(silent_days, longest_days_before)",
    ),
    Mutation(
        "of the silences that had ended by then",
        SILENCES,
        "order by last_feed_day rows between unbounded preceding and 1 preceding ), 0",
        "order by last_feed_day rows between unbounded preceding and current row ), 0",
    ),
    Mutation(
        "touches are observations too",
        FEED_DAYS,
        'from {{ ref("stg_crm_touches") }}',
        'from {{ ref("stg_crm_touches") }} where false',
    ),
    Mutation(
        "what comes after D was not observed",
        FEED_DAYS,
        "where feed_days.feed_date <= run.as_of_date",
        "",
    ),
    Mutation(
        "unmeasured days that overlap are no more than their union",
        INTERVALS,
        "max(unmeasured_to) over (",
        "min(unmeasured_to) over (",
    ),
    Mutation(
        "what follows the last unmeasured days is measured",
        INTERVALS,
        "max(unmeasured_to) as measured_from",
        "min(unmeasured_to) as measured_from",
    ),
)
