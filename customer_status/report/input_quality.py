"""Writes the page on what a run found in the files: rules, files, drift. No value of any row.

The page is our own: the Data Docs of Great Expectations fetch scripts, styles and a picture from
seven hosts, are blank without a network, and take 4 MB a run.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from customer_status.report.report import page
from customer_status.report.wording import (
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

PAGE = "input-quality.html"

# More files than this say nothing to a reader; fct_ingest lists them all.
MOST_FILES = 100


@dataclass(frozen=True)
class RuleFound:
    """A rule in words and how many rows broke it."""

    text: str
    rows_broken: int


@dataclass(frozen=True)
class FileFound:
    """One file that was new to the run; ``rules`` maps each rule broken to its rows, ``notices``
    each kind of corrected value to the accepted rows that hold one."""

    name: str
    rows_read: int
    rows_quarantined: int
    rules: Mapping[str, int]
    held_reason: str | None = None
    notices: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class FeedFound:
    """What a run found in one feed.

    ``rules`` are all that were applied to the ``rows_checked``, none if no file was new;
    ``drifts`` are warnings; ``..._so_far`` count all accepted files that ever came.
    """

    feed: str
    rules: Sequence[RuleFound]
    rows_checked: int
    files: Sequence[FileFound]
    known_files: int
    drifts: Sequence[str]
    files_so_far: int
    rows_so_far: int
    quarantined_so_far: int

    @property
    def held(self) -> list[FileFound]:
        return [file for file in self.files if file.held_reason]

    @property
    def broken(self) -> list[RuleFound]:
        return [rule for rule in self.rules if rule.rows_broken]


def write_page(path: Path, *, feeds: Sequence[FeedFound], at: datetime) -> None:
    """Write the page of a run that began ``at`` (with its time zone), whole or not at all."""
    ordered = sorted(feeds, key=lambda found: found.feed)
    body = join(
        [
            _header(ordered, at),
            _overview(ordered),
            *_held(ordered),
            *_drifts(ordered),
            *(_feed(found) for found in ordered),
            Html("<footer><p>Counts only: no row and no value of a row is shown.</p></footer>"),
        ]
    )
    fresh = path.with_suffix(".new")
    fresh.write_text(page("Input quality", body), encoding="utf-8")
    fresh.replace(path)


def _header(feeds: Sequence[FeedFound], at: datetime) -> Html:
    files = sum(len(found.files) for found in feeds)
    held = sum(len(found.held) for found in feeds)
    drifts = sum(len(found.drifts) for found in feeds)
    bad = sum(file.rows_quarantined for found in feeds for file in found.files)
    parts = [
        counted(files, "new file") if files else "No new file",
        counted(sum(found.rows_checked for found in feeds), "row") + " checked",
        counted(bad, "row") + " quarantined",
        counted(held, "file") + " held back" if held else "no file held back",
        counted(drifts, "drift warning") if drifts else "no drift",
    ]
    moment = f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return Html(
        f'<header><p class="kicker">Run of {text(moment)}</p><h1>Input quality</h1>'
        f'<p class="lead">{text(", ".join(parts))}.</p></header>'
    )


def _overview(feeds: Sequence[FeedFound]) -> Html:
    rows = [
        [
            Html(f'<a href="#{text(found.feed)}">{text(found.feed)}</a>'),
            number(len(found.files)),
            number(len(found.held)),
            number(found.rows_checked),
            number(sum(file.rows_quarantined for file in found.files)),
            number(len(found.broken)),
            number(len(found.drifts)),
            number(found.files_so_far),
            number(found.rows_so_far),
            share(found.quarantined_so_far, found.rows_so_far),
        ]
        for found in feeds
    ]
    headers = [
        "Feed",
        "New files",
        "Held",
        "Rows checked",
        "Quarantined",
        "Rules broken",
        "Drift",
        "Files so far",
        "Rows so far",
        "Quarantined so far",
    ]
    return section("By feed", table(headers, rows, numbers=range(1, len(headers))))


def _held(feeds: Sequence[FeedFound]) -> list[Html]:
    rows = [
        [found.feed, file.name, file.held_reason, number(file.rows_read)]
        for found in feeds
        for file in found.held
    ]
    if not rows:
        return []
    note = (
        "Nothing of these files is in the warehouse, and no release is made until each is put "
        "right: replace it, or take it out of the landing folder; if a currency, store or touch "
        "type is missing in the configuration, add it; if so many bad rows are normal, raise "
        "max_reject_share. Then run again."
    )
    headers = ["Feed", "File", "Why", "Rows read"]
    return [section("Files that are held back", table(headers, rows, numbers=(3,)), note=note)]


def _drifts(feeds: Sequence[FeedFound]) -> list[Html]:
    rows = [[found.feed, words] for found in feeds for words in found.drifts]
    if not rows:
        return []
    note = (
        "The newest days are unlike the same weekdays of the eight weeks before. Nothing is "
        "stopped by this: ask the sender whether it is meant."
    )
    return [section("Drift", table(["Feed", "What is unusual"], rows), note=note)]


def _feed(found: FeedFound) -> Html:
    body = (
        [_rules(found), _corrected(found), _files(found)]
        if found.files
        else [nothing("No new file.")]
    )
    known = counted(found.known_files, "file was", "files were")
    note = f"{known} known already." if found.known_files else ""
    return section(found.feed, *body, note=note, anchor=found.feed)


def _rules(found: FeedFound) -> Html:
    if not found.rules:
        return nothing("No row could be read, so no rule was applied.")
    broken = sorted(found.broken, key=lambda rule: (-rule.rows_broken, rule.text))
    kept = [rule for rule in found.rules if not rule.rows_broken]
    headers = ["Bad is a row where", "Rows checked", "Broken", "Share"]

    def rows(rules: Sequence[RuleFound]) -> list[list[str]]:
        checked = found.rows_checked
        return [
            [rule.text, number(checked), number(rule.rows_broken), share(rule.rows_broken, checked)]
            for rule in rules
        ]

    parts = [table(headers, rows(broken), numbers=(1, 2, 3))] if broken else []
    summary = f"The {counted(len(kept), 'rule')} that every row keeps"
    if kept:
        parts.append(details(summary, table(headers, rows(kept), numbers=(1, 2, 3))))
    return join(parts)


def _corrected(found: FeedFound) -> Html:
    """Values that were read as another value, over all new files."""
    total: Counter[str] = Counter()
    for file in found.files:
        total.update(file.notices)
    if not total:
        return Html("")
    rows = [[notice, number(count)] for notice, count in sorted(total.items())]
    return table(["Read as another value", "Rows"], rows, numbers=(1,))


def _files(found: FeedFound) -> Html:
    worst = sorted(found.files, key=lambda file: (not file.held_reason, -_share(file), file.name))
    rows = [
        [
            file.name,
            "held back" if file.held_reason else "accepted",
            number(file.rows_read),
            number(sum(file.rules.values()) if file.held_reason else file.rows_quarantined),
            Html(f"{_share(file):.1%}" if file.rows_read else "–"),
            "; ".join(f"{rule} ({number(rows)})" for rule, rows in sorted(file.rules.items())),
        ]
        for file in worst[:MOST_FILES]
    ]
    headers = ["File", "State", "Rows read", "Bad", "Share", "Rules broken (rows)"]
    listed = counted(len(found.files), "new file")
    summary = f"The {listed}" if len(rows) == len(found.files) else f"The worst of {listed}"
    return details(summary, table(headers, rows, numbers=(2, 3, 4)))


def _share(file: FileFound) -> float:
    bad = file.rows_quarantined or max(file.rules.values(), default=0)
    return bad / file.rows_read if file.rows_read else 0.0
