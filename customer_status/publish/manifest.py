"""The public models of a dbt project, read from its manifest."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from customer_status.environment.errors import UserError
from customer_status.report.facts import Changes, PublicTable


def public_tables(manifest: Path) -> list[PublicTable]:
    """Models that go into a release, read from dbt's ``manifest.json`` and sorted by name.

    These are the models with ``access: public``, and those that name a ``release_schema`` in their
    ``meta``: what the next build needs to remember, but no reader.

    A model's primary key is the one that its ``primary_key`` data test proves: the engines' own key
    constraints cost an index that nobody reads.

    Raises:
        UserError: the manifest is missing or unreadable, a public model has no primary key test, or
            two public models would be published under one name.
    """
    try:
        nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
    except (OSError, ValueError, KeyError) as error:
        raise UserError(
            f"{manifest}: no readable dbt manifest ({type(error).__name__}); "
            "build the models first."
        ) from error
    keys = primary_keys(nodes)
    tables = sorted(
        (
            _public_table(node, keys.get(unique_id), _changes(node, nodes))
            for unique_id, node in nodes.items()
            if node["resource_type"] == "model" and _release_schema(node)
        ),
        key=lambda table: table.name,
    )
    for name, models in Counter(table.name for table in tables).items():
        if models > 1:
            raise UserError(f"{manifest}: {models} public models are called {name}; rename one.")
    return tables


def _release_schema(node: dict[str, Any]) -> str | None:
    """Schema of the release that a model goes to: ``main`` if public, else the one it names."""
    if node.get("access") == "public":
        return "main"
    return node.get("config", {}).get("meta", {}).get("release_schema")


def primary_keys(nodes: Mapping[str, dict[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Primary key columns by the id of the model whose test proves them, in declared order."""
    return {
        node["attached_node"]: tuple(node["test_metadata"]["kwargs"]["columns"])
        for node in nodes.values()
        if node["resource_type"] == "test"
        and (node.get("test_metadata") or {}).get("name") == "primary_key"
    }


def _changes(node: dict[str, Any], nodes: dict[str, Any]) -> Changes | None:
    """Where the build keeps the keys of the rows that it has made again of a model."""
    scope = node.get("config", {}).get("meta", {}).get("scope")
    for upstream in node["depends_on"]["nodes"] if scope else ():
        found = nodes.get(upstream, {})
        if found.get("name") == scope:
            name = found.get("alias") or found["name"]
            return Changes(found["schema"], name, tuple(node["config"]["unique_key"]))
    return None


def _public_table(
    node: dict[str, Any], primary_key: tuple[str, ...] | None, changes: Changes | None
) -> PublicTable:
    if not primary_key:
        raise UserError(
            f"{node['original_file_path']}: the public model {node['name']} has no primary key; "
            "add the primary_key data test."
        )
    return PublicTable(
        name=node.get("alias") or node["name"],
        schema=node["schema"],
        primary_key=primary_key,
        description=_one_paragraph(node["description"]),
        columns={
            column["name"]: _one_paragraph(column["description"])
            for column in node["columns"].values()
        },
        release_schema=_release_schema(node) or "main",
        changes=changes,
    )


def _one_paragraph(text: str) -> str:
    """YAML folds and block texts carry line breaks that comment fields of BI tools show raw."""
    return " ".join(text.split())
