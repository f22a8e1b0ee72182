"""The shipped mappings, each on a small file in its vendor's own columns."""

import csv
import shutil
from pathlib import Path

import pytest

from customer_status.ingest.ledger import Receipt
from customer_status.ingest.mappings import SHIPPED_MAPPINGS, mappings_in_force
from tests.ingest.shop import Shop, csv_text

VENDOR_FILES = Path(__file__).with_name("vendor_files")
ORDERS = "order_id, order_status, gross_amount::varchar, coalesce(refund_amount, 0)::varchar"
TOUCHES = "touch_id, direction, channel, touch_type, coalesce(campaign_id, '')"


def taken_in(shop: Shop, vendor: str, *, columns: str) -> tuple[Receipt, list[tuple]]:
    """Land a vendor's file; its receipt, and columns of the rows that it made."""
    shutil.copytree(VENDOR_FILES / vendor, shop.landing / vendor)
    feed = mappings_in_force(None)[vendor].feed
    receipt = shop.ingest_one(feed)
    assert receipt.held_reason is None
    return receipt, shop.raw(columns, feed)


def counts(receipt: Receipt) -> tuple[int | None, int | None, int]:
    return receipt.rows_in_export, receipt.rows_passed_over, receipt.rows_accepted


def test_every_shipped_mapping_has_a_vendors_file() -> None:
    shipped = {path.stem for path in SHIPPED_MAPPINGS.glob("*.sql")}
    assert {path.name for path in VENDOR_FILES.iterdir()} == shipped


@pytest.mark.parametrize("vendor", sorted(mappings_in_force(None)))
def test_a_file_may_lack_all_optional_columns(shop: Shop, vendor: str) -> None:
    mapping = mappings_in_force(None)[vendor]
    (path,) = (VENDOR_FILES / vendor).iterdir()
    if path.suffix != ".csv":
        pytest.skip("lines of JSON lack a key, and text without a header has its columns")
    with path.open(encoding="latin-1", newline="") as file:
        rows = list(csv.DictReader(file))
    kept = [{name: row[name] for name in row if name not in mapping.optional} for row in rows]
    shop.land(f"{vendor}/a.csv", csv_text(kept))
    receipt = shop.ingest_one(mapping.feed)
    assert (receipt.held_reason, receipt.rows_quarantined) == (None, 0)


@pytest.mark.parametrize("vendor", sorted(mappings_in_force(None)))
def test_a_file_of_another_vendor_is_held(shop: Shop, vendor: str) -> None:
    shop.land(f"{vendor}/a.csv", "When,What\n2026-01-05,that\n")
    assert shop.ingest_one(mappings_in_force(None)[vendor].feed).state == "held"


def test_shopify_orders(shop: Shop) -> None:
    """One row per line item; the discount is already taken off the subtotal."""
    receipt, rows = taken_in(shop, "shopify_orders", columns=ORDERS)
    assert counts(receipt) == (9, 0, 6)
    assert rows == [
        ("#1001", "fulfilled", "100.00", "0.00"),
        ("#1002", "refunded", "50.00", "50.00"),
        ("#1003", "paid", "60.00", "20.00"),
        ("#1004", "cancelled", "30.00", "0.00"),
        ("#1005", "paid", "10.00", "0.00"),
        ("#1006", "pending", "15.00", "0.00"),
    ]
    assert shop.raw(
        "discount_amount::varchar, coupon_code, item_count, email, ordered_at::varchar, "
        "updated_at::varchar, order_type"
    )[-1] == (
        "20.00",
        "WELCOME10",
        4,
        "ana@example.com",
        "2026-01-05 09:00:00+00",
        "2026-01-07 08:30:00+00",
        "sale",
    )
    assert [row[1] for row in shop.raw("order_id, item_count")] == [4, 1, 4, 1, 1, 1]
    assert shop.raw("order_type, order_id")[-1] == ("test", "#1005")


def test_an_order_of_shopify_without_its_status_or_name_is_quarantined(shop: Shop) -> None:
    path = VENDOR_FILES / "shopify_orders" / "orders_export_1.csv"
    header, *lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    good = "".join(
        line.replace("#1006", f"#{number}") for number in range(40) for line in lines[-1:]
    )
    bad = lines[-1].replace(",pending,", ",,", 1)
    nameless = lines[-1].replace("#1006", "", 1)
    shop.land("shopify_orders/a.csv", header + good + bad + nameless)
    receipt = shop.ingest_one()
    assert dict(receipt.reasons) == {"order_status is missing": 1, "order_id is missing": 1}
    assert [row[0] for row in shop.quarantine("row_number")] == [41, 42]


