"""Where things lie: worlds apart, readers' things on top, nothing made by looking."""

from pathlib import Path

import pytest

from world.layout import PROJECT_DIR, SHIPPED_SEEDS, World

OF_ONE_WORLD = (
    "raw",
    "quarantine",
    "receipts",
    "staged",
    "config",
    "published",
    "failing_rows",
    "build_database",
    "target",
)
OF_THE_WAREHOUSE = ("releases", "current", "dagster_home", "lock_file")


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return tmp_path / "warehouse"


def test_two_worlds_of_one_warehouse_share_no_place(warehouse: Path) -> None:
    mine, theirs = World(warehouse, "landing"), World(warehouse, "simulated")
    for place in OF_ONE_WORLD:
        assert getattr(mine, place).is_relative_to(mine.root)
        assert not getattr(mine, place).is_relative_to(theirs.root)


def test_the_places_of_a_world_do_not_lie_in_each_other(warehouse: Path) -> None:
    world = World(warehouse, "landing")
    places = [getattr(world, name) for name in (*OF_ONE_WORLD, *OF_THE_WAREHOUSE)]
    for place in places:
        assert [other for other in places if other.is_relative_to(place)] == [place]


def test_worlds_publish_in_one_place_under_one_lock(warehouse: Path) -> None:
    mine, theirs = World(warehouse, "landing"), World(warehouse, "simulated")
    for place in OF_THE_WAREHOUSE:
        assert getattr(mine, place) == getattr(theirs, place)
        assert getattr(mine, place).parent == warehouse


def test_readers_find_the_release_where_it_is_promised(warehouse: Path) -> None:
    assert World(warehouse, "landing").current == warehouse / "current"


def test_looking_makes_no_folder(warehouse: Path) -> None:
    world = World(warehouse, "landing")
    for name in (*OF_ONE_WORLD, *OF_THE_WAREHOUSE):
        getattr(world, name)
    assert not warehouse.exists()


def test_the_project_is_found_from_anywhere() -> None:
    assert (PROJECT_DIR / "dbt_project.yml").is_file()
    assert (SHIPPED_SEEDS / "status_policy.csv").is_file()
