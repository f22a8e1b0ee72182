"""Which releases go once a release is current that names fewer people."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from release.publish import remove_outspoken
from world.layout import World

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
    assert remove_outspoken(world) == 3
    assert names(world) == {"ana-and-ben"}


def test_releases_that_name_no_more_people_stay(world: World, publish: Publish) -> None:
    publish("yesterday", forgotten="a")
    publish("today", forgotten="a")
    assert remove_outspoken(world) == 0
    assert names(world) == {"yesterday", "today"}


def test_where_nobody_was_ever_forgotten_nothing_is_removed(world: World, publish: Publish) -> None:
    publish("from-older-code", forgotten=None)
    publish("today", forgotten="")
    assert remove_outspoken(world) == 0


def test_another_business_keeps_its_releases(world: World, publish: Publish) -> None:
    publish("theirs", forgotten="", of="simulated")
    publish("ours", forgotten="a")
    assert remove_outspoken(world) == 0
    publish("theirs-again", forgotten="", of="simulated")
    assert remove_outspoken(world) == 0
    assert names(world) == {"theirs", "ours", "theirs-again"}
