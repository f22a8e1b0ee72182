"""A past day, built beside the warehouse and written to ``days/<day>/``: nothing else changes.

The day is built in a warehouse of its own, which borrows the raw rows and the releases and has its
own configuration and a copy of the build database. So the next daily build goes on from the last
one, and no later release is compared with what was said of that day.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from customer_status.environment.build import remove_past_day
from customer_status.environment.errors import UserError
from customer_status.environment.layout import World
from customer_status.publish.files import copy_file
from customer_status.settings.config import Settings
from orchestration.build_state import BuildPlan, facts_are_built, plan_build, read_state
from orchestration.dbt import call_dbt
from orchestration.failures import failed_nodes, in_one_line
from orchestration.fingerprint import accepted_receipts, made_of, policy_version
from orchestration.options import RunOptions
from orchestration.published import lay_out

BORROWED = ("raw", "receipts", "erasure_secret", "forgotten", "releases")


@dataclass(frozen=True)
class DayRun:
    """The run that builds one day: its ``world`` is the one beside the warehouse."""

    options: RunOptions
    settings: Settings
    now: datetime

    @property
    def world(self) -> World:
        return self.options.world


@contextmanager
def beside(options: RunOptions, day: date, now: datetime) -> Iterator[DayRun]:
    """What it takes to build a past day; gone in the end. The caller holds the warehouse.

    Raises:
        UserError: there are no rows yet, or the day is still to come.
    """
    from customer_status.ingest.run import ensure_schemas
    from orchestration.defs.run import settings_in_force

    world = options.world
    if not accepted_receipts(world):
        raise UserError(f"{world.raw}: no rows have been taken in yet; run the job daily first.")
    remove_past_day(world)
    ensure_schemas(world)  # a newer version of the feeds has more columns
    own = replace(options, warehouse=world.past_day, as_of=day)
    try:
        _borrow(world, own.world)
        settings = settings_in_force(own, now)
        today = date.fromisoformat(settings.values["run_date"])
        if day > today:
            raise UserError(f"as_of_date={day}: is still to come; give a day up to {today}.")
        yield DayRun(own, settings, now)
    finally:
        remove_past_day(world)


def build(world: World, *, follows_the_day: tuple[str, ...]) -> BuildPlan:
    """Build the day; of the models only ``follows_the_day`` and what is made of them, if the facts
    in the copy are those of a build by now.

    Raises:
        UserError: a model or a test failed.
    """
    is_another_day_only = facts_are_built(world)
    plan = plan_build(world, is_another_day_only=is_another_day_only)
    if not plan.only_changes:
        world.build_database.unlink(missing_ok=True)
    lay_out(world, made_of=made_of(world), policy=policy_version(world))
    is_part = plan.only_changes and is_another_day_only
    result = call_dbt(
        world,
        *("build", "--exclude-resource-type", "unit_test"),
        *(("--select", *follows_the_day) if is_part else ()),
        environment={
            "STATUS_RAW": str(plan.raw),
            "STATUS_UPDATE": str(plan.only_changes).lower(),
        },
    )
    if result.returncode:
        raise UserError("\n".join(failed_nodes(world)) or in_one_line(result.stdout))
    return plan


def _borrow(world: World, own: World) -> None:
    own.root.mkdir(parents=True)
    for name in BORROWED:
        path: Path = getattr(world, name)
        if path.exists():
            getattr(own, name).symlink_to(path)
    state = read_state(world)
    if state is not None and state.is_whole:
        copy_file(world.build_database, own.build_database)
        shutil.copyfile(world.build_state, own.build_state)
