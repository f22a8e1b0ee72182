"""On a day of changes, a release is the last one's file, changed as the build was, and no other."""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from customer_status.environment.layout import World
from customer_status.publish import mart as mart_module
from customer_status.publish import publish as publish_module
from customer_status.publish.publish import facts_of, publish
from customer_status.report.facts import Changes, PublicTable, ReleaseFacts

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
CUSTOMERS = Changes("changes", "chg_customers", ("customer_key",))
CUSTOMER_DAYS = Changes("changes", "chg_customer_days", ("customer_key", "activity_date"))
DAYS = PublicTable(
    "fct_customer_day",
    "core",
    ("customer_key", "activity_date"),
    "What a customer did on a day.",
    {"orders": "Purchases of the day"},
    release_schema="internal",
    changes=CUSTOMER_DAYS,
)
CREATE = """
    create schema changes;
    create table changes.chg_customers (customer_key varchar);
    create table changes.chg_customer_days (customer_key varchar, activity_date date);
    create table core.fct_customer_day as
    select customer_key, valid_from as activity_date, 1 as orders
    from core.fct_customer_status_history
"""
# One customer changes and one comes, the last one goes; the rows of one are the same as before,
# of another only one day is another. Like any scope, it may name a customer twice.
DAY_OF_CHANGES = """
    create temp table customers as
    select customer_key, row_number() over (order by customer_key) as number
    from marts.mart_customer_status;
    set variable changed = (select customer_key from customers where number = 2);
    set variable same = (select customer_key from customers where number = 3);
    set variable busy = (
        select max(customer_key) from core.fct_customer_day
        group by customer_key having count(*) > 2 order by 1 limit 1
    );
    set variable gone = (select customer_key from customers order by number desc limit 1);

    insert into changes.chg_customers values
        (getvariable('changed')), (getvariable('changed')), (getvariable('same')),
        (getvariable('gone')), ('0-new');
    update core.fct_customer_status_history set sub_status = 'hostage'
    where customer_key = getvariable('changed');
    delete from core.fct_customer_status_history where customer_key = getvariable('gone');
    insert into core.fct_customer_status_history values
        ('0-new', '2026-10-01', '2026-10-09', 'active', 'new'),
        ('0-new', '2026-10-09', null, 'passive', 'new'),
        (getvariable('changed'), '2026-10-18', null, 'captive', 'hostage');

    insert into changes.chg_customer_days
    select customer_key, activity_date from core.fct_customer_day
    where customer_key = getvariable('gone')
    union all values ('0-new', date '2026-10-01')
    union all
    select customer_key, min(activity_date) from core.fct_customer_day
    where customer_key = getvariable('busy') group by customer_key;
    update core.fct_customer_day set orders = 7
    where (customer_key, activity_date) in (from changes.chg_customer_days);
    delete from core.fct_customer_day where customer_key = getvariable('gone');
    insert into core.fct_customer_day values ('0-new', '2026-10-01', 3);

    delete from marts.mart_customer_status where customer_key = getvariable('gone');
    update marts.mart_customer_status set as_of_date = as_of_date + 1
"""
# As many customers come as there were.
DAY_OF_GROWTH = """
    delete from changes.chg_customers;
    insert into changes.chg_customers
    select distinct substr(md5(customer_key || copy), 1, 31)
    from core.fct_customer_status_history, range(40) as copies(copy);
    insert into core.fct_customer_status_history
    select substr(md5(customer_key || copy), 1, 31), * exclude (customer_key, copy)
    from core.fct_customer_status_history, range(40) as copies(copy)
"""
QUIET_DAY = "delete from changes.chg_customers; delete from changes.chg_customer_days"


@dataclass
class Daily:
    """A world whose build changes and is published, a day after the other."""

    world: World
    tables: tuple[PublicTable, ...]
    facts: Callable[..., ReleaseFacts]
    published: int = 0

    def build(self, sql: str) -> None:
        with duckdb.connect(str(self.world.build_database)) as connection:
            connection.execute(sql)

    def publish(self, *, brought_from: Path | None = None) -> Path:
        self.published += 1
        created = FIRST + timedelta(days=self.published)
        facts = self.facts(f"release-{self.published}", created_at=created)
        name = brought_from.name if brought_from else ""
        return publish(self.world, tables=self.tables, facts=facts, brought_from=name)

    def built(self, table: PublicTable) -> list[tuple]:
        return query(self.world.build_database, f"from {table.schema}.{table.name} order by all")


