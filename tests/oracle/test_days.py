"""What a row counts for and on which day, worked out by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.oracle.configuration import EngagementPoints, Settings
from tests.oracle.dates import as_of_date
from tests.oracle.days import gather
from tests.oracle.examples import ANA, at, sale, touch, visit, world_of
from tests.oracle.people import Owner, simple_owner
from tests.oracle.records import Contact
from tests.oracle.world import World


def days_of(*rows: object, as_of: str = "2024-12-31"):
    return gather(world_of(*rows, as_of=as_of)).customers[ANA]


@pytest.mark.parametrize(
    ("store", "instant", "expected"),
    [
        (None, "2024-03-30T23:30", "2024-03-30"),
        ("MAD-01", "2024-03-30T23:30", "2024-03-31"),  # winter time, +1
        ("MAD-01", "2024-03-31T21:59", "2024-03-31"),  # summer time, +2
        ("MAD-01", "2024-03-31T22:00", "2024-04-01"),
        ("MAD-01", "2024-10-26T22:30", "2024-10-27"),  # summer time, +2
        ("MAD-01", "2024-10-27T22:30", "2024-10-27"),  # winter time, +1
        ("LPA-01", "2024-10-26T22:30", "2024-10-26"),  # an hour behind Madrid
        ("LPA-01", "2024-10-26T23:30", "2024-10-27"),
        ("NYC-01", "2024-11-03T04:30", "2024-11-03"),  # summer time, -4
        ("NYC-01", "2024-11-04T04:30", "2024-11-03"),  # winter time, -5
        ("NYC-01", "2024-02-29T04:59", "2024-02-28"),
        ("closed long ago", "2024-03-30T23:30", "2024-03-30"),
    ],
)
def test_an_order_lies_on_the_date_of_its_store(store, instant, expected) -> None:
    assert days_of(sale(instant, store_id=store)).purchase_dates == [date.fromisoformat(expected)]


def test_everything_else_lies_on_the_date_of_the_business() -> None:
    late = "2024-06-30T22:30"
    world = replace(
        world_of(visit(late), touch(late, "clicked"), sale(late), as_of="2024-12-31"),
        settings=Settings(business_timezone="Europe/Madrid"),
    )
    customer = gather(world).customers[ANA]
    assert customer.engagement_dates == customer.purchase_dates == [date(2024, 7, 1)]


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, True),
        ({"order_type": "sale"}, True),
        ({"order_type": "exchange"}, False),
        ({"order_type": "gift_card"}, False),
        ({"order_type": "test"}, False),
        ({"order_status": "pending"}, False),
        ({"order_status": "cancelled"}, False),
        ({"order_status": "fulfilled"}, True),
        ({"order_status": "completed"}, True),
        ({"order_status": "refunded", "refund_amount": Decimal("99.99")}, True),
        ({"order_status": "refunded", "refund_amount": Decimal(100)}, False),
        ({"discount_amount": Decimal(60), "refund_amount": Decimal(40)}, False),
        ({"discount_amount": Decimal(60), "refund_amount": Decimal("39.99")}, True),
        ({"gross_amount": Decimal(0)}, False),
    ],
)
def test_only_a_paid_sale_that_leaves_money_is_a_purchase(changes, counts) -> None:
    assert bool(days_of(sale("2024-01-01", **changes)).purchases) is counts


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({"refund_amount": Decimal(100)}, True),
        ({"refund_amount": Decimal(101)}, True),
        ({"refund_amount": Decimal("99.99")}, False),
        ({"discount_amount": Decimal(100)}, False),  # nothing was paid, nothing came back
        ({"refund_amount": Decimal(100), "order_type": "exchange"}, False),
        ({"refund_amount": Decimal(100), "order_status": "cancelled"}, True),
    ],
)
def test_a_sale_refunded_in_full_is_dissatisfaction_on_the_day_it_was_ordered(
    changes, counts
) -> None:
    order = sale("2024-01-01", updated_at=at("2024-02-01"), **changes)
    assert days_of(order).dissatisfaction_dates == ({date(2024, 1, 1)} if counts else set())


@pytest.mark.parametrize(
    ("touch_type", "score", "counts"),
    [
        ("complaint", None, True),
        ("complaint", 10, True),
        ("survey_response", 6, True),
        ("survey_response", 7, False),
        ("survey_response", None, False),
        ("review", 0, True),
        ("call", 0, False),
    ],
)
def test_complaints_and_low_scores_are_dissatisfaction(touch_type, score, counts) -> None:
    customer = days_of(touch("2024-01-01", touch_type, score=score))
    assert bool(customer.dissatisfaction_dates) is counts


@pytest.mark.parametrize(
    ("changes", "engaged"),
    [
        ({"page_views": 2}, True),
        ({"page_views": 1}, False),
        ({"page_views": None}, False),
        ({"page_views": 1, "conversions": 1}, True),
        ({"page_views": 1, "ended_at": at("2024-01-01T12:00:10")}, True),
        ({"page_views": 1, "ended_at": at("2024-01-01T12:00:09.999999")}, False),
        # A clock that counts seconds ticked ten times here, but it lasted 9.2 seconds.
        (
            {
                "page_views": 1,
                "started_at": at("2024-01-01T12:00:00.900000"),
                "ended_at": at("2024-01-01T12:00:10.100000"),
            },
            False,
        ),
    ],
)
def test_a_visit_of_two_pages_ten_seconds_or_a_conversion_is_engaged(changes, engaged) -> None:
    assert bool(days_of(visit("2024-01-01", **changes)).engagement_dates) is engaged


def test_points_are_capped_by_day_and_type() -> None:
    clicks = [touch("2024-01-01", "clicked") for _ in range(5)]
    visits = [visit("2024-01-01") for _ in range(3)]
    next_day = [touch("2024-01-02", "clicked"), touch("2024-01-02", "sent")]
    assert days_of(*clicks, *visits, *next_day).points == {
        date(2024, 1, 1): 2 + 2,
        date(2024, 1, 2): 1,
    }


def test_without_a_cap_every_event_earns() -> None:
    world = replace(
        world_of(*[touch("2024-01-01", "clicked") for _ in range(5)], as_of="2024-12-31"),
        engagement_points=(EngagementPoints(source="crm", touch_type="clicked", points=2),),
    )
    assert gather(world).customers[ANA].points == {date(2024, 1, 1): 10}


def test_a_call_earns_only_if_the_customer_made_it() -> None:
    assert days_of(touch("2024-01-01", "call")).engagement_dates == [date(2024, 1, 1)]
    assert days_of(touch("2024-01-01", "call", direction="outbound")).engagement_dates == []
    assert days_of(touch("2024-01-01", "clicked", direction="outbound")).engagement_dates


def test_the_latest_version_of_a_row_replaces_the_others_wherever_it_stands() -> None:
    first = sale("2024-01-01")
    moved = replace(first, ordered_at=at("2024-01-05"), updated_at=at("2024-01-06"))
    dead = replace(first, order_status="cancelled", updated_at=at("2024-01-03"))
    for rows in ([first, moved, dead], [moved, dead, first], [dead, first, moved, moved]):
        customer = days_of(*rows)
        assert customer.purchase_dates == [date(2024, 1, 5)]
        assert customer.first_event_date == date(2024, 1, 5)


def test_a_visit_that_has_ended_replaces_one_that_has_not() -> None:
    going_on = visit("2024-01-01", page_views=9)
    ended = replace(going_on, page_views=1, ended_at=at("2024-01-01T12:00:05"))
    begun_later = replace(going_on, started_at=at("2024-01-03"))
    for rows in ([going_on, ended], [ended, going_on], [begun_later, ended]):
        assert days_of(*rows).engagement_dates == []


def test_the_first_purchase_is_first_by_date_then_instant_then_identifier() -> None:
    in_madrid = sale("2024-01-01T23:30", store_id="MAD-01", policy_segment="madrid")
    in_york = sale("2024-01-02T03:00", store_id="NYC-01", policy_segment="york")
    assert days_of(in_madrid, in_york).segment == "york"
    morning = sale("2024-01-01T08:00", order_id="z", policy_segment="morning")
    evening = sale("2024-01-01T20:00", order_id="a", policy_segment="evening")
    assert days_of(evening, morning).segment == "morning"
    twins = [
        sale("2024-01-01", order_id="b", policy_segment="second"),
        sale("2024-01-01", order_id="a", policy_segment="first"),
    ]
    assert days_of(*twins).segment == "first"


def test_a_row_belongs_to_its_customer_id_else_its_email_else_its_contact_id() -> None:
    named = touch("2024-01-01", "sent", email=" Ana@X.com ", contact_id="k1")
    assert simple_owner(named) == Owner("customer_id", "ana")
    assert simple_owner(replace(named, customer_id=None)) == Owner("email", "ana@x.com")
    assert simple_owner(replace(named, customer_id=None, email="")) == Owner("contact_id", "k1")
    assert simple_owner(visit("2024-01-01", customer_id=None)) is None


def test_the_as_of_date_is_the_latest_day_of_any_order() -> None:
    test_order = sale("2024-01-05T23:30", order_type="test", store_id="MAD-01")
    rows = [sale("2024-01-01"), test_order, visit("2024-02-01")]
    world = replace(world_of(*rows, as_of="2024-12-31"), settings=Settings())
    assert as_of_date(world) == date(2024, 1, 6)
    assert as_of_date(replace(world, orders=())) == date(2024, 2, 1)
    for override, expected in ((None, date(2024, 1, 3)), (date(2024, 1, 9), date(2024, 1, 9))):
        settings = Settings(run_date=date(2024, 1, 3), as_of_date=override)
        assert as_of_date(replace(world, settings=settings)) == expected


def test_without_orders_a_contact_moves_the_as_of_date_and_without_rows_the_run_does() -> None:
    contact = Contact(contact_id="k1", created_at=datetime(2024, 5, 1, tzinfo=UTC))
    assert as_of_date(World(contacts=(contact,))) == date(2024, 5, 1)
    assert as_of_date(World(settings=Settings(run_date=date(2024, 5, 2)))) == date(2024, 5, 2)
