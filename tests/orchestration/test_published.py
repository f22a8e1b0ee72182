"""What was published last, laid out for the next build."""

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from customer_status.environment.layout import World
from orchestration.published import last_release, lay_out
from tests.holder import held_for_writing
from tests.orchestration.conftest import Project

LOG_ROW = "('then', 'ana', 'late_event')"


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path / "warehouse", "landing")
    world.root.mkdir(parents=True)
    return world


@pytest.fixture
def publish(world: World) -> Callable[..., None]:
    """Leave a release as publishing does, with one customer known from May on."""

    def make(release_id: str, *, created_at: str, of: str = "landing", as_of: str) -> None:
        folder = world.releases / release_id
        folder.mkdir(parents=True)
        facts = {
            "release_id": release_id,
            "world": of,
            "created_at": created_at,
            "as_of_date": as_of,
            "policy": "p1",
            "engagement_observed_from": None,
            "input_batches": [{"feed": "orders", "file_id": "f1"}],
        }
        (folder / "release.json").write_text(json.dumps(facts), encoding="utf-8")
        with duckdb.connect(str(folder / "mart.duckdb")) as mart:
            mart.execute(
                f"""
                create table fct_customer_status_history as
                select 'ana' as customer_key, date '2025-05-01' as valid_from,
                    null::date as valid_to, 'passive' as status, 'new' as sub_status,
                    'default' as policy_segment, date '1900-01-01' as policy_effective_from;
                create table fct_customer_status_restatement as
                from (values {LOG_ROW}) as log(release_id, customer_key, reason);
                create table dim_customer as
                from (values ('ana'), ('unknown')) as customers(customer_key);
                create table fct_customer_merge as
                select 'anna' as previous_customer_key, 'ana' as customer_key, 'merge' as reason,
                    'then' as release_id;
                create schema internal;
                create table internal.int_customer__published_tail as
                from fct_customer_status_history where false;
                create table internal.int_engagement__measured_intervals as
                select 'default' as policy_segment, date '1900-01-01' as policy_effective_from,
                    100 as measured_from, 200 as measured_to;
                """
            )

    return make


def laid_out(world: World, name: str, columns: str = "*") -> list[tuple]:
    path = world.published / name / "data.parquet"
    with duckdb.connect() as connection:
        return connection.execute(f"select {columns} from '{path}'").fetchall()


def test_before_the_first_release_nothing_was_published(world: World) -> None:
    lay_out(world, made_of="f", policy="p")
    for name in ("timeline", "restatements", "customers", "files", "measured_intervals"):
        assert laid_out(world, name) == []
    assert laid_out(world, "run", "fingerprint, policy, previous_release_id") == [("f", "p", None)]


def test_a_release_of_an_older_version_that_knew_no_merges_is_read(
    world: World, publish: Callable[..., None]
) -> None:
    publish("r1", created_at="2025-06-01T00:00:00", as_of="2025-05-31")
    with duckdb.connect(str(world.releases / "r1" / "mart.duckdb")) as mart:
        mart.execute("drop table fct_customer_merge")
    lay_out(world, made_of="f", policy="p")
    assert laid_out(world, "customers", "customer_key, reason") == [("ana", None)]


def test_a_release_says_on_which_days_engagement_was_measured(
    world: World, publish: Callable[..., None]
) -> None:
    publish("r1", created_at="2025-06-01T00:00:00", as_of="2025-05-31")
    lay_out(world, made_of="f", policy="p")
    assert laid_out(world, "measured_intervals", "measured_from, measured_to") == [(100, 200)]
    assert laid_out(world, "run", "is_previous_coverage_known") == [(True,)]


def test_a_release_of_an_older_version_that_does_not_say_so_is_read(
    world: World, publish: Callable[..., None]
) -> None:
    publish("r1", created_at="2025-06-01T00:00:00", as_of="2025-05-31")
    with duckdb.connect(str(world.releases / "r1" / "mart.duckdb")) as mart:
        mart.execute("drop table internal.int_engagement__measured_intervals")
    lay_out(world, made_of="f", policy="p")
    assert laid_out(world, "measured_intervals") == []
    assert laid_out(world, "run", "is_previous_coverage_known") == [(False,)]


