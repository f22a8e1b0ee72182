"""Nothing may break a run halfway: it says in a line what is wrong, the last release stays whole,
and when the cause is gone the next run ends as an undisturbed one."""

import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from customer_status.environment.layout import PROJECT_DIR
from customer_status.environment.lock import writing
from tests.end_to_end.accidents import (
    ALL_RIGHTS,
    TO_WRITE,
    as_anybody,
    clock_at,
    complaint,
    fill_up,
    small_disk,
    with_files_up_to,
    without_right,
)
from tests.end_to_end.shop import Shop, order
from tests.end_to_end.story import FIRST_FILES
from tests.end_to_end.undisturbed import Story, copy, heals, tables

NO_ROOM = "no file may grow beyond"
# More than a run and what it builds on take.
DISK_MEGABYTES = 200


@pytest.fixture
def shop(story: Story, tmp_path: Path) -> Shop:
    """A shop whose late files wait for a run."""
    return copy(story.before, tmp_path / "our shop")


@pytest.fixture
def empty_shop(tmp_path: Path) -> Shop:
    """A shop that has no warehouse yet."""
    shop = Shop(tmp_path / "new shop")
    shop.land(FIRST_FILES)
    return shop


class TestBeforeTheFirstRelease:
    """The quick ones: nothing has to be built to see them."""

    def test_a_full_disk_is_told(self, empty_shop: Shop) -> None:
        line = complaint(empty_shop.run(under=with_files_up_to(4_000)))
        assert line.startswith(f"{empty_shop.world.warehouse}: {NO_ROOM} 0.0 MB (ulimit -f), and a")
        assert line.endswith("raise the limit, and run again.")

    def test_a_warehouse_that_cannot_be_written_is_told(self, empty_shop: Shop) -> None:
        warehouse = empty_shop.world.warehouse
        warehouse.mkdir()
        with without_right(TO_WRITE, warehouse):
            line = complaint(empty_shop.run(under=as_anybody))
        assert line.startswith(f"WAREHOUSE={warehouse}: cannot be written (Permission denied);")

    def test_a_landing_folder_that_cannot_be_read_is_told(self, empty_shop: Shop) -> None:
        with without_right(ALL_RIGHTS, empty_shop.landing):
            line = complaint(empty_shop.run(under=as_anybody))
        told = f"LANDING={empty_shop.landing}: the folder cannot be read (Permission denied)"
        assert line.startswith(told)


@pytest.mark.slow
class TestFullDisk:
    def test_at_any_size(self, story: Story, shop: Shop) -> None:
        for size in (20_000, 500_000, 3_500_000):
            assert NO_ROOM in complaint(shop.run(under=with_files_up_to(size)))
            assert tables(shop.release) == story.old
        assert heals(shop, story)

    @pytest.mark.parametrize("said_last", ["contacts:", "seeds:", "tests:"])
    def test_while_files_come_in_while_dbt_builds_and_while_it_is_published(
        self, story: Story, tmp_path: Path, said_last: str
    ) -> None:
        with small_disk(tmp_path / "disk", megabytes=DISK_MEGABYTES) as disk:
            shop = copy(story.before, disk / "our shop")
            ballast = disk / "ballast"
            run = shop.run_disturbed(
                when=lambda said: said_last in said, by=lambda _: fill_up(ballast)
            )
            assert ": the disk is full, " in complaint(run)
            assert tables(shop.release) == story.old
            ballast.unlink()
            assert heals(shop, story)


@pytest.mark.slow
class TestRights:
    def test_a_landing_folder_that_cannot_be_written_is_enough(
        self, story: Story, shop: Shop
    ) -> None:
        with without_right(TO_WRITE, shop.landing):
            run = shop.run(under=as_anybody)
        assert (run.code, run.errors) == (0, [])
        assert tables(shop.release) == story.new

    def test_a_part_of_the_warehouse_that_cannot_be_written_is_named(
        self, story: Story, shop: Shop
    ) -> None:
        for part in (shop.world.root, shop.world.dagster_home, shop.world.raw / "orders"):
            with without_right(TO_WRITE, part):
                line = complaint(shop.run(under=as_anybody))
            assert line.startswith(f"{part}/")
            assert "cannot be read or written (Permission denied)" in line
        assert tables(shop.release) == story.old
        assert heals(shop, story)

    def test_what_cannot_be_read_in_the_landing_folder_is_named(
        self, story: Story, shop: Shop
    ) -> None:
        with without_right(ALL_RIGHTS, shop.landing / "orders"):
            line = complaint(shop.run(under=as_anybody))
        assert line.startswith(f"{shop.landing}/orders: the folder cannot be read")
        with without_right(ALL_RIGHTS, shop.landing / "orders/second half/late.csv"):
            line = complaint(shop.run(under=as_anybody))
        assert "orders/second half/late.csv: the file cannot be read: it cannot be opened" in line
        assert tables(shop.release) == story.old
        assert heals(shop, story)


