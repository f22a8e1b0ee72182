"""Every interval of every customer is what a plain reading of the rules says."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from tests.models.compiled import ModelRun, compiled_project
from tests.models.seeds import shipped_seed
from tests.oracle.people import Owner
from tests.oracle.timeline import Interval, timelines
from tests.oracle.world import TABLES, World
from tests.worlds.build import random_world
from tests.worlds.strategies import worlds

# A customer goes by the first of customer_id, email and contact_id, as in a row.
TIMELINE = """
    with owners as (
        select customer_key, min_by(identifier, (identifier_rank, identifier)) as identifier
        from compiled.intermediate.int_identifier__resolved
        inner join compiled.intermediate.int_identifier__known using (identifier)
        group by customer_key
    )
    select
        identifier, valid_from, valid_to, status, sub_status,
        policy_segment, policy_effective_from, change_cause
    from compiled.timeline.int_customer__timeline
    inner join owners using (customer_key)
    order by identifier, valid_from
"""


@pytest.fixture(scope="module")
def models() -> Iterator[ModelRun]:
    run = ModelRun(compiled_project("int_customer__timeline"))
    yield run
    run.close()


@pytest.fixture(scope="module")
def quick_models() -> Iterator[ModelRun]:
    run = ModelRun(compiled_project("int_customer__timeline"), plans=False)
    yield run
    run.close()


def rows_of(world: World) -> dict[str, list[dict[str, object]]]:
    """The world's rows, with the seeds that a world does not vary as shipped."""
    rows = {table: world.rows(table) for table in [*TABLES, "settings"]}
    for row in rows["settings"]:
        row["value"] = row["value"] or None
    return {**{name: shipped_seed(name) for name in ("labels", "status_reasons")}, **rows}


def modelled(models: ModelRun, world: World) -> dict[Owner, list[Interval]]:
    models.build(rows_of(world))
    found: dict[Owner, list[Interval]] = {}
    for identifier, *interval in models.rows(TIMELINE):
        kind, _, value = identifier.partition(":")
        found.setdefault(Owner(kind, value), []).append(Interval(*interval))
    return found


@settings(max_examples=40, deadline=None)
@given(world=worlds())
def test_every_interval_equals_the_plain_reading(models: ModelRun, world: World) -> None:
    assert modelled(models, world) == timelines(world)


def test_every_interval_of_many_worlds_equals_the_plain_reading(
    quick_models: ModelRun, number_of_worlds: int, capsys: pytest.CaptureFixture[str]
) -> None:
    compared = 0
    for seed in range(number_of_worlds):
        world = random_world(random.Random(seed))
        expected = timelines(world)
        assert modelled(quick_models, world) == expected, f"world of seed {seed}"
        compared += sum(map(len, expected.values()))
    with capsys.disabled():
        print(f"\n{compared:,} intervals of {number_of_worlds:,} worlds compared, 0 differences")
