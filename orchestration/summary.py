"""What a run leaves behind, as a short page for the terminal."""

import shlex
from collections import Counter
from collections.abc import Iterable

import duckdb
from rich.console import Console
from rich.table import Table
from rich.text import Text

from customer_status.environment.layout import World
from customer_status.environment.text import shown
from customer_status.publish.identities import identity_notes
from customer_status.publish.reading import attached_release
from customer_status.report.wording import counted
from orchestration.fingerprint import current_facts
from orchestration.input_quality import newest_page
from orchestration.options import SAMPLE_DATA, RunOptions, default_warehouse

REASONS_SHOWN = 3

STATUS_COUNTS = """
    select
        status,
        count(*) as customers,
        count(*) / sum(count(*)) over () as share,
        coalesce(sum(revenue_365d), 0) as revenue,
        count(*) filter (where is_at_risk) as at_risk
    from mart_customer_status
    group by status
    order by customers desc, status
"""


def print_summary(options: RunOptions, console: Console) -> None:
    """Customers per status, what was set aside, where the release lies, how to look further."""
    world = options.world
    facts = current_facts(world)
    if facts is None:
        return
    console.print()
    _print_statuses(world, facts, console)
    _print_input(facts, console)
    _print_masked(facts, console)
    notes = identity_notes(facts.get("shared_identifiers", 0), facts.get("placeholders", {}))
    _print_notes("Feeds", facts.get("feed_notes", ()), console)
    _print_notes("Identity", notes, console)
    options_text = "".join(f" {name}={value}" for name, value in _given(options).items())
    for label, text in (
        ("Release", world.current / "mart.duckdb"),
        ("Report", world.current / "report.html"),
        ("Quality", newest_page(world) or "no file has been looked at"),
        ("Query", f"make query{options_text}"),
        ("Lineage", f"make ui{options_text}"),
    ):
        _print_line(console, label, text)


def _print_line(console: Console, label: str, text: object) -> None:
    console.print(f"{label:<10}{shown(text)}", soft_wrap=True, markup=False, emoji=False)


def _print_notes(label: str, notes: Iterable[str], console: Console) -> None:
    for number, note in enumerate(notes):
        _print_line(console, "" if number else label, note)


def _given(options: RunOptions) -> dict[str, str]:
    """Options, other than the defaults, that lead a later command to the same warehouse."""
    given = {}
    if options.data is None:
        given["LANDING"] = shlex.quote(str(options.landing))
    elif options.data != SAMPLE_DATA[0]:
        given["DATA"] = options.data
    if options.warehouse != default_warehouse(options.data):
        given["WAREHOUSE"] = shlex.quote(str(options.warehouse))
    return given


def _print_statuses(world: World, facts: dict, console: Console) -> None:
    """The release is published: that it cannot be read at this moment is no failure of the run."""
    try:
        console.print(_statuses(world, facts))
    except (duckdb.Error, OSError) as error:
        reason = " ".join(str(error).split())
        _print_line(console, "Statuses", f"cannot be read now: {reason}")


def _statuses(world: World, facts: dict) -> Table:
    currency = facts["settings"]["reporting_currency"]
    table = Table(title=f"Customers on {facts['as_of_date']}", title_justify="left")
    table.add_column("Status")
    for name in ("Customers", "Share", f"Revenue 365 days, {shown(currency)}", "At risk"):
        table.add_column(Text(name), justify="right")
    mart = world.current.resolve() / "mart.duckdb"
    with (
        duckdb.connect() as release,
        attached_release(release, mart, folder=world.releases),
    ):
        release.execute("use release")
        for status, customers, share, revenue, at_risk in release.execute(STATUS_COUNTS).fetchall():
            table.add_row(
                status, f"{customers:,}", f"{share:.1%}", f"{revenue:,.0f}", f"{at_risk:,}"
            )
    return table


def _print_input(facts: dict, console: Console) -> None:
    batches = facts["input_batches"]
    total: Counter[str] = Counter()
    for batch in batches:
        total.update({key: batch[key] for key in batch if key.startswith("rows_")})
    console.print(
        f"Input     {counted(len(batches), 'file')}, {counted(total['rows_read'], 'row')} read = "
        f"{total['rows_accepted']:,} accepted + {total['rows_quarantined']:,} quarantined"
    )
    for feed, reasons in facts["quarantine"].items():
        ranked = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
        words = [f"{reason} ({count:,})" for reason, count in ranked[:REASONS_SHOWN]]
        if len(ranked) > REASONS_SHOWN:
            words.append(f"{len(ranked) - REASONS_SHOWN} more reasons in the report")
        _print_line(console, "", f"{feed}: {'; '.join(words)}")
    for feed, notices in facts.get("notices", {}).items():
        words = [f"{notice} ({count:,})" for notice, count in sorted(notices.items())]
        _print_line(console, "", f"{feed}: {'; '.join(words)}")


def _print_masked(facts: dict, console: Console) -> None:
    """How many values do not show what they held: nobody should look for them in the tables."""
    masked = facts.get("masked_values") or {}
    if masked:
        words = ", ".join(f"{column} ({rows:,})" for column, rows in masked.items())
        _print_line(console, "Masked", f"e-mail addresses and telephone numbers in {words}")
