"""A shop's first weeks with the warehouse, run as a person runs it (the steps: conftest.py)."""

from datetime import date, timedelta

import pytest

from tests.end_to_end.conftest import Death, Step
from tests.end_to_end.shop import Release, Shop
from tests.end_to_end.story import FIRST_DAY, NO_PARQUET, SECOND_DAY, WITHOUT_CURRENCY

# Far below a run that builds anything.
NOTHING_NEW_SECONDS = 10

PROMISED_TABLES = {
    "dim_campaign",
    "dim_channel",
    "dim_customer",
    "dim_date",
    "dim_store",
    "dim_touch_type",
    "fct_crm_touches",
    "fct_customer_day",
    "fct_customer_merge",
    "fct_customer_status_change",
    "fct_customer_status_history",
    "fct_customer_status_restatement",
    "fct_orders",
    "fct_web_sessions",
    "mart_customer_status",
}
STATUSES_ON_FIRST_DAY = {
    "C-ANA": ("captive", "hostage"),
    "C-BEN": ("passive", "new"),
    "C-CLEO": ("inactive", "one_time"),
    "C-DAN": ("passive", "new"),
    "C-EVE": ("active", "reactivated"),
    "dan@example.com": ("passive", "new"),
}
STATUSES_ON_SECOND_DAY = {
    "C-ANA": ("captive", "hostage"),
    "C-BEN": ("inactive", "never_purchased"),
    "C-CLEO": ("inactive", "lapsed_passive"),
    "C-DAN": ("passive", "recurring"),
    "C-EVE": ("active", "reactivated"),
}
STATUSES_OF_STRICT_POLICY = STATUSES_ON_SECOND_DAY | {
    "C-ANA": ("inactive", "lapsed_captive"),
    "C-DAN": ("inactive", "lapsed_passive"),
}

RESTATEMENTS = "from fct_customer_status_restatement order by all"
FILES = "select * exclude (ingested_at) from fct_ingest order by all"
REASONS = """
    select distinct coalesce(dim_customer.customer_id, 'gone'), restatement.reason
    from fct_customer_status_restatement as restatement
    left join dim_customer using (customer_key)
    where release_id = '{}'
    order by all
"""


def reasons(release: Release) -> list[tuple[str, str]]:
    """Whose published days this release was the first to tell otherwise, and why."""
    return release.ask(REASONS.format(release.facts["release_id"]))


def test_the_first_run_makes_a_release(first: Step) -> None:
    assert (first.run.code, first.run.errors) == (0, [])
    assert sorted(path.name for path in first.release.folder.iterdir()) == [
        "input-quality.html",
        "mart.duckdb",
        "release.json",
        "report.html",
    ]
    assert first.release.tables().keys() >= PROMISED_TABLES
    assert first.statuses == STATUSES_ON_FIRST_DAY


def test_the_release_says_what_it_is_made_of(first: Step) -> None:
    facts = first.release.facts
    assert first.release.folder.name == facts["release_id"]
    assert facts["as_of_date"] == FIRST_DAY
    assert {batch["file_name"]: batch["rows_accepted"] for batch in facts["input_batches"]} == {
        "contacts/contacts.csv": 1,
        "crm_touches/touches.csv": 3,
        "orders/first half/orders.csv": 12,
        "web_sessions/sessions.csv": 3,
    }
    counts = {name: len(rows) for name, rows in first.release.tables().items()}
    assert facts["row_counts"].items() >= counts.items()


def test_the_report_opens_without_a_network(first: Step) -> None:
    report = (first.release.folder / "report.html").read_text(encoding="utf-8")
    assert FIRST_DAY in report
    assert 'src="http' not in report


def test_a_run_tells_its_steps_and_how_to_look_further(first: Step) -> None:
    lines = [line.strip() for line in first.run.lines]
    assert "orders: 1 new file, 12 rows accepted" in lines
    assert f"release: {first.release.folder.name} is current" in lines
    assert f"Customers on {FIRST_DAY}" in lines
    for word in ("Release ", "Report ", "Query ", "Lineage ", "Done"):
        assert [line for line in lines if line.startswith(word)], word


def test_nothing_new_is_said_at_once_and_touches_nothing(first: Step, unchanged: Step) -> None:
    assert (unchanged.run.code, unchanged.run.errors) == (0, [])
    assert unchanged.run.lines[-1].startswith("Nothing new")
    assert unchanged.run.seconds < NOTHING_NEW_SECONDS
    assert unchanged.release == first.release
    assert unchanged.files == first.files


def test_files_that_cannot_be_taken_are_told_one_a_line(held: Step) -> None:
    assert held.run.code != 0
    unreadable, incomplete = sorted(held.run.errors, key=lambda line: WITHOUT_CURRENCY in line)
    assert NO_PARQUET in unreadable
    assert "cannot be read" in unreadable
    assert f"{WITHOUT_CURRENCY}: the file lacks the required column currency" in incomplete


def test_files_that_cannot_be_taken_leave_the_last_release(first: Step, held: Step) -> None:
    assert not [line for line in held.run.lines if "is current" in line]
    assert held.release == first.release
    assert held.files == first.files
    assert held.statuses == first.statuses


