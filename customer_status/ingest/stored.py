"""Rows that are in raw or in quarantine already, as sources that are read like a landed file.

So they go through the typing of now: what an older version did not know or wrote otherwise comes
out as a file that lands today.
"""

from collections.abc import Sequence
from pathlib import Path

from customer_status.engine import Engine, literal
from customer_status.feeds.layouts import FEEDS, ColumnType, id_columns
from customer_status.ingest.jsonkeys import exact, find_keys, named_twice
from customer_status.ingest.jsonrows import json_cells, json_source, json_without
from customer_status.ingest.source import Source, json_object
from customer_status.ingest.values import empty_select, typed_select
from expectations.suites import RowSuite

# How the reason of a row begins that has no columns, or not those of its file.
SHAPE = "the row "


def stored_rows(feed: str, paths: Sequence[Path], *, with_row_number: bool = False) -> str:
    """SQL table of the rows of raw files in the layout of now.

    A column that a file of an older version lacks is null. ``file_row_number`` counts from 0.
    """
    option = ", file_row_number = true" if with_row_number else ""
    return f"(({empty_select(feed)}) union all by name (from {_files(paths, option)}))"


def raw_source(engine: Engine, feed: str, paths: Sequence[Path]) -> Source:
    """Accepted rows. A column of the feed that its file's version did not know yet is taken out of
    the unknown ones."""
    rows = stored_rows(feed, paths)
    layout = FEEDS[feed]
    keys = find_keys(
        engine, f"(select _extra as line, true as is_object from {rows} where _extra is not null)"
    )
    known = keys.of_columns(layout)
    taken = [key for names in known.values() for key in names]
    ids = {key for column in id_columns(feed) for key in known.get(column, ())}
    cells = [
        exact(key, f"cells[{i}]", may_be_id=key in ids) for i, key in enumerate(taken, start=1)
    ]
    extra = dict(zip(taken, cells, strict=True))
    values = {name: name for name in layout}
    for name, names in known.items():
        values[name] = f"coalesce({', '.join([f'{name}::varchar', *(extra[n] for n in names)])})"
    is_native = {
        name: kind.value
        for name, kind in layout.items()
        if kind is not ColumnType.TEXT and name not in known
    }
    has_some = " or ".join(f"cells[{i}] is not null" for i in range(1, len(taken) + 1))
    without = f"case when {has_some} then {json_without('line', taken)} else line end"
    cells_of = f", {json_cells('_extra', taken)} as cells" if taken else ""
    return Source(
        scan=f"(select *, _extra as line{cells_of} from {rows})",
        values=values,
        native=is_native,
        misshapen=named_twice(keys, known),
        extra=without if taken else "line",
        original=_as_it_stands(feed),
        row_number="null::bigint",
        file_id="_file_id",
    )


def quarantine_source(engine: Engine, feed: str, paths: Sequence[Path]) -> Source:
    """Rejected rows, from the text that was kept of them. What has no columns stays misshapen."""
    lines = (
        "(select *, original as line, coalesce(json_valid(original) and original[1] = '{', false) "
        f"and len(list_filter(reasons, lambda reason: starts_with(reason, {literal(SHAPE)}))) = 0 "
        f"as is_object from {_files(paths)})"
    )
    source = json_source(engine, feed, lines)
    return Source(
        scan=source.scan,
        values=source.values or dict.fromkeys(FEEDS[feed], "null::varchar"),
        native={},
        misshapen=source.misshapen,
        extra=source.extra,
        original="original",
        row_number="row_number",
        file_id="_file_id",
    )


def seen_now(source: Source, feed: str, suite: RowSuite) -> str:
    """A query for stored rows as typing, corrections and rules see them now; ``_source`` is the row
    as it is stored, ``_notices`` what was corrected."""
    return suite.corrected(typed_select(source, feed=feed, file_id="", with_origin=True))


def _files(paths: Sequence[Path], option: str = "") -> str:
    listed = ", ".join(literal(str(path)) for path in paths)
    return f"read_parquet([{listed}], union_by_name = true, hive_partitioning = false{option})"


def _as_it_stands(feed: str) -> str:
    """SQL JSON object of an accepted row: its columns and the unknown ones, without empty ones."""
    given = json_object([(name, f"{name}::varchar") for name in FEEDS[feed]])
    return f"json_merge_patch('{{}}', json_merge_patch({given}, coalesce(_extra, '{{}}')))"
