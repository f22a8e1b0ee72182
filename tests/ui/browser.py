"""A page in headless Chromium, driven by its DevTools protocol: its text and its picture."""

import base64
import itertools
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_SECONDS = 90
LARGEST_MESSAGE = 1 << 26


def program() -> str | None:
    """The browser of this machine, if it has one."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Page:
    """One open page."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._ids = itertools.count(1)

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Call one method of https://chromedevtools.github.io/devtools-protocol."""
        number = next(self._ids)
        self._connection.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._connection.recv(PATIENCE_SECONDS))
            if answer.get("id") == number:
                assert "error" not in answer, answer["error"]
                return answer["result"]

    def evaluate(self, script: str) -> Any:
        answer = self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        return answer["result"].get("value")

    def open(self, address: str) -> None:
        self.ask("Page.navigate", url=address)

    def text(self) -> str:
        return self.evaluate("document.body ? document.body.innerText : ''") or ""

    def wait_until(self, is_there: Callable[[str], bool]) -> str:
        """The text of the page once ``is_there`` holds for it; else fails with that text."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < ends:
            if is_there(self.text()):
                return self.text()
            time.sleep(0.5)
        raise AssertionError(f"the page does not come to show what it should:\n{self.text()}")

    def picture(self, path: Path) -> Path:
        shot = self.ask("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(shot["data"]))
        return path


@contextmanager
def page(folder: Path, *, width: int = 1600, height: int = 1000) -> Iterator[Page]:
    """A new browser with one empty page; its profile lies in ``folder``."""
    command = [
        program(),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        f"--user-data-dir={folder}",
        f"--window-size={width},{height}",
        "--remote-debugging-port=0",
        "about:blank",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        port = _port(folder / "DevToolsActivePort")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list") as answer:
            (target,) = [one for one in json.load(answer) if one["type"] == "page"]
        address = target["webSocketDebuggerUrl"]
        with connect(address, max_size=LARGEST_MESSAGE, proxy=None) as connection:
            yield Page(connection)
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _port(file: Path) -> int:
    """The port that the browser has chosen, once it has written it down."""
    for _ in range(PATIENCE_SECONDS * 10):
        if file.exists() and file.read_text().strip():
            return int(file.read_text().split()[0])
        time.sleep(0.1)
    raise AssertionError(f"{file}: the browser does not start")
