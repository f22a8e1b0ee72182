"""What every customer's days hold, up to the as-of date D. What lies after D counts for nothing.

The rules are:

* A purchase is the winning version of an order of type sale (the default), in status paid,
  fulfilled, completed or refunded, whose gross - discount - refund (null: 0), in the order's own
  currency, is above 0. Many on one day are one purchase day.
* A customer's first purchase is the first by business date, then instant, then order_id: across
  zones the earliest instant need not be the earliest business date, and no day may look ahead.
* Points of a day: for each (source, touch_type), points times the number of events, but at most
  the daily cap; summed. A web session is engaged if it saw 2 pages (null: 1), or lasted 10 seconds,
  or converted. A touch of a kind ``service`` earns only if inbound: the customer opened it.
* Dissatisfaction: a touch whose type says so, or whose score is at or below its type's cut; a sale
  refunded in full (refund >= gross - discount > 0), in whatever status, on the day it was ordered.
* The first event is the earliest business date of any winning row of the customer, in any feed,
  whatever it counts for.
* Coverage: the business dates of all web sessions and touches, whoever's, even nobody's.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from tests.oracle.configuration import DEFAULT_SEGMENT, EngagementPoints, TouchType
from tests.oracle.coverage import Coverage
from tests.oracle.dates import DatedRows, as_of_date, dated_rows
from tests.oracle.people import Owner, OwnerOf, simple_owner
from tests.oracle.records import CrmTouch, Order, WebSession
from tests.oracle.world import World

BUYING_STATUSES = {"paid", "fulfilled", "completed", "refunded"}
ENGAGED_PAGE_VIEWS = 2
ENGAGED_DURATION = timedelta(seconds=10)
ZERO = Decimal(0)


@dataclass
class CustomerDays:
    """One customer's facts. ``purchases`` are (business date, order), first purchase first."""

    owner: Owner
    first_event_date: date
    purchases: list[tuple[date, Order]] = field(default_factory=list)
    points: dict[date, int] = field(default_factory=dict)
    dissatisfaction_dates: set[date] = field(default_factory=set)
    touches: list[tuple[date, CrmTouch]] = field(default_factory=list)

    @property
    def purchase_dates(self) -> list[date]:
        """Purchase days, each once, in order."""
        return sorted({day for day, _ in self.purchases})

    @property
    def subscription_dates(self) -> list[date]:
        return sorted({day for day, order in self.purchases if order.subscription_id})

    @property
    def engagement_dates(self) -> list[date]:
        """Days that earned points, in order."""
        return sorted(day for day, points in self.points.items() if points > 0)

    @property
    def segment(self) -> str:
        """Segment from the first purchase on; before it every customer is in the default one."""
        return (self.purchases[0][1].policy_segment if self.purchases else None) or DEFAULT_SEGMENT


@dataclass(frozen=True)
class Facts:
    """What a world says up to D about its customers: those with an event on or before D."""

    as_of_date: date
    coverage: Coverage
    customers: dict[Owner, CustomerDays]


def gather(world: World, owner_of: OwnerOf = simple_owner) -> Facts:
    rows = dated_rows(world)
    as_of = as_of_date(world, rows)
    rows = _until(rows, as_of)
    customers: dict[Owner, CustomerDays] = {}
    for day, row in rows.everything():
        owner = owner_of(row)
        if owner is not None:
            customer = customers.setdefault(owner, CustomerDays(owner, first_event_date=day))
            customer.first_event_date = min(customer.first_event_date, day)
    _add_orders(rows, customers, owner_of)
    _add_touches(rows, world, customers, owner_of)
    _add_points(rows, world, customers, owner_of)
    sessions, touches = ([day for day, _ in feed] for feed in (rows.sessions, rows.touches))
    return Facts(as_of, Coverage.of(as_of, sessions, touches), customers)


