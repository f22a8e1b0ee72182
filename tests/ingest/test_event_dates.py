"""Which days events may lie on, whatever the zone, the format and the size of the number."""

from datetime import timedelta
from pathlib import Path

import pytest

from customer_status.feeds.layouts import FEEDS
from tests.ingest.shop import GOOD_ROWS, NOW, Shop, csv_text, good_rows

EVERY_ROW = {"max_reject_share": "1"}
EARLY = "is on a day before 1990-01-01, the earliest_event_date"
LATE = "is more than a day after it was ingested"
REQUIRED = {
    "orders": "ordered_at", "web_sessions": "started_at", "crm_touches": "touched_at",
    "contacts": "created_at",
}  # fmt: skip
OPTIONAL = {
    "orders": "updated_at", "web_sessions": "ended_at", "crm_touches": "updated_at",
    "contacts": "updated_at",
}  # fmt: skip
# Timestamp, the reason's time in UTC.
TOO_EARLY = [
    ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
    ("0001-01-01T00:00:00+02:00", "0000-12-31T22:00:00Z"),
    ("0000-01-01", "0000-01-01T00:00:00Z"),
    ("1989-12-31T23:59:59.999999Z", "1989-12-31T23:59:59Z"),
    ("1990-01-01T00:30:00+02:00", "1989-12-31T22:30:00Z"),
    ("1900-01-01", "1900-01-01T00:00:00Z"),
]


@pytest.mark.parametrize("feed", REQUIRED)
def test_a_default_date_is_no_event(tmp_path: Path, feed: str) -> None:
    shop = Shop(tmp_path, EVERY_ROW)
    column = REQUIRED[feed]
    texts = [text for text, _ in TOO_EARLY]
    shop.land(f"{feed}/a.csv", rows_with(feed, column, [*texts, "1990-01-01T00:00:00Z"]))
    shop.ingest(feed)
    assert shop.raw(f"{column}::varchar", feed) == [("1990-01-01 00:00:00+00",)]
    assert shop.quarantine("row_number, reasons", feed) == [
        (number, [f"{column} '{utc}' {EARLY}"])
        for number, (_, utc) in enumerate(TOO_EARLY, start=1)
    ]


@pytest.mark.parametrize("feed", OPTIONAL)
def test_a_default_date_in_an_optional_timestamp_is_empty(tmp_path: Path, feed: str) -> None:
    shop = Shop(tmp_path, EVERY_ROW)
    column = OPTIONAL[feed]
    texts = [text for text, _ in TOO_EARLY]
    shop.land(f"{feed}/a.csv", rows_with(feed, column, [*texts, "2026-01-06T10:00:00Z"]))
    receipt = shop.ingest_one(feed)
    assert shop.raw(column, feed)[1:] == [(None,)] * len(texts)
    assert receipt.notices == {f"{column} before 1990-01-01 is read as empty": len(texts)}


def test_the_business_date_counts_in_the_zone_of_the_store_or_of_the_business(
    tmp_path: Path,
) -> None:
    shop = Shop(tmp_path, EVERY_ROW | {"business_timezone": "America/New_York"})
    moments = ["1990-01-01T04:59:59Z", "1990-01-01T05:00:00Z", "1990-01-01T00:00:00Z"]
    shop.land("orders/home.csv", rows_with("orders", "ordered_at", moments))
    shop.land("orders/store.csv", rows_with("orders", "ordered_at", moments, store_id="MAD-01"))
    shop.land("orders/number.csv", rows_with("orders", "ordered_at", moments, store_id="LPA-01"))
    shop.land("contacts/a.csv", rows_with("contacts", "created_at", moments))
    shop.ingest()
    shop.ingest("contacts")
    places = shop.quarantine("file_name, row_number")
    assert places == [("orders/home.csv", 1), ("orders/home.csv", 3)]
    assert shop.quarantine("row_number", "contacts") == [(1,), (3,)]


