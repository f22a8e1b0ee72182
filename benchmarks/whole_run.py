"""Wall time and peak memory of whole runs, as people run them.

``python -m benchmarks.whole_run`` builds both sample data sets in a fresh warehouse, runs each
again with nothing new, asks for another as-of date, and prints a table for docs/performance.md.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from world.layout import PROJECT_DIR

SECONDS_BETWEEN_LOOKS = 0.1
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
ANOTHER_DAY = {"simulated": "2026-06-30", "complete_journey": "2017-09-30"}


@dataclass(frozen=True)
class Measured:
    """Wall time in seconds and the greatest sum of resident memory of all its processes, bytes."""

    seconds: float
    peak_bytes: int


def measure(arguments: list[str], environment: dict[str, str]) -> Measured:
    """Run ``python -m orchestration`` with ``arguments``.

    Raises:
        subprocess.CalledProcessError: the run failed.
    """
    started, peak = time.monotonic(), 0
    command = [sys.executable, "-m", "orchestration", *arguments]
    with subprocess.Popen(
        command, cwd=PROJECT_DIR, env={**os.environ, **environment}, stdout=subprocess.DEVNULL
    ) as process:
        while process.poll() is None:
            peak = max(peak, resident_bytes(process.pid))
            time.sleep(SECONDS_BETWEEN_LOOKS)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Measured(time.monotonic() - started, peak)


def resident_bytes(root: int) -> int:
    """Resident memory of a process and everything it started, in bytes."""
    children: dict[int, list[int]] = {}
    pages: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        pid = int(stat.parent.name)
        children.setdefault(int(fields[1]), []).append(pid)
        pages[pid] = int(fields[21])
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        total += pages.get(pid, 0) * PAGE_BYTES
        waiting.extend(children.get(pid, []))
    return total


def main() -> None:
    print("| run | seconds | peak memory, MB |")
    print("|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for data in ("simulated", "complete_journey"):
            given = {"STATUS_DATA": data, "STATUS_WAREHOUSE": f"{folder}/{data}"}
            for words, more in (
                ("first run", {}),
                ("again, nothing new", {}),
                ("another as-of date", {"STATUS_AS_OF": ANOTHER_DAY[data]}),
            ):
                measured = measure(["run"], {**given, **more})
                megabytes = measured.peak_bytes / 1e6
                print(
                    f"| {data}, {words} | {measured.seconds:.1f} | {megabytes:,.0f} |", flush=True
                )


if __name__ == "__main__":
    main()
