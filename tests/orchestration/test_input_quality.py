"""The page of a run shows every rule and file, and never a row."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest

from customer_status.ingest.run import FeedOutcome
from expectations.drift import Drift
from orchestration.defs.raw.assets import raw_feed
from orchestration.defs.run import WarehouseRun
from orchestration.failures import what_failed
from orchestration.input_quality import RUNS_KEPT, newest_page, record
from tests.ingest.shop import GOOD_ROWS, NOW, Shop, csv_text, good_rows

DRIFT = Drift("email", "empty", "email is empty in 99% of the rows", 0.9)
SECRETS = ("ana@secret.example", "0049-30-1234", "Ana Secret", "-17.35")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def recorded(shop: Shop, outcome: FeedOutcome, *drifts: Drift, run_id: str = "run-one") -> str:
    page = record(shop.world, outcome, drifts, run_id=run_id, now=NOW)
    return page.read_text(encoding="utf-8")


def bad_orders() -> list[dict[str, str]]:
    bad = GOOD_ROWS["orders"] | {
        "order_id": SECRETS[1],
        "customer_id": SECRETS[2],
        "email": SECRETS[0],
        "gross_amount": SECRETS[3],
        "order_status": SECRETS[0],
    }
    return [*good_rows("orders", 99), bad]


def test_the_page_shows_rules_files_and_drift_but_no_value_of_a_row(shop: Shop) -> None:
    shop.land("orders/may.csv", csv_text(bad_orders()))
    page = recorded(shop, shop.ingest(), DRIFT)
    assert "gross_amount is negative" in page
    assert "orders/may.csv" in page
    assert DRIFT.text in page
    assert "currency is not in currency_rates.csv" in page  # a rule that every row keeps
    kept = shop.world.input_quality.rglob("*.json")
    for text in (page, *(path.read_text(encoding="utf-8") for path in kept)):
        assert [secret for secret in SECRETS if secret in text] == []


def test_a_held_file_is_on_the_page_with_what_to_do(shop: Shop) -> None:
    shop.land("orders/may.csv", "order_id,ordered_at\n1,2026-01-01\n")
    page = recorded(shop, shop.ingest())
    assert "Files that are held back" in page
    assert "lacks the required columns order_status" in page
    assert "take it out of the landing folder" in page


def test_the_feeds_of_one_run_share_a_page(shop: Shop) -> None:
    shop.land("orders/may.csv", csv_text(good_rows("orders", 30)))
    shop.land("contacts/may.csv", csv_text(good_rows("contacts", 20)))
    recorded(shop, shop.ingest("contacts"))
    page = recorded(shop, shop.ingest("orders"))
    assert "2 new files, 50 rows checked" in page
    assert len(list(shop.world.input_quality.iterdir())) == 1


def test_a_run_without_new_files_has_a_page_of_what_came_before(shop: Shop) -> None:
    shop.land("orders/may.csv", csv_text(bad_orders()))
    recorded(shop, shop.ingest())
    page = recorded(shop, shop.ingest(), run_id="run-two")
    assert "No new file, 0 rows checked" in page
    assert "1 file was known already" in page
    assert "1.0%" in page  # quarantined so far


def test_the_page_loads_nothing(shop: Shop) -> None:
    page = recorded(shop, FeedOutcome("orders"))
    assert "http" not in page
    assert "<script" not in page


def test_old_pages_are_removed_and_the_newest_is_found(shop: Shop) -> None:
    assert newest_page(shop.world) is None
    for number in range(RUNS_KEPT + 2):
        moment = NOW + timedelta(minutes=number)
        outcome = FeedOutcome("orders")
        page = record(shop.world, outcome, (), run_id=f"{number:08}", now=moment)
    folders = sorted(path.name for path in shop.world.input_quality.iterdir())
    assert len(folders) == RUNS_KEPT
    assert folders[-1].endswith(f"{RUNS_KEPT + 1:08}")
    assert newest_page(shop.world) == page


def take_in_orders(
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
    *,
    per_day: Callable[[int], int],
    config: Path | None = None,
) -> dg.ExecuteInProcessResult:
    """Take in nine weeks of orders; ``per_day`` is how many came so many days ago."""
    last = date(2026, 2, 28)
    rows = [
        GOOD_ROWS["orders"] | {"order_id": f"{back}-{n}", "ordered_at": f"{day}T{n % 24:02}:59:59Z"}
        for back in range(63)
        for day in [last - timedelta(days=back)]
        for n in range(per_day(back))
    ]
    shop.land("orders/all.csv", csv_text(rows))
    for name, value in {"LANDING": shop.landing, "WAREHOUSE": shop.world.warehouse}.items():
        monkeypatch.setenv(f"STATUS_{name}", str(value))
    for name, folder in {"DATA": "", "CONFIG": config or "", "AS_OF": ""}.items():
        monkeypatch.setenv(f"STATUS_{name}", str(folder))
    return dg.materialize(
        [raw_feed("orders")], resources={"run": WarehouseRun()}, raise_on_error=False
    )


@pytest.mark.parametrize("holds", ["true", "false"])
def test_a_day_without_most_of_its_orders_holds_if_the_business_wants_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, holds: str
) -> None:
    config = shop.folder / "config"
    config.mkdir()
    settings = f"setting,value\nhold_on_low_volume,{holds}\n"
    (config / "settings.csv").write_text(settings, encoding="utf-8")
    result = take_in_orders(
        shop, monkeypatch, per_day=lambda back: 20 if back < 2 else 100, config=config
    )
    if holds == "false":
        assert result.success
        return
    (line,) = what_failed(result, shop.world)
    assert line == (
        "raw/orders: 20 orders on 2026-02-27, usually 100 (20%); hold_on_low_volume holds the "
        "release: land the missing files, or, if the day was as quiet as that, run once with "
        "hold_on_low_volume set to false"
    )


def test_dagster_shows_drift_as_a_warning_and_the_page_with_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = take_in_orders(shop, monkeypatch, per_day=lambda back: 48 if back < 3 else 240)
    assert result.success
    checks = {check.check_name: check for check in result.get_asset_check_evaluations()}
    drift = checks["newest_days_are_usual"]
    assert (drift.passed, drift.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert drift.description == ("144 rows from 2026-02-26 to 2026-02-28, usually 720 (20%)")
    page = drift.metadata["input_quality"].value
    assert drift.description in Path(page).read_text(encoding="utf-8")
