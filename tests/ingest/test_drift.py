"""Newest days that are unlike the weeks before warn; ordinary weeks and seasons do not."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from customer_status.feeds.layouts import FEEDS
from customer_status.ingest.profile import newest_profiles
from customer_status.ingest.run import ensure_schemas
from expectations.drift import Drift, Profile, Watch, drifts
from expectations.suites import watch_of
from tests.ingest.shop import GOOD_ROWS, Shop, csv_text

LAST = date(2026, 2, 28)
WEEKDAYS = (90, 90, 95, 100, 110, 130, 80)
WATCH = Watch(
    key="order_id",
    happened_at="ordered_at",
    version="updated_at",
    categories={"order_status": "order_status", "sales_channel": "sales_channel"},
    named=frozenset({"order_status"}),
    amounts=("gross_amount",),
)
LOG_OF_40_EUROS, LOG_OF_100 = 3.689, 4.605


def ordinary_day(day: date, *, busy: float = 1.0) -> Profile:
    """Rows by weekday, a little up and down; one in ten without e-mail; amounts about 40."""
    rows = round(WEEKDAYS[day.weekday()] * busy * (1 + (day.toordinal() % 5 - 2) / 40))
    return Profile(
        rows=rows,
        nulls={"email": rows // 10},
        categories={
            "order_status": {"paid": rows - rows // 8, "pending": rows // 8},
            "sales_channel": {"web": rows // 2, "store": rows - rows // 2},
        },
        amounts={"gross_amount": amounts(rows, LOG_OF_40_EUROS)},
    )


def amounts(rows: int, log: float) -> tuple[int, float, float]:
    """So many amounts about one, their logarithms half a unit up and down."""
    return rows, rows * log, rows * (log * log + 0.25)


def shop_days(
    busy: Callable[[date], float] = lambda _: 1.0, *, days: int = 450, last: date = LAST
) -> dict[date, Profile]:
    spine = [last - timedelta(days=back) for back in range(days)]
    return {day: ordinary_day(day, busy=busy(day)) for day in spine}


def newest(days: dict[date, Profile], number: int) -> list[Profile]:
    return [days[day] for day in sorted(days)[-number:]]


def kinds(found: tuple[Drift, ...]) -> set[tuple[str, str]]:
    return {(drift.column, drift.kind) for drift in found}


def test_ordinary_weeks_do_not_warn() -> None:
    assert drifts(WATCH, shop_days()) == ()


def test_a_shop_without_rows_or_with_few_weeks_is_not_judged() -> None:
    assert drifts(WATCH, {}) == ()
    days = shop_days(days=27)
    for profile in newest(days, 3):
        profile.rows = 1
    assert drifts(WATCH, days) == ()


def black_friday_and_christmas(day: date) -> float:
    if date(day.year, 11, 23) <= day <= date(day.year, 11, 30):
        return 2.3
    return 1.9 if day.month == 12 and 5 <= day.day <= 24 else 1.0


@pytest.mark.parametrize("last", [date(2025, 11, 18) + timedelta(days=n) for n in range(0, 70, 3)])
def test_sales_and_christmas_do_not_warn(last: date) -> None:
    assert drifts(WATCH, shop_days(black_friday_and_christmas, last=last)) == ()


@pytest.mark.parametrize("days_in", [1, 3, 7, 14])
def test_a_quiet_summer_that_was_quiet_a_year_ago_does_not_warn(days_in: int) -> None:
    def august(day: date) -> float:
        return 0.45 if day.month == 8 else 1.0

    last = date(2025, 8, days_in)
    assert drifts(WATCH, shop_days(august, last=last)) == ()
    assert kinds(drifts(WATCH, shop_days(august, days=120, last=last))) == {("", "rows")}


def test_half_the_rows_warn() -> None:
    days = shop_days()
    for day in sorted(days)[-3:]:
        days[day] = ordinary_day(day, busy=0.5)
    (drift,) = drifts(WATCH, days)
    assert (drift.column, drift.kind) == ("", "rows")
    assert drift.text.endswith("rows from 2026-02-26 to 2026-02-28, usually 341 (50%)")


def test_a_day_that_did_not_come_warns() -> None:
    days = shop_days()
    del days[LAST - timedelta(days=2)]
    (drift,) = drifts(WATCH, days)
    assert drift.text.startswith("0 rows on 2026-02-26")


def test_rows_that_come_many_times_over_warn_unless_they_come_in_bursts() -> None:
    days = shop_days()
    days[LAST] = ordinary_day(LAST, busy=8)
    assert kinds(drifts(WATCH, days)) == {("", "rows")}
    in_bursts = Watch("k", "t", "v", {}, in_bursts=True)
    assert drifts(in_bursts, days) == ()


def test_a_column_that_has_gone_empty_warns_once() -> None:
    days = shop_days()
    for profile in newest(days, 3):
        profile.nulls["email"] = profile.rows
        profile.nulls["sales_channel"] = profile.rows
        profile.categories["sales_channel"] = {}
    found = drifts(WATCH, days)
    assert kinds(found) == {("email", "empty"), ("sales_channel", "empty")}
    assert drifts(Watch("k", "t", "v", {}, may_be_empty=frozenset(days[LAST].nulls)), days) == ()


def test_a_new_value_that_dominates_warns_and_is_named_only_if_rules_allow_it() -> None:
    days = shop_days()
    for profile in newest(days, 3):
        profile.categories["order_status"] = {"cancelled": profile.rows}
        profile.categories["sales_channel"] = {"ana@example.com": profile.rows}
    status, channel = sorted(drifts(WATCH, days), key=lambda drift: drift.column)
    assert status.text.startswith("order_status: 'cancelled' has 100% of the rows")
    assert channel.text.startswith("sales_channel: one value has 100% of the rows")


def test_cents_for_euros_warn() -> None:
    days = shop_days()
    profile = days[LAST]
    profile.amounts = {"gross_amount": amounts(profile.rows, LOG_OF_40_EUROS + LOG_OF_100)}
    (drift,) = drifts(WATCH, days)
    assert drift.kind == "amount"
    assert "usually 40.0" in drift.text


def orders(days: dict[date, int], **values: str) -> list[dict[str, str]]:
    return [
        GOOD_ROWS["orders"]
        | {"order_id": f"{day}-{n}", "ordered_at": f"{day}T{n % 24:02}:30:00Z"}
        | values
        for day, count in days.items()
        for n in range(count)
    ]


def profiles(shop: Shop, *, timezone: str = "UTC") -> dict[date, Profile]:
    watch = watch_of("orders")
    return newest_profiles("orders", watch, world=shop.world, timezone=timezone)


def test_a_profile_counts_each_order_once_as_it_was_first_told(shop: Shop) -> None:
    rows = orders({LAST: 3}, email="ana@example.com")
    later = orders({LAST: 2}, order_status="cancelled", updated_at="2026-03-01T01:00:00Z")
    shop.land("orders/first.csv", csv_text(rows))
    shop.land("orders/later.csv", csv_text(later))
    shop.ingest()
    profile = profiles(shop)[LAST]
    assert (profile.rows, profile.nulls["email"]) == (3, 0)
    assert profile.categories["order_status"] == {"paid": 3}
    assert profile.amounts["gross_amount"][0] == 3


def test_a_profile_has_the_days_of_the_business(shop: Shop) -> None:
    before = LAST - timedelta(days=1)
    shop.land("orders/a.csv", csv_text(orders({before: 24, LAST: 3})))
    shop.ingest()
    utc, madrid = profiles(shop), profiles(shop, timezone="Europe/Madrid")
    assert {day: profile.rows for day, profile in utc.items()} == {before: 24, LAST: 3}
    assert {day: profile.rows for day, profile in madrid.items()} == {before: 23, LAST: 4}


def test_a_day_that_is_not_over_is_compared_with_the_same_hours(shop: Shop) -> None:
    week_ago = LAST - timedelta(days=7)
    eve = week_ago - timedelta(days=1)
    shop.land("orders/a.csv", csv_text(orders({eve: 24, week_ago: 24, LAST: 3})))
    shop.ingest()
    assert {day: p.rows for day, p in profiles(shop).items()} == {eve: 24, week_ago: 3, LAST: 3}


def test_a_row_that_came_late_is_not_counted_where_it_could_not_have_come_yet(shop: Shop) -> None:
    week_ago = LAST - timedelta(days=7)
    on_time = orders({week_ago: 10, LAST: 24})
    late = orders({week_ago: 20}, updated_at=f"{week_ago + timedelta(days=3)}T00:00:00Z")[10:]
    much_later = orders({week_ago: 24}, updated_at="2026-02-28T00:00:00Z", order_type="sale")[20:]
    shop.land("orders/a.csv", csv_text([*on_time, *late]))
    shop.land("orders/b.csv", csv_text(much_later))
    shop.ingest()
    assert profiles(shop)[week_ago].rows == 10


def test_a_feed_that_never_came_has_no_profile(shop: Shop) -> None:
    ensure_schemas(shop.world)
    assert profiles(shop) == {}


def test_days_between_the_weeks_before_and_a_year_ago_are_not_looked_at(shop: Shop) -> None:
    ago = {back: LAST - timedelta(days=back) for back in (0, 62, 63, 363, 364, 426, 427)}
    shop.land("orders/a.csv", csv_text(orders(dict.fromkeys(ago.values(), 1))))
    shop.ingest()
    assert set(profiles(shop)) == {ago[0], ago[62], ago[364], ago[426]}


@pytest.mark.parametrize("feed", [feed for feed in FEEDS if watch_of(feed)])
def test_what_is_watched_is_in_the_feed(feed: str, shop: Shop) -> None:
    shop.land(f"{feed}/a.csv", csv_text([GOOD_ROWS[feed]]))
    shop.ingest(feed)
    watch = watch_of(feed)
    (profile,) = newest_profiles(feed, watch, world=shop.world, timezone="UTC").values()
    assert profile.rows == 1
    columns = {*watch.categories, *watch.amounts, *watch.may_be_empty, *watch.named}
    assert columns <= FEEDS[feed].keys()


@pytest.mark.slow
@pytest.mark.parametrize("seed", [7, 8])
def test_three_simulated_years_hold_less_than_one_false_alarm_in_a_hundred_weeks(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sample_data.simulator.simulation import simulate

    shop = Shop(tmp_path)
    simulate(
        shop.landing,
        customers=2_500,
        years=3,
        end=date(2025, 12, 31),
        seed=seed,
        formats=("parquet",),
    )
    monkeypatch.setattr(
        "customer_status.ingest.profile.days_needed", lambda last: [(date(2000, 1, 1), last)]
    )
    for feed in ("orders", "web_sessions", "crm_touches", "contacts"):
        shop.ingest(feed, now=datetime(2026, 3, 1, tzinfo=UTC))
        watch = watch_of(feed)
        days = newest_profiles(feed, watch, world=shop.world, timezone="UTC")
        ends = sorted(days)[6::7]
        known = ({day: p for day, p in days.items() if day <= end} for end in ends)
        alarms = [end for end, until in zip(ends, known, strict=True) if drifts(watch, until)]
        assert len(alarms) <= len(ends) / 100, (feed, alarms)
