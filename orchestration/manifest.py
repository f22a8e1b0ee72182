"""dbt's manifest, parsed ahead of Dagster and only when the project has changed."""

import json
from pathlib import Path

from customer_status.environment.errors import UserError
from customer_status.environment.layout import PROJECT_DIR, World
from orchestration.dbt import call_dbt

PARSED = ("models", "macros", "seeds", "tests/dbt", "dbt_project.yml", "profiles.yml")


def ensure_manifest(world: World) -> Path:
    """Parse the project if any of its files is newer than the manifest; return the manifest.

    Raises:
        UserError: the project does not parse.
    """
    manifest = world.target / "manifest.json"
    if _is_whole(manifest) and manifest.stat().st_mtime > _latest_change():
        return manifest
    world.target.mkdir(parents=True, exist_ok=True)
    # Parsing only what has changed, dbt loses what YAML says of tests that are files of their own.
    result = call_dbt(world, "parse", "--no-partial-parse")
    if result.returncode:
        raise UserError(f"dbt cannot parse the project:\n{result.stdout}{result.stderr}")
    return manifest


def _is_whole(manifest: Path) -> bool:
    """A run may have died while dbt wrote it."""
    try:
        return bool(json.loads(manifest.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return False


def _latest_change() -> float:
    files = (
        path
        for name in PARSED
        for root in [PROJECT_DIR / name]
        for path in ([root] if root.is_file() else root.rglob("*"))
        if path.is_file()
    )
    return max(path.stat().st_mtime for path in files)
