"""Plain dbt, as its users and their editors call it, works on what the last run left."""

import hashlib
import json
import shlex
from pathlib import Path

import pytest

from customer_status.environment.layout import World
from orchestration.build_state import read_state
from tests.commands.project import Project
from tests.documentation.blocks import blocks

DBT = ".venv/bin/dbt"
READS = ("ls", "test", "show", "compile", "docs")
# Several dbt commands in one process: each loads dbt and reads the project else.
SEVERAL = """
import json, sys
from dbt.cli.main import dbtRunner
for arguments in json.load(sys.stdin):
    outcome = dbtRunner().invoke(arguments)
    if not outcome.success:
        sys.exit(f"{arguments}: {outcome.exception or outcome.result}")
"""


def documented(*, reading: bool) -> list[list[str]]:
    """The arguments of each dbt command on the pages that only reads, or that builds."""
    lines = [line for block in blocks("sh") for line in block.commands() if line.startswith(DBT)]
    words = [shlex.split(line)[1:] for line in lines]
    return [arguments for arguments in words if (arguments[0] in READS) == reading]


def files_of(release: Path) -> dict[str, str]:
    """Every published file with its content."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(release.resolve().iterdir())
    }


@pytest.fixture(scope="module")
def world(published: Project) -> World:
    return World(published.folder / "warehouse", "simulated")


def several(project: Project, commands: list[list[str]]) -> str:
    done = project.run(".venv/bin/python", "-c", SEVERAL, stdin=json.dumps(commands))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    return done.stdout


def test_what_only_reads_works_and_leaves_no_doubt(published: Project, world: World) -> None:
    """Every such command on the pages, and all data tests; all unit tests have a test elsewhere."""
    trusted = world.build_state.read_bytes()
    commands = documented(reading=True)
    assert {command[0] for command in commands} == set(READS)
    commands.remove(["test", "--select", "test_type:unit"])
    said = several(published, [*commands, ["test", "--exclude-resource-type", "unit_test"]])
    assert all(f"| {status} " in said for status in ("active", "captive", "inactive", "passive"))
    assert (published.folder / "target" / "catalog.json").exists()
    assert world.build_state.read_bytes() == trusted


def test_a_build_by_hand_changes_no_release_and_the_next_run_trusts_none_of_it(
    published: Project, world: World
) -> None:
    before = files_of(published.release.parent)
    (build,) = documented(reading=False)
    done = published.run(DBT, *build)
    assert done.returncode == 0, done.stdout
    assert read_state(world) is None
    assert files_of(published.release.parent) == before
    again = published.run("make", "run")
    assert again.returncode == 0, again.stderr
    assert "Nothing new: the release is current" in again.stdout
    assert files_of(published.release.parent) == before


@pytest.mark.slow
def test_a_whole_build_by_hand_works_and_the_next_run_goes_on_from_raw_rows(
    published: Project, world: World
) -> None:
    done = published.run(DBT, "build")
    assert done.returncode == 0, done.stdout
    again = published.run("make", "run", "AS_OF=2026-06-30")
    assert again.returncode == 0, again.stderr
    state = read_state(world)
    assert state is not None
    assert state.brought_from == ""
