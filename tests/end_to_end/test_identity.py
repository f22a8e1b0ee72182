"""Identifiers that say nothing, and those that say too much, as a person meets them in a run."""

import json

import pytest

from customer_status.environment.layout import SHIPPED_SEEDS
from tests.end_to_end.conftest import Step, step
from tests.end_to_end.shop import Row, Shop, order, touch, write_csv

# A shop that gives a guest a new customer_id at every order. It says of one address that it is one
# person's, whatever it looks like, and of nothing what the other is.
RULED, UNRULED = "rita@mail.example", "sam@mail.example"
MONTHS = (*(f"2025-{month:02}" for month in (10, 11, 12)), *(f"2026-{m:02}" for m in range(1, 10)))
# Strangers on a site that sends `undefined` for whoever is not logged in.
STRANGERS = [
    {
        "event_date": "20260901",
        "event_timestamp": str(1788253200000000 + number),
        "event_name": "page_view",
        "event_params": [{"key": "ga_session_id", "value": {"int_value": str(number)}}],
        "user_pseudo_id": f"p{number}",
        "user_id": "undefined",
    }
    for number in range(12)
]
NATIVE = [
    {
        "session_id": f"s{number}",
        "visitor_id": "null",
        "customer_id": "Undefined",
        "started_at": "2026-09-01 10:00:00",
    }
    for number in range(3)
]
CONTACTS = [
    {
        "contact_id": f"k{number}",
        "created_at": "2026-01-01 10:00:00",
        "email": f"p{number}@STRASSE.example",
        "consent_email": "true",
    }
    for number in range(3)
]
TOUCHES = [
    touch("T1", "2026-02-01 10:00:00", "unsubscribed", email="p0@straße.example", channel="EMAIL"),
    touch("T2", "2026-02-01 10:00:00", "unsubscribed", email="p1@strasse.example"),
    touch("T3", "2026-02-02 10:00:00", "subscribed", email="P1@strasse.example"),
    touch("T4", "2026-02-02 10:00:00", "clicked", email="none", customer_id="0"),
]


SHARED = "select masked_identifier, customer_ids, shared_by from fct_shared_identifier order by all"


def guest(name: str, address: str) -> list[Row]:
    who = [{"customer_id": f"{name}{number}", "email": address} for number in range(len(MONTHS))]
    return [
        order(f"of {one['customer_id']}", f"{month}-03 10:00:00", **one)
        for one, month in zip(who, MONTHS, strict=True)
    ]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = Shop(tmp_path_factory.mktemp("identity"))
    shop.land(
        {
            "orders/a.csv": [*guest("ruled", RULED), *guest("unruled", UNRULED)],
            "web_sessions/a.csv": NATIVE,
            "contacts/a.csv": CONTACTS,
            "crm_touches/a.csv": TOUCHES,
        }
    )
    events = shop.landing / "ga4_events" / "a.jsonl"
    events.parent.mkdir(parents=True)
    events.write_text("".join(json.dumps(event) + "\n" for event in STRANGERS), encoding="utf-8")
    rule = {"identifier_type": "email", "identifier": RULED.upper(), "sharing": "never"}
    write_csv(shop.config / "identifier_rules.csv", [rule])
    # the business also knows guests by another word
    words = (SHIPPED_SEEDS / "placeholder_identifiers.csv").read_text(encoding="utf-8")
    own = shop.config / "placeholder_identifiers.csv"
    own.write_text(f"{words.rstrip()}\nruled3\n", encoding="utf-8")
    return shop


@pytest.fixture(scope="module")
def told(shop: Shop) -> Step:
    """With the business's rule and word."""
    return step(shop, shop.run(CONFIG=shop.config))


@pytest.fixture(scope="module")
def told_later(shop: Shop, told: Step) -> Step:
    """Both are taken back."""
    return step(shop, shop.run())


def test_strangers_with_a_placeholder_are_anonymous_visitors(told: Step) -> None:
    assert told.run.code == 0, told.run.errors
    ask = told.release.ask
    sessions = "from fct_web_sessions where customer_key = 'unknown' and not is_logged_in"
    assert ask(f"select count(*), count(distinct visitor_key) {sessions}") == [(15, 12)]
    assert ask("select count(*) from dim_customer where customer_id ilike 'undef%'") == [(0,)]
    assert ask("select customer_key from fct_crm_touches where touch_type = 'clicked'") == [
        ("unknown",)
    ]


def test_the_run_and_the_release_say_where_placeholders_stand(told: Step) -> None:
    assert told.release.facts["placeholders"] == {
        "crm_touches": {"customer_id": 1, "email": 1},
        "orders": {"customer_id": 1},
        "web_sessions": {"customer_id": 15, "visitor_id": 3},
    }
    (line,) = [line for line in told.run.lines if "placeholders such as null" in line]
    assert "orders.customer_id (1 row)" in line
    assert "web_sessions.customer_id (15 rows), web_sessions.visitor_id (3 rows)" in line


def test_a_guests_address_is_shared_and_listed_masked(told: Step) -> None:
    assert told.release.ask(SHARED) == [("s***@mail.example", 12, "max_identifier_degree")]
    assert told.release.facts["shared_identifiers"] == 1
    assert any("1 shared identifier joins nobody" in line for line in told.run.lines)
    customers = "select count(*) from dim_customer where customer_id like 'unruled%'"
    assert told.release.ask(customers) == [(12,)]


def test_an_opted_out_person_is_not_reachable(told: Step) -> None:
    assert told.release.ask(
        "select contact_id, consent_email, email_opted_out_at is not null from dim_customer "
        "where contact_id is not null order by contact_id"
    ) == [("k0", False, True), ("k1", True, False), ("k2", True, False)]


def test_a_rule_makes_one_customer_of_the_guest(shop: Shop, told: Step) -> None:
    assert told.release.ask(
        "select mart.status, customer.customer_ids, mart.orders from mart_customer_status as mart "
        f"inner join dim_customer as customer using (customer_key) where email = '{RULED}'"
    ) == [("captive", 11, 12)]
    kept = (shop.world.config / "identifier_rules.csv").read_text(encoding="utf-8")
    assert "md5:" in kept
    assert RULED not in kept.lower()


@pytest.mark.slow
def test_a_rule_that_is_taken_back_makes_as_many_customers_as_before(told_later: Step) -> None:
    assert told_later.run.code == 0, told_later.run.errors
    assert told_later.release.ask(SHARED) == [
        ("r***@mail.example", 12, "max_identifier_degree"),
        ("s***@mail.example", 12, "max_identifier_degree"),
    ]
    assert "orders" not in told_later.release.facts["placeholders"]
