"""Every rule finds its row, says why, and lets the rest of the file through."""

import json
from dataclasses import replace

import pytest

from customer_status.engine import Engine
from customer_status.ingest import judging
from customer_status.ingest.ledger import Receipt
from expectations.rules import Rule
from expectations.suites import Check, judge
from tests.ingest.shop import GOOD_ROWS, Shop, csv_text, good_rows, jsonl_text

# Feed, what the bad row has instead of a good one's values, and every reason it must be given.
BAD_ROWS = [
    ("orders", {"order_id": " "}, ["order_id is missing"]),
    ("orders", {"ordered_at": ""}, ["ordered_at is missing"]),
    ("orders", {"order_status": ""}, ["order_status is missing"]),
    ("orders", {"currency": ""}, ["currency is missing"]),
    ("orders", {"gross_amount": ""}, ["gross_amount is missing"]),
    (
        "orders",
        {"ordered_at": "05/01/2026"},
        ["ordered_at '05/01/2026' is not a timestamp; write it like 2026-10-31T18:30:00Z"],
    ),
    (
        "orders",
        {"ordered_at": "infinity"},
        ["ordered_at 'infinity' is not a timestamp; write it like 2026-10-31T18:30:00Z"],
    ),
    (
        "orders",
        {"ordered_at": "2026-1-5"},
        ["ordered_at '2026-1-5' is not a timestamp; write it like 2026-10-31T18:30:00Z"],
    ),
    (
        "orders",
        {"ordered_at": "2026-02-30"},
        ["ordered_at '2026-02-30' is not a timestamp; write it like 2026-10-31T18:30:00Z"],
    ),
    (
        "orders",
        {"updated_at": "soon"},
        ["updated_at 'soon' is not a timestamp; write it like 2026-10-31T18:30:00Z"],
    ),
    (
        "orders",
        {"gross_amount": "1,50"},
        ["gross_amount '1,50' is not an amount; write it like 1234.56"],
    ),
    (
        "orders",
        {"gross_amount": "NaN"},
        ["gross_amount 'NaN' is not an amount; write it like 1234.56"],
    ),
    (
        "orders",
        {"gross_amount": "1_000"},
        ["gross_amount '1_000' is not an amount; write it like 1234.56"],
    ),
    (
        "orders",
        {"gross_amount": "1e17"},
        ["gross_amount '1e17' is not an amount; write it like 1234.56"],
    ),
    (
        "orders",
        {"item_count": "1.5"},
        ["item_count '1.5' is not a whole number; write it like 1234"],
    ),
    (
        "orders",
        {"item_count": "0x1F"},
        ["item_count '0x1F' is not a whole number; write it like 1234"],
    ),
    ("orders", {"gross_amount": "-0.01"}, ["gross_amount '-0.01' is negative"]),
    ("orders", {"discount_amount": "-5"}, ["discount_amount '-5.00' is negative"]),
    ("orders", {"refund_amount": "-5"}, ["refund_amount '-5.00' is negative"]),
    (
        "orders",
        {"order_status": "Paid"},
        ["order_status 'Paid' is none of pending, paid, fulfilled, completed, cancelled, refunded"],
    ),
    (
        "orders",
        {"order_type": "loan"},
        ["order_type 'loan' is none of sale, return, exchange, gift_card, test"],
    ),
    ("orders", {"currency": "eur"}, ["currency 'eur' is not in currency_rates.csv"]),
    ("orders", {"store_id": "NYC-99"}, ["store_id 'NYC-99' is not in stores.csv"]),
    (
        "orders",
        {"updated_at": "2026-03-02T12:00:01Z"},
        ["updated_at '2026-03-02T12:00:01Z' is more than a day after it was ingested"],
    ),
    (
        "orders",
        {"order_id": "", "gross_amount": "-1", "currency": "XXX"},
        [
            "order_id is missing",
            "gross_amount '-1.00' is negative",
            "currency 'XXX' is not in currency_rates.csv",
        ],
    ),
    *(
        (feed, {key: value}, [f"{key} '{value}' is a placeholder: it is missing"])
        for feed, key in (
            ("orders", "order_id"),
            ("web_sessions", "session_id"),
            ("crm_touches", "touch_id"),
            ("contacts", "contact_id"),
        )
        for value in ("null", "NaN", "Undefined", "N/A", "-1")
    ),
    ("web_sessions", {"visitor_id": ""}, ["visitor_id is missing"]),
    (
        "web_sessions",
        {"page_views": "many"},
        ["page_views 'many' is not a whole number; write it like 1234"],
    ),
    (
        "web_sessions",
        {"ended_at": "2026-01-05T09:59:59Z"},
        ["ended_at '2026-01-05T09:59:59Z' is before started_at"],
    ),
    (
        "web_sessions",
        {"started_at": "2027-01-01"},
        ["started_at '2027-01-01T00:00:00Z' is more than a day after it was ingested"],
    ),
    ("crm_touches", {"channel": ""}, ["channel is missing"]),
    ("crm_touches", {"email": ""}, ["contact_id, customer_id and email are all missing"]),
    ("crm_touches", {"direction": "in"}, ["direction 'in' is none of inbound, outbound"]),
    ("crm_touches", {"touch_type": "pigeon"}, ["touch_type 'pigeon' is not in touch_types.csv"]),
    ("crm_touches", {"score": "10.01"}, ["score '10.01' is not from 0 to 10"]),
    ("crm_touches", {"score": "-1"}, ["score '-1.00' is not from 0 to 10"]),
    ("crm_touches", {"score": "good"}, ["score 'good' is not a score; write it like 7 or 7.5"]),
    ("crm_touches", {"cost_amount": "-0.5"}, ["cost_amount '-0.50' is negative"]),
    ("contacts", {"created_at": ""}, ["created_at is missing"]),
    (
        "contacts",
        {"birth_date": "1990"},
        ["birth_date '1990' is not a date; write it like 1990-05-06"],
    ),
    (
        "contacts",
        {"consent_sms": "maybe"},
        ["consent_sms 'maybe' is neither true nor false; write true or false"],
    ),
]
FEEDS = sorted({feed for feed, *_ in BAD_ROWS})


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Receipt, dict]]:
    """For each feed: the receipt of a file with all its bad rows, and the reasons by row number."""
    found = {}
    for feed in FEEDS:
        shop = Shop(tmp_path_factory.mktemp(feed), {"max_reject_share": "0.9"})
        bad = [GOOD_ROWS[feed] | changes for name, changes, _ in BAD_ROWS if name == feed]
        shop.land(f"{feed}/a.csv", csv_text([*good_rows(feed, 10), *bad]))
        receipt = shop.ingest_one(feed)
        found[feed] = receipt, dict(shop.quarantine("row_number, reasons", feed))
    return found


