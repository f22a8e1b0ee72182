"""The parts of the report that show figures, in the order in which they are read."""

from collections.abc import Mapping
from datetime import UTC, timedelta
from decimal import Decimal

from customer_status.report import charts
from customer_status.report.facts import ReleaseFacts
from customer_status.report.figures import FORECAST_DAYS, SOON_DAYS, STATUSES, Figures
from customer_status.report.wording import (
    Html,
    chip,
    compact,
    counted,
    day,
    details,
    join,
    nothing,
    number,
    ratio,
    section,
    share,
    table,
    text,
    words,
)


def header(figures: Figures, facts: ReleaseFacts) -> Html:
    published = facts.created_at.astimezone(UTC)
    note = f'<p class="note">{text(facts.data_note)}</p>' if facts.data_note else ""
    facts_line = (
        f"Release <b>{text(facts.release_id)}</b> · published {text(day(published))}, "
        f"{published:%H:%M} UTC · latest event in the data {text(day(facts.latest_event_date))}"
    )
    return Html(
        f'<header><p class="kicker">Customer status</p><h1>{text(day(facts.as_of_date))}</h1>'
        f'<p class="lead">{text(_summary(figures, facts))}</p>'
        f'<p class="meta">{facts_line}</p>{note}</header>'
    )


def _summary(figures: Figures, facts: ReleaseFacts) -> str:
    if not figures.customers:
        return "No customer is known yet."
    buying = figures.customers - _by_status(figures)["inactive"].customers
    soon = facts.as_of_date + timedelta(days=SOON_DAYS)
    verb = "is" if figures.customers == 1 else "are"
    return (
        f"{number(buying)} of {counted(figures.customers, 'customer')} {verb} buying "
        f"({share(buying, figures.customers)}). "
        f"If nothing more happens, {number(figures.changing_soon)} will change status "
        f"by {day(soon)}."
    )


def _by_status(figures: Figures) -> dict:
    return {row.status: row for row in figures.statuses}


def _currency(facts: ReleaseFacts) -> str:
    return facts.settings.get("reporting_currency", "")


def tiles(figures: Figures, facts: ReleaseFacts) -> Html:
    customers = figures.customers
    buying = customers - _by_status(figures)["inactive"].customers
    totals = [
        _tile("Customers", customers, "everyone with an event"),
        _tile(
            f"Revenue, 365 days ({_currency(facts)})",
            figures.revenue_365d,
            "net of discounts and refunds",
        ),
        _tile("At risk", figures.at_risk, f"{share(figures.at_risk, buying)} of those who buy"),
        _tile(
            f"Changing within {SOON_DAYS} days",
            figures.changing_soon,
            f"{share(figures.changing_soon, customers)} by forecast",
        ),
    ]
    statuses = [
        _tile(
            chip(row.status),
            row.customers,
            f"{share(row.customers, customers)} of customers",
            classes=row.status,
        )
        for row in figures.statuses
    ]
    return Html(
        f'<div class="tiles">{join(totals)}</div>\n'
        f'<div class="tiles statuses">{join(statuses)}</div>'
    )


def _tile(
    label: str | Html, value: Decimal | float | None, note: str, *, classes: str = ""
) -> Html:
    return Html(
        f'<div class="tile {classes}"><p class="label">{text(label)}</p>'
        f'<p class="value" title="{number(value)}">{compact(value)}</p>'
        f'<p class="under">{text(note)}</p></div>'
    )


def _legend() -> Html:
    return Html(f'<p class="legend">{"".join(chip(status) for status in STATUSES)}</p>')


def history(figures: Figures) -> Html:
    title = "How it came to this"
    if not figures.months:
        return section(title, nothing("There is no history yet."))
    note = "Customers per status at each month end; the last bar is the as-of date."
    counts = {(row.day, row.status): row.customers for row in figures.months}
    days = sorted({row.day for row in figures.months}, reverse=True)
    rows = [[day(at), *(number(counts.get((at, status), 0)) for status in STATUSES)] for at in days]
    numbers = table(["At the end of", *STATUSES], rows, numbers=range(1, 5))
    return section(
        title,
        _legend(),
        charts.history_chart(figures.months),
        details("The numbers", numbers),
        note=note,
    )