def test_a_log_of_an_older_version_with_fewer_columns_is_read(
    world: World, publish: Callable[..., None]
) -> None:
    """The log of this release has three columns only; what it does not say is null."""
    publish("one", created_at="2026-01-01", as_of="2025-06-30")
    lay_out(world, made_of="f", policy="p")
    columns = "release_id, customer_key, reason, previous_status, previous_release_id"
    assert laid_out(world, "restatements", columns) == [("then", "ana", "late_event", None, None)]


def test_before_the_first_release_the_log_has_the_columns_that_it_will_have(
    world: World, project: Project
) -> None:
    lay_out(world, made_of="f", policy="p")
    path = world.published / "restatements" / "data.parquet"
    with duckdb.connect() as connection:
        columns = connection.execute(f"describe from '{path}'").fetchall()
    (log,) = (n for n in project.nodes("model") if n["name"] == "fct_customer_status_restatement")
    declared = [(column["name"], column["data_type"]) for column in log["columns"].values()]
    assert [(name, kind.lower()) for name, kind, *_ in columns] == declared


def test_the_last_release_is_the_newest_of_the_same_business(
    world: World, publish: Callable[..., None]
) -> None:
    assert last_release(world) is None
    publish("b", created_at="2026-03-01T06:00:00+00:00", as_of="2025-06-01")
    publish("a", created_at="2026-03-02T06:00:00+00:00", as_of="2025-05-01")
    publish("z", created_at="2026-03-03T06:00:00+00:00", as_of="2025-07-01", of="simulated")
    publish(".y.unfinished", created_at="2026-03-04T06:00:00+00:00", as_of="2025-07-01")
    assert last_release(world).folder.name == "a"


def test_what_was_published_ends_with_the_days_that_it_spoke_of(
    world: World, publish: Callable[..., None]
) -> None:
    publish("a", created_at="2026-03-01T06:00:00+00:00", as_of="2025-06-30")
    lay_out(world, made_of="f", policy="p")
    assert laid_out(world, "timeline", "customer_key, valid_from::text, valid_to::text") == [
        ("ana", "2025-05-01", "2025-07-01")
    ]
    assert laid_out(world, "files") == [("orders", "f1")]
    log = laid_out(world, "restatements", "release_id, customer_key, reason")
    assert log == [("then", "ana", "late_event")]
    assert laid_out(world, "run", "previous_release_id, previous_policy") == [("a", "p1")]


def test_no_customer_key_that_was_ever_published_is_forgotten(
    world: World, publish: Callable[..., None]
) -> None:
    publish("a", created_at="2026-03-01T06:00:00+00:00", as_of="2025-06-30")
    lay_out(world, made_of="f", policy="p")
    assert sorted(laid_out(world, "customers")) == [
        ("ana", None, None, None),
        ("anna", "ana", "merge", "then"),
    ]


def test_a_new_layout_takes_the_place_of_the_old(
    world: World, publish: Callable[..., None]
) -> None:
    lay_out(world, made_of="f", policy="p")
    publish("a", created_at="2026-03-01T06:00:00+00:00", as_of="2025-06-30")
    lay_out(world, made_of="g", policy="p")
    assert laid_out(world, "run", "fingerprint, previous_release_id") == [("g", "a")]
    assert not list(world.root.glob("published.new"))


def test_what_was_published_is_laid_out_while_another_program_holds_the_release(
    world: World, publish: Callable[..., None]
) -> None:
    publish("a", created_at="2026-03-01T06:00:00+00:00", as_of="2025-06-30")
    mart = world.releases / "a" / "mart.duckdb"
    with held_for_writing(mart, doing="delete from fct_customer_status_history"):
        lay_out(world, made_of="f", policy="p")
    assert laid_out(world, "timeline", "customer_key") == [("ana",)]
    lay_out(world, made_of="f", policy="p")  # now with the log that the program left
    assert laid_out(world, "timeline", "customer_key") == [("ana",)]
