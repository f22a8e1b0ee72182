"""A folder of a hostile name is landed like any other, and nothing that people read obeys it."""

import re

import pytest

from customer_status.environment.text import shown
from tests.commands.project import Project
from tests.documentation.conftest import HOSTILE_NAME, RUN_LOG

OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]")


def test_its_rows_are_in_and_it_is_written_out(published: Project) -> None:
    sql = "select file_name, rows_accepted from fct_ingest where file_name like '%own.csv'"
    answer = published.run("make", "query", "FORMAT=csv", f"SQL={sql}").stdout
    assert answer.splitlines()[1] == f"orders/{shown(HOSTILE_NAME)}/own.csv,1"


@pytest.mark.parametrize("page", ["report.html", "input-quality.html", "release.json"])
def test_no_published_page_obeys_it(published: Project, page: str) -> None:
    text = (published.release.parent / page).read_text(encoding="utf-8")
    assert not OBEYED.search(text)
    assert page.endswith(".json") or "<img src=x>" not in text


def test_no_line_of_the_run_obeys_it(published: Project) -> None:
    text = (published.folder / RUN_LOG).read_text(encoding="utf-8")
    assert not OBEYED.search(text)
    assert "error: " not in text
