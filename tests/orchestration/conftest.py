"""The project as Dagster sees it, loaded once from a freshly parsed manifest."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import dagster as dg
import pytest

from customer_status.environment.layout import World
from tests.orchestration.asset_graph import load_definitions


@dataclass(frozen=True)
class Project:
    """Dagster's definitions and the dbt manifest that they were made from."""

    definitions: dg.Definitions
    manifest: dict[str, Any]

    @cached_property
    def asset_graph(self) -> Any:
        return self.definitions.resolve_asset_graph()

    def nodes(self, resource_type: str) -> list[dict[str, Any]]:
        """Nodes of dbt of one kind, such as ``model``."""
        return [
            node
            for node in self.manifest["nodes"].values()
            if node["resource_type"] == resource_type
        ]


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    world = World(tmp_path_factory.mktemp("parsed") / "warehouse", "landing")
    definitions = load_definitions(world)
    text = (world.target / "manifest.json").read_text(encoding="utf-8")
    return Project(definitions, json.loads(text))
