"""Divides a judged file into the rows that go on and the rows that stay behind."""

from pathlib import Path

import duckdb

from customer_status.engine import Engine, literal
from customer_status.ingest.judging import Tally
from customer_status.ingest.staging import CHANGED, StagedFile
from customer_status.ingest.textfiles import Unreadable
from customer_status.ingest.values import typed_select
from expectations.corrections import NOTICES
from expectations.rules import any_broken, reasons
from expectations.suites import RowSuite


def split(
    engine: Engine, staged: StagedFile, tally: Tally, *, suite: RowSuite
) -> list[tuple[Path, str]]:
    """Write a file's rows apart and return each part with its room, quarantine before raw.

    A file without bad or corrected rows is already what it should be and is not copied.

    Raises:
        Unreadable: the landed file has changed since it was staged.
        RuntimeError: the parts do not add up to the rows that were read.
    """
    assert staged.path is not None  # a file without rows to judge is held
    if not tally.rows_bad and not tally.notices:
        return [(staged.path, "raw")]
    rejected = staged.path.with_suffix(".rejected.parquet")
    accepted = staged.path.with_suffix(".accepted.parquet")
    rows_rejected = _copy_rejected(engine, staged, rejected, suite) if tally.rows_bad else 0
    rows = suite.corrected(f"from read_parquet({literal(str(staged.path))})")
    rows_accepted = engine.copy(
        f"select * exclude ({NOTICES}) from ({rows}) where not ({any_broken(suite.rules)})",
        accepted,
    )
    if (rows_rejected, rows_accepted) != (
        tally.rows_bad,
        staged.rows_read - tally.rows_bad,
    ):
        raise RuntimeError(
            f"{staged.file.name}: of {staged.rows_read} rows read, {tally.rows_bad} are bad, but "
            f"{rows_rejected} were rejected and {rows_accepted} accepted."
        )
    return [*([(rejected, "quarantine")] if tally.rows_bad else []), (accepted, "raw")]


def _copy_rejected(engine: Engine, staged: StagedFile, target: Path, suite: RowSuite) -> int:
    try:
        rows = engine.copy(_rejected_rows(staged, suite), target, keep_order=True)
    except duckdb.Error:
        _check_unchanged(staged)
        raise
    _check_unchanged(staged)
    return rows


def _check_unchanged(staged: StagedFile) -> None:
    # What a mapping made of a file is a copy; all other rejected rows are read from it again.
    if not staged.file.mapping and not staged.file.is_unchanged():
        raise Unreadable(CHANGED)


def _rejected_rows(staged: StagedFile, suite: RowSuite) -> str:
    """Bad rows as they came: read from the landed file again, with their place in it."""
    file = staged.file
    assert staged.source is not None  # its rows have been read by it
    rows = typed_select(staged.source, feed=file.feed, file_id=file.file_id, with_origin=True)
    rows, rules = suite.corrected(rows), suite.rules
    # The row as it came is put together last, for the few rows that are kept.
    return (
        f"select {literal(file.name)} as file_name, __row_number as row_number, "
        f"__reasons as reasons, cast({staged.source.original} as varchar) as original, "
        f"{literal(file.file_id)} as _file_id from ("
        f"select _row_number as __row_number, {reasons(rules)} as __reasons, _source.* "
        f"from ({rows}) where {any_broken(rules)})"
    )
