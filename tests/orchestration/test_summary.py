"""The page at the end of a run; the release is published by then, so it fails no run."""

import io
import json
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from customer_status.environment.layout import World
from orchestration.options import RunOptions
from orchestration.summary import print_summary
from tests.holder import held_for_writing


@pytest.fixture
def options(tmp_path: Path) -> RunOptions:
    """A warehouse with one release, of two customers."""
    options = RunOptions(landing=tmp_path / "landing", warehouse=tmp_path / "warehouse")
    world = options.world
    release = world.releases / "r1"
    release.mkdir(parents=True)
    facts = {
        "as_of_date": "2026-06-30",
        "settings": {"reporting_currency": "EUR"},
        "input_batches": [],
        "quarantine": {},
    }
    (release / "release.json").write_text(json.dumps(facts), encoding="utf-8")
    with duckdb.connect(str(release / "mart.duckdb")) as mart:
        mart.execute(
            "create table mart_customer_status as "
            "from (values ('captive', 10, false), ('inactive', 0, true)) "
            "as customers(status, revenue_365d, is_at_risk)"
        )
    world.current.symlink_to(release)
    return options


def summary(options: RunOptions) -> str:
    console = Console(file=io.StringIO(), width=200)
    print_summary(options, console)
    return console.file.getvalue()


def test_customers_are_counted_per_status(options: RunOptions) -> None:
    words = summary(options)
    assert "captive" in words
    assert "50.0%" in words


def test_customers_are_counted_while_another_program_holds_the_release(
    options: RunOptions,
) -> None:
    expected = summary(options)
    doing = "delete from mart_customer_status"
    with held_for_writing(options.world.current.resolve() / "mart.duckdb", doing=doing):
        assert summary(options) == expected


def test_a_release_that_cannot_be_read_now_costs_the_table_alone(options: RunOptions) -> None:
    mart = options.world.current.resolve() / "mart.duckdb"
    mart.write_bytes(b"not what it was " * 5000)
    lines = summary(options).splitlines()
    assert any(line.startswith("Statuses  cannot be read now: ") for line in lines)
    assert any(line.startswith("Release ") for line in lines)


def test_without_a_release_nothing_is_said(options: RunOptions) -> None:
    assert World(options.warehouse, "landing").current.exists()
    options.world.current.unlink()
    assert summary(options) == ""


def test_shared_identifiers_and_placeholders_are_told(options: RunOptions) -> None:
    assert "Identity" not in summary(options)
    path = options.world.current / "release.json"
    facts = json.loads(path.read_text(encoding="utf-8"))
    facts |= {
        "shared_identifiers": 2,
        "placeholders": {"web_sessions": {"customer_id": 12, "visitor_id": 1}},
    }
    path.write_text(json.dumps(facts), encoding="utf-8")
    words = summary(options)
    assert "Identity  2 shared identifiers join nobody; fct_shared_identifier lists" in words
    assert "web_sessions.customer_id (12 rows), web_sessions.visitor_id (1 row)" in words
