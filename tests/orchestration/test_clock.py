"""For a warehouse time never goes back."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from customer_status.environment.layout import World
from orchestration.clock import clock_warnings, moment


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "warehouse", "landing")


def release_at(world: World, at: datetime, *, of: str = "landing") -> None:
    folder = world.releases / f"release-{at:%Y-%m-%d-%H%M%S}"
    folder.mkdir(parents=True)
    facts = {"created_at": str(at), "world": of}
    (folder / "release.json").write_text(json.dumps(facts), encoding="utf-8")


def is_now(at: datetime) -> bool:
    return abs(at - datetime.now(tz=UTC)) < timedelta(minutes=1)


def test_without_a_release_it_is_the_clock_that_counts(world: World) -> None:
    assert is_now(moment(world))
    assert list(clock_warnings(world)) == []


def test_after_an_earlier_release_it_is_the_clock_that_counts(world: World) -> None:
    release_at(world, datetime.now(tz=UTC) - timedelta(days=1))
    assert is_now(moment(world))
    assert list(clock_warnings(world)) == []


@pytest.mark.parametrize("of", ["landing", "simulated"])
def test_a_clock_behind_the_newest_release_is_told_and_passed_over(world: World, of: str) -> None:
    later = datetime.now(tz=UTC) + timedelta(days=30)
    release_at(world, datetime.now(tz=UTC))
    release_at(world, later, of=of)
    assert moment(world) == later + timedelta(seconds=1)
    (warning,) = clock_warnings(world)
    assert f"the newest release is of {later:%Y-%m-%d %H:%M} UTC" in warning
    assert "\n" not in warning


def test_a_clock_that_is_set_right_by_a_little_is_not_worth_a_word(world: World) -> None:
    release_at(world, datetime.now(tz=UTC) + timedelta(minutes=5))
    assert moment(world) > datetime.now(tz=UTC)
    assert list(clock_warnings(world)) == []
