"""A failed data test shows which rows it is about, and nothing personal."""

import json
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from customer_status.environment.layout import World
from orchestration.defs.dbt.checks import with_failing_rows
from orchestration.failing_rows import (
    RUNS_KEPT,
    FailedTest,
    failed_tests,
    in_short,
    look_up,
)
from orchestration.failures import failed_nodes

RUN = "0a1b2c3d-run"
NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
ANA = "a" * 32
EMAIL = "ana@example.com"
ORDERS = "model.customer_status.fct_orders"
# What dbt compiles the generic tests to, in short.
NOT_NULL = 'select order_status from "build"."core"."fct_orders" where order_status is null'
ACCEPTED = (
    "with all_values as (select order_status as value_field, count(*) as n_records "
    'from "build"."core"."fct_orders" group by order_status) '
    "select * from all_values where value_field not in ('paid')"
)
KEY = (
    'select order_id, count(*) as number_of_rows from "build"."core"."fct_orders" '
    "group by order_id having count(*) > 1"
)
SINGULAR = 'select *, 1.5 as share from "build"."core"."fct_orders" where order_id <= \'o10\''

Fail = Callable[..., None]


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world whose build holds orders with what must never be shown."""
    world = World(tmp_path / "warehouse", "landing")
    world.target.mkdir(parents=True)
    with duckdb.connect(str(world.build_database)) as build:
        build.execute(
            f"""
            create schema core;
            create table core.fct_orders as
            select
                'o' || lpad(n::text, 2, '0') as order_id, '{ANA}' as customer_key,
                if(n < 3, null, if(n < 20, 'lost', 'paid')) as order_status,
                date '2026-06-01' + n::int as order_date, date '1980-02-03' as birth_date,
                '{EMAIL}' as email, 'Ana Puig' as full_name, '+34 600 000 000' as phone,
                'visitor' as visitor_id, 'c1' as customer_id, 'email:{EMAIL}' as identifier,
                '{EMAIL}' as store_id, 'Dear Ana' as topic
            from range(1, 31) as numbers(n)
            """
        )
    return world


@pytest.fixture
def fail(world: World) -> Fail:
    """Leave what dbt leaves of a test that failed."""
    nodes: dict[str, Any] = {
        ORDERS: {"resource_type": "model", "schema": "core", "name": "fct_orders"},
        "test.customer_status.key.1": {
            "resource_type": "test",
            "attached_node": ORDERS,
            "test_metadata": {"name": "primary_key", "kwargs": {"columns": ["order_id"]}},
        },
    }
    results: list[dict[str, Any]] = []

    def leave(
        name: str, compiled: str, *, column: str | None = None, status: str = "fail", failures=12
    ) -> None:
        unique_id = f"test.customer_status.{name}.9f8e7d"
        nodes[unique_id] = {
            "resource_type": "test",
            "name": name,
            "description": "Every order_status is one of the accepted values.",
            "attached_node": ORDERS,
            "column_name": column,
        }
        results.append(
            {
                "unique_id": unique_id,
                "status": status,
                "failures": failures,
                "compiled_code": compiled,
                "message": f"Got {failures} results",
            }
        )
        texts = {"manifest": {"nodes": nodes}, "run_results": {"results": results}}
        for file, content in texts.items():
            (world.target / f"{file}.json").write_text(json.dumps(content), encoding="utf-8")

    return leave


def looked_up(world: World) -> FailedTest:
    (test,) = look_up(world, run_id=RUN, now=NOW)
    return test


def test_a_test_of_one_column_is_told_by_the_keys_of_its_rows(world: World, fail: Fail) -> None:
    fail("fct_orders_order_status_accepted_values", ACCEPTED, column="order_status")
    rows = looked_up(world).rows
    assert len(rows) == 10
    assert rows[0] == {"order_id": "o03", "order_status": "lost"}


def test_rows_without_a_value_are_told_by_their_keys(world: World, fail: Fail) -> None:
    fail("fct_orders_order_status_not_null", NOT_NULL, column="order_status")
    assert looked_up(world).rows == (
        {"order_id": "o01", "order_status": "null"},
        {"order_id": "o02", "order_status": "null"},
    )


def test_a_key_that_repeats_is_told_with_its_number_of_rows(world: World, fail: Fail) -> None:
    with duckdb.connect(str(world.build_database)) as build:
        build.execute("insert into core.fct_orders from core.fct_orders where order_id = 'o07'")
    fail("fct_orders_primary_key", KEY)
    assert looked_up(world).rows == ({"order_id": "o07", "number_of_rows": "2"},)


def test_of_an_assertion_only_known_columns_are_shown(world: World, fail: Fail) -> None:
    fail("assert_something", SINGULAR)
    assert looked_up(world).rows[0] == {
        "order_id": "o01",
        "customer_key": ANA,
        "order_status": "null",
        "order_date": "2026-06-02",
        "store_id": "***",
        "share": "1.5",
    }


def test_nothing_personal_is_shown_or_kept(world: World, fail: Fail) -> None:
    fail("assert_something", SINGULAR)
    test = looked_up(world)
    assert test.file is not None
    for text in ("\n".join(test.lines()), test.file.read_text(encoding="utf-8")):
        for personal in (EMAIL, "Ana", "1980", "+34", "visitor", "c1"):
            assert personal not in text


def test_what_a_person_reads_is_kept_for_the_end_of_the_run(world: World, fail: Fail) -> None:
    fail("fct_orders_order_status_accepted_values", ACCEPTED, column="order_status", failures=17)
    test = looked_up(world)
    assert test.file == world.failing_rows / "2026-07-01T060000Z-0a1b2c3d" / f"{test.name}.csv"
    assert stat.S_IMODE(test.file.stat().st_mode) == 0o600
    lines = list(failed_nodes(world, RUN))
    assert lines[0] == (
        "test fct_orders_order_status_accepted_values: 17 failing rows of fct_orders; expected: "
        f"Every order_status is one of the accepted values. Rows: {test.file}"
    )
    assert lines[1] == "  order_id=o03, order_status=lost"
    assert len(lines) == 11


def test_another_run_is_not_told_of_these_rows(world: World, fail: Fail) -> None:
    fail("fct_orders_order_status_not_null", NOT_NULL, column="order_status", failures=2)
    looked_up(world)
    (line,) = failed_nodes(world, "another-run")
    assert "Rows:" not in line


def test_customer_keys_are_cut_short_where_records_stay(world: World, fail: Fail) -> None:
    fail("assert_something", SINGULAR)
    test = looked_up(world)
    assert "customer_key=aaaaaaaa..., " in test.lines()[1]
    assert in_short({"previous_customer_key": ANA}) == {"previous_customer_key": "aaaaaaaa..."}
    assert in_short({"customer_key": "unknown"}) == {"customer_key": "unknown"}


def test_a_build_that_cannot_be_read_costs_the_rows_alone(world: World, fail: Fail) -> None:
    fail("assert_something", SINGULAR)
    world.build_database.write_bytes(b"not what it was " * 5000)
    assert looked_up(world).rows == ()
    world.build_database.unlink()
    assert looked_up(world).lines() == [
        "test assert_something: 12 failing rows of fct_orders; expected: "
        "Every order_status is one of the accepted values."
    ]


def test_tests_that_warn_are_kept_and_fail_no_run(world: World, fail: Fail) -> None:
    fail("assert_something", SINGULAR, status="warn")
    assert looked_up(world).rows
    assert [test.status for test in failed_tests(world)] == ["warn"]
    assert list(failed_nodes(world, RUN)) == []


def test_rows_of_old_runs_go(world: World, fail: Fail) -> None:
    fail("assert_something", SINGULAR)
    for number in range(RUNS_KEPT + 2):
        look_up(world, run_id=f"{number:08}-x", now=NOW + timedelta(days=number))
    kept = sorted(path.name for path in world.failing_rows.iterdir())
    assert len(kept) == RUNS_KEPT
    assert kept[0].endswith("-00000002")


def test_a_failed_check_in_dagster_carries_its_rows_and_comes_before_the_error_of_dbt(
    world: World, fail: Fail
) -> None:
    name = "fct_orders_order_status_not_null"
    fail(name, NOT_NULL, column="order_status", failures=2)

    def events() -> Iterator[object]:
        yield dg.AssetCheckResult(passed=False, asset_key="fct_orders", check_name=name)
        yield "another event"
        raise RuntimeError("dbt ended with code 1")

    seen = []
    with pytest.raises(RuntimeError, match="dbt ended"):
        seen.extend(with_failing_rows(events(), world=world, run_id=RUN, now=NOW))
    # `extend` keeps what came before the error
    other, result = seen
    assert other == "another event"
    assert (result.passed, result.check_name) == (False, name)
    assert result.description.startswith(f"test {name}: 2 failing rows of fct_orders")
    table = result.metadata["failing_rows"]
    assert [record.data["order_id"] for record in table.records] == ["o01", "o02"]
    assert Path(result.metadata["failing_rows_file"].value).exists()
