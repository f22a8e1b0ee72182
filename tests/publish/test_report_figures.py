"""Every figure and colour of the report is what a plain count of the marts' rows says.

Nothing here uses the report's own queries: rows are counted one by one in Python.
"""

import re
from calendar import monthrange
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from customer_status.publish.mart import write_mart
from customer_status.report.report import STYLE, write_report
from tests.publish.conftest import AS_OF, TABLES, make_facts

STATUSES = ("captive", "active", "passive", "inactive")
CHIP = re.compile(r'<span class="chip (\w+)">(\w+)</span>')
MARK = re.compile(r'<path aria-label="([^"]+)"[^>]* d="([^"]+)" fill="var\(--(\w+)\)"')
BAR = re.compile(r"^M[-\d.]+,[-\d.]+h([-\d.]+)v([-\d.]+)h")


class Customer(NamedTuple):
    status: str
    sub_status: str
    status_since: date
    change_cause: str
    next_status: str | None
    next_status_date: date | None
    is_at_risk: bool
    revenue: Decimal
    orders: int


class Mark(NamedTuple):
    """One layer of one bar: what it tells, its size along the scale, its colour."""

    label: str
    size: float
    colour: str


@pytest.fixture(scope="module")
def database(synthetic_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("figures")
    write_mart(synthetic_build, folder / "mart.duckdb", tables=TABLES, spill=folder / "spill")
    return folder / "mart.duckdb"


@pytest.fixture(scope="module")
def page(database: Path) -> str:
    write_report(database.with_name("report.html"), database, make_facts("one"))
    return database.with_name("report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def customers(database: Path) -> list[Customer]:
    query = """
        select status, sub_status, status_since, change_cause, next_status, next_status_date,
            is_at_risk, revenue_365d, orders_365d
        from mart_customer_status
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        return [Customer(*row) for row in connection.execute(query).fetchall()]


@pytest.fixture(scope="module")
def intervals(database: Path) -> list[tuple[date, date | None, str]]:
    query = "select valid_from, valid_to, status from fct_customer_status_history"
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query).fetchall()


def part(page: str, title: str) -> str:
    """The section of the page under a title."""
    return page.split(f"<h2>{title}</h2>", 1)[1].split("</section>", 1)[0]


def rows(html: str) -> list[list[str]]:
    """The cells of the first table's body, as they are written."""
    body = html.split("<tbody>", 1)[1].split("</tbody>", 1)[0]
    return [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", body)]


def marks(html: str, *, drawing: str = "wide", along: int = 2) -> list[Mark]:
    """Layers of a chart; ``along`` is the side that shows the number, 1 across and 2 up."""
    drawn = re.search(rf'<div class="{drawing}">(.*?)</svg>', html, flags=re.DOTALL)
    found = []
    for label, path, colour in MARK.findall(drawn[1]):
        sides = BAR.match(path)
        found.append(Mark(label, abs(float(sides[along])), colour))
    return found


def chips(html: str) -> list[str]:
    """Statuses named by chips, each in its own colour."""
    found = CHIP.findall(html)
    assert all(colour == name for colour, name in found)
    return [name for _, name in found]


def percent(part_: Decimal | int, whole: Decimal | int) -> str:
    return f"{100 * float(part_) / float(whole):.1f}%"


def tiles(page: str) -> dict[str, tuple[str, str, str]]:
    """Label to exact value, note, and class of every tile."""
    tile = re.compile(
        r'<div class="tile (\w*)"><p class="label">(.*?)</p>'
        r'<p class="value" title="([^"]*)">.*?</p><p class="under">(.*?)</p>'
    )
    return {
        re.sub("<.*?>", "", label): (value, note, css)
        for css, label, value, note in tile.findall(page)
    }


def test_the_tiles_count_customers_revenue_risk_and_changes(
    page: str, customers: list[Customer]
) -> None:
    found = tiles(page)
    buying = [row for row in customers if row.status != "inactive"]
    at_risk = [row for row in customers if row.is_at_risk]
    soon = [row for row in customers if is_due(row, 30)]
    assert 0 < len(at_risk) < len(buying) < len(customers)
    assert found["Customers"][0] == f"{len(customers):,}"
    revenue = sum(row.revenue for row in customers)
    assert found["Revenue, 365 days (EUR)"][0] == f"{revenue:,.0f}"
    assert found["At risk"][:2] == (
        f"{len(at_risk):,}",
        f"{percent(len(at_risk), len(buying))} of those who buy",
    )
    assert found["Changing within 30 days"][:2] == (
        f"{len(soon):,}",
        f"{percent(len(soon), len(customers))} by forecast",
    )
    for status in STATUSES:
        count = sum(row.status == status for row in customers)
        note = f"{percent(count, len(customers))} of customers"
        assert found[status] == (f"{count:,}", note, status)
    lead = re.search(r'<p class="lead">(.*?)</p>', page)[1]
    assert lead.startswith(f"{len(buying):,} of {len(customers):,} customers are buying")
    assert f"{len(soon):,} will change status by 17 November 2026" in lead


def is_due(row: Customer, days: int) -> bool:
    return row.next_status_date is not None and 0 < (row.next_status_date - AS_OF).days <= days


def test_the_forecast_table_names_the_status_left_first(
    page: str, customers: list[Customer]
) -> None:
    soon, later = (
        Counter((row.status, row.next_status) for row in customers if is_due(row, days))
        for days in (30, 90)
    )
    found = {
        tuple(chips(change)): (within_30, within_90)
        for change, within_30, within_90 in rows(part(page, "What happens next"))
    }
    assert found == {change: (f"{soon[change]:,}", f"{later[change]:,}") for change in later}
    assert any((entered, left) not in later for left, entered in later)


def test_the_forecast_chart_shows_each_week_in_the_colours_of_the_statuses_entered(
    page: str, customers: list[Customer]
) -> None:
    due = Counter()
    for row in customers:
        if is_due(row, 90):
            week = (row.next_status_date - AS_OF - timedelta(days=1)).days // 7
            due[AS_OF + timedelta(days=1 + 7 * week), row.next_status, row.status] += 1
    expected = {}
    for week, entered, _ in due:
        origins = [(left, due[week, entered, left]) for left in sorted(STATUSES)]
        words = ", ".join(f"{count:,} from {left}" for left, count in origins if count)
        total = sum(count for _, count in origins)
        label = f"Week of {week.day} {week:%b}, to {entered}: {total:,} ({words})"
        expected[label] = (entered, total)
    for drawing in ("wide", "narrow"):
        found = marks(part(page, "What happens next"), drawing=drawing)
        assert {mark.label: mark.colour for mark in found} == {
            label: colour for label, (colour, _) in expected.items()
        }
        assert_to_scale(found, {label: count for label, (_, count) in expected.items()})


def assert_to_scale(found: list[Mark], counts: dict[str, int]) -> None:
    """Every layer is as large as its number, by one scale."""
    unit = sum(mark.size for mark in found) / sum(counts.values())
    assert unit > 0
    for mark in found:
        assert mark.size == pytest.approx(unit * counts[mark.label], abs=0.11), mark.label


def test_the_causes_are_of_the_last_30_days_in_the_colours_of_the_statuses_entered(
    page: str, customers: list[Customer]
) -> None:
    ages = {(AS_OF - row.status_since).days for row in customers}
    assert {29, 30} <= ages  # the bound is met from both sides
    counts = Counter(
        (row.change_cause, row.status) for row in customers if (AS_OF - row.status_since).days < 30
    )
    expected = {
        f"{cause.replace('_', ' ')}, now {status}: {count:,} customers": (status, count)
        for (cause, status), count in counts.items()
    }
    found = marks(part(page, "What moved them"), along=1)
    assert {mark.label: mark.colour for mark in found} == {
        label: status for label, (status, _) in expected.items()
    }
    assert_to_scale(found, {label: count for label, (_, count) in expected.items()})


def test_the_history_shows_each_month_end_in_the_colours_of_the_statuses(
    page: str, intervals: list[tuple[date, date | None, str]]
) -> None:
    first = min(start for start, _, _ in intervals)
    months = (AS_OF.year - first.year) * 12 + AS_OF.month - first.month
    years_and_months = [
        divmod(first.year * 12 + first.month - 1 + n, 12) for n in range(months + 1)
    ]
    ends = [date(year, m + 1, monthrange(year, m + 1)[1]) for year, m in years_and_months]
    days = [min(end, AS_OF) for end in ends]
    expected, table = {}, []
    for day in days:
        on_day = Counter(
            status
            for start, end, status in intervals
            if start <= day and (end is None or end > day)
        )
        written = f"{day.day} {day:%B %Y}"
        table.append([written, *(f"{on_day[status]:,}" for status in STATUSES)])
        for status, count in on_day.items():
            share = percent(count, on_day.total())
            expected[f"{written}, {status}: {count:,} customers ({share})"] = (status, count)
    history = part(page, "How it came to this")
    assert rows(history) == table[::-1]
    found = marks(history)
    assert {mark.label: mark.colour for mark in found} == {
        label: status for label, (status, _) in expected.items()
    }
    assert_to_scale(found, {label: count for label, (_, count) in expected.items()})


def test_the_revenue_is_split_and_tabled_by_status(page: str, customers: list[Customer]) -> None:
    of = {status: [row for row in customers if row.status == status] for status in STATUSES}
    revenue = {status: sum(row.revenue for row in group) for status, group in of.items()}
    whole = sum(revenue.values())
    html = part(page, "Where the revenue comes from")
    bars = re.findall(r'<span class="(\w+)[^"]*" style="flex-grow:([\d.]+)" title="(.*?)">', html)
    sizes = [(status, len(group) / len(customers)) for status, group in of.items()]
    sizes += [(status, float(amount / whole)) for status, amount in revenue.items()]
    assert bars == [
        (status, f"{size:.4f}", f"{status}: {100 * size:.1f}%") for status, size in sizes
    ]
    found = [[*chips(cells[0]), *cells[1:]] for cells in rows(html)]
    assert found == [
        [
            status,
            f"{revenue[status]:,.0f}",
            percent(revenue[status], whole),
            f"{revenue[status] / len(group):,.0f}",
            f"{sum(row.orders for row in group):,}",
        ]
        for status, group in of.items()
    ]


def test_the_sub_statuses_are_tabled_in_the_colour_of_their_status(
    page: str, customers: list[Customer]
) -> None:
    counts = Counter((row.status, row.sub_status) for row in customers)
    expected = {
        (status, sub_status.replace("_", " ")): (
            f"{count:,}",
            status,
            f"{100 * count / max(counts.values()):.1f}",
            percent(count, len(customers)),
            f"{sum(r.revenue for r in customers if r[:2] == (status, sub_status)):,.0f}",
        )
        for (status, sub_status), count in counts.items()
    }
    found = {}
    for chip, sub_status, count, meter, revenue in rows(part(page, "Who they are")):
        ((colour, width, share),) = re.findall(
            r'<i class="(\w+)" style="width:([\d.]+)%">.*?<span class="percent">(.*?)</span>', meter
        )
        found[*chips(chip), sub_status] = (count, colour, width, share, revenue)
    assert found == expected


@pytest.mark.parametrize(
    "rule", [".chip.{0}::before", ".bar .{0}", ".meter .{0}", ".statuses .{0}"]
)
@pytest.mark.parametrize("status", STATUSES)
def test_a_status_has_its_own_colour_wherever_it_is_shown(rule: str, status: str) -> None:
    style = STYLE.read_text(encoding="utf-8")
    selector = re.escape(rule.format(status))
    ((colour,),) = [
        re.findall(r"var\(--(?!on-)(\w+)\)", body)
        for body in re.findall(rf"^{selector} {{([^}}]*)}}", style, flags=re.MULTILINE)
    ]
    assert colour == status
