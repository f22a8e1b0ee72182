"""Reads one landed file into a typed Parquet file, in one streaming pass."""

from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from customer_status.engine import Engine
from customer_status.environment.disk import is_full
from customer_status.ingest.compression import check_gzip, unpack
from customer_status.ingest.exports import LacksColumns, in_plain_csv, map_export
from customer_status.ingest.hints import hint
from customer_status.ingest.landing import LandedFile
from customer_status.ingest.limits import MAX_UNPACKED_BYTES, check_lines
from customer_status.ingest.parquetfiles import fault
from customer_status.ingest.readers import csv_source, open_source
from customer_status.ingest.source import Source
from customer_status.ingest.textfiles import NotItsFormat, Unreadable, explain_jsonl, repair_csv
from customer_status.ingest.values import typed_select
from expectations.suites import required_columns

# Faults of the machine, of the run and of this program: they are not the file's and end the run.
_NOT_THE_FILE = (
    duckdb.OutOfMemoryException,
    duckdb.InterruptException,
    duckdb.InternalException,
    duckdb.FatalException,
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ParserException,
)


CHANGED = "it changed while it was read; the next run reads it again"


@dataclass(frozen=True)
class StagedFile:
    """A landed file on its way.

    Attributes:
        path: its typed rows; None if there are none to judge.
        source: how to read it again; None if it cannot be read.
        rows_read: data rows in the file.
        read_error, missing_columns: why it cannot be taken; None if it can.
        rows_in_export, rows_passed_over: what a mapping read and left out; None without one.
    """

    file: LandedFile
    path: Path | None = None
    source: Source | None = None
    rows_read: int = 0
    read_error: str | None = None
    missing_columns: str | None = None
    rows_in_export: int | None = None
    rows_passed_over: int | None = None


def stage_file(
    engine: Engine, file: LandedFile, *, folder: Path, max_unpacked: int = MAX_UNPACKED_BYTES
) -> StagedFile:
    """Read a file into ``folder/<file_id>.parquet``; what stands in the way is told, not raised.

    Args:
        max_unpacked: most bytes that a compressed file may unpack to.
    """
    try:
        _check_size(file, max_unpacked)
        staged = _stage(engine, file, folder=folder)
        if not file.problem and not file.is_unchanged():
            raise Unreadable(CHANGED)
    except NotItsFormat as error:
        return StagedFile(file, read_error=_told(f"{error}", hint(file, is_its_format=False)))
    except Unreadable as error:
        return StagedFile(file, read_error=str(error))
    except OSError:
        if file.is_unchanged():
            raise
        return StagedFile(file, read_error=CHANGED)
    if staged.missing_columns and not file.mapping:
        told = _told(staged.missing_columns, hint(file, is_its_format=True))
        return replace(staged, missing_columns=told)
    return staged


def _check_size(file: LandedFile, max_unpacked: int) -> None:
    """See that a text file can be read in little memory.

    Raises:
        Unreadable: it cannot, or its compressed data are not whole.
    """
    if file.problem or file.format == "parquet":
        return
    if file.is_compressed:
        check_gzip(file.path, max_unpacked=max_unpacked)
    else:
        check_lines(file.path)


def _told(complaint: str, seen: str | None) -> str:
    return f"{complaint}; {seen}" if seen else complaint


def _stage(engine: Engine, file: LandedFile, *, folder: Path) -> StagedFile:
    text = in_plain_csv(file, folder=folder)
    try:
        staged = _copy(engine, text, open_source(engine, text), folder=folder)
    except duckdb.Error as error:
        if isinstance(error, _NOT_THE_FILE) or is_full(error):
            raise
        if file.format == "parquet":
            raise fault(error) from error
        staged = _second_chance(engine, text, folder=folder)
    return staged


def _copy(engine: Engine, file: LandedFile, source: Source, *, folder: Path) -> StagedFile:
    if not file.mapping:
        return _copy_typed(engine, file, source, folder=folder)
    try:
        mapped = map_export(engine, file, source, mapping=file.mapping, folder=folder)
    except LacksColumns as error:
        return StagedFile(file, missing_columns=str(error))
    return replace(
        _copy_typed(engine, file, mapped.source, folder=folder),
        rows_in_export=mapped.rows_in_export,
        rows_passed_over=mapped.rows_passed_over,
    )


def _copy_typed(engine: Engine, file: LandedFile, source: Source, *, folder: Path) -> StagedFile:
    missing = [name for name in required_columns(file.feed) if name not in source.values]
    if missing:
        noun = "column" if len(missing) == 1 else "columns"
        return StagedFile(file, missing_columns=f"{noun} {', '.join(missing)}")
    path = folder / f"{file.file_id}.parquet"
    query = typed_select(source, feed=file.feed, file_id=file.file_id, with_origin=False)
    rows_read = engine.copy(query, path)
    return StagedFile(file, path=path, source=source, rows_read=rows_read)


def _second_chance(engine: Engine, file: LandedFile, *, folder: Path) -> StagedFile:
    """Read a text file that the engine refused, row by row.

    Raises:
        Unreadable: it cannot be read that way either.
    """
    if file.format == "jsonl" and file.is_compressed:
        # The engine takes less gzip than there is: padding, optional parts of the header.
        plain = replace(file, path=folder / f"{file.file_id}.jsonl")
        unpack(file.path, plain.path)
        try:
            return _copy(engine, file, open_source(engine, plain), folder=folder)
        except duckdb.InvalidInputException:
            explain_jsonl(plain.path, is_compressed=False)
    if file.format == "jsonl":
        explain_jsonl(file.path, is_compressed=False)
    repaired = folder / f"{file.file_id}.csv"
    repair_csv(file.path, repaired, is_compressed=file.is_compressed)
    try:
        return _copy(engine, file, csv_source(file, repaired=repaired), folder=folder)
    except duckdb.InvalidInputException as error:
        raise Unreadable("it holds a row that is too long") from error
