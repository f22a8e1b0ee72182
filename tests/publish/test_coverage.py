"""What a release does without is said in one line each."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from customer_status.report.coverage import (
    Coverage,
    Observed,
    Unmeasured,
    feed_notes,
    read_coverage,
)

AS_OF = date(2026, 10, 31)
DAILY = Observed(date(2024, 11, 1), AS_OF, 1)
ALL = Coverage(
    as_of=AS_OF,
    latest_event=AS_OF,
    is_day_given=False,
    is_measured=True,
    window_days=90,
    feeds=dict.fromkeys(("orders", "web_sessions", "crm_touches", "contacts"), DAILY),
)
NONE = Observed()
SILENT = Unmeasured("silent", "crm_touches", last_row=date(2026, 9, 1), first_day=date(2026, 9, 16))
NOTHING_OBSERVED = {"web_sessions": NONE, "crm_touches": NONE}


def notes(feeds: dict[str, Observed], **changes: object) -> list[str]:
    return feed_notes(replace(ALL, feeds=ALL.feeds | feeds, **changes))


def ended(days_ago: int, **changes: object) -> Observed:
    return replace(DAILY, last=AS_OF - timedelta(days=days_ago), **changes)


def begun(days_ago: int) -> Observed:
    return replace(DAILY, first=AS_OF - timedelta(days=days_ago))


def test_a_shop_with_all_feeds_is_told_nothing() -> None:
    assert notes({}) == []


@pytest.mark.parametrize(
    ("feeds", "changes", "expected"),
    [
        (
            {"web_sessions": NONE},
            {},
            "No web_sessions: engagement comes from crm_touches alone.",
        ),
        (
            {"crm_touches": NONE},
            {},
            "No crm_touches: engagement comes from web_sessions alone, and only orders refunded "
            "in full tell of dissatisfaction.",
        ),
        (
            NOTHING_OBSERVED,
            {"is_measured": False},
            "No web_sessions and no crm_touches: engagement is not measured, so customers who buy "
            "count as active, never as passive.",
        ),
        (
            NOTHING_OBSERVED,
            {},
            "No web_sessions and no crm_touches: nobody has a point of engagement, though "
            "status_policy.csv says that it is measured, so customers who buy without a habit are "
            "passive.",
        ),
        (
            {"contacts": NONE},
            {},
            "No contacts: names and consents are unknown, and a touch that names only a "
            "contact_id is tied to no buyer.",
        ),
        ({"orders": NONE}, {}, "No orders: nobody has bought, so everybody is inactive."),
        (
            {"web_sessions": begun(40), "crm_touches": begun(30)},
            {
                "is_measured": False,
                "unmeasured": (
                    Unmeasured(
                        "too_early",
                        observed_from=date(2026, 9, 21),
                        measured_again=date(2026, 12, 19),
                        window_days=90,
                    ),
                ),
            },
            "Engagement is observed from 2026-09-21 on, and measured from 2026-12-19 on, after a "
            "whole window of 90 days; until then it is not, so customers who buy count as active, "
            "never as passive.",
        ),
        (
            {"crm_touches": ended(60)},
            {"is_measured": False, "unmeasured": (SILENT,)},
            "crm_touches: no rows since 2026-09-01; engagement is not measured from 2026-09-16 on, "
            "so customers who buy count as active, never as passive.",
        ),
        (
            {"crm_touches": ended(60)},
            {"unmeasured": (replace(SILENT, segments=("gold", "vip")),)},
            "crm_touches: no rows since 2026-09-01; engagement is not measured from 2026-09-16 on, "
            "so customers who buy count as active, never as passive (customers of gold, vip).",
        ),
        (
            {},
            {
                "is_measured": False,
                "unmeasured": (
                    replace(
                        SILENT,
                        kind="was_silent",
                        next_row=date(2026, 10, 1),
                        measured_again=date(2026, 12, 29),
                    ),
                ),
            },
            "crm_touches: no rows between 2026-09-01 and 2026-10-01; engagement is not measured "
            "from 2026-09-16 on, and again from 2026-12-29 on, so customers who buy count as "
            "active, never as passive.",
        ),
        (
            {},
            {"unmeasured": (Unmeasured("never", "crm_touches"),)},
            "crm_touches: no rows have come, though status_policy.csv expects them "
            "(engagement_feeds); engagement is not measured, so customers who buy count as "
            "active, never as passive.",
        ),
        (
            {"web_sessions": begun(40)},
            {},
            "web_sessions begin on 2026-09-21, within the 90 days of engagement that count: "
            "earlier visits are not seen.",
        ),
        (
            {"web_sessions": ended(90)},
            {},
            "web_sessions end on 2026-08-02, 90 days before the as-of date: engagement after that "
            "is not seen, so customers may turn passive.",
        ),
        (
            {"crm_touches": ended(8)},
            {},
            "crm_touches end on 2026-10-23, 8 days before the as-of date: engagement and "
            "dissatisfaction after that is not seen, so customers may turn passive.",
        ),
        (
            {"crm_touches": ended(8, unmeasured_from=date(2026, 11, 7))},
            {},
            "crm_touches end on 2026-10-23, 8 days before the as-of date: if no more come, "
            "engagement is not measured from 2026-11-07 on.",
        ),
        (
            {},
            {"latest_event": AS_OF + timedelta(days=90)},
            "orders end on 2026-10-31, 90 days before the other feeds: the as-of date stays there, "
            "and nobody becomes inactive because orders are late.",
        ),
        (
            {"orders": ended(30)},
            {"is_day_given": True},
            "orders end on 2026-10-01, 30 days before the as-of date asked for: customers grow "
            "inactive as if nobody had bought since.",
        ),
    ],
)
def test_a_feed_that_is_absent_late_or_over_is_told_in_one_line(
    feeds: dict[str, Observed], changes: dict[str, object], expected: str
) -> None:
    assert notes(feeds, **changes) == [expected]


@pytest.mark.parametrize(
    "feeds",
    [
        {"web_sessions": ended(7)},
        {"crm_touches": ended(20, longest_gap_days=20)},  # it comes rarely
        {"contacts": ended(300)},  # nobody new is no fault
        {"web_sessions": begun(89)},
    ],
)
def test_what_is_ordinary_is_not_told(feeds: dict[str, Observed]) -> None:
    assert notes(feeds) == []


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A build whose policy rows differ by segment: `default` is measured, `gold` is not."""
    database = tmp_path / "build.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            """
            create schema staging; create schema marts; create schema seeds;
            create schema intermediate; create schema timeline;
            create table staging.stg_orders as
                select unnest([date '2026-10-01', date '2026-10-01', date '2026-10-09',
                    date '2026-10-31', date '2026-11-09']) as order_date;
            create table staging.stg_web_sessions (session_date date);
            create table staging.stg_crm_touches as select date '2026-11-01' as touch_date;
            create table staging.stg_contacts as select date '2026-10-31' as created_date;
            create table marts.mart_customer_status as select true as is_engagement_measured;
            create table seeds.status_policy as
                select 'default' as policy_segment, date '1900-01-01' as effective_from,
                    60 as engagement_window_days
                union all select 'default', date '2026-12-01', 90;
            create table timeline.int_policy__spans as
                from (values
                    ('default', 1, -719162, 20788, 60, 14, null),
                    ('default', 2, 20788, 2932896, 90, 14, null),
                    ('gold', 3, -719162, 2932896, 60, 14, null)
                ) as spans(segment, policy_number, span_from, span_to, engagement_window_days,
                    engagement_gap_days, engagement_feeds);
            create table intermediate.int_engagement__silences as
                from (values
                    ('web_sessions', 20727, null, 15, 8),
                    ('crm_touches', 20727, null, 14, 8)
                ) as silences(feed, last_feed_day, next_feed_day, feed_days_so_far,
                    second_longest_days_before);
            create table timeline.int_engagement__unmeasured as
                select policy_number, kind as unmeasured_kind, feed,
                    observed as observed_from_date, null::date as row_before_date,
                    null::date as row_after_date, unmeasured_from, unmeasured_to
                from (values
                    (1, 'too_early', null, date '2026-01-01', -719162, 20513),
                    (2, 'too_early', null, date '2026-01-01', -719162, 20543),
                    (3, 'too_early', null, date '2026-10-01', -719162, 20786),
                    (3, 'never', 'crm_touches', null, -719162, 2932896)
                ) as causes(policy_number, kind, feed, observed, unmeasured_from, unmeasured_to);
            """
        )
    return database


def test_a_build_is_looked_into_up_to_the_as_of_date(build: Path) -> None:
    coverage = read_coverage(build, as_of=AS_OF, latest_event=AS_OF, is_day_given=False)
    assert coverage.feeds == {
        "orders": Observed(date(2026, 10, 1), AS_OF, 22),
        # 16 days are allowed after two silences of 8
        "web_sessions": Observed(unmeasured_from=date(2026, 10, 18)),
        "crm_touches": NONE,
        "contacts": Observed(AS_OF, AS_OF, 0),
    }
    assert (coverage.is_measured, coverage.window_days) == (True, 60)


def test_what_leaves_engagement_unmeasured_is_told_of_the_segments_that_it_concerns(
    build: Path,
) -> None:
    coverage = read_coverage(build, as_of=AS_OF, latest_event=AS_OF, is_day_given=False)
    assert [(cause.kind, cause.feed, cause.segments) for cause in coverage.unmeasured] == [
        ("never", "crm_touches", ("gold",)),
        ("too_early", None, ("gold",)),
    ]
    early = coverage.unmeasured[1]
    assert (early.observed_from, early.window_days) == (date(2026, 10, 1), 60)
    assert early.measured_again == date(2026, 11, 29)


def test_what_concerns_all_segments_names_none(build: Path) -> None:
    with duckdb.connect(str(build)) as connection:
        connection.execute("update timeline.int_policy__spans set policy_number = 3")
    coverage = read_coverage(build, as_of=AS_OF, latest_event=AS_OF, is_day_given=False)
    assert {cause.segments for cause in coverage.unmeasured} == {()}
