"""Every format gives the same rows, and text stays the text it was."""

import gzip
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from customer_status.engine import Engine
from customer_status.feeds.layouts import FEEDS, SYSTEM_COLUMNS
from customer_status.ingest.landing import LandedFile
from customer_status.ingest.readers import csv_source
from customer_status.ingest.run import ensure_schemas
from customer_status.ingest.values import typed_select
from tests.ingest.shop import GOOD_ROWS, Shop, csv_text, jsonl_text

AFTER_ALL = datetime(2027, 1, 1, tzinfo=UTC)
ROWS = [
    {
        "order_id": "00042",
        "customer_id": "12345678901234567890",
        "ordered_at": "2026-01-05T10:00:00.250+02:00",
        "updated_at": "2026-01-06",
        "order_status": "paid",
        "currency": "EUR",
        "gross_amount": "10.5",
        "item_count": "3",
        "Gift Note": 'hi, "you"',
    },
    {
        "order_id": "00043",
        "ordered_at": "2026-01-05 08:00",
        "order_status": "refunded",
        "currency": "USD",
        "gross_amount": "0",
    },
]
EXPECTED = [
    (
        "00042",
        "12345678901234567890",
        datetime(2026, 1, 5, 8, 0, 0, 250_000, tzinfo=UTC),
        datetime(2026, 1, 6, tzinfo=UTC),
        Decimal("10.50"),
        3,
        '{"Gift Note":"hi, \\"you\\""}',
    ),
    ("00043", None, datetime(2026, 1, 5, 8, tzinfo=UTC), None, Decimal("0.00"), None, None),
]
COLUMNS = (
    "order_id, customer_id, ordered_at::varchar, updated_at::varchar, gross_amount, item_count,"
    " _extra"
)


def _in_utc(shop: Shop) -> list[tuple]:
    return [
        tuple(
            datetime.fromisoformat(cell) if i in (2, 3) and cell else cell
            for i, cell in enumerate(row)
        )
        for row in shop.raw(COLUMNS)
    ]


@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "jsonl", "jsonl.gz", "parquet"])
def test_the_same_rows_in_any_format_are_the_same_raw_rows(shop: Shop, suffix: str) -> None:
    name = f"orders/2026/01/day=5/f.{suffix}"
    if suffix.startswith("csv"):
        shop.land(name, csv_text(ROWS))
    elif suffix.startswith("jsonl"):
        shop.land(name, jsonl_text(ROWS))
    else:
        shop.land("../rows.jsonl", jsonl_text(ROWS))
        shop.land_parquet(
            name,
            "select order_id, customer_id, ordered_at::timestamptz ordered_at,"
            " updated_at::date updated_at, order_status, currency, gross_amount::double"
            ' gross_amount, item_count::int item_count, "Gift Note" from'
            f" read_json('{shop.landing}/../rows.jsonl', columns = {{order_id: 'varchar',"
            " customer_id: 'varchar', ordered_at: 'varchar', updated_at: 'varchar', order_status:"
            " 'varchar', currency: 'varchar', gross_amount: 'varchar', item_count: 'varchar',"
            " 'Gift Note': 'varchar'})",
        )

    receipt = shop.ingest_one()

    assert (receipt.state, receipt.rows_read, receipt.rows_accepted) == ("accepted", 2, 2)
    assert _in_utc(shop) == EXPECTED


def test_raw_files_have_the_frozen_layout_whatever_the_file_has(shop: Shop) -> None:
    shop.land("contacts/a.csv", csv_text([GOOD_ROWS["contacts"]]))
    shop.ingest("contacts")
    ensure_schemas(shop.world)

    layouts = []
    for path in sorted((shop.world.raw / "contacts").glob("*.parquet")):
        with duckdb.connect() as connection:
            rows = connection.execute(f"describe select * from '{path}'").fetchall()
        layouts.append({name: kind for name, kind, *_ in rows})

    frozen = dict(FEEDS["contacts"]) | dict.fromkeys(SYSTEM_COLUMNS, "VARCHAR")
    assert layouts == [frozen, frozen]
    assert {path.name for path in shop.world.raw.iterdir()} == set(FEEDS)


def test_column_names_match_in_any_case_and_with_spaces_around(shop: Shop) -> None:
    shop.land(
        "orders/a.csv",
        "\ufeff Order_ID ,ORDERED_AT,order_status,currency,gross_amount\n7,2026-01-01,paid,EUR,1\n",
    )
    shop.land("orders/b.jsonl", jsonl_text([{k.upper(): v for k, v in ROWS[1].items()}]))
    shop.ingest()
    assert shop.raw("order_id, _extra") == [("00043", None), ("7", None)]


def test_text_is_trimmed_of_every_space_and_empty_is_null(shop: Shop) -> None:
    row = GOOD_ROWS["orders"]
    rows = [
        row | {"order_id": "\t a\u00a0", "email": " \u2003\u3000", "gross_amount": "\u00a07 "},
        row | {"order_id": " é\u2028", "email": "x y\n", "currency": "EUR\r"},
    ]
    shop.land("orders/a.csv", csv_text(rows))
    shop.ingest()
    assert shop.raw("order_id, email, gross_amount") == [
        ("a", None, Decimal("7.00")),
        ("é", "x y", Decimal("10.50")),
    ]


