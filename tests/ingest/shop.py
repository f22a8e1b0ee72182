"""A shop whose landing folder the tests fill, and the one call that takes it in."""

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from customer_status.environment.layout import World
from customer_status.ingest.landing import LandedFile, discover
from customer_status.ingest.ledger import Receipt
from customer_status.ingest.run import FeedOutcome, ingest_feed
from customer_status.settings.config import Settings, write_config

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

GOOD_ROWS = {
    "orders": {
        "order_id": "0001",
        "ordered_at": "2026-01-05T10:00:00Z",
        "order_status": "paid",
        "currency": "EUR",
        "gross_amount": "10.50",
    },
    "web_sessions": {
        "session_id": "s1",
        "visitor_id": "v1",
        "started_at": "2026-01-05T10:00:00Z",
    },
    "crm_touches": {
        "touch_id": "t1",
        "email": "ana@example.com",
        "touched_at": "2026-01-05T10:00:00Z",
        "direction": "inbound",
        "channel": "email",
        "touch_type": "replied",
    },
    "contacts": {"contact_id": "c1", "created_at": "2026-01-05T10:00:00Z"},
}


def csv_text(rows: list[dict[str, str]]) -> str:
    """Rows as CSV with the columns of them all; every value quoted."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [columns, *([row.get(name, "") for name in columns] for row in rows)]
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines]
    return "\n".join(quoted) + "\n"


def jsonl_text(rows: list[dict[str, object]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@dataclass
class Shop:
    """One world, its landing folder and its settings."""

    folder: Path
    overrides: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.landing = self.folder / "landing"
        self.world = World(self.folder / "warehouse", "landing")
        settings = write_config(
            self.world.config, overlay=None, run_date=NOW.date(), as_of_date=None
        )
        self.settings = Settings(settings.values | self.overrides)

    def land(self, name: str, content: str | bytes) -> Path:
        """Write a file below the landing folder; compressed if its name says so."""
        path = self.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    def land_parquet(self, name: str, query: str) -> Path:
        path = self.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'")
            connection.execute(f"copy ({query}) to '{path}' (format parquet)")
        return path

    def ingest(self, feed: str = "orders", **options: object) -> FeedOutcome:
        landing = discover(self.landing, world=self.world)
        return self.ingest_landed(landing.files[feed], feed, **options)

    def ingest_landed(
        self, files: Sequence[LandedFile], feed: str = "orders", **options: object
    ) -> FeedOutcome:
        """Take in what was discovered before."""
        options = {"now": NOW} | options
        return ingest_feed(feed, files, world=self.world, settings=self.settings, **options)

    def ingest_one(self, feed: str = "orders", **options: object) -> Receipt:
        (receipt,) = self.ingest(feed, **options).receipts
        return receipt

    def raw(self, columns: str, feed: str = "orders") -> list[tuple]:
        return self._read(self.world.raw, columns, feed)

    def quarantine(self, columns: str, feed: str = "orders") -> list[tuple]:
        return self._read(self.world.quarantine, columns, feed)

    def _read(self, room: Path, columns: str, feed: str) -> list[tuple]:
        files = sorted((room / feed).glob("*.parquet"))
        if not files:
            return []
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'")
            return connection.execute(
                f"select {columns} from read_parquet({[str(file) for file in files]}) order by all"
            ).fetchall()


def good_rows(feed: str, count: int) -> list[dict[str, str]]:
    """Good rows of a feed, all different."""
    key = next(iter(GOOD_ROWS[feed]))
    return [GOOD_ROWS[feed] | {key: f"good{number}"} for number in range(count)]
