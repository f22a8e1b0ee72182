"""Simulates a Spanish retailer into a landing folder: whole or not at all."""

import csv
import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from customer_status.environment.errors import UserError
from customer_status.environment.layout import SHIPPED_SEEDS
from sample_data.simulator.blocks import Business
from sample_data.simulator.feeds import FEEDS
from sample_data.simulator.pages import CLOCKS, FORMATS, Page, write_page
from sample_data.simulator.parameters import Parameters
from sample_data.simulator.scratch import fill, open_scratch
from sample_data.simulator.season import Season
from sample_data.simulator.truth import Fault, write_customers, write_defects
from sample_data.simulator.wording import feed_columns

MARKER = "simulation.json"
DEFAULT_SEED = 20_261_031
DEFAULT_END = date(2026, 10, 31)
_RESEND_EVERY_MONTHS = 3


@dataclass(frozen=True)
class SimulationSummary:
    """Rows written per feed (faults included), files, rows that must be quarantined."""

    rows: dict[str, int]
    files: int
    rejected_rows: int
    first_date: str
    last_date: str


def simulate(
    out: Path,
    *,
    customers: int = 10_000,
    years: int = 2,
    end: date = DEFAULT_END,
    seed: int = DEFAULT_SEED,
    formats: Sequence[str] = FORMATS,
    parameters: Parameters | None = None,
) -> SimulationSummary:
    """Write `<out>/<feed>/*`, `<out>/truth/*.parquet` and the marker `<out>/simulation.json`.

    The same options give the same bytes on any machine, day and number of cores. A folder that
    already holds this very simulation is left alone; one that holds another is replaced as a whole.

    Raises:
        UserError: an option makes no sense, or `out` holds files that no simulation wrote.
    """
    parameters = parameters or Parameters()
    _check(out, customers, years, formats)
    options = {
        "customers": customers,
        "years": years,
        "end": end.isoformat(),
        "seed": seed,
        "formats": list(formats),
        "parameters": asdict(parameters),
        "code": _code_version(),
    }
    made = _already_made(out, options)
    if made:
        return made
    partial = out.with_name(f".{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        business = _business(customers, years, end, seed, parameters)
        summary = _write(partial, business, formats)
        marker = {"options": options, "summary": asdict(summary)}
        (partial / MARKER).write_text(json.dumps(marker, indent=2) + "\n", encoding="utf-8")
        _put_in_place(partial, out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return summary


def _check(out: Path, customers: int, years: int, formats: Sequence[str]) -> None:
    if customers < 1 or years < 1:
        raise UserError(f"{customers} customers over {years} years: give at least 1 of each.")
    unknown = [name for name in formats if name not in FORMATS]
    if unknown or not formats:
        raise UserError(f"formats {','.join(formats)!r}: give some of {', '.join(FORMATS)}.")
    is_foreign = out.exists() and (not out.is_dir() or any(out.iterdir()))
    if is_foreign and not (out / MARKER).is_file():
        raise UserError(f"{out}: holds files that no simulation wrote; give another folder.")


def _code_version() -> str:
    """Hash of what else decides the rows: this package and the stores."""
    digest = hashlib.sha256()
    for path in [
        *sorted(Path(__file__).parent.glob("*.py")),
        SHIPPED_SEEDS / "stores.csv",
    ]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _already_made(out: Path, options: dict[str, object]) -> SimulationSummary | None:
    try:
        marker = json.loads((out / MARKER).read_text(encoding="utf-8"))
        same = marker["options"] == json.loads(json.dumps(options))
        return SimulationSummary(**marker["summary"]) if same else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _business(customers: int, years: int, end: date, seed: int, parameters: Parameters) -> Business:
    day = min(end.day, 28) if end.month == 2 else end.day
    start = date(end.year - years, end.month, day) + timedelta(days=1)
    with (SHIPPED_SEEDS / "stores.csv").open(encoding="utf-8", newline="") as file:
        stores = list(csv.DictReader(file))
    return Business(
        season=Season(start, end),
        parameters=parameters,
        customers=customers,
        seed=seed,
        store_ids=[store["store_id"] for store in stores],
        store_zones=[store["timezone"] for store in stores],
    )


def _write(folder: Path, business: Business, formats: Sequence[str]) -> SimulationSummary:
    work = folder / "scratch"
    work.mkdir()
    with open_scratch(work) as connection:
        fill(connection, business)
        rows, faults, files = _write_feeds(connection, folder, business, formats)
        truth = folder / "truth"
        truth.mkdir()
        write_customers(connection, business.season, truth / "customers.parquet")
        write_defects(connection, faults, truth / "defects.parquet")
    shutil.rmtree(work)
    return SimulationSummary(
        rows=rows,
        files=files,
        rejected_rows=sum(fault[4] for fault in faults if fault[3]),
        first_date=business.season.start.isoformat(),
        last_date=business.season.end.isoformat(),
    )


def _write_feeds(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    business: Business,
    formats: Sequence[str],
) -> tuple[dict[str, int], list[Fault], int]:
    rows, faults, files = dict.fromkeys(FEEDS, 0), [], 0
    columns = feed_columns(business)
    for page, is_resend in _pages(folder, business.season, formats):
        counts = write_page(
            connection,
            page,
            columns=columns[page.feed],
            defects=business.parameters.defects,
            is_resend=is_resend,
        )
        rows[page.feed] += counts.rows
        files += counts.rows > 0
        file = page.path.relative_to(folder).as_posix()
        faults += [(page.feed, file, *fault) for fault in counts.faults]
    return rows, faults, files


def _pages(folder: Path, season: Season, formats: Sequence[str]) -> list[tuple[Page, bool]]:
    """A file per feed and month, its format and clock taking turns; every third month a resend."""
    pages = []
    for turn, feed in enumerate(FEEDS):
        for month, first_day in enumerate(season.months):
            names = [("", False)]
            if month % _RESEND_EVERY_MONTHS == 2:
                names.append(("resent/", True))
            for prefix, is_resend in names:
                kind = formats[(month + turn + is_resend) % len(formats)]
                # One step per round of formats, so that each format meets each clock.
                clock = CLOCKS[(month // len(formats) + turn) % len(CLOCKS)]
                path = folder / feed / f"{prefix}{first_day:%Y-%m}.{kind}"
                pages.append((Page(feed, month, path, kind, clock), is_resend))
    return pages


def _put_in_place(partial: Path, out: Path) -> None:
    """Swap whole folders; what `out` held before goes only once the new one stands."""
    before = out.with_name(f".{out.name}.before")
    shutil.rmtree(before, ignore_errors=True)
    if out.exists():
        out.rename(before)
    partial.rename(out)
    shutil.rmtree(before, ignore_errors=True)
