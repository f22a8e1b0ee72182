"""Forgets people: the step between ingest and models."""

import shutil
from dataclasses import dataclass

from customer_status.engine import Engine
from customer_status.environment.build import remove_build
from customer_status.environment.layout import World
from customer_status.erasure.cleaning import (
    clean_feed,
    clean_quarantine,
    customer_keys,
    judge,
    rows_judged,
)
from customer_status.erasure.comparison import Comparison
from customer_status.erasure.people import Resolve, find_people
from customer_status.erasure.rules import carry_over
from customer_status.erasure.survey import comparable, is_anything_left, survey, was_anything_asked
from customer_status.erasure.tokens import ensure_secret, remember
from customer_status.feeds.personal_columns import FEED_COLUMNS, KEY, PERSON, REQUESTS


@dataclass(frozen=True)
class Forgotten:
    """What one run forgot: requests that waited, identifiers that nobody can read any more, and
    rows of raw and of quarantine that were changed for it."""

    requests: int = 0
    identifiers: int = 0
    rows: int = 0
    quarantined: int = 0


def forget_people(world: World, *, resolve: Resolve, comparison: Comparison) -> Forgotten | None:
    """Take everybody out of the world who asked for it; None if nobody ever asked.

    Killed anywhere, it ends the same the next time: requests stay readable until all else is done.
    The caller holds the warehouse for writing.

    Args:
        resolve: builds the models that say who is who from a folder of raw rows.
        comparison: how identifiers are compared, and which are shared.
    """
    if not was_anything_asked(world):
        return None
    # a run that died may have left readable rows here
    shutil.rmtree(world.staged, ignore_errors=True)
    with Engine(temp_directory=world.staged / "spill", timezone="UTC") as engine:
        survey(engine, world, secret=ensure_secret(world), comparison=comparison)
        if not is_anything_left(engine):
            return Forgotten()
        carry_over(engine, world)
        requests = _requests_waiting(engine)
        find_people(engine, world, resolve)
        judge(engine)
        remember(world, customer_keys(engine))
        _remove_what_names_people(world)
        told = Forgotten(
            requests=requests,
            identifiers=_people_replaced(engine),
            rows=rows_judged(engine),
            quarantined=clean_quarantine(engine, world),
        )
        for feed in FEED_COLUMNS:
            clean_feed(engine, world, feed)
    shutil.rmtree(world.staged, ignore_errors=True)
    return told


def _requests_waiting(engine: Engine) -> int:
    values = comparable(REQUESTS)
    readable = " or ".join(
        f"({values[name]} is not null and not is_token({name}))" for name in PERSON
    )
    return engine.rows(f"select count(*) from raw_{REQUESTS} where {readable}")[0][0]


def _people_replaced(engine: Engine) -> int:
    return engine.rows(f"select count(*) from replaced where kind <> '{KEY}'")[0][0]


def _remove_what_names_people(world: World) -> None:
    """Remove the build, which is made again from raw: an engine keeps deleted bytes in its file."""
    remove_build(world)
    shutil.rmtree(world.failing_rows, ignore_errors=True)
    shutil.rmtree(world.published, ignore_errors=True)
