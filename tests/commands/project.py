"""A clone of the project in which commands are run as a reader of the docs would paste them.

The environment is this one, nothing is installed; the simulated retailer is a small one.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from customer_status.environment.layout import PROJECT_DIR

CUSTOMERS = 150
LARGE, SMALL = "customers: int = 10_000", f"customers: int = {CUSTOMERS}"
LEFT_BEHIND = shutil.ignore_patterns(
    ".venv",
    ".git",
    "warehouse*",
    "landing",
    "target",
    "logs",
    "__pycache__",
    ".*_cache",
    "*.duckdb*",
)
STAMPS = ("run", "dev", "complete-journey")
# A make above this one hands its options down, and the person's own must not count.
FOREIGN = ("STATUS_", "DBT_", "DAGSTER_", "MAKE", "MFLAGS")
OPTIONS = (
    *("DATA", "LANDING", "WAREHOUSE", "AS_OF", "CONFIG", "TARGET"),
    *("SQL", "FILE", "FORMAT", "PORT"),
)
PATIENCE_SECONDS = 300


@dataclass(frozen=True)
class Project:
    """A clone; ``folder`` is where its commands are run."""

    folder: Path

    @property
    def release(self) -> Path:
        return self.folder / "warehouse" / "current" / "mart.duckdb"

    def shell(
        self, script: str, *, stdin: str = "", environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a script as a shell would that stands in the project's folder."""
        return self.run("bash", "-euo", "pipefail", "-c", script, stdin=stdin, more=environment)

    def run(
        self, *command: str, stdin: str = "", more: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run one command with these very arguments."""
        own = {
            name: text
            for name, text in os.environ.items()
            if not name.startswith(FOREIGN) and name not in OPTIONS
        }
        return subprocess.run(
            command,
            cwd=self.folder,
            env=own | {"DO_NOT_TRACK": "1"} | dict(more or {}),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )


def clone(folder: Path) -> Project:
    """Copy the project and lend it this environment."""
    shutil.copytree(PROJECT_DIR, folder, ignore=LEFT_BEHIND)
    simulation = folder / "sample_data" / "simulator" / "simulation.py"
    text = simulation.read_text(encoding="utf-8")
    assert LARGE in text
    simulation.write_text(text.replace(LARGE, SMALL), encoding="utf-8")
    environment = folder / ".venv"
    environment.mkdir()
    for path in Path(sys.prefix).iterdir():
        if not path.name.endswith(".installed"):
            (environment / path.name).symlink_to(path)
    for name in STAMPS:
        (environment / f"{name}.installed").touch()
    return Project(folder)
