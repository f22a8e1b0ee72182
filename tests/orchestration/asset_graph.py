"""The asset graph as text, one line per asset; run as a program, it renews the committed text."""

import os
import tempfile
from pathlib import Path
from unittest import mock

import dagster as dg

from customer_status.environment.layout import World

COMMITTED = Path(__file__).with_name("asset_graph.txt")
HOW_TO_RENEW = "python -m tests.orchestration.asset_graph"


def load_definitions(world: World) -> dg.Definitions:
    """Everything that Dagster knows of the project, parsed into the world's own folder."""
    from orchestration.definitions import definitions
    from orchestration.manifest import ensure_manifest

    place = {"STATUS_LANDING": str(world.root), "STATUS_WAREHOUSE": str(world.warehouse)}
    with mock.patch.dict(os.environ, dict.fromkeys(_status_variables(), "") | place):
        ensure_manifest(world)
        return definitions()


def _status_variables() -> list[str]:
    return [name for name in os.environ if name.startswith("STATUS_")]


def described(definitions: dg.Definitions) -> str:
    """Every asset by its key, with its group and, below it, the assets that it is made from."""
    graph = definitions.resolve_asset_graph()
    lines = []
    for key in sorted(graph.get_all_asset_keys()):
        asset = graph.get(key)
        lines.append(f"{key.to_user_string()} [{asset.group_name}]")
        lines += sorted(f"    {parent.to_user_string()}" for parent in asset.parent_keys)
    return "\n".join(lines) + "\n"


def renew() -> None:
    with tempfile.TemporaryDirectory() as folder:
        text = described(load_definitions(World(Path(folder), "landing")))
    COMMITTED.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    renew()
