"""What the query of a mapping may be: one select over the relation ``export``.

A mapping comes from outside as its files do. It is parsed, never trusted: what else it would read
or do is named before it runs. It then runs in a sandbox (`engine.Engine.sandbox`) that has
nothing else to offer.
"""

import json
from collections.abc import Iterator

import duckdb

EXPORT = "export"
# Tables made of a row's own values. Every other table function reads files or the engine's state.
TABLE_FUNCTIONS = frozenset({"generate_series", "json_each", "json_tree", "range", "unnest"})
# Functions that tell of the engine or of the machine.
REFUSED_FUNCTIONS = frozenset({"current_setting", "getenv", "getvariable", "write_log"})


class RefusedQuery(Exception):
    """The query may not run; the message says what it does, after 'its mapping <name> '."""


def checked_query(text: str) -> str:
    """The one statement of a mapping's text, without comments around it and without an end mark.

    Raises:
        RefusedQuery: it is not one select, or reads something else than the export.
        duckdb.ParserException: it is no SQL.
    """
    with duckdb.connect(":memory:") as connection:
        statements = connection.extract_statements(text)
        if len(statements) != 1:
            raise RefusedQuery(f"holds {len(statements)} statements; write one select")
        query = statements[0].query.strip().rstrip(";")
        [(tree,)] = connection.execute("select json_serialize_sql($1)", [query]).fetchall()
    try:
        parsed = json.loads(tree)
    except RecursionError as error:
        raise RefusedQuery("is nested too deeply; write it in steps") from error
    if parsed["error"]:
        kind = statements[0].type.name.lower().replace("_", " ")
        raise RefusedQuery(f"is no select ({kind}); write one select from the relation {EXPORT}")
    nodes = list(_nodes(parsed))
    named = {EXPORT, *_common_tables(nodes)}
    for node in nodes:
        if refusal := _refusal(node, named):
            raise RefusedQuery(refusal)
    return query


def _refusal(node: dict, named: set[str]) -> str:
    """What a node of the parsed query does that it may not; empty if nothing."""
    match node.get("type"):
        case "BASE_TABLE":
            path = [node.get(part) for part in ("catalog_name", "schema_name", "table_name")]
            name = ".".join(part for part in path if part)
            if name.lower() not in named:
                return f"reads {name!r}; it may read the relation {EXPORT} only"
        case "TABLE_FUNCTION":
            name = node["function"]["function_name"].lower()
            if name not in TABLE_FUNCTIONS:
                return f"calls {name}(); it may read the relation {EXPORT} only"
        case "SHOW_REF":
            return f"describes a table; it may read the relation {EXPORT} only"
        case "FUNCTION" if node["function_name"].lower() in REFUSED_FUNCTIONS:
            return f"calls {node['function_name'].lower()}(), which tells of the machine"
    return ""


def _common_tables(nodes: list[dict]) -> Iterator[str]:
    for node in nodes:
        for entry in (node.get("cte_map") or {}).get("map", []):
            yield entry["key"].lower()


def _nodes(tree: object) -> Iterator[dict]:
    """Every object of a JSON document, however deep."""
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            yield node
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
