"""Rows that are JSON objects, one text each."""

from collections.abc import Iterable

from customer_status.engine import Engine, literal
from customer_status.feeds.layouts import FEEDS, WHOLE_ROW, id_columns
from customer_status.ingest.jsonkeys import exact, find_keys, named_twice
from customer_status.ingest.limits import check_columns
from customer_status.ingest.source import Source, json_object


def json_source(engine: Engine, feed: str, lines: str, *, with_columns: bool = False) -> Source:
    """Rows that are JSON objects.

    Args:
        lines: SQL table with the text ``line`` and whether it ``is_object``.
        with_columns: also give every key, for a mapping to read.

    Raises:
        Unreadable: the objects have too many different keys.
    """
    keys = find_keys(engine, lines)
    check_columns(len(keys.names), "keys")
    known = keys.of_columns(FEEDS[feed])
    # All of a line's values are taken out at once; by one path each, they cost as much each.
    taken = [key for names in known.values() for key in names]
    taken += [key for key in keys.names if with_columns and key not in taken]
    cells = json_cells("line", taken)
    extra = json_without("line", [key for names in known.values() for key in names])
    is_all_known = sum(map(len, known.values())) == len(keys.names)
    ids = {key for column in id_columns(feed) for key in known.get(column, ())}
    cell = {
        # of an export, a mapping may make an identifier of any column
        key: exact(key, f"cells[{i}]", may_be_id=key in ids or with_columns)
        for i, key in enumerate(taken, start=1)
    }
    values = {
        name: cell[same[0]] if len(same) == 1 else f"coalesce({', '.join(cell[k] for k in same)})"
        for name, same in known.items()
    }
    twice = named_twice(keys, known)
    return Source(
        scan=f"(select *, case when is_object then {cells} end as cells from {lines})",
        values=values,
        native={},
        misshapen=f"case when not is_object then 'is not a JSON object' else {twice} end",
        extra="null" if is_all_known else f"case when is_object then {extra} end",
        original=f"case when is_object then line else json_object({literal(WHOLE_ROW)}, line) end",
        columns=tuple((key.strip(), sql) for key, sql in cell.items()),
    )


def json_cells(line: str, keys: Iterable[str]) -> str:
    """SQL list of the texts of so many keys of a JSON object, taken out at once."""
    paths = ", ".join(literal(_json_pointer(key)) for key in keys)
    return f"json_extract_string({line}, [{paths}]::varchar[])"


def json_without(line: str, keys: Iterable[str]) -> str:
    """SQL text of a JSON object without so many of its keys; null if nothing is left."""
    # Merging a null into an object removes the key.
    removed = json_object([(key, "null") for key in keys])
    return f"nullif(json_merge_patch({line}, {removed})::varchar, '{{}}')"


def _json_pointer(key: str) -> str:
    """Path to a key whatever is in its name (RFC 6901)."""
    return "/" + key.replace("~", "~0").replace("/", "~1")