@pytest.fixture
def daily(
    make_world: Callable[..., World],
    synthetic_build: Path,
    tables: tuple[PublicTable, ...],
    facts: Callable[..., ReleaseFacts],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Daily:
    monkeypatch.setattr(publish_module, "write_report", lambda path, *_, **__: path.touch())
    build = Path(shutil.copy(synthetic_build, tmp_path / "build.duckdb"))
    status, history = tables
    daily = Daily(make_world(build), (status, replace(history, changes=CUSTOMERS), DAYS), facts)
    daily.build(CREATE)
    return daily


@pytest.fixture
def forbid(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let a release be made without one of the two ways to write its file."""

    def forbid(way: str) -> None:
        monkeypatch.setattr(publish_module, way, lambda *_, **__: pytest.fail(f"{way} was called"))

    return forbid


def query(database: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def in_release(release: Path, table: PublicTable, order: str = "all") -> list[tuple]:
    relation = f"{table.release_schema}.{table.name}"
    return query(release / "mart.duckdb", f"from {relation} order by {order}")


def keys_as_they_lie(release: Path, table: PublicTable) -> list[tuple]:
    width = len(table.primary_key)  # the keys are the first columns
    return [row[:width] for row in in_release(release, table, "rowid")]


def is_what_was_built(daily: Daily, release: Path) -> bool:
    return all(in_release(release, table) == daily.built(table) for table in daily.tables)


def comments(release: Path) -> list[tuple]:
    mart = release / "mart.duckdb"
    return [
        *query(mart, "select schema_name, table_name, comment from duckdb_tables() order by all"),
        *query(
            mart,
            "select schema_name, table_name, column_name, comment from duckdb_columns() "
            "where not internal order by all",
        ),
    ]


def test_a_day_of_changes_gives_what_was_built_row_for_row(
    daily: Daily, forbid: Callable[[str], None]
) -> None:
    first = daily.publish()
    before = [in_release(first, table) for table in daily.tables]
    daily.build(DAY_OF_CHANGES)
    forbid("write_mart")
    second = daily.publish(brought_from=first)
    for table, old in zip(daily.tables, before, strict=True):
        assert in_release(second, table) == daily.built(table)
        assert in_release(second, table) != old
    assert facts_of(second)["row_counts"] == {
        table.name: len(daily.built(table)) for table in daily.tables
    }


def test_a_day_on_which_nothing_changed_gives_the_same_rows(
    daily: Daily, forbid: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    # a table of a few blocks that is made again is a large part of a small file
    monkeypatch.setattr(publish_module, "MOST_GROWTH", 10)
    first = daily.publish()
    daily.build(DAY_OF_CHANGES)
    forbid("write_mart")
    second = daily.publish(brought_from=first)
    daily.build(QUIET_DAY)
    third = daily.publish(brought_from=second)
    assert is_what_was_built(daily, third)
    assert [in_release(third, table) for table in daily.tables] == [
        in_release(second, table) for table in daily.tables
    ]


def test_new_rows_stand_behind_the_old_ones_in_key_order(daily: Daily) -> None:
    first = daily.publish()
    daily.build(DAY_OF_CHANGES)
    second = daily.publish(brought_from=first)
    for table in daily.tables[1:]:
        scope = f"{table.changes.schema}.{table.changes.name}"
        width = len(table.changes.keys)
        made_again = set(query(daily.world.build_database, f"from {scope}"))
        kept = [key for key in keys_as_they_lie(first, table) if key[:width] not in made_again]
        made = [row[:2] for row in daily.built(table) if row[:width] in made_again]
        assert keys_as_they_lie(second, table) == kept + sorted(made)
    status = daily.tables[0]
    assert keys_as_they_lie(second, status) == [row[:1] for row in daily.built(status)]


def test_all_tables_and_columns_keep_their_comments(
    daily: Daily, forbid: Callable[[str], None]
) -> None:
    first = daily.publish()
    told = comments(first)
    assert {row[-1] for row in told} > {table.description for table in daily.tables}
    daily.build(DAY_OF_CHANGES)
    forbid("write_mart")
    assert comments(daily.publish(brought_from=first)) == told


def test_the_release_before_stays_as_it_was_for_who_reads_it(daily: Daily) -> None:
    first = daily.publish()
    mart = first / "mart.duckdb"
    before = hashlib.sha256(mart.read_bytes()).hexdigest(), mart.stat()
    status = daily.tables[0]
    rows = in_release(first, status)
    daily.build(DAY_OF_CHANGES)
    with duckdb.connect(str(mart), read_only=True) as reader:
        second = daily.publish(brought_from=first)
        assert reader.execute(f"from {status.name} order by all").fetchall() == rows
    assert (hashlib.sha256(mart.read_bytes()).hexdigest(), mart.stat().st_mtime_ns) == (
        before[0],
        before[1].st_mtime_ns,
    )
    assert sorted(path.name for path in first.iterdir()) == sorted(
        path.name for path in second.iterdir()
    )
    assert not (second / "mart.duckdb").samefile(mart)


def test_a_scope_that_left_a_row_out_is_not_published(daily: Daily) -> None:
    first = daily.publish()
    daily.build(f"{DAY_OF_CHANGES}; delete from changes.chg_customers where customer_key = '0-new'")
    with pytest.raises(RuntimeError, match="fct_customer_status_history: [0-9]+ of [0-9]+ rows"):
        daily.publish(brought_from=first)
    assert daily.world.current.resolve() == first
    assert [path.name for path in daily.world.releases.glob("[!.]*")] == [first.name]


def test_dying_between_two_tables_leaves_the_release_before(daily: Daily) -> None:
    first = daily.publish()
    before = (first / "mart.duckdb").read_bytes()
    daily.build(DAY_OF_CHANGES)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(mart_module, "_change", dies)
        daily.publish(brought_from=first)
    assert daily.world.current.resolve() == first
    assert (first / "mart.duckdb").read_bytes() == before
    assert is_what_was_built(daily, daily.publish(brought_from=first))


def test_a_file_that_has_grown_too_much_is_written_whole_in_key_order(
    daily: Daily, forbid: Callable[[str], None]
) -> None:
    first = daily.publish()
    whole_size = facts_of(first)["mart_bytes_when_whole"]
    assert whole_size == facts_of(first)["mart_bytes"]

    daily.build(DAY_OF_GROWTH)
    grown = daily.publish(brought_from=first)
    history = daily.tables[1]
    assert keys_as_they_lie(grown, history) != sorted(keys_as_they_lie(grown, history))
    assert facts_of(grown)["mart_bytes_when_whole"] == whole_size
    assert facts_of(grown)["mart_bytes"] > publish_module.MOST_GROWTH * whole_size

    daily.build(DAY_OF_CHANGES)
    forbid("bring_up_mart")
    third = daily.publish(brought_from=grown)
    assert is_what_was_built(daily, third)
    for table in daily.tables:
        assert keys_as_they_lie(third, table) == sorted(keys_as_they_lie(third, table))
    assert facts_of(third)["mart_bytes_when_whole"] == facts_of(third)["mart_bytes"]


@pytest.mark.parametrize(("size", "is_taken_over"), [(1500, True), (1501, False)])
def test_half_as_much_again_is_not_yet_too_much(
    tmp_path: Path, size: int, is_taken_over: bool
) -> None:
    (tmp_path / "release.json").write_text('{"mart_bytes_when_whole": 1000}', encoding="utf-8")
    (tmp_path / "mart.duckdb").write_bytes(b"." * size)
    assert publish_module._size_when_whole(tmp_path) == (1000 if is_taken_over else None)


@pytest.mark.parametrize("missing", ["", "mart.duckdb", "release.json"])
def test_without_a_release_to_take_over_all_is_written_whole(
    daily: Daily, forbid: Callable[[str], None], missing: str
) -> None:
    first = daily.publish()
    shutil.rmtree(first) if not missing else (first / missing).unlink()
    daily.build(DAY_OF_CHANGES)
    forbid("bring_up_mart")
    assert is_what_was_built(daily, daily.publish(brought_from=first))


def test_a_build_of_everything_has_no_scopes_and_is_written_whole(
    daily: Daily, forbid: Callable[[str], None]
) -> None:
    daily.publish()
    daily.build(f"{DAY_OF_CHANGES}; {QUIET_DAY}")
    forbid("bring_up_mart")
    assert is_what_was_built(daily, daily.publish())