@pytest.mark.slow
def test_a_landing_folder_that_is_lost_changes_nothing(story: Story, shop: Shop) -> None:
    away = shop.landing.rename(shop.folder / "away")
    assert ": no such folder; give the folder that holds" in complaint(shop.run())
    shop.landing.mkdir()
    assert ": the folder is empty; put files under" in complaint(shop.run())
    assert tables(shop.release) == story.old
    (shop.landing / "orders").mkdir()
    run = shop.run()
    assert run.code == 0
    assert run.lines[-1].startswith("Nothing new")
    assert tables(shop.release) == story.old
    shutil.rmtree(shop.landing)
    away.rename(shop.landing)
    assert heals(shop, story)


@pytest.mark.slow
def test_a_landing_folder_that_is_lost_in_the_middle(story: Story, shop: Shop) -> None:
    away = shop.folder / "away"
    run = shop.run_disturbed(
        when=lambda said: "contacts:" in said, by=lambda _: shop.landing.rename(away)
    )
    assert ": no such folder; give the folder that holds" in complaint(run)
    assert tables(shop.release) == story.old
    away.rename(shop.landing)
    assert heals(shop, story)


@pytest.mark.slow
def test_a_clock_that_was_set_back_turns_nothing_back(story: Story, tmp_path: Path) -> None:
    shop = copy(story.before, tmp_path / "our shop")
    now = datetime.now(tz=UTC)
    today = (now - timedelta(minutes=5)).isoformat(sep=" ", timespec="seconds")
    shop.land({"orders/today.csv": [order("E9", today, customer_id="C-EVE")]})
    first = shop.release
    run = shop.run(command=clock_at((now - timedelta(days=30)).isoformat()))
    assert (run.code, run.errors) == (0, [])
    assert run.lines[0].startswith("warning: the clock says ")
    assert shop.release.facts["as_of_date"] == f"{now:%Y-%m-%d}"
    assert shop.release.facts["created_at"] > first.facts["created_at"]
    assert shop.release.facts["quarantine"] == {}
    undisturbed = copy(story.before, tmp_path / "undisturbed")
    undisturbed.land({"orders/today.csv": [order("E9", today, customer_id="C-EVE")]})
    assert undisturbed.run().code == 0
    assert tables(shop.release) == tables(undisturbed.release)


@pytest.mark.slow
def test_a_run_whose_dbt_outlives_it_is_waited_for(story: Story, shop: Shop) -> None:
    def kill_it_alone(process: subprocess.Popen) -> None:
        os.kill(process.pid, signal.SIGKILL)

    run = shop.run_disturbed(when=lambda said: "seeds:" in said, by=kill_it_alone)
    assert run.code < 0
    assert tables(shop.release) == story.old
    assert heals(shop, story)


@pytest.mark.slow
def test_a_program_that_has_the_build_open_is_named(story: Story, shop: Shop) -> None:
    with duckdb.connect(str(shop.world.build_database), read_only=True):
        line = complaint(shop.run())
    assert f"another program has it open (process {os.getpid()})" in line
    assert tables(shop.release) == story.old
    assert heals(shop, story)


@pytest.mark.slow
def test_a_scheduled_run_beside_another_is_told_who_is_writing(story: Story, shop: Shop) -> None:
    daily = [sys.executable, "-m", "dagster", "job", "execute", "-j", "daily"]
    home = {"DAGSTER_HOME": str(shop.world.dagster_home), "PATH": os.environ["PATH"]}
    options = {"STATUS_LANDING": shop.landing, "STATUS_WAREHOUSE": shop.world.warehouse}
    with writing(shop.world.lock_file):
        done = subprocess.run(
            [*daily, "-m", "orchestration.definitions"],
            cwd=PROJECT_DIR,
            env=home | {name: str(folder) for name, folder in options.items()},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode != 0
    assert f"another run is writing this warehouse (process {os.getpid()} of" in done.stderr
    assert tables(shop.release) == story.old
    assert heals(shop, story)


@pytest.mark.slow
def test_a_reader_of_the_current_release_stops_no_run_and_keeps_its_data(
    story: Story, tmp_path: Path
) -> None:
    shop = copy(story.before, tmp_path / "our shop")
    with duckdb.connect(str(shop.world.current / "mart.duckdb"), read_only=True) as reader:
        seen = reader.execute("from mart_customer_status order by all").fetchall()
        for number in range(5):  # more than are kept
            shop.land(
                {f"orders/{number}.csv": [order(f"X{number}", f"2025-07-2{number} 12:00:00")]}
            )
            assert shop.run().code == 0
        assert reader.execute("from mart_customer_status order by all").fetchall() == seen
    assert len(list(shop.world.releases.iterdir())) == 3
