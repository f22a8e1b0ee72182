"""The story, step by step; a step leaves behind what its tests look at, whatever comes after."""

from dataclasses import dataclass

import pytest

from orchestration.build_state import read_state
from tests.end_to_end.shop import Release, Run, Shop, stamps, write_csv
from tests.end_to_end.story import (
    FIRST_FILES,
    LATE_FILES,
    NO_PARQUET,
    STRICT_POLICY,
    WITHOUT_CURRENCY,
    in_other_files,
)
from tests.end_to_end.undisturbed import Story, copy, tables


@dataclass(frozen=True)
class Step:
    """One run, the release that was current after it, and the files of all releases then.

    ``brought_from`` is the release of which the build made only the changes; empty if it made
    everything, or if nobody can tell.
    """

    run: Run
    release: Release
    statuses: dict[str, tuple[str, str]]
    files: dict[str, tuple[int, int, int]]
    brought_from: str


@dataclass(frozen=True)
class Death(Step):
    """A run that was killed, and another that was started while it was writing."""

    second_writer: Run


def step(shop: Shop, run: Run) -> Step:
    release, state = shop.release, read_state(shop.world)
    brought_from = state.brought_from if state else ""
    return Step(run, release, release.statuses(), stamps(shop.world.releases), brought_from)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("our shop"))


@pytest.fixture(scope="session")
def first(shop: Shop) -> Step:
    """The first files come."""
    shop.land(FIRST_FILES)
    return step(shop, shop.run())


@pytest.fixture(scope="session")
def after_first(shop: Shop, first: Step, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Another shop that has come as far."""
    return copy(shop, tmp_path_factory.mktemp("after the first files"))


@pytest.fixture(scope="session")
def followed(after_first: Shop) -> Step:
    """There the late files come, and nothing else happens."""
    after_first.land(LATE_FILES)
    return step(after_first, after_first.run())


@pytest.fixture(scope="session")
def unchanged(shop: Shop, after_first: Shop) -> Step:
    """Nothing comes."""
    return step(shop, shop.run())


@pytest.fixture(scope="session")
def held(shop: Shop, unchanged: Step) -> Step:
    """The late files come, and with them two that cannot be taken."""
    shop.land(LATE_FILES)
    row = LATE_FILES["orders/second half/late.csv"][0]
    write_csv(shop.landing / WITHOUT_CURRENCY, [{k: row[k] for k in row if k != "currency"}])
    (shop.landing / NO_PARQUET).write_bytes(b"PAR1 and then the line went dead")
    return step(shop, shop.run())


@pytest.fixture(scope="session")
def killed(shop: Shop, held: Step) -> Death:
    """The two are taken out, and the run dies in the middle of the build."""
    for name in (WITHOUT_CURRENCY, NO_PARQUET):
        (shop.landing / name).unlink()
    others: list[Run] = []
    run = shop.run_killed_while_building(meanwhile=lambda: others.append(shop.run()))
    return Death(**vars(step(shop, run)), second_writer=others[0])


@pytest.fixture(scope="session")
def second(shop: Shop, killed: Death) -> Step:
    """It is started again."""
    return step(shop, shop.run())


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Step:
    """The same rows in other files, in one run of a fresh warehouse."""
    other = Shop(tmp_path_factory.mktemp("elsewhere"))
    other.land(in_other_files(FIRST_FILES, LATE_FILES))
    return step(other, other.run())


@pytest.fixture(scope="session")
def strict(shop: Shop, second: Step) -> Step:
    """The business changes its policy, and somebody has deleted the build database."""
    shop.config.mkdir()
    (shop.config / "status_policy.csv").write_text(STRICT_POLICY, encoding="utf-8")
    shop.world.build_database.unlink()
    return step(shop, shop.run(CONFIG=shop.config))


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """For runs that something happens to: where they begin, and where they are to end."""
    shop = Shop(tmp_path_factory.mktemp("before"))
    shop.land(FIRST_FILES)
    assert shop.run().code == 0
    shop.land(LATE_FILES)
    undisturbed = copy(shop, tmp_path_factory.mktemp("undisturbed"))
    run = undisturbed.run()
    assert run.code == 0, run.errors
    # What is said before the summary is said as it happens.
    said = [line for line in run.lines if line.startswith("  ")]
    old, new = tables(shop.release), tables(undisturbed.release)
    assert old != new
    return Story(shop, old, new, said, run.seconds)
