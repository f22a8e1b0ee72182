"""Demonstration data taken in as a business's own, for the models and for the plain reading."""

import csv
import types
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

from customer_status.environment.layout import World
from customer_status.feeds.layouts import FEEDS
from customer_status.ingest.landing import discover
from customer_status.ingest.run import ensure_schemas, ingest_feed
from customer_status.settings.config import write_config
from tests.models.compiled import DATABASE, ModelRun
from tests.oracle.configuration import Settings
from tests.oracle.world import TABLES
from tests.oracle.world import World as Rows

T = TypeVar("T")

# How cells of a seed are read that are no text, number or amount.
READERS = {bool: lambda text: text == "true", date: date.fromisoformat}


def take_in(landing: Path, world: World, *, overlay: Path | None, run_date: date) -> None:
    """Land, check and accept a folder of files, as a run on that day would."""
    settings = write_config(world.config, overlay=overlay, run_date=run_date, as_of_date=None)
    ensure_schemas(world)
    landed = discover(landing, world=world)
    now = datetime.combine(run_date, datetime.min.time(), tzinfo=UTC) + timedelta(hours=12)
    for feed, files in landed.files.items():
        outcome = ingest_feed(feed, files, world=world, settings=settings, now=now)
        assert not outcome.held, f"{feed}: files were held back"


@dataclass(frozen=True)
class RealWorld:
    """Accepted rows in the tables of the models, and the seeds in force as rows of text."""

    models: ModelRun
    seeds: dict[str, list[dict[str, str | None]]]

    @classmethod
    def load(cls, models: ModelRun, world: World, *, only: str = "true") -> "RealWorld":
        """``only`` is a condition on the rows of every feed, such as one on customer_id."""
        models.load(world.raw, FEEDS, only=only)
        return cls(models, {path.stem: _cells(path) for path in world.config.glob("*.csv")})

    def as_of(self, day: date | None) -> Rows:
        """Build the models as of the day; give the same rows for the plain reading."""
        text = {"setting": "as_of_date", "value": day.isoformat() if day else None}
        others = [row for row in self.seeds["settings"] if row["setting"] != "as_of_date"]
        seeds = self.seeds | {"settings": [*others, text]}
        self.models.build_on_raw(seeds)
        return self._rows(seeds)

    def _rows(self, seeds: Mapping[str, list[dict[str, str | None]]]) -> Rows:
        tables: dict[str, Any] = {}
        for table, (attribute, kind) in TABLES.items():
            if table in FEEDS:
                names = [field.name for field in fields(kind)]
                found = self.models.rows(f"select {', '.join(names)} from {DATABASE}.raw.{table}")
                tables[attribute] = tuple(
                    kind(**dict(zip(names, row, strict=True))) for row in found
                )
            else:
                tables[attribute] = tuple(_typed(kind, row) for row in seeds[table])
        values = {row["setting"]: row["value"] for row in seeds["settings"]}
        rows = Rows(**tables, settings=_typed(Settings, values))
        # Rates of currencies in which nobody pays would only be searched in vain.
        paid = {row.currency for row in rows.orders} | {rows.settings.reporting_currency}
        rates = tuple(row for row in rows.currency_rates if row.currency in paid)
        return replace(rows, currency_rates=rates)


def _cells(path: Path) -> list[dict[str, str | None]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [{key: value or None for key, value in row.items()} for row in csv.DictReader(file)]


def _typed(kind: type[T], row: Mapping[str, str | None]) -> T:
    """One row of a seed as the plain reading knows it; columns that it does not know are left."""
    hints = get_type_hints(kind)
    return kind(**{name: _value(hints[name], row.get(name)) for name in hints})


def _value(hint: Any, text: str | None) -> object:
    if text is None:
        return False if hint is bool else None
    kind = next((one for one in get_args(hint) if one is not types.NoneType), hint)
    return READERS.get(kind, kind)(text)
