"""Reads one landed file into a typed Parquet file, in one streaming pass."""

import errno
import os
from dataclasses import dataclass
from pathlib import Path

import duckdb

from expectations.suites import required_columns
from ingest.landing import LandedFile
from ingest.readers import Source, csv_source, open_source
from ingest.sql import Engine
from ingest.textfiles import Unreadable, explain_jsonl, repair_csv
from ingest.values import typed_select

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


@dataclass(frozen=True)
class StagedFile:
    """A landed file on its way.

    Attributes:
        path: its typed rows; None if there are none to judge.
        source: how to read it again; None if it cannot be read.
        rows_read: data rows in the file.
        read_error, missing_columns: why it cannot be taken; None if it can.
    """

    file: LandedFile
    path: Path | None = None
    source: Source | None = None
    rows_read: int = 0
    read_error: str | None = None
    missing_columns: str | None = None


def stage_file(engine: Engine, file: LandedFile, *, folder: Path) -> StagedFile:
    """Read a file into ``folder/<file_id>.parquet``; what stands in the way is told, not raised."""
    try:
        return _stage(engine, file, folder=folder)
    except Unreadable as error:
        return StagedFile(file, read_error=str(error))


def _stage(engine: Engine, file: LandedFile, *, folder: Path) -> StagedFile:
    try:
        staged = _copy(engine, file, open_source(engine, file), folder=folder)
    except duckdb.Error as error:
        if isinstance(error, _NOT_THE_FILE) or os.strerror(errno.ENOSPC) in str(error):
            raise
        if file.format == "parquet":
            raise Unreadable(f"it is not a whole Parquet file ({_first_line(error)})") from error
        staged = _second_chance(engine, file, folder=folder)
    if not file.is_unchanged():
        raise Unreadable("it changed while it was read; the next run reads it again")
    return staged


def _copy(engine: Engine, file: LandedFile, source: Source, *, folder: Path) -> StagedFile:
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
    if file.format == "jsonl":
        explain_jsonl(file.path, is_compressed=file.is_compressed)
    repaired = folder / f"{file.file_id}.csv"
    repair_csv(file.path, repaired, is_compressed=file.is_compressed)
    try:
        return _copy(engine, file, csv_source(file, repaired=repaired), folder=folder)
    except duckdb.InvalidInputException as error:
        raise Unreadable("it holds a row that is too long") from error


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