@pytest.mark.parametrize("space", [" ", "\t", "\n", "\v", "\f", "\r", "\x85", "\u00a0", "\u3000"])
@pytest.mark.parametrize("padded", ["{space}a b", "a b{space}", "{space}{space}a b{space}"])
def test_each_kind_of_space_is_trimmed_on_its_own(
    tmp_path_factory: pytest.TempPathFactory, engine: Engine, space: str, padded: str
) -> None:
    path = tmp_path_factory.mktemp("trim") / "a.csv"
    path.write_text(csv_text([{"order_id": padded.format(space=space), "email": "x"}]), newline="")
    file = LandedFile("orders", "a.csv", path, "f" * 32, (0, 0, 0), "csv")
    query = typed_select(csv_source(file), feed="orders", file_id="f" * 32, with_origin=False)
    assert engine.rows(f"select order_id, email from ({query})") == [("a b", "x")]


def test_json_values_of_any_kind_become_their_text(shop: Shop) -> None:
    line = (
        '{"order_id": 12345678901234567890123, "customer_id": 7, "ordered_at": "2026-01-01",'
        ' "order_status": "paid", "currency": "EUR", "gross_amount": 1.0, "item_count": 2.0,'
        ' "email": null, "coupon_code": {"a": [1, true]}, "more": {"deep": 1}, "none": null}\n'
    )
    shop.land("orders/a.jsonl", "\n" + line + "   \r\n")
    shop.ingest()
    assert shop.raw("order_id, customer_id, email, item_count, coupon_code, _extra") == [
        (
            "12345678901234567890123",
            "7",
            None,
            2,
            '{"a":[1,true]}',
            '{"more":{"deep":1},"none":null}',
        )
    ]


def test_parquet_types_that_differ_are_read_as_what_they_mean(shop: Shop) -> None:
    shop.land_parquet(
        "contacts/a.parquet",
        "select 123::double contact_id, timestamp '2026-01-01 10:00' created_at,"
        " 77::bigint customer_id, timestamp '1990-05-03' birth_date, 1 consent_email,"
        " 'no' consent_sms, true consent_phone, [1, 2] tags",
    )
    shop.ingest("contacts")
    assert shop.raw(
        "contact_id, customer_id, birth_date, consent_email, consent_sms, consent_phone, _extra",
        "contacts",
    ) == [("123", "77", date(1990, 5, 3), True, False, True, '{"tags":"[1, 2]"}')]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-01-05 10:00:00", "2026-01-05 09:00:00+00"),
        ("2026-07-05T10:00:00", "2026-07-05 08:00:00+00"),
        ("2026-07-05", "2026-07-04 22:00:00+00"),
        ("2025-03-30 02:30", "2025-03-30 01:30:00+00"),  # skipped by the clocks
        ("2025-10-26 02:30", "2025-10-26 01:30:00+00"),  # comes twice
    ],
)
def test_a_time_without_offset_is_in_the_zone_of_its_feed(
    tmp_path: Path, text: str, instant: str
) -> None:
    shop = Shop(tmp_path, {"source_timezone_orders": "Europe/Madrid"})
    shop.land("orders/a.csv", csv_text([GOOD_ROWS["orders"] | {"ordered_at": text}]))
    shop.land_parquet(
        "orders/b.parquet",
        f"select 'p' order_id, timestamp '{text}' ordered_at, 'paid' order_status,"
        " 'EUR' currency, 1 gross_amount",
    )
    shop.ingest(now=AFTER_ALL)
    assert shop.raw("ordered_at::varchar") == [(instant,), (instant,)]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-07-05T10:00:00Z", "2026-07-05 10:00:00+00"),
        ("2026-07-05T10:00:00.123456789Z", "2026-07-05 10:00:00.123456+00"),
        ("2026-07-05T10:00:00-0500", "2026-07-05 15:00:00+00"),
        ("2026-07-05 10:00+05", "2026-07-05 05:00:00+00"),
        ("2026-07-05 10:00:00+05:30", "2026-07-05 04:30:00+00"),
    ],
)
def test_a_time_with_an_offset_is_that_instant_in_any_zone(
    tmp_path: Path, text: str, instant: str
) -> None:
    shop = Shop(tmp_path, {"source_timezone_orders": "Europe/Madrid"})
    shop.land("orders/a.csv", csv_text([GOOD_ROWS["orders"] | {"ordered_at": text}]))
    shop.land_parquet(
        "orders/b.parquet",
        f"select 'p' order_id, timestamptz '{instant}' ordered_at, 'paid' order_status,"
        " 'EUR' currency, 1 gross_amount",
    )
    shop.ingest(now=AFTER_ALL)
    assert shop.raw("ordered_at::varchar") == [(instant,), (instant,)]


def test_numbers_are_rounded_half_up_and_have_no_negative_zero(shop: Shop) -> None:
    row = GOOD_ROWS["orders"]
    amounts = {"a": "1.005", "b": "-0.0", "c": "1e3", "d": "+.5"}
    rows = [row | {"order_id": name, "gross_amount": text} for name, text in amounts.items()]
    shop.land("orders/a.csv", csv_text(rows))
    shop.ingest()
    assert shop.raw("order_id, gross_amount::varchar") == [
        ("a", "1.01"),
        ("b", "0.00"),
        ("c", "1000.00"),
        ("d", "0.50"),
    ]


def test_a_limited_engine_still_reads_a_file_larger_than_its_memory(shop: Shop) -> None:
    path = shop.landing / "orders" / "big.csv.gz"
    path.parent.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select i as order_id, '2026-01-01' as ordered_at, 'paid' as order_status, 'EUR'"
            " as currency, 1 as gross_amount, repeat(i::varchar, 200) as note"
            f" from range(1, 300001) t(i)) to '{path}'"
        )
    with gzip.open(path) as unpacked:
        assert unpacked.seek(0, io.SEEK_END) > 340_000_000
    assert shop.ingest_one(memory_limit="300MB").rows_accepted == 300_000
