"""Dagster's services for one warehouse: code server, daemon, and the web server behind its guard.

The same three that ``dagster dev`` starts. That command serves its pages to whoever asks, so the
web server is started here. Every process is started from the project's folder.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import dagster as dg
import uvicorn
import yaml
from dagster._cli.proxy_server_manager import ProxyServerManager
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget, WorkspaceFileTarget
from dagster_webserver.app import create_app_from_workspace_process_context

from customer_status.environment.errors import UserError
from customer_status.environment.layout import PROJECT_DIR
from orchestration.progress import only_own_words
from orchestration.ui.guard import Guard

DEFINITIONS = "orchestration.definitions"
ADDRESS = "127.0.0.1"
LOG_LEVEL = "warning"
MILLISECONDS_BETWEEN_LOOKS = 2000
# For a service that is asked to end; a run that is going on ends its step first.
PATIENCE_SECONDS = 30
# A browser keeps its connection open; it need not be waited for.
CLOSING_SECONDS = 2


def listen(port: int) -> socket.socket:
    """The socket of the web server, on this machine's own address; 0 is any free port.

    Raises:
        UserError: the port cannot be had.
    """
    try:
        return socket.create_server((ADDRESS, port))
    except OSError as error:
        raise UserError(
            f"port {port}: cannot be opened ({error.strerror}); give another, such as "
            f"`make ui PORT={port + 1}`."
        ) from error


def serve(listening: socket.socket, *, say: Callable[[str], None]) -> None:
    """Serve the UI until this process is interrupted. DAGSTER_HOME and the options are set.

    Raises:
        UserError: a service ended by itself.
    """
    os.chdir(PROJECT_DIR)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    port = listening.getsockname()[1]
    try:
        with ExitStack() as stack:
            workspace = stack.enter_context(_code_server())
            daemon = stack.enter_context(_daemon(workspace))
            server = stack.enter_context(_web_server(workspace))
            watch = threading.Thread(target=_stop_with, args=(daemon, server), daemon=True)
            watch.start()
            say(f"Dagster is at http://localhost:{port} (Ctrl-C ends it).")
            server.run(sockets=[listening])
            code = daemon.poll()
    except KeyboardInterrupt:
        return
    if code is not None:
        raise UserError(
            f"Dagster's daemon ended by itself (exit code {code}), and without it no run begins; "
            "its last lines above say why."
        )


@contextmanager
def _code_server() -> Iterator[Path]:
    """The one process that loads the definitions; yields the workspace file that leads to it."""
    target = ModuleTarget(DEFINITIONS, None, str(PROJECT_DIR), location_name=DEFINITIONS)
    with ExitStack() as stack:
        instance = stack.enter_context(dg.DagsterInstance.get())
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        with only_own_words():  # what dbt prints in a run is in Dagster's log of the step
            servers = stack.enter_context(
                ProxyServerManager(instance, target, code_server_log_level=LOG_LEVEL)
            )
        workspace = Path(folder) / "workspace.yaml"
        specs = {"load_from": list(servers.get_code_server_specs())}
        workspace.write_text(yaml.safe_dump(specs), encoding="utf-8")
        yield workspace


@contextmanager
def _daemon(workspace: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """The process that starts queued runs, and looks at schedules, sensors and freshness."""
    command = [sys.executable, "-m", "orchestration.ui.daemon", "--log-level", LOG_LEVEL]
    process = subprocess.Popen([*command, "--workspace", str(workspace)], stdin=subprocess.PIPE)
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE_SECONDS)
        process.kill()
        process.wait()


@contextmanager
def _web_server(workspace: Path) -> Iterator[uvicorn.Server]:
    with (
        dg.DagsterInstance.get() as instance,
        WorkspaceProcessContext(instance, WorkspaceFileTarget([str(workspace)])) as context,
    ):
        pages = create_app_from_workspace_process_context(
            context, live_data_poll_rate=MILLISECONDS_BETWEEN_LOOKS
        )
        hosts = os.environ.get("STATUS_UI_HOSTS", "").replace(",", " ").split()
        yield uvicorn.Server(
            uvicorn.Config(
                Guard(pages, hosts=hosts),
                log_level=LOG_LEVEL,
                timeout_graceful_shutdown=CLOSING_SECONDS,
            )
        )


def _stop_with(daemon: "subprocess.Popen[bytes]", server: uvicorn.Server) -> None:
    daemon.wait()
    server.should_exit = True
