"""Keys that hold the address of somebody who is forgotten, and references to them."""

import pytest

from customer_status.erasure.run import Forgotten
from tests.end_to_end.traces import traces
from tests.erasure.room import Room
from tests.erasure.rows import ASKED, order, touch, visit

ANA = {"customer_id": "C-ANA", "email": "Ana@Example.com"}
BEN = {"customer_id": "C-BEN", "email": "ben@example.com"}
ADDRESSES = ("ana@example.com", "ana%40example.com")
ORDERS = [
    order("ana@example.com-2025-01", **ANA),
    order("B1", **BEN, returns_order_id="ana@example.com-2025-01", order_type="return"),
    order("ben@example.com-2025-01", **BEN),
]


KEYS = (
    "ana@example.com",
    "ANA@Example.com",
    "ana%40example.com",
    "mail%3Dana%40example.com%3B",
    "ana@example.com-2025-01",
    "ana@example.com.2025",
    "ORD_ana@example.com#1",
    "2025-01:<ana@example.com>",
    "ben@example.com-ana@example.com",
    "a-" * 3_000 + "ana@example.com" + "-1" * 3_000,
)
OTHER_KEYS = (
    "ben@example.com",
    "ben@example.com-2025-01",
    "joana@example.com-1",
    "ana@example.com.br",
    "maria.ana@example.com",
)


@pytest.mark.parametrize("owner", [ANA, BEN], ids=["theirs", "another's"])
def test_no_key_holds_their_address(room: Room, owner: dict[str, str]) -> None:
    rows = {
        "orders": [order("A0", **ANA), *(order(key, **owner) for key in KEYS)],
        "web_sessions": [visit(key, "V", **owner) for key in KEYS],
        "crm_touches": [
            touch(key + end, **owner, thread_id=key, in_reply_to=key)
            for key in KEYS
            for end in ("", "-2")
        ],
    }
    room.accept("first", rows | {"erasures": [ASKED]})
    assert traces(room.folder, ADDRESSES)
    room.forget()
    assert traces(room.folder, ADDRESSES) == []
    assert room.forget() == Forgotten()


def test_keys_stay_unique_and_references_lead_to_them(room: Room) -> None:
    more = [order("ana@example.com-2025-02", **ANA), order("A3", **ANA)]
    room.accept("first", {"orders": [*ORDERS, *more], "erasures": [ASKED]})
    before = room.tables()["fct_orders"]
    room.forget()
    rows = room.raw("orders", "order_id, returns_order_id")
    keys = {key for key, _ in rows}
    assert len(keys) == len(rows) == len(before) == len(room.tables()["fct_orders"])
    (reference,) = (reference for _, reference in rows if reference)
    assert reference in keys
    assert sum(key.startswith("erased:") for key in keys) == 2
    assert {"B1", "A3", "ben@example.com-2025-01"} <= keys


def test_the_address_of_nobody_who_asked_stays_a_key(room: Room) -> None:
    """In whosever row it stands, and whatever else changes in it."""
    rows = [order(key, **ANA, coupon_code="ANA10") for key in OTHER_KEYS]
    rows += [order(f"B-{key}", **BEN, returns_order_id=key) for key in OTHER_KEYS]
    room.accept("first", {"orders": rows, "erasures": [ASKED]})
    room.forget()
    assert set(room.raw("orders", "order_id, returns_order_id, coupon_code")) == {
        *((key, None, "erased") for key in OTHER_KEYS),
        *((f"B-{key}", key, None) for key in OTHER_KEYS),
    }


def test_an_export_that_comes_again_ends_at_the_same_keys(room: Room) -> None:
    room.accept("first", {"orders": ORDERS, "erasures": [ASKED]})
    room.forget()
    before, tables = room.raw("orders", "order_id, returns_order_id"), room.tables()
    room.accept("again", {"orders": ORDERS})
    told = room.forget()
    assert told is not None
    assert told.rows == 2
    assert room.raw("orders", "order_id, returns_order_id") == sorted(
        [*before, *before], key=lambda row: (row[0], row[1] is None)
    )
    assert room.tables() == tables
    assert traces(room.folder, ADDRESSES) == []


def test_a_key_alone_is_noticed(room: Room) -> None:
    """The only trace of them in rows that came after the request."""
    room.accept("first", {"orders": ORDERS, "erasures": [ASKED]})
    room.forget()
    for name in ("returns_order_id", "order_id"):
        late = {"order_id": f"L-{name}", name: "ana@example.com-2025-01"}
        room.accept(f"late-{name}", {"orders": [order("") | BEN | late]})
        told = room.forget()
        assert told is not None
        assert (told.identifiers, told.rows) == (0, 1)
        assert traces(room.folder, ADDRESSES) == []


@pytest.mark.parametrize("comes_late", [False, True])
def test_versions_of_a_row_stay_versions_of_it(room: Room, comes_late: bool) -> None:
    key = "ana@example.com-2025-01"
    outdated = {"orders": [order(key, email="ana.misspelt@example.com", gross_amount="7.00")]}
    newest = order(key, **ANA, updated_at="2026-01-09 10:00:00+00")
    current = {"orders": [newest, order("B1", **BEN)], "erasures": [ASKED]}
    for rows in (current, outdated) if comes_late else (outdated, current):
        room.accept("late" if rows is outdated else "current", rows)
        if comes_late:
            room.forget()
    room.forget()
    assert traces(room.folder, ["misspelt", *ADDRESSES]) == []
    assert len({key for (key,) in room.raw("orders", "order_id")}) == 2
    amounts = [row["gross_amount"] for row in room.tables()["fct_orders"]]
    assert amounts == [20, 20]


def test_an_address_that_only_another_row_joins_to_them_goes_from_keys_too(room: Room) -> None:
    rows = [order("A1", **ANA), order("A2", customer_id="C-ANA", email="second@example.com")]
    other = order("second@example.com-9", **BEN)
    room.accept("first", {"orders": [*rows, other], "erasures": [ASKED]})
    room.forget()
    assert traces(room.folder, ["second@"]) == []


def test_rejected_rows_with_such_a_key_are_blanked(room: Room) -> None:
    rejected = [
        ({"order_id": key, "gross_amount": "20"}, [f"order_id '{key}' is bad"])
        for key in ("ana@example.com-2025-01", "ben@example.com-2025-01")
    ]
    room.reject("orders", "first", rejected)
    room.accept("first", {"orders": [order("A1", **ANA)], "erasures": [ASKED]})
    room.forget()
    assert room.quarantine("orders", "row_number, original is null") == [(1, True), (2, False)]
    assert traces(room.folder, ADDRESSES) == []
