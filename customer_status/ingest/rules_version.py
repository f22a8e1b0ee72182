"""By which rules rows were let in: one short text for each feed, kept in the receipts.

It is taken from what the rules and the typing *are*, in SQL, with the settings in them, so nobody
has to remember to raise a number. The moment of ingest is left out. Lists of the configuration
count apart: rows in raw are not held against them, rows in quarantine are.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from customer_status.engine import Engine
from customer_status.feeds.layouts import FEEDS
from customer_status.ingest.source import Source
from customer_status.ingest.values import typed_select
from expectations.dates import Bounds
from expectations.rules import Rule
from expectations.suites import row_suite

DIGITS = 16
_SOME_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)


def rules_version(engine: Engine, feed: str, bounds: Bounds) -> str:
    """Version of the feed's rules, then of the lists that they look into, with a dot between.

    The engine must have the lists (`expectations.suites.load_seeds`).
    """
    suite = row_suite(feed, replace(bounds, now=_SOME_MOMENT))
    typing = typed_select(_layout(feed), feed=feed, file_id="", with_origin=False)
    parts = [suite.corrected(typing)]
    parts += [f"{rule.name}\0{rule.bad}\0{rule.looks_back}" for rule in suite.rules]
    return f"{_hash(parts)}.{_hash(_lists(engine, suite.rules))}"


def _layout(feed: str) -> Source:
    """All columns of the feed, as text where they can be."""
    return Source(
        scan="rows",
        values={name: name for name in FEEDS[feed]},
        native={},
        misshapen="null",
        extra="null",
        original="null",
    )


def _lists(engine: Engine, rules: Iterable[Rule]) -> Iterable[str]:
    """The rows of every list of the configuration that a rule names."""
    names = engine.rows("select table_name from duckdb_tables() where table_name like 'seed%'")
    for (name,) in sorted(names):
        if any(name in rule.bad for rule in rules):
            yield from (f"{name}\0{row}" for row in engine.rows(f"from {name} order by all"))


def _hash(parts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()[:DIGITS]
