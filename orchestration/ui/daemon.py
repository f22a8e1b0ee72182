"""Dagster's daemon, which ends when the process that started it is gone.

``python -m orchestration.ui.daemon <options of dagster-daemon run>``, with a pipe as standard input
that its starter holds open. Were the starter killed, schedules would else go on with no page to
switch them off.
"""

import os
import signal
import sys
import threading


def main() -> None:
    from dagster._daemon.cli import create_dagster_daemon_cli

    threading.Thread(target=_end_with_starter, daemon=True).start()
    create_dagster_daemon_cli()(["run", *sys.argv[1:]], obj={})


def _end_with_starter() -> None:
    sys.stdin.buffer.read()  # until nobody holds the other end
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
