"""Random worlds whose feeds of engagement come and go: newsletters, trackers that stop.

The rows that make a feed speak are mostly nobody's, so that customers stay what they are and only
what is known of their engagement changes.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from tests.oracle.configuration import Policy
from tests.oracle.dates import dated_rows
from tests.oracle.records import CrmTouch, WebSession
from tests.oracle.world import World
from tests.worlds.build import random_world

NOON = time(12, tzinfo=UTC)
FEW, SOME = (1, 5), (8, 20)
# How often a feed has rows: every day, every few days, weekly, monthly, or as it likes.
RHYTHMS = (1, 1, 2, 3, 7, 7, 14, 30, 31, None)
SLIPS = (0, 0, 0, 0, 0, 0, 1, -1)
GAPS = (14, 14, 14, 0, 1, 3, 7, 30, 60, None)
EXPECTED = (None, None, None, "web_sessions", "crm_touches", "both")


def silent_world(source: random.Random) -> World:
    """A world of up to five customers, or twenty, with feeds that fall silent."""
    world = random_world(source, people=source.choice((FEW, FEW, SOME)))
    policies = tuple(_listening(row, source) for row in world.policies)
    world = replace(world, policies=policies)
    if source.random() < 0.3:
        world = replace(world, **{source.choice(("sessions", "touches")): ()})
    days = [day for day, _ in dated_rows(world).everything()] or [date(2024, 1, 1)]
    first, last = min(days), max(days)
    sessions = _spoken(first, last, source)
    touches = _spoken(first, last, source)
    world = replace(
        world,
        sessions=(*world.sessions, *(_visit(day, n) for n, day in enumerate(sessions))),
        touches=(*world.touches, *(_newsletter(day, n) for n, day in enumerate(touches))),
    )
    return _as_of_a_turn(world, source) if source.random() < 0.5 else world


def _listening(row: Policy, source: random.Random) -> Policy:
    """A policy with a gap and feeds of its own; mostly the feeds say when observation began."""
    begins = row.engagement_measured_from if source.random() < 0.3 else None
    return replace(
        row,
        engagement_measured_from=begins,
        engagement_gap_days=source.choice(GAPS),
        engagement_feeds=source.choice(EXPECTED),
        engagement_window_days=source.choice((row.engagement_window_days, 1, 5, 30)),
    )


def _spoken(first: date, last: date, source: random.Random) -> Iterator[date]:
    """Days on which a feed has rows: a few stretches, each with a rhythm, perhaps a day off it."""
    length = (last - first).days
    for _ in range(source.choice((0, 1, 1, 2, 3))):
        rhythm = source.choice(RHYTHMS)
        day = first + timedelta(days=source.randint(0, length))
        end = day + timedelta(days=source.choice((10, 40, 100, 200, 400)))
        while day <= min(end, last + timedelta(days=3)):
            yield day
            day += timedelta(days=max(1, (rhythm or source.randint(1, 40)) + source.choice(SLIPS)))


def _visit(day: date, number: int) -> WebSession:
    return WebSession(
        session_id=f"passer-by-{number}",
        visitor_id=f"passer-by-{number}",
        started_at=datetime.combine(day, NOON),
    )


def _newsletter(day: date, number: int) -> CrmTouch:
    return CrmTouch(
        touch_id=f"newsletter-{number}",
        contact_id="mailing-list",
        touched_at=datetime.combine(day, NOON),
        direction="outbound",
        channel="email",
        touch_type="sent",
    )


def _as_of_a_turn(world: World, source: random.Random) -> World:
    """As of a day near one on which a silence begins, becomes long, or ends."""
    rows = dated_rows(world)
    days = sorted({day for day, _ in [*rows.sessions, *rows.touches]})
    if not days:
        return world
    gaps = [row.engagement_gap_days or 0 for row in world.policies]
    day = source.choice(days) + timedelta(days=source.choice((0, 1, source.choice(gaps))))
    day += timedelta(days=source.choice((-1, 0, 1, 2)))
    return replace(world, settings=replace(world.settings, as_of_date=day))
