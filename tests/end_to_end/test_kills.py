"""A run may die at any moment: readers keep a whole release, and the next run ends as it should."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from tests.end_to_end.shop import Shop
from tests.end_to_end.undisturbed import Story, Tables, copy, tables

pytestmark = pytest.mark.slow

RANDOM_MOMENTS = 24
# So many deaths in a row, then a run to its end.
DEATHS_BEFORE_HEALING = 6


class Reader(threading.Thread):
    """Opens the current release again and again, and reads it whole.

    Attributes:
        shop: whose release is read; may be changed meanwhile.
        looks: how often it was read.
        faults: what a reader should never see.
    """

    def __init__(self, shop: Shop, known: tuple[Tables, ...]) -> None:
        super().__init__(daemon=True)
        self.shop = shop
        self.looks = 0
        self.faults: list[str] = []
        self._known = known
        self._is_over = threading.Event()

    def run(self) -> None:
        while not self._is_over.wait(0.1):
            try:
                if tables(self.shop.release) not in self._known:
                    self.faults.append("a release that nobody published")
            except (duckdb.Error, OSError) as error:
                self.faults.append(str(error))
            self.looks += 1

    def stop(self) -> None:
        self._is_over.set()
        self.join()


@pytest.fixture
def reader(story: Story, tmp_path: Path) -> Iterator[Reader]:
    reader = Reader(copy(story.before, tmp_path / "shop"), (story.old, story.new))
    reader.start()
    yield reader
    reader.stop()


def test_a_run_may_die_at_any_moment(story: Story, reader: Reader, capsys) -> None:
    shop = reader.shop
    deaths = heals = 0
    for number, when in enumerate(moments(story), start=1):
        died = shop.run_killed(when=when)
        deaths += died.code < 0
        assert tables(shop.release) in (story.old, story.new)
        if tables(shop.release) == story.new:
            shop = reader.shop = copy(story.before, shop.folder.with_name(f"shop {number}"))
        elif number % DEATHS_BEFORE_HEALING == 0:
            healed = shop.run()
            assert (healed.code, healed.errors) == (0, [])
            assert tables(shop.release) == story.new
            heals += 1
            shop = reader.shop = copy(story.before, shop.folder.with_name(f"shop {number}"))
    healed = shop.run()
    assert (healed.code, tables(shop.release)) == (0, story.new)
    assert reader.faults == []
    with capsys.disabled():
        print(
            f"\n{deaths} runs killed, {heals + 1} times healed by the next one; "
            f"a reader looked {reader.looks:,} times and saw whole releases only"
        )
    assert deaths > RANDOM_MOMENTS


def moments(story: Story) -> Iterator[Callable[[str], bool]]:
    """Right after each step has spoken, and at random."""
    for line in story.lines:
        yield lambda said, line=line: line in said.splitlines()
    source = random.Random(20260101)
    for _ in range(RANDOM_MOMENTS):
        yield after(source.uniform(0, story.seconds))


def after(seconds: float) -> Callable[[str], bool]:
    """Whether so many seconds have passed since it was first asked."""
    asked_at: list[float] = []

    def is_time(said: str) -> bool:
        asked_at.append(time.monotonic())
        return asked_at[-1] - asked_at[0] >= seconds

    return is_time
