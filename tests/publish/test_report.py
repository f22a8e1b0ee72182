"""The report counts what the marts hold, opens offline and names nobody."""

import re
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path

import duckdb
import numpy as np
import pytest

from customer_status.publish.mart import write_mart
from customer_status.report.definitions import ruling_policy
from customer_status.report.facts import PublicTable, ReleaseFacts
from customer_status.report.figures import STATUSES, Figures, read_figures
from customer_status.report.report import STYLE, write_report
from customer_status.report.wording import compact, number, share

Facts = Callable[..., ReleaseFacts]
AS_OF = date(2026, 10, 18)
POLICY = {
    "policy_segment": "default",
    "effective_from": "1900-01-01",
    "inactive_after_days": "75",
    "at_risk_after_days": "60",
    "engagement_window_days": "90",
    "engagement_points_required": "1",
    "habit_period": "quarter",
    "habit_window_periods": "4",
    "habit_periods_required": "3",
    "subscription_valid_days": "35",
}


@pytest.fixture(scope="module")
def database(
    synthetic_build: Path, tables: tuple[PublicTable, ...], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    return published(synthetic_build, tables, tmp_path_factory.mktemp("release"))


def published(build: Path, tables: tuple[PublicTable, ...], folder: Path) -> Path:
    write_mart(build, folder / "mart.duckdb", tables=tables, spill=folder / "spill")
    return folder / "mart.duckdb"


@pytest.fixture(scope="module")
def page(database: Path, facts: Facts, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("report") / "report.html"
    batch = {
        "feed": "orders",
        "file_id": "ab" * 16,
        "file_name": "<script>alert(1)</script> jane@example.com.csv",
        "rows_read": 12345,
        "rows_accepted": 12333,
        "rows_quarantined": 12,
    }
    write_report(
        path,
        database,
        facts(
            "release-one",
            input_batches=[batch],
            quarantine={"orders": {"email joe@example.com is <b>bad</b>": 12}},
            policy_versions=[POLICY],
            data_note="Demonstration data.",
        ),
    )
    return path.read_text("utf-8")


@pytest.fixture(scope="module")
def figures(database: Path) -> Figures:
    return read_figures(database, AS_OF)


class Fetched(HTMLParser):
    """Collects what a browser would load or run, and checks that every element is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.open.append(tag)
        if tag in {"script", "link", "img", "iframe", "object", "image", "use"}:
            self.found.append(tag)
        self.found += [name for name, _ in attrs if name in {"src", "href", "xlink:href"}]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_loads_nothing(page: str) -> None:
    parser = Fetched()
    parser.feed(page)
    assert parser.found == []
    assert parser.open == []
    assert "://" not in page
    assert "url(" not in page
    assert "@import" not in page


def test_the_page_names_no_customer(page: str, database: Path) -> None:
    with duckdb.connect(str(database), read_only=True) as connection:
        keys = connection.execute("select customer_key from mart_customer_status").fetchall()
    assert len(keys) == 3000
    assert not any(key in page for (key,) in keys)
    assert "example.com" not in page


def test_words_from_outside_stay_words(page: str) -> None:
    assert "<script>" not in page
    assert "<b>bad" not in page
    assert "&lt;script&gt;" in page


def test_the_page_says_what_the_marts_hold(page: str, database: Path) -> None:
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(
            "select status, count(*), sum(revenue_365d) from mart_customer_status group by status"
        ).fetchall()
    for _, customers, revenue in rows:
        assert f">{number(customers)}<" in page
        assert f">{number(revenue)}<" in page
    assert "18 October 2026" in page
    assert "release-one" in page
    assert "Demonstration data." in page
    assert "12,345" in page


def test_definitions_use_the_thresholds_in_force(page: str) -> None:
    assert "last bought more than 75 days ago" in page
    assert "at least 1 engagement point in the last 90 days" in page
    assert "at least 3 of the last 4 complete quarters" in page


def test_every_mark_of_a_chart_tells_its_number(page: str) -> None:
    charts = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(charts) == 6
    assert all(re.search(r"<title>[^<]*: [\d,]+[^<]*</title>", chart) for chart in charts)


def test_the_page_stays_light(page: str) -> None:
    assert len(page) < 500_000


def test_history_counts_each_month_end(figures: Figures, database: Path) -> None:
    """The running sum against a plain count, day by day."""
    with duckdb.connect(str(database), read_only=True) as connection:
        for row in figures.months:
            plain = connection.execute(
                """
                select count(*) from fct_customer_status_history
                where status = $status and valid_from <= $day
                    and (valid_to is null or valid_to > $day)
                """,
                {"status": row.status, "day": row.day},
            ).fetchone()
            assert plain == (row.customers,), row


def test_history_ends_with_the_statuses_of_the_as_of_date(figures: Figures) -> None:
    last = {row.status: row.customers for row in figures.months if row.day == AS_OF}
    assert last == {row.status: row.customers for row in figures.statuses}


def test_an_interval_that_ends_after_the_as_of_date_is_still_open(
    tmp_path: Path, tables: tuple[PublicTable, ...], empty_build: Path
) -> None:
    build = tmp_path / "build.duckdb"
    build.write_bytes(empty_build.read_bytes())
    with duckdb.connect(str(build)) as connection:
        connection.execute(
            "insert into core.fct_customer_status_history values "
            "('a', '2026-08-31', '2026-09-30', 'active', 'new'), "
            "('a', '2026-09-30', '2026-10-25', 'passive', 'new')"
        )
    months = read_figures(published(build, tables, tmp_path), AS_OF).months
    assert [tuple(row) for row in months if row.customers] == [
        (date(2026, 8, 31), "active", 1),
        (date(2026, 9, 30), "passive", 1),
        (AS_OF, "passive", 1),
    ]


def test_the_forecast_counts_the_coming_days_only(figures: Figures, database: Path) -> None:
    with duckdb.connect(str(database), read_only=True) as connection:
        expected = connection.execute(
            """
            select
                count(*) filter (where next_status_date between '2026-10-19' and '2026-11-17'),
                count(*) filter (where next_status_date between '2026-10-19' and '2027-01-16'),
            from mart_customer_status
            """
        ).fetchone()
    assert expected == (figures.changing_soon, sum(row.customers for row in figures.weeks))
    weeks = sorted({row.week for row in figures.weeks})
    assert weeks[0] == date(2026, 10, 19)
    assert {(week - weeks[0]).days % 7 for week in weeks} == {0}
    assert (weeks[-1] - weeks[0]).days <= 84


def test_a_warehouse_without_customers_has_a_report(
    empty_build: Path, tables: tuple[PublicTable, ...], tmp_path: Path, facts: Facts
) -> None:
    database = published(empty_build, tables, tmp_path)
    write_report(tmp_path / "report.html", database, facts("one", latest_event_date=None))
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "No customer is known yet." in page
    assert "None" not in page


def test_unknown_revenue_is_a_dash_and_not_a_nought(
    synthetic_build: Path, tables: tuple[PublicTable, ...], tmp_path: Path, facts: Facts
) -> None:
    build = tmp_path / "build.duckdb"
    build.write_bytes(synthetic_build.read_bytes())
    with duckdb.connect(str(build)) as connection:
        connection.execute("update marts.mart_customer_status set revenue_365d = null")
    database = published(build, tables, tmp_path)
    assert read_figures(database, AS_OF).revenue_365d is None
    write_report(tmp_path / "report.html", database, facts("one"))
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "No revenue is known" in page
    assert "None" not in page


def test_the_latest_policy_not_after_the_as_of_date_rules() -> None:
    versions = [
        {**POLICY, "effective_from": start, "policy_segment": segment}
        for start, segment in (
            ("1900-01-01", "default"),
            ("2026-10-18", "default"),
            ("2026-10-19", "default"),
            ("2026-10-18", "wholesale"),
        )
    ]
    assert ruling_policy(versions, AS_OF) == versions[1]
    assert ruling_policy([], AS_OF) == {}


def test_numbers_are_written_for_people() -> None:
    assert [compact(value) for value in (None, 0, 999_999, 1_234_567, 45_678_901, 2.5e9)] == [
        "–",
        "0",
        "999,999",
        "1.23 M",
        "45.7 M",
        "2.50 B",
    ]
    assert [share(1, 3), share(0, 3), share(1, 100_000), share(1, 0), share(None, 3)] == [
        "33.3%",
        "0.0%",
        "<0.1%",
        "–",
        "–",
    ]


# How linear RGB looks to people who lack one kind of cone: Machado, Oliveira and Fernandes (2009),
# "A physiologically-based model for simulation of color vision deficiency", severity 1.0.
VISION = {
    "full": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
# sRGB primaries in XYZ relative to the D65 white point (IEC 61966-2-1).
TO_XYZ = np.array([[0.4339, 0.3762, 0.1899], [0.2126, 0.7152, 0.0722], [0.0177, 0.1095, 0.8729]])


def lab(colour: str, vision: str) -> np.ndarray:
    """CIE L*a*b* of ``#rrggbb`` as that vision sees it."""
    channels = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    x, y, z = np.cbrt(TO_XYZ @ np.clip(VISION[vision] @ linear, 0.001, 1))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_statuses_are_told_apart_by_any_colour_vision(vision: str, theme: int) -> None:
    style = STYLE.read_text("utf-8")
    colours = {name: re.findall(rf"--{name}: (#\w{{6}})", style)[theme] for name in STATUSES}
    for one, other in combinations(STATUSES, 2):
        distance = np.linalg.norm(lab(colours[one], vision) - lab(colours[other], vision))
        assert distance > 20, (one, other)
