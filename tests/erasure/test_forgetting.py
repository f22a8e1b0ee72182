"""What forgetting takes out of raw and quarantine, what it leaves, and that it survives a death."""

import stat
from collections.abc import Callable

import pytest

from customer_status.erasure import run as forgetting
from customer_status.erasure.run import Forgotten
from tests.end_to_end.traces import traces
from tests.erasure.conftest import MakeRoom
from tests.erasure.room import Room
from tests.erasure.rows import ASKED, contact, order, touch, visit
from tests.models.readings import rows_of
from tests.oracle.configuration import Settings
from tests.oracle.world import World

ANA = {"customer_id": "C-ANA", "email": "Ana@Example.com"}
BEN = {"customer_id": "C-BEN", "email": "ben@example.com"}
ROWS = {
    "orders": [
        order("A1", **ANA, coupon_code="ANA10", subscription_id="SUB-ANA", _extra='{"gift": "y"}'),
        order("A2", customer_id="C-ANA", email="ana.second@example.com"),
        order("B1", **BEN, coupon_code="BEN10"),
    ],
    "web_sessions": [
        visit("S1", "V-ANA"),
        visit("S2", "V-ANA", **ANA),
        visit("S3", "V-BEN", **BEN),
    ],
    "crm_touches": [touch("T1", contact_id="K-ANA", topic="my divorce", score="3")],
    "contacts": [contact("K-ANA", email="ana.second@example.com"), contact("K-BEN", **BEN)],
}
OF_ANA = (
    "ana@example.com",
    "ana.second@example.com",
    "C-ANA",
    "K-ANA",
    "V-ANA",
    "divorce",
    "ANA10",
)


def test_where_nobody_asks_nothing_happens(room: Room) -> None:
    room.accept("first", ROWS)
    assert room.forget() is None
    assert not room.world.erasure_secret.exists()


def test_a_request_takes_along_all_that_is_known_to_be_the_persons(room: Room) -> None:
    room.accept("first", ROWS | {"erasures": [ASKED]})
    assert traces(room.folder, ["K-ANA"])
    failing = room.world.failing_rows / "an earlier run" / "assert_something.csv"
    failing.parent.mkdir(parents=True)
    failing.write_text("order_id\nof ana@example.com\n", encoding="utf-8")
    told = room.forget()
    assert told == Forgotten(requests=1, identifiers=5, rows=6, quarantined=0)
    assert traces(room.folder, OF_ANA) == []
    assert room.people() == {
        name: key for name, key in room.people().items() if key == "erased" or "ben" in name.lower()
    }


def test_no_row_is_lost_and_what_totals_count_stays(room: Room) -> None:
    room.accept("first", ROWS | {"erasures": [ASKED]})
    room.forget()
    assert room.raw("orders", "order_id, gross_amount, coupon_code, subscription_id, _extra") == [
        ("A1", 20, "erased", "erased", None),
        ("A2", 20, None, None, None),
        ("B1", 20, "BEN10", None, None),
    ]
    assert room.raw("crm_touches", "touch_id, touch_type, score, topic") == [
        ("T1", "replied", 3, None)
    ]
    assert room.raw("web_sessions", "session_id, landing_page") == [
        ("S1", None),
        ("S2", None),
        ("S3", "/account"),
    ]
    names = room.raw("contacts", "full_name, birth_date is null, consent_email")
    assert names == [("Full name of K-BEN", False, True), (None, True, None)]


@pytest.mark.parametrize("named", ["C-ANA", "Ana@example.com", "K-ANA"])
def test_who_recommended_is_forgotten_by_whichever_identifier(room: Room, named: str) -> None:
    """The touch is another customer's and stays theirs; that it was the same person can be told."""
    rows = {"crm_touches": [*ROWS["crm_touches"], touch("T9", **BEN, referred_by=named)]}
    room.accept("first", ROWS | rows | {"erasures": [ASKED]})
    room.forget()
    found = room.raw("crm_touches", "touch_id, customer_id, referred_by")
    by_id = {touch_id: (customer_id, referrer) for touch_id, customer_id, referrer in found}
    assert by_id["T9"][0] == BEN["customer_id"]
    assert by_id["T9"][1].startswith("erased:")
    assert traces(room.folder, [*OF_ANA, named]) == []
    assert room.forget() == Forgotten()


def test_who_recommended_and_is_not_forgotten_stays(room: Room) -> None:
    rows = {"crm_touches": [touch("T9", **ANA, referred_by=BEN["customer_id"])]}
    room.accept("first", ROWS | rows | {"erasures": [ASKED]})
    room.forget()
    assert room.raw("crm_touches", "touch_id, referred_by") == [("T9", BEN["customer_id"])]


