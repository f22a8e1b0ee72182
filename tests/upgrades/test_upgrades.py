"""A warehouse of an older version goes on by itself: one run, and all is as in a new one."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.build_state import read_state
from tests.end_to_end.shop import SPEAK_OF_FILES, Run, Shop
from tests.upgrades.kept import KEPT, unpack, unpack_landing
from tests.upgrades.stored import assert_same_rows, stored, take_in

# What these hold depends on the releases that there were.
LOGS = ("fct_customer_status_restatement", "fct_customer_merge")
PLAIN = [archive for archive in KEPT if "forbidden" not in archive.name]
CASES = [(archive, is_landed) for archive in KEPT for is_landed in (False, True)]
# Each is a run of half a minute; one is enough to see that all is made of the stored rows again,
# and what becomes of stored rows is seen without a run in test_stored_rows.
QUICK = (PLAIN[0], False)

Upgraded = Callable[[Path, bool], Shop]


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Upgraded:
    """The shop of an archive after its next run, made when it is first asked for."""
    made: dict[tuple[Path, bool], Shop] = {}

    def of(archive: Path, is_landed: bool) -> Shop:
        if (archive, is_landed) not in made:
            folder = tmp_path_factory.mktemp("kept") / "moved elsewhere"
            made[archive, is_landed] = go_on(unpack(archive, folder, is_landed=is_landed))
        return made[archive, is_landed]

    return of


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


def go_on(shop: Shop) -> Shop:
    """Run once; what was logged stays, and the mode of releases is told."""
    before = {name: shop.release.ask(f"from {name}") for name in LOGS}
    assert any(before.values())
    run = shop.run()
    assert succeeded(run)
    assert len([line for line in run.lines if "release_mode" in line]) == 1
    for name, rows in before.items():
        assert set(rows) <= set(shop.release.ask(f"from {name}")), name
    return shop


@pytest.mark.parametrize(
    ("archive", "is_landed"),
    [pytest.param(*case, marks=[] if case == QUICK else [pytest.mark.slow]) for case in CASES],
)
def test_the_next_run_makes_everything_of_the_rows_that_a_new_warehouse_stores(
    archive: Path, is_landed: bool, upgraded: Upgraded, tmp_path: Path
) -> None:
    shop = upgraded(archive, is_landed)
    new = unpack_landing(archive, tmp_path)
    take_in(new)
    assert_same_rows(stored(shop), stored(new))
    state = read_state(shop.world)
    assert state is not None
    assert (state.is_whole, state.brought_from) == (True, "")
    assert last_line(shop.run()).startswith("Nothing new")
    assert {mode(path) for path in shop.release.folder.iterdir()} == {0o444}
    inside = [path for path in shop.world.root.rglob("*") if not path.is_symlink()]
    assert not [path for path in inside if mode(path) & 0o077]


@pytest.mark.slow
@pytest.mark.parametrize(("archive", "is_landed"), CASES)
def test_the_next_run_makes_of_it_what_a_new_warehouse_holds(
    archive: Path, is_landed: bool, upgraded: Upgraded, fresh: Callable[[Path], Shop]
) -> None:
    after = upgraded(archive, is_landed).release.tables()
    expected = fresh(archive).release.tables()
    assert after.keys() == expected.keys()
    for name in after.keys() - {*LOGS, *SPEAK_OF_FILES}:
        assert after[name] == expected[name], name


def succeeded(run: Run) -> bool:
    assert run.code == 0, run.errors
    return True


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def last_line(run: Run) -> str:
    return run.lines[-1]
