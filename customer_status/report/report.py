"""Writes the report of a release: one HTML file that opens offline and names no customer."""

from pathlib import Path

from customer_status.report import background, sections
from customer_status.report.facts import ReleaseFacts
from customer_status.report.figures import read_figures
from customer_status.report.wording import Html, day, join, text

STYLE = Path(__file__).with_name("report.css")


def write_report(
    path: Path, release_database: Path, facts: ReleaseFacts, *, quality_page: str = ""
) -> None:
    """Write the page ``path`` on the release whose public tables ``release_database`` holds.

    ``quality_page`` is the name of the page on input quality beside it, if there is one.

    Needs ``mart_customer_status`` and ``fct_customer_status_history``, which may be empty.
    """
    figures = read_figures(release_database, facts.as_of_date)
    body = join(
        [
            sections.header(figures, facts),
            sections.tiles(figures, facts),
            sections.history(figures),
            sections.forecast(figures, facts),
            sections.revenue(figures, facts),
            sections.sub_statuses(figures, facts),
            sections.causes(figures),
            background.inputs(facts, quality_page=quality_page),
            background.meanings(facts),
            background.querying(figures),
            background.footer(facts),
        ]
    )
    path.write_text(page(f"Customer status, {day(facts.as_of_date)}", body), encoding="utf-8")


def page(title: str, body: Html) -> str:
    """A whole page in the report's style."""
    return (
        "<!doctype html>\n"
        '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{text(title)}</title>\n"
        f"<style>\n{STYLE.read_text(encoding='utf-8')}</style>\n"
        f"</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )
