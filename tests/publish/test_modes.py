"""Who may read a release."""

import stat
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from customer_status.environment.layout import World
from customer_status.publish import publish as publishing
from customer_status.publish.modes import ReleaseMode, release_mode
from customer_status.publish.publish import publish
from customer_status.report.facts import PublicTable, ReleaseFacts

Facts = Callable[..., ReleaseFacts]
Tables = Sequence[PublicTable]


@pytest.fixture(autouse=True)
def plain_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report takes its time and is another test's matter."""
    monkeypatch.setattr(publishing, "write_report", lambda path, *_, **__: path.write_text(""))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    ("chosen", "files", "folder"),
    [(0o600, 0o400, 0o700), (0o640, 0o440, 0o750), (0o644, 0o444, 0o755)],
)
def test_a_release_and_the_way_to_it_have_the_mode_that_was_chosen(
    world: World, tables: Tables, facts: Facts, chosen: int, files: int, folder: int
) -> None:
    world.warehouse.chmod(0o700)
    release = publish(world, tables=tables, facts=facts("one"), mode=chosen)
    assert {mode(path) for path in release.iterdir()} == {files}
    assert mode(release) == folder
    assert mode(world.warehouse) == folder
    assert mode(world.releases) & folder == folder


def test_the_first_release_is_its_owners_alone(world: World) -> None:
    assert release_mode(world, None) == ReleaseMode(0o600)


def test_later_ones_are_like_those_before_and_it_is_news_only_after_an_older_version(
    world: World, tables: Tables, facts: Facts
) -> None:
    release = publish(world, tables=tables, facts=facts("one"), mode=0o644)
    assert release_mode(world, None) == ReleaseMode(0o644, is_news=False)
    note = release / "release.json"
    note.chmod(0o644)
    note.write_text(note.read_text().replace('"release_mode"', '"something_else"'))
    assert release_mode(world, None) == ReleaseMode(0o644, is_news=True)


def test_the_setting_goes_before_what_was(world: World, tables: Tables, facts: Facts) -> None:
    publish(world, tables=tables, facts=facts("one"), mode=0o644)
    assert release_mode(world, 0o640) == ReleaseMode(0o640)
