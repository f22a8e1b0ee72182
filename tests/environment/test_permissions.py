"""What others may read of a warehouse, and of one that an older version left open."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from customer_status.environment.layout import World
from customer_status.environment.permissions import close_to_others, folder_mode, keep_private


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "warehouse", "landing")


@pytest.fixture
def usual_mask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("usual_mask")
def test_what_is_made_from_then_on_is_its_owners_alone(tmp_path: Path) -> None:
    keep_private()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/file").write_text("x")
    assert mode(tmp_path / "folder") == 0o700
    assert mode(tmp_path / "folder/file") == 0o600


@pytest.mark.usefixtures("usual_mask")
def test_what_an_older_version_left_open_is_closed_but_for_its_releases(
    world: World, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "landed.csv"
    elsewhere.write_text("the sender's own")
    for path in (world.raw / "orders/a.parquet", world.dagster_home / "run.db"):
        path.parent.mkdir(parents=True)
        path.write_text("x")
    (world.root / "link").symlink_to(elsewhere)
    release = world.releases / "one/mart.duckdb"
    release.parent.mkdir(parents=True)
    release.write_text("x")
    release.chmod(0o444)
    close_to_others(world)
    inside = [p for top in (world.root, world.dagster_home) for p in (top, *top.rglob("*"))]
    assert {mode(path) for path in inside if not path.is_symlink()} == {0o600, 0o700}
    assert mode(release) == 0o444
    assert mode(release.parent) == 0o755
    assert mode(elsewhere) == 0o644


def test_a_warehouse_that_is_not_there_is_no_fault(world: World) -> None:
    close_to_others(world)
    assert not world.warehouse.exists()


@pytest.mark.parametrize(("files", "folders"), [(0o600, 0o700), (0o640, 0o750), (0o644, 0o755)])
def test_who_may_read_files_may_enter_their_folder(files: int, folders: int) -> None:
    assert folder_mode(files) == folders
