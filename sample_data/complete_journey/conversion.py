"""Turn the Complete Journey data set into landing files of three feeds.

What the data are, what each column becomes and why: ``docs/complete-journey.md``. The statements
themselves are ``sql/<feed>.sql``.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from customer_status.environment.errors import UserError
from sample_data.complete_journey.package import Source, find_source

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CONFIG = Path(__file__).with_name("config")
"""Seeds to overlay on the shipped ones when building these data."""

FEEDS = ("orders", "crm_touches", "contacts")  # in this order: contacts reads the other two
_SQL = Path(__file__).with_name("sql")
# A date without a time of day becomes noon where the stores are: the same date there, and far from
# both midnights.
_NOON_OF = (
    "create macro noon_of(day) as "
    "(cast(day as date) + time '12:00') at time zone 'America/New_York'"
)
_MARKER = ".complete_journey.json"
_UNFINISHED = ".complete_journey.new"


@dataclass(frozen=True)
class Summary:
    """What one landing folder holds: the package version it comes from and counts of rows."""

    package_version: str
    orders: int
    crm_touches: int
    contacts: int
    customers: int


def convert(out: Path) -> Summary:
    """Write ``<out>/<feed>/complete_journey.parquet`` for each of ``FEEDS``, unless already there.

    Instants are written as UTC, amounts as DECIMAL(18,2) in US dollars. The same package and
    statements give the same bytes. Files appear under their names whole or not at all, and the
    marker that makes the next call return at once is written last.

    Raises:
        UserError: the package is not installed or incomplete, or ``out`` is not a folder.
    """
    source = find_source()
    fingerprint = _fingerprint(source)
    summary = _finished(out, fingerprint)
    if summary is not None:
        return summary
    try:
        out.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise UserError(f"{out}: is not a folder; give a folder for the landing files.") from error
    unfinished = out / _UNFINISHED
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    with _source_tables(source) as connection:
        summary = _write_feeds(connection, unfinished, source.version)
    _publish(unfinished, out, fingerprint, summary)
    return summary


def landing_file(out: Path, feed: str) -> Path:
    """The one file that the conversion writes for a feed."""
    return out / feed / "complete_journey.parquet"


def _fingerprint(source: Source) -> str:
    """Changes with the package version and with the statements."""
    statements = [_statement(feed) for feed in FEEDS]
    return hashlib.sha256("\0".join([source.version, _NOON_OF, *statements]).encode()).hexdigest()


def _statement(feed: str) -> str:
    return (_SQL / f"{feed}.sql").read_text(encoding="utf-8")


def _finished(out: Path, fingerprint: str) -> Summary | None:
    """The summary of an earlier conversion that still stands, else None."""
    if not all(landing_file(out, feed).is_file() for feed in FEEDS):
        return None
    try:
        marker = json.loads((out / _MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):  # no marker, or one that a dying disk cut short: convert again
        return None
    return Summary(**marker["summary"]) if marker["fingerprint"] == fingerprint else None


@contextmanager
def _source_tables(source: Source) -> Iterator["DuckDBPyConnection"]:
    """A database in memory in which each table of the package is a view of its file."""
    import duckdb

    with duckdb.connect(config={"memory_limit": "1GB"}) as connection:
        for table, path in source.files.items():
            connection.read_parquet(str(path)).create_view(table)
        connection.execute(_NOON_OF)
        yield connection


def _write_feeds(connection: "DuckDBPyConnection", folder: Path, package_version: str) -> Summary:
    rows = {}
    for feed in FEEDS:
        connection.execute(f"create temp table {feed} as {_statement(feed)}")
        rows[feed] = _count(connection, f"select count(*) from {feed}")
        connection.table(feed).write_parquet(str(folder / f"{feed}.parquet"), compression="zstd")
    customers = _count(connection, "select count(distinct customer_id) from orders")
    return Summary(package_version, customers=customers, **rows)


def _count(connection: "DuckDBPyConnection", statement: str) -> int:
    # All rows, although there is one: a half-read result would block the connection.
    [(value,)] = connection.execute(statement).fetchall()
    return value


def _publish(unfinished: Path, out: Path, fingerprint: str, summary: Summary) -> None:
    """Move the files to their names; until the marker is there again, they count for nothing."""
    (out / _MARKER).unlink(missing_ok=True)
    for feed in FEEDS:
        target = landing_file(out, feed)
        target.parent.mkdir(exist_ok=True)
        (unfinished / f"{feed}.parquet").replace(target)
    marker = unfinished / _MARKER
    content = {"fingerprint": fingerprint, "summary": asdict(summary)}
    marker.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    marker.replace(out / _MARKER)
    unfinished.rmdir()