@pytest.mark.parametrize("number", range(len(BAD_ROWS)))
def test_a_bad_row_is_quarantined_with_every_reason(judged: dict, number: int) -> None:
    feed, _, expected = BAD_ROWS[number]
    place = 11 + sum(name == feed for name, *_ in BAD_ROWS[:number])
    assert judged[feed][1][place] == expected


@pytest.mark.parametrize("feed", FEEDS)
def test_all_rows_are_accounted_for(judged: dict, feed: str) -> None:
    receipt, quarantined = judged[feed]
    bad = sum(name == feed for name, *_ in BAD_ROWS)
    assert (receipt.rows_read, receipt.rows_accepted) == (10 + bad, 10)
    assert receipt.rows_quarantined == len(quarantined) == bad


def test_a_receipt_counts_rules_and_names_no_value(shop: Shop) -> None:
    rows = good_rows("orders", 40)
    rows[3]["currency"] = rows[7]["currency"] = "XXX"
    shop.land("orders/a.csv", csv_text(rows))
    assert shop.ingest_one().reasons == {"currency is not in currency_rates.csv": 2}


@pytest.mark.parametrize(
    ("changes", "feed"),
    [
        ({"updated_at": "2026-03-02T12:00:00Z"}, "orders"),  # a day ahead, not more
        ({"gross_amount": "-0.004"}, "orders"),  # rounds to zero
        ({"store_id": "MAD-01", "order_type": "gift_card"}, "orders"),
        ({"ended_at": "2026-01-05T10:00:00Z"}, "web_sessions"),
        ({"score": "10"}, "crm_touches"),
        ({"email": "", "contact_id": "c"}, "crm_touches"),
        ({"birth_date": "1990-05-03T00:00:00.000Z"}, "contacts"),
    ],
)
def test_what_is_just_allowed_passes(shop: Shop, changes: dict[str, str], feed: str) -> None:
    shop.land(f"{feed}/a.csv", csv_text([GOOD_ROWS[feed] | changes]))
    assert shop.ingest_one(feed).rows_accepted == 1


def test_quarantine_keeps_the_row_as_it_came(shop: Shop) -> None:
    bad = {"order_id": " 7\t", "ordered_at": "?", "Note": 'a "b",\nc'}
    shop.land("orders/x/a.csv", csv_text([*good_rows("orders", 30), GOOD_ROWS["orders"] | bad]))
    shop.ingest()
    ((name, number, original),) = shop.quarantine("file_name, row_number, original")
    assert (name, number) == ("orders/x/a.csv", 31)
    assert json.loads(original) == GOOD_ROWS["orders"] | bad


