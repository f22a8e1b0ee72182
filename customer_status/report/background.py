"""The parts of the report that say where its figures come from and what they mean."""

from customer_status.report.definitions import definitions
from customer_status.report.facts import InputBatch, ReleaseFacts
from customer_status.report.figures import Figures
from customer_status.report.wording import (
    MISSING,
    Html,
    counted,
    details,
    join,
    nothing,
    number,
    section,
    share,
    table,
    text,
)

# More files than this say nothing to a reader; release.json lists them all.
MOST_FILES = 50


def inputs(facts: ReleaseFacts, *, quality_page: str = "") -> Html:
    title = "What went in"
    if not facts.input_batches:
        return section(title, nothing("No input file is known."))
    feeds = sorted({batch["feed"] for batch in facts.input_batches})
    by_feed = [
        _input_row(feed, [batch for batch in facts.input_batches if batch["feed"] == feed])
        for feed in feeds
    ]
    headers = ["Feed", "Files", "Rows read", "Accepted", "Quarantined", "Share"]
    return section(
        title,
        table(headers, by_feed, numbers=range(1, 6)),
        _notes(facts),
        _files(facts),
        _quarantine(facts),
        _corrected(facts),
        _quality(quality_page),
        note="Rows read are rows accepted plus rows quarantined, file by file.",
    )


def _notes(facts: ReleaseFacts) -> Html:
    """What the release does without."""
    return join(Html(f'<p class="note">{text(note)}</p>') for note in facts.feed_notes)


def _quality(page: str) -> Html:
    """The way to every rule, file by file."""
    if not page:
        return Html("")
    return Html(
        f'<p class="note"><a href="{text(page)}">Input quality of the last run</a>: every rule, '
        "what broke it, and drift.</p>"
    )


def _input_row(feed: str, batches: list[InputBatch]) -> list[str]:
    read = sum(batch["rows_read"] for batch in batches)
    accepted = sum(batch["rows_accepted"] for batch in batches)
    quarantined = sum(batch["rows_quarantined"] for batch in batches)
    return [
        feed,
        number(len(batches)),
        number(read),
        number(accepted),
        number(quarantined),
        share(quarantined, read),
    ]


def _files(facts: ReleaseFacts) -> Html:
    shown = list(facts.input_batches)[-MOST_FILES:]
    rows = [
        [
            batch["feed"],
            batch["file_name"],
            Html(f"<code>{text(batch['file_id'][:8])}</code>"),
            number(batch["rows_read"]),
            number(batch["rows_quarantined"]),
        ]
        for batch in shown
    ]
    headers = ["Feed", "File", "Content", "Rows read", "Quarantined"]
    listed = counted(len(facts.input_batches), "file")
    summary = f"The {listed}"
    if len(shown) < len(facts.input_batches):
        summary = f"The last {len(shown)} of {listed} (release.json lists them all)"
    return details(summary, table(headers, rows, numbers=(3, 4)))


def _quarantine(facts: ReleaseFacts) -> Html:
    rows = [
        [feed, reason, number(count)]
        for feed, reasons in sorted(facts.quarantine.items())
        for reason, count in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    ]
    if not rows:
        return nothing("No row is in quarantine.")
    caption = Html("<h3>Why rows are in quarantine</h3>")
    note = Html('<p class="note">A row with several faults counts under each.</p>')
    return join([caption, note, table(["Feed", "Reason", "Rows"], rows, numbers=(2,))])


def _corrected(facts: ReleaseFacts) -> Html:
    rows = [
        [feed, notice, number(count)]
        for feed, notices in sorted(facts.notices.items())
        for notice, count in sorted(notices.items())
    ]
    if not rows:
        return Html("")
    caption = Html("<h3>Values that were read as another value</h3>")
    return join([caption, table(["Feed", "What was read", "Rows"], rows, numbers=(2,))])


def meanings(facts: ReleaseFacts) -> Html:
    note = "A customer gets the first of the four statuses, in this order, whose rule holds."
    body = definitions(facts.policy_versions, facts.as_of_date)
    return section("What the words mean", body, note=note, classes="definitions")


def querying(figures: Figures) -> Html:
    example = (
        "<pre><code>import duckdb\n\n"
        'with duckdb.connect("current/mart.duckdb", read_only=True) as connection:\n'
        '    connection.sql("""\n'
        "        select status, sub_status, count(*) as customers\n"
        "        from mart_customer_status\n"
        "        group by all\n"
        "        order by customers desc\n"
        '    """).show()</code></pre>'
    )
    rows = [
        [Html(f"<code>{text(row.name)}</code>"), number(row.rows), row.description or MISSING]
        for row in figures.tables
    ]
    note = Html(
        "The tables are in <code>mart.duckdb</code> beside this page, for DuckDB 1.4 or newer. "
        "Open it read-only through the folder <code>current</code>; a new connection sees the "
        "newest release. Tables and columns carry their descriptions as comments."
    )
    headers = ["Table", "Rows", "What it holds"]
    return section("How to ask more", Html(example), table(headers, rows, numbers=(1,)), note=note)


def footer(facts: ReleaseFacts) -> Html:
    return Html(
        f"<footer><p>Code {text(facts.code_version)} · fingerprint {text(facts.fingerprint)} · "
        "counts only, no personal data</p></footer>"
    )