def forecast(figures: Figures, facts: ReleaseFacts) -> Html:
    title = "What happens next"
    if not figures.weeks:
        message = f"No customer is due to change status in the next {FORECAST_DAYS} days."
        return section(title, nothing(message))
    end = facts.as_of_date + timedelta(days=FORECAST_DAYS)
    note = (
        f"Customers due to change status until {day(end)}, per week, coloured by the status they "
        "enter, if they neither buy nor engage again. Each one is a deadline to act before."
    )
    rows = [
        [
            Html(f"{chip(row.status)} → {chip(row.next_status)}"),
            number(row.within_30_days),
            number(row.within_90_days),
        ]
        for row in figures.transitions
    ]
    headers = ["Change", f"Within {SOON_DAYS} days", f"Within {FORECAST_DAYS} days"]
    return section(
        title,
        _legend(),
        charts.forecast_chart(figures.weeks, facts.as_of_date),
        table(headers, rows, numbers=(1, 2)),
        note=note,
    )


def revenue(figures: Figures, facts: ReleaseFacts) -> Html:
    title = "Where the revenue comes from"
    if figures.revenue_365d is None:
        return section(title, nothing("No revenue is known for the last 365 days."))
    customers = {row.status: row.customers for row in figures.statuses}
    amounts = {row.status: row.revenue_365d for row in figures.statuses}
    currency = _currency(facts)
    rows = [
        [
            chip(row.status),
            number(row.revenue_365d),
            share(row.revenue_365d, figures.revenue_365d),
            number(_per(row.revenue_365d, row.customers)),
            number(row.orders_365d),
        ]
        for row in figures.statuses
    ]
    headers = ["Status", f"Revenue, 365 days ({currency})", "Share", "Per customer", "Orders"]
    return section(
        title,
        _split("Customers", customers),
        _split("Revenue", amounts),
        table(headers, rows, numbers=range(1, 5)),
        note="Each status's share of the customers against its share of their revenue of 365 days.",
    )


def _per(amount: Decimal | float | None, customers: int) -> Decimal | float | None:
    return None if amount is None or not customers else amount / customers


def _split(label: str, amounts: Mapping[str, Decimal | float | None]) -> Html:
    """One bar of 100 %; a part too slim for its number keeps it as a tooltip."""
    whole = sum(amount for amount in amounts.values() if amount)
    parts = []
    for status, amount in amounts.items():
        size = ratio(amount, whole)
        name = share(amount, whole)
        shown = name if size >= 0.08 else ""
        slim = " slim" if size < 0.14 else ""
        parts.append(
            f'<span class="{status}{slim}" style="flex-grow:{size:.4f}" '
            f'title="{status}: {name}">{shown}</span>'
        )
    return Html(
        f'<div class="split"><p>{text(label)}</p><div class="bar">{"".join(parts)}</div></div>'
    )


def sub_statuses(figures: Figures, facts: ReleaseFacts) -> Html:
    title = "Who they are"
    if not figures.customers:
        return section(title, nothing("There are no customers to tell apart yet."))
    most = max(row.customers for row in figures.sub_statuses)
    rows = [
        [
            chip(row.status),
            words(row.sub_status),
            number(row.customers),
            _share_bar(row.status, row.customers, figures.customers, most),
            number(row.revenue_365d),
        ]
        for status in STATUSES
        for row in figures.sub_statuses
        if row.status == status
    ]
    headers = ["Status", "Sub-status", "Customers", "Share", f"Revenue ({_currency(facts)})"]
    return section(
        title,
        table(headers, rows, numbers=(2, 4)),
        note="Every customer by status and sub-status, with their revenue of 365 days.",
    )


def _share_bar(status: str, customers: int, whole: int, most: int) -> Html:
    width = 100 * ratio(customers, most)
    return Html(
        f'<span class="meter"><i class="{text(status)}" style="width:{width:.1f}%"></i></span>'
        f'<span class="percent">{share(customers, whole)}</span>'
    )


def causes(figures: Figures) -> Html:
    title = "What moved them"
    if not figures.causes:
        return section(title, nothing(f"No status changed in the last {SOON_DAYS} days."))
    note = (
        f"Customers whose status changed in the last {SOON_DAYS} days, by what caused their latest "
        "change, coloured by the status they are in now. The clock is time passing without a "
        "purchase or engagement."
    )
    return section(title, _legend(), charts.cause_chart(figures.causes), note=note)
