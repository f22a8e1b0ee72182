"""Turns the text of a row into typed values: the SQL that every file goes through.

Text is trimmed of every Unicode space and empty text is null. A value that does not parse becomes
null, and its text is kept in ``_unparsed``. All of it is one streaming projection.
"""

from collections.abc import Iterable

from customer_status.engine import literal
from customer_status.feeds.layouts import FEEDS, SYSTEM_COLUMNS, WHOLE_ROW, ColumnType
from customer_status.ingest.source import Source

# Everything that Unicode calls white space.
_SPACE = (
    r"[\x{09}-\x{0d}\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}"
    r"\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]"
)
SPACES_AT_THE_ENDS = rf"\A{_SPACE}+|{_SPACE}+\z"
# Stands around every value where one look at a whole row is taken.
_EDGE = "\x01"
_SPACE_AT_AN_EDGE = rf"{_EDGE}{_SPACE}|{_SPACE}{_EDGE}"

_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_OFFSET = r"(?:Z|[+-](?:0[0-9]|1[0-8])(?::?[0-5][0-9])?)"
_TIME = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?"
# Snowflake writes a blank before the offset.
_BLANK_BEFORE_OFFSET = " (Z|[+-])"
_TIMESTAMP = rf"{_DAY}(?:[ T]{_TIME}(?: ?{_OFFSET})?)?"
# Writers without a type for days give midnight.
_DATE = rf"{_DAY}(?:[ T]00:00(?::00(?:\.0+)?)?Z?)?"
_WHOLE_NUMBER = r"[+-]?[0-9]+(?:\.0*)?"


def typed_select(source: Source, *, feed: str, file_id: str, with_origin: bool) -> str:
    """A query for a file's rows in the feed's raw layout.

    Args:
        with_origin: add ``_row_number`` (1-based, in file order; the engine must keep order) and
            ``_source`` (the scan's own columns as one struct, for ``Source.original``).
    """
    layout = FEEDS[feed]
    origin = ("_row_number", "_source") if with_origin else ()
    typed = {
        name: _native(name, kind, source.native[name])
        if name in source.native
        else _parse(name, kind)
        for name, kind in layout.items()
    }
    given = {name: kind for name, kind in layout.items() if name in source.values}
    parsed = [name for name, kind in given.items() if kind is not ColumnType.TEXT]
    columns = [
        f"{typed[name]} as {name}" if name in given else f"null::{kind.value} as {name}"
        for name, kind in layout.items()
    ]
    texts = [f"{name} as {name}__text" for name in parsed]
    final = [*layout, "_extra::varchar as _extra", f"{_unparsed(parsed)} as _unparsed"]
    kept = ("_extra", "_row", "_file", *origin)
    return (
        f"select {', '.join([*final, '_file as _file_id', *origin])} from ("
        f"select {', '.join([*columns, *texts, *kept])} from "
        f"({_trimmed(source, origin, source.file_id or literal(file_id))}))"
    )


def empty_select(feed: str) -> str:
    """A query without rows in the feed's raw layout."""
    columns = [f"null::{kind.value} as {name}" for name, kind in FEEDS[feed].items()]
    columns += [f"null::varchar as {name}" for name in SYSTEM_COLUMNS]
    return f"select {', '.join(columns)} where false"


def _trimmed(source: Source, origin: Iterable[str], file_id: str) -> str:
    """The file's known columns as they came, with text trimmed and empty text null."""
    rows = [f"{sql} as {name}" for name, sql in source.values.items()]
    rows += [f"{source.misshapen}::varchar as _row", f"{source.extra} as _extra"]
    rows.append(f"{file_id} as _file")
    if origin:
        rows += [f"{source.row_number} as _row_number", "_scan as _source"]
    texts = [name for name in source.values if name not in source.native]
    edge = literal(_EDGE)
    # One look at the whole row is many times cheaper than one look at each of its values.
    whole = f"concat_ws({edge}, '', {', '.join([*texts, literal('')])})"
    trimmed = [
        f"nullif(case when _is_padded then regexp_replace({name}, '{SPACES_AT_THE_ENDS}', '', 'g')"
        f" else {name} end, '') as {name}"
        for name in texts
    ]
    kept = [*trimmed, *source.native, "_row", "_extra", "_file", *origin]
    return (
        f"select {', '.join(kept)} from ("
        f"select *, {_may_be_padded('_whole')} as _is_padded from ("
        f"select *, {whole} as _whole from (select {', '.join(rows)} from {source.scan} as _scan)))"
    )


