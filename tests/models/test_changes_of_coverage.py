"""Whose timeline is computed again when a feed of engagement falls silent, and why it changed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from tests.models.readings import rows_of
from tests.models.test_changes_equal_everything import FEEDS, Step, follow
from tests.models.updates import Build
from tests.oracle.configuration import Policy, Settings
from tests.oracle.examples import sale, visit, world_of
from tests.oracle.people import Owner, customer_key
from tests.oracle.records import Row

# Points count for 30 days; 14 days without a visit are allowed.
POLICY = Policy(
    engagement_feeds="web_sessions",
    engagement_measured_from=date(2000, 1, 1),
    engagement_window_days=30,
)
NOBODY = {"customer_id": None, "visitor_id": "passer-by"}
ANA, LEO, EVA = (customer_key(Owner("customer_id", name)) for name in ("ana", "leo", "eva"))
BEGINNING = (
    sale("2024-01-01"),
    sale("2023-01-01", customer_id="leo"),  # inactive for long
    visit("2024-01-05", **NOBODY),
)


def steps(*runs: tuple[str, tuple[Row, ...]]) -> Iterator[Step]:
    """One run for each as-of date, with the rows that came by it."""
    known: dict[str, list[dict[str, object]]] = {feed: [] for feed in FEEDS}
    for number, (as_of, rows) in enumerate(runs):
        world = world_of(*rows, as_of=as_of, policies=(POLICY,))
        settings = Settings(as_of_date=date.fromisoformat(as_of))
        arrived = rows_of(replace(world, settings=settings))
        for feed in FEEDS:
            arrived[feed] = [{**row, "_file_id": f"file-{number}"} for row in arrived[feed]]
            known[feed] = [*known[feed], *arrived[feed]]
        yield Step(arrived=arrived, known={**arrived, **known})


def computed_again(build: Build) -> set[str]:
    return {key for (key,) in build.rows("select customer_key from compiled.changes.chg_customers")}


def test_nobody_is_computed_again_until_a_silence_is_long_and_then_only_who_buys(
    updated: Build, afresh: Build
) -> None:
    runs = list(
        steps(
            ("2024-01-10", BEGINNING),
            ("2024-01-15", ()),
            ("2024-01-19", ()),  # 14 days
            ("2024-01-20", ()),
            ("2024-01-25", ()),
            ("2024-01-31", (visit("2024-01-30", **NOBODY),)),
            ("2024-02-01", ()),
            ("2024-02-02", (visit("2024-01-15", **NOBODY),)),
        )
    )
    # After the first run, which computes everybody.
    expected = [set(), set(), {ANA}, set(), {ANA}, set(), {ANA}]

    def watched() -> Iterator[Step]:
        for number, step in enumerate(runs):
            yield step
            if number:
                assert computed_again(updated) == expected[number - 1], f"run {number}"

    follow(watched(), updated, afresh)


def test_who_lapses_on_the_day_on_which_measurement_ends_is_computed_again(
    updated: Build, afresh: Build
) -> None:
    """The cause of that day is measurement then, no longer the clock: 2023-10-21 + 91 days."""
    eva = sale("2023-10-21", customer_id="eva"), sale("2023-10-20", customer_id="eva")
    follow(steps(("2024-01-19", (*BEGINNING, *eva)), ("2024-01-20", ())), updated, afresh)
    assert computed_again(updated) == {ANA, EVA}
    assert updated.rows(f"""
        select status, change_cause from compiled.timeline.int_customer__timeline
        where customer_key = '{EVA}' and valid_from = '2024-01-20'
    """) == [("inactive", "measurement")]


def restatements(build: Build) -> list[tuple[str, str, str, str]]:
    return build.rows("""
        select customer_key, valid_from::varchar, valid_to::varchar, reason
        from compiled.timeline.fct_customer_status_restatement order by customer_key, valid_from
    """)


def test_a_silence_that_is_filled_late_restates_by_measurement(
    updated: Build, afresh: Build
) -> None:
    late = visit("2024-01-15", **NOBODY)
    follow(steps(("2024-01-25", BEGINNING), ("2024-01-25", (late,))), updated, afresh)
    assert restatements(updated) == [(ANA, "2024-01-20", "2024-01-26", "measurement")]


def test_a_silence_that_becomes_long_restates_nothing(updated: Build, afresh: Build) -> None:
    follow(steps(("2024-01-19", BEGINNING), ("2024-01-25", ())), updated, afresh)
    assert restatements(updated) == []


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("2024-01-09", "late_event"),
        ("2024-01-10", "late_event"),  # on the very day that was published last
        ("2024-01-11", None),
    ],
)
def test_an_event_of_a_day_that_was_published_is_late(
    day: str, reason: str | None, updated: Build, afresh: Build
) -> None:
    again = sale(day)
    follow(steps(("2024-01-10", BEGINNING), ("2024-01-11", (again,))), updated, afresh)
    expected = [(ANA, day, "2024-01-11", reason)] if reason else []
    assert restatements(updated) == expected
