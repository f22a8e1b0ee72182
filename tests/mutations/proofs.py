"""Worlds in which the models and the plain reading are compared, until they first differ."""

import random
from dataclasses import dataclass

import duckdb

from tests.models.compiled import ModelRun
from tests.models.readings import (
    modelled_consents,
    modelled_measures,
    modelled_owners,
    modelled_people,
    modelled_reasons,
    modelled_shared,
    modelled_timelines,
    numbers_in,
    read_consents,
    read_measures,
    read_owners,
    read_people,
    read_shared,
    read_timelines,
    rows_of,
)
from tests.models.reasons import Sentence, read_sentences
from tests.oracle.consents import Consent
from tests.oracle.mart import Measures
from tests.oracle.timeline import Interval
from tests.oracle.world import World
from tests.worlds.agreements import agreeing_world
from tests.worlds.crowds import detailed_world
from tests.worlds.disguises import disguised_world
from tests.worlds.edges import EDGES
from tests.worlds.silences import silent_world
from tests.worlds.tangles import tangled_world


@dataclass(frozen=True)
class Case:
    """A world's rows, and what the plain reading makes of them."""

    name: str
    rows: dict[str, list[dict[str, object]]]
    people: dict[str, str]
    owners: dict[tuple[str, str], str]
    shared: dict[str, int]
    consents: dict[str, dict[str, Consent]]
    timelines: dict[str, list[Interval]]
    measures: dict[str, Measures]
    sentences: dict[str, Sentence] | None


# Whose rows alone do not say whose they are.
TWO_NAMES = "two names of one kind, first seen together"


def cases(count: int) -> list[Case]:
    """The edges, then crowds and silences, whose reasons are looked at too, and tangled people,
    every second time in disguise, by turns."""
    found = [
        _case(name, world, sentences=None if name == TWO_NAMES else read_sentences(world))
        for name, world in EDGES.items()
    ]
    for seed in range(count // 2):
        crowd = detailed_world(random.Random(seed))
        # Who says what to whom is read of rows that alone say whose they are.
        found.append(_case(f"crowd {seed}", crowd, sentences=read_sentences(crowd)))
        source = random.Random(seed)
        tangle = tangled_world(source)
        if seed % 2:
            tangle = agreeing_world(source, disguised_world(source, tangle))
        found.append(_case(f"{'disguise' if seed % 2 else 'tangle'} {seed}", tangle))
        silent = silent_world(random.Random(seed))
        found.append(_case(f"silence {seed}", silent, sentences=read_sentences(silent)))
    return found


def _case(name: str, world: World, *, sentences: dict[str, Sentence] | None = None) -> Case:
    return Case(
        name=name,
        rows=rows_of(world),
        people=read_people(world),
        owners=read_owners(world),
        shared=read_shared(world),
        consents=read_consents(world),
        timelines=read_timelines(world),
        measures=read_measures(world),
        sentences=sentences,
    )


def first_difference(run: ModelRun, worlds: list[Case]) -> str | None:
    """Which comparison fails first, and in which world; None if none does."""
    for case in worlds:
        differing = difference(run, case)
        if differing:
            return f"{differing}, {case.name}"
    return None


def difference(run: ModelRun, case: Case) -> str | None:
    try:
        run.build(case.rows)
    except duckdb.Error as error:
        return f"build: {str(error).splitlines()[0][:60]}"
    if modelled_people(run) != case.people or modelled_owners(run) != case.owners:
        return "people"
    if modelled_shared(run) != case.shared:
        return "shared identifiers"
    if modelled_consents(run) != case.consents:
        return "consents"
    if modelled_timelines(run) != case.timelines:
        return "timelines"
    try:
        if modelled_measures(run) != case.measures:
            return "measures"
    except AssertionError:
        return "measures"
    if case.sentences is not None and not _reasons_hold(run, case.sentences):
        return "reasons"
    return None


def _reasons_hold(run: ModelRun, sentences: dict[str, Sentence]) -> bool:
    reasons = modelled_reasons(run)
    return reasons.keys() == sentences.keys() and all(
        english.startswith(sentences[key].beginning)
        and numbers_in(english) == numbers_in(spanish) == sentences[key].numbers
        for key, (english, spanish) in reasons.items()
    )
