"""The simulated rows: readable, rarely damaged, and what the planted truth says of them."""

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from customer_status.environment.layout import SHIPPED_SEEDS
from sample_data.simulator.feeds import FEEDS
from sample_data.simulator.parameters import Orders, Parameters
from sample_data.simulator.simulation import MARKER, simulate
from sample_data.simulator.vocabulary import CURRENCIES, SALES_CHANNELS, TOUCH_TYPES

CUSTOMERS, END = 600, date(2026, 10, 31)


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("simulated") / "landing"
    # Half of the account orders lack an email, so that a missing link between names shows.
    parameters = Parameters(orders=Orders(email_missing_share=0.5))
    simulate(out, customers=CUSTOMERS, years=1, end=END, parameters=parameters)
    return out


@pytest.fixture(scope="module")
def db(landing: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Every feed as a table of text, as read from its files, with the file beside each row."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for feed, columns in FEEDS.items():
            names = ", ".join(columns)
            kinds = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in columns) + "}"
            text = ", ".join(f"cast({name} as varchar) as {name}" for name in columns)
            readers = (
                (".parquet", f"select {text}", "read_parquet({}, filename = true)"),
                (".csv", f"select {names}", "read_csv({}, all_varchar = true, filename = true)"),
                (
                    ".jsonl",
                    f"select {names}",
                    f"read_json({{}}, columns = {kinds}, filename = true)",
                ),
            )
            parts = []
            for suffix, select, reader in readers:
                paths = sorted((landing / feed).rglob(f"*{suffix}*"))
                if paths:
                    listed = str([str(path) for path in paths])
                    parts.append(f"{select}, filename as file from {reader.replace('{}', listed)}")
            connection.execute(f"create table {feed} as {' union all '.join(parts)}")
        truth = landing / "truth"
        connection.execute(f"create table people as from '{truth / 'customers.parquet'}'")
        connection.execute(f"create table defects as from '{truth / 'defects.parquet'}'")
        connection.execute(GOOD_ORDERS)
        yield connection


# What an honest reader keeps of the orders: good rows, the last version of each.
GOOD_ORDERS = """
    create table good_orders as
    with typed as (
        select distinct on (order_id, ordered_at, updated_at, order_status)
            order_id,
            customer_id,
            lower(trim(email)) as email,
            try_cast(ordered_at as timestamptz) as ordered_at,
            coalesce(
                try_cast(updated_at as timestamptz), try_cast(ordered_at as timestamptz)
            ) as updated_at,
            order_status,
            coalesce(order_type, 'sale') as order_type,
            coalesce(try_cast(discount_amount as decimal(18, 2)), 0) as discount,
            coalesce(try_cast(refund_amount as decimal(18, 2)), 0) as refund,
            try_cast(gross_amount as decimal(18, 2)) as gross,
            sales_channel,
            store_id,
        from orders
        where order_id is not null and currency <> 'ZZZ' and coalesce(store_id, '') <> 'XXX-99'
            and order_status <> 'devuelto' and coalesce(order_type, '') <> 'regalo'
            and try_cast(gross_amount as decimal(18, 2)) >= 0
            and coalesce(try_cast(discount_amount as decimal(18, 2)), 0) >= 0
            and try_cast(ordered_at as timestamptz) < timestamptz '2900-01-01'
    )
    select * from typed
    qualify row_number() over (partition by order_id order by updated_at desc) = 1
"""


def fetch(db: duckdb.DuckDBPyConnection, sql: str) -> list[tuple]:
    return db.execute(sql).fetchall()


def one(db: duckdb.DuckDBPyConnection, sql: str) -> object:
    return fetch(db, sql)[0][0]


def seed_values(name: str, column: str) -> set[str]:
    with (SHIPPED_SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row[column] for row in csv.DictReader(file)}


# What the files look like


def test_every_reader_is_needed_and_nothing_else_is_in_the_folder(landing: Path) -> None:
    assert sorted(path.name for path in landing.iterdir()) == sorted([*FEEDS, MARKER, "truth"])
    for feed in FEEDS:
        names = [path.name.split(".", 1)[1] for path in (landing / feed).rglob("*.*")]
        assert set(names) == {"parquet", "csv", "csv.gz", "jsonl", "jsonl.gz"}


def test_volumes_are_in_proportion(db: duckdb.DuckDBPyConnection) -> None:
    rows = {feed: one(db, f"select count(*) from {feed}") / CUSTOMERS for feed in FEEDS}
    assert 3 < rows["orders"] < 9
    assert 12 < rows["web_sessions"] < 45
    assert 6 < rows["crm_touches"] < 25
    assert 0.7 < rows["contacts"] < 1.3


