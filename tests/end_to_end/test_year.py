"""A year of small daily files goes by, and nothing grows for ever but what the files bring.

A whole run for each day would take hours. What a run leaves behind is made of pieces, and those
that leave something are called by themselves: files come and a release is made every day, files are
taken in and their page is written every week, and Dagster records a run with a check every third
day, which is twice as many as it keeps. Whole runs, with dbt, come once a quarter; the last one is
compared with a run that takes all files of the year at once.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import dagster as dg
import duckdb
import pytest

from customer_status.environment.layout import World
from customer_status.ingest.landing import discover
from customer_status.ingest.run import ingest_feed
from customer_status.publish import publish as publish_module
from customer_status.publish.publish import RELEASES_KEPT, publish
from customer_status.report.facts import PublicTable, ReleaseFacts
from customer_status.settings.config import Settings, write_config
from orchestration.headless import QUIET
from orchestration.housekeeping import RUNS_KEPT, prune_runs
from orchestration.input_quality import RUNS_KEPT as PAGES_KEPT
from orchestration.input_quality import record
from tests.end_to_end.shop import Row, Shop, order, session, touch
from tests.end_to_end.undisturbed import tables

pytestmark = pytest.mark.slow

FIRST_DAY = date(2025, 1, 1)
DAYS = 365
WHOLE_RUNS = (1, 92, 183, 274, DAYS)
# When everything that is kept by number has been full for a while.
FULL_DAY = 210
DAYS_BETWEEN_INTAKES, DAYS_BETWEEN_RECORDS = 7, 3

# These come with the files: one of each for every file, for ever.
COME_WITH_FILES = ("raw", "quarantine", "receipts", "landing_hashes.json")
LOGS = ("fct_customer_merge", "fct_customer_status_restatement")
# How much larger than a fresh one the build database may ever be: it keeps room of replaced tables,
# and uses it again (2.3 times were measured, 1.1 times in the end).
MOST_TIMES_A_FRESH_BUILD = 3.0
# dbt keeps five full files beside the one that it writes.
MOST_BYTES_OF_LOG = 6 * 2_000_000 + 1_000_000

Sizes = dict[str, int]


@dataclass(frozen=True)
class Year:
    """The shop after the year, sizes in bytes by part on some days, and a shop made at once."""

    shop: Shop
    sizes: dict[int, Sizes]
    fresh: Shop


def files_of(day: date) -> dict[str, list[Row]]:
    """A few customers come and go; every tenth day somebody's order turns out refunded."""
    number = (day - FIRST_DAY).days
    rows = [
        order(f"O{number}-{i}", f"{day} 1{i}:00:00", customer_id=f"C{(number * 7 + i) % 90}")
        for i in range(3)
    ]
    if number % 10 == 9:
        refunded = {"order_status": "refunded", "refund_amount": "20.00"}
        earlier = day - timedelta(days=9)
        again = order(f"O{number - 9}-0", f"{earlier} 10:00:00")
        again |= {"customer_id": f"C{(number - 9) * 7 % 90}", "updated_at": f"{day} 09:00:00"}
        rows.append(again | refunded)
    visitor = f"C{number % 90}"
    return {
        f"orders/{day}.csv": rows,
        f"web_sessions/{day}.csv": [
            session(f"S{number}", f"V{visitor}", f"{day} 08:00:00", customer_id=visitor)
        ],
        f"crm_touches/{day}.csv": [
            touch(f"T{number}", f"{day} 08:30:00", "replied", customer_id=visitor)
        ],
    }


def take_in(shop: Shop, day: date) -> None:
    """What a run does with the files of its day."""
    now = datetime(day.year, day.month, day.day, 23, tzinfo=UTC)
    world, run_id = shop.world, str(uuid4())
    settings: Settings = write_config(world.config, overlay=None, run_date=day, as_of_date=None)
    landing = discover(shop.landing, world=world)
    for feed, files in landing.files.items():
        outcome = ingest_feed(feed, files, world=world, settings=settings, now=now)
        assert not outcome.held
        record(world, outcome, (), run_id=run_id, now=now)


class OtherWorld:
    """A small business beside, in the same warehouse, that publishes every day."""

    def __init__(self, warehouse: Path) -> None:
        self.world = World(warehouse, "simulated")
        self.world.root.mkdir(parents=True)
        with duckdb.connect(str(self.world.build_database)) as connection:
            connection.execute("create table customers as select range as id from range(1000)")

    def publish(self, day: date) -> None:
        facts = ReleaseFacts(
            release_id=f"{day}-other",
            as_of_date=day,
            created_at=datetime(day.year, day.month, day.day, tzinfo=UTC),
            code_version="1",
            fingerprint=str(day),
            latest_event_date=day,
            settings={"reporting_currency": "EUR"},
        )
        table = PublicTable("customers", "main", ("id",))
        publish(self.world, tables=[table], facts=facts)


@dg.asset(check_specs=[dg.AssetCheckSpec("is_good", asset="of_the_day")])
def of_the_day() -> Iterator[object]:
    print("done")
    yield dg.MaterializeResult()
    yield dg.AssetCheckResult(passed=True, check_name="is_good", metadata={"rows": 3})


def run_in_dagster(home: Path) -> None:
    with dg.DagsterInstance.from_config(str(home)) as instance:
        prune_runs(instance)
        assert dg.materialize([of_the_day], instance=instance, run_config=QUIET).success


