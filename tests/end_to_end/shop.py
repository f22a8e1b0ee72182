"""A shop that people run as they would: files in a folder, one command, a release to read."""

import contextlib
import csv
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any

import duckdb

from customer_status.environment.layout import PROJECT_DIR, World

COMMAND = [sys.executable, "-m", "orchestration", "run"]
# Far longer than a run takes on a busy machine.
PATIENCE_SECONDS = 240

# What these hold depends on the files that rows come in, and on when they come.
SPEAK_OF_FILES = ("fct_ingest", "fct_ingest_notice", "fct_ingest_reason")

Row = Mapping[str, str]


@dataclass(frozen=True)
class Run:
    """How one run ended: exit code, what it said, what it complained of, how long it took."""

    code: int
    lines: list[str]
    errors: list[str]
    seconds: float


@dataclass(frozen=True)
class Release:
    """One release as its readers find it; ``folder`` is the release's own, not the link."""

    folder: Path

    @cached_property
    def facts(self) -> dict[str, Any]:
        return json.loads((self.folder / "release.json").read_text(encoding="utf-8"))

    def ask(self, query: str) -> list[tuple]:
        with duckdb.connect(str(self.folder / "mart.duckdb"), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def tables(self) -> dict[str, list[tuple]]:
        """Every table that speaks of rows, by name, its rows in the order of their values."""
        names = self.ask("select table_name from duckdb_tables() where schema_name = 'main'")
        return {
            name: self.ask(f'from "{name}" order by all')
            for (name,) in sorted(names)
            if name not in SPEAK_OF_FILES
        }

    def statuses(self) -> dict[str, tuple[str, str]]:
        """Status and sub-status of every customer, by the customer_id (or email) they go by."""
        rows = self.ask(
            "select coalesce(customer_id, email), status, sub_status "
            "from mart_customer_status inner join dim_customer using (customer_key)"
        )
        return {name: (status, sub_status) for name, status, sub_status in rows}


@dataclass(frozen=True)
class Shop:
    """A landing folder and a warehouse below ``folder``; ``config`` is its folder of seeds."""

    folder: Path

    @property
    def landing(self) -> Path:
        return self.folder / "landing"

    @property
    def config(self) -> Path:
        return self.folder / "config"

    @property
    def world(self) -> World:
        return World(self.folder / "warehouse", "landing")

    @property
    def release(self) -> Release:
        return Release(self.world.current.resolve(strict=True))

    def land(self, files: Mapping[str, Sequence[Row]]) -> None:
        """Write rows as CSV files, each with the columns of all its rows."""
        for name, rows in files.items():
            write_csv(self.landing / name, rows)

    def run(
        self,
        *,
        command: Sequence[str] = COMMAND,
        under: Callable[[], None] | None = None,
        **options: str | Path,
    ) -> Run:
        """Run once; options by their names, such as ``AS_OF``.

        ``under`` is called in the new process before it begins (see ``accidents``).
        """
        started = time.monotonic()
        done = subprocess.run(
            command,
            preexec_fn=under,
            cwd=PROJECT_DIR,
            env=self._environment(options),
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        seconds = time.monotonic() - started
        return Run(done.returncode, done.stdout.splitlines(), done.stderr.splitlines(), seconds)

    def run_killed_while_building(self, *, meanwhile: Callable[[], None]) -> Run:
        """Start a run and kill it while dbt writes the build database.

        ``meanwhile`` is called in between.
        """
        before = self._build_state()

        def is_building(said: str) -> bool:
            return self._build_state() != before

        return self.run_killed(when=is_building, meanwhile=meanwhile)

    def run_killed(
        self, *, when: Callable[[str], bool], meanwhile: Callable[[], None] = lambda: None
    ) -> Run:
        """Start a run and kill it, and all that it started, as soon as ``when`` holds.

        ``when`` is given what the run has said so far, and asked about every 50 ms. A run that
        ends before is not killed. ``meanwhile`` is called before the kill.
        """

        def kill(process: subprocess.Popen) -> None:
            meanwhile()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

        return self.run_disturbed(when=when, by=kill)

    def run_disturbed(
        self, *, when: Callable[[str], bool], by: Callable[[subprocess.Popen], None]
    ) -> Run:
        """Start a run, call ``by`` with it as soon as ``when`` holds, and wait for its end."""
        started = time.monotonic()
        with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as complained:
            process = subprocess.Popen(
                COMMAND,
                cwd=PROJECT_DIR,
                env=self._environment({}),
                stdout=said,
                stderr=complained,
                start_new_session=True,
            )
            while not when(_text(said)) and process.poll() is None:
                time.sleep(0.05)
            by(process)
            process.wait()
            seconds = time.monotonic() - started
            lines = _text(said).splitlines(), _text(complained).splitlines()
        return Run(process.returncode, *lines, seconds)

    def _build_state(self) -> list[tuple[str, int, int]]:
        paths = sorted(self.world.root.glob("build.duckdb*"))
        return [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in paths]

    def _environment(self, options: Mapping[str, str | Path]) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("STATUS_", "DBT_"))}
        own = {"LANDING": self.landing, "WAREHOUSE": self.world.warehouse} | dict(options)
        return inherited | {f"STATUS_{name}": str(value) for name, value in own.items()}


def _text(file: IO[str]) -> str:
    """What a file holds by now; leaves alone where its writer is."""
    return os.pread(file.fileno(), 1_000_000, 0).decode()


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def order(order_id: str, ordered_at: str, *, amount: str = "20.00", **more: str) -> Row:
    """A paid sale in euros."""
    row = {
        "order_id": order_id,
        "ordered_at": ordered_at,
        "order_status": "paid",
        "currency": "EUR",
        "gross_amount": amount,
    }
    return row | more


def session(session_id: str, visitor_id: str, started_at: str, **more: str) -> Row:
    """A session of three pages."""
    row = {
        "session_id": session_id,
        "visitor_id": visitor_id,
        "started_at": started_at,
        "page_views": "3",
    }
    return row | more


def touch(touch_id: str, touched_at: str, touch_type: str, **more: str) -> Row:
    """Something that a customer does by email."""
    row = {
        "touch_id": touch_id,
        "touched_at": touched_at,
        "touch_type": touch_type,
        "direction": "inbound",
        "channel": "email",
    }
    return row | more


def stamps(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Inode, size and modification time of every file below a folder, by its path."""
    states = {path.relative_to(folder): path.stat() for path in folder.rglob("*")}
    return {str(name): (s.st_ino, s.st_size, s.st_mtime_ns) for name, s in states.items()}