def test_woocommerce_orders(shop: Shop) -> None:
    receipt, rows = taken_in(shop, "woocommerce_orders", columns=ORDERS)
    assert counts(receipt) == (5, 0, 5)
    assert rows == [
        ("2001", "completed", "40.00", "0.00"),
        ("2002", "paid", "30.00", "7.50"),
        ("2003", "refunded", "20.00", "20.00"),
        ("2004", "pending", "20.00", "0.00"),
        ("2005", "cancelled", "20.00", "0.00"),
    ]
    assert shop.raw("customer_id, email, coupon_code, discount_amount::varchar") == [
        ("7", "ana@example.com", "SPRING", "4.00"),
        *[(None, "guest@example.com", None, "0.00")] * 4,
    ]


def test_online_retail(shop: Shop) -> None:
    """Credit notes are cancelled orders of their own; adjustments of debt are nobody's."""
    receipt, rows = taken_in(
        shop, "online_retail", columns=f"{ORDERS}, customer_id, ordered_at::varchar, item_count"
    )
    assert counts(receipt) == (8, 1, 6)
    assert rows == [
        ("536365", "completed", "35.64", "0.00", "17850", "2010-12-01 08:26:00+00", 12),
        ("536366", "completed", "11.10", "0.00", "17850", "2010-12-01 08:28:00+00", 6),
        ("536414", "completed", "0.00", "0.00", None, "2010-12-01 11:52:00+00", 56),
        ("536589", "completed", "0.00", "0.00", None, "2010-12-01 16:50:00+00", 10),
        ("580000", "completed", "54.08", "0.00", "13047", "2011-07-31 22:30:00+00", 32),
        ("C536379", "cancelled", "27.50", "0.00", "14527", "2010-12-01 09:41:00+00", 1),
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2010-12-01 08:26:00", "2010-12-31 08:26:00"),
        ("12/1/2010 8:26", "12/31/2010 8:26"),
        ("01/12/2010 08:26", "31/12/2010 08:26"),
        ("01-12-2010 08:26", "31-12-2010 08:26"),
    ],
)
def test_online_retail_in_the_dates_of_any_program(shop: Shop, first: str, second: str) -> None:
    header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    lines = [f"{n},A,,1,{day},1.5,1,Eire\n" for n, day in enumerate((first, second), start=1)]
    shop.land("online_retail/a.csv", header + "".join(lines))
    shop.ingest()
    assert shop.raw("ordered_at::date::varchar") == [("2010-12-01",), ("2010-12-31",)]


def test_cdnow(shop: Shop) -> None:
    """Purchases of one customer on one day stay apart."""
    receipt, rows = taken_in(
        shop, "cdnow", columns="order_id, customer_id, ordered_at::date::varchar, currency"
    )
    assert counts(receipt) == (5, 0, 5)
    assert rows == [
        ("00001-19970101-1", "00001", "1997-01-01", "USD"),
        ("00002-19970112-1", "00002", "1997-01-12", "USD"),
        ("00002-19970112-2", "00002", "1997-01-12", "USD"),
        ("00003-19970102-1", "00003", "1997-01-02", "USD"),
        ("00003-19970330-1", "00003", "1997-03-30", "USD"),
    ]
    assert shop.raw("sum(gross_amount)::varchar, sum(item_count)::int") == [("121.53", 11)]


def test_ga4_events(shop: Shop) -> None:
    """One session per visitor, ga_session_id and day; what has no session is passed over."""
    receipt, rows = taken_in(
        shop,
        "ga4_events",
        columns="session_id, customer_id, started_at::varchar, ended_at::varchar, page_views, "
        "conversions, source, medium, campaign, landing_page",
    )
    assert counts(receipt) == (9, 2, 4)
    sale = "https://shop.example/sale"
    assert rows == [
        (
            "111.222.1767607200.20260105",
            "00042",
            "2026-01-05 10:00:00+00",
            "2026-01-05 10:01:30+00",
            *(2, 1, "news", "email", "january", sale),
        ),
        (
            "111.222.1767657200.20260105",
            None,
            "2026-01-05 23:53:20+00",
            "2026-01-05 23:53:20+00",
            *(1, 0, None, None, None, sale),
        ),
        (
            "111.222.1767657200.20260106",
            None,
            "2026-01-06 00:03:20+00",
            "2026-01-06 00:03:20+00",
            *(1, 0, None, None, None, sale),
        ),
        (
            "333.444.1767610800.20260105",
            None,
            "2026-01-05 11:00:00+00",
            "2026-01-05 11:00:12+00",
            *(1, 0, "google", "organic", None, sale),
        ),
    ]
    assert set(shop.raw("device, country", "web_sessions")) == {("mobile", "Spain")}


