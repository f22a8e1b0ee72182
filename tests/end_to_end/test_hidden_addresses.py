"""An address in any text column of any feed, or in a file's name, shows in dim_customer only."""

from pathlib import Path
from urllib.parse import unquote

import pytest

from customer_status.environment.layout import SHIPPED_SEEDS
from customer_status.feeds.layouts import FEEDS, ColumnType
from tests.end_to_end.conftest import Step, step
from tests.end_to_end.shop import Row, Shop, order, session, touch

# Every address has it in its domain, however it is spelt.
MARK = "concealed"
SPELLINGS = (
    "ana.{name}@concealed.example",
    "ANA.{name}@CONCEALED.EXAMPLE",
    "/login?mail=ana.{name}%40concealed.example&x=1",
    "ana+{name}@concealed-exämple.example",
    "call ana%2B{name}%2540concealed%2Eexample today",
)
# What only known words may stand in.
KNOWN_WORDS = {"order_status", "order_type", "currency", "direction", "touch_type"}
KEYS = {"orders": "order_id", "web_sessions": "session_id", "crm_touches": "touch_id"}
STORE = SPELLINGS[0].format(name="store")
TEXT_COLUMNS = """
    select schema_name, table_name, column_name from duckdb_columns()
    where data_type = 'VARCHAR' and not internal and table_name <> 'dim_customer'
"""
EMAIL, PHONE = SPELLINGS[0].format(name="person"), "+34 600 12 34 56"
FOLDER = "ana@concealed.example"


def marked(row: Row, feed: str, number: int) -> Row:
    """The row with an address in every column that takes any text."""
    spelling = SPELLINGS[number]
    texts = {
        name: spelling.format(name=name.replace("_", "."))
        for name, kind in FEEDS[feed].items()
        if kind is ColumnType.TEXT and name not in KNOWN_WORDS
    }
    texts |= {"email": EMAIL, KEYS[feed]: spelling.format(name=feed)}
    if "store_id" in texts:
        texts["store_id"] = STORE
    if "in_reply_to" in texts:
        texts["in_reply_to"] = SPELLINGS[0].format(name=feed)
    return {**row, **texts}


def files(numbers: range, *, amount: str) -> dict[str, list[Row]]:
    at = "2025-06-{:02} 10:00:00"
    orders = [marked(order("", at.format(n + 1), amount=amount), "orders", n) for n in numbers]
    sessions = [marked(session("", "", at.format(n + 1)), "web_sessions", n) for n in numbers]
    touches = [marked(touch("", at.format(n + 1), "clicked"), "crm_touches", n) for n in numbers]
    calls = [
        touch(f"call {n}", at.format(n + 1), "call", topic=PHONE, email=EMAIL) for n in numbers
    ]
    name = f"{FOLDER}/{FOLDER}-{amount}.csv"
    return {
        f"orders/{name}": orders,
        f"web_sessions/{name}": sessions,
        f"crm_touches/{name}": [*touches, *calls],
    }


def shop_with_store(folder: Path) -> Shop:
    shop = Shop(folder)
    shop.config.mkdir(parents=True)
    header = (SHIPPED_SEEDS / "stores.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    row = {"store_id": STORE, "timezone": "Europe/Madrid"} | {
        name: STORE for name in ("store_name", "city", "country") if name in header
    }
    cells = [f'"{row.get(name, "")}"' for name in header]
    (shop.config / "stores.csv").write_text(
        ",".join(header) + "\n" + ",".join(cells) + "\n", encoding="utf-8"
    )
    return shop


@pytest.fixture(scope="module")
def updated(tmp_path_factory: pytest.TempPathFactory) -> Step:
    """Some rows come, then others and newer versions of the first."""
    shop = shop_with_store(tmp_path_factory.mktemp("in two runs"))
    for number in range(40):  # enough rows for the second run to bring a few
        plain = order(f"plain {number}", "2025-05-01 10:00:00", customer_id=f"C{number}")
        shop.land({f"orders/plain-{number}.csv": [plain]})
    shop.land(files(range(4), amount="20.00"))
    first = shop.run(CONFIG=shop.config)
    assert first.code == 0, first.errors
    shop.land(files(range(2, 5), amount="30.00"))
    run = shop.run(CONFIG=shop.config)
    assert run.code == 0, run.errors
    return step(shop, run)


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> Step:
    shop = shop_with_store(tmp_path_factory.mktemp("in one run"))
    plain = [
        order(f"plain {number}", "2025-05-01 10:00:00", customer_id=f"C{number}")
        for number in range(40)
    ]
    shop.land({"orders/plain.csv": plain})
    shop.land({**files(range(4), amount="20.00"), **files(range(2, 5), amount="30.00")})
    run = shop.run(CONFIG=shop.config)
    assert run.code == 0, run.errors
    return step(shop, run)


@pytest.fixture(scope="module", params=["at_once", pytest.param("updated", marks=pytest.mark.slow)])
def told(request: pytest.FixtureRequest) -> Step:
    """The run whose release is searched, by the name of its fixture."""
    return request.getfixturevalue(request.param)


def test_no_public_column_shows_one(told: Step) -> None:
    release = told.release
    found = []
    for schema, table, column in release.ask(TEXT_COLUMNS):
        for (value,) in release.ask(f'select distinct "{column}" from "{schema}"."{table}"'):
            text = unquote(unquote(value or "")).lower()
            if MARK in text or PHONE in text:
                found.append((table, column, value))
    assert found == []


def test_nothing_beside_the_tables_shows_one(told: Step) -> None:
    pages = [path for path in told.release.folder.iterdir() if path.suffix in (".html", ".json")]
    assert {path.name for path in pages} == {"report.html", "input-quality.html", "release.json"}
    for path in pages:
        assert MARK not in path.read_text(encoding="utf-8").lower(), path.name


def test_dim_customer_still_knows_the_person(told: Step) -> None:
    assert told.release.ask("select email from dim_customer where email is not null") == [(EMAIL,)]


def test_two_keys_stay_two_and_joins_hold(told: Step) -> None:
    ask = told.release.ask
    for table, key in (("fct_orders", "order_id"), ("fct_web_sessions", "session_id")):
        keys = ask(f"select count(distinct {key}) from {table} where starts_with({key}, 'hashed:')")
        assert keys == [(len(SPELLINGS),)], table
    answers = """
        select count(*) from fct_crm_touches as answer
        inner join fct_crm_touches as touch on answer.in_reply_to = touch.touch_id
    """
    assert ask(answers) == [(len(SPELLINGS),)]
    stores = "select count(*) from fct_orders inner join dim_store using (store_id)"
    assert ask(stores) == [(len(SPELLINGS),)]


@pytest.mark.slow
def test_a_build_of_changes_equals_one_of_everything(updated: Step, at_once: Step) -> None:
    assert updated.brought_from
    assert updated.release.tables() == at_once.release.tables()


def test_the_run_says_how_many_values_of_which_column(told: Step) -> None:
    (said,) = [line for line in told.run.lines if line.startswith("Masked")]
    masked = told.release.facts["masked_values"]
    assert masked["fct_orders.coupon_code"] == len(SPELLINGS)
    assert masked["fct_crm_touches.topic"] == 2 * len(SPELLINGS)
    assert masked["fct_ingest.file_name"] == 6
    for column, rows in masked.items():
        assert f"{column} ({rows})" in said
