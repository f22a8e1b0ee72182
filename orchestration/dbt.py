"""How dbt is called: which program, with what in its environment."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from customer_status.environment.layout import PROJECT_DIR, World

# dbt of this very environment, whatever the PATH says.
DBT = Path(sys.executable).with_name("dbt")
PROFILES = ("--profiles-dir", ".")
PARSING = ("parse", *PROFILES)
# The last forty runs or so, and five full files beside the one that is written.
LOG_FILE_BYTES = 2_000_000
LOG_FILES_KEPT = 5

_ready: subprocess.Popen[bytes] | None = None


def dbt_environment(world: World) -> dict[str, str]:
    """Where dbt finds its files, and which database it writes."""
    return {
        "STATUS_BUILD_DATABASE": str(world.build_database),
        "STATUS_CALLER": "run",
        "STATUS_ENVIRONMENT": str(world.root),
        "STATUS_RAW": str(world.raw),
        "STATUS_UPDATE": "false",
        "DBT_LOG_FILE_MAX_BYTES": str(LOG_FILE_BYTES),
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
        [str(DBT), "--quiet", *arguments, *PROFILES],
        cwd=PROJECT_DIR,
        env={**os.environ, **dbt_environment(world), **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def ready_dbt(world: World) -> Iterator[None]:
    """Let dbt load and read the project while other steps go on; `begin_dbt` tells it what to do.

    It has read what `begin_dbt` needs if that brings the build up to date, as it mostly does; else
    it reads again. A process that was told nothing by the end is let go.
    """
    global _ready
    raw = world.arrived if world.build_state.exists() else world.raw
    _ready = _open({**os.environ, **dbt_environment(world), "STATUS_RAW": str(raw)})
    try:
        yield
    finally:
        process, _ready = _ready, None
        if process is not None:
            process.communicate()


def begin_dbt(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """Begin one dbt command, with the variables of now, in the process that is ready or a new one.

    Its events are lines of JSON on its standard output (`orchestration.dbt_program`).
    """
    global _ready
    process, _ready = _ready or _open(os.environ), None
    command = {"arguments": [*arguments, *PROFILES], "environment": dict(os.environ)}
    assert process.stdin is not None  # `_open` gives it a pipe
    # A process that died says why in its output, which is read next.
    with suppress(BrokenPipeError), process.stdin as told:
        told.write(json.dumps(command).encode() + b"\n")
    return process


def _open(environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "orchestration.dbt_program"],
        cwd=PROJECT_DIR,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
