"""A complete day with under a quarter of its usual orders holds; the newest day never does."""

from datetime import date, timedelta

import pytest

from expectations.drift import Profile
from expectations.low_volume import low_days

LAST = date(2026, 2, 28)
YESTERDAY = LAST - timedelta(days=1)


def shop(*, days: int = 70, rows: int = 100, **changes: int) -> dict[date, Profile]:
    """So many orders every day; ``changes`` are those of so many days ago, by ``d<number>``."""
    profiles = {LAST - timedelta(days=back): Profile(rows=rows) for back in range(days)}
    for name, number in changes.items():
        profiles[LAST - timedelta(days=int(name[1:]))].rows = number
    return profiles


def test_a_complete_day_under_a_quarter_holds_and_says_so() -> None:
    assert low_days(shop(d1=24), published_to=None) == [
        "24 orders on 2026-02-27, usually 100 (24%)"
    ]


@pytest.mark.parametrize("profiles", [{}, shop(), shop(d1=25), shop(d0=0), shop(d0=1)])
def test_ordinary_days_and_the_newest_one_do_not_hold(profiles: dict[date, Profile]) -> None:
    assert low_days(profiles, published_to=None) == []


def test_a_day_that_did_not_come_at_all_holds() -> None:
    profiles = shop()
    del profiles[YESTERDAY]
    assert low_days(profiles, published_to=None)[0].startswith("0 orders on 2026-02-27")


def test_a_day_on_which_the_shop_is_always_closed_does_not_hold() -> None:
    profiles = {day: profile for day, profile in shop().items() if day.weekday() != 6}
    assert low_days(profiles, published_to=None) == []


@pytest.mark.parametrize(("rows", "holds"), [(49, False), (50, True)])
def test_a_shop_with_fewer_than_50_orders_on_such_a_day_is_not_judged(
    rows: int, holds: bool
) -> None:
    assert bool(low_days(shop(rows=rows, d1=0), published_to=None)) is holds


@pytest.mark.parametrize(("days", "holds"), [(29, False), (30, True)])
def test_fewer_than_four_weeks_say_nothing(days: int, holds: bool) -> None:
    assert bool(low_days(shop(days=days, d1=0), published_to=None)) is holds


def test_a_day_that_was_published_as_complete_is_not_judged_again() -> None:
    assert low_days(shop(d2=0), published_to=LAST - timedelta(days=2)) != []
    assert low_days(shop(d2=0), published_to=YESTERDAY) == []
    assert low_days(shop(d8=0), published_to=None) == []


def test_a_holiday_that_was_one_a_year_ago_does_not_hold() -> None:
    assert low_days(shop(days=450, d1=0, d365=0), published_to=None) == []
    assert low_days(shop(days=450, d1=0, d365=60), published_to=None) != []
