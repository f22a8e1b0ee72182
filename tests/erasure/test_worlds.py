"""In random worlds of tangled people: who asks is forgotten, and nothing else changes."""

import random
from collections.abc import Iterator, Sequence

from customer_status.feeds.layouts import FEEDS
from tests.erasure.conftest import MakeRoom
from tests.erasure.room import Row, Rows, Tables
from tests.models.readings import rows_of
from tests.worlds.tangles import tangled_world

SHARE_OF_WORLDS = 50
KINDS = ("customer_id", "email", "contact_id")
KEYS = {"orders": "order_id", "web_sessions": "session_id", "crm_touches": "touch_id"}
KEYS |= {"contacts": "contact_id"}

# What may be personal in an erased row; a visit from a device of theirs hides both of its own.
HIDDEN = {
    "fct_orders": ("coupon_code", "subscription_id"),
    "fct_web_sessions": ("visitor_key", "landing_page"),
    "fct_crm_touches": ("topic",),
}
OF_CUSTOMERS = ("fct_customer_status_history", "mart_customer_status")
# Points are capped for each customer and day, and the erased count as one.
NOT_ADDED_UP = ("customer_key", "activity_date", "engagement_points")


def test_who_asks_is_forgotten_and_all_others_stay_as_they_are(
    make_room: MakeRoom, number_of_worlds: int
) -> None:
    erased_people, erased_orders = 0, 0
    for seed in range(number_of_worlds // SHARE_OF_WORLDS):
        source = random.Random(seed)
        seeds = _one_login_at_a_time(rows_of(tangled_world(source)))
        room = make_room(seeds)
        room.accept("everything", seeds)
        people, before = room.people(), room.tables()
        requests = _requests(source, seeds)
        room.accept("asked", {"erasures": requests})
        asked = {f"{k}:{v.lower() if k == 'email' else v}" for r in requests for k, v in _named(r)}
        gone = frozenset(key for name, key in people.items() if name in asked)
        room.forget()
        after = room.tables()
        for table in HIDDEN:
            assert _rows(after, table) == _rows(before, table, gone), f"{table} of world {seed}"
        for table in (*OF_CUSTOMERS, "dim_customer", "fct_customer_day"):
            assert _others(after, table) == _others(before, table, gone), f"{table}, world {seed}"
        assert _totals(after) == _totals(before), f"world {seed}"
        assert not asked & set(room.people()), f"world {seed}"
        erased_people += len(gone)
        erased_orders += sum(row["customer_key"] == "erased" for row in after["fct_orders"])
    assert erased_people
    assert erased_orders


def test_whenever_rows_and_requests_come_the_tables_end_the_same(
    make_room: MakeRoom, number_of_worlds: int
) -> None:
    for seed in range(number_of_worlds // SHARE_OF_WORLDS):
        source = random.Random(seed)
        seeds = _nothing_shared(rows_of(tangled_world(source)))
        everything = {feed: seeds.get(feed, ()) for feed in FEEDS}
        everything["erasures"] = _requests(source, seeds)
        at_once = make_room(seeds)
        at_once.accept("everything", everything)
        at_once.forget()
        one_by_one = make_room(seeds)
        for number, rows in enumerate(_arrivals(source, everything)):
            one_by_one.accept(f"file-{number}", rows)
            if source.random() < 0.7:
                one_by_one.forget()
        one_by_one.forget()
        assert one_by_one.tables() == at_once.tables(), f"world {seed}"


def _one_login_at_a_time(rows: Rows) -> Rows:
    """Of logins at one instant on one device the lesser key tells, and one of the keys vanishes."""
    first: dict[tuple[object, object], object] = {}
    sessions = [
        row
        for row in rows["web_sessions"]
        if not (row["customer_id"] or row["email"])
        or first.setdefault((row["visitor_id"], row["started_at"]), row["session_id"])
        == row["session_id"]
    ]
    return {**rows, "web_sessions": sessions}


def _nothing_shared(rows: Rows) -> Rows:
    """The same without a limit to sharing: whoever was taken for one person stays so."""
    unlimited = {"setting": "max_identifier_degree", "value": "1000"}
    settings = [row for row in rows["settings"] if row["setting"] != unlimited["setting"]]
    return {**rows, "settings": [*settings, unlimited]}


def _requests(source: random.Random, rows: Rows) -> list[Row]:
    """Requests that name a few identifiers of the rows, one or two at a time, and one nobody's."""
    named = sorted({name for feed in KEYS for row in rows[feed] for name in _named(row)})
    chosen = source.sample(named, min(len(named), source.randint(1, 2)))
    requests: list[dict[str, object]] = [{kind: value} for kind, value in chosen]
    requests.append({"email": "Nobody@example.com"})
    return [request | {"requested_at": "2025-01-01 00:00:00+00"} for request in requests]


def _named(row: Row) -> Iterator[tuple[str, str]]:
    return ((kind, str(row[kind]).strip()) for kind in KINDS if row.get(kind))


def _arrivals(source: random.Random, rows: Rows) -> list[dict[str, Sequence[Row]]]:
    """The rows in a few files that come in any order; versions of one row come together."""
    files: list[dict[str, list[Row]]] = [{} for _ in range(source.randint(2, 4))]
    for feed, feed_rows in rows.items():
        chosen: dict[object, dict[str, list[Row]]] = {}
        for row in feed_rows:
            file = chosen.setdefault(
                row[KEYS[feed]] if feed in KEYS else id(row), source.choice(files)
            )
            file.setdefault(feed, []).append(row)
    return files


def _rows(tables: Tables, table: str, gone: frozenset[str] = frozenset()) -> list[dict]:
    """The table's rows with ``gone`` erased, but for what is hidden of people and devices."""
    rows = []
    for row in tables[table]:
        owner = "erased" if row["customer_key"] in gone else row["customer_key"]
        is_hidden = owner == "erased" or table == "fct_web_sessions"
        rows.append(
            row | {"customer_key": owner} | dict.fromkeys(HIDDEN[table] if is_hidden else ())
        )
    return sorted(rows, key=lambda row: str(next(iter(row.values()))))


def _others(tables: Tables, table: str, gone: frozenset[str] = frozenset()) -> list[dict]:
    """The table's rows of everybody else."""
    return [row for row in tables[table] if row["customer_key"] not in {"erased", *gone}]


def _totals(tables: Tables) -> dict[object, list]:
    """Everything that days hold, by day, whoever did it."""
    totals: dict[object, list] = {}
    for row in tables["fct_customer_day"]:
        sums = [value or 0 for name, value in row.items() if name not in NOT_ADDED_UP]
        known = totals.get(row["activity_date"], [0] * len(sums))
        totals[row["activity_date"]] = [a + b for a, b in zip(known, sums, strict=True)]
    return totals
