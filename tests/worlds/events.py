"""One row of each feed, on a given day, with the values on which the rules turn.

Each function gives every version of the row: usually one, sometimes an earlier one too, sometimes
one row twice. Versions of one row always differ in what decides which of them wins.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from tests.oracle.configuration import STORES, TOUCH_TYPES
from tests.oracle.records import Contact, CrmTouch, Order, WebSession
from tests.worlds.chooser import Chooser
from tests.worlds.moments import make_instant
from tests.worlds.people import Person
from tests.worlds.rules import ORDER_SEGMENTS

BUYING = ("paid", "fulfilled", "completed", "refunded")
NOT_BUYING = ("pending", "cancelled")
OTHER_TYPES = ("return", "exchange", "gift_card", "test")
DURATIONS = (
    None,
    timedelta(0),
    timedelta(seconds=9),
    timedelta(seconds=9, microseconds=999999),
    timedelta(seconds=10),
    timedelta(minutes=20),
)
STORE_ZONES = {store.store_id: store.timezone for store in STORES}
LATER = (timedelta(seconds=1), timedelta(days=1), timedelta(days=100))


class EventMaker:
    """Makes rows of one world; numbers them so that no two share an identifier."""

    def __init__(self, chooser: Chooser, business_timezone: str) -> None:
        self._choose = chooser
        self._home = business_timezone
        self._made = 0

    def _identifier(self, prefix: str) -> str:
        # A digit that is not the number made: order by identifier is not order of making.
        self._made += 1
        return f"{prefix}{self._choose.integer(0, 9)}-{self._made:03}"

    def _instant(self, day: date, zone: str | None = None) -> datetime:
        return make_instant(self._choose, day, zone or self._home)

    def purchase(self, person: Person, day: date, **changes: object) -> list[Order]:
        """An order that counts as a purchase, unless ``changes`` say otherwise."""
        choose = self._choose
        store_id = choose.pick((None, None, *STORE_ZONES))
        owed = Decimal(choose.integer(1, 200))
        discount = choose.pick((None, Decimal(0), Decimal(5)))
        order = Order(
            order_id=self._identifier("order"),
            **person.identifiers(choose),
            ordered_at=self._instant(day, STORE_ZONES.get(store_id)),
            order_status=choose.pick(BUYING),
            order_type=choose.pick((None, "sale")),
            currency=choose.pick(("EUR", "EUR", "USD", "GBP")),
            gross_amount=owed + (discount or 0),
            discount_amount=discount,
            refund_amount=choose.pick((None, None, Decimal(0), owed - 1)),
            store_id=store_id,
            sales_channel=choose.pick((None, "web", "app", "store", "phone", "elsewhere")),
            policy_segment=choose.pick(ORDER_SEGMENTS),
            item_count=choose.pick((None, 1, 3)),
        )
        return self._order_versions(replace(order, **changes))

    def refunded_sale(self, person: Person, day: date) -> list[Order]:
        """A sale given back in full or nearly so, in any status."""
        refund = self._choose.pick((Decimal(50), Decimal("50.01"), Decimal("49.99")))
        return self.purchase(
            person,
            day,
            currency="EUR",
            order_status=self._choose.pick(("refunded", *BUYING, *NOT_BUYING)),
            gross_amount=Decimal(60),
            discount_amount=Decimal(10),
            refund_amount=refund,
        )

    def other_order(self, person: Person, day: date) -> list[Order]:
        """An order that is an event but no purchase."""
        way = self._choose.integer(0, 3)
        if way == 0:
            return self.purchase(person, day, order_status=self._choose.pick(NOT_BUYING))
        if way == 1:
            return self.purchase(person, day, order_type=self._choose.pick(OTHER_TYPES))
        nothing = Decimal(0) if way == 2 else Decimal(10)
        amounts = {"gross_amount": nothing, "discount_amount": nothing, "refund_amount": None}
        return self.purchase(person, day, **amounts)

    def _order_versions(self, order: Order) -> list[Order]:
        choose = self._choose
        if not choose.happens(25):
            return [order] * (2 if choose.happens(5) else 1)
        final = replace(order, updated_at=order.ordered_at + choose.pick(LATER) * 2)
        shift = choose.pick((timedelta(0), timedelta(days=-1), timedelta(days=-40)))
        earlier = replace(
            order,
            ordered_at=order.ordered_at + shift,
            updated_at=choose.pick((None, order.ordered_at)),
            order_status=choose.pick(("pending", "paid", "cancelled")),
            refund_amount=None,
            policy_segment=choose.pick(ORDER_SEGMENTS),
        )
        return [final, earlier]

    def visit(self, person: Person, day: date) -> list[WebSession]:
        choose = self._choose
        started_at = self._instant(day)
        lasted = choose.pick(DURATIONS)
        row = WebSession(
            session_id=self._identifier("visit"),
            visitor_id=person.visitor_id(choose),
            **person.identifiers(choose),
            started_at=started_at,
            ended_at=None if lasted is None else started_at + lasted,
            page_views=choose.pick((2, 1, None, 7, 0)),
            conversions=choose.pick((None, 0, 0, 1)),
        )
        if not choose.happens(15):
            return [row]
        ended_at = row.started_at + timedelta(minutes=30)
        return [row, replace(row, ended_at=ended_at, page_views=1)]

    def touch(self, person: Person, day: date, touch_type: str | None = None) -> list[CrmTouch]:
        choose = self._choose
        row = CrmTouch(
            touch_id=self._identifier("touch"),
            **person.identifiers(choose, with_contact_id=True),
            touched_at=self._instant(day),
            direction=choose.pick(("inbound", "outbound")),
            channel=choose.pick(("email", "phone")),
            touch_type=touch_type or choose.pick(TOUCH_TYPES).touch_type,
            offer_id=choose.pick((None, "offer-1", "offer-2")),
            score=choose.pick((None, 6, 7, 5, 0, 10)),
        )
        if not choose.happens(10):
            return [row] * (2 if choose.happens(5) else 1)
        updated_at = row.touched_at + choose.pick(LATER)
        return [
            row,
            replace(row, updated_at=updated_at, touch_type=choose.pick(TOUCH_TYPES).touch_type),
        ]

    def contact(self, person: Person, day: date) -> list[Contact]:
        """The person's one profile; a person has no second one."""
        names = {**person.identifiers(self._choose), "contact_id": person.contact_id}
        row = Contact(**names, created_at=self._instant(day))
        if not self._choose.happens(20):
            return [row]
        earlier = row.created_at - timedelta(days=30)
        return [
            replace(row, updated_at=row.created_at + timedelta(days=1)),
            replace(row, created_at=earlier),
        ]
