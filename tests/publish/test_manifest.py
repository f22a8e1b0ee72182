"""What is public, and by which key, is said by the models themselves."""

import json
from pathlib import Path
from typing import Any

import pytest

from customer_status.environment.errors import UserError
from customer_status.publish.manifest import public_tables
from customer_status.report.facts import PublicTable


def model(name: str, key: list[str], **changes: Any) -> list[tuple[str, dict[str, Any]]]:
    """A model and, if it has a key, the test that proves it; ``columns`` maps name to words."""
    unique_id = f"model.{changes.get('schema', 'core')}.{name}"
    columns = changes.pop("columns", {})
    node = {
        "resource_type": "model",
        "name": name,
        "alias": name,
        "schema": "core",
        "access": "public",
        "description": "",
        "original_file_path": f"models/core/{name}.sql",
        "columns": {
            column: {"name": column, "description": words} for column, words in columns.items()
        },
        **changes,
    }
    test = {
        "resource_type": "test",
        "attached_node": unique_id,
        "test_metadata": {"name": "primary_key", "kwargs": {"columns": key}},
    }
    return [(unique_id, node), *([(f"test.{unique_id}", test)] if key else [])]


def manifest_of(folder: Path, *nodes: list[tuple[str, dict[str, Any]]]) -> Path:
    path = folder / "manifest.json"
    path.write_text(json.dumps({"nodes": dict(entry for node in nodes for entry in node)}))
    return path


def test_public_models_are_found_by_name_with_their_words(tmp_path: Path) -> None:
    manifest = manifest_of(
        tmp_path,
        model(
            "fct_orders",
            ["order_key"],
            columns={"order_key": "One\norder.", "note": ""},
            description="Orders,\n  one row each.\n",
        ),
        model("dim_date", ["date_day"], columns={"date_day": ""}, schema="marts"),
        model("int_hidden", ["id"], access="protected"),
        [("test.other", {"resource_type": "test", "test_metadata": None})],
    )
    assert public_tables(manifest) == [
        PublicTable("dim_date", "marts", ("date_day",), "", {"date_day": ""}),
        PublicTable(
            "fct_orders",
            "core",
            ("order_key",),
            "Orders, one row each.",
            {"order_key": "One order.", "note": ""},
        ),
    ]


def test_a_key_of_several_columns_keeps_its_order(tmp_path: Path) -> None:
    [table] = public_tables(
        manifest_of(tmp_path, model("fct_history", ["valid_from", "customer_key"]))
    )
    assert table.primary_key == ("valid_from", "customer_key")


def test_a_public_model_needs_a_primary_key(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="fct_orders has no primary key"):
        public_tables(manifest_of(tmp_path, model("fct_orders", [])))


def test_two_public_models_cannot_share_a_name(tmp_path: Path) -> None:
    nodes = [model("one", ["id"], schema=schema) for schema in ("a", "b")]
    with pytest.raises(UserError, match="called one"):
        public_tables(manifest_of(tmp_path, *nodes))


def test_without_a_manifest_a_person_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="build the models first"):
        public_tables(tmp_path / "manifest.json")
