"""The report's charts, drawn by Altair and written into the page as static SVG.

A static drawing of these charts takes a tenth of the room of the chart library that would draw
them in the browser (1 MB), prints, needs no script, and takes its colours from the page, so that
light and dark both look right. Every chart is drawn twice, for wide and for narrow pages.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from math import ceil
from typing import TYPE_CHECKING, Any

from customer_status.report.figures import (
    FORECAST_DAYS,
    STATUSES,
    CauseTotal,
    MonthTotal,
    WeekTotal,
)
from customer_status.report.wording import Html, day, number, share, short_day, words

if TYPE_CHECKING:
    import altair

WIDE_PIXELS = 980
NARROW_PIXELS = 350
# Beyond this many bars only the years (or every nth label) still fit below them.
MOST_LABELS = {WIDE_PIXELS: 16, NARROW_PIXELS: 6}

_NAMESPACES = re.compile(r' xmlns(:xlink)?="[^"]*"')
_SIZE = re.compile(r'(<svg[^>]*?) width="\d+" height="\d+"')
_LABELLED_MARK = re.compile(r'<path aria-label="([^"]*)"([^>]*)/>')


def history_chart(months: Sequence[MonthTotal]) -> Html:
    """Stacked bars: customers per status at each month end, buyers on the baseline."""
    totals: dict[date, int] = {}
    for row in months:
        totals[row.day] = totals.get(row.day, 0) + row.customers
    values = [
        {
            "bar": f"{row.day:%Y-%m}",
            "status": row.status,
            "customers": row.customers,
            "layer": STATUSES.index(row.status),
            "label": f"{day(row.day)}, {row.status}: {number(row.customers)} customers "
            f"({share(row.customers, totals[row.day])})",
        }
        for row in months
        if row.customers
    ]
    bars = [f"{month:%Y-%m}" for month in sorted(totals)]

    def draw(pixels: int) -> "altair.Chart":
        years = [bar for bar in bars if bar.endswith("-01")]
        shown = bars if len(bars) <= MOST_LABELS[pixels] else years
        if len(years) < 2:
            shown = bars[:: ceil(len(bars) / MOST_LABELS[pixels])]
        axis = {"values": shown, "labelExpr": _MONTH_LABEL}
        return _columns(values, bars, axis, height=300 if pixels == WIDE_PIXELS else 240)

    return _both("Customers per status at each month end", draw)


def forecast_chart(weeks: Sequence[WeekTotal], as_of_date: date) -> Html:
    """Stacked bars: customers who change status in each coming week, by the status they enter."""
    values = [_entering(week, status, rows) for (week, status), rows in _by_entry(weeks).items()]
    first = as_of_date + timedelta(days=1)
    bars = [f"{first + timedelta(days=days)}" for days in range(0, FORECAST_DAYS, 7)]

    def draw(pixels: int) -> "altair.Chart":
        shown = bars[:: ceil(len(bars) / MOST_LABELS[pixels])]
        axis = {"values": shown, "labelExpr": "utcFormat(toDate(datum.value), '%-d %b')"}
        return _columns(values, bars, axis, height=220 if pixels == WIDE_PIXELS else 200)

    return _both("Customers changing status per week", draw)


def _by_entry(weeks: Sequence[WeekTotal]) -> dict[tuple[date, str], list[WeekTotal]]:
    entries: dict[tuple[date, str], list[WeekTotal]] = {}
    for row in weeks:
        entries.setdefault((row.week, row.next_status), []).append(row)
    return entries


def _entering(week: date, status: str, rows: Sequence[WeekTotal]) -> dict[str, Any]:
    """One layer of a week's bar: everyone who enters ``status``, from wherever they come."""
    customers = sum(row.customers for row in rows)
    origins = ", ".join(f"{number(row.customers)} from {row.status}" for row in rows)
    return {
        "bar": f"{week}",
        "status": status,
        "customers": customers,
        "layer": STATUSES.index(status),
        "label": f"Week of {short_day(week)}, to {status}: {number(customers)} ({origins})",
    }


