"""Ana asks to be forgotten, and the shop's old export comes once more in the same run."""

from dataclasses import dataclass
from hashlib import md5

import pytest

from tests.end_to_end.conftest import Step, step
from tests.end_to_end.shop import Shop, order
from tests.end_to_end.story import ANA, EVE, FIRST_FILES
from tests.end_to_end.traces import traces

SECOND_ADDRESS = "ana.gil@second.example"
FILES = FIRST_FILES | {
    "orders/more.csv": [
        order("A0", "2025-01-02 09:00:00", customer_id="C-ANA", email=SECOND_ADDRESS),
        *(order(f"E{n}", "2025-06-30 12:00:00", **EVE) for n in range(10, 34)),
        # rejected, and kept in quarantine as it came
        order("A8", "2025-06-05 10:00:00", **ANA) | {"currency": "XXX"},
    ],
}
REQUEST = {"email": "  ANA@example.com", "requested_at": "2025-07-01 10:00:00"}

NAMES = {
    "customer_id": "C-ANA",
    "email": "ana@example.com",
    "contact_id": "K-ANA",
    "visitor_id": "V-ANA",
}
KEYS = [md5(f"{kind}:{name}".encode()).hexdigest() for kind, name in NAMES.items()]
WORDS = [*NAMES.values(), SECOND_ADDRESS, "Ana Gil", *KEYS, md5(b"V-ANA").hexdigest()]

ORDERS = """
    select order_id, order_date, is_purchase, gross_amount, net_amount, customer_key = '{key}'
    from fct_orders order by all
"""
# Whoever is forgotten leaves these; nothing in them depends on other customers.
TABLES_OF_OTHERS = ("mart_customer_status", "fct_customer_status_history", "fct_customer_day")


@dataclass(frozen=True)
class Erasure:
    """The shop before and after, and where Ana stood before and stands after."""

    before: Step
    after: Step
    traces_before: list[tuple[str, str]]
    traces_after: list[tuple[str, str]]
    tables_before: dict[str, list[tuple]]


@pytest.fixture(scope="module")
def erasure(tmp_path_factory: pytest.TempPathFactory) -> Erasure:
    shop = Shop(tmp_path_factory.mktemp("forgetful"))
    shop.land(FILES)
    before = step(shop, shop.run())
    tables = before.release.tables()
    traces_before = traces(shop.world.warehouse, WORDS)
    shop.land({name.replace(".csv", ".again.csv"): rows[::-1] for name, rows in FILES.items()})
    shop.land({"erasures/july.csv": [REQUEST]})
    after = step(shop, shop.run())
    return Erasure(before, after, traces_before, traces(shop.world.warehouse, WORDS), tables)


@pytest.fixture(scope="module")
def key_before(erasure: Erasure) -> str:
    (key,) = (row[0] for row in erasure.tables_before["dim_customer"] if row[1] == "C-ANA")
    return key


def test_no_byte_of_the_warehouse_tells_of_them(erasure: Erasure, key_before: str) -> None:
    assert (erasure.after.run.code, erasure.after.run.errors) == (0, [])
    found = {word for _, word in erasure.traces_before}
    assert {*NAMES.values(), SECOND_ADDRESS, "Ana Gil", key_before} <= {
        word for word in WORDS if word.lower() in found
    }
    assert erasure.traces_after == []


def test_the_run_says_what_it_did(erasure: Erasure) -> None:
    told = [line.strip() for line in erasure.after.run.lines if "erasures:" in line]
    assert told[0] == "erasures: 1 new file, 1 row accepted"
    assert told[1].startswith("erasures: 1 request, 5 identifiers replaced in ")
    assert told[2:] == ["erasures: 1 older release removed"]


def test_their_orders_stay_in_totals(erasure: Erasure, key_before: str) -> None:
    after = erasure.after.release.ask(ORDERS.format(key="erased"))
    before = {row for row in erasure.tables_before["fct_orders"] if row[1] == key_before}
    assert len(before) == sum(row[-1] for row in after) == 7
    totals = "select count(*), sum(gross_amount), sum(net_amount) from fct_orders"
    assert erasure.after.release.ask(totals) == [(len(after), 740, 740)]


def test_all_others_stay_as_they_were_row_for_row(erasure: Erasure, key_before: str) -> None:
    after = erasure.after.release.tables()
    for name in (*TABLES_OF_OTHERS, "dim_customer"):
        gone = {key_before, "erased"}
        expected = [row for row in erasure.tables_before[name] if row[0] not in gone]
        assert [row for row in after[name] if row[0] not in gone] == expected, name
    assert [row[0] for row in after["dim_customer"] if row[0] == "erased"] == ["erased"]
    assert not [row for row in after["mart_customer_status"] if row[0] == "erased"]


def test_the_log_says_why_earlier_days_are_told_otherwise(erasure: Erasure) -> None:
    log = erasure.after.release.ask(
        "select distinct left(customer_key, 7), reason, status, other_customer_key "
        "from fct_customer_status_restatement"
    )
    assert log == [("erased:", "erasure", None, None)]


def test_releases_that_name_them_are_gone(erasure: Erasure) -> None:
    folders = {name.split("/")[0] for name in erasure.after.files}
    assert folders == {erasure.after.release.folder.name}
