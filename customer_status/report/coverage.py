"""Says in plain words which feeds a release does without, and what that means for statuses."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import duckdb

from customer_status.report.wording import counted

# A feed that comes every day is silent after a week; a rarer one when it never was for so long.
SILENT_DAYS = 7

_DAYS = {
    "orders": ("staging.stg_orders", "order_date"),
    "web_sessions": ("staging.stg_web_sessions", "session_date"),
    "crm_touches": ("staging.stg_crm_touches", "touch_date"),
    "contacts": ("staging.stg_contacts", "created_date"),
}
_WITHOUT_ENGAGEMENT = "so customers who buy count as active, never as passive"


@dataclass(frozen=True)
class Observed:
    """The days of a feed's events up to the as-of date, and its longest silence between them.

    ``first`` and ``last`` are None where there is no event. From ``unmeasured_from`` on engagement
    is not measured if nothing more comes; None if the policy does not look at it.
    """

    first: date | None = None
    last: date | None = None
    longest_gap_days: int = 0
    unmeasured_from: date | None = None


@dataclass(frozen=True)
class Unmeasured:
    """Why engagement is not measured on the as-of date, for customers of some segments.

    Attributes:
        kind: ``never``, ``too_early``, ``silent`` or ``was_silent``.
        feed: the feed without rows, where one is to blame.
        observed_from: first observed day, where it is too early.
        last_row, next_row: the days with rows before and after a silence.
        first_day, measured_again: first day without measurement, and first one with it again.
        segments: of the policy; empty if it holds for all.
    """

    kind: str
    feed: str | None = None
    observed_from: date | None = None
    last_row: date | None = None
    next_row: date | None = None
    first_day: date | None = None
    measured_again: date | None = None
    window_days: int = 0
    segments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Coverage:
    """What the feeds hold, as far as statuses depend on it.

    Attributes:
        latest_event: the last event of any feed, after the as-of date too.
        is_day_given: the as-of date was asked for.
        is_measured: engagement is measured on the as-of date for at least one customer.
        window_days: how far back the ruling policy looks for engagement.
        unmeasured: all that keeps engagement from being measured on the as-of date.
    """

    as_of: date
    latest_event: date | None
    is_day_given: bool
    is_measured: bool
    window_days: int
    feeds: dict[str, Observed]
    unmeasured: tuple[Unmeasured, ...] = ()


def read_coverage(
    build_database: Path, *, as_of: date, latest_event: date | None, is_day_given: bool
) -> Coverage:
    """Look into a finished build."""
    with duckdb.connect(str(build_database), read_only=True) as connection:
        feeds = {
            feed: Observed(*row)
            for feed, place in _DAYS.items()
            for row in connection.execute(_query(*place), [as_of]).fetchall()
        }
        for feed, day in connection.execute(_SILENCES_THAT_GO_ON, [as_of]).fetchall():
            feeds[feed] = replace(feeds[feed], unmeasured_from=day)
        [(is_measured, window_days)] = connection.execute(_RULING, [as_of]).fetchall()
        unmeasured = [
            replace(Unmeasured(*row), segments=tuple(segments))
            for *row, segments in connection.execute(_UNMEASURED, [as_of]).fetchall()
        ]
    return Coverage(
        *(as_of, latest_event, is_day_given, is_measured, window_days, feeds), tuple(unmeasured)
    )


# Of the policy of the segment `default`.
_RULING = """
    select
        (select coalesce(bool_or(is_engagement_measured), false) from marts.mart_customer_status),
        (select engagement_window_days from seeds.status_policy
            where policy_segment = 'default' and effective_from <= $1
            order by effective_from desc limit 1)
"""
_SILENCES_THAT_GO_ON = """
    select
        silences.feed,
        date '1970-01-01' + silences.last_feed_day
        + greatest(policy.engagement_gap_days, 2 * silences.second_longest_days_before) + 1
    from intermediate.int_engagement__silences as silences
    inner join timeline.int_policy__spans as policy
        on policy.segment = 'default'
        and policy.span_from <= $1::date - date '1970-01-01'
        and policy.span_to > $1::date - date '1970-01-01'
    where
        silences.next_feed_day is null
        and policy.engagement_gap_days is not null
        and (
            policy.engagement_feeds in (silences.feed, 'both')
            or (
                policy.engagement_feeds is null
                and silences.feed_days_so_far > policy.engagement_gap_days
            )
        )
"""
_UNMEASURED = """
    with
        causes as (
            select
                spans.segment, causes.unmeasured_kind, causes.feed, causes.observed_from_date,
                causes.row_before_date, causes.row_after_date,
                date '1970-01-01' + causes.unmeasured_from as first_day,
                date '1970-01-01' + causes.unmeasured_to as measured_again,
                spans.engagement_window_days
            from timeline.int_engagement__unmeasured as causes
            inner join timeline.int_policy__spans as spans
                on causes.policy_number = spans.policy_number
            where
                $1::date - date '1970-01-01' >= greatest(spans.span_from, causes.unmeasured_from)
                and $1::date - date '1970-01-01' < least(spans.span_to, causes.unmeasured_to)
        )
    select
        * exclude (segment),
        case
            when count(*) = (select count(distinct segment) from timeline.int_policy__spans)
            then [] else list(segment order by segment)
        end
    from causes
    group by all
    order by unmeasured_kind, feed, first_day