def cause_chart(causes: Sequence[CauseTotal]) -> Html:
    """Horizontal bars: customers per cause of their last change, by the status they entered."""
    values = [
        {
            "cause": words(row.change_cause),
            "status": row.status,
            "customers": row.customers,
            "layer": STATUSES.index(row.status),
            "label": f"{words(row.change_cause)}, now {row.status}: "
            f"{number(row.customers)} customers",
        }
        for row in causes
    ]

    def draw(pixels: int) -> "altair.Chart":
        import altair

        encoding = _encoding()
        encoding["x"] = altair.X("customers:Q", title=None, axis=_count_axis())
        encoding["y"] = altair.Y("cause:N", title=None, sort="-x", axis=_plain_axis())
        chart = altair.Chart(altair.Data(values=values)).mark_bar(height={"band": 0.62})
        return chart.encode(**encoding).properties(height=altair.Step(40))

    return _both("Customers per cause of their last change", draw)


# January carries the year, every other month its name.
_MONTH_LABEL = "utcFormat(toDate(datum.value + '-01'), slice(datum.value, 5) == '01' ? '%Y' : '%b')"

_COUNT_LABEL = "datum.value % 1 ? '' : format(datum.value, datum.value >= 1e4 ? '~s' : ',')"


def _columns(
    values: list[dict], bars: list[str], axis: dict[str, Any], *, height: int
) -> "altair.Chart":
    import altair

    encoding = _encoding()
    domain = altair.Scale(domain=bars, paddingInner=0.18, paddingOuter=0.1)
    encoding["x"] = altair.X("bar:O", title=None, scale=domain, axis=_plain_axis(**axis))
    encoding["y"] = altair.Y("customers:Q", title=None, axis=_count_axis())
    # A first month is one bar, and one bar must not be a wall.
    width = altair.ExprRef("min(bandwidth('x'), 72)")
    chart = altair.Chart(altair.Data(values=values)).mark_bar(width=width)
    return chart.encode(**encoding).properties(height=height)


def _encoding() -> dict[str, Any]:
    """Colour, order of the layers, and the words that a pointer or a screen reader finds."""
    import altair

    colours = altair.Scale(domain=list(STATUSES), range=[f"var(--{name})" for name in STATUSES])
    return {
        "color": altair.Color("status:N", scale=colours, legend=None),
        "order": altair.Order("layer:Q"),
        "description": altair.Description("label:N"),
    }


def _plain_axis(**options: Any) -> "altair.Axis":
    import altair

    return altair.Axis(
        grid=False, ticks=False, domain=False, labelAngle=0, labelPadding=8, **options
    )


def _count_axis() -> "altair.Axis":
    """Whole customers only: Vega would put 0.5 between 0 and 1."""
    import altair

    return altair.Axis(
        ticks=False, domain=False, labelPadding=8, tickCount=4, labelExpr=_COUNT_LABEL
    )


def _both(title: str, draw: Callable[[int], "altair.Chart"]) -> Html:
    drawings = "".join(
        f'<div class="{name}">{_svg(draw(pixels), title, pixels)}</div>'
        for name, pixels in (("wide", WIDE_PIXELS), ("narrow", NARROW_PIXELS))
    )
    return Html(f'<figure class="chart">{drawings}</figure>')


def _svg(chart: "altair.Chart", title: str, pixels: int) -> str:
    """Draw without a browser, then fit the drawing to the page.

    Sizes give way to the view box (the page decides), name spaces go (inline SVG needs none), and
    what Vega says of a mark to screen readers becomes the tooltip as well.
    """
    import vl_convert

    chart = chart.properties(
        width=pixels,
        background="transparent",
        padding=2,
        autosize={"type": "fit-x", "contains": "padding"},
    )
    chart = (
        chart.configure(font="inherit")
        .configure_view(stroke=None)
        .configure_axis(labelColor="var(--quiet)", labelFontSize=12, gridColor="var(--line)")
    )
    svg = vl_convert.vegalite_to_svg(chart.to_dict())
    svg = _NAMESPACES.sub("", svg)
    svg = _SIZE.sub(rf'\1 role="img" aria-label="{title}"', svg, count=1)
    return _LABELLED_MARK.sub(r'<path aria-label="\1"\2><title>\1</title></path>', svg)