@pytest.mark.parametrize("feed", list(FEEDS))
def test_damage_is_rare_in_every_file(db: duckdb.DuckDBPyConnection, feed: str) -> None:
    shares = fetch(
        db,
        f"""
        with files as (select file, count(*) as n from {feed} group by file),
        bad as (
            select file, sum(row_count) as n from defects
            where is_rejected and feed = '{feed}' group by file
        )
        select bad.n / files.n from bad join files on files.file like '%/' || bad.file
        """,
    )
    assert max((share for (share,) in shares), default=0) < 0.05


def test_planted_faults_are_counted_rightly(db: duckdb.DuckDBPyConnection) -> None:
    kinds = dict(
        fetch(db, "select kind, sum(row_count) from defects where feed = 'orders' group by 1")
    )
    wrong = """
        count_if(currency = 'ZZZ'), count_if(store_id = 'XXX-99'),
        count_if(gross_amount[1] = '-' or discount_amount[1] = '-'),
        count_if(order_status = 'devuelto' or order_type = 'regalo'),
        count_if(email <> lower(trim(email)))
    """
    names = ("unknown_currency", "unknown_store", "negative_amount", "unknown_enum")
    found = fetch(db, f"select {wrong} from orders")[0]
    assert found[:4] == tuple(kinds.get(name, 0) for name in names)
    assert found[4] >= kinds["untidy_email"]


def test_every_code_is_one_the_seeds_know(db: duckdb.DuckDBPyConnection) -> None:
    assert set(TOUCH_TYPES) <= seed_values("touch_types", "touch_type")
    assert set(SALES_CHANNELS) <= seed_values("sales_channels", "sales_channel")
    assert set(CURRENCIES) <= seed_values("currency_rates", "currency")
    touches = {row[0] for row in fetch(db, "select distinct touch_type from crm_touches")}
    assert touches - {None, "paloma"} <= seed_values("touch_types", "touch_type")
    assert {row[0] for row in fetch(db, "select distinct store_id from good_orders")} - {
        None
    } == seed_values("stores", "store_id")


def test_no_good_row_lies_outside_the_simulated_days(db: duckdb.DuckDBPyConnection) -> None:
    for feed, column in (
        ("orders", "updated_at"),
        ("web_sessions", "ended_at"),
        ("crm_touches", "touched_at"),
        ("contacts", "updated_at"),
    ):
        moment = f"try_cast({column} as timestamptz)"
        first, last = fetch(
            db, f"select min({moment}), max({moment}) from {feed} where {moment} < '2900-01-01'"
        )[0]
        assert first.date() >= date(2025, 10, 31)  # ended_before_started may reach a day back
        assert last.date() <= END


def test_store_orders_are_placed_in_opening_hours(db: duckdb.DuckDBPyConnection) -> None:
    with (SHIPPED_SEEDS / "stores.csv").open(encoding="utf-8", newline="") as file:
        zones = [(row["store_id"], row["timezone"]) for row in csv.DictReader(file)]
    for store, zone in zones:
        local = f"hour(timezone('{zone}', ordered_at))"
        closed = f"select count(*) from good_orders where store_id = '{store}' and "
        assert one(db, f"{closed} {local} not between 10 and 20") == 0
    assert one(db, "select count(*) from good_orders where sales_channel = 'store'") > 100


# The truth


