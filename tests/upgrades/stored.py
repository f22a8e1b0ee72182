"""What a warehouse has stored of the rows that came, told so that two warehouses compare."""

from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from customer_status.environment.source import claim
from customer_status.feeds.layouts import FEEDS
from customer_status.feeds.personal_columns import KINDS
from customer_status.ingest.landing import discover
from customer_status.ingest.ledger import Receipt, read_receipts
from customer_status.ingest.run import ensure_schemas, ingest_feed
from customer_status.ingest.stored import stored_rows
from customer_status.settings.config import write_config
from tests.end_to_end.shop import Shop
from tests.upgrades import business

NOW = datetime(2026, 12, 1, tzinfo=UTC)
ERASED = "concat_ws(' ', {names}) like '%erased:%' and concat_ws(' ', {names}) not like '%0123456%'"


@dataclass(frozen=True)
class Stored:
    """By feed: accepted rows by their key, rejected rows, and the receipts without their times."""

    raw: dict[str, dict[str, tuple]]
    rejected: dict[str, list[tuple]]
    receipts: dict[tuple[str, str], tuple]
    erased: set[tuple[str, str]]


def take_in(shop: Shop) -> None:
    claim(shop.world)
    settings = write_config(shop.world.config, overlay=None, run_date=NOW.date(), as_of_date=None)
    ensure_schemas(shop.world)
    files = discover(shop.landing, world=shop.world).files
    for feed in FEEDS:
        ingest_feed(feed, files.get(feed, ()), world=shop.world, settings=settings, now=NOW)


def stored(shop: Shop) -> Stored:
    found = Stored({}, {}, {}, set())
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for feed, layout in FEEDS.items():
            paths = sorted((shop.world.raw / feed).glob("*.parquet"))
            key, names = next(iter(layout)), ", ".join(layout)
            rows = connection.execute(f"select {names} from {stored_rows(feed, paths)}").fetchall()
            # a key may come in several versions: the whole row tells them apart
            found.raw[feed] = {str((row[0], row[3:])): row for row in rows}
            ids = ", ".join(n for n in layout if n in KINDS)
            query = f"select {key} from {stored_rows(feed, paths)} where "
            erased = connection.execute(query + ERASED.format(names=ids or "''")).fetchall()
            found.erased.update((feed, one) for (one,) in erased)
            if erased and feed == "contacts":
                found.erased.add((feed, business.ERASED))
            paths = sorted((shop.world.quarantine / feed).glob("*.parquet"))
            if paths:
                found.rejected[feed] = connection.execute(
                    f"select file_name, original::json ->> '$.{key}', reasons "
                    f"from read_parquet({[str(path) for path in paths]}) order by all"
                ).fetchall()
    for one in read_receipts(shop.world):
        found.receipts[one.feed, one.file_name] = counted(one)
    return found


def counted(one: Receipt) -> tuple:
    rows = one.rows_read, one.rows_accepted, one.rows_quarantined
    return one.state, rows, one.reasons, one.notices, one.rules


def assert_same_rows(old: Stored, new: Stored) -> None:
    """An older warehouse holds what a new one does; those of the erased aside, whose names are
    gone for good."""
    assert old.receipts == new.receipts
    for feed in FEEDS:
        if feed != "erasures":
            mine, theirs = (others(one.raw[feed], feed, old.erased) for one in (old, new))
            assert mine == theirs
    for feed, rejected in new.rejected.items():
        blanked = [row for row in old.rejected[feed] if row[1] is None]
        assert all(row in rejected for row in old.rejected[feed] if row not in blanked)
        assert len(old.rejected[feed]) == len(rejected)
        assert not blanked or old.erased


def others(rows: dict[str, tuple], feed: str, erased: set[tuple[str, str]]) -> list[tuple]:
    return sorted(map(str, (row for row in rows.values() if (feed, row[0]) not in erased)))
