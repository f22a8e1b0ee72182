"""A shop of orders alone: what it is told, how a bad row comes back corrected, and that a CRM
feed which is young and holds a default date makes no customer passive."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

import duckdb
import pytest

from customer_status.environment.layout import PROJECT_DIR
from tests.end_to_end.conftest import Step, step
from tests.end_to_end.shop import Shop, order, touch

BUYERS = range(30)
FIRST_TOUCH, LAST_DAY = date(2026, 9, 1), date(2026, 10, 31)
BAD_AMOUNT, GOOD_AMOUNT = "1,5", "1.50"
ORDERS = [
    *(
        order(f"A{n}", f"{LAST_DAY - timedelta(days=n)} 10:00:00", customer_id=f"C-{n}")
        for n in BUYERS
    ),
    order("BAD", "2026-10-15 10:00:00", customer_id="C-BAD", amount=BAD_AMOUNT),
]
CLICKS = [
    touch("T-DEFAULT", "1970-01-01 00:00:00", "clicked", customer_id="C-19"),
    *(
        touch(
            f"T{n}", f"{FIRST_TOUCH + timedelta(days=n)} 10:00:00", "clicked", customer_id=f"C-{n}"
        )
        for n in BUYERS
    ),
]
INGEST = """
    select file_name, state, rows_read, rows_accepted, rows_quarantined, rules_broken
    from fct_ingest
    where feed = '{feed}'
    order by file_name
"""
NO_ENGAGEMENT = (
    "No web_sessions and no crm_touches: engagement is not measured, so customers who buy count "
    "as active, never as passive."
)
SILENT = (
    "crm_touches: no rows since 2026-09-30; engagement is not measured from 2026-10-15 on, so "
    "customers who buy count as active, never as passive."
)
TOO_EARLY = (
    "Engagement is observed from 2026-09-01 on, and measured from 2026-11-29 on, after a whole "
    "window of 90 days; until then it is not, so customers who buy count as active, never as "
    "passive."
)


@pytest.fixture(scope="module")
def orders_shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("orders alone"))


@pytest.fixture(scope="module")
def with_bad_row(orders_shop: Shop) -> Step:
    orders_shop.land({"orders/october.csv": ORDERS})
    return step(orders_shop, orders_shop.run())


@pytest.fixture(scope="module")
def corrected(orders_shop: Shop, with_bad_row: Step) -> Step:
    """The row is taken out of quarantine as the docs say, corrected, and dropped in again.

    With it come the first rows of another feed, which fell silent a month ago.
    """
    export_quarantine(orders_shop)
    (text,) = (orders_shop.folder / "corrected.jsonl").read_text(encoding="utf-8").splitlines()
    fixed = text.replace(BAD_AMOUNT, GOOD_AMOUNT)
    (orders_shop.landing / "orders" / "october corrected.jsonl").write_text(fixed, encoding="utf-8")
    orders_shop.land({"crm_touches/clicks.csv": CLICKS})
    return step(orders_shop, orders_shop.run())


def export_quarantine(shop: Shop) -> None:
    page = (PROJECT_DIR / "docs" / "feeds.md").read_text(encoding="utf-8")
    (query,) = re.findall(r"```sql\n(copy \(select original.*?)```", page, flags=re.DOTALL)
    query = query.replace("warehouse/environment", str(shop.world.root))
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
    assert release.ask(INGEST.format(feed="orders")) == [
        ("orders/october.csv", "accepted", 31, 30, 1, 1)
    ]
    reasons = release.ask("select feed, reason, rows_broken from fct_ingest_reason")
    assert reasons == [("orders", "gross_amount is not an amount", 1)]


def test_a_corrected_row_counts_and_the_quarantine_keeps_the_old_one(
    orders_shop: Shop, with_bad_row: Step, corrected: Step
) -> None:
    assert corrected.run.code == 0, corrected.run.errors
    assert "C-BAD" not in with_bad_row.statuses
    assert corrected.statuses["C-BAD"] == ("active", "new")
    assert corrected.release.ask(INGEST.format(feed="orders")) == [
        ("orders/october corrected.jsonl", "accepted", 1, 1, 0, 0),
        ("orders/october.csv", "accepted", 31, 30, 1, 1),
    ]
    files = orders_shop.world.quarantine / "orders" / "*.parquet"
    with duckdb.connect() as connection:
        query = f"select reasons[1] from read_parquet('{files}')"
        ((reason,),) = connection.execute(query).fetchall()
    assert reason.startswith(f"gross_amount '{BAD_AMOUNT}' is not an amount")


def test_a_default_date_does_not_make_engagement_measured(corrected: Step) -> None:
    release = corrected.release
    assert release.ask(INGEST.format(feed="crm_touches")) == [
        ("crm_touches/clicks.csv", "accepted", 31, 30, 1, 1)
    ]
    assert release.ask(
        "select status, is_engagement_measured, count(*) from mart_customer_status group by all"
    ) == [("active", False, 31)]


def test_the_run_the_report_and_each_reason_say_why_engagement_is_not_measured(
    corrected: Step,
) -> None:
    notes = corrected.release.facts["feed_notes"]
    assert [note for note in notes if note in (SILENT, TOO_EARLY)] == [SILENT, TOO_EARLY]
    report = (corrected.release.folder / "report.html").read_text(encoding="utf-8")
    assert SILENT in "\n".join(corrected.run.lines)
    assert SILENT in report
    reasons = corrected.release.ask(
        "select status_reason, status_reason_es from mart_customer_status"
    )
    assert all("(crm_touches: no rows since 2026-09-30)" in english for english, _ in reasons)
    assert all("(crm_touches: sin filas desde el 2026-09-30)" in spanish for _, spanish in reasons)
