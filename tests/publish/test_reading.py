"""Published files are read whoever has them open, and whatever lies beside them."""

from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Timer

import duckdb
import pytest

from customer_status.environment.errors import UserError
from customer_status.environment.layout import World
from customer_status.publish import publish as publish_module
from customer_status.publish import reading
from customer_status.publish.publish import publish, remove_damaged
from customer_status.publish.reading import (
    attached_release,
    is_locked,
    opened_release,
    remove_foreign_logs,
)
from customer_status.report.facts import PublicTable, ReleaseFacts
from tests.holder import held_for_writing

COUNT = "select count(*) from release.main.mart_customer_status"
FOREIGN = "delete from mart_customer_status; create table foreign_table (n int)"

Publish = Callable[..., Path]


@pytest.fixture
def publish_next(
    world: World,
    tables: tuple[PublicTable, ...],
    facts: Callable[..., ReleaseFacts],
    monkeypatch: pytest.MonkeyPatch,
) -> Publish:
    """Publish one more release, a day after the last."""
    monkeypatch.setattr(publish_module, "write_report", lambda path, *_, **__: path.touch())
    days = iter(range(100))

    def publish_one(*, brought_from: str = "") -> Path:
        day = next(days)
        created = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)
        facts_of_day = facts(f"release-{day}", created_at=created)
        return publish(world, tables=tables, facts=facts_of_day, brought_from=brought_from)

    return publish_one


def rows(world: World, mart: Path) -> int:
    with (
        closing(duckdb.connect()) as connection,
        attached_release(connection, mart, folder=world.releases),
    ):
        return connection.execute(COUNT).fetchall()[0][0]


def test_a_whole_publish_goes_on_while_the_current_release_is_held(
    world: World, publish_next: Publish
) -> None:
    first = publish_next()
    expected = rows(world, first / "mart.duckdb")
    with held_for_writing(first / "mart.duckdb"):
        assert is_locked(first / "mart.duckdb")
        assert remove_damaged(world) == []
        assert rows(world, first / "mart.duckdb") == expected > 0
        second = publish_next(brought_from=first.name)
        assert world.current.resolve() == second.resolve()
    assert rows(world, second / "mart.duckdb") == expected
    assert sorted(path.name for path in world.releases.iterdir()) == [first.name, second.name]


def test_a_held_release_may_be_pruned(world: World, publish_next: Publish) -> None:
    first = publish_next()
    with held_for_writing(first / "mart.duckdb"):
        for _ in range(3):
            publish_next()
        assert not first.exists()
        first.mkdir()
        (first / "mart.duckdb").touch()  # only for the holder's end


def test_what_a_holder_writes_is_not_what_was_published(
    world: World, publish_next: Publish
) -> None:
    mart = publish_next() / "mart.duckdb"
    expected = rows(world, mart)
    with held_for_writing(mart, doing=FOREIGN):
        assert rows(world, mart) == expected
        assert remove_foreign_logs(world.releases) == []
    log = mart.with_name("mart.duckdb.wal")
    assert log.exists()
    assert rows(world, mart) == expected
    with opened_release(mart) as release:
        assert release.execute("select count(*) from mart_customer_status").fetchone() == (
            expected,
        )
    assert remove_foreign_logs(world.releases) == [log]
    assert not log.exists()


def test_a_log_that_is_no_log_takes_no_release_away(world: World, publish_next: Publish) -> None:
    mart = publish_next() / "mart.duckdb"
    expected = rows(world, mart)
    mart.with_name("mart.duckdb.wal").write_bytes(b"not what DuckDB writes " * 100)
    assert rows(world, mart) == expected
    with opened_release(world.current / "mart.duckdb") as release:
        release.execute("from mart_customer_status")
    remove_foreign_logs(world.releases)
    assert remove_damaged(world) == []


def test_a_release_that_a_holder_has_changed_is_not_taken_over(
    world: World, publish_next: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish_next()
    (first / "mart.duckdb").chmod(0o644)
    with (first / "mart.duckdb").open("ab") as file:
        file.write(bytes(4096))
    monkeypatch.setattr(publish_module, "bring_up_mart", lambda *_, **__: pytest.fail("taken over"))
    publish_next(brought_from=first.name)


def test_who_asks_a_held_release_is_told_who_holds_it(
    publish_next: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "SECONDS_BETWEEN_TRIES", 0.01)
    mart = publish_next() / "mart.duckdb"
    with (
        held_for_writing(mart) as process,
        pytest.raises(UserError) as error,
        opened_release(mart),
    ):
        pass
    message = str(error.value)
    assert message.startswith(f"{mart}: another program has it open for writing")
    assert f"(process {process})" in message
    assert "\n" not in message


def test_who_asks_waits_for_a_holder_that_lets_go(publish_next: Publish) -> None:
    mart = publish_next() / "mart.duckdb"
    holder = ExitStack()
    holder.enter_context(held_for_writing(mart))
    Timer(0.5, holder.close).start()
    with opened_release(mart) as release:
        assert release.execute("select count(*) from mart_customer_status").fetchone()[0]
