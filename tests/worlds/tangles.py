"""Random worlds rewritten so that people are hard to tell apart.

Rows that are equal before are equal afterwards, and which version of a row wins does not change.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.oracle.people import Owner
from tests.oracle.records import Contact, CrmTouch, Order, WebSession
from tests.oracle.world import World
from tests.worlds.build import random_world
from tests.worlds.rewriting import each

HELP_DESK = "help desk"


def tangled_world(source: random.Random) -> World:
    """People of many identifiers, shared addresses, and devices that several people log in on."""
    world = random_world(source, people=(1, 20))
    tangle = _Tangle(
        source,
        stitch_days=source.choice((30, 1, 7, 0)),
        dawn=min((row.ordered_at for row in world.orders), default=datetime.max),
    )
    sessions = each(world.sessions, tangle.session)
    return replace(
        world,
        orders=each(world.orders, tangle.order),
        sessions=each(sessions, tangle.moved(sessions)),
        touches=each(world.touches, tangle.touch),
        contacts=each(world.contacts, tangle.contact),
        settings=replace(
            world.settings,
            max_identifier_degree=source.choice((10, 3, 2, 1)),
            stitch_days=tangle.stitch_days,
        ),
    )


@dataclass
class _Tangle:
    """Chains of identifiers; a row names one link of a chain, or two that lie side by side."""

    source: random.Random
    stitch_days: int
    dawn: datetime
    chains: list[list[Owner]] = field(init=False)
    shifts: dict[str, timedelta] = field(default_factory=dict)
    login_at: dict[str, datetime] = field(default_factory=dict)
    desk: str | None = None

    def __post_init__(self) -> None:
        numbers = range(self.source.randint(1, 8))
        self.chains = [self._chain(number) for number in numbers]

    def _chain(self, number: int) -> list[Owner]:
        length = self.source.choice((1, 2, 2, 3, 5, 9))
        links: list[Owner] = []
        for place in range(length):
            # Names do not sort as they come, and kinds take turns so that neighbours can join.
            word = f"{self.source.randint(0, 9)}-{number}-{place}"
            kinds = {"customer_id", "email", "contact_id"} - {link.kind for link in links[-1:]}
            kind = self.source.choice(sorted(kinds))
            value = {"email": f"p{word}@example.com", "contact_id": f"contact-{place}"}
            links.append(Owner(kind, value.get(kind, f"customer-{word}")))
        return links

    def _names(self, kinds: tuple[str, ...]) -> dict[str, str | None]:
        """Identifying columns of one row; all None for nobody."""
        names: dict[str, str | None] = dict.fromkeys(kinds)
        choose = self.source
        if choose.random() < 0.05:
            return names
        chain = choose.choice(self.chains)
        place = choose.randrange(len(chain))
        for link in chain[place : place + choose.choice((1, 2))]:
            if link.kind in names:
                names[link.kind] = link.value
        if names["email"] is None and choose.random() < 0.1:
            names["email"] = "kiosk@example.com"
        if names["email"] and choose.random() < 0.5:
            names["email"] = names["email"].upper()
        return names

    def order(self, row: Order) -> Order:
        """Some orders all come at one instant, so that names are first seen together."""
        by = self.dawn - row.ordered_at if self.source.random() < 0.15 else timedelta(0)
        ordered_at = row.ordered_at + self._shift(row.order_id, by)
        return replace(row, **self._names(("customer_id", "email")), ordered_at=ordered_at)

    def touch(self, row: CrmTouch) -> CrmTouch:
        names = self._names(("customer_id", "email", "contact_id"))
        if names["contact_id"] is None and self.source.random() < 0.2:
            names["contact_id"] = HELP_DESK
        return replace(row, **names)

    def contact(self, row: Contact) -> Contact:
        """Profiles. That of the help desk is old, and names an address but no customer_id."""
        names = self._names(("customer_id", "email"))
        self.desk = self.desk or row.contact_id
        if row.contact_id != self.desk:
            return replace(row, **names)
        address = names["email"] or "desk@example.com"
        created_at = row.created_at - timedelta(days=400)
        names |= {"contact_id": HELP_DESK, "customer_id": None, "email": address}
        return replace(row, **names, created_at=created_at)

    def session(self, row: WebSession) -> WebSession:
        """Half of all visits are anonymous; any device may be anybody's, or two people's."""
        names = self._names(("customer_id", "email"))
        visitor_id = f"visitor-{self.source.randrange(4)}"
        if self.source.random() < 0.5:
            return replace(row, **dict.fromkeys(names), visitor_id=visitor_id)
        at = self.login_at.setdefault(visitor_id, row.started_at)
        by = at - row.started_at if self.source.random() < 0.2 else timedelta(0)
        return _later(replace(row, **names, visitor_id=visitor_id), self._shift(row.session_id, by))

    def _shift(self, name: str, by: timedelta) -> timedelta:
        """All versions of a row move alike: which of them wins stays the same."""
        return self.shifts.setdefault(name, by)

    def moved(self, sessions: tuple[WebSession, ...]) -> Callable[[WebSession], WebSession]:
        """Puts many anonymous visits where the time within which they are stitched ends."""
        logins = [row for row in sessions if row.customer_id or row.email]

        def change(row: WebSession) -> WebSession:
            if row.customer_id or row.email:
                return row
            rivals = [login for login in logins if login.visitor_id == row.visitor_id]
            by = timedelta(0)
            if rivals and self.source.random() < 0.6:
                edge = timedelta(days=self.stitch_days * self.source.choice((1, -1)))
                edge += timedelta(microseconds=self.source.choice((0, 0, 1, -1)))
                by = self.source.choice(rivals).started_at + edge - row.started_at
            return _later(row, self._shift(row.session_id, by))

        return change


def _later(row: WebSession, by: timedelta) -> WebSession:
    ended_at = row.ended_at + by if row.ended_at else None
    return replace(row, started_at=row.started_at + by, ended_at=ended_at)