def test_quarantine_names_the_row_in_every_format(shop: Shop) -> None:
    rows = good_rows("orders", 60)
    rows[41]["currency"] = rows[17]["currency"] = "XXX"
    shop.land("orders/a.csv", csv_text(rows))
    shop.land("orders/b.jsonl.gz", "\n" + jsonl_text(rows))
    shop.land_parquet("orders/c.parquet", f"from read_csv('{shop.landing}/orders/a.csv')")
    shop.ingest()
    assert shop.quarantine("row_number") == [(18,)] * 3 + [(42,)] * 3
    originals = {original for (original,) in shop.quarantine("original")}
    assert {json.loads(text)["order_id"] for text in originals} == {"good17", "good41"}


def test_rows_of_the_wrong_shape_are_quarantined_and_the_rest_lands(shop: Shop) -> None:
    lines = csv_text(good_rows("orders", 60)).splitlines()
    lines[10:10] = ["a,b", '1,2,3,4,5,"6, or 7"', "", "  "]
    shop.land("orders/a.csv", "\r\n".join(lines) + "\n")
    jsonl = jsonl_text(good_rows("orders", 60))
    shop.land("orders/b.jsonl", jsonl + '{"order_id": "cut\n' + "[1, 2]\n")
    shop.ingest()
    assert shop.quarantine("row_number, reasons, original") == [
        (10, ["the row has 2 values where the header has 5"], '{"_row":["a","b"]}'),
        (
            11,
            ["the row has 6 values where the header has 5"],
            '{"_row":["1","2","3","4","5","6, or 7"]}',
        ),
        (61, ["the row is not a JSON object"], '{"_row":"{\\"order_id\\": \\"cut"}'),
        (62, ["the row is not a JSON object"], '{"_row":"[1, 2]"}'),
    ]
    assert len(shop.raw("order_id")) == 120


def test_great_expectations_and_the_split_count_the_same(shop: Shop) -> None:
    rows = good_rows("orders", 100)
    rows[0]["currency"] = rows[50]["currency"] = rows[50]["order_status"] = "XXX"
    shop.land("orders/a.csv", csv_text(rows[:50]))
    shop.land("orders/b.csv", csv_text(rows[50:]))
    outcome = shop.ingest()
    failed = {check.name: check.unexpected_count for check in outcome.checks if not check.success}
    assert failed == {"currency_is_unknown": 2, "order_status_is_unknown": 1}
    assert sum(receipt.rows_quarantined for receipt in outcome.receipts) == 2


def test_a_disagreement_between_great_expectations_and_the_split_ends_the_run(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def miscount(*args: object, **options: object) -> tuple[Check, ...]:
        return tuple(replace(c, success=False, unexpected_count=7) for c in judge(*args, **options))

    monkeypatch.setattr(judging, "judge", miscount)
    shop.land("orders/a.csv", csv_text(good_rows("orders", 10)))
    with pytest.raises(RuntimeError, match="found 7 bad rows, the split found 0"):
        shop.ingest()
    assert not shop.raw("order_id")


def test_a_rule_that_cannot_be_computed_ends_the_run(engine: Engine) -> None:
    engine.connection.execute("create table t as select 1 as a")
    broken = Rule(name="broken", bad="no_such_column = 1", text="broken", reason="''")
    with pytest.raises(RuntimeError, match="the rule broken could not be computed"):
        judge(engine, table="t", rules=(broken,))


@pytest.mark.parametrize(
    ("feed", "values"),
    [
        ("orders", {"customer_id": "guest", "email": "n/a"}),
        ("web_sessions", {"visitor_id": "undefined", "customer_id": "0"}),
        ("crm_touches", {"contact_id": "null", "customer_id": "None", "email": "NaN"}),
        ("contacts", {"customer_id": "unknown", "email": "none"}),
    ],
)
def test_a_placeholder_beside_the_rows_own_key_stays(
    shop: Shop, feed: str, values: dict[str, str]
) -> None:
    shop.land(f"{feed}/a.csv", csv_text([GOOD_ROWS[feed] | values]))
    assert shop.ingest_one(feed).rows_accepted == 1
    assert shop.raw(", ".join(values), feed) == [tuple(values.values())]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "customer_id, email and contact_id are all missing"),
        (
            {"customer_id": "guest", "email": "N/A"},
            "the value 'guest and N/A' is a placeholder: "
            "customer_id, email and contact_id are all missing",
        ),
    ],
)
def test_a_request_that_names_nobody_is_quarantined(
    shop: Shop, values: dict[str, str], reason: str
) -> None:
    columns = {"customer_id": "", "email": "", "contact_id": ""}
    rows = [{**columns, **values, "requested_at": "2026-01-01"}]
    rows += [
        {**columns, "email": f"p{n}@x.example", "requested_at": "2026-01-01"} for n in range(30)
    ]
    rows += [
        {**columns, "email": "p@x.example", "customer_id": "null", "requested_at": "2026-01-01"}
    ]
    shop.land("erasures/a.csv", csv_text(rows))
    assert shop.ingest_one("erasures").rows_quarantined == 1
    assert shop.quarantine("reasons", "erasures") == [([reason],)]
