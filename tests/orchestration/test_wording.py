"""What a person reads while a run goes on, and when it fails."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest

from customer_status.environment.errors import UserError
from customer_status.environment.layout import World
from customer_status.ingest.ledger import Receipt
from customer_status.ingest.revalidation import Revalidated
from customer_status.ingest.run import FeedOutcome
from customer_status.report.wording import counted
from expectations.drift import Drift
from orchestration.defs.failures import RETRIES, user_errors_fail
from orchestration.defs.raw.assets import check_results, describe, drift_result, metadata
from orchestration.failures import DBT_STEP, failed_nodes, what_failed
from orchestration.progress import only_own_words, say

KEY = dg.AssetKey(["raw", "orders"])


def taken(file_id: str, *, accepted: int, reasons: dict[str, int] | None = None) -> Receipt:
    bad = max((reasons or {}).values(), default=0)
    name = f"orders/{file_id}.csv"
    return Receipt(
        "orders", file_id, name, "accepted", accepted + bad, accepted, bad, 9, "", reasons or {}
    )


def held(file_id: str, reason: str) -> Receipt:
    name = f"orders/{file_id}.csv"
    return Receipt("orders", file_id, name, "held", 0, 0, 0, 9, "", {}, reason)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "warehouse", "landing")


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 files"), (1, "1 file"), (2, "2 files"), (1_469_307, "1,469,307 files")],
)
def test_a_number_agrees_with_its_noun(number: int, words: str) -> None:
    assert counted(number, "file") == words


@pytest.mark.parametrize(
    ("receipts", "words"),
    [
        ((), "orders: 0 new files, 0 rows accepted"),
        ((taken("a", accepted=1),), "orders: 1 new file, 1 row accepted"),
        (
            (taken("a", accepted=1200), taken("b", accepted=34)),
            "orders: 2 new files, 1,234 rows accepted",
        ),
        (
            (taken("a", accepted=98, reasons={"no currency": 2}),),
            "orders: 1 new file, 98 rows accepted, 2 quarantined",
        ),
        (
            (taken("a", accepted=3), held("b", "lacks a column")),
            "orders: 1 new file, 3 rows accepted, 1 file held back",
        ),
    ],
)
def test_a_feed_is_told_in_one_line(receipts: tuple[Receipt, ...], words: str) -> None:
    assert describe(FeedOutcome("orders", receipts)) == words


def test_rows_of_earlier_files_that_newer_rules_moved_are_told() -> None:
    outcome = FeedOutcome("orders", revalidated=Revalidated(rejected=3, let_in=1))
    assert describe(outcome) == (
        "orders: 0 new files, 0 rows accepted, 3 rows of earlier files quarantined by newer rules, "
        "1 row of earlier files accepted by newer rules"
    )
    assert metadata(outcome)["earlier_rows_quarantined"] == 3
    assert metadata(outcome)["earlier_rows_accepted"] == 1


def test_figures_of_a_feed_add_up() -> None:
    receipts = (taken("a", accepted=98, reasons={"no currency": 2}), held("b", "lacks a column"))
    assert metadata(FeedOutcome("orders", receipts, known=7)) == {
        "new_files": 2,
        "known_files": 7,
        "rows_read": 100,
        "rows_accepted": 98,
        "rows_quarantined": 2,
        "earlier_rows_quarantined": 0,
        "earlier_rows_accepted": 0,
    }


def test_bad_rows_warn_and_held_files_block() -> None:
    receipts = (taken("a", accepted=98, reasons={"no currency": 2}), held("b", "lacks a column"))
    files, rows = check_results(KEY, FeedOutcome("orders", receipts))
    assert (files.check_name, files.passed) == ("files_can_be_taken", False)
    assert files.severity is dg.AssetCheckSeverity.ERROR
    assert files.description == "orders/b.csv: lacks a column"
    assert (rows.check_name, rows.passed) == ("rows_are_good", False)
    assert rows.severity is dg.AssetCheckSeverity.WARN


def test_good_files_pass_both_checks() -> None:
    outcome = FeedOutcome("orders", (taken("a", accepted=3),))
    assert [result.passed for result in check_results(KEY, outcome)] == [True, True]


def test_drift_warns_and_never_fails(tmp_path: Path) -> None:
    page = tmp_path / "input-quality.html"
    drift = Drift("email", "empty", "email is empty in 99% of the rows", 0.9)
    result = drift_result(KEY, (drift,), page)
    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert result.description == drift.text
    assert drift_result(KEY, (), page).passed


def node(
    unique_id: str, status: str, message: str | None, failures: int | None = None
) -> dict[str, object]:
    return {"unique_id": unique_id, "status": status, "message": message, "failures": failures}


def leave_results(world: World, *nodes: dict[str, object]) -> None:
    world.target.mkdir(parents=True)
    text = json.dumps({"results": nodes})
    (world.target / "run_results.json").write_text(text, encoding="utf-8")


def test_failed_models_and_tests_are_told_by_name_one_line_each(world: World) -> None:
    leave_results(
        world,
        node("model.customer_status.stg_orders", "success", "OK"),
        node("model.customer_status.fct_orders", "error", "Binder Error:\n  no column\n\n  LINE 1"),
        node("test.customer_status.not_null_a.1f2e", "fail", "Got 3 results", 3),
        node("test.customer_status.unique_a.9d8c", "warn", "Got 1 result"),
        node("model.customer_status.dim_date", "skipped", None),
    )
    assert list(failed_nodes(world)) == [
        "model fct_orders: Binder Error: no column LINE 1",
        "test not_null_a: 3 failing rows",
    ]


def test_without_results_of_dbt_no_model_is_blamed(world: World) -> None:
    assert list(failed_nodes(world)) == []
    world.target.mkdir(parents=True)
    (world.target / "run_results.json").write_text("{", encoding="utf-8")
    assert list(failed_nodes(world)) == []


def run(asset: dg.AssetsDefinition, **options: object) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        [asset],
        **options,
        raise_on_error=False,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )


def asset_that(fail: Callable[[], None], *, name: str = "step") -> dg.AssetsDefinition:
    @dg.asset(name=name, retry_policy=RETRIES)
    def step() -> None:
        with user_errors_fail():
            fail()

    return step


def test_what_a_person_must_put_right_is_told_as_it_is_and_not_tried_again(world: World) -> None:
    tries = []

    def fail() -> None:
        tries.append(1)
        raise UserError("LANDING=mine: no such folder.")

    result = run(asset_that(fail))
    assert not result.success
    assert what_failed(result, world) == ["LANDING=mine: no such folder."]
    assert len(tries) == 1


def test_any_other_failure_is_told_with_its_step_and_cause(world: World) -> None:
    def fail() -> None:
        raise RuntimeError("two engines disagree")

    @dg.asset
    def step() -> None:
        fail()

    assert what_failed(run(step), world) == ["step: RuntimeError: two engines disagree"]


def test_a_failure_of_dbt_is_told_by_the_models_that_failed(world: World) -> None:
    leave_results(world, node("model.customer_status.fct_orders", "error", "no column"))

    @dg.asset(name=DBT_STEP)
    def step() -> None:
        raise RuntimeError("dbt ended with code 1")

    assert what_failed(run(step), world) == ["model fct_orders: no column"]


def test_a_blocking_check_is_told_once_with_its_asset(world: World) -> None:
    checks = [dg.AssetCheckSpec("files_can_be_taken", asset=KEY, blocking=True)]

    @dg.asset(key=KEY, check_specs=checks)
    def feed() -> object:
        yield dg.MaterializeResult()
        outcome = FeedOutcome("orders", (held("b", "lacks a column"),))
        yield next(check_results(KEY, outcome))

    lines = what_failed(run(feed), world)
    assert lines == ["raw/orders: orders/b.csv: lacks a column"]


def test_on_the_terminal_a_run_speaks_in_its_own_words_only(
    capfd: pytest.CaptureFixture[str],
) -> None:
    @dg.asset
    def step(context: dg.AssetExecutionContext) -> None:
        os.write(1, b"machinery, such as dbt's own words\n")
        say(context, "orders: 1 new file")

    with only_own_words():
        run(step)
    print("afterwards")
    assert capfd.readouterr().out == "  orders: 1 new file\nafterwards\n"


class KeptOut(dg.ConfigurableResource):
    """A warehouse that another run holds."""

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["KeptOut"]:
        raise UserError("warehouse: another run is writing this warehouse.")
        yield self


def test_a_run_that_another_keeps_out_is_told_so(world: World) -> None:
    @dg.asset
    def step(warehouse: KeptOut) -> None:
        pass

    result = run(step, resources={"warehouse": KeptOut()})
    assert what_failed(result, world) == ["warehouse: another run is writing this warehouse."]
