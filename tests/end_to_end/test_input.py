"""A shop of orders alone: what it is told, and how a bad row comes back corrected."""

import re
from collections.abc import Sequence

import duckdb
import pytest

from tests.end_to_end.conftest import Step, step
from tests.end_to_end.shop import Shop, order
from world.layout import PROJECT_DIR

LAST_DAY = "2025-06-30"
BAD_AMOUNT, GOOD_AMOUNT = "1,5", "1.50"
ORDERS = [
    *(
        order(f"A{day}", f"2025-06-{day:02} 10:00:00", customer_id=f"C-{day}")
        for day in range(1, 31)
    ),
    order("BAD", "2025-06-15 10:00:00", customer_id="C-BAD", amount=BAD_AMOUNT),
]
INGEST = """
    select file_name, state, rows_read, rows_accepted, rows_quarantined, rules_broken
    from fct_ingest
    order by file_name
"""
NO_ENGAGEMENT = (
    "No web_sessions and no crm_touches: engagement is not measured, so customers who buy count "
    "as active, never as passive."
)


@pytest.fixture(scope="module")
def orders_shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("orders alone"))


@pytest.fixture(scope="module")
def with_bad_row(orders_shop: Shop) -> Step:
    orders_shop.land({"orders/june.csv": ORDERS})
    return step(orders_shop, orders_shop.run())


@pytest.fixture(scope="module")
def corrected(orders_shop: Shop, with_bad_row: Step) -> Step:
    """The row is taken out of quarantine as the docs say, corrected, and dropped in again."""
    export_quarantine(orders_shop)
    (text,) = (orders_shop.folder / "corrected.jsonl").read_text(encoding="utf-8").splitlines()
    fixed = text.replace(BAD_AMOUNT, GOOD_AMOUNT)
    (orders_shop.landing / "orders" / "june corrected.jsonl").write_text(fixed, encoding="utf-8")
    return step(orders_shop, orders_shop.run())


def export_quarantine(shop: Shop) -> None:
    page = (PROJECT_DIR / "docs" / "feeds.md").read_text(encoding="utf-8")
    (query,) = re.findall(r"```sql\n(copy \(select original.*?)```", page, flags=re.DOTALL)
    query = query.replace("warehouse/worlds/simulated", str(shop.world.root))
    query = query.replace("'corrected.jsonl'", f"'{shop.folder / 'corrected.jsonl'}'")
    with duckdb.connect() as connection:
        connection.execute(query)


def said(lines: Sequence[str]) -> list[str]:
    return [line.strip() for line in lines]


def test_buyers_of_a_shop_without_engagement_are_active_and_the_run_says_why(
    with_bad_row: Step,
) -> None:
    assert with_bad_row.run.code == 0, with_bad_row.run.errors
    assert {status for status, _ in with_bad_row.statuses.values()} == {"active"}
    assert NO_ENGAGEMENT in with_bad_row.release.facts["feed_notes"]
    assert f"Feeds     {NO_ENGAGEMENT}" in said(with_bad_row.run.lines)
    report = (with_bad_row.release.folder / "report.html").read_text(encoding="utf-8")
    assert NO_ENGAGEMENT in report
    assert 'href="input-quality.html"' in report


def test_a_file_and_its_reasons_add_up_in_the_marts(with_bad_row: Step) -> None:
    release = with_bad_row.release
    assert release.ask(INGEST) == [("orders/june.csv", "accepted", 31, 30, 1, 1)]
    reasons = release.ask("select feed, reason, rows_broken from fct_ingest_reason")
    assert reasons == [("orders", "gross_amount is not an amount", 1)]


def test_a_corrected_row_counts_and_the_quarantine_keeps_the_old_one(
    orders_shop: Shop, with_bad_row: Step, corrected: Step
) -> None:
    assert corrected.run.code == 0, corrected.run.errors
    assert "C-BAD" not in with_bad_row.statuses
    assert corrected.statuses["C-BAD"] == ("active", "new")
    assert corrected.release.ask(INGEST) == [
        ("orders/june corrected.jsonl", "accepted", 1, 1, 0, 0),
        ("orders/june.csv", "accepted", 31, 30, 1, 1),
    ]
    files = orders_shop.world.quarantine / "orders" / "*.parquet"
    with duckdb.connect() as connection:
        query = f"select reasons[1] from read_parquet('{files}')"
        ((reason,),) = connection.execute(query).fetchall()
    assert reason.startswith(f"gross_amount '{BAD_AMOUNT}' is not an amount")
