"""Makes a warehouse with the code of a given commit, and keeps it for tests of later code.

``python -m tests.upgrades.make_warehouse <commit>`` writes ``warehouses/<commit>.tar.xz`` beside
this file: the landing folder, and the warehouse as two runs of that code left it. When the format
of a warehouse changes, run it with the last commit of the old format, once plain and once with
``--forbidden``, and commit both files. What is kept already is never made again.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from customer_status.environment.layout import PROJECT_DIR
from tests.upgrades import business

KEPT = Path(__file__).parent / "warehouses"
# Made again by every run, or of no use to a later version.
LEFT_OUT = ("dagster", "target", "staged", "build.duckdb.tmp", "input_quality")


def make(commit: str, *, is_forbidden: bool, name: str) -> Path:
    """Check the commit out, let it take in two deliveries, and return the archive of both.

    Raises:
        subprocess.CalledProcessError: the commit cannot be read, or its run fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        code, place = Path(folder, "code"), Path(folder, "kept")
        _check_out(commit, code)
        for delivery in (1, 2):
            business.write(place / "landing", delivery=delivery, is_forbidden=is_forbidden)
            _run(code, place)
        return _pack(place, KEPT / f"{name}.tar.xz")


def _check_out(commit: str, code: Path) -> None:
    code.mkdir(parents=True)
    archive = code.with_suffix(".tar")
    command = ["git", "archive", "--format=tar", f"--output={archive}", commit]
    subprocess.run(command, cwd=PROJECT_DIR, check=True)
    with tarfile.open(archive) as files:
        files.extractall(code, filter="data")


def _run(code: Path, place: Path) -> None:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("STATUS_", "DBT_"))}
    own = {
        "STATUS_LANDING": str(place / "landing"),
        "STATUS_WAREHOUSE": str(place / "warehouse"),
        "PYTHONPATH": str(code),
    }
    command = [sys.executable, "-m", "orchestration", "run"]
    subprocess.run(command, cwd=code, env=inherited | own, check=True)


def _pack(place: Path, archive: Path) -> Path:
    archive.parent.mkdir(parents=True, exist_ok=True)
    fresh = archive.with_suffix(".new")

    def kept(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
        is_kept = not any(part in LEFT_OUT for part in Path(member.name).parts)
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        return member if is_kept else None

    with tarfile.open(fresh, "w:xz") as files:
        for folder in ("landing", "warehouse"):
            files.add(place / folder, arcname=folder, filter=kept)
    shutil.move(fresh, archive)
    return archive


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("commit", help="whose code makes the warehouse")
    parser.add_argument(
        "--forbidden", action="store_true", help="with rows that later rules forbid"
    )
    given = parser.parse_args()
    name = f"{given.commit}-forbidden" if given.forbidden else given.commit
    archive = make(given.commit, is_forbidden=given.forbidden, name=name)
    print(f"{archive}: {archive.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