def test_ga4_events_from_parquet_are_the_same_sessions(shop: Shop, tmp_path: Path) -> None:
    """BigQuery exports nested columns to Parquet as they are: lists of structs, whole numbers."""
    _, rows = taken_in(shop, "ga4_events", columns="* exclude (_file_id)")
    other = Shop(tmp_path / "other")
    path = VENDOR_FILES / "ga4_events" / "events_20260105.jsonl"
    other.land_parquet(
        "ga4_events/a.parquet",
        "select * replace (event_timestamp::bigint as event_timestamp) "
        f"from read_json('{path}', sample_size = -1)",
    )
    assert other.ingest_one("web_sessions").held_reason is None
    assert other.raw("* exclude (_file_id)", "web_sessions") == rows


def test_ga4_sessions_do_not_depend_on_how_the_days_are_cut_into_files(
    shop: Shop, tmp_path: Path
) -> None:
    _, rows = taken_in(shop, "ga4_events", columns="* exclude (_file_id)")
    text = (VENDOR_FILES / "ga4_events" / "events_20260105.jsonl").read_text(encoding="utf-8")
    other = Shop(tmp_path / "other")
    for day in ("20260105", "20260106"):
        lines = [
            line for line in text.splitlines(keepends=True) if f'"event_date": "{day}"' in line
        ]
        other.land(f"ga4_events/{day}.jsonl", "".join(lines))
    other.ingest("web_sessions")
    assert other.raw("* exclude (_file_id)", "web_sessions") == rows


def test_snowplow_events(shop: Shop) -> None:
    receipt, rows = taken_in(
        shop,
        "snowplow_events",
        columns="session_id, visitor_id, customer_id, started_at::varchar, ended_at::varchar, "
        "page_views, conversions, source, landing_page",
    )
    assert counts(receipt) == (7, 1, 3)
    sale = "shop.example/sale"
    assert rows == [
        (
            *("s-1.2026-01-05", "u-1", "00042"),
            *("2026-01-05 10:00:00.25+00", "2026-01-05 10:02:00+00", 2, 1, "google", sale),
        ),
        (
            *("s-2.2026-01-05", "u-2", None),
            *("2026-01-05 23:59:00+00", "2026-01-05 23:59:00+00", 1, 0, "google", sale),
        ),
        (
            *("s-2.2026-01-06", "u-2", None),
            *("2026-01-06 00:01:00+00", "2026-01-06 00:01:00+00", 1, 0, "google", sale),
        ),
    ]


def test_klaviyo_events(shop: Shop) -> None:
    receipt, rows = taken_in(shop, "klaviyo_events", columns=TOUCHES)
    assert counts(receipt) == (9, 2, 7)
    assert rows == [
        ("ev1", "outbound", "email", "delivered", "c1"),
        ("ev2", "inbound", "email", "opened", "c1"),
        ("ev3", "inbound", "email", "clicked", "c1"),
        ("ev4", "inbound", "email", "unsubscribed", ""),
        ("ev5", "inbound", "email", "unsubscribed", "f1"),
        ("ev6", "outbound", "sms", "delivered", "f1"),
        ("ev7", "inbound", "sms", "replied", ""),
    ]
    assert shop.raw("touched_at::varchar", "crm_touches")[:3] == [
        ("2026-01-05 10:00:00+00",),
        ("2026-01-05 11:00:00+00",),
        ("2026-01-05 11:01:00+00",),
    ]


def test_hubspot_email_events(shop: Shop) -> None:
    """Events of the machinery, and opens by machines, are no touches."""
    receipt, rows = taken_in(shop, "hubspot_email_events", columns=f"{TOUCHES}, email")
    assert counts(receipt) == (11, 4, 7)
    assert [(row[0].split("-")[1], *row[1:4], row[5].split("@")[0]) for row in rows] == [
        ("1", "outbound", "email", "sent", "ana"),
        ("11", "inbound", "email", "unsubscribed", "dee"),
        ("3", "outbound", "email", "delivered", "ana"),
        ("5", "inbound", "email", "opened", "ana"),
        ("6", "inbound", "email", "clicked", "ana"),
        ("7", "inbound", "email", "unsubscribed", "ana"),
        ("8", "inbound", "email", "unsubscribed", "ben"),
    ]


@pytest.mark.parametrize("setting", ["UTC", "Europe/Madrid", "Asia/Kolkata"])
@pytest.mark.parametrize("vendor", ["shopify_orders", "online_retail", "ga4_events"])
def test_instants_of_a_vendor_do_not_depend_on_the_feeds_zone(
    tmp_path: Path, vendor: str, setting: str
) -> None:
    feed = mappings_in_force(None)[vendor].feed
    moment = "ordered_at" if feed == "orders" else "started_at"
    shop = Shop(tmp_path, overrides={f"source_timezone_{feed}": setting})
    _, rows = taken_in(shop, vendor, columns=f"min({moment})::varchar")
    first = {
        "shopify_orders": "2026-01-05 09:00:00+00",
        "online_retail": "2010-12-01 08:26:00+00",
        "ga4_events": "2026-01-05 10:00:00+00",
    }
    assert rows == [(first[vendor],)]
