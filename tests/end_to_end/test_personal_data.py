"""Names and e-mail addresses are read in dim_customer, and nowhere else in a release."""

from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.end_to_end.conftest import Step
from tests.end_to_end.shop import Release
from tests.end_to_end.story import ANA, BEN, CLEO, DAN, EVE, FIRST_FILES, GUEST

NAMED = [*(person["email"] for person in (ANA, BEN, CLEO, GUEST, EVE)), "Ana Gil"]
SHOP_IDS = [person["customer_id"] for person in (ANA, BEN, CLEO, DAN, EVE)]
TEXT_COLUMNS = """
    select schema_name, table_name, column_name from duckdb_columns()
    where data_type = 'VARCHAR' and not internal
"""


def words_in_release(release: Release) -> dict[tuple[str, str], str]:
    """All text of every table of every schema, by table and column, as a reader could search it."""
    return {
        (table, column): unquote("\n".join(value for (value,) in rows if value)).lower()
        for schema, table, column in release.ask(TEXT_COLUMNS)
        for rows in [release.ask(f'select distinct "{column}" from "{schema}"."{table}"')]
    }


@pytest.fixture(scope="module")
def words(second: Step) -> dict[tuple[str, str], str]:
    return words_in_release(second.release)


def test_the_shop_was_told_names_and_addresses_in_places_made_for_other_things() -> None:
    rows = [row for rows in FIRST_FILES.values() for row in rows]
    assert any("@" in row.get("landing_page", "") for row in rows)
    assert any("%40" in row.get("topic", "") for row in rows)


def test_dim_customer_has_them_all(words: dict[tuple[str, str], str]) -> None:
    known = "\n".join(text for (table, _), text in words.items() if table == "dim_customer")
    assert [name for name in [*NAMED, *SHOP_IDS] if name.lower() not in known] == []


def test_no_other_table_has_any(words: dict[tuple[str, str], str]) -> None:
    found = {
        (*place, name)
        for place, text in words.items()
        if place[0] != "dim_customer"
        for name in [*NAMED, *SHOP_IDS]
        if name.lower() in text
    }
    assert found == set()


def test_what_lies_beside_the_tables_has_none_either(second: Step) -> None:
    pages = [path for path in second.release.folder.iterdir() if path.suffix in (".html", ".json")]
    assert pages
    assert [(path.name, name) for path in pages for name in NAMED if name in _text(path)] == []


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