def person_of(db: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return {
        name: person
        for person, *lists in fetch(
            db, "select person_id, customer_ids, emails, contact_ids from people"
        )
        for names in lists
        for name in names
    }


def test_rows_hang_people_together_as_the_truth_says(db: duckdb.DuckDBPyConnection) -> None:
    """Joining what good rows name together, kiosks apart, gives one component per person."""
    kiosks = {row[0] for row in fetch(db, "select distinct kiosk_email from people")}
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for sql in (
        "select customer_id, email, null from good_orders",
        "select distinct customer_id, lower(trim(email)), null from web_sessions",
        "select distinct customer_id, lower(trim(email)), contact_id from crm_touches",
        "select distinct customer_id, lower(trim(email)), contact_id from contacts",
    ):
        for row in fetch(db, sql):
            names = [name for name in row if name and name not in kiosks]
            for name in names:
                parent[root(name)] = root(names[0])
    owner = person_of(db)
    assert set(parent) == set(owner)
    pairs = {(root(name), person) for name, person in owner.items()}
    assert len(pairs) == len({person for _, person in pairs}) == len({name for name, _ in pairs})


def test_a_kiosk_email_is_used_by_many_accounts(db: duckdb.DuckDBPyConnection) -> None:
    users = one(
        db,
        "select count(distinct customer_id) from good_orders where email like 'kiosko%'",
    )
    assert users > 10


def purchase_days(db: duckdb.DuckDBPyConnection) -> dict[str, set[date]]:
    """Days with a purchase that counts, by person, as the good orders tell."""
    owner = person_of(db)
    days: dict[str, set[date]] = {}
    for customer_id, email, day in fetch(
        db,
        """
        select customer_id, email, cast(ordered_at as date) from good_orders
        where order_type = 'sale' and gross - discount - refund > 0
            and order_status in ('paid', 'fulfilled', 'completed', 'refunded')
        """,
    ):
        person = owner.get(customer_id or email)
        if person:
            days.setdefault(person, set()).add(day)
    return days


def test_purchases_in_the_files_are_those_of_the_truth(db: duckdb.DuckDBPyConnection) -> None:
    found = {
        person: (len(days), min(days), max(days)) for person, days in purchase_days(db).items()
    }
    planted = {
        person: tuple(rest)
        for person, *rest in fetch(
            db,
            "select person_id, purchase_days, first_purchase_date, last_purchase_date "
            "from people where purchase_days > 0",
        )
    }
    assert found == planted


def test_nobody_buys_after_dropping_out_or_during_a_lapse(db: duckdb.DuckDBPyConnection) -> None:
    days = purchase_days(db)
    lives = fetch(db, "select person_id, dropped_out_date, lapsed_date, returned_date from people")
    for person, dropped_out, lapsed, returned in lives:
        for day in days.get(person, ()):
            assert dropped_out is None or day <= dropped_out
            assert lapsed is None or day <= lapsed or day >= returned
    assert sum(life[1] is not None for life in lives) > CUSTOMERS / 5
    assert sum(life[3] is not None for life in lives) > 0


def test_last_dissatisfaction_in_the_files_is_that_of_the_truth(
    db: duckdb.DuckDBPyConnection,
) -> None:
    owner = person_of(db)
    found: dict[str, date] = {}
    for contact_id, customer_id, email, day in fetch(
        db,
        """
        select
            contact_id, customer_id, lower(trim(email)), try_cast(touched_at as timestamptz)::date
        from crm_touches
        where touch_type = 'complaint'
            or touch_type in ('survey_response', 'review') and try_cast(score as int) <= 6
        union all
        select null, customer_id, email, ordered_at::date from good_orders
        where order_type = 'sale' and refund >= gross - discount and refund > 0
        """,
    ):
        person = owner.get(contact_id or customer_id or email)
        if person and day and day <= END:
            found[person] = max(day, found.get(person, day))
    planted = "select person_id, last_dissatisfied_date from people"
    assert found == {person: day for person, day in fetch(db, planted) if day}


def test_the_planted_kinds_of_people_behave_as_such(db: duckdb.DuckDBPyConnection) -> None:
    kinds = Counter(dict(fetch(db, "select customer_type, count(*) from people group by 1")))
    assert set(kinds) == {"prospect", "casual", "habit", "subscriber", "seasonal"}
    assert one(db, "select max(purchase_days) from people where customer_type = 'prospect'") == 0
    one_timers = one(db, "select count_if(purchase_days = 1) / count(*) from people")
    assert 0.2 < one_timers < 0.6
    regular = one(
        db,
        """
        select avg(purchase_days / (1 + (last_purchase_date - first_purchase_date) / 30.4))
        from people where customer_type = 'habit' and purchase_days > 3
        """,
    )
    assert 0.9 < regular < 2.5
    hostages = "from people where is_hostage and purchase_days > 6"
    assert one(db, f"select count(*) {hostages}") > 0
    assert one(db, f"select avg((last_dissatisfied_date is not null)::int) {hostages}") > 0.8


def test_redeemed_coupons_belong_to_orders(db: duckdb.DuckDBPyConnection) -> None:
    alone = one(
        db,
        """
        select count(*) from crm_touches
        where touch_type = 'coupon_redeemed'
            and try_cast(touched_at as timestamptz) < '2900-01-01'
            and try_cast(touched_at as timestamptz) not in (
                select try_cast(ordered_at as timestamptz) from orders
                where coupon_code is not null and try_cast(ordered_at as timestamptz) is not null
            )
        """,
    )
    assert alone == 0
