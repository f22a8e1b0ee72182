"""Wall time, processor time and memory of whole runs, as people run them.

``python -m benchmarks.whole_run`` builds both sample data sets in a fresh warehouse, runs each
again with nothing new, asks for another as-of date, and prints a table for docs/performance.md.
"""

import sys
import tempfile
from pathlib import Path

import click

from benchmarks.measuring import cost_row, measure, show

ANOTHER_DAY = {"simulated": "2026-06-30", "complete_journey": "2017-09-30"}
RUN = [sys.executable, "-m", "orchestration", "run"]


@click.command()
@click.option("--json", "as_json", type=click.Path(path_type=Path), help="Write the figures here.")
def main(as_json: Path | None) -> None:
    """Measure three runs of each sample data set."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for data, day in ANOTHER_DAY.items():
            given = {"STATUS_DATA": data, "STATUS_WAREHOUSE": f"{folder}/{data}"}
            for words, more in (
                ("first run", {}),
                ("again, nothing new", {}),
                ("another as-of date", {"STATUS_AS_OF": day}),
            ):
                rows.append(cost_row(f"{data}, {words}", measure(RUN, {**given, **more})))
    show("Whole runs of the sample data (its files are on disk already).", rows, as_json=as_json)


if __name__ == "__main__":
    main()