"""


def _query(table: str, day: str) -> str:
    return f"""
        select min({day}), max({day}), coalesce(max(gap), 0)
        from (
            select {day}, {day} - lag({day}) over (order by {day}) as gap
            from (select distinct {day} from {table} where {day} <= ?)
        )
    """


def feed_notes(coverage: Coverage) -> list[str]:
    """One line for each feed that is absent, began late or has ended; none if all is there."""
    return [
        *_orders(coverage),
        *_absent(coverage),
        *_unmeasured(coverage),
        *_late(coverage),
        *_ended(coverage),
    ]


def _orders(coverage: Coverage) -> Iterator[str]:
    last, as_of = coverage.feeds["orders"].last, coverage.as_of
    if last is None:
        yield "No orders: nobody has bought, so everybody is inactive."
    elif coverage.is_day_given and _is_silent(coverage.feeds["orders"], as_of):
        yield (
            f"orders end on {last}, {_days(as_of - last)} before the as-of date asked for: "
            "customers grow inactive as if nobody had bought since."
        )
    elif not coverage.is_day_given and coverage.latest_event and last == as_of:
        silence = coverage.latest_event - last
        if silence.days > max(SILENT_DAYS, coverage.feeds["orders"].longest_gap_days):
            yield (
                f"orders end on {last}, {_days(silence)} before the other feeds: the as-of date "
                "stays there, and nobody becomes inactive because orders are late."
            )


def _absent(coverage: Coverage) -> Iterator[str]:
    has_sessions = coverage.feeds["web_sessions"].last is not None
    has_touches = coverage.feeds["crm_touches"].last is not None
    if not has_sessions and not has_touches:
        meaning = (
            "nobody has a point of engagement, though status_policy.csv says that it is measured, "
            "so customers who buy without a habit are passive"
            if coverage.is_measured
            else f"engagement is not measured, {_WITHOUT_ENGAGEMENT}"
        )
        yield f"No web_sessions and no crm_touches: {meaning}."
    elif not has_sessions:
        yield "No web_sessions: engagement comes from crm_touches alone."
    elif not has_touches:
        yield (
            "No crm_touches: engagement comes from web_sessions alone, and only orders refunded "
            "in full tell of dissatisfaction."
        )
    if coverage.feeds["contacts"].last is None:
        yield (
            "No contacts: names and consents are unknown, and a touch that names only a "
            "contact_id is tied to no buyer."
        )


def _unmeasured(coverage: Coverage) -> Iterator[str]:
    for cause in coverage.unmeasured:
        meaning = _WITHOUT_ENGAGEMENT
        if cause.segments:
            meaning = f"{meaning} (customers of {', '.join(cause.segments)})"
        if cause.kind == "never" and cause.feed:
            yield (
                f"{cause.feed}: no rows have come, though status_policy.csv expects them "
                f"(engagement_feeds); engagement is not measured, {meaning}."
            )
        elif cause.kind == "too_early":
            yield (
                f"Engagement is observed from {cause.observed_from} on, and measured from "
                f"{cause.measured_again} on, after a whole window of {cause.window_days} days; "
                f"until then it is not, {meaning}."
            )
        elif cause.kind == "silent":
            yield (
                f"{cause.feed}: no rows since {cause.last_row}; engagement is not measured from "
                f"{cause.first_day} on, {meaning}."
            )
        elif cause.kind == "was_silent":
            yield (
                f"{cause.feed}: no rows between {cause.last_row} and {cause.next_row}; engagement "
                f"is not measured from {cause.first_day} on, and again from "
                f"{cause.measured_again} on, {meaning}."
            )


def _late(coverage: Coverage) -> Iterator[str]:
    """Engagement is measured, but one of its sources began within the window."""
    start = coverage.as_of - timedelta(days=coverage.window_days - 1)
    for feed, what in (("web_sessions", "visits"), ("crm_touches", "touches")):
        first = coverage.feeds[feed].first
        if coverage.is_measured and first is not None and first > start:
            yield (
                f"{feed} begin on {first}, within the {coverage.window_days} days of engagement "
                f"that count: earlier {what} are not seen."
            )


def _ended(coverage: Coverage) -> Iterator[str]:
    as_of = coverage.as_of
    told = {cause.feed for cause in coverage.unmeasured}
    for feed, what in (
        ("web_sessions", "engagement"),
        ("crm_touches", "engagement and dissatisfaction"),
    ):
        observed = coverage.feeds[feed]
        if observed.last is None or feed in told:
            continue
        silence = as_of - observed.last
        if silence.days >= coverage.window_days or _is_silent(observed, as_of):
            meaning = f"{what} after that is not seen, so customers may turn passive"
            if observed.unmeasured_from is not None:
                day = observed.unmeasured_from
                meaning = f"if no more come, engagement is not measured from {day} on"
            yield (
                f"{feed} end on {observed.last}, {_days(silence)} before the as-of date: {meaning}."
            )


def _is_silent(observed: Observed, day: date) -> bool:
    """Whether the feed has been silent for longer than it ever was."""
    silence = (day - observed.last).days if observed.last else 0
    return silence > max(SILENT_DAYS, observed.longest_gap_days)


def _days(span: timedelta) -> str:
    return counted(span.days, "day")
