"""Dagster's UI of a small shop, started as people start it."""

import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from customer_status.environment.layout import PROJECT_DIR
from tests.commands.project import FOREIGN, OPTIONS
from tests.end_to_end.shop import Shop
from tests.end_to_end.story import FIRST_FILES

PATIENCE_SECONDS = 300
JOB = {
    "repositoryLocationName": "orchestration.definitions",
    "repositoryName": "__repository__",
}
LAUNCH = """
    mutation ($params: ExecutionParams!) {
        launchRun(executionParams: $params) {
            __typename
            ... on LaunchRunSuccess { run { runId } }
            ... on PythonError { message }
        }
    }
"""
RUNS = "{ runsOrError { ... on Runs { results { runId status jobName tags { key value } } } } }"


@dataclass(frozen=True)
class UI:
    """The UI of ``shop``, answering at ``address``; ``folder`` is free for a test's own files."""

    shop: Shop
    address: str
    folder: Path

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Ask the GraphQL API as the page does."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"Content-Type": "application/json", "Origin": self.address}
        request = urllib.request.Request(f"{self.address}/graphql", body, headers)
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            found = json.load(answer)
        assert "errors" not in found, found["errors"]
        return found["data"]

    def launch(self, job: str, config: dict[str, Any] | None = None, **selected: Any) -> str:
        """Launch a job; the id of its run."""
        params = {"selector": JOB | {"jobName": job} | selected, "runConfigData": config or {}}
        launched = self.ask(LAUNCH, params=params)["launchRun"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        return launched["run"]["runId"]

    def runs(self) -> list[dict[str, Any]]:
        return self.ask(RUNS)["runsOrError"]["results"]

    def status(self, run_id: str) -> str:
        return next(run["status"] for run in self.runs() if run["runId"] == run_id)

    def ended(self, run_id: str) -> str:
        """How a run ends: SUCCESS, FAILURE or CANCELED."""
        endings = ("SUCCESS", "FAILURE", "CANCELED")
        wait_until(lambda: self.status(run_id) in endings, f"the end of run {run_id}")
        return self.status(run_id)


def wait_until(is_so: Callable[[], object], what: str) -> None:
    ends = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < ends, f"waited in vain for {what}"
        time.sleep(0.5)


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UI]:
    folder = tmp_path_factory.mktemp("ui of our shop")
    shop = Shop(folder)
    shop.land(FIRST_FILES)
    log = folder / "ui.log"
    process = start(shop, log)
    try:
        wait_until(lambda: address_in(log) or process.poll() is not None, "the UI")
        assert address_in(log), log.read_text()
        yield UI(shop, address_in(log), folder)
    finally:
        stop(process)


def start(shop: Shop, log: Path) -> "subprocess.Popen[bytes]":
    """``make ui``; what the environment already has is not installed again."""
    options = [f"LANDING={shop.landing}", f"WAREHOUSE={shop.world.warehouse}", "PORT=0"]
    inherited = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith(FOREIGN) and name not in OPTIONS
    }
    with log.open("wb") as said:
        return subprocess.Popen(
            ["make", "--assume-old=.venv/run.installed", "ui", *options],
            cwd=PROJECT_DIR,
            env=inherited,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def address_in(log: Path) -> str | None:
    """The address that the UI says it is at, once it does."""
    words = log.read_text(encoding="utf-8").split()
    return next((word for word in words if word.startswith("http://localhost:")), None)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End the UI as Ctrl-C in a terminal does; fails if a process is left behind."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
    process.wait(PATIENCE_SECONDS)
    try:
        wait_until(lambda: not is_any_left(process.pid), "the processes of the UI to end")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def is_any_left(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
