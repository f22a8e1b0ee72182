"""Which releases go once a release is current that names fewer people."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from customer_status.environment.layout import World
from customer_status.publish.publish import remove_stale_releases
from orchestration import headless
from orchestration.options import RunOptions

Publish = Callable[..., None]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, "landing")


@pytest.fixture
def publish(world: World) -> Publish:
    """Leave a release as publishing does, and turn the link to it."""

    def make(name: str, *, forgotten: str | None, of: str = "landing") -> None:
        folder = world.releases / name
        folder.mkdir(parents=True)
        facts = {"world": of} | ({} if forgotten is None else {"forgotten": forgotten})
        (folder / "release.json").write_text(json.dumps(facts), encoding="utf-8")
        world.current.unlink(missing_ok=True)
        world.current.symlink_to(folder.relative_to(world.warehouse), target_is_directory=True)

    return make


def names(world: World) -> set[str]:
    return {path.name for path in world.releases.iterdir()}


def test_releases_from_before_somebody_was_forgotten_are_removed(
    world: World, publish: Publish
) -> None:
    publish("from-older-code", forgotten=None)
    publish("nobody", forgotten="")
    publish("ana", forgotten="a")
    publish("ana-and-ben", forgotten="b")
    assert remove_stale_releases(world) == 3
    assert names(world) == {"ana-and-ben"}


def test_what_a_run_that_died_had_hidden_and_not_removed_goes(
    world: World, publish: Publish
) -> None:
    publish("nobody", forgotten="")
    publish("ana", forgotten="a")
    (world.releases / "nobody").rename(world.releases / ".nobody.removed")
    assert remove_stale_releases(world) == 0
    assert names(world) == {"ana"}


def test_after_a_death_between_publishing_and_removing_a_run_without_news_removes_them(
    world: World, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish("nobody", forgotten="")
    publish("ana", forgotten="a")
    seen = headless.Seen(is_known=True, ignored=(), meant={}, run_date=date(2026, 7, 1))
    monkeypatch.setattr(headless, "ensure_sample_data", lambda options: None)
    monkeypatch.setattr(headless, "look_at_landing", lambda options: seen)
    monkeypatch.setattr(headless, "made_of", lambda world: "f")
    monkeypatch.setattr(headless, "is_current", lambda *_, **__: True)
    monkeypatch.setattr("orchestration.healing.heal", lambda world: ())
    options = RunOptions(landing=world.warehouse / "landing", warehouse=world.warehouse)
    assert headless.run(options, say=print) is False
    assert names(world) == {"ana"}


def test_past_days_from_before_somebody_was_forgotten_are_removed(
    world: World, publish: Publish
) -> None:
    days = {"2026-01-01": ("", "landing"), "2026-01-02": ("a", "landing"), "2026-01-03": ("", "x")}
    for day, (forgotten, of) in days.items():
        (world.days / day).mkdir(parents=True)
        facts = {"world": of, "forgotten": forgotten}
        (world.days / day / "release.json").write_text(json.dumps(facts), encoding="utf-8")
    publish("today", forgotten="a")
    assert remove_stale_releases(world) == 1
    assert {path.name for path in world.days.iterdir()} == {"2026-01-02", "2026-01-03"}


def test_releases_that_name_no_more_people_stay(world: World, publish: Publish) -> None:
    publish("yesterday", forgotten="a")
    publish("today", forgotten="a")
    assert remove_stale_releases(world) == 0
    assert names(world) == {"yesterday", "today"}


def test_where_nobody_was_ever_forgotten_nothing_is_removed(world: World, publish: Publish) -> None:
    publish("from-older-code", forgotten=None)
    publish("today", forgotten="")
    assert remove_stale_releases(world) == 0


def test_another_business_keeps_its_releases(world: World, publish: Publish) -> None:
    publish("theirs", forgotten="", of="simulated")
    publish("ours", forgotten="a")
    assert remove_stale_releases(world) == 0
    publish("theirs-again", forgotten="", of="simulated")
    assert remove_stale_releases(world) == 0
    assert names(world) == {"theirs", "ours", "theirs-again"}
