"""A shop whose late files have landed, before a run and after one that nothing disturbs."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.end_to_end.shop import Release, Shop

Tables = dict[str, list[tuple]]


@dataclass(frozen=True)
class Story:
    """A shop whose late files have landed, and what an undisturbed run makes of them."""

    before: Shop
    old: Tables
    new: Tables
    lines: list[str]
    seconds: float


def copy(shop: Shop, folder: Path) -> Shop:
    shutil.copytree(shop.folder, folder, dirs_exist_ok=True, symlinks=True)
    return Shop(folder)


def tables(release: Release) -> Tables:
    """All tables, but for the one that says when files came."""
    found = release.tables()
    found.pop("fct_ingest", None)
    return found


def heals(shop: Shop, story: Story) -> bool:
    """Whether a run without accidents ends where it would have without the ones before."""
    run = shop.run()
    assert (run.code, run.errors) == (0, [])
    return tables(shop.release) == story.new
