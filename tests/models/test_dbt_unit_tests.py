"""dbt's own unit tests, which stand in the models' YAML, hold."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

from customer_status.environment.layout import PROJECT_DIR, World
from customer_status.ingest.run import ensure_schemas
from customer_status.settings.config import write_config
from orchestration.dbt import dbt_environment
from orchestration.published import lay_out


def dbt(world: World, *arguments: str) -> None:
    command = [Path(sys.executable).with_name("dbt"), "--quiet", *arguments]
    environment = {**os.environ, **dbt_environment(world)}
    result = subprocess.run(
        [*command, "--profiles-dir", "."],
        cwd=PROJECT_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout


def test_every_branch_of_every_model_does_what_its_unit_tests_say(tmp_path: Path) -> None:
    world = World(tmp_path, "empty")
    write_config(world.config, overlay=None, run_date=date(2026, 1, 1), as_of_date=None)
    ensure_schemas(world)
    lay_out(world, made_of="nothing", policy="none")
    # unit tests look up column types
    dbt(world, "build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")
    dbt(world, "test", "--select", "test_type:unit")
