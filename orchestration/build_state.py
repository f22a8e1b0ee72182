"""What the build database holds, and so how much of it the next build has to make again.

A build can bring the tables up to date with the files that came since, and with another day or
policy. It does so only if nothing speaks against it: the last build ended, what it holds is what
the last release says, and the rules for reading rows are the same. Else it makes everything afresh,
which is always right.

A part of the tables, asked for in Dagster's UI, is built again of what the whole was built of: the
same files, seeds, day and published history, whatever has come since. So its tables come out as
they were, and the next build goes on from there.
"""

import json
import shutil
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from customer_status.environment.layout import World
from customer_status.ingest.ledger import Receipt, is_in_raw
from customer_status.ingest.run import SCHEMA_FILE
from orchestration.fingerprint import accepted_receipts, facts_made_of, rules_made_of, taken_in
from orchestration.published import last_release

# With more new rows than this share of all, it is quicker to make everything afresh.
MOST_NEW_ROWS = 0.25


@dataclass(frozen=True)
class BuildState:
    """What the build database holds.

    ``facts`` and ``rules`` are fingerprints (`orchestration.fingerprint`) and ``files`` the files
    as they were taken in. ``is_whole`` is False where tables that follow the as-of date may be
    torn.
    ``release_id`` is the release that was made of it, once there is one, and ``brought_from`` the
    release of the build that this one was brought up to date from. ``database_bytes`` is the size
    of the database's file, while nobody writes it.
    """

    facts: str
    rules: str
    files: tuple[str, ...]
    is_whole: bool = True
    release_id: str = ""
    brought_from: str = ""
    database_bytes: int | None = None


@dataclass(frozen=True)
class BuildPlan:
    """How to build: ``only_changes`` or everything, from which folder of raw rows.

    ``brought_from`` is the release whose tables need only the changes, if there is one.
    """

    raw: Path
    only_changes: bool = False
    brought_from: str = ""


@dataclass(frozen=True)
class PartPlan:
    """How to build a part again so that it comes out as it is: ``state`` holds before and after.

    ``raw`` has the files of the last build and ``seeds`` its seeds.
    """

    raw: Path
    seeds: Path
    state: BuildState


def read_state(world: World) -> BuildState | None:
    """What the build database holds; None where nobody can tell."""
    if not world.build_database.exists():
        return None
    try:
        found = json.loads(world.build_state.read_text(encoding="utf-8"))
        return BuildState(**{**found, "files": tuple(found["files"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def facts_are_built(world: World) -> bool:
    """Whether the facts in the build database are made of what a build now would make them of."""
    state = read_state(world)
    return state is not None and state.facts == facts_made_of(world)


def plan_build(world: World, *, is_another_day_only: bool) -> BuildPlan:
    """Decide how to build, and link the files to take in if not all of them are."""
    state = read_state(world)
    if state is None or not _is_last_release(world, state):
        return BuildPlan(world.raw)
    accepted = accepted_receipts(world)
    new = [receipt for receipt in accepted if taken_in(receipt) not in set(state.files)]
    is_any_lost = not set(state.files) <= set(map(taken_in, accepted))
    if is_any_lost or _rows(new) > MOST_NEW_ROWS * _rows(accepted):
        return BuildPlan(world.raw)
    _link(world, () if is_another_day_only else new)
    return BuildPlan(world.arrived, only_changes=True, brought_from=state.release_id)


def _is_last_release(world: World, state: BuildState) -> bool:
    """Whether readers were told last what the build holds, by the rules that hold now."""
    last = last_release(world)
    return (
        state.is_whole
        and state.rules == rules_made_of(world)
        and last is not None
        and last.facts.get("facts_fingerprint") == state.facts
    )


def _rows(receipts: Collection[Receipt]) -> int:
    return sum(receipt.rows_accepted for receipt in receipts)


def _link(world: World, receipts: Collection[Receipt]) -> None:
    shutil.rmtree(world.arrived, ignore_errors=True)
    for schema in world.raw.glob(f"*/{SCHEMA_FILE}"):
        folder = world.arrived / schema.parent.name
        folder.mkdir(parents=True)
        (folder / SCHEMA_FILE).symlink_to(schema.resolve())
    for receipt in receipts:
        name = f"{receipt.file_id}.parquet"
        (world.arrived / receipt.feed / name).symlink_to(
            (world.raw / receipt.feed / name).resolve()
        )


def plan_part(world: World) -> PartPlan | None:
    """How to build a part again of what the whole was built of; None where that cannot be had.

    Then the next build makes everything: it would anyway, for there is no whole build, or the code
    or the seeds are others.
    """
    state = read_state(world)
    if state is None or not state.is_whole or state.rules != rules_made_of(world):
        return None
    built_of = set(state.files)
    files = [receipt for receipt in accepted_receipts(world) if taken_in(receipt) in built_of]
    has_all = len(files) == len(built_of) and all(is_in_raw(world, file) for file in files)
    if not has_all or not world.config_of_build.exists() or not world.published.exists():
        return None
    _link(world, files)
    return PartPlan(world.arrived, world.config_of_build, state)


def end_part(world: World, plan: PartPlan) -> None:
    """Note that the build holds what it held before its part was built again.

    The tables of changed keys may be empty by now, so a release of it has to be written whole.
    """
    size = world.build_database.stat().st_size
    _write(world, replace(plan.state, brought_from="", database_bytes=size))
    shutil.rmtree(world.arrived, ignore_errors=True)


def begin_build(world: World, *, is_another_day_only: bool) -> None:
    """Note that tables are about to change; facts stay as they are if only the day is another."""
    state = read_state(world)
    if is_another_day_only and state is not None:
        _write(world, replace(state, is_whole=False, database_bytes=None))
    else:
        world.build_state.unlink(missing_ok=True)


def end_build(world: World, plan: BuildPlan) -> None:
    """Note what the build database holds, once all of it is built, and keep its seeds."""
    shutil.rmtree(world.config_of_build, ignore_errors=True)
    shutil.copytree(world.config, world.config_of_build)
    state = BuildState(
        facts=facts_made_of(world),
        rules=rules_made_of(world),
        files=tuple(sorted(map(taken_in, accepted_receipts(world)))),
        brought_from=plan.brought_from,
        database_bytes=world.build_database.stat().st_size,
    )
    _write(world, state)
    shutil.rmtree(world.arrived, ignore_errors=True)


def note_release(world: World, release_id: str) -> None:
    """Note which release was made of the build."""
    state = read_state(world)
    if state is not None:
        _write(world, replace(state, release_id=release_id))


def _write(world: World, state: BuildState) -> None:
    fresh = world.build_state.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(state)), encoding="utf-8")
    fresh.replace(world.build_state)
