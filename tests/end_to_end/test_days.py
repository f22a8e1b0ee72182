"""The same rows asked about another day, and what that leaves behind; long proofs."""

from dataclasses import dataclass

import pytest

from tests.end_to_end.conftest import Step, step
from tests.end_to_end.shop import Shop
from tests.end_to_end.story import (
    FIRST_DAY,
    FIRST_FILES,
    LATER_FILES,
    SECOND_DAY,
    in_other_files,
)

pytestmark = pytest.mark.slow

ABOUT_A_DAY = ("mart_customer_status", "fct_customer_status_history", "fct_customer_status_change")


@dataclass(frozen=True)
class Days:
    """One warehouse: the first files, then all asked about the first day, now, and as before."""

    known_then: Step
    asked_later: Step
    now: Step
    asked_again: Step


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Days:
    shop = Shop(tmp_path_factory.mktemp("days"))
    shop.land(in_other_files(FIRST_FILES))
    known_then = step(shop, shop.run())
    shop.land(LATER_FILES)
    asked_later = step(shop, shop.run(AS_OF=FIRST_DAY))
    now = step(shop, shop.run())
    return Days(known_then, asked_later, now, step(shop, shop.run(AS_OF=FIRST_DAY)))


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> Step:
    """All files in one run of a fresh warehouse."""
    shop = Shop(tmp_path_factory.mktemp("at once"))
    shop.land(FIRST_FILES | LATER_FILES)
    return step(shop, shop.run())


def test_a_first_release_is_the_same_however_its_rows_are_split(first: Step, days: Days) -> None:
    one, other = first.release.tables(), days.known_then.release.tables()
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []


def test_a_day_asked_for_is_told_as_it_would_have_been_on_that_day(days: Days) -> None:
    assert days.asked_later.release.facts["as_of_date"] == FIRST_DAY
    then, later = days.known_then.release.tables(), days.asked_later.release.tables()
    for name in ABOUT_A_DAY:
        assert later[name] == then[name], name


def test_events_after_the_day_asked_for_make_nobody_a_customer(days: Days) -> None:
    assert "C-FAY" in days.now.statuses
    assert "C-FAY" not in days.asked_later.statuses


def test_a_run_for_another_day_ends_where_a_whole_one_would(days: Days, at_once: Step) -> None:
    assert days.asked_later.brought_from == days.known_then.release.folder.name
    assert days.now.brought_from == days.asked_later.release.folder.name
    assert days.now.release.facts["as_of_date"] == SECOND_DAY
    one, other = days.now.release.tables(), at_once.release.tables()
    assert [name for name in one if one[name] != other[name]] == []


def test_the_same_question_leads_to_the_same_release(days: Days) -> None:
    assert days.asked_again.release == days.asked_later.release
    assert days.asked_later.files.items() <= days.asked_again.files.items()


def test_looking_back_restates_nothing(days: Days) -> None:
    for told in (days.asked_later, days.now, days.asked_again):
        assert told.release.ask("from fct_customer_status_restatement") == []
