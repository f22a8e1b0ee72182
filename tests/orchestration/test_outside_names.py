"""Names and words of files from outside: no terminal, log or page obeys them."""

import io
import re
from pathlib import Path

import dagster as dg
import pytest
from rich.console import Console

from customer_status.environment.errors import UserError
from customer_status.ingest.landing import discover
from customer_status.report.wording import text
from orchestration.defs.raw.assets import check_results
from orchestration.headless import look_at_landing
from orchestration.input_quality import record
from orchestration.options import RunOptions, options_from
from orchestration.progress import say
from orchestration.summary import print_summary
from tests.ingest.shop import GOOD_ROWS, NOW, Shop, csv_text, good_rows

HOSTILE = [
    "\x1b]0;title\x07\x1b[2J",
    "two\nerror: lines",
    "\u202etxt.exe\u2066",
    "[red]red[/red] :skull:",
    "<img src=x onerror=alert(1)>&amp;\"'",
    "\u2028\x9b31m\x7f\u200b",
]
OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


@pytest.fixture(params=HOSTILE, ids=ascii)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def shop(tmp_path: Path, name: str) -> Shop:
    """One good file, one that is held, and a column, all of that name."""
    shop = Shop(tmp_path)
    shop.land(f"orders/{name}/{name}.csv", csv_text(good_rows("orders", 30)))
    shop.land(f"orders/{name}.csv", csv_text([{name: "1", "order_id": "2"}]))
    quoted = name.replace('"', '""')
    header = ",".join(GOOD_ROWS["orders"])
    shop.land("orders/twice.csv", f'{header},"{quoted}","{quoted}"\n')
    return shop


def is_harmless(text: str) -> bool:
    return not OBEYED.search(text.replace("\n", ""))


def test_files_are_known_by_names_that_can_be_shown(shop: Shop) -> None:
    files = discover(shop.landing, world=shop.world).files["orders"]
    assert len(files) == 3
    assert all(is_harmless(file.name) and "\n" not in file.name for file in files)
    assert {file.problem for file in files} == {None}


def test_checks_and_pages_show_them_harmless(shop: Shop, name: str) -> None:
    outcome = shop.ingest()
    assert {receipt.state for receipt in outcome.receipts} == {"accepted", "held"}
    for result in check_results(dg.AssetKey(["raw", "orders"]), outcome):
        assert is_harmless(result.description or "")
        assert "\n" not in (result.description or "")
    page = record(shop.world, outcome, (), run_id="run", now=NOW).read_text(encoding="utf-8")
    assert is_harmless(page.replace("\t", ""))
    assert "<img src=x" not in page


def test_a_page_shows_any_text_harmless(name: str) -> None:
    assert is_harmless(text(name))
    assert "<img" not in text(name)


def test_what_is_said_is_one_line_in_the_log_and_on_the_terminal(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logged = []

    @dg.asset
    def step(context: dg.AssetExecutionContext) -> None:
        context.log.info = logged.append
        say(context, f"warning: {name}")

    dg.materialize(
        [step], run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    )
    (line,) = logged
    assert is_harmless(line)
    assert "\n" not in line


@pytest.mark.parametrize("option", ["LANDING", "CONFIG", "DATA", "TARGET", "AS_OF"])
def test_an_option_that_is_refused_is_shown_in_one_line(
    tmp_path: Path, name: str, option: str
) -> None:
    given = {"STATUS_WAREHOUSE": str(tmp_path / "warehouse"), f"STATUS_{option}": name}
    with pytest.raises(UserError) as caught:
        look_at_landing(options_from(given))
    assert is_harmless(str(caught.value))
    assert "\n" not in str(caught.value)


def test_the_page_at_the_end_of_a_run_shows_folders_as_they_are_called(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = {
        "as_of_date": "2026-06-30",
        "settings": {"reporting_currency": name},
        "input_batches": [],
        "quarantine": {name: {name: 1}},
        "feed_notes": [name],
    }
    monkeypatch.setattr("orchestration.summary.current_facts", lambda world: facts)
    options = RunOptions(landing=tmp_path / name, warehouse=tmp_path / "w" / name)
    console = Console(file=io.StringIO(), width=200)
    print_summary(options, console)
    told = console.file.getvalue()
    assert is_harmless(told)
    assert len(told.splitlines()) == 10
    assert "💀" not in told
