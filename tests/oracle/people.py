"""Who is who, and so whose row it is.

The rules of the full reading are:

* Of every order, session, touch and contact only the winning version is looked at, whatever day it
  lies on: who somebody is does not depend on the day that is asked about.
* A placeholder is no identifier, and addresses are compared in one form: see ``comparison``.
* An email or contact_id that rows name together with more than ``max_identifier_degree`` different
  customer_ids is shared, unless a rule says never; an identifier of which a rule says always is
  shared, too. It joins nothing and belongs to nobody.
* The identifiers that a row names, shared ones left out, are one customer's. A customer is all that
  hangs together so, and goes by the identifier with the earliest event; ties go to customer_id,
  email, contact_id, then to the lesser value. ``customer_key`` is the MD5 hash of ``kind:value``.
* A row is the customer's whose identifiers it names. One that names shared ones only is nobody's.
* A session that names nobody, not even somebody shared, is anonymous. If its visitor_id is no
  placeholder, it is the customer's who next
  logs in on its visitor_id, at that instant or later, if that is at most ``stitch_days`` times 24
  hours away; else the customer's who last did, if that is no further back. A login is a session
  that names a customer. Of customers who log in at one instant the one with the least key counts.

The simple reading looks at one row alone: its customer_id; without one, its email; without one, its
contact_id. It equals the full one in a world where nobody is known under two identifiers that also
stand alone, and where no visitor_id of an anonymous visit ever logs in.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from tests.oracle.comparison import PLACEHOLDERS, Placeholder, comparable
from tests.oracle.records import Contact, CrmTouch, Order, Row, WebSession
from tests.oracle.versions import (
    winning_contacts,
    winning_orders,
    winning_sessions,
    winning_touches,
)
from tests.oracle.world import World

KINDS = ("customer_id", "email", "contact_id")


class Owner(NamedTuple):
    """An identifier that a customer goes by: ``kind`` is customer_id, email or contact_id."""

    kind: str
    value: str


class Login(NamedTuple):
    at: datetime
    key: str
    owner: Owner


OwnerOf = Callable[[Row], Owner | None]


def simple_owner(row: Row) -> Owner | None:
    """The customer of one row looked at alone, or None if it is tied to nobody."""
    return next(iter(identifiers(row)), None)


def full_owner(world: World) -> OwnerOf:
    """The customer of any winning row of the world, or None if it is tied to nobody."""
    customers = who_is_who(world)
    stitched = dict(_stitched(world, customers))

    def owner_of(row: Row) -> Owner | None:
        named = identifiers(row, world.placeholders)
        if not named and isinstance(row, WebSession):
            return stitched.get(row.session_id)
        return next((customers[name] for name in named if name in customers), None)

    return owner_of


def customer_key(owner: Owner) -> str:
    return hashlib.md5(f"{owner.kind}:{owner.value}".encode()).hexdigest()


def identifiers(row: Row, placeholders: tuple[Placeholder, ...] = PLACEHOLDERS) -> list[Owner]:
    """The identifiers that a row names, as they are compared, in the order of ``KINDS``."""
    values = ((kind, comparable(kind, getattr(row, kind, None), placeholders)) for kind in KINDS)
    return [Owner(kind, value) for kind, value in values if value]


def who_is_who(world: World) -> dict[Owner, Owner]:
    """Every identifier that is not shared, with the one that its customer goes by."""
    sightings = list(_sightings(world))
    shared = _shared(sightings, world)
    first_seen: dict[Owner, datetime] = {}
    groups = _Groups()
    for at, named in sightings:
        own = [name for name in named if name not in shared]
        for name in own:
            first_seen[name] = min(at, first_seen.get(name, at))
            groups.join(own[0], name)
    customers: dict[Owner, list[Owner]] = defaultdict(list)
    for name in first_seen:
        customers[groups.root(name)].append(name)
    return {
        name: min(members, key=lambda one: (first_seen[one], KINDS.index(one.kind), one.value))
        for members in customers.values()
        for name in members
    }


class _Groups:
    """Identifiers that hang together, each pointing towards one of its group."""

    def __init__(self) -> None:
        self._towards: dict[Owner, Owner] = {}

    def root(self, name: Owner) -> Owner:
        while (towards := self._towards.setdefault(name, name)) != name:
            name = towards
        return name

    def join(self, one: Owner, other: Owner) -> None:
        self._towards[self.root(other)] = self.root(one)


def instant(row: Row) -> datetime:
    """When the row's event happened."""
    match row:
        case Order():
            return row.ordered_at
        case WebSession():
            return row.started_at
        case CrmTouch():
            return row.touched_at
        case Contact():
            return row.created_at


def _sightings(world: World) -> Iterator[tuple[datetime, list[Owner]]]:
    rows: list[Row] = [
        *winning_orders(world.orders),
        *winning_sessions(world.sessions),
        *winning_touches(world.touches),
        *winning_contacts(world.contacts),
    ]
    return ((instant(row), identifiers(row, world.placeholders)) for row in rows)


def shared_identifiers(world: World) -> dict[Owner, int]:
    """The identifiers that are shared, with the number of customer_ids beside them."""
    sightings = list(_sightings(world))
    beside = _beside(sightings)
    return {name: len(beside[name]) for name in _shared(sightings, world)}


def _shared(sightings: list[tuple[datetime, list[Owner]]], world: World) -> set[Owner]:
    rules = {
        Owner(rule.identifier_type, comparable(rule.identifier_type, rule.identifier, ())): rule
        for rule in world.identifier_rules
    }
    most = world.settings.max_identifier_degree
    return {
        name
        for name, customer_ids in _beside(sightings).items()
        if (
            rules[name].sharing == "always"
            if name in rules
            else name.kind != "customer_id" and len(customer_ids) > most
        )
    }


def _beside(sightings: list[tuple[datetime, list[Owner]]]) -> dict[Owner, set[str]]:
    """The customer_ids that rows name together with each identifier."""
    beside: dict[Owner, set[str]] = defaultdict(set)
    for _, named in sightings:
        customer_ids = {name.value for name in named if name.kind == "customer_id"}
        for name in named:
            beside[name] |= customer_ids
    return beside


def _stitched(world: World, customers: dict[Owner, Owner]) -> Iterator[tuple[str, Owner]]:
    """(session_id, customer) of the anonymous sessions that belong to somebody."""
    sessions = winning_sessions(world.sessions)
    logins: dict[str, list[Login]] = defaultdict(list)
    for row in sessions:
        named = identifiers(row, world.placeholders)
        owner = next((customers[name] for name in named if name in customers), None)
        if owner and comparable("visitor_id", row.visitor_id, world.placeholders):
            logins[row.visitor_id].append(Login(row.started_at, customer_key(owner), owner))
    limit = timedelta(days=world.settings.stitch_days)
    for row in sessions:
        if not identifiers(row, world.placeholders):
            login = _closest(logins[row.visitor_id], row.started_at, limit)
            if login:
                yield row.session_id, login.owner


def _closest(logins: list[Login], visit: datetime, limit: timedelta) -> Login | None:
    after = min((one for one in logins if one.at >= visit), default=None)
    if after and after.at - visit <= limit:
        return after
    last = max((one.at for one in logins if one.at <= visit), default=None)
    if last is None or visit - last > limit:
        return None
    return min(one for one in logins if one.at == last)
