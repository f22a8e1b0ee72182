"""A warehouse of an older version goes on by itself: one run, and all is as in a new one."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.shop import SPEAK_OF_FILES, Run, Shop
from tests.upgrades.kept import KEPT, unpack, unpack_landing

# What these hold depends on the releases that there were.
LOGS = ("fct_customer_status_restatement", "fct_customer_merge")
PLAIN = [archive for archive in KEPT if "forbidden" not in archive.name]
# Each is a run of a minute; what becomes of stored rows is seen without one in test_stored_rows.
CASES = [
    pytest.param(archive, is_landed, marks=[] if is_quick else [pytest.mark.slow])
    for archive in KEPT
    for is_landed in (False, True)
    for is_quick in [archive == PLAIN[0] and not is_landed]
]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Shop]:
    """A new warehouse of an archive's files, made when it is first asked for."""
    made: dict[Path, Shop] = {}

    def of(archive: Path) -> Shop:
        if archive not in made:
            made[archive] = unpack_landing(archive, tmp_path_factory.mktemp("fresh"))
            assert succeeded(made[archive].run())
        return made[archive]

    return of


@pytest.mark.parametrize(("archive", "is_landed"), CASES)
def test_the_next_run_makes_of_it_what_a_new_warehouse_holds(
    archive: Path, is_landed: bool, fresh: Callable[[Path], Shop], tmp_path: Path
) -> None:
    shop = unpack(archive, tmp_path / "moved elsewhere", is_landed=is_landed)
    before = {name: shop.release.ask(f"from {name}") for name in LOGS}
    assert any(before.values())
    run = shop.run()
    assert succeeded(run)
    assert len([line for line in run.lines if "release_mode" in line]) == 1
    after, expected = shop.release.tables(), fresh(archive).release.tables()
    assert after.keys() == expected.keys()
    for name in after.keys() - {*LOGS, *SPEAK_OF_FILES}:
        assert after[name] == expected[name], name
    for name, rows in before.items():
        assert set(rows) <= set(shop.release.ask(f"from {name}")), name
    assert last_line(shop.run()).startswith("Nothing new")
    assert {mode(path) for path in shop.release.folder.iterdir()} == {0o444}
    inside = [path for path in shop.world.root.rglob("*") if not path.is_symlink()]
    assert not [path for path in inside if mode(path) & 0o077]


def succeeded(run: Run) -> bool:
    assert run.code == 0, run.errors
    return True


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def last_line(run: Run) -> str:
    return run.lines[-1]