def test_the_secret_is_the_owners_alone(room: Room) -> None:
    room.accept("first", {"erasures": [ASKED]})
    room.forget()
    assert stat.S_IMODE(room.world.erasure_secret.stat().st_mode) == 0o600


def test_a_request_that_comes_first_waits_for_its_rows(room: Room) -> None:
    room.accept("asked", {"erasures": [ASKED]})
    room.forget()
    assert traces(room.folder, ["ana@example.com"]) == []
    room.accept("first", ROWS)
    told = room.forget()
    assert told is not None
    assert (told.requests, told.rows) == (0, 6)
    assert traces(room.folder, OF_ANA) == []


def test_whoever_is_forgotten_is_not_brought_back_by_an_old_export(room: Room) -> None:
    room.accept("first", ROWS | {"erasures": [ASKED]})
    room.forget()
    before = room.tables()
    room.accept("again", {feed: [*rows, rows[0]] for feed, rows in ROWS.items()})
    room.forget()
    assert traces(room.folder, OF_ANA) == []
    assert room.tables() == before


def test_without_a_new_row_of_theirs_there_is_nothing_to_do(room: Room) -> None:
    room.accept("first", ROWS | {"erasures": [ASKED]})
    room.forget()
    room.accept("second", {"orders": [order("B2", **BEN)]})
    assert room.forget() == Forgotten()


@pytest.mark.parametrize("comes_late", [False, True])
def test_what_only_an_outdated_version_names_goes_too(room: Room, comes_late: bool) -> None:
    outdated = {"orders": [order("A1", email="ana.misspelt@example.com")]}
    newest = order("A1", **ANA, updated_at="2026-01-09 10:00:00+00")
    current = {"orders": [newest], "erasures": [ASKED]}
    for rows in (current, outdated) if comes_late else (outdated, current):
        room.accept("late" if rows is outdated else "current", rows)
        if comes_late:
            room.forget()
    room.forget()
    assert traces(room.folder, ["misspelt"]) == []
    assert room.forget() == Forgotten()


def test_a_shared_address_is_forgotten_and_nobody_with_it(room: Room) -> None:
    shared = [order(f"O{n}", customer_id=f"C-{n}", email="kiosk@example.com") for n in range(12)]
    asked = ASKED | {"email": "kiosk@example.com"}
    room.accept("first", {"orders": shared, "erasures": [asked]})
    before = room.people()
    room.forget()
    assert traces(room.folder, ["kiosk"]) == []
    assert room.people() == before
    assert len(before) == 12


def test_who_is_mentioned_in_somebody_elses_row_is_taken_out_of_it(room: Room) -> None:
    rows = [
        order("B1", **BEN, _extra='{"Referred by": "C-ANA", "n": 3}'),
        order("B2", **BEN, _extra='{"Referred by": "C-CLEO"}'),
    ]
    page = visit("S1", "V-BEN", **BEN, landing_page="/?to=ana%40example.com&x=1")
    room.accept("first", {"orders": rows, "web_sessions": [page]})
    room.accept("second", {"orders": [order("A1", **ANA)], "erasures": [ASKED]})
    room.forget()
    assert traces(room.folder, OF_ANA) == []
    assert room.raw("orders", "_extra is null") == [(False,), (True,), (True,)]


def test_rejected_rows_that_name_them_are_blanked_and_still_counted(room: Room) -> None:
    bad = "gross_amount 'Ana@example.com' is not an amount"
    named = [
        (
            {"Email ": " ANA@example.com", "gross_amount": "x"},
            ["gross_amount 'x' is not an amount"],
        ),
        ({"customer_id": "7", "gross_amount": "Ana@example.com"}, [bad]),
        ({"_row": ["A9", "C-ANA", "20.00"]}, ["the row has 3 values where the header has 4"]),
        ({"_row": '"C-ANA";"20.00"'}, ["the row is not a JSON object"]),
        ({"Kundennummer": "C-ANA"}, ["ordered_at is missing"]),
    ]
    others = [({"customer_id": "C-ANABEL", "item_count": "7"}, ["ordered_at is missing"])]
    room.reject("orders", "first", [*named, *others])
    room.accept("first", {"orders": [order("A1", **ANA)], "erasures": [ASKED]})
    told = room.forget()
    assert told is not None
    assert told.quarantined == len(named)
    assert traces(room.folder, ['C-ANA"', "ana@example.com"]) == []
    rows = room.quarantine("orders", "row_number, original is null, len(reasons)")
    assert rows == [(n, n <= len(named), 1) for n in range(1, 7)]
    assert ("gross_amount is not an amount",) in room.quarantine("orders", "reasons[1]")


