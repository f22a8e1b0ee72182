"""What a command costs: wall time, processor time, memory and bytes read, its children included."""

import json
import os
import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from customer_status.environment.layout import PROJECT_DIR

SECONDS_BETWEEN_LOOKS = 0.2
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Cost:
    """What one command took.

    Attributes:
        seconds: wall time.
        cpu_seconds: user and system time of all its processes; what a busy machine distorts least.
        peak_bytes: the greatest sum of the resident memory of its processes, by looks.
        read_bytes: what its processes read, from disk or from the page cache.
    """

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    read_bytes: int


@dataclass(frozen=True)
class Row:
    """One line of a benchmark: what was measured, and figures by name, unit in the name."""

    what: str
    figures: Mapping[str, float | None]


def measure(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    *,
    log: Path | None = None,
) -> Cost:
    """Run ``command`` in the project's folder; its output goes to ``log``, else nowhere.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    started, cpu = time.monotonic(), _children_cpu_seconds()
    read, own_reads, peak = _bytes_read(), 0, 0
    with (
        (log or Path(os.devnull)).open("ab") as output,
        subprocess.Popen(
            list(command),
            cwd=PROJECT_DIR,
            env={**os.environ, **(environment or {})},
            stdout=output,
            stderr=subprocess.STDOUT if log else None,
        ) as process,
    ):
        while process.poll() is None:
            resident, looked_at = resident_bytes(process.pid)
            peak, own_reads = max(peak, resident), own_reads + looked_at
            time.sleep(SECONDS_BETWEEN_LOOKS)
    seconds = time.monotonic() - started
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command))
    return Cost(
        seconds=seconds,
        cpu_seconds=_children_cpu_seconds() - cpu,
        peak_bytes=peak,
        read_bytes=max(_bytes_read() - read - own_reads, 0),
    )


def resident_bytes(root: int) -> tuple[int, int]:
    """Resident memory of a process and everything it started, and what looking at it read."""
    children: dict[int, list[int]] = {}
    pages: dict[int, int] = {}
    looked_at = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue  # it ended meanwhile
        looked_at += len(text)
        fields = text.rpartition(")")[2].split()
        pid = int(stat.parent.name)
        children.setdefault(int(fields[1]), []).append(pid)
        pages[pid] = int(fields[21])
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        total += pages.get(pid, 0) * PAGE_BYTES
        waiting.extend(children.get(pid, []))
    return total, looked_at


def _children_cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _bytes_read() -> int:
    """Bytes that this process and its ended children have read: Linux adds theirs to ours."""
    try:
        lines = Path("/proc/self/io").read_text().splitlines()
    except OSError:
        return 0
    return int(lines[0].removeprefix("rchar: "))


def cost_row(what: str, cost: Cost) -> Row:
    return Row(
        what,
        {
            "seconds": cost.seconds,
            "cpu_seconds": cost.cpu_seconds,
            "peak_mb": cost.peak_bytes / 1e6,
            "read_mb": cost.read_bytes / 1e6,
        },
    )


def ratio_row(what: str, one: Cost, other: Cost) -> Row:
    """How many times the other each figure of the one is."""
    ours, theirs = asdict(one), asdict(other)
    names = {"seconds": "seconds", "cpu_seconds": "cpu_seconds"}
    names |= {"peak_mb": "peak_bytes", "read_mb": "read_bytes"}
    figures = {
        column: ours[name] / theirs[name] if theirs[name] else None
        for column, name in names.items()
    }
    return Row(what, figures)


def show(title: str, rows: Sequence[Row], *, as_json: Path | None = None) -> None:
    """Print the rows as a table of Markdown, and write them as JSON where asked for."""
    columns = list(dict.fromkeys(name for row in rows for name in row.figures))
    click.echo(f"{title}\nMachine: {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}.\n")
    click.echo(f"| what | {' | '.join(columns)} |")
    click.echo("|---" * (len(columns) + 1) + "|")
    for row in rows:
        cells = [_cell(row.figures.get(name)) for name in columns]
        click.echo(f"| {row.what} | {' | '.join(cells)} |")
    if as_json:
        document = {"title": title, "load": os.getloadavg()[0], "rows": [asdict(r) for r in rows]}
        as_json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _cell(figure: float | None) -> str:
    if figure is None:
        return ""
    return f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:,.3g}"
