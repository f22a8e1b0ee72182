"""Publishes a finished build as a release: readers see all of it or none of it.

A release is made in a hidden folder, written through to disk, renamed into place and only then
shown by turning the link ``current``. Both turns are single renames, so a run that dies leaves the
last release current and whole; what it was making is removed by the next one.
"""

import json
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from customer_status.environment.durable import sync
from customer_status.environment.errors import UserError
from customer_status.environment.layout import World
from customer_status.environment.masking import masked_document
from customer_status.environment.permissions import PRIVATE, folder_mode
from customer_status.publish.mart import bring_up_mart, write_mart
from customer_status.publish.masked_values import masked_values
from customer_status.report.facts import PublicTable, ReleaseFacts
from customer_status.report.report import write_report

MART = "mart.duckdb"
REPORT = "report.html"
FACTS = "release.json"

# A reader that resolved `current` just before a flip still finds its files two flips later.
RELEASES_KEPT = 3

# Changes leave room behind in the file, as new rows make it larger.
MOST_GROWTH = 1.5

# A leading dot is left to folders that are not releases (yet, or any more).
RELEASE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def publish(
    world: World,
    *,
    tables: Sequence[PublicTable],
    facts: ReleaseFacts,
    quality_page: Path | None = None,
    brought_from: str = "",
    mode: int = PRIVATE,
) -> Path:
    """Make ``facts.release_id`` of the build's public ``tables`` and make it current.

    A release that exists already is only shown. The caller holds the warehouse for writing
    (``environment.lock``) and has closed the build database. ``brought_from`` is the release that
    the build made only the changes to, if there is one: its file is taken over and changed alike.
    ``mode`` says who may read the release.

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
    open_way(mode, world.warehouse, world.releases)
    remove_leftovers(world)
    release = world.releases / facts.release_id
    if release.exists():
        _require_same(release, facts)
    else:
        base = world.releases / brought_from if brought_from else None
        made = make_hidden(
            world,
            release,
            tables=tables,
            facts=facts,
            quality_page=quality_page,
            base=base,
            mode=mode,
        )
        made.rename(release)
        sync(world.releases)
    _flip(world, release)
    _prune(world, current=release)
    return release


def remove_stale_releases(world: World) -> int:
    """Remove the releases and past days that may name people whom the current release does not.

    Nothing is removed while the current release is another world's. Returns how many were. What a
    run that died had hidden already, but not removed, goes first.

    Raises:
        UserError: one cannot be removed; it is out of readers' sight all the same.
    """
    remove_leftovers(world)
    current = world.current.resolve()
    facts = facts_of(current)
    if facts.get("world") != world.name:
        return 0
    removed = 0
    for path in sorted([*world.releases.glob("[!.]*"), *world.days.glob("[!.]*")]):
        found = facts_of(path)
        is_ours = path != current and found.get("world") == world.name
        if is_ours and found.get("forgotten", "") != facts.get("forgotten", ""):
            hidden = hide(path)
            shutil.rmtree(hidden, ignore_errors=True)
            if hidden.exists():
                raise UserError(
                    f"{hidden}: names people who asked to be forgotten and cannot be removed; "
                    "remove it by hand."
                )
            removed += 1
    return removed


def remove_damaged(world: World) -> list[Path]:
    """Remove releases that cannot be read, whosever they are, and return them.

    If the current one is among them or gone, readers see the newest other of this world, if any.
    """
    shown = world.current.resolve()
    releases = _newest_first(world.releases.glob("[!.]*"))
    damaged = [path for path in releases if not _is_sound(path)]
    if shown in damaged or not shown.exists():
        others = [path for path in releases if path not in damaged]
        ours = [path for path in others if facts_of(path)["world"] == world.name]
        if ours:
            _flip(world, ours[0])
    for path in damaged:
        hide(path)
    if damaged:
        remove_leftovers(world)
    return damaged


def _is_sound(release: Path) -> bool:
    from customer_status.publish.soundness import is_sound

    facts = facts_of(release)
    return bool(facts) and is_sound(release / MART, size=facts.get("mart_bytes"))


def newest_moment(world: World) -> datetime | None:
    """When the newest release of the warehouse, of whatever world, was made; None before it."""
    found = [facts_of(path).get("created_at") for path in world.releases.glob("[!.]*")]
    moments = [datetime.fromisoformat(text) for text in found if text]
    return max(moments, default=None)


def make_hidden(
    world: World,
    release: Path,
    *,
    tables: Sequence[PublicTable],
    facts: ReleaseFacts,
    quality_page: Path | None,
    base: Path | None,
    mode: int,
) -> Path:
    """Make the files of a release in a hidden folder beside it; return that."""
    unfinished = release.with_name(f".{release.name}.unfinished")
    unfinished.mkdir()
    spill = unfinished / "spill"
    mart = unfinished / MART
    whole_size = _size_when_whole(base) if base else None
    if base is not None and whole_size:
        rows = bring_up_mart(
            world.build_database, mart, base=base / MART, tables=tables, spill=spill
        )
    else:
        rows = write_mart(world.build_database, mart, tables=tables, spill=spill)
        whole_size = mart.stat().st_size
    shutil.rmtree(spill, ignore_errors=True)
    if quality_page is not None:
        shutil.copyfile(quality_page, unfinished / quality_page.name)
    name = quality_page.name if quality_page else ""
    write_report(unfinished / REPORT, unfinished / MART, facts, quality_page=name)
    document = _document(mart, world=world, facts=facts, rows=rows, whole_size=whole_size)
    _write_facts(unfinished / FACTS, document | {"release_mode": f"{mode:04o}"})
    _seal(unfinished, mode)
    return unfinished


def _size_when_whole(base: Path) -> int | None:
    """Bytes of a release's file when all of it was written last; None if it cannot be taken over,
    or has grown so much by changes that it is better written whole."""
    facts, mart = facts_of(base), base / MART
    size: int | None = facts.get("mart_bytes_when_whole")
    if not size or not mart.exists():
        return None
    found = mart.stat().st_size
    is_as_published = found == facts.get("mart_bytes", found)
    return size if is_as_published and found <= MOST_GROWTH * size else None


def _document(
    mart: Path, *, world: World, facts: ReleaseFacts, rows: dict[str, int], whole_size: int
) -> dict[str, Any]:
    return {
        **asdict(facts),
        "created_at": facts.created_at.astimezone(UTC),  # one zone: its text sorts by time
        "world": world.name,
        "row_counts": rows,
        "masked_values": masked_values(mart),
        "mart_bytes": mart.stat().st_size,
        "mart_bytes_when_whole": whole_size,
    }


def _write_facts(path: Path, document: dict[str, Any]) -> None:
    plain = json.loads(json.dumps(document, default=_plain))
    text = json.dumps(masked_document(plain), ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8")


def _plain(value: object) -> str:
    """JSON has no dates and no decimals: ISO 8601 and digits."""
    isoformat = getattr(value, "isoformat", None)
    return isoformat() if isoformat else str(value)


def _seal(folder: Path, mode: int) -> None:
    """Nobody may change a release, and a power cut may not undo it."""
    for path in sorted(folder.iterdir()):
        sync(path)
        path.chmod(mode & 0o444)
    folder.chmod(folder_mode(mode))
    sync(folder)


def open_way(mode: int, *folders: Path) -> None:
    """Let those who may read the release come to it; nobody is kept out of where they could go."""
    for folder in folders:
        rights = folder.stat().st_mode & 0o7777
        if rights | folder_mode(mode) != rights:
            folder.chmod(rights | folder_mode(mode))


def _require_same(release: Path, facts: ReleaseFacts) -> None:
    if facts_of(release).get("fingerprint") != facts.fingerprint:
        raise UserError(
            f"{release}: already holds a release made of other data, configuration or code; "
            "published releases never change, so give this one another id."
        )


def facts_of(release: Path) -> dict:
    """The release.json of a release; empty if it is missing or damaged."""
    try:
        return json.loads((release / FACTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _flip(world: World, release: Path) -> None:
    """Turn ``current`` in one step; the link is relative, so that a warehouse can be moved."""
    link = _new_link(world)
    link.symlink_to(release.relative_to(world.warehouse), target_is_directory=True)
    link.replace(world.current)
    sync(world.warehouse)


def _new_link(world: World) -> Path:
    return world.current.with_name(".current.new")


def _prune(world: World, *, current: Path) -> None:
    """Keep ``current``, the newest others and each world's newest; hide one before removing it.

    A reader that has a removed file open keeps its data until it closes it.
    """
    others = [path for path in world.releases.iterdir() if path.name[0] != "." and path != current]
    others = _newest_first(others)
    newest_of_world = {facts_of(path).get("world"): path for path in reversed(others)}
    for release in others[RELEASES_KEPT - 1 :]:
        if release in newest_of_world.values():
            continue  # the world's memory of what it has published
        hide(release)
    remove_leftovers(world)


def hide(folder: Path) -> Path:
    """Take a folder out of readers' sight in one step; return what it is called then."""
    hidden = folder.with_name(f".{folder.name}.removed")
    folder.rename(hidden)
    return hidden


def _newest_first(releases: Iterable[Path]) -> list[Path]:
    def age(release: Path) -> tuple[str, str]:
        return facts_of(release).get("created_at", ""), release.name

    return sorted(releases, key=age, reverse=True)


def remove_leftovers(world: World) -> None:
    """Remove what a run that died was making or removing.

    Something that cannot be removed (a reader's spill folder under another owner) takes room but
    harms nobody, so it fails no run.
    """
    _new_link(world).unlink(missing_ok=True)
    for path in [*world.releases.glob(".*"), *world.days.glob(".*")]:
        shutil.rmtree(path, ignore_errors=True)
