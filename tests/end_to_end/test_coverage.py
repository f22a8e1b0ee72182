"""A young CRM feed with a default date in it: nobody's engagement is held against them."""

from datetime import date, timedelta

import pytest

from tests.end_to_end.conftest import Step, step
from tests.end_to_end.shop import Shop, order

BUYERS = range(40)
FIRST_TOUCH, LAST_DAY = date(2026, 9, 1), date(2026, 10, 31)
SILENT = (
    "crm_touches: no rows since 2026-09-30; engagement is not measured from 2026-10-15 on, so "
    "customers who buy count as active, never as passive."
)
TOO_EARLY = (
    "Engagement is observed from 2026-09-01 on, and measured from 2026-11-29 on, after a whole "
    "window of 90 days; until then it is not, so customers who buy count as active, never as "
    "passive."
)


def touch(number: int, moment: str) -> dict[str, str]:
    return {
        "touch_id": f"T-{number}",
        "customer_id": f"C-{number % 40}",
        "touched_at": moment,
        "direction": "inbound",
        "channel": "email",
        "touch_type": "clicked",
    }


@pytest.fixture(scope="module")
def young_feed(tmp_path_factory: pytest.TempPathFactory) -> Step:
    shop = Shop(tmp_path_factory.mktemp("young feed"))
    shop.land(
        {
            "orders/buyers.csv": [
                order(f"O-{n}", f"{LAST_DAY - timedelta(days=n)} 10:00:00", customer_id=f"C-{n}")
                for n in BUYERS
            ],
            "crm_touches/clicks.csv": [
                touch(99, "1970-01-01 00:00:00"),
                *(touch(n, f"{FIRST_TOUCH + timedelta(days=n)} 10:00:00") for n in range(30)),
            ],
        }
    )
    return step(shop, shop.run())


def test_a_default_date_does_not_make_engagement_measured(young_feed: Step) -> None:
    assert young_feed.run.code == 0, young_feed.run.errors
    release = young_feed.release
    assert release.ask("select rows_quarantined from fct_ingest where feed = 'crm_touches'") == [
        (1,)
    ]
    assert release.ask(
        "select status, is_engagement_measured, count(*) from mart_customer_status group by all"
    ) == [("active", False, 40)]


def test_the_run_the_report_and_each_reason_say_why_engagement_is_not_measured(
    young_feed: Step,
) -> None:
    notes = young_feed.release.facts["feed_notes"]
    assert [note for note in notes if note in (SILENT, TOO_EARLY)] == [SILENT, TOO_EARLY]
    said = "\n".join(young_feed.run.lines)
    report = (young_feed.release.folder / "report.html").read_text(encoding="utf-8")
    assert SILENT in said
    assert SILENT in report
    reasons = young_feed.release.ask(
        "select status_reason, status_reason_es from mart_customer_status"
    )
    assert all("(crm_touches: no rows since 2026-09-30)" in english for english, _ in reasons)
    assert all("(crm_touches: sin filas desde el 2026-09-30)" in spanish for _, spanish in reasons)
