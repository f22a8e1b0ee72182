"""Values that are read as another value are counted wherever the run says what it took in."""

import json

from customer_status.ingest.ledger import read_receipts
from orchestration.defs.raw.assets import describe
from orchestration.input_quality import record
from tests.ingest.shop import GOOD_ROWS, NOW, Shop, csv_text, good_rows

TEXT = "customer_id like 17850.0 is read as 17850"
EARLY = "updated_at before 1990-01-01 is read as empty"


def test_corrected_values_are_counted_in_the_accepted_rows_only(shop: Shop) -> None:
    rows = good_rows("orders", 60)
    rows[0]["customer_id"] = "17850.0"
    rows[1] |= {"customer_id": "17850.00", "updated_at": "1970-01-01T00:00:00Z"}
    rows[2] |= {"customer_id": "7.0", "gross_amount": "-1"}
    shop.land("orders/a.csv", csv_text(rows))
    shop.land("orders/b.csv", csv_text([GOOD_ROWS["orders"] | {"order_id": "b"}]))

    outcome = shop.ingest()

    notices = {receipt.file_name: receipt.notices for receipt in outcome.receipts}
    assert notices == {"orders/a.csv": {TEXT: 2, EARLY: 1}, "orders/b.csv": {}}
    assert shop.raw("customer_id, updated_at") == [("17850", None)] * 2 + [(None, None)] * 58
    (quarantined,) = shop.quarantine("original, reasons")
    assert json.loads(quarantined[0])["customer_id"] == "7.0"
    assert quarantined[1] == ["gross_amount '-1.00' is negative"]
    assert {r.file_name: r.notices for r in read_receipts(shop.world)} == notices


def test_the_run_and_its_page_say_what_was_corrected(shop: Shop) -> None:
    rows = [
        row | {"customer_id": f"{number}.0"} for number, row in enumerate(good_rows("orders", 3))
    ]
    shop.land("orders/a.csv", csv_text(rows))

    outcome = shop.ingest()
    page = record(shop.world, outcome, (), run_id="0123456789", now=NOW)

    assert describe(outcome) == f"orders: 1 new file, 3 rows accepted; {TEXT} (3 rows)"
    assert f"<td>{TEXT}</td>" in page.read_text(encoding="utf-8")


def test_raw_rows_have_the_layout_of_the_feed_and_nothing_else(shop: Shop) -> None:
    shop.land("orders/a.csv", csv_text([GOOD_ROWS["orders"] | {"customer_id": "1.0"}]))
    shop.land("orders/b.csv", csv_text([GOOD_ROWS["orders"] | {"customer_id": "1"}]))
    shop.ingest()
    columns = "(select list(name) from parquet_schema('{}'))"
    layouts = {
        str(shop.raw(columns.format(path))[0][0])
        for path in (shop.world.raw / "orders").glob("*.parquet")
    }
    assert len(layouts) == 1


def test_a_load_record_of_an_older_version_has_no_corrections(shop: Shop) -> None:
    shop.land("orders/a.csv", csv_text(good_rows("orders", 1)))
    receipt = shop.ingest_one()
    path = shop.world.receipts / "orders" / f"{receipt.file_id}.json"
    older = json.loads(path.read_text(encoding="utf-8"))
    del older["notices"]
    path.write_text(json.dumps(older), encoding="utf-8")
    assert read_receipts(shop.world)[0].notices == {}
