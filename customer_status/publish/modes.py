"""Who may read a release: by the setting, else as the releases before it, else its owner alone."""

from dataclasses import dataclass
from pathlib import Path

from customer_status.environment.layout import World
from customer_status.environment.permissions import PRIVATE
from customer_status.publish.publish import MART, facts_of

NOTED = "release_mode"


@dataclass(frozen=True)
class ReleaseMode:
    """The mode of a release's files, were they written to; ``is_news`` if others may read it and
    nobody said so: an older version left its releases open."""

    mode: int
    is_news: bool = False


def release_mode(world: World, setting: int | None) -> ReleaseMode:
    """The mode of the next release."""
    if setting is not None:
        return ReleaseMode(setting)
    newest = _newest(world)
    if newest is None:
        return ReleaseMode(PRIVATE)
    mode = (newest / MART).stat().st_mode & 0o666 | PRIVATE
    return ReleaseMode(mode, is_news=mode != PRIVATE and NOTED not in facts_of(newest))


def _newest(world: World) -> Path | None:
    releases = [path for path in world.releases.glob("[!.]*") if (path / MART).exists()]
    return max(releases, key=lambda path: facts_of(path).get("created_at", ""), default=None)
