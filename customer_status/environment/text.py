"""Text that came from outside, made safe to show to a person.

File and folder names, column names, values and options may hold anything. Whoever prints or logs
such text, or puts it into a message or a page, passes it through `shown` first: a terminal would
obey an escape sequence, a newline would start a line of its own, and a bidirectional control would
turn the rest of the line around. Pages escape HTML on top of it (`shown_in_html`).
"""

import html
import unicodedata

# Controls, format characters (bidirectional and zero-width ones among them), lone surrogates (bytes
# of a name that are not UTF-8), private and unassigned ones, line and paragraph separators.
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def shown(text: object) -> str:
    """One line of printable characters, the others as escapes such as ``\\x1b`` and ``\\u202e``."""
    text = str(text)
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(c) if _is_unprintable(c) else c for c in text)


def shown_lines(text: object) -> str:
    """The same for a text of several lines of our own making: its line breaks stay."""
    return "\n".join(shown(line) for line in str(text).split("\n"))


def shown_in_html(text: object) -> str:
    """The same for a page: HTML is escaped too."""
    return html.escape(shown_lines(text))


def _is_unprintable(character: str) -> bool:
    return unicodedata.category(character) in _UNPRINTABLE


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
