"""Tells somebody who is not watching that a run has failed.

An alert is one JSON object. It is posted to the address in STATUS_ALERT_WEBHOOK, or given to the
command in STATUS_ALERT_COMMAND on its standard input, or both. Sending it never changes how the run
ends, takes half a minute at most, and says in one line that it failed.
"""

import json
import os
import shlex
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from customer_status.environment.layout import World
from customer_status.environment.masking import masked
from customer_status.ingest.ledger import HELD, read_receipts
from orchestration.fingerprint import current_facts

WEBHOOK = "STATUS_ALERT_WEBHOOK"
COMMAND = "STATUS_ALERT_COMMAND"
WEBHOOK_SECONDS = 10
COMMAND_SECONDS = 30
SCHEMES = ("http", "https")
FAILED = "run_failed"
EXIT_CODE = 1


def is_wanted() -> bool:
    """Whether anybody is to be told."""
    return bool(os.environ.get(WEBHOOK, "").strip() or os.environ.get(COMMAND, "").strip())


def failure(
    warehouse: Path, problems: Sequence[str], *, world: World | None, run_id: str | None
) -> dict[str, Any]:
    """The alert on a run that failed.

    Args:
        problems: the lines that a person sees.
        world: what the run was of; None if its options could not be read.
        run_id: Dagster's id of the run; None if it was refused before it began.
    """
    facts = (current_facts(world) if world else None) or {}
    told = [masked(line) for line in problems]
    return {
        "event": FAILED,
        "text": f"Customer status: run failed in {warehouse}: {told[0] if told else ''}",
        "warehouse": str(warehouse),
        "run_id": run_id,
        "time": datetime.now(tz=UTC).isoformat(timespec="seconds"),
        "exit_code": EXIT_CODE,
        "problems": told,
        "held_files": list(_held_files(world)) if world and run_id else [],
        "current_release": facts.get("release_id"),
        "current_as_of_date": facts.get("as_of_date"),
    }


def _held_files(world: World) -> Iterator[dict[str, str]]:
    for receipt in read_receipts(world):
        if receipt.state == HELD:
            yield {
                "feed": receipt.feed,
                "file": masked(receipt.file_name),
                "reason": masked(receipt.held_reason or ""),
            }


def send(alert: Mapping[str, Any]) -> list[str]:
    """Send the alert to whoever wants it; a warning for each way on which it did not arrive."""
    body = json.dumps(alert, ensure_ascii=False).encode("utf-8", errors="replace")
    warnings = []
    for variable, way in ((WEBHOOK, _post), (COMMAND, _run)):
        target = os.environ.get(variable, "").strip()
        if not target:
            continue
        try:
            way(target, body)
        except Exception as error:  # whatever it is, the run ends as it would have
            reason = " ".join(str(error).split()) or type(error).__name__
            warnings.append(f"warning: no alert was sent ({variable}): {reason}.")
    return warnings


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """An alert goes where it was told to, or nowhere."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


def _post(address: str, body: bytes) -> None:
    """Post to a webhook. Its address may hold a secret, so no complaint repeats it."""
    parts = urlsplit(address)
    if parts.scheme.lower() not in SCHEMES or not parts.hostname:
        raise ValueError("give an address that begins with https:// or http://")
    request = urllib.request.Request(
        address, data=body, headers={"Content-Type": "application/json"}, method="POST"
    )
    found: list[BaseException | None] = []

    def post() -> None:
        opener = urllib.request.build_opener(_NoRedirects)
        try:
            with opener.open(request, timeout=WEBHOOK_SECONDS):
                found.append(None)
        except urllib.error.HTTPError as error:
            error.close()
            found.append(OSError(f"{parts.hostname} answered {error.code}"))
        except OSError as error:
            found.append(OSError(f"{parts.hostname}: {getattr(error, 'reason', error)}"))
        except Exception as error:  # its words may repeat the address
            found.append(OSError(f"{parts.hostname}: {type(error).__name__}"))

    # A server that answers byte by byte would outlast the timeout, which is one of each byte.
    thread = Thread(target=post, daemon=True)
    thread.start()
    thread.join(WEBHOOK_SECONDS)
    if not found:
        raise TimeoutError(f"{parts.hostname} gave no answer in {WEBHOOK_SECONDS} seconds")
    if found[0] is not None:
        raise found[0]


def _run(command: str, body: bytes) -> None:
    """Run a command, without a shell, with the alert on its standard input."""
    arguments = shlex.split(command)
    process = subprocess.Popen(
        arguments,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.communicate(body, timeout=COMMAND_SECONDS)
    except subprocess.TimeoutExpired as error:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise TimeoutError(f"{arguments[0]} ran for {COMMAND_SECONDS} seconds") from error
    if process.returncode:
        raise OSError(f"{arguments[0]} ended with code {process.returncode}")
