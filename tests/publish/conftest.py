"""A synthetic finished build: a few thousand customers with random but plausible histories."""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from customer_status.environment.layout import World
from customer_status.report.facts import PublicTable, ReleaseFacts

AS_OF = date(2026, 10, 18)
CAUSES = ("purchase", "purchase", "engagement", "dissatisfaction", "clock", "clock")
# From each status: where customers go next, and after how many days at most.
PATHS = {
    "passive": (("inactive", "active", "passive"), 120),
    "active": (("passive", "passive", "inactive", "captive"), 160),
    "captive": (("active", "passive", "captive"), 300),
    "inactive": (("passive", "active"), 500),
}
SUB_STATUSES = {
    "passive": ("recurring", "reactivated"),
    "active": ("recurring", "reactivated"),
    "captive": ("loyal", "loyal", "loyal", "hostage"),
    "inactive": ("lapsed_active", "lapsed_passive", "lapsed_captive"),
}
NEXT = {
    "captive": ("active", "passive"),
    "active": ("passive", "inactive"),
    "passive": ("inactive",),
}
COMMENTS = {"customer_key": "The customer's key", "status": "It's the status"}
TABLES = (
    PublicTable(
        "mart_customer_status",
        "marts",
        ("customer_key",),
        "Status of every customer on the as-of date; it's one row per customer.",
        COMMENTS,
    ),
    PublicTable(
        "fct_customer_status_history",
        "core",
        ("customer_key", "valid_from"),
        "The timeline up to the as-of date, one row per customer and interval.",
        COMMENTS,
    ),
)
CREATE = """
    create schema core;
    create schema marts;
    create table core.fct_customer_status_history (
        customer_key varchar, valid_from date, valid_to date, status varchar, sub_status varchar
    );
    create table marts.mart_customer_status (
        customer_key varchar, as_of_date date, status varchar, sub_status varchar,
        status_since date, days_in_status bigint, previous_status varchar, change_cause varchar,
        next_status varchar, next_status_date date, is_at_risk boolean, status_reason varchar,
        revenue_365d decimal(18, 2), orders_365d bigint
    );
"""


def build_synthetic(path: Path, *, customers: int) -> None:
    """Write a build database of ``customers`` random histories (the same ones every time)."""
    rng = random.Random(7)
    intervals: list[tuple] = []
    marts: list[tuple] = []
    for _ in range(customers):
        key = f"{rng.getrandbits(128):032x}"
        history = _history(rng)
        intervals += [(key, *interval) for interval in history]
        marts.append((key, AS_OF, *_mart(rng, history)))
    with duckdb.connect(str(path)) as connection:
        connection.execute(CREATE)
        _insert(connection, "core.fct_customer_status_history", intervals)
        _insert(connection, "marts.mart_customer_status", marts)


def _history(rng: random.Random) -> list[tuple]:
    start = AS_OF - timedelta(days=int(1150 * rng.random() ** 1.3))
    if rng.random() < 0.12:
        return [(start, None, "inactive", "never_purchased")]
    status, sub_status, history = rng.choice(["active", "passive"]), "new", []
    while True:
        choices, most = PATHS[status]
        end = start + timedelta(days=1 + int(most * rng.betavariate(2, 2)))
        if end > AS_OF:
            return [*history, (start, None, status, sub_status)]
        history.append((start, end, status, sub_status))
        only_once = status != "inactive" and len(history) == 1 and rng.random() < 0.45
        start, status = end, "inactive" if only_once else rng.choice(choices)
        sub_status = "one_time" if only_once else rng.choice(SUB_STATUSES[status])


def _mart(rng: random.Random, history: list[tuple]) -> tuple:
    since, _, status, sub_status = history[-1]
    runs = [interval[2] for interval in history if interval[2] != status]
    leaves = status in NEXT and sub_status != "never_purchased"
    due = AS_OF + timedelta(days=1 + int(110 * rng.betavariate(1.3, 2.2)))
    spend = {"captive": 900, "active": 340, "passive": 210, "inactive": 30}[status]
    orders = 0 if sub_status == "never_purchased" else 1 + int(rng.expovariate(60 / spend))
    return (
        status,
        sub_status,
        since,
        (AS_OF - since).days,
        runs[-1] if runs else None,
        "first_event" if len(history) == 1 else rng.choice(CAUSES),
        rng.choice(NEXT[status]) if leaves else None,
        due if leaves else None,
        leaves and due < AS_OF + timedelta(days=30),
        "Bought 12 days ago.",
        round(orders and spend * rng.lognormvariate(0, 0.6), 2),
        orders,
    )


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple]) -> None:
    columns = [list(column) for column in zip(*rows, strict=True)]
    if columns:
        values = ", ".join("unnest(?)" for _ in columns)
        connection.execute(f"insert into {table} select {values}", columns)


def make_facts(release_id: str, **changes: object) -> ReleaseFacts:
    """Facts of a run whose fingerprint follows its id; ids sort as they were made."""
    created = datetime(2026, 10, 19, 5, 0, tzinfo=UTC)
    facts = {
        "release_id": release_id,
        "as_of_date": AS_OF,
        "created_at": created,
        "code_version": "0.1.0",
        "fingerprint": f"fingerprint-of-{release_id}",
        "latest_event_date": AS_OF,
        "settings": {"reporting_currency": "EUR"},
    }
    return ReleaseFacts(**{**facts, **changes})


@pytest.fixture(scope="session")
def synthetic_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("build") / "build.duckdb"
    build_synthetic(path, customers=3000)
    return path


@pytest.fixture(scope="session")
def empty_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("build") / "build.duckdb"
    build_synthetic(path, customers=0)
    return path


@pytest.fixture
def make_world(tmp_path: Path) -> Callable[..., World]:
    """A world of this test's warehouse whose build is the given database."""

    def make(build: Path, name: str = "simulated") -> World:
        world = World(tmp_path / "warehouse", name)
        if not world.root.exists():
            world.root.mkdir(parents=True)
            world.build_database.symlink_to(build)
        return world

    return make


@pytest.fixture
def world(make_world: Callable[..., World], synthetic_build: Path) -> Iterator[World]:
    return make_world(synthetic_build)


@pytest.fixture(scope="session")
def tables() -> tuple[PublicTable, ...]:
    return TABLES


@pytest.fixture(scope="session")
def facts() -> Callable[..., ReleaseFacts]:
    return make_facts