def test_a_store_west_of_utc_may_be_a_day_behind_its_business(tmp_path: Path) -> None:
    shop = Shop(tmp_path, EVERY_ROW)
    stores = shop.world.config / "stores.csv"
    stores.write_text("store_id,timezone\n' 7:a,America/New_York\n8,\n", encoding="utf-8")
    moments = ["1990-01-01T04:59:59Z", "1990-01-01T05:00:00Z"]
    shop.land("orders/7.csv", rows_with("orders", "ordered_at", moments, store_id="' 7:a"))
    shop.land("orders/8.csv", rows_with("orders", "ordered_at", moments, store_id="8.0"))
    shop.land("orders/9.csv", rows_with("orders", "updated_at", moments, store_id="' 7:a"))
    receipts = {receipt.file_name: receipt for receipt in shop.ingest().receipts}
    assert shop.quarantine("file_name, row_number") == [("orders/7.csv", 1)]
    assert receipts["orders/9.csv"].notices == {"updated_at before 1990-01-01 is read as empty": 1}


def test_a_shop_before_utc_has_its_new_year_earlier_but_not_the_bound(tmp_path: Path) -> None:
    shop = Shop(tmp_path, EVERY_ROW | {"business_timezone": "Pacific/Auckland"})
    moments = ["1989-12-31T11:00:00Z", "1989-12-31T23:59:59Z", "1990-01-01T00:00:00Z"]
    shop.land("orders/a.csv", rows_with("orders", "ordered_at", moments))
    shop.ingest()
    assert [number for (number,) in shop.quarantine("row_number")] == [1, 2]


def test_the_bound_is_a_setting(tmp_path: Path) -> None:
    shop = Shop(tmp_path, EVERY_ROW | {"earliest_event_date": "2026-01-05"})
    moments = ["2026-01-04T23:59:59Z", "2026-01-05T00:00:00Z"]
    shop.land("orders/a.csv", rows_with("orders", "ordered_at", moments))
    shop.ingest()
    assert shop.quarantine("reasons") == [
        (
            [
                "ordered_at '2026-01-04T23:59:59Z' is on a day before 2026-01-05, "
                "the earliest_event_date"
            ],
        )
    ]


@pytest.mark.parametrize("feed", REQUIRED)
def test_the_end_of_time_is_in_the_future(tmp_path: Path, feed: str) -> None:
    """A contact from the future, too; the reason's time is in UTC."""
    shop = Shop(tmp_path, EVERY_ROW | {"business_timezone": "Pacific/Kiritimati"})
    column = REQUIRED[feed]
    tomorrow = (NOW + timedelta(days=1)).isoformat()
    texts = [
        tomorrow, "2026-03-03T01:00:00+12:59", "9999-12-31", "9999-12-31T23:59:59-18:00",
    ]  # fmt: skip
    shop.land(f"{feed}/a.csv", rows_with(feed, column, texts))
    shop.ingest(feed)
    assert shop.raw(f"{column}::varchar", feed) == [("2026-03-02 12:00:00+00",)]
    assert shop.quarantine("reasons", feed) == [
        ([f"{column} '10000-01-01T17:59:59Z' {LATE}"],),
        ([f"{column} '2026-03-02T12:01:00Z' {LATE}"],),
        ([f"{column} '9999-12-31T00:00:00Z' {LATE}"],),
    ]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_the_greatest_and_least_timestamps_of_parquet_stop_nothing(
    tmp_path: Path, zone: str
) -> None:
    shop = Shop(tmp_path, EVERY_ROW | {"business_timezone": zone, "source_timezone_orders": zone})
    columns = ", ".join(
        f"'{value}' as {name}"
        for name, value in GOOD_ROWS["orders"].items()
        if name != "ordered_at"
    )
    least, most = -9223372022400000000, 9223372036854775806
    moments = [
        f"make_timestamp({least})", f"make_timestamp({most})", "'infinity'::timestamp",
        "'-infinity'::timestamp", f"make_timestamp({least} + 86400000000)",
        f"make_timestamp({most} - 86400000000)",
    ]  # fmt: skip
    for number, moment in enumerate(moments):
        for kind in ("timestamp", "timestamptz"):
            shop.land_parquet(
                f"orders/{number}{kind}.parquet",
                f"select {columns}, ({moment})::{kind} as ordered_at, "
                f"({moment})::{kind} as updated_at",
            )
    receipts = shop.ingest().receipts
    assert [r.rows_quarantined for r in receipts] == [1] * len(receipts)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-01-05T10:00:00+13:00", "2026-01-04 21:00:00+00"),
        ("2026-01-05T10:00:00+1300", "2026-01-04 21:00:00+00"),
        ("2026-01-05T10:00:00+13", "2026-01-04 21:00:00+00"),
        ("2026-01-05T10:00:00+13:45", "2026-01-04 20:15:00+00"),
        ("2026-01-05T10:00:00+14:00", "2026-01-04 20:00:00+00"),
        ("2026-01-05T10:00:00-12:00", "2026-01-05 22:00:00+00"),
        ("2026-01-05 10:00:00.000 +0000", "2026-01-05 10:00:00+00"),
        ("2026-01-05 10:00:00.123456789 -0330", "2026-01-05 13:30:00.123456+00"),
        ("2026-01-05 10:00:00 +13:00", "2026-01-04 21:00:00+00"),
        ("2026-01-05 10:00 Z", "2026-01-05 10:00:00+00"),
    ],
)
def test_offsets_of_all_the_world_are_read(
    offsets: dict[str, set[str]], text: str, utc: str
) -> None:
    assert offsets[text] == {utc}


