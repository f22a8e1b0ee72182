"""Every measure of every customer, and the sentence about it, is what a plain reading says."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from decimal import Decimal

import pytest

from tests.models.compiled import ModelRun, compiled_project
from tests.models.readings import (
    TARGETS,
    modelled_measures,
    modelled_reasons,
    numbers_in,
    read_measures,
    rows_of,
)
from tests.models.reasons import Sentence, read_sentences
from tests.oracle.mart import Measures
from tests.oracle.people import Owner, customer_key
from tests.oracle.world import World
from tests.worlds.crowds import detailed_world
from tests.worlds.silences import silent_world

SHARE_OF_WORLDS = 5


@dataclass(frozen=True)
class Example:
    """One world by customer_key, as modelled and as plainly read."""

    modelled: dict[str, Measures]
    read: dict[str, Measures]
    reasons: dict[str, tuple[str, str]]
    sentences: dict[str, Sentence]


@pytest.fixture(scope="module")
def models() -> Iterator[ModelRun]:
    run = ModelRun(compiled_project(*TARGETS), plans=False)
    yield run
    run.close()


@pytest.fixture(scope="module")
def examples(models: ModelRun, number_of_worlds: int) -> list[Example]:
    seeds = range(number_of_worlds // SHARE_OF_WORLDS)
    worlds = [detailed_world(random.Random(seed)) for seed in seeds]
    worlds += [silent_world(random.Random(seed)) for seed in seeds[::2]]
    return [example(models, world) for world in worlds]


def example(models: ModelRun, world: World) -> Example:
    models.build(rows_of(world))
    return Example(
        modelled=modelled_measures(models),
        read=read_measures(world),
        reasons=modelled_reasons(models),
        sentences=read_sentences(world),
    )


def test_every_measure_equals_the_plain_reading(examples: list[Example], capsys) -> None:
    compared = 0
    for seed, one in enumerate(examples):
        assert one.modelled == one.read, f"world of seed {seed}"
        compared += len(one.read) * len(fields(Measures))
    with capsys.disabled():
        print(f"\n{compared:,} measures of {len(examples):,} worlds compared, 0 differences")


def test_a_reason_is_a_whole_sentence_that_begins_with_the_status(examples) -> None:
    for one in examples:
        assert one.reasons.keys() == one.read.keys()
        for key, (english, spanish) in one.reasons.items():
            assert english.startswith(one.read[key].status.title())
            for text in (english, spanish):
                assert text.endswith(".")
                assert not re.search("[{}]|  |null|None", text)


def test_a_reason_names_each_measure_beside_its_threshold(examples: list[Example]) -> None:
    for seed, one in enumerate(examples):
        for key, (english, spanish) in one.reasons.items():
            expected = one.sentences[key]
            for text in (english, spanish):
                assert numbers_in(text) == expected.numbers, f"world of seed {seed}: {text}"
            assert english.startswith(expected.beginning)
            assert expected.period in english
            assert expected.named in english


def test_the_worlds_meet_every_reason_and_vary_every_measure(examples: list[Example]) -> None:
    sentences = [said for one in examples for said in one.sentences.values()]
    assert {said.beginning for said in sentences} == {
        *("Inactive: no purchase", "Inactive: days", "Captive by habit", "Captive by contract"),
        *("Active: engagement points", "Passive: engagement points"),
        "Active: engagement is not measured (",
    }
    assert {said.period for said in sentences} == {"", "month", "quarter"}
    assert {said.named for said in sentences} == {
        *("", "active", "passive", "captive", "web_sessions", "crm_touches"),
    }
    lengths = {len(said.numbers) for said in sentences if said.beginning.endswith("(")}
    # nothing came, a silence, observed for too short a time, a silence that is over
    assert lengths >= {8, 11, 15, 17}
    rows = [row for one in examples for row in one.read.values()]
    for field in fields(Measures):
        assert len({getattr(row, field.name) for row in rows}) > 1, field.name


@pytest.mark.parametrize(
    ("amounts", "average"), [(("1.00", "1.01"), "1.01"), (("1.00", "1.00", "1.01"), "1.00")]
)
def test_half_a_cent_is_rounded_up(
    models: ModelRun, amounts: tuple[str, ...], average: str
) -> None:
    world = detailed_world(random.Random(0))
    order = replace(
        next(row for row in world.orders if row.customer_id),
        **{"order_status": "paid", "order_type": "sale", "currency": "EUR"},
        **{"discount_amount": None, "refund_amount": None},
    )
    orders = tuple(
        replace(order, order_id=f"order-{number}", gross_amount=Decimal(amount))
        for number, amount in enumerate(amounts)
    )
    settings = replace(world.settings, reporting_currency="EUR", as_of_date=None)
    models.build(rows_of(replace(world, orders=orders, settings=settings)))
    found = modelled_measures(models)[customer_key(Owner("customer_id", order.customer_id))]
    assert found.average_order_value == Decimal(average)
