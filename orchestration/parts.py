"""What must be built beside a part of the tables, so that the part comes out whole.

A build of changes leaves some tables with the changed rows only: steps on the way, which nobody
reads later. A table that is built again needs all rows of the ones that it reads.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

# Whatever calls this macro reads otherwise in a build of changes.
MODE = "only_changes"
# Tables of changed keys. A build that makes everything looks at none of them.
CHANGES = "changes"


def steps_of_changes(manifest: Mapping[str, Any]) -> set[str]:
    """Models that hold only changed rows after a build of changes, by name, from dbt's manifest.

    What is published, or brought up to date, is whole.
    """
    models = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and node["schema"] != CHANGES
        and node["config"]["materialized"] != "incremental"
        and node["access"] != "public"
        and "release_schema" not in node["config"]["meta"]
    ]
    first = {node["name"] for node in models if _looks_at_mode(node, manifest["macros"])}
    return with_readers(first, among={node["name"] for node in models}, parents=read_by(manifest))


def with_readers(
    first: Collection[str], *, among: Collection[str], parents: Mapping[str, Collection[str]]
) -> set[str]:
    """The models in ``first``, and those ``among`` the others that read them, at whichever hand."""
    found = set(first)
    while more := {
        name for name in among if name not in found and not found.isdisjoint(parents.get(name, ()))
    }:
        found |= more
    return found


def _looks_at_mode(node: Mapping[str, Any], macros: Mapping[str, Any]) -> bool:
    waiting, seen = list(node["depends_on"]["macros"]), set()
    while waiting:
        key = waiting.pop()
        if key not in seen and key in macros:
            seen.add(key)
            waiting += macros[key]["depends_on"]["macros"]
    return any(macros[key]["name"] == MODE for key in seen)


def read_by(manifest: Mapping[str, Any], *, by_tests: bool = False) -> dict[str, set[str]]:
    """The models and seeds that each model reads, by name; with ``by_tests`` also what tests of it
    read."""
    nodes = manifest["nodes"]
    parents: dict[str, set[str]] = {}
    for node in nodes.values():
        read = {nodes[key]["name"] for key in node["depends_on"].get("nodes", ()) if key in nodes}
        if node["resource_type"] != "test":
            parents.setdefault(node["name"], set()).update(read)
        elif by_tests:
            for name in read:
                parents.setdefault(name, set()).update(read - {name})
    return parents


def needed_beside(
    part: Iterable[str], *, steps: Collection[str], parents: Mapping[str, Collection[str]]
) -> set[str]:
    """The ``steps`` outside a part that it reads, at first or second hand."""
    chosen = set(part)
    found: set[str] = set()
    waiting = list(chosen)
    while waiting:
        for name in parents.get(waiting.pop(), ()):
            if name in steps and name not in chosen | found:
                found.add(name)
                waiting.append(name)
    return found
