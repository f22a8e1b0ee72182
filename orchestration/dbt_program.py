"""dbt as a program that reads the project first and is told afterwards what to do.

``python -m orchestration.dbt_program`` loads dbt, parses the project, and waits for one line on its
standard input: JSON with ``arguments`` and ``environment`` of one dbt command. Without a line it
ends. Events go to the standard output as with ``--log-format json``, and to ``dbt.log``.

dbt writes each of thousands of debugging events out in full before it throws it away, and its
manifest twice. Here the events are looked at first, and the manifest, which is there before any
run, is left alone: a tenth of a small run's time.
"""

import json
import logging
import os
import sys
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from orchestration.dbt import LOG_FILE_BYTES, LOG_FILES_KEPT, PARSING
from orchestration.garbage import look_seldom

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest
    from dbt_common.events.base_types import EventMsg

QUIET = ("--log-level", "none", "--log-level-file", "none", "--no-write-json")
LINE = "%(asctime)s %(message)s"
FAILED = 1


def main() -> int:
    """Read the project, wait for the command, run it; 0 if all of it succeeded."""
    from dbt.artifacts.schemas.run import RunExecutionResult
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    parsed = dbtRunner().invoke([*QUIET, *PARSING]).result
    project = parsed if isinstance(parsed, Manifest) else None
    order = sys.stdin.readline()
    if not order:
        return FAILED
    command = json.loads(order)
    if project and not _reads_the_same(project, command["environment"]):
        project = None
    os.environ.update(command["environment"])
    target = Path(os.environ["DBT_TARGET_PATH"])
    runner = dbtRunner(project, [Teller(target / "dbt.log")])
    outcome = runner.invoke([*QUIET, *command["arguments"]])
    if isinstance(outcome.result, RunExecutionResult):
        with suppress(OSError):  # a full disk; what failed has been told as it did
            outcome.result.write(str(target / "run_results.json"))
    return 0 if outcome.success else FAILED


def _reads_the_same(project: "Manifest", environment: dict[str, str]) -> bool:
    """Whether every variable that the project was parsed with has the value that it had then."""
    return all(environment.get(name) == os.environ.get(name) for name in project.env_vars)


class Teller:
    """Tells of dbt's events but the debugging ones, from whichever thread, each on one line."""

    def __init__(self, log: Path) -> None:
        self._one_at_a_time = Lock()
        handler = RotatingFileHandler(
            log, maxBytes=LOG_FILE_BYTES, backupCount=LOG_FILES_KEPT, encoding="utf-8"
        )
        handler.setFormatter(logging.Formatter(LINE))
        self._log = logging.Logger("dbt")
        self._log.addHandler(handler)

    def __call__(self, event: "EventMsg") -> None:
        from dbt_common.events.functions import env_scrubber, msg_to_json

        if event.info.level == "debug":
            return
        with self._one_at_a_time:
            try:
                print(env_scrubber(msg_to_json(event)), flush=True)
            except BrokenPipeError:
                os._exit(FAILED)  # the run that asked has died, and the next one waits for us
        text = event.info.msg  # type: ignore[attr-defined]  # dbt's own protocol lacks it
        self._log.info("[%s] %s", event.info.level, env_scrubber(text))


if __name__ == "__main__":
    look_seldom()
    sys.exit(main())