def sizes(shop: Shop) -> Sizes:
    """Bytes of each part of the warehouse."""
    world = shop.world
    parts = {path.name: path for path in world.root.iterdir()}
    parts |= {path.name: path for path in world.warehouse.iterdir() if not path.is_symlink()}
    parts |= {"mart.duckdb": max(world.releases.glob("*/mart.duckdb"), key=_bytes)}
    parts |= {"Dagster's index": world.dagster_home / "history/runs/index.db"}
    return {name: _bytes(path) for name, path in parts.items() if name != "environment"}


def _bytes(path: Path) -> int:
    found = path.rglob("*") if path.is_dir() else [path]
    return sum(one.lstat().st_size for one in found if one.is_file())


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    folder = tmp_path_factory.mktemp("year")
    shop, found = Shop(folder / "every day"), {}
    other = OtherWorld(shop.world.warehouse)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publish_module, "write_report", lambda path, *_, **__: path.touch())
        for number in range(1, DAYS + 1):
            day = FIRST_DAY + timedelta(days=number - 1)
            shop.land(files_of(day))
            other.publish(day)
            if number % DAYS_BETWEEN_INTAKES == 0:
                take_in(shop, day)
            if number in WHOLE_RUNS:
                run = shop.run()
                assert (run.code, run.errors) == (0, [])
            if number % DAYS_BETWEEN_RECORDS == 0:
                run_in_dagster(shop.world.dagster_home)
            if number in (*WHOLE_RUNS, FULL_DAY):
                found[number] = sizes(shop)
    fresh = Shop(folder / "at once")
    shutil.copytree(shop.landing, fresh.landing)
    assert fresh.run().code == 0
    return Year(shop, found, fresh)


def test_sizes_over_the_year(year: Year, capsys: pytest.CaptureFixture[str]) -> None:
    fresh = sizes(year.fresh)
    with capsys.disabled():
        print(
            f"\n{'bytes':<22}" + "".join(f"{f'day {day}':>12}" for day in year.sizes), "   at once"
        )
        for name in sorted(fresh):
            row = "".join(f"{found.get(name, 0):>12,}" for found in year.sizes.values())
            print(f"{name:<22}{row}{fresh[name]:>12,}")
    assert year.sizes


def test_the_year_ends_as_if_all_files_had_come_at_once(year: Year) -> None:
    day_by_day, at_once = tables(year.shop.release), tables(year.fresh.release)
    different = [name for name in at_once if at_once[name] != day_by_day[name]]
    assert [name for name in different if name not in LOGS] == []


def test_releases_are_kept_by_number(year: Year) -> None:
    kept = [path.name for path in year.shop.world.releases.iterdir()]
    assert len(kept) <= RELEASES_KEPT + 1, kept  # and the newest of the other world


def test_nothing_is_left_of_files_on_their_way(year: Year) -> None:
    staged = year.shop.world.warehouse.glob("environment/staged/**/*")
    assert [path for path in staged if path.is_file()] == []


def test_pages_on_input_quality_are_kept_by_number(year: Year) -> None:
    assert len(list(year.shop.world.input_quality.iterdir())) == PAGES_KEPT


def test_dagster_keeps_its_records_by_number_of_runs(year: Year) -> None:
    home = year.shop.world.dagster_home
    for kept in ((home / "history/runs").glob("*-*.db"), (home / "storage").iterdir()):
        assert len(list(kept)) <= RUNS_KEPT + 1
    runs = {path.stem for path in (home / "history/runs").glob("*-*.db")}
    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert {run.run_id for run in instance.get_runs()} <= runs


def test_dagsters_index_stops_growing(year: Year) -> None:
    name = "Dagster's index"
    assert year.sizes[DAYS][name] <= 1.2 * year.sizes[FULL_DAY][name]


def test_logs_of_dbt_are_kept_by_size(year: Year) -> None:
    logs = year.shop.world.target.rglob("*.log*")
    assert sum(path.stat().st_size for path in logs) <= MOST_BYTES_OF_LOG


def test_databases_are_no_larger_than_their_data_ask_for(year: Year) -> None:
    grown, fresh = year.sizes[DAYS], sizes(year.fresh)
    largest = max(found["build.duckdb"] for found in year.sizes.values())
    assert largest <= MOST_TIMES_A_FRESH_BUILD * fresh["build.duckdb"]
    assert grown["mart.duckdb"] <= 1.2 * fresh["mart.duckdb"]


def test_what_is_laid_out_for_the_build_is_replaced(year: Year) -> None:
    """It holds the timeline that was published last and the log: no copy of an older one."""
    files = [path for path in year.shop.world.published.rglob("*") if path.is_file()]
    assert len(files) == len(list(year.shop.world.published.iterdir()))


def test_nothing_else_is_left_behind(year: Year) -> None:
    """What one run leaves and the fresh one does not: nothing of unknown name piles up."""
    world, fresh = year.shop.world, year.fresh.world
    assert {path.name for path in world.root.iterdir()} - {
        path.name for path in fresh.root.iterdir()
    } <= {"quarantine"}
    assert {path.name for path in world.warehouse.iterdir()} == {
        path.name for path in fresh.warehouse.iterdir()
    }
