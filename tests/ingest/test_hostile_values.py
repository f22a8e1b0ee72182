"""Cells that are not what they should be: never guessed, never changed, never lost."""

import io
import json
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.ingest.shop import GOOD_ROWS, Shop, csv_text

ROW = GOOD_ROWS["orders"]
AMOUNT = "is not an amount; write it like 1234.56"
MOMENT = "is not a timestamp; write it like 2026-10-31T18:30:00Z"
COUNT = "is not a whole number; write it like 1234"
# Column, text, and the value or else what its reason says.
CELLS = [
    *[("gross_amount", text, AMOUNT) for text in (
        "1.234,56", "1,234.56", "1,5", "1 234.5", "1'234.5", "5 EUR", "€5", "5-", "(5)", "NaN",
        "inf", "-Infinity", "0x10", "1_000", "١٢", "１２", "−5", "9999999999999999.995", "1e16",
        "10000000000000000", "N/A", "NULL", "#REF!", ".", "1e", "true")],
    *[("gross_amount", text, value) for text, value in (
        ("-0.00", "0.00"), ("-0", "0.00"), ("-0.004", "0.00"), ("+5", "5.00"), (".5", "0.50"),
        ("9999999999999999.99", "9999999999999999.99"), ("1e2", "100.00"), ("12.345", "12.35"),
        ("0.004999", "0.00"), ("00012.5", "12.50"), ("1e-400", "0.00"))],
    *[("ordered_at", text, MOMENT) for text in (
        "05/01/2026", "01/05/2026", "31.12.2025", "1767261600", "1767261600000", "20260105",
        "5 Jan 2026", "2026-1-5", "2026-02-29", "2026-01-05 10:00 UTC", "2026-01-05 10:00  +02:00",
        "2026-01-05T10:00:00+19:00", "2026-01-05T23:59:60Z", "2026-01-05T25:00", "now", "infinity",
        "0000-00-00", "10000-01-01", "2026-W02-1", "46027")],
    *[("ordered_at", text, value) for text, value in (
        ("2026-01-05", "2026-01-05 00:00:00+00"), ("2026-01-05 10:00", "2026-01-05 10:00:00+00"),
        ("2026-01-05T10:00:00Z", "2026-01-05 10:00:00+00"),
        ("2026-01-05T10:00:00+0200", "2026-01-05 08:00:00+00"),
        ("2026-01-05T10:00:00-02:30", "2026-01-05 12:30:00+00"),
        ("2026-01-05T10:00 +02:00", "2026-01-05 08:00:00+00"),
        ("2026-01-05T24:00:00", "2026-01-06 00:00:00+00"),
        ("2024-02-29", "2024-02-29 00:00:00+00"))],
    *[("item_count", text, COUNT) for text in (
        "3.5", "1e2", "1,000", "9223372036854775808", "٣", "0x10", "true", "NaN")],
    *[("item_count", text, value) for text, value in (
        ("3.0", "3"), ("007", "7"), ("-1", "-1"), ("-0", "0"),
        ("9223372036854775807", "9223372036854775807"))],
]  # fmt: skip
TEXTS = [
    "007", "000", "12345678901234567890123", "1e5", "0x1F", "NULL", "None", "NaN", "true", "-0",
    "=cmd|'/c calc'!A0", "+1", "@SUM(A1)", "'; drop table orders;--", '"; --', "$1 {x} %s :p ?",
    "👩‍👩‍👧", "e\u0301", "é", "\u202eabc", "x\u200b", "a\\", "\\N", "a\x00b", "a\x01b", "\x7f",
    "a\u2028b", "line\nbreak", "line\r\nbreak", "a,b", 'say "hi"', "{}", "[1]",
]  # fmt: skip


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What became of each cell: its value or its reason, by the number of its row."""
    shop = Shop(tmp_path_factory.mktemp("cells"), {"max_reject_share": "1"})
    rows = [ROW | {"order_id": f"row {i}", name: text} for i, (name, text, _) in enumerate(CELLS)]
    shop.land("orders/a.csv", csv_text(rows))
    shop.ingest()
    columns = "order_id, gross_amount::varchar, ordered_at::varchar, item_count::varchar"
    names = {"gross_amount": 1, "ordered_at": 2, "item_count": 3}
    found = {
        row[0]: row[names[CELLS[int(row[0].removeprefix("row "))][0]]] for row in shop.raw(columns)
    }
    bad = shop.quarantine("original ->> 'order_id', reasons")
    return found | {number: "; ".join(reasons) for number, reasons in bad}


@pytest.mark.parametrize("number", range(len(CELLS)))
def test_a_value_is_read_as_documented_or_its_reason_shows_how_to_write_it(
    judged: dict[str, str], number: int
) -> None:
    name, text, expected = CELLS[number]
    is_bad = expected in (AMOUNT, MOMENT, COUNT)
    assert judged[f"row {number}"] == (f"{name} '{text}' {expected}" if is_bad else expected)


@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "jsonl", "parquet"])
def test_text_stays_the_text_it_was(shop: Shop, suffix: str) -> None:
    rows = [ROW | {"order_id": f"row {i}", "customer_id": text} for i, text in enumerate(TEXTS)]
    if suffix == "parquet":
        target = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows), target)
        shop.land("orders/a.parquet", target.getvalue())
    elif suffix == "jsonl":
        shop.land("orders/a.jsonl", "".join(f"{json.dumps(r, ensure_ascii=False)}\n" for r in rows))
    else:
        shop.land(f"orders/a.{suffix}", csv_text(rows))
    shop.ingest()
    assert dict(shop.raw("order_id, customer_id")) == {f"row {i}": t for i, t in enumerate(TEXTS)}


def test_numbers_in_json_keep_every_digit(shop: Shop) -> None:
    tokens = {
        "9007199254740993": "9007199254740993",
        "12345678901234567890123456789": "12345678901234567890123456789",
        "12345678901234567.25": "12345678901234567.25",
        '"1234567890123456.50"': "1234567890123456.50",
    }
    amounts = {"9999999999999999.99": "9999999999999999.99", "0.1": "0.10", "1.005": "1.01"}
    rows = json.dumps(ROW)[:-1].replace('"gross_amount": "10.50"', '"sales_channel": "x"')
    lines = [f'{rows}, "gross_amount": 1, "customer_id": {token}}}' for token in tokens]
    lines += [f'{rows}, "gross_amount": {amount}}}' for amount in amounts]
    shop.land("orders/a.jsonl", "\n".join(lines))
    shop.ingest()
    assert {id_ for (id_,) in shop.raw("customer_id")} - {None} == set(tokens.values())
    assert {text for (text,) in shop.raw("gross_amount::varchar")} == {"1.00", *amounts.values()}


def land_columns(shop: Shop, **columns: pa.Array) -> None:
    size = len(next(iter(columns.values())))
    given = {name: pa.array([value] * size) for name, value in ROW.items()} | columns
    target = io.BytesIO()
    pq.write_table(pa.table(given), target)
    shop.land("orders/a.parquet", target.getvalue())


def test_identifiers_in_parquet_are_whole_or_quarantined(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"max_reject_share": "1"})
    numbers = [7.0, 1.5, None, float("nan"), 2.0**53 - 1, 2.0**53, float("inf")]
    land_columns(shop, customer_id=pa.array(numbers))
    shop.ingest()
    assert shop.raw("customer_id") == [("1.5",), ("7",), ("9007199254740991",), (None,), (None,)]
    lost = "the row has lost digits of customer_id, a floating-point number: write it as text"
    assert shop.quarantine("row_number, reasons") == [
        (
            6,
            [
                "customer_id '9.00719925474099E+15' has lost digits, because a program took it for "
                "a number: export it as text"
            ],
        ),
        (7, [lost]),
    ]


def test_wide_numbers_in_parquet_keep_every_digit(shop: Shop) -> None:
    land_columns(
        shop,
        order_id=pa.array([2**53 + 1], pa.int64()),
        customer_id=pa.array([Decimal(10**30 + 1)], pa.decimal128(38, 0)),
        gross_amount=pa.array([Decimal("9999999999999999.994")], pa.decimal128(38, 3)),
    )
    shop.ingest()
    assert shop.raw("order_id, customer_id, gross_amount") == [
        ("9007199254740993", "1000000000000000000000000000001", Decimal("9999999999999999.99"))
    ]


def test_a_number_that_is_none_does_not_hold_back_its_column(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"max_reject_share": "1"})
    given = [float("nan"), 3.0, None, float("inf"), -0.0]
    land_columns(shop, discount_amount=pa.array(given), item_count=pa.array(given[:4] + [1.0]))
    shop.ingest()
    assert [number for (number,) in shop.quarantine("row_number")] == [1, 4]
    assert len(shop.raw("order_id")) == 3


def test_nanoseconds_are_cut_off_in_every_format(shop: Shop) -> None:
    last = 1767657599_999_999_999  # of 5 January
    moments = pa.array([last], pa.timestamp("ns"))
    land_columns(
        shop, ordered_at=moments, updated_at=pa.array([last], pa.timestamp("ns", tz="UTC"))
    )
    text = "2026-01-05T23:59:59.999999999Z"
    shop.land("orders/b.csv", csv_text([ROW | {"ordered_at": text, "updated_at": text}]))
    shop.ingest()
    cut = "2026-01-05 23:59:59.999999+00"
    assert shop.raw("ordered_at::varchar, updated_at::varchar") == [(cut, cut)] * 2


def test_a_row_of_json_that_names_a_column_twice_is_quarantined(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"max_reject_share": "1"})
    line = json.dumps(ROW)
    twice = [f'{line[:-1]}, "{key}": "other"}}' for key in ("order_id", "Order_ID ")]
    shop.land("orders/a.jsonl", "\n".join([line, line.replace("order_id", "ORDER_ID"), *twice]))
    shop.ingest()
    assert shop.raw("order_id, _extra") == [("0001", None)] * 2
    reason = ["the row names order_id twice"]
    assert shop.quarantine("row_number, reasons, original") == [
        (3, reason, twice[0]),
        (4, reason, twice[1]),
    ]


def test_counts_below_zero_are_accepted_as_they_are(shop: Shop) -> None:
    session = GOOD_ROWS["web_sessions"] | {"page_views": "-1", "conversions": "-2"}
    shop.land("web_sessions/a.csv", csv_text([session]))
    shop.ingest("web_sessions")
    assert shop.raw("page_views, conversions", "web_sessions") == [(-1, -2)]
