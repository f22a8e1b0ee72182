"""A release that cannot be read is taken from readers' sight, and made again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from customer_status.environment.layout import World
from customer_status.publish import publish as publish_module
from customer_status.publish.publish import facts_of, newest_moment, publish, remove_damaged
from customer_status.publish.soundness import is_sound
from customer_status.report.facts import PublicTable, ReleaseFacts

FIRST = datetime(2026, 1, 1, tzinfo=UTC)

Days = Callable[[int], list[str]]


@pytest.fixture
def publish_days(
    world: World,
    tables: tuple[PublicTable, ...],
    facts: Callable[..., ReleaseFacts],
    monkeypatch: pytest.MonkeyPatch,
) -> Days:
    """Publish so many releases, a day apart, and return their names."""
    monkeypatch.setattr(publish_module, "write_report", lambda path, *_, **__: path.touch())

    def days(count: int) -> list[str]:
        names = [f"release-{number}" for number in range(count)]
        for number, name in enumerate(names):
            at = FIRST + timedelta(days=number)
            publish(world, tables=tables, facts=facts(name, created_at=at))
        return names

    return days


def cut(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1])


def garble(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(b"not what it was " * 5000)


@pytest.mark.parametrize("how", [cut, garble, Path.unlink])
def test_a_database_that_is_not_what_was_written_is_not_sound(
    world: World, publish_days: Days, how: Callable[[Path], object]
) -> None:
    publish_days(1)
    mart = world.current / "mart.duckdb"
    size = facts_of(world.current)["mart_bytes"]
    assert is_sound(mart, size=size)
    how(mart)
    assert not is_sound(mart, size=size)


@pytest.mark.parametrize("name", ["mart.duckdb", "release.json"])
def test_readers_are_shown_the_newest_other_release(
    world: World, publish_days: Days, name: str
) -> None:
    _, older, newest = publish_days(3)
    garble(world.releases / newest / name)
    assert remove_damaged(world) == [world.releases / newest]
    assert world.current.resolve() == world.releases / older
    assert not list(world.releases.glob(f"*{newest}*"))


def test_a_link_that_is_gone_is_set_again(world: World, publish_days: Days) -> None:
    publish_days(2)
    world.current.unlink()
    assert remove_damaged(world) == []
    assert world.current.resolve() == world.releases / "release-1"


def test_whole_releases_are_left_alone(world: World, publish_days: Days) -> None:
    publish_days(2)
    assert remove_damaged(world) == []
    assert len(list(world.releases.iterdir())) == 2


def test_the_newest_moment_is_that_of_the_newest_release_of_whatever_name(
    world: World, publish_days: Days
) -> None:
    assert newest_moment(world) is None
    publish_days(3)
    assert newest_moment(world) == FIRST + timedelta(days=2)
