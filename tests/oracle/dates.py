"""On which business date a row lies, and the as-of date D.

The business date of an order is its date in the zone of its store, if the store is given and has
one, else in the business zone. That of every other row is its date in the business zone.

D is the greatest business date among the orders' winning versions, of any status and type. Where
there are no orders it is the greatest among web sessions (start), touches and contacts (creation).
It is never past the run's own day, and is that day where there are no rows at all. An as-of date in
the settings overrides all this, even with a day after the run's own.
"""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from tests.oracle.records import Contact, CrmTouch, Order, Row, WebSession
from tests.oracle.versions import (
    winning_contacts,
    winning_orders,
    winning_sessions,
    winning_touches,
)
from tests.oracle.world import World


@dataclass(frozen=True)
class DatedRows:
    """The winning version of every row of a world, with its business date."""

    orders: list[tuple[date, Order]]
    sessions: list[tuple[date, WebSession]]
    touches: list[tuple[date, CrmTouch]]
    contacts: list[tuple[date, Contact]]

    def everything(self) -> list[tuple[date, Row]]:
        return [*self.orders, *self.sessions, *self.touches, *self.contacts]


def dated_rows(world: World) -> DatedRows:
    home = ZoneInfo(world.settings.business_timezone)
    zones = {store.store_id: ZoneInfo(store.timezone) for store in world.stores if store.timezone}
    orders = winning_orders(world.orders)
    sessions = winning_sessions(world.sessions)
    touches = winning_touches(world.touches)
    contacts = winning_contacts(world.contacts)
    return DatedRows(
        orders=[
            (row.ordered_at.astimezone(zones.get(row.store_id, home)).date(), row) for row in orders
        ],
        sessions=[(row.started_at.astimezone(home).date(), row) for row in sessions],
        touches=[(row.touched_at.astimezone(home).date(), row) for row in touches],
        contacts=[(row.created_at.astimezone(home).date(), row) for row in contacts],
    )


def as_of_date(world: World, rows: DatedRows | None = None) -> date:
    """D, the last business date that the statuses speak about."""
    if world.settings.as_of_date is not None:
        return world.settings.as_of_date
    rows = rows or dated_rows(world)
    speaking = rows.orders or rows.everything()
    latest = max((day for day, _ in speaking), default=world.settings.run_date)
    return min(latest, world.settings.run_date)
