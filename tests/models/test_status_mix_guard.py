"""A release whose customers change status in masses, with no known reason, is not published."""

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

from tests.models.seeds import shipped_seed
from world.layout import PROJECT_DIR

GUARD = "assert_status_mix_is_plausible"


@cache
def guard_sql() -> str:
    """The guard as dbt would send it."""
    with TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "STATUS_BUILD_DATABASE": f"{folder}/guard.duckdb",
            "DBT_TARGET_PATH": folder,
            "DBT_LOG_PATH": folder,
        }
        dbt = Path(sys.executable).with_name("dbt")
        command = [dbt, "--quiet", "compile", "--profiles-dir", ".", "--select", GUARD]
        subprocess.run(command, cwd=PROJECT_DIR, env=environment, check=True)
        nodes = json.loads(Path(folder, "manifest.json").read_text(encoding="utf-8"))["nodes"]
    return next(node["compiled_code"] for node in nodes.values() if node["name"] == GUARD)


@pytest.fixture
def build() -> Iterator[duckdb.DuckDBPyConnection]:
    """1,000 customers, all active when the last release was made, a week before this one."""
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
                date '2026-05-02' as valid_to, 'active' as status
            from range(1000) as customers(i);
            create table marts.mart_customer_status as
            select i::varchar as customer_key, 'active' as status from range(1000) as customers(i);
            create table timeline.int_customer__restated (customer_key varchar);
            """
        )
        yield connection


def lapse(build: duckdb.DuckDBPyConnection, customers: int) -> None:
    build.execute(
        "update marts.mart_customer_status set status = 'inactive' where customer_key::integer < ?",
        [customers],
    )


def findings(build: duckdb.DuckDBPyConnection) -> set[tuple[str, int]]:
    return {(status, shift) for status, shift, *_ in build.execute(guard_sql()).fetchall()}


def test_a_shift_up_to_the_limit_passes(build: duckdb.DuckDBPyConnection) -> None:
    lapse(build, 250)
    assert findings(build) == set()


def test_a_shift_beyond_the_limit_fails(build: duckdb.DuckDBPyConnection) -> None:
    lapse(build, 251)
    assert findings(build) == {("active", -251), ("inactive", 251)}


@pytest.mark.parametrize(
    "acknowledgement",
    [
        "update staging.stg_published_run set is_policy_changed = true",
        "insert into timeline.int_customer__restated select i::varchar from range(150) as t(i)",
        "update staging.stg_published_run set previous_as_of_date = date '2026-04-01'; "
        "update staging.stg_published_timeline set valid_to = date '2026-04-02'",
        "delete from marts.mart_customer_status where customer_key = '999'",
    ],
    ids=["a new policy", "restated customers", "more than a month between", "too few to tell"],
)
def test_what_explains_a_shift_lets_it_pass(
    build: duckdb.DuckDBPyConnection, acknowledgement: str
) -> None:
    lapse(build, 400)
    assert findings(build)
    build.execute(acknowledgement)
    assert findings(build) == set()