def test_good_files_beside_them_are_taken_once(held: Step, second: Step) -> None:
    assert "  orders: 2 new files, 3 rows accepted, 1 file held back" in held.run.lines
    assert "  orders: 0 new files, 0 rows accepted" in second.run.lines
    assert second.release.ask("select count(*) from fct_orders where order_id in ('C2', 'E3')") == [
        (2,)
    ]


def test_a_run_that_dies_leaves_the_last_release(first: Step, killed: Death) -> None:
    assert killed.run.code < 0
    assert killed.release == first.release
    assert killed.files == first.files
    assert killed.statuses == first.statuses


def test_a_second_run_at_the_same_time_is_told_to_wait(killed: Death) -> None:
    assert killed.second_writer.code != 0
    (line,) = killed.second_writer.errors
    assert "another run is writing this warehouse" in line


def test_after_a_death_the_next_run_makes_everything_and_ends_where_it_would_have(
    second: Step,
) -> None:
    assert (second.run.code, second.run.errors) == (0, [])
    assert second.brought_from == ""
    assert second.release.facts["as_of_date"] == SECOND_DAY
    assert second.statuses == STATUSES_ON_SECOND_DAY


def test_a_run_that_only_makes_what_changed_ends_there_too(
    first: Step, followed: Step, second: Step
) -> None:
    """Late rows, a refund and a merge; what was learnt since the first release is logged alike."""
    assert (followed.run.code, followed.run.errors) == (0, [])
    assert followed.brought_from == first.release.folder.name
    assert followed.release.facts["mart_bytes_when_whole"] == first.release.facts["mart_bytes"]
    by_changes, of_everything = followed.release.tables(), second.release.tables()
    assert by_changes.keys() == of_everything.keys()
    assert [name for name in by_changes if by_changes[name] != of_everything[name]] == []
    assert followed.release.ask(FILES) == second.release.ask(FILES)


def test_what_had_been_published_otherwise_is_logged_with_its_reason(second: Step) -> None:
    assert reasons(second.release) == [
        ("C-BEN", "changed_order"),
        ("C-CLEO", "late_event"),
        ("C-DAN", "merge"),
        ("gone", "merge"),
    ]


def test_a_merge_names_both_customers(second: Step) -> None:
    (gone,) = second.release.ask(
        "select customer_key, other_customer_key, previous_status, status "
        "from fct_customer_status_restatement anti join dim_customer using (customer_key)"
    )
    (dan,) = second.release.ask("select customer_key from dim_customer where customer_id = 'C-DAN'")
    assert gone[1:] == (*dan, "passive", None)
    others = second.release.ask(
        "select distinct other_customer_key from fct_customer_status_restatement "
        f"where customer_key = '{dan[0]}'"
    )
    assert others == [(gone[0],)]
    assert second.release.ask("from fct_customer_merge") == [
        (gone[0], *dan, "merge", second.release.folder.name)
    ]


def test_only_days_that_had_been_published_are_restated(first: Step, second: Step) -> None:
    told = second.release.ask(
        "select previous_release_id, max(valid_to) from fct_customer_status_restatement group by 1"
    )
    assert told == [(first.release.folder.name, date.fromisoformat(FIRST_DAY) + timedelta(days=1))]


@pytest.mark.slow
def test_another_policy_gives_other_statuses(strict: Step) -> None:
    assert (strict.run.code, strict.run.errors) == (0, [])
    assert strict.statuses == STATUSES_OF_STRICT_POLICY
    assert {reason for _, reason in reasons(strict.release)} == {"policy"}
    assert {"C-ANA", "C-DAN"} <= {name for name, _ in reasons(strict.release)}


@pytest.mark.slow
def test_the_log_outlives_the_build_database(second: Step, strict: Step) -> None:
    logged = second.release.ask(RESTATEMENTS)
    assert logged
    assert [row for row in strict.release.ask(RESTATEMENTS) if row in logged] == logged


@pytest.mark.slow
def test_releases_that_were_published_stay_as_they_were(first: Step, strict: Step) -> None:
    assert first.files.items() <= strict.files.items()


def without_logs(step: Step) -> dict[str, list[tuple]]:
    """All tables but for the logs: before a first release nobody was told anything."""
    tables = step.release.tables()
    del tables["fct_customer_merge"]
    del tables["fct_customer_status_restatement"]
    return tables


@pytest.mark.slow
@pytest.mark.parametrize("way", ["second", "followed"])
def test_the_same_rows_in_other_files_give_the_same_tables_row_for_row(
    way: str, elsewhere: Step, request: pytest.FixtureRequest
) -> None:
    step_by_step = without_logs(request.getfixturevalue(way))
    at_once = without_logs(elsewhere)
    assert step_by_step.keys() == at_once.keys()
    assert [name for name in at_once if at_once[name] != step_by_step[name]] == []


@pytest.mark.parametrize("way", ["first", pytest.param("elsewhere", marks=pytest.mark.slow)])
def test_a_first_release_restates_nothing(way: str, request: pytest.FixtureRequest) -> None:
    assert request.getfixturevalue(way).release.ask(RESTATEMENTS) == []


def test_all_that_a_warehouse_holds_is_its_owners_alone(shop: Shop, first: Step) -> None:
    paths = [shop.world.warehouse, *shop.world.warehouse.rglob("*")]
    open_to_others = [
        path for path in paths if not path.is_symlink() and path.stat().st_mode & 0o077
    ]
    assert open_to_others == []
