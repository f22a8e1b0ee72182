"""The data that benchmarks run on: the simulated retailer in three sizes, kept between calls."""

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import click

from benchmarks.measuring import Cost, measure
from customer_status.environment.layout import World

CUSTOMERS = {"S": 10_000, "M": 100_000, "L": 1_000_000}
YEARS = 3
DEFAULT_FOLDER = Path(tempfile.gettempdir()) / "customer-status-benchmarks"


def benchmark_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every benchmark: --size, --folder and --json."""
    for decorate in (
        click.option(
            "--size",
            type=click.Choice(list(CUSTOMERS)),
            default="S",
            show_default=True,
            help="10 thousand, 100 thousand or a million simulated customers.",
        ),
        click.option(
            "--folder",
            type=click.Path(path_type=Path),
            default=DEFAULT_FOLDER,
            show_default=True,
            help="Where data is made, and kept for the next benchmark.",
        ),
        click.option(
            "--json",
            "as_json",
            type=click.Path(path_type=Path),
            help="Write the figures here, too.",
        ),
    ):
        command = decorate(command)
    return command


def words(size: str) -> str:
    """The size as a title says it."""
    return f"size {size}, {CUSTOMERS[size]:,} simulated customers, {YEARS} years"


def landing(size: str, folder: Path) -> Path:
    """The simulated retailer's files, in Parquet; made once."""
    out = folder / size / "landing"
    python(
        "sample_data.simulator",
        "--out",
        str(out),
        "--customers",
        str(CUSTOMERS[size]),
        "--years",
        str(YEARS),
        "--formats",
        "parquet",
    )
    # Notes of the simulation: no feed of a business's own.
    shutil.rmtree(out / "truth", ignore_errors=True)
    return out


def warehouse(size: str, folder: Path) -> World:
    """A warehouse with a release of all files; made once, brought up to date by every call."""
    root = folder / size / "warehouse"
    run(landing(size, folder), root)
    return World(warehouse=root, name="landing")


def run(files: Path, root: Path) -> Cost:
    """One run over the files, as people run it."""
    return python("orchestration", "run", "--landing", str(files), "--warehouse", str(root))


def python(module: str, *arguments: str) -> Cost:
    """What ``python -m module`` costs."""
    return measure([sys.executable, "-m", module, *arguments])
