"""Where things lie: readers' things on top, all else in one folder, nothing made by looking."""

from pathlib import Path

import pytest

from customer_status.environment.layout import PROJECT_DIR, SHIPPED_SEEDS, World

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


def test_what_readers_do_not_need_lies_in_one_folder(warehouse: Path) -> None:
    world = World(warehouse, "landing")
    for place in OF_ONE_WORLD:
        assert getattr(world, place).is_relative_to(world.root)


def test_the_places_of_a_world_do_not_lie_in_each_other(warehouse: Path) -> None:
    world = World(warehouse, "landing")
    places = [getattr(world, name) for name in (*OF_ONE_WORLD, *OF_THE_WAREHOUSE)]
    for place in places:
        assert [other for other in places if other.is_relative_to(place)] == [place]


def test_what_readers_need_lies_on_top(warehouse: Path) -> None:
    world = World(warehouse, "landing")
    for place in OF_THE_WAREHOUSE:
        assert getattr(world, place).parent == warehouse


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
