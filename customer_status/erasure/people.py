"""Whose identifiers they are: the person behind a request is whom the models take for one.

The models that say who is who run once ahead of the build, on raw rows in which every identifier
known to be forgotten stands as its token already, wherever a row came from and whenever.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from customer_status.engine import Engine, literal
from customer_status.environment.layout import World
from customer_status.erasure.survey import comparable, replace_keys
from customer_status.feeds.layouts import FEEDS, SYSTEM_COLUMNS
from customer_status.feeds.personal_columns import ERASED, FEED_COLUMNS, KEY, PERSON, VISITOR
from customer_status.ingest.stored import stored_rows

# Builds who is who from a folder of raw rows; returns the database with the result.
Resolve = Callable[[Path], Path]


def find_people(engine: Engine, world: World, resolve: Resolve) -> None:
    """Complete ``replaced`` and ``forgotten`` with every identifier of the people in question, and
    keys that hold their addresses.

    Makes the tables ``shared`` (kind, value), ``known`` (identifier): those that a current row
    names, and ``people`` (token): tokens that stand for one person, as opposed to shared ones.
    """
    folder = world.staged / "forgetting" / "raw"
    shutil.rmtree(folder.parent, ignore_errors=True)
    for feed in FEEDS:
        _lay_out(engine, world, feed, folder / feed)
    run = engine.connection.execute
    run(f"attach {literal(str(resolve(folder)))} as identity (read_only)")
    run(
        "create or replace table known as select identifier, customer_key from "
        "identity.intermediate.int_identifier__resolved"
    )
    run(
        "create or replace table shared as "
        f"select {_kind_and_value('identifier')} from identity.intermediate.int_identifier__known "
        "where is_shared"
    )
    run("detach identity")
    _replace(
        engine, f"select {_kind_and_value('identifier')} from known where customer_key = '{ERASED}'"
    )
    run(
        "create or replace table people as select token from forgotten "
        "where token not in (select value from shared)"
    )
    named = " or ".join(
        f"coalesce(token({literal(kind)}, {value}), '') in (select token from people) "
        f"or coalesce({kind}, '') in (select token from people)"
        for kind, value in comparable("web_sessions").items()
        if kind in PERSON
    )
    _replace(
        engine,
        f"select '{VISITOR}' as kind, comparable({VISITOR}) as value "
        f"from raw_web_sessions where {named}",
    )
    replace_keys(engine)


def replacing(feed: str, source: str) -> tuple[str, dict[str, str]]:
    """A relation of a feed's rows beside ``replaced``, and SQL for each identifier and key by its
    column: its token where there is one, else what stands in the row."""
    joins, values = [source], {}
    compared = {name: (name, value) for name, value in comparable(feed, "rows").items()}
    compared |= {name: (KEY, f"rows.{name}") for name in FEED_COLUMNS[feed].keys}
    for name, (kind, value) in compared.items():
        joins.append(
            f"left join replaced as {name}__token on {name}__token.kind = {literal(kind)} "
            f"and {name}__token.value = {value}"
        )
        values[name] = f"coalesce({name}__token.token, rows.{name})"
    return " ".join(joins), values


def _replace(engine: Engine, found: str) -> None:
    """Add the readable identifiers (kind, value) of a query to the ones to replace."""
    run = engine.connection.execute
    run(
        "insert into replaced select distinct kind, value, token(kind, value) "
        f"from ({found}) as found where not is_token(value) "
        "and not exists (from replaced where replaced.kind = found.kind "
        "and replaced.value = found.value)"
    )
    run("insert into forgotten select token from replaced except select token from forgotten")


def _kind_and_value(identifier: str) -> str:
    return (
        f"split_part({identifier}, ':', 1) as kind, "
        f"substr({identifier}, strpos({identifier}, ':') + 1) as value"
    )


def _lay_out(engine: Engine, world: World, feed: str, folder: Path) -> None:
    """The feed's raw files as they will be once what is in ``replaced`` is."""
    folder.mkdir(parents=True)
    rows, values = replacing(feed, f"raw_{feed} as rows")
    tokens = " or ".join(f"{name}__token.token is not null" for name in values)
    touched = {
        file for (file,) in engine.rows(f"select distinct _file_id from {rows} where {tokens}")
    }
    for path in (world.raw / feed).glob("*.parquet"):
        if path.stem not in touched:
            (folder / path.name).symlink_to(path.absolute())
            continue
        rows, values = replacing(feed, f"{stored_rows(feed, [path])} as rows")
        columns = [
            f"{values.get(name, f'rows.{name}')} as {name}"
            for name in (*FEEDS[feed], *SYSTEM_COLUMNS)
        ]
        engine.copy(f"select {', '.join(columns)} from {rows}", folder / path.name)
