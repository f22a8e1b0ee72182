"""Only the warehouse itself makes tokens, and nobody else can."""

import hashlib
from dataclasses import replace

import duckdb

from customer_status.erasure.tokens import define, ensure_secret
from customer_status.feeds.personal_columns import PSEUDONYM_PREFIX
from customer_status.ingest.run import ensure_schemas
from tests.erasure.conftest import MakeRoom
from tests.erasure.room import Room
from tests.erasure.rows import ASKED, order
from tests.ingest.shop import GOOD_ROWS, Shop, csv_text, good_rows

ANA = "ana@example.com"
FORGED = f"{PSEUDONYM_PREFIX}{'0' * 31}9"


def test_a_token_cannot_be_made_from_the_address_alone(make_room: MakeRoom) -> None:
    """Two warehouses give one person two tokens, and no plain hash of the address is one."""
    tokens = set()
    for room in (make_room(), make_room()):
        room.accept("first", {"orders": [order("1", email=ANA)], "erasures": [ASKED]})
        room.forget()
        tokens |= {email for (email,) in room.raw("orders", "email")}
    assert len(tokens) == 2
    names = [f"{kind}{mark}{ANA}" for kind in ("", "email", "customer_key") for mark in ("", ":")]
    guesses = {
        PSEUDONYM_PREFIX + hashlib.new(kind, name.encode()).hexdigest()[:32]
        for kind in ("md5", "sha1", "sha256", "sha512")
        for name in [*names, *[hashlib.md5(name.encode()).hexdigest() for name in names]]
    }
    assert not tokens & guesses


def test_the_secret_is_long_and_the_token_follows_from_it(room: Room) -> None:
    room.world.erasure_secret.parent.mkdir(parents=True, exist_ok=True)
    secret = ensure_secret(room.world)
    assert len(bytes.fromhex(secret)) == 32
    assert len({_token(secret), _token(secret[:-1]), _token("")}) == 3
    assert _token(secret) == _token(ensure_secret(room.world))


def test_a_forged_token_beside_a_real_request_touches_nobody_else(room: Room) -> None:
    shop, room = _shop_in(room)
    orders = [
        row | {"customer_id": f"c{number % 2}", "email": f"m{number % 2}@x.example"}
        for number, row in enumerate(good_rows("orders", 40))
    ]
    visit = GOOD_ROWS["web_sessions"]
    shop.land("orders/a.csv", csv_text(orders))
    shop.land(
        "web_sessions/a.csv",
        csv_text([visit | {"customer_id": FORGED, "email": "m1@x.example"}, visit]),
    )
    shop.land(
        "erasures/a.csv",
        csv_text(
            [
                {"email": "m0@x.example", "customer_id": "", "requested_at": "2026-02-01"},
                {"email": "", "customer_id": FORGED, "requested_at": "2026-02-01"},
            ]
        ),
    )
    for feed in ("orders", "web_sessions", "erasures"):
        shop.ingest(feed)
    before = room.people()

    told = room.forget()

    assert told is not None
    assert told.requests == 1
    ids = {customer_id for (customer_id,) in room.raw("orders", "customer_id")}
    assert "c1" in ids
    assert "c0" not in ids
    assert len(ids) == 2
    assert room.people()["customer_id:c1"] == before["customer_id:c1"]


def test_a_real_token_that_comes_back_from_outside_is_forged_too(room: Room) -> None:
    shop, room = _shop_in(room)
    shop.land("orders/a.csv", csv_text([GOOD_ROWS["orders"] | {"email": ANA}]))
    shop.land("erasures/a.csv", csv_text([{"email": ANA, "requested_at": "2026-02-01"}]))
    shop.ingest("orders")
    shop.ingest("erasures")
    room.forget()
    ((token,),) = room.raw("orders", "email")
    rows = [GOOD_ROWS["orders"] | {"order_id": "2", "email": token, "customer_id": "c1"}]
    shop.land("orders/b.csv", csv_text(rows))

    shop.ingest("orders")

    assert shop.quarantine("row_number") == [(1,)]
    assert len(shop.raw("order_id")) == 1


def _shop_in(room: Room) -> tuple[Shop, Room]:
    """A landing folder below the room's, and the room of its own that its files come into."""
    shop = Shop(room.folder, {"max_reject_share": "1"})
    ensure_schemas(shop.world)
    return shop, replace(room, folder=room.folder / "warehouse")


def _token(secret: str) -> str:
    with duckdb.connect() as connection:
        define(connection, secret)
        return connection.execute("select token('email', 'ana@example.com')").fetchone()[0]