def _until(rows: DatedRows, as_of: date) -> DatedRows:
    return DatedRows(
        orders=[dated for dated in rows.orders if dated[0] <= as_of],
        sessions=[dated for dated in rows.sessions if dated[0] <= as_of],
        touches=[dated for dated in rows.touches if dated[0] <= as_of],
        contacts=[dated for dated in rows.contacts if dated[0] <= as_of],
    )


def net_amount(order: Order) -> Decimal:
    """Amount that stays with the shop, in the order's own currency."""
    return _owed_amount(order) - (order.refund_amount or ZERO)


def _owed_amount(order: Order) -> Decimal:
    return order.gross_amount - (order.discount_amount or ZERO)


def is_sale(order: Order) -> bool:
    return (order.order_type or "sale") == "sale"


def is_purchase(order: Order) -> bool:
    return is_sale(order) and order.order_status in BUYING_STATUSES and net_amount(order) > 0


def is_refunded_in_full(order: Order) -> bool:
    owed = _owed_amount(order)
    return is_sale(order) and owed > 0 and (order.refund_amount or ZERO) >= owed


def is_engaged(visit: WebSession) -> bool:
    page_views = 1 if visit.page_views is None else visit.page_views
    lasted = visit.ended_at - visit.started_at if visit.ended_at else timedelta(0)
    return (
        page_views >= ENGAGED_PAGE_VIEWS
        or lasted >= ENGAGED_DURATION
        or (visit.conversions or 0) >= 1
    )


def is_dissatisfied(touch: CrmTouch, touch_type: TouchType) -> bool:
    cut = touch_type.dissatisfied_at_or_below
    return touch_type.is_dissatisfaction or (
        touch.score is not None and cut is not None and touch.score <= cut
    )


def earns(touch: CrmTouch, touch_type: TouchType) -> bool:
    """Whether the touch is something the customer did."""
    return touch_type.kind != "service" or touch.direction == "inbound"


def _add_orders(rows: DatedRows, customers: dict[Owner, CustomerDays], owner_of: OwnerOf) -> None:
    for day, order in rows.orders:
        customer = customers.get(owner_of(order))
        if customer is None:
            continue
        if is_purchase(order):
            customer.purchases.append((day, order))
        if is_refunded_in_full(order):
            customer.dissatisfaction_dates.add(day)
    for customer in customers.values():
        customer.purchases.sort(
            key=lambda dated: (dated[0], dated[1].ordered_at, dated[1].order_id)
        )


def _add_touches(
    rows: DatedRows, world: World, customers: dict[Owner, CustomerDays], owner_of: OwnerOf
) -> None:
    types = {row.touch_type: row for row in world.touch_types}
    for day, touch in rows.touches:
        customer = customers.get(owner_of(touch))
        if customer is None:
            continue
        customer.touches.append((day, touch))
        if is_dissatisfied(touch, types[touch.touch_type]):
            customer.dissatisfaction_dates.add(day)


def _add_points(
    rows: DatedRows, world: World, customers: dict[Owner, CustomerDays], owner_of: OwnerOf
) -> None:
    types = {row.touch_type: row for row in world.touch_types}
    events: dict[tuple[Owner, date], Counter[tuple[str, str]]] = defaultdict(Counter)
    for day, visit in rows.sessions:
        owner = owner_of(visit)
        if owner is not None and is_engaged(visit):
            events[owner, day]["web", "engaged_session"] += 1
    for day, touch in rows.touches:
        owner = owner_of(touch)
        if owner is not None and earns(touch, types[touch.touch_type]):
            events[owner, day]["crm", touch.touch_type] += 1
    prices = {(row.source, row.touch_type): row for row in world.engagement_points}
    for (owner, day), counts in events.items():
        customers[owner].points[day] = sum(
            _capped(prices.get(kind), count) for kind, count in counts.items()
        )


def _capped(price: EngagementPoints | None, count: int) -> int:
    """Points of ``count`` like events on one day; a kind without a price earns nothing."""
    if price is None:
        return 0
    points = price.points * count
    return points if price.daily_cap is None else min(points, price.daily_cap)
