"""Sorts one file's rows in raw and quarantine anew, when the file itself is gone."""

from collections import Counter
from dataclasses import replace

from customer_status.engine import Engine, literal
from customer_status.environment.layout import World
from customer_status.feeds.layouts import FEEDS, SYSTEM_COLUMNS
from customer_status.ingest.ledger import Receipt
from customer_status.ingest.source import Source
from customer_status.ingest.stored import quarantine_source, raw_source, seen_now
from customer_status.ingest.writing import Revision
from expectations.corrections import NOTICES
from expectations.rules import any_broken, reasons
from expectations.suites import RowSuite

# A value in a reason stands between quotes; behind a semicolon stands what to do about it.
_PARTICULARS = " '.*'|; .*"


def sort_again(
    engine: Engine,
    world: World,
    receipt: Receipt,
    *,
    suite: RowSuite,
    suite_at_ingest: RowSuite,
) -> Revision:
    """What of a file's rows belongs to raw now, and what to quarantine.

    A row that leaves raw is kept as the text of its columns; where it stood in its file is unknown.

    Args:
        suite: what rows in raw are held against.
        suite_at_ingest: what rows in quarantine are held against.

    Raises:
        RuntimeError: there are more or fewer rows than were read.
    """
    feed, name = receipt.feed, f"{receipt.file_id}.parquet"
    kept = raw_source(engine, feed, [world.raw / feed / name])
    rows = seen_now(kept, feed, suite)
    accepted = [_accepted(rows, feed, suite)]
    rejected = [_newly_rejected(kept, rows, receipt, suite)]
    reasons_now = Counter(receipt.reasons) + _broken(engine, rows, suite)
    notices = Counter(receipt.notices) + _noticed(engine, rows, suite)
    quarantine = world.quarantine / feed / name
    if quarantine.exists():
        rows = seen_now(quarantine_source(engine, feed, [quarantine]), feed, suite_at_ingest)
        accepted.append(_accepted(rows, feed, suite_at_ingest))
        rejected.append(_still_rejected(rows, suite_at_ingest))
        reasons_now -= _reasons_gone(engine, rows, suite_at_ingest)
        notices += _noticed(engine, rows, suite_at_ingest)
    raw, out = (world.staged / feed / f"{receipt.file_id}.{end}.parquet" for end in ("in", "out"))
    rows_accepted = engine.copy(" union all by name ".join(accepted), raw)
    rows_quarantined = engine.copy(" union all by name ".join(rejected), out)
    if rows_accepted + rows_quarantined != receipt.rows_read:
        raise RuntimeError(
            f"{receipt.file_name}: {receipt.rows_read} rows were read once, but raw and quarantine "
            f"hold {rows_accepted + rows_quarantined}."
        )
    revised = replace(
        receipt,
        rows_accepted=rows_accepted,
        rows_quarantined=rows_quarantined,
        reasons=dict(reasons_now),
        notices=dict(notices),
    )
    return Revision(revised, raw=raw, quarantine=out if rows_quarantined else None)


def _accepted(rows: str, feed: str, suite: RowSuite) -> str:
    columns = ", ".join((*FEEDS[feed], *SYSTEM_COLUMNS))
    return f"select {columns} from ({rows}) where not ({any_broken(suite.rules)})"


def _newly_rejected(source: Source, rows: str, receipt: Receipt, suite: RowSuite) -> str:
    broken = f"select {reasons(suite.rules)} as __reasons, _source.* from ({rows})"
    return (
        f"select {literal(receipt.file_name)} as file_name, null::bigint as row_number, "
        f"__reasons as reasons, cast({source.original} as varchar) as original, _file_id "
        f"from ({broken} where {any_broken(suite.rules)})"
    )


def _still_rejected(rows: str, suite: RowSuite) -> str:
    return (
        "select file_name, row_number, reasons, original, _file_id from "
        f"(select _source.* from ({rows}) where {any_broken(suite.rules)})"
    )


def _broken(engine: Engine, rows: str, suite: RowSuite) -> Counter[str]:
    """How many rows break each rule, by the rule's text."""
    counts = ", ".join(f"count(*) filter (where {rule.bad})" for rule in suite.rules)
    (found,) = engine.rows(f"select {counts} from ({rows})")
    texts = [rule.text for rule in suite.rules]
    return Counter({text: count for text, count in zip(texts, found, strict=True) if count})


def _noticed(engine: Engine, rows: str, suite: RowSuite) -> Counter[str]:
    """How many good rows were corrected, for each kind of correction."""
    found = engine.rows(
        f"select unnest({NOTICES}), count(*) from ({rows}) where not ({any_broken(suite.rules)}) "
        "group by 1 order by 1"
    )
    return Counter(dict(found))


def _reasons_gone(engine: Engine, rows: str, suite: RowSuite) -> Counter[str]:
    """The reasons of the rows that are let in, in the words of their rules."""
    found = engine.rows(
        f"select regexp_replace(reason, {literal(_PARTICULARS)}, '', 'g'), count(*) from ("
        f"select unnest(_source.reasons) as reason from ({rows}) "
        f"where not ({any_broken(suite.rules)})) group by 1"
    )
    return Counter(dict(found))
