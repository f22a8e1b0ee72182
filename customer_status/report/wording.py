"""Turns values into the words, numbers and HTML of the report."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from customer_status.environment.masking import masked
from customer_status.environment.text import shown_in_html

MISSING = "–"


class Html(str):
    """Text that is markup already; every other string is escaped where it enters the page."""

    __slots__ = ()


def text(value: object) -> Html:
    """Make ``value`` safe to show unless it is markup; e-mail addresses are masked.

    File names and reasons come from outside, and the report names no person.
    """
    if isinstance(value, Html):
        return value
    return Html(shown_in_html(masked(str(value))))


def join(parts: Iterable[Html]) -> Html:
    return Html("\n".join(parts))


def day(value: date | None) -> str:
    """3 November 2026, whatever the locale of the machine."""
    return f"{value.day} {value:%B %Y}" if value else MISSING


def short_day(value: date) -> str:
    return f"{value.day} {value:%b}"


def number(value: Decimal | float | None) -> str:
    """1,234,567, or a dash where nothing is known."""
    return MISSING if value is None else f"{value:,.0f}"


def compact(value: Decimal | float | None) -> str:
    """At most four digits from a million on: 12,345 and 999,999 but 1.23 M and 45.7 M."""
    if value is None:
        return MISSING
    for unit, size in ((" B", 10**9), (" M", 10**6)):
        if value >= size or value <= -size:
            scaled = float(value) / size
            return f"{scaled:.{2 if abs(scaled) < 10 else 1}f}{unit}"
    return number(value)


def share(part: Decimal | float | None, whole: Decimal | float | None) -> str:
    """``part`` of ``whole`` in percent with one decimal; a dash where there is no whole."""
    if part is None or not whole:
        return MISSING
    percent = 100 * float(part) / float(whole)
    return "<0.1%" if 0 < percent < 0.1 else f"{percent:.1f}%"


def ratio(part: Decimal | float | None, whole: Decimal | float | None) -> float:
    """The same share from 0 to 1 for drawing; nothing where there is no whole."""
    return float(part) / float(whole) if part and whole else 0.0


def counted(amount: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun: 1 file, 2 files."""
    return f"{number(amount)} {noun if amount == 1 else plural or noun + 's'}"


def words(name: str) -> str:
    """``lapsed_active`` as a reader says it."""
    return name.replace("_", " ")


def table(
    headers: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: Iterable[int] = ()
) -> Html:
    """An HTML table that scrolls by itself if too wide; columns ``numbers`` are right-aligned."""
    right = set(numbers)

    def cells(values: Sequence[object], tag: str) -> str:
        return "".join(
            f"<{tag}{' class=number' if index in right else ''}>{text(value)}</{tag}>"
            for index, value in enumerate(values)
        )

    body = "\n".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return Html(
        f'<div class="scroll"><table><thead><tr>{cells(headers, "th")}</tr></thead>\n'
        f"<tbody>{body}</tbody></table></div>"
    )


def section(
    title: str, *body: Html, note: str | Html = "", classes: str = "", anchor: str = ""
) -> Html:
    """A titled part of the page with one line on how to read it; links lead to its anchor."""
    attribute = f' id="{text(anchor)}"' if anchor else ""
    attribute += f' class="{classes}"' if classes else ""
    lead = f'<p class="note">{text(note)}</p>' if note else ""
    return Html(f"<section{attribute}><h2>{text(title)}</h2>{lead}\n{join(body)}</section>")


def details(summary: str, body: Html) -> Html:
    return Html(f"<details><summary>{text(summary)}</summary>{body}</details>")


def nothing(message: str) -> Html:
    return Html(f'<p class="nothing">{text(message)}</p>')


def chip(status: str) -> Html:
    """The name of a status beside its colour."""
    return Html(f'<span class="chip {text(status)}">{text(words(status))}</span>')
