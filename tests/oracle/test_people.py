"""Who is who, worked out by hand."""

from dataclasses import replace

import pytest

from tests.oracle.configuration import Settings
from tests.oracle.examples import at, sale, touch, visit, world_of
from tests.oracle.people import Owner, customer_key, full_owner, who_is_who
from tests.oracle.records import Row
from tests.oracle.world import World

NOBODY: dict[str, None] = {"customer_id": None, "email": None}


def owners(*rows: Row, **settings: int) -> list[str | None]:
    """Whose each row is, as ``kind:value``."""
    owner_of = full_owner(world(*rows, **settings))
    found = [owner_of(row) for row in rows]
    return [f"{owner.kind}:{owner.value}" if owner else None for owner in found]


def world(*rows: Row, **settings: int) -> World:
    return replace(world_of(*rows, as_of="2024-01-01"), settings=Settings(**settings))


def guest(day: str, email: str) -> Row:
    return sale(day, customer_id=None, email=email)


def test_rows_that_name_two_identifiers_join_what_hangs_together() -> None:
    rows = (
        guest("2023-01-05", "marta@mail.example"),
        sale("2023-02-10", customer_id="c7", email="Marta@Mail.example"),
        touch("2023-02-12", "sent", customer_id="c7", contact_id="k3"),
        touch("2023-02-13", "clicked", customer_id=None, contact_id="k3"),
        sale("2023-07-01", customer_id="c7"),
    )
    assert owners(*rows) == ["email:marta@mail.example"] * 5
    # printf 'email:marta@mail.example' | md5sum
    key = "a9f3998e787e6ba79dd9cc5b59ef939e"
    assert customer_key(Owner("email", "marta@mail.example")) == key


@pytest.mark.parametrize(("customers", "is_shared"), [(10, False), (11, True)])
def test_an_address_beside_more_than_ten_customers_joins_nobody(
    customers: int, is_shared: bool
) -> None:
    rows = [
        sale(f"2023-01-{day:02}", customer_id=f"c{day:02}", email="kiosk@shop.example")
        for day in range(1, customers + 1)
    ]
    found = owners(*rows, guest("2023-02-01", "kiosk@shop.example"))
    if is_shared:
        assert found == [*(f"customer_id:{row.customer_id}" for row in rows), None]
    else:
        assert set(found) == {"customer_id:c01"}


def test_who_shares_an_address_is_still_known_by_the_contact() -> None:
    rows = [
        sale(f"2023-01-0{day}", customer_id=f"c{day}", email="kiosk@shop.example")
        for day in (1, 2, 3)
    ]
    call = touch("2023-02-01", "call", customer_id=None, email=rows[0].email, contact_id="k3")
    assert owners(*rows, call, max_identifier_degree=2)[-1] == "contact_id:k3"


def test_only_the_winning_version_of_a_row_joins() -> None:
    order = sale("2023-01-01", customer_id="c1", email="typo@mail.example")
    corrected = replace(order, email="right@mail.example", updated_at=at("2023-01-02"))
    people = who_is_who(world(order, corrected))
    assert {name.value for name in people} == {"c1", "right@mail.example"}


def test_a_customer_goes_by_the_identifier_seen_first_and_by_customer_id_in_a_tie() -> None:
    rows = (
        sale("2023-01-02", customer_id="c2", email="b@mail.example"),
        sale("2023-01-02", customer_id="c1", email="b@mail.example"),
    )
    assert owners(*rows) == ["customer_id:c1"] * 2
    earlier = guest("2023-01-01", "b@mail.example")
    assert owners(*rows, earlier) == ["email:b@mail.example"] * 3


@pytest.mark.parametrize(
    ("visited_at", "owner"),
    [
        ("2023-01-15T09:00:00", None),
        ("2023-02-03T08:59:59", None),
        ("2023-02-03T09:00:00", "customer_id:a"),
        ("2023-03-01T09:00:00", "customer_id:a"),
        ("2023-03-05T09:00:00", "customer_id:a"),
        ("2023-03-05T09:00:01", "customer_id:a"),
        ("2023-03-11T09:00:00", "customer_id:b"),
        ("2023-03-20T09:00:00", "customer_id:b"),
        ("2023-05-10T09:00:00", "customer_id:b"),
        ("2023-05-10T09:00:01", None),
    ],
)
def test_an_anonymous_visit_is_whose_login_follows_else_came_before(
    visited_at: str, owner: str | None
) -> None:
    rows = (
        visit("2023-03-05T09:00:00", customer_id="a"),
        visit("2023-04-10T09:00:00", customer_id="b"),
        visit(visited_at, **NOBODY),
        visit(visited_at, **NOBODY, visitor_id="another device"),
    )
    assert owners(*rows)[2:] == [owner, None]


def test_a_visit_that_names_a_shared_address_is_neither_a_login_nor_anonymous() -> None:
    rows = [
        *(sale("2023-01-01", customer_id=name, email="kiosk@shop.example") for name in "ab"),
        visit("2023-01-02", customer_id="a"),
        visit("2023-01-03", customer_id=None, email="kiosk@shop.example"),
        visit("2023-01-04", customer_id="b", visitor_id="another device"),
        visit("2023-01-05", **NOBODY, visitor_id="another device"),
    ]
    found = owners(*rows, max_identifier_degree=1)
    assert found[3:] == [None, "customer_id:b", "customer_id:b"]
