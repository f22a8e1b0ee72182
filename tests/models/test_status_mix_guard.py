"""A release of which a status is left in masses, with no known reason, is not published."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest

from customer_status.environment.layout import PROJECT_DIR
from tests.models.seeds import shipped_seed

GUARD = "assert_status_mix_is_plausible"
WARNING = "assert_engagement_is_measured_as_before"


@cache
def compiled_tests() -> dict[str, str]:
    """The guard and the warning as dbt would send them, by name."""
    with TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "STATUS_BUILD_DATABASE": f"{folder}/guard.duckdb",
            "DBT_TARGET_PATH": folder,
            "DBT_LOG_PATH": folder,
        }
        dbt = Path(sys.executable).with_name("dbt")
        command = [dbt, "--quiet", "compile", "--profiles-dir", ".", "--select", GUARD, WARNING]
        subprocess.run(command, cwd=PROJECT_DIR, env=environment, check=True)
        nodes = json.loads(Path(folder, "manifest.json").read_text(encoding="utf-8"))["nodes"]
    return {node["name"]: node.get("compiled_code") for node in nodes.values()}


@pytest.fixture
def build() -> Iterator[duckdb.DuckDBPyConnection]:
    """1,200 customers a week after the last release: 1,000 active then, 200 captive, 10 of whom
    left it by the clock in April. Their statuses have not changed since."""
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as guard")
        connection.execute("use guard")
        for schema in ("intermediate", "staging", "timeline", "marts", "seeds"):
            connection.execute(f"create schema {schema}")
        connection.execute(
            "create table seeds.settings (setting varchar, value varchar, description varchar)"
        )
        for row in shipped_seed("settings"):
            connection.execute("insert into seeds.settings values (?, ?, ?)", list(row.values()))
        connection.execute(
            """
            create table intermediate.int_run__as_of as select date '2026-05-08' as as_of_date;
            create table staging.stg_published_run as
            select date '2026-05-01' as previous_as_of_date, false as is_policy_changed;
            create table staging.stg_published_timeline as
            select
                i::varchar as customer_key, date '2026-01-01' as valid_from,
                date '2026-05-02' as valid_to,
                case when i < 1000 then 'active' else 'captive' end as status
            from range(1200) as customers(i);
            create table marts.mart_customer_status as
            select customer_key, status from staging.stg_published_timeline;
            create table timeline.int_customer__restated (customer_key varchar);
            create table timeline.int_customer__restatement_reasons (
                customer_key varchar, reason varchar
            );
            create table timeline.fct_customer_status_change as
            select
                'former ' || i as customer_key, date '2026-04-15' as change_date,
                'captive' as previous_status, 'clock' as change_cause
            from range(10) as customers(i);
            create table marts.agg_customer_status_daily as
            select
                unnest(generate_series(date '2025-01-01', date '2026-05-08', interval 1 day))::date
                as status_date, status, closing_customers
            from (values ('active', 1000), ('captive', 200)) as statuses(status, closing_customers);
            """
        )
        yield connection


def leave(
    build: duckdb.DuckDBPyConnection,
    status: str,
    customers: int,
    cause: str = "clock",
    day: str = "2026-05-03",
) -> None:
    """So many customers of a status become passive on the day."""
    build.execute(
        """
        create or replace temp table leaving as
        select customer_key from marts.mart_customer_status where status = $1
        order by customer_key::integer limit $2
        """,
        [status, customers],
    )
    build.execute(
        "insert into timeline.fct_customer_status_change select customer_key, $1, $2, $3 "
        "from leaving",
        [day, status, cause],
    )
    build.execute(
        "update marts.mart_customer_status set status = 'passive' "
        "where customer_key in (from leaving)"
    )


def findings(build: duckdb.DuckDBPyConnection) -> list[tuple[str, int, int]]:
    rows = build.execute(compiled_tests()[GUARD]).fetchall()
    return sorted((status, customers, left) for status, customers, left, *_ in rows)


def test_as_many_as_the_limit_may_leave(build: duckdb.DuckDBPyConnection) -> None:
    leave(build, "active", 250)
    leave(build, "captive", 50)
    assert findings(build) == []


def test_more_than_the_limit_of_the_status_itself_fail(build: duckdb.DuckDBPyConnection) -> None:
    """51 of 1,200 customers are few, of the 200 that were captive they are many."""
    leave(build, "captive", 51)
    assert findings(build) == [("captive", 200, 51)]


def test_the_message_says_status_share_limit_and_what_to_do(
    build: duckdb.DuckDBPyConnection,
) -> None:
    leave(build, "captive", 120)
    ((*_, message),) = build.execute(compiled_tests()[GUARD]).fetchall()
    assert message == (
        "captive: 120 of 200 customers (60 %, limit 25 %) have left since 2026-05-01 because time "
        "passed and for no other reason: look for orders that are missing, or raise "
        "max_status_mix_shift in settings.csv for this run"
    )


@pytest.mark.parametrize(("before", "is_judged"), [(100, True), (99, False)])
def test_a_status_of_fewer_than_100_is_not_judged(
    build: duckdb.DuckDBPyConnection, before: int, is_judged: bool
) -> None:
    for table in ("staging.stg_published_timeline", "marts.mart_customer_status"):
        build.execute(f"delete from {table} where customer_key::integer >= 1000 + {before}")
    leave(build, "captive", before)
    assert findings(build) == ([("captive", before, before)] if is_judged else [])


@pytest.mark.parametrize(
    "cause", ["purchase", "engagement", "dissatisfaction", "policy", "measurement"]
)
def test_who_left_for_a_known_reason_does_not_count(
    build: duckdb.DuckDBPyConnection, cause: str
) -> None:
    leave(build, "captive", 150, cause)
    leave(build, "captive", 50)
    assert findings(build) == []


@pytest.mark.parametrize(
    "reason",
    [
        "update staging.stg_published_run set is_policy_changed = true",
        "insert into timeline.int_customer__restated select i::varchar from range(100) as t(i)",
        "delete from marts.mart_customer_status where customer_key::integer < 200",
    ],
    ids=["a changed policy", "restated customers", "customers merged or erased"],
)
def test_what_else_explains_it_lets_it_pass(build: duckdb.DuckDBPyConnection, reason: str) -> None:
    leave(build, "active", 300)
    assert findings(build)
    build.execute(reason)
    assert findings(build) == []


@pytest.mark.parametrize(("previous", "is_judged"), [("2026-04-07", True), ("2026-04-06", False)])
def test_releases_more_than_a_month_apart_are_not_compared(
    build: duckdb.DuckDBPyConnection, previous: str, is_judged: bool
) -> None:
    build.execute(
        f"update staging.stg_published_run set previous_as_of_date = date '{previous}'; "
        f"update staging.stg_published_timeline set valid_to = date '{previous}' + 1"
    )
    leave(build, "captive", 120)
    assert bool(findings(build)) is is_judged


def test_a_look_back_at_an_earlier_day_is_not_compared(build: duckdb.DuckDBPyConnection) -> None:
    leave(build, "captive", 120)
    build.execute("update intermediate.int_run__as_of set as_of_date = date '2026-04-30'")
    assert findings(build) == []


@pytest.mark.parametrize(
    ("day", "is_usual"),
    [("2026-01-10", True), ("2025-04-10", True), ("2025-03-20", False), ("2026-05-02", False)],
    ids=["in winter", "last spring", "longer ago than 400 days", "in this very period"],
)
def test_what_the_business_has_seen_before_is_no_fault(
    build: duckdb.DuckDBPyConnection, day: str, is_usual: bool
) -> None:
    """100 of 200 left in a week then: up to half as many more may leave in this one."""
    if day < "2026-05":
        build.execute(
            "insert into timeline.fct_customer_status_change "
            f"select 'earlier ' || i, date '{day}', 'captive', 'clock' from range(100) t(i)"
        )
    leave(build, "captive", 149)
    assert findings(build) == ([] if is_usual else [("captive", 200, 149)])
    leave(build, "captive", 2)
    assert findings(build) == [("captive", 200, 151)]


def test_days_on_which_a_status_was_small_say_nothing_of_what_is_usual(
    build: duckdb.DuckDBPyConnection,
) -> None:
    build.execute(
        "update marts.agg_customer_status_daily set closing_customers = 99 "
        "where status_date < date '2026-04-01' and status = 'captive'"
    )
    build.execute(
        "insert into timeline.fct_customer_status_change "
        "select 'earlier ' || i, date '2026-02-10', 'captive', 'clock' from range(99) t(i)"
    )
    leave(build, "captive", 60)
    assert findings(build) == [("captive", 200, 60)]


def test_a_change_of_measurement_is_one_warning(build: duckdb.DuckDBPyConnection) -> None:
    warning = compiled_tests()[WARNING]
    assert build.execute(warning).fetchall() == []
    leave(build, "captive", 20)
    assert build.execute(warning).fetchall() == []
    leave(build, "active", 400, "measurement", "2026-05-01")
    assert build.execute(warning).fetchall() == []
    leave(build, "active", 300, "measurement", "2026-05-02")
    build.execute(
        "insert into timeline.int_customer__restatement_reasons "
        "values ('1', 'late_event'), ('2', 'measurement'), ('a', 'measurement')"
    )
    ((customers, *_, message),) = build.execute(warning).fetchall()
    assert customers in (301, 302)
    assert message.startswith(f"{customers} customers have another status than on 2026-05-01")
