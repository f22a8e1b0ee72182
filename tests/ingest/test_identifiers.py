"""Identifiers that were numbers on their way, and those that only the warehouse writes."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from customer_status.feeds.layouts import FEEDS, id_columns
from tests.ingest.shop import GOOD_ROWS, Shop, csv_text, good_rows, jsonl_text

LOST = "has lost digits, because a program took it for a number: export it as text"
TOKEN = "erased:00000000000000000000000000000009"
ERASED = "has the form that this warehouse gives to erased identifiers"
EVERY_ROW = {"max_reject_share": "1"}
FORMATS = ("csv", "jsonl", "parquet")

DAMAGED = [
    "1.23457E+11", "1.23457e+11", "1,23457E+11", "1.23E11", "1E+11", "1.2e+17", "1.2345678E7",
    "-1.5E+10", "123.457E+9", "1.23E-05", "9007199254740993.0", "9007199254740992.00",
]  # fmt: skip
KEPT = [
    "1e100234", "123e45", "2E5B", "1e5", "00123", "007.0", "12.5", "1.50", "E+11", "1.2E+1234",
    "12345678901234567890123", "3.0.0", ".0", "5.", "GA1.2.3", "12.34E5", "1.2.3E+11", "e", "-0",
]  # fmt: skip
WHOLE = {
    "17850.0": "17850", "17850.00": "17850", "-5.0": "-5", "0.0": "0", "-0.0": "0",
    "9007199254740991.0": "9007199254740991",
}  # fmt: skip


def land_texts(shop: Shop, form: str, name: str, texts: list[str]) -> None:
    """Orders whose column ``name`` holds these texts, in a file of one format."""
    rows = [
        row | {name: text} for row, text in zip(good_rows("orders", len(texts)), texts, strict=True)
    ]
    if form == "parquet":
        path = shop.landing / "orders" / "a.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        shop.land(f"orders/a.{form}", csv_text(rows) if form == "csv" else jsonl_text(rows))


@pytest.mark.parametrize("form", FORMATS)
def test_identifiers_are_read_alike_in_every_format(tmp_path: Path, form: str) -> None:
    shop = Shop(tmp_path, EVERY_ROW)
    land_texts(shop, form, "customer_id", [*DAMAGED, *KEPT, *WHOLE])
    receipt = shop.ingest_one()
    assert sorted(name for (name,) in shop.raw("customer_id")) == sorted([*KEPT, *WHOLE.values()])
    assert shop.quarantine("row_number, reasons") == [
        (number, [f"customer_id '{text}' {LOST}"]) for number, text in enumerate(DAMAGED, start=1)
    ]
    assert receipt.notices == {"customer_id like 17850.0 is read as 17850": len(WHOLE)}


def test_numbers_in_json_are_read_like_their_texts(tmp_path: Path) -> None:
    shop = Shop(tmp_path, EVERY_ROW)
    tokens = ["17850.0", "17850", "1.23457E+11", "1e3", "9007199254740993.0", "1e22", "1.5e17"]
    shop.land(
        "orders/a.jsonl",
        "".join(
            f'{{"order_id": "{number}", "customer_id": {token}, "order_status": "paid", '
            '"ordered_at": "2026-01-05T10:00:00Z", "currency": "EUR", "gross_amount": 1e1, '
            '"item_count": 1e1}\n'
            for number, token in enumerate(tokens, start=1)
        ),
    )
    receipt = shop.ingest_one()
    assert shop.raw("order_id, customer_id, gross_amount::varchar, item_count") == [
        ("1", "17850", "10.00", 10),
        ("2", "17850", "10.00", 10),
    ]
    assert receipt.reasons == {f"customer_id {LOST}": 5}
    written = [reasons[0].split("'")[1] for (reasons,) in shop.quarantine("reasons")]
    assert sorted(written) == [
        "1.00000000000000E+03", "1.00000000000000E+22", "1.23457000000000E+11",
        "1.50000000000000E+17", "9007199254740993.0",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [pa.float64(), pa.float32()])
def test_floating_point_in_parquet_is_read_like_its_text(tmp_path: Path, kind: pa.DataType) -> None:
    shop = Shop(tmp_path, EVERY_ROW)
    exact = 2.0**53 if kind == pa.float64() else 2.0**24
    numbers = [17850.0, None, float("nan"), exact - 1, exact, float("inf"), 1.5, -0.0]
    rows = good_rows("orders", len(numbers))
    table = pa.Table.from_pylist(rows).append_column("customer_id", pa.array(numbers, kind))
    path = shop.landing / "orders" / "a.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(table, path)
    receipt = shop.ingest_one()
    assert sorted(shop.raw("customer_id"), key=str) == sorted(
        [("17850",), (None,), (None,), (f"{exact - 1:.0f}",), ("1.5",), ("0",)], key=str
    )
    assert [number for (number,) in shop.quarantine("row_number")] == [5, 6]
    assert all("lost digits" in reasons[0] for (reasons,) in shop.quarantine("reasons"))
    assert receipt.notices == {"customer_id like 17850.0 is read as 17850": 3}


def test_a_decimal_in_parquet_is_read_like_its_text(tmp_path: Path) -> None:
    shop = Shop(tmp_path, EVERY_ROW)
    columns = ", ".join(f"'{value}' as {name}" for name, value in GOOD_ROWS["orders"].items())
    shop.land_parquet("orders/a.parquet", f"select {columns}, 17850::decimal(9, 2) as customer_id")
    shop.ingest()
    assert shop.raw("customer_id") == [("17850",)]


def test_both_forms_of_an_order_number_are_one_order_and_lost_ones_none(tmp_path: Path) -> None:
    shop = Shop(tmp_path, EVERY_ROW)
    land_texts(shop, "csv", "order_id", ["17850.0", "17850", "1.23457E+11", "1.23457E+11"])
    shop.ingest()
    assert shop.raw("order_id") == [("17850",), ("17850",)]
    assert [number for (number,) in shop.quarantine("row_number")] == [3, 4]


def test_every_identifier_of_every_feed_has_the_rules() -> None:
    assert set(id_columns("orders")) == {
        "order_id", "customer_id", "store_id", "subscription_id", "returns_order_id",
    }  # fmt: skip
    assert "email" not in id_columns("erasures")
    assert set(id_columns("erasures")) == {"customer_id", "contact_id"}
    assert {"touch_id", "contact_id", "campaign_id", "offer_id", "thread_id", "in_reply_to"} < set(
        id_columns("crm_touches")
    )


@pytest.mark.parametrize("feed", ["orders", "web_sessions", "crm_touches", "contacts", "erasures"])
def test_an_identifier_like_an_erased_one_is_quarantined(tmp_path: Path, feed: str) -> None:
    shop = Shop(tmp_path, EVERY_ROW)
    names = [
        name
        for name in ("customer_id", "email", "contact_id", "visitor_id", "referred_by")
        if name in FEEDS[feed]
    ]
    good = GOOD_ROWS.get(feed, {"requested_at": "2026-01-05T10:00:00Z"})
    rows = [good | {name: TOKEN} for name in names]
    forms = (TOKEN.upper(), f"  {TOKEN}\u2003", TOKEN.replace("e", "e\u200b", 1))
    rows += [good | {"email": form} for form in forms if "email" in FEEDS[feed]]
    rows.append(good | {"customer_id": "erased:9", "email": "erased@example.com"})
    shop.land(f"{feed}/a.csv", csv_text(rows))
    shop.ingest(feed)
    assert len(shop.raw("customer_id", feed)) == 1
    reasons = [reason for (found,) in shop.quarantine("reasons", feed) for reason in found]
    assert len(reasons) == len(rows) - 1
    assert all(reason.endswith(ERASED) for reason in reasons)
    assert f"{names[0]} '{TOKEN}' {ERASED}" in reasons
