"""What is damaged or deleted in a warehouse is made again, or missed in a line; long proofs."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.accidents import complaint
from tests.end_to_end.shop import Shop
from tests.end_to_end.story import LATE_FILES
from tests.end_to_end.undisturbed import Story, copy, heals, tables

pytestmark = pytest.mark.slow

ORDERS = "orders/first half/orders.csv"
BLOCK_BYTES = 262_144  # of a DuckDB file


@pytest.fixture
def shop(story: Story, tmp_path: Path) -> Shop:
    """A shop whose late files wait for a run."""
    return copy(story.before, tmp_path / "our shop")


def cut(*paths: Path) -> None:
    """Files end too early."""
    for path in paths:
        path.chmod(0o644)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def garble(*paths: Path) -> None:
    for path in paths:
        path.chmod(0o644)
        path.write_bytes(b"not what it was " * 5000)


def leave_a_log(shop: Shop) -> None:
    """The write-ahead log of a database that somebody has deleted."""
    shop.world.build_database.unlink()
    garble(_touched(shop.world.build_database.with_name("build.duckdb.wal")))


def _touched(path: Path) -> Path:
    path.touch()
    return path


DAMAGES: dict[str, Callable[[Shop], object]] = {
    "build database cut": lambda shop: cut(shop.world.build_database),
    "build database garbled": lambda shop: garble(shop.world.build_database),
    "log without a database": leave_a_log,
    "log garbled": lambda shop: garble(_touched(shop.world.root / "build.duckdb.wal")),
    "raw deleted": lambda shop: shutil.rmtree(shop.world.raw),
    "raw cut": lambda shop: cut(*shop.world.raw.glob("orders/[!_]*")),
    "receipts deleted": lambda shop: shutil.rmtree(shop.world.receipts),
    "receipts cut": lambda shop: cut(*shop.world.receipts.glob("*/[!_]*")),
    "world deleted": lambda shop: shutil.rmtree(shop.world.root),
    "config deleted": lambda shop: shutil.rmtree(shop.world.config),
    "target deleted": lambda shop: shutil.rmtree(shop.world.target),
    "target garbled": lambda shop: garble(*shop.world.target.glob("*.*")),
    "published deleted": lambda shop: shutil.rmtree(shop.world.published),
    "hashes garbled": lambda shop: garble(shop.world.root / "landing_hashes.json"),
    "Dagster deleted": lambda shop: shutil.rmtree(shop.world.dagster_home),
    "Dagster cut": lambda shop: cut(*shop.world.dagster_home.rglob("*.db")),
    "Dagster garbled": lambda shop: garble(*shop.world.dagster_home.rglob("*.db")),
    "link deleted": lambda shop: shop.world.current.unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_made_again(damage: str, story: Story, shop: Shop) -> None:
    DAMAGES[damage](shop)
    assert heals(shop, story)


def test_a_build_that_is_wrong_inside_is_built_anew_by_the_next_run(
    story: Story, shop: Shop
) -> None:
    """Such a database opens; what is wrong shows when a block is read."""
    database = shop.world.build_database
    content = bytearray(database.read_bytes())
    for start in range(5 * BLOCK_BYTES, len(content) - BLOCK_BYTES, 2 * BLOCK_BYTES):
        content[start + 1000 : start + 3000] = b"\xff" * 2000
    database.write_bytes(content)
    run = shop.run()
    if run.code:  # unless the build has read none of them
        assert run.errors[-1] == f"error: {database}: was damaged and is removed; run again."
        assert tables(shop.release) == story.old
    assert heals(shop, story)


@pytest.mark.parametrize("how", [cut, garble, Path.unlink])
@pytest.mark.parametrize("name", ["mart.duckdb", "release.json"])
def test_a_damaged_release_is_made_again(
    name: str, how: Callable[[Path], object], story: Story, tmp_path: Path
) -> None:
    shop = copy(story.before, tmp_path / "our shop")
    for late in LATE_FILES:
        (shop.landing / late).unlink()
    how(shop.release.folder / name)
    run = shop.run()
    assert (run.code, run.errors) == (0, [])
    assert run.lines[0].endswith(" was damaged.")
    assert tables(shop.release) == story.old


def test_rows_that_are_lost_are_missed_until_they_come_again(
    story: Story, shop: Shop, tmp_path: Path
) -> None:
    away = (shop.landing / ORDERS).rename(tmp_path / "orders.csv")
    for lost in (shop.world.raw, shop.world.receipts, shop.world.root):
        shutil.rmtree(lost)
        line = complaint(shop.run())
        assert line.startswith(f"{shop.world.root}: the rows of {ORDERS} are lost")
        assert tables(shop.release) == story.old
    away.rename(shop.landing / ORDERS)
    assert heals(shop, story)