@pytest.fixture(scope="module")
def offsets(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What is in raw for each text, over the formats."""
    marks = [test_offsets_of_all_the_world_are_read.pytestmark[0].args[1]]
    texts = [text for text, _ in marks[0]]
    shop = Shop(tmp_path_factory.mktemp("offsets"))
    rows = [
        row | {"ordered_at": t, "order_id": t}
        for row, t in zip(good_rows("orders", len(texts)), texts, strict=True)
    ]
    shop.land("orders/a.csv", csv_text(rows))
    shop.land("orders/a.jsonl.gz", "".join(__import__("json").dumps(r) + "\n" for r in rows))
    values = ", ".join(f"('{text}')" for text in texts)
    shop.land_parquet(
        "orders/a.parquet",
        "select t as order_id, t as ordered_at, 'paid' as order_status, 'EUR' as currency, "
        f"1 as gross_amount from (values {values}) as moments(t)",
    )
    shop.ingest()
    found: dict[str, set[str]] = {text: set() for text in texts}
    for order_id, moment in shop.raw("order_id, ordered_at::varchar"):
        found[order_id].add(moment)
    assert len(shop.raw("order_id")) == 3 * len(texts)
    return found


def test_no_request_is_dropped_for_its_date(tmp_path: Path) -> None:
    shop = Shop(tmp_path, EVERY_ROW)
    dates = [
        "1970-01-01T00:00:00Z", "0001-01-01T00:00:00+02:00", "0000-01-01", "0000-00-00 00:00:00",
        "9999-12-31", "10000-01-01", "2031-01-01", "infinity",
    ]  # fmt: skip
    bad = ["", "soon", "2026-02-30"]
    rows = [{"email": f"{n}@x.example", "requested_at": text} for n, text in enumerate(dates + bad)]
    shop.land("erasures/a.csv", csv_text(rows))
    receipt = shop.ingest_one("erasures")
    assert len(shop.raw("email", "erasures")) == len(dates)
    assert [n for (n,) in shop.quarantine("row_number", "erasures")] == [9, 10, 11]
    assert list(receipt.notices.values()) == [3]


def test_a_day_of_birth_may_be_any_day(shop: Shop) -> None:
    shop.land("contacts/a.csv", csv_text([GOOD_ROWS["contacts"] | {"birth_date": "1931-02-03"}]))
    shop.ingest("contacts")
    assert shop.raw("birth_date::varchar", "contacts") == [("1931-02-03",)]


def rows_with(feed: str, column: str, texts: list[str], **more: str) -> str:
    """Good rows of a feed, each with one of the texts in a column."""
    assert column in FEEDS[feed]
    rows = good_rows(feed, len(texts))
    return csv_text([r | more | {column: t} for r, t in zip(rows, texts, strict=True)])