def _may_be_padded(row: str) -> str:
    """SQL predicate: a value of the row begins or ends with a space; at times true when none does.

    Searching plain text is ten times faster than a regular expression, which is left for rows with
    more than ASCII.
    """
    signs = [f" {_EDGE}", f"{_EDGE} ", "\t", "\n", "\v", "\f", "\r"]
    found = " or ".join(f"contains({row}, {literal(sign)})" for sign in signs)
    is_ascii = f"length({row}) = strlen({row})"
    return (
        f"case when {is_ascii} then {found} else regexp_matches({row}, '{_SPACE_AT_AN_EDGE}') end"
    )


def _parse(name: str, kind: ColumnType) -> str:
    """SQL for the typed value of a text; null where it does not parse.

    Text without an offset is read in the session's zone. A time that a clock change skips is read
    with the offset before the change; a time that comes twice is the second of the two.
    """
    cast = f"try_cast({name} as {kind.value})"
    match kind:
        case ColumnType.TEXT:
            return name
        case ColumnType.TIMESTAMP:
            joined = f"regexp_replace({name}, '{_BLANK_BEFORE_OFFSET}', '\\1')"
            # only the few timestamps that do not parse as they are cost a second look
            moment = f"coalesce({cast}, try_cast({joined} as {kind.value}))"
            return _if(f"regexp_full_match({name}, '{_TIMESTAMP}')", moment)
        case ColumnType.DATE:
            day = f"try_cast(left({name}, 10) as date)"
            return _if(f"regexp_full_match({name}, '{_DATE}') and {name} >= '0001'", day)
        case ColumnType.INTEGER:
            return _if(f"regexp_full_match({name}, '{_WHOLE_NUMBER}')", cast)
        case ColumnType.AMOUNT | ColumnType.SCORE:
            # The engine takes 1_000 for a thousand; nobody's export means that.
            return _if(f"not contains({name}, '_')", cast)
        case ColumnType.BOOLEAN:
            return cast


def _native(name: str, kind: ColumnType, native: str) -> str:
    """SQL for the value of a column whose Parquet type fits; null where its value does not."""
    if native == "TIMESTAMP WITH TIME ZONE":
        return _if(f"isfinite({name})", name)
    # Nanoseconds are cut off, as they are from text: rounded, a day's last one would be the next's.
    cut = f"make_timestamp_ns(epoch_ns({name}) - (epoch_ns({name}) % 1000 + 1000) % 1000)"
    is_fine = native == "TIMESTAMP_NS"
    moment = f"{_if(f'isfinite({name})', cut)}::timestamp" if is_fine else f"{name}::timestamp"
    match kind:
        case ColumnType.TIMESTAMP:
            # At the ends of time a zone leads beyond them.
            return _if(f"isfinite({moment})", f"try_cast({moment} as timestamptz)")
        case ColumnType.DATE:
            is_day = f"isfinite({moment}) and {moment} = date_trunc('day', {moment})"
            return _if(is_day, f"{moment}::date")
        case _:
            return f"try_cast({name} as {kind.value})"


def _if(condition: str, value: str) -> str:
    return f"case when {condition} then {value} end"


def _unparsed(parsed: list[str]) -> str:
    """JSON object of column to original text for what is given but did not parse; null if none."""
    failed = {name: f"{name} is null and {name}__text is not null" for name in parsed}
    any_failed = " or ".join(["_row is not null", *failed.values()])
    cells = [f"{literal(WHOLE_ROW)}, _row"]
    cells += [f"{literal(n)}, {_if(test, f'{n}__text::varchar')}" for n, test in failed.items()]
    # Merging into an empty object leaves out the nulls.
    merged = f"json_merge_patch('{{}}', json_object({', '.join(cells)}))::varchar"
    return _if(any_failed, merged)
