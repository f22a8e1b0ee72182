"""Breakages of the program, the seeds and the pages: each names the test that must see it.

The comparison with the reference implementation (`tests.mutations.proofs`) sees the SQL only. These
are run the plain way: the project is copied, one file is broken, and the named test must fail.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from customer_status.environment.layout import PROJECT_DIR
from tests.mutations.mutation import Mutation

# What pytest says when tests ran and one failed; 2 and above is a broken run, not a failed test.
FAILED = 1


@dataclass(frozen=True, kw_only=True)
class SeenBreakage(Mutation):
    """A breakage and the test that must fail because of it, as pytest names it."""

    seen_by: str

    @property
    def test_file(self) -> Path:
        return PROJECT_DIR / self.seen_by.partition("::")[0]


def run_tests(breakages: Sequence[SeenBreakage]) -> Iterator[tuple[SeenBreakage, bool]]:
    """Each breakage, and whether its test failed in a broken copy of the project.

    Raises:
        RuntimeError: a test fails in the unbroken copy already, or cannot be run.
    """
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        _copy_project(copy)
        tests = sorted({one.seen_by for one in breakages})
        if tests and (code := _pytest(copy, tests)):
            raise RuntimeError(f"the tests end with code {code} before anything is broken.")
        for one in breakages:
            path = copy / one.file
            original = path.read_bytes()
            path.write_text(one.mutated(), encoding="utf-8")
            code = _pytest(copy, [one.seen_by])
            path.write_bytes(original)
            if code not in (0, FAILED):
                raise RuntimeError(f"{one.rule}: {one.seen_by} cannot be run (code {code}).")
            yield one, code == FAILED


def _copy_project(copy: Path) -> None:
    """What git tracks, as it is in the working tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT_DIR, capture_output=True, check=True
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        source = PROJECT_DIR / name
        if source.is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy / name)
    (copy / ".venv").symlink_to(Path(sys.prefix))


def _pytest(project: Path, tests: Sequence[str]) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    return subprocess.run(command, cwd=project, capture_output=True, check=False).returncode
