"""A whole small adversarial world from a source of choices."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.oracle.configuration import Settings
from tests.oracle.records import Contact, CrmTouch, Order, Row, WebSession
from tests.oracle.world import World
from tests.worlds.chooser import Chooser
from tests.worlds.events import EventMaker
from tests.worlds.moments import (
    ZONES,
    Calendar,
    make_calendar,
    make_day,
    make_start,
    months_later,
)
from tests.worlds.people import Person, make_people
from tests.worlds.rules import make_points, make_policies

MOST_EVENTS = 14
FEW_PEOPLE = (1, 5)
FEEDS = {"orders": Order, "sessions": WebSession, "touches": CrmTouch, "contacts": Contact}


@dataclass
class _Life:
    """What one person does: the days so far, and every version of every row."""

    person: Person
    make: EventMaker
    calendar: Calendar
    days: list[date] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def add(self, event: Callable[..., list[Row]], day: date, **changes: object) -> None:
        self.days.append(day)
        self.rows += event(self.person, day, **changes)


def random_world(source: random.Random, *, people: tuple[int, int] = FEW_PEOPLE) -> World:
    """A world for bulk runs: the same state of ``source``, the same world. About 1 ms."""
    return build_world(Chooser.of_random(source), people=people)


def build_world(chooser: Chooser, *, people: tuple[int, int] = FEW_PEOPLE) -> World:
    """A world of so many customers (least and most), ten rows or so for each, one or two years."""
    start = make_start(chooser)
    policies = make_policies(chooser, start)
    calendar = make_calendar(chooser, start, policies)
    business_timezone = chooser.pick(ZONES)
    make = EventMaker(chooser, business_timezone)
    rows: list[Row] = []
    days: list[date] = []
    for person in make_people(chooser, *people):
        life = _Life(person, make, calendar)
        _live(chooser, life)
        rows += life.rows
        days += life.days
    if chooser.happens(50):
        rows.reverse()
    return World(
        **_feeds(chooser, rows),
        policies=policies,
        engagement_points=make_points(chooser),
        settings=_settings(chooser, calendar, days, business_timezone),
    )


def _live(chooser: Chooser, life: _Life) -> None:
    if life.person.orders and life.person.kind:
        chooser.pick((_do_nothing, _do_nothing, _buy_by_habit, _subscribe))(chooser, life)
    make = life.make
    events = [make.touch]
    if life.person.orders:
        events = [make.purchase, make.purchase, make.visit, make.touch, make.touch]
        events += [make.refunded_sale, make.other_order]
    for _ in range(chooser.integer(0, MOST_EVENTS)):
        day = make_day(chooser, life.calendar, life.days)
        life.add(chooser.pick(events), day)
        if chooser.happens(10):
            _engage(chooser, life, day)
    if life.person.kind and chooser.happens(30):
        life.add(make.contact, make_day(chooser, life.calendar, life.days))


def _do_nothing(chooser: Chooser, life: _Life) -> None:
    """Some people show no pattern."""


def _buy_by_habit(chooser: Chooser, life: _Life) -> None:
    """A purchase in each of some months, or quarters, running; perhaps one is left out."""
    every = chooser.pick((1, 3))
    first = make_day(chooser, life.calendar, [])
    skipped = chooser.integer(0, 20)
    for number in range(chooser.integer(2, 8)):
        day = months_later(first, number * every) + timedelta(days=chooser.integer(0, 3))
        if number != skipped:
            life.add(life.make.purchase, life.calendar.clip(day))


def _subscribe(chooser: Chooser, life: _Life) -> None:
    """Purchases under one subscription, a few steps of about the same length apart."""
    day = make_day(chooser, life.calendar, [])
    step = chooser.pick(life.calendar.thresholds)
    for _ in range(chooser.integer(1, 5)):
        life.add(life.make.purchase, life.calendar.clip(day), subscription_id="subscription-1")
        day += timedelta(days=step + chooser.pick((0, 1, -1)))


def _engage(chooser: Chooser, life: _Life, day: date) -> None:
    """Several like events on one day, so that a daily cap can bite."""
    touch_type = chooser.pick(("clicked", "replied", "review", "call", "referral"))
    for _ in range(chooser.integer(1, 4)):
        life.add(life.make.touch, day, touch_type=touch_type)


def _feeds(chooser: Chooser, rows: list[Row]) -> dict[str, tuple[Row, ...]]:
    """Rows by feed; now and then a whole feed is empty."""
    return {
        name: () if chooser.happens(5) else tuple(row for row in rows if type(row) is kind)
        for name, kind in FEEDS.items()
    }


def _settings(
    chooser: Chooser, calendar: Calendar, days: list[date], business_timezone: str
) -> Settings:
    """The day of the run and the as-of date: mostly after everything, at times amid it."""
    amid = make_day(chooser, calendar, days)
    run_date = amid if chooser.happens(15) else calendar.end + timedelta(days=2)
    as_of_date = chooser.pick(
        (
            None,
            None,
            None,
            amid,
            make_day(chooser, calendar, days),
            calendar.end + timedelta(days=400),
            calendar.start + timedelta(days=chooser.pick((30, 5, 0, -1))),
        )
    )
    return Settings(business_timezone=business_timezone, run_date=run_date, as_of_date=as_of_date)
