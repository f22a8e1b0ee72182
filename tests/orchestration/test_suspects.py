"""When a model cannot compute, the message names the accepted rows that lie furthest out."""

import json
from pathlib import Path

import pytest

from orchestration.failures import failed_nodes
from tests.ingest.shop import GOOD_ROWS, Shop, csv_text, good_rows

OVERFLOW = "Out of Range Error: Overflow in addition of DECIMAL(38)"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A shop with one order of very much money and one of long ago, and a contact."""
    shop = Shop(tmp_path)
    shop.land("orders/usual.csv", csv_text(good_rows("orders", 3)))
    much = {"order_id": "much-ana@example.com", "gross_amount": "9000000000000000.00"}
    old = {"order_id": "old", "ordered_at": "1990-03-01T10:00:00Z"}
    odd = [GOOD_ROWS["orders"] | row for row in (much, old)]
    shop.land("orders/odd\x1b[31m.csv", csv_text(odd))
    shop.land("contacts/all.csv", csv_text(good_rows("contacts", 2)))
    for feed in ("orders", "contacts"):
        shop.ingest(feed)
    return shop


def lines(shop: Shop, message: str) -> list[str]:
    shop.world.target.mkdir(parents=True, exist_ok=True)
    failed = {"unique_id": "model.shop.fct_orders", "status": "error", "message": message}
    results = json.dumps({"results": [failed]})
    (shop.world.target / "run_results.json").write_text(results, encoding="utf-8")
    return list(failed_nodes(shop.world))


def test_a_value_that_cannot_be_computed_with_leads_to_files_and_rows(shop: Shop) -> None:
    head, *found = lines(shop, OVERFLOW)
    assert head == f"model fct_orders: {OVERFLOW}"
    place = "orders/odd\\x1b[31m.csv"
    assert found[0] == (
        f"  the greatest accepted orders.gross_amount: 9000000000000000.00 ({place}, order_id ***)"
    )
    assert found[1] == (
        f"  the earliest accepted orders.ordered_at: 1990-03-01 10:00:00+00 ({place}, order_id old)"
    )
    contacts = [line for line in found if "contacts." in line]
    assert len(contacts) == 2
    assert not [line for line in contacts if "good" in line]


def test_another_error_is_told_alone(shop: Shop) -> None:
    assert len(lines(shop, "Catalog Error: Table with name x does not exist!")) == 1


def test_raw_rows_that_cannot_be_read_are_passed_over(shop: Shop) -> None:
    for path in (shop.world.raw / "orders").glob("*.parquet"):
        path.write_bytes(b"PAR1 and then nothing")
    assert [line for line in lines(shop, OVERFLOW) if "orders." in line] == []
