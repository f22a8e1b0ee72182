"""Whatever came from outside is one line of harmless characters once it is shown."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_status.environment.errors import UserError
from customer_status.environment.text import shown, shown_in_html, shown_lines

ANYTHING = st.text(st.characters(codec=None), max_size=20)
# What a terminal obeys, whatever stands around it: escape sequences, line ends, reversed text.
OBEYED = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("orders/ñandú 日本.csv", "orders/ñandú 日本.csv"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x9b31m", "\\x9b31m"),
        ("two\nlines\r\t", "two\\nlines\\r\\t"),
        ("a\u202egpj.csv", "a\\u202egpj.csv"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("no UTF-8 \udcff", "no UTF-8 \\udcff"),
        ("[red]x[/red] <b>", "[red]x[/red] <b>"),
    ],
)
def test_controls_are_written_out_and_all_else_stays(text: str, expected: str) -> None:
    assert shown(text) == expected


@given(ANYTHING)
def test_any_text_is_one_printable_line(text: str) -> None:
    line = shown(text)
    assert not OBEYED.search(line)
    assert len(line.splitlines()) <= 1
    line.encode()
    assert shown(line) == line


@given(st.lists(ANYTHING, max_size=3))
def test_our_own_line_ends_stay(texts: list[str]) -> None:
    own = "\n".join(shown(text) for text in texts)
    assert shown_lines(own) == own


class Reader(HTMLParser):
    """What a browser would make of a page: its text, and the elements in it."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.elements: list[str] = []

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.elements.append(tag)


@given(ANYTHING)
def test_no_element_and_no_control_gets_into_a_page(text: str) -> None:
    reader = Reader()
    reader.feed(f"<td>{shown_in_html(text)}</td>")
    reader.close()
    assert reader.elements == ["td"]
    assert reader.text == shown_lines(text)
    assert not OBEYED.search(reader.text.replace("\n", ""))


@given(ANYTHING)
def test_an_error_shows_no_control(text: str) -> None:
    assert not OBEYED.search(str(UserError(f"LANDING={text}: gone.")).replace("\n", ""))
