"""The form in which e-mail addresses are compared, in the models and in the step that erases."""

import unicodedata
from collections.abc import Iterator

import duckdb
import pytest

from customer_status.feeds.identifiers import comparable_email
from customer_status.feeds.layouts import FEEDS
from tests.models.compiled import ModelRun, compiled_project
from tests.models.readings import rows_of
from tests.oracle.comparison import comparable_email as documented
from tests.oracle.world import World

# Every character that another one may be taken for, and some others.
LETTERS = [
    letter
    for code in range(0x80, 0x20000)
    if (letter := chr(code)).isspace()
    or letter.lower() + letter.casefold() + letter.upper() != letter * 3
    or unicodedata.normalize("NFC", letter) != letter
    or unicodedata.category(letter) == "Cf"
    or (code % 97 == 0 and not 0xD800 <= code <= 0xDFFF)
]
SHAPES = ("a{}a@shop.example", "ana@sh{}op.example", "{}ana@shop.example{}", "Σ{}Σ@Σ{}Σ")


@pytest.fixture(scope="module")
def models() -> Iterator[ModelRun]:
    run = ModelRun(compiled_project("stg_contacts"))
    run.build(rows_of(World()))
    yield run
    run.close()


def in_models(models: ModelRun, texts: list[str]) -> list[str | None]:
    """The addresses as a model keeps them."""
    columns = ", ".join(f"null::{kind.value} as {name}" for name, kind in FEEDS["contacts"].items())
    models.connection.execute(
        "create or replace table compiled.raw.contacts as select * replace ("
        "place::varchar as contact_id, text as email, now() as created_at) from "
        f"(select {columns}) cross join "
        "(select unnest(range(len($1))) as place, unnest($1) as text)",
        [texts],
    )
    model = next(model for model in models.project.models if model.name == "stg_contacts")
    return [
        email
        for (email,) in models.rows(f"select email from ({model.sql}) order by contact_id::bigint")
    ]


def when_erasing(texts: list[str]) -> list[str | None]:
    with duckdb.connect() as connection:
        sql = f"select {comparable_email('text')} from (select unnest($1) as text)"
        return [email for (email,) in connection.execute(sql, [texts]).fetchall()]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_letter_is_compared_as_documented(models: ModelRun, shape: str) -> None:
    texts = [shape.replace("{}", letter) for letter in LETTERS]
    expected = [documented(text) or None for text in texts]
    for found in (in_models(models, texts), when_erasing(texts)):
        triples = zip(texts, found, expected, strict=True)
        assert [triple for triple in triples if triple[1] != triple[2]] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ana@Mail.example", "ana@mail.example"),
        ("jose\u0301@mail.example", "JOSÉ@mail.example"),
        ("a\u200bna\u00ad@ma\u2060il.example\ufeff", "ana@mail.example"),
        ("\u200d ana@mail.example \u200c", "ana@mail.example"),
        ("ana@STRASSE.example", "ana@straße.example"),
        ("ana@STRA\u1e9eE.example", "ana@straße.example"),
        ("ana@ΟΔΟΣ.gr", "ana@οδος.gr"),
        ("ΝΙΚΟΣ@mail.example", "νικος@mail.example"),
    ],
)
def test_spellings_of_one_address_are_the_same(one: str, other: str) -> None:
    assert len(set(when_erasing([one, other]))) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # only domains know no difference: the part before @ is the mail server's
        ("strasse@mail.example", "straße@mail.example"),
        ("josé@mail.example", "jose@mail.example"),
        ("ana.b@mail.example", "anab@mail.example"),
    ],
)
def test_other_addresses_stay_apart(one: str, other: str) -> None:
    assert len(set(when_erasing([one, other]))) == 2


def test_what_holds_nothing_that_can_be_seen_is_no_address() -> None:
    assert when_erasing(["\u200b\ufeff", "\u00ad \u2060"]) == [None, None]
