"""The same rows give the same tables, byte for byte, in whatever files and order they come."""

import random
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from customer_status.environment.layout import World
from customer_status.ingest.landing import discover
from customer_status.ingest.ledger import HELD
from customer_status.ingest.run import ensure_schemas, ingest_feed
from customer_status.settings.config import write_config
from tests.end_to_end.arrivals import TIED_COLUMNS, Row, deliver, with_ties
from tests.end_to_end.shop import write_csv
from tests.models.compiled import ModelRun, compiled_project
from tests.models.readings import rows_of
from tests.models.seeds import shipped_seed
from tests.worlds.tangles import tangled_world

NOW = datetime(2100, 1, 1, tzinfo=UTC)
SHARE_OF_WORLDS = 100

# What input rules look at.
INPUT_SEEDS = ("stores", "touch_types", "currency_rates")

# About files and the moment they came, or about what earlier releases said.
LOGS = {
    "fct_ingest",
    "fct_ingest_notice",
    "fct_ingest_reason",
    "fct_customer_status_restatement",
    "fct_customer_merge",
}


def public_tables() -> dict[str, str]:
    """Relation of every public model that speaks of the rows, by its name."""
    return {
        model.name: model.relation
        for model in compiled_project().models
        if model.name.startswith(("dim_", "fct_", "mart_", "agg_")) and model.name not in LOGS
    }


@pytest.fixture(scope="module")
def models() -> Iterator[ModelRun]:
    run = ModelRun(compiled_project(*public_tables()), plans=False)
    yield run
    run.close()


def landed(
    folder: Path, feeds: dict[str, list[Row]], seeds: dict[str, list[Row]], choices: random.Random
) -> World:
    """A warehouse that has taken the rows in, in one run or a few; the last brings them all."""
    world = World(folder / "warehouse", "landing")
    for name in INPUT_SEEDS:
        rows = [{k: "" if v is None else str(v) for k, v in row.items()} for row in seeds[name]]
        write_csv(folder / "config" / f"{name}.csv", rows)
    settings = write_config(
        world.config, overlay=folder / "config", run_date=NOW.date(), as_of_date=None
    )
    ensure_schemas(world)
    for share in choices.choice(((1,), (0.5, 1), (0.1, 0.9, 1))):
        for feed, rows in feeds.items():
            part = [row for row in rows if choices.random() < share]
            deliver(folder / "landing", feed, part, choices)
        if not (folder / "landing").exists():
            continue  # a small share of few rows may be none
        files = discover(folder / "landing", world=world).files
        for feed in feeds:
            outcome = ingest_feed(
                feed, files.get(feed, ()), world=world, settings=settings, now=NOW
            )
            assert [one for one in outcome.receipts if one.state == HELD] == []
    return world


def built(models: ModelRun, world: World, seeds: dict[str, list[Row]]) -> dict[str, bytes]:
    """Every table as CSV, its rows sorted."""
    models.load(world.raw, TIED_COLUMNS)
    models.build_on_raw(seeds)
    tables = {}
    for name, relation in public_tables().items():
        path = world.root / "table.csv"
        models.connection.execute(f"copy (from {relation} order by all) to '{path}' (format csv)")
        tables[name] = path.read_bytes()
    return tables


def names_somebody(touch: Row) -> bool:
    """Other touches are refused, and a small file with such a one would be held back."""
    return bool(touch["customer_id"] or touch["email"] or touch["contact_id"])


def test_the_same_rows_in_any_files_give_the_same_tables(
    models: ModelRun, tmp_path: Path, number_of_worlds: int
) -> None:
    compared = 0
    for seed in range(number_of_worlds // SHARE_OF_WORLDS):
        choices = random.Random(seed)
        rows = rows_of(tangled_world(choices))
        seeds = {name: shipped for name, shipped in rows.items() if name not in TIED_COLUMNS}
        seeds["bot_rules"] = shipped_seed("bot_rules")
        rows["crm_touches"] = [row for row in rows["crm_touches"] if names_somebody(row)]
        feeds = {feed: with_ties(feed, rows[feed], choices) for feed in TIED_COLUMNS if rows[feed]}
        one, other = (
            built(models, landed(tmp_path / f"{seed} {name}", feeds, seeds, choices), seeds)
            for name in ("one", "other")
        )
        assert [name for name in one if one[name] != other[name]] == [], f"world of seed {seed}"
        compared += sum(text.count(b"\n") for text in one.values())
        shutil.rmtree(tmp_path)
        tmp_path.mkdir()
    assert compared > 100
