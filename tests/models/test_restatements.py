"""The log says of each published day that turned out otherwise what was said and what is now."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.models.compiled import ModelRun, compiled_project
from tests.models.published import (
    MEASURED_INTERVALS,
    PUBLISHED,
    publish_nothing,
    reading_published,
)
from tests.models.readings import rows_of
from tests.oracle.world import World
from tests.worlds.build import random_world

FEEDS = ("orders", "sessions", "touches", "contacts")
STATE = "status, sub_status, policy_segment, policy_effective_from"
State = tuple[str | None, ...]
Days = dict[tuple[str, date], State]

TOLD = {
    "timeline": f"""
        select
            customer_key, valid_from, least(coalesce(valid_to, as_of_date + 1), as_of_date + 1)
            as valid_to, {STATE}
        from compiled.timeline.int_customer__timeline
        cross join compiled.intermediate.int_run__as_of
        where valid_from <= as_of_date
    """,
    "files": """
        select unnest(['orders', 'web_sessions', 'crm_touches', 'contacts']) as feed,
            'early' as file_id
    """,
    "run": """
        select
            'two' as fingerprint, 'p' as policy, 'first' as previous_release_id,
            as_of_date as previous_as_of_date, 'p' as previous_policy,
            engagement_observed_from as previous_engagement_observed_from,
            true as is_previous_coverage_known
        from compiled.intermediate.int_run__as_of
    """,
    "measured_intervals": MEASURED_INTERVALS,
}


class PublishingRun(ModelRun):
    """Builds worlds one after the other, each compared with what the one before published."""

    def __init__(self) -> None:
        project = compiled_project("fct_customer_status_restatement")
        super().__init__(reading_published(project), plans=False)

    def publish_nothing(self) -> None:
        """As before the first release."""
        publish_nothing(self, fingerprint="one")

    def publish(self) -> None:
        """What the last build says up to its as-of date is what readers were told."""
        for table, query in TOLD.items():
            self.replace_rows(f"{PUBLISHED}.{table}", query)

    def as_of_date(self) -> date:
        return self.rows("select as_of_date from compiled.intermediate.int_run__as_of")[0][0]

    def days(self, through: date) -> Days:
        """What the last build says of each customer and day."""
        found: Days = {}
        for key, start, end, *state in self.rows(
            f"select customer_key, valid_from, valid_to, {STATE} "
            "from compiled.timeline.int_customer__timeline"
        ):
            for day in _between(start, min(end or date.max, through + timedelta(days=1))):
                found[key, day] = tuple(state)
        return found


def _between(start: date, end: date) -> Iterator[date]:
    while start < end:
        yield start
        start += timedelta(days=1)


@pytest.fixture(scope="module")
def run() -> Iterator[PublishingRun]:
    publishing = PublishingRun()
    yield publishing
    publishing.close()


def early_part(world: World, choices: random.Random) -> World:
    """The world as it was known before some of its rows came."""
    return replace(
        world,
        **{
            feed: tuple(row for row in getattr(world, feed) if choices.random() < 0.7)
            for feed in FEEDS
        },
    )


def rows_in_files(world: World, early: World) -> dict[str, list[dict[str, object]]]:
    """The world's rows, each with the file that it came in."""
    rows, known = rows_of(world), rows_of(early)
    for feed in ("orders", "web_sessions", "crm_touches", "contacts"):
        for row in rows[feed]:
            row["_file_id"] = "early" if row in known[feed] else "late"
    return rows


def restated_days(run: PublishingRun) -> dict[tuple[str, date], tuple[State, State]]:
    """The log's stretches, day by day: what was said and what is said."""
    found = {}
    for key, start, end, *states in run.rows("""
        select
            customer_key, valid_from, valid_to, previous_status, previous_sub_status,
            previous_policy_segment, previous_policy_effective_from, status, sub_status,
            policy_segment, policy_effective_from
        from compiled.timeline.fct_customer_status_restatement
    """):
        for day in _between(start, end):
            assert (key, day) not in found
            found[key, day] = (tuple(states[:4]), tuple(states[4:]))
    return found


def test_the_log_holds_every_published_day_that_turned_out_otherwise(run: PublishingRun) -> None:
    nothing: State = (None, None, None, None)
    restated = 0
    for seed in range(40):
        world = random_world(random.Random(seed))
        early = early_part(world, random.Random(seed))
        run.publish_nothing()
        run.build(rows_in_files(early, early))
        assert restated_days(run) == {}
        first_day, told = run.as_of_date(), run.days(run.as_of_date())
        run.publish()
        run.build(rows_in_files(world, early))
        compared = min(first_day, run.as_of_date())
        now = run.days(compared)
        told = {moment: state for moment, state in told.items() if moment[1] <= compared}
        expected = {
            moment: (told.get(moment, nothing), now.get(moment, nothing))
            for moment in {**told, **now}
            if told.get(moment, nothing) != now.get(moment, nothing)
        }
        assert restated_days(run) == expected, f"world of seed {seed}"
        restated += len(expected)
    assert restated > 1000


def test_the_same_rows_again_restate_nothing(run: PublishingRun) -> None:
    for seed in range(10):
        rows = rows_in_files(*[random_world(random.Random(seed))] * 2)
        run.publish_nothing()
        run.build(rows)
        run.publish()
        run.build(rows)
        assert restated_days(run) == {}
