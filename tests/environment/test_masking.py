"""E-mail addresses are masked alike by the models and in what people read."""

import duckdb
import pytest
import yaml

from customer_status.environment.layout import PROJECT_DIR
from customer_status.environment.masking import masked, masked_document

PATTERNS = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
MASKED = {
    "orders/ana@shop.es/a.csv": "orders/***/a.csv",
    "ANA@SHOP.ES": "***",
    "mail ana.gil+news@shop.co.uk, please.": "mail ***, please.",
    "<ana@shop.es>": "<***>",
    "mailto:ana@shop.es?subject=x": "mailto:***?subject=x",
    "?mail=ana%40shop.es&x=1": "?mail=***&x=1",
    "ana%2540shop%2Ees": "***",
    "ana%40ex%C3%A4mple.es": "***",
    "ana&#64;shop.es ana&#x40;shop.es": "*** ***",
    "ana＠shop.es": "***",
    "josé@exämple.es 用户@例え.jp": "*** ***",
    "o'brien@shop.ie": "***",
    '"ana gil"@shop.es': "***",
    "ana@shop.es;ben@shop.es": "***;***",
}
KEPT = ("/@home/50%40off?utm_source=a.b", "@ana", "ana@localhost", "50% @ home.", "a&#65;b.c", "")


@pytest.mark.parametrize("text", MASKED)
def test_an_address_is_masked_by_python_and_by_the_engine(text: str) -> None:
    assert masked(text) == MASKED[text]
    pattern = PATTERNS["email_address_pattern"]
    assert replaced(text, pattern) == MASKED[text]


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_address_stays(text: str) -> None:
    assert masked(text) == text
    assert replaced(text, PATTERNS["email_address_pattern"]) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("call +34 600 12 34 56 now", "call *** now"),
        ("1 (555) 123-4567", "***"),
        ("?tel=%2B34600123456", "?tel=***"),
        ("600123456", "***"),
        ("order 12345678", "order 12345678"),
        ("/p/1234567890123456789", "/p/1234567890123456789"),
        ("2026-01-05", "2026-01-05"),
    ],
)
def test_a_telephone_number_has_9_to_15_digits_or_a_plus(text: str, expected: str) -> None:
    assert replaced(text, PATTERNS["telephone_number_pattern"]) == expected


def test_every_text_of_a_document_is_masked_and_counts_add_up() -> None:
    document = {"a@b.es is bad": 2, "c@d.es is bad": 3, "files": [{"name": "x/a@b.es"}], "n": None}
    assert masked_document(document) == {"*** is bad": 5, "files": [{"name": "x/***"}], "n": None}


def replaced(text: str, pattern: str) -> str:
    with duckdb.connect() as connection:
        query = "select regexp_replace($1, $2, '***', 'g')"
        return connection.execute(query, [text, pattern]).fetchall()[0][0]