@pytest.mark.parametrize(
    "steps", [1, 4, *(pytest.param(steps, marks=pytest.mark.slow) for steps in (0, 2, 3, 5))]
)
def test_a_run_that_dies_anywhere_ends_the_same_the_next_time(
    make_room: MakeRoom, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    undisturbed, died = make_room(), make_room()
    for room in (undisturbed, died):
        room.accept("first", ROWS)
        room.accept("asked", {"erasures": [ASKED]})
    undisturbed.forget()
    with monkeypatch.context() as patch:
        patch.setattr(forgetting, "clean_feed", _dying(forgetting.clean_feed, after=steps))
        if steps < 5:
            with pytest.raises(InterruptedError):
                died.forget()
    died.forget()
    assert traces(died.folder, OF_ANA) == []
    assert died.tables() == undisturbed.tables()


def _dying(clean: Callable[..., None], *, after: int) -> Callable[..., None]:
    calls = iter(range(after))

    def clean_or_die(*arguments: object) -> None:
        if next(calls, None) is None:
            raise InterruptedError
        clean(*arguments)

    return clean_or_die


def test_a_placeholder_is_nobody_whose_rows_go(room: Room) -> None:
    """Neither in a request nor in a person's row does it stand for anybody."""
    rows = {
        "orders": [
            order("A1", **ANA),
            order("A2", customer_id="null", email="ana@example.com"),
            order("N1", customer_id="NULL", email="none"),
        ],
        "web_sessions": [visit("S1", "undefined", **ANA), visit("S2", "undefined")],
        "erasures": [ASKED | {"customer_id": "none", "contact_id": "n/a"}],
    }
    room.accept("first", rows)
    told = room.forget()
    assert (told.requests, told.identifiers) == (1, 2)
    assert room.raw("orders", "customer_id, email")[:2] != [("NULL", "none")]
    assert ("NULL", "none") in room.raw("orders", "customer_id, email")
    assert {name for (name,) in room.raw("web_sessions", "visitor_id")} == {"undefined"}
    assert traces(room.folder, ["ana@example.com", "C-ANA"]) == []
    assert set(room.people().values()) == {"erased"}
    assert room.forget() == Forgotten(), "a placeholder is nothing that is left to do"


def test_an_address_is_found_in_every_spelling(room: Room) -> None:
    rows = {
        "orders": [
            order("A1", email="Jose\u0301@STRASSE.example"),
            order("A2", email="jos\u00e9\u200b@stra\u00dfe.example", customer_id="C-JOSE"),
        ],
        "erasures": [{"email": "JOS\u00c9@strasse.example", "requested_at": "2026-03-01"}],
    }
    room.accept("first", rows)
    room.forget()
    assert set(room.people().values()) == {"erased"}
    assert traces(room.folder, ["stra\u00dfe", "strasse", "C-JOSE"]) == []


def test_rules_on_identifiers_hold_for_those_who_are_erased(make_room: MakeRoom) -> None:
    """A shared address that a request names is nobody's; the rule of an erased one names nobody."""
    rules = [
        {"identifier_type": "email", "identifier": "desk@example.com", "sharing": "always"},
        {"identifier_type": "email", "identifier": "ana@example.com", "sharing": "never"},
    ]
    seeds = rows_of(World(settings=Settings(max_identifier_degree=1)))
    room = make_room({**seeds, "identifier_rules": rules})
    rows = {
        "orders": [
            order("B1", customer_id="C-BEN", email="desk@example.com"),
            order("A1", customer_id="C-ANA-1", email="ana@example.com"),
            order("A2", customer_id="C-ANA-2", email="ana@example.com"),
        ],
        "erasures": [ASKED, ASKED | {"email": "desk@example.com"}],
    }
    room.accept("first", rows)
    room.forget()
    assert {
        name: key == "erased" for name, key in room.people().items() if "erased" not in name
    } == {"customer_id:C-BEN": False}
    late = order("A3", customer_id="C-ANA-3", email="Ana@Example.com")
    room.accept("second", {"orders": [late]})
    room.forget()
    assert traces(room.folder, ["C-ANA-3", "ana@example.com"]) == []
    assert "customer_id:C-BEN" in room.people()
