"""Publishes a finished build as a release: readers see all of it or none of it.

A release is made in a hidden folder, written through to disk, renamed into place and only then
shown by turning the link ``current``. Both turns are single renames, so a run that dies leaves the
last release current and whole; what it was making is removed by the next one.
"""

import json
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC
from pathlib import Path

from release.facts import PublicTable, ReleaseFacts
from release.mart import write_mart
from release.report import write_report
from world.errors import UserError
from world.layout import World

MART = "mart.duckdb"
REPORT = "report.html"
FACTS = "release.json"

# A reader that resolved `current` just before a flip still finds its files two flips later.
RELEASES_KEPT = 3

# A leading dot is left to folders that are not releases (yet, or any more).
RELEASE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def publish(
    world: World,
    *,
    tables: Sequence[PublicTable],
    facts: ReleaseFacts,
    quality_page: Path | None = None,
) -> Path:
    """Make ``facts.release_id`` of the build's public ``tables`` and make it current.

    A release that exists already is only shown. The caller holds the warehouse for writing
    (``world.lock``) and has closed the build database.

    Returns:
        The folder of the release: ``mart.duckdb``, ``report.html`` and ``release.json``, and a
        copy of ``quality_page`` if that is given.

    Raises:
        UserError: nothing has been built, the release id is taken by other content, or
            ``current`` is not a link.
        ValueError: the release id cannot name a folder.
    """
    if not RELEASE_ID.fullmatch(facts.release_id):
        raise ValueError(f"release_id {facts.release_id!r}: letters, digits, '.', '_' and '-' only")
    if world.current.exists() and not world.current.is_symlink():
        raise UserError(f"{world.current}: must be a link that publishing turns; move it away.")
    world.releases.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(world)
    release = world.releases / facts.release_id
    if release.exists():
        _require_same(release, facts)
    else:
        _make(world, release, tables=tables, facts=facts, quality_page=quality_page)
    _flip(world, release)
    _prune(world, current=release)
    return release


def remove_outspoken(world: World) -> int:
    """Remove the releases that may name people whom the current one of this world does not.

    Nothing is removed while the current release is another world's. Returns how many were.

    Raises:
        UserError: one cannot be removed; it is out of readers' sight all the same.
    """
    current = world.current.resolve()
    facts = _facts_of(current)
    if facts.get("world") != world.name:
        return 0
    removed = 0
    for path in sorted(world.releases.glob("[!.]*")):
        found = _facts_of(path)
        is_ours = path != current and found.get("world") == world.name
        if is_ours and found.get("forgotten", "") != facts.get("forgotten", ""):
            hidden = path.with_name(f".{path.name}.removed")
            path.rename(hidden)
            shutil.rmtree(hidden, ignore_errors=True)
            if hidden.exists():
                raise UserError(
                    f"{hidden}: names people who asked to be forgotten and cannot be removed; "
                    "remove it by hand."
                )
            removed += 1
    return removed


def _make(
    world: World,
    release: Path,
    *,
    tables: Sequence[PublicTable],
    facts: ReleaseFacts,
    quality_page: Path | None,
) -> None:
    unfinished = release.with_name(f".{release.name}.unfinished")
    unfinished.mkdir()
    spill = unfinished / "spill"
    rows = write_mart(world.build_database, unfinished / MART, tables=tables, spill=spill)
    shutil.rmtree(spill, ignore_errors=True)
    if quality_page is not None:
        shutil.copyfile(quality_page, unfinished / quality_page.name)
    name = quality_page.name if quality_page else ""
    write_report(unfinished / REPORT, unfinished / MART, facts, quality_page=name)
    _write_facts(unfinished / FACTS, world=world, facts=facts, rows=rows)
    _seal(unfinished)
    unfinished.rename(release)
    _sync(world.releases)


def _write_facts(path: Path, *, world: World, facts: ReleaseFacts, rows: dict[str, int]) -> None:
    document = {
        **asdict(facts),
        "created_at": facts.created_at.astimezone(UTC),  # one zone: its text sorts by time
        "world": world.name,
        "row_counts": rows,
    }
    text = json.dumps(document, default=_plain, ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8")


def _plain(value: object) -> str:
    """JSON has no dates and no decimals: ISO 8601 and digits."""
    isoformat = getattr(value, "isoformat", None)
    return isoformat() if isoformat else str(value)


def _seal(folder: Path) -> None:
    """Nobody may change a release, and a power cut may not undo it."""
    for path in sorted(folder.iterdir()):
        _sync(path)
        path.chmod(0o444)
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _require_same(release: Path, facts: ReleaseFacts) -> None:
    if _facts_of(release).get("fingerprint") != facts.fingerprint:
        raise UserError(
            f"{release}: already holds a release made of other data, configuration or code; "
            "published releases never change, so give this one another id."
        )


def _facts_of(release: Path) -> dict:
    try:
        return json.loads((release / FACTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _flip(world: World, release: Path) -> None:
    """Turn ``current`` in one step; the link is relative, so that a warehouse can be moved."""
    link = _new_link(world)
    link.symlink_to(release.relative_to(world.warehouse), target_is_directory=True)
    link.replace(world.current)
    _sync(world.warehouse)


def _new_link(world: World) -> Path:
    return world.current.with_name(".current.new")


def _prune(world: World, *, current: Path) -> None:
    """Keep ``current``, the newest others and each world's newest; hide one before removing it.

    A reader that has a removed file open keeps its data until it closes it.
    """
    others = [path for path in world.releases.iterdir() if path.name[0] != "." and path != current]
    others.sort(key=lambda path: (_facts_of(path).get("created_at", ""), path.name), reverse=True)
    newest_of_world = {_facts_of(path).get("world"): path for path in reversed(others)}
    for release in others[RELEASES_KEPT - 1 :]:
        if release in newest_of_world.values():
            continue  # the world's memory of what it has published
        release.rename(release.with_name(f".{release.name}.removed"))
    _remove_leftovers(world)


def _remove_leftovers(world: World) -> None:
    """Remove what a run that died was making or removing.

    Something that cannot be removed (a reader's spill folder under another owner) takes room but
    harms nobody, so it fails no run.
    """
    _new_link(world).unlink(missing_ok=True)
    for path in world.releases.glob(".*"):
        shutil.rmtree(path, ignore_errors=True)
