"""How dbt is called: which program, with what in its environment."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from world.layout import PROJECT_DIR, World

# dbt of this very environment, whatever the PATH says.
DBT = Path(sys.executable).with_name("dbt")


def dbt_environment(world: World) -> dict[str, str]:
    """Where dbt finds raw rows, receipts and the seeds in force, and which database it writes."""
    return {
        "STATUS_BUILD_DATABASE": str(world.build_database),
        "STATUS_PUBLISHED": str(world.published),
        "STATUS_RAW": str(world.raw),
        "STATUS_RECEIPTS": str(world.receipts),
        "STATUS_SEEDS": str(world.config),
        "DBT_LOG_LEVEL_FILE": "info",
        "DBT_LOG_PATH": str(world.target / "logs"),
        "DBT_TARGET_PATH": str(world.target),
        "DO_NOT_TRACK": "1",
    }


def call_dbt(
    world: World, *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run one quiet dbt command to its end, outside Dagster; the caller looks at how it ended.

    ``environment`` goes before what dbt is told of the world.
    """
    return subprocess.run(
        [str(DBT), "--quiet", *arguments, "--profiles-dir", "."],
        cwd=PROJECT_DIR,
        env={**os.environ, **dbt_environment(world), **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
