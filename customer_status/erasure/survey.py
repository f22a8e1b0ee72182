"""What raw and quarantine say about people who asked to be forgotten, before anything is changed.

All state is in the rows: a readable request is one that waits, and a token in any row is somebody
who is forgotten. So there is no list to lose, and a run that died is simply looked at again.
"""

from collections.abc import Iterable
from pathlib import Path

from customer_status.engine import Engine, literal
from customer_status.environment.layout import World
from customer_status.erasure.comparison import Comparison, define_comparison
from customer_status.erasure.mentions import (
    addresses,
    may_hold_address,
    mentioning_json,
    mentioning_text,
)
from customer_status.erasure.tokens import define
from customer_status.feeds.layouts import FEEDS
from customer_status.feeds.personal_columns import (
    FEED_COLUMNS,
    KEY,
    KINDS,
    PERSON,
    REQUESTS,
    FeedColumns,
)
from customer_status.ingest.run import SCHEMA_FILE


def was_anything_asked(world: World) -> bool:
    """Whether any request to be forgotten was ever accepted."""
    folder = world.raw / REQUESTS
    return world.erasure_secret.exists() or any(
        path.name != SCHEMA_FILE for path in folder.glob("*.parquet")
    )


def survey(engine: Engine, world: World, *, secret: str, comparison: Comparison) -> None:
    """Lay out what there is to know.

    Makes the views ``raw_<feed>`` (its rows with a ``row_id``) and ``quarantined``, and the tables
    ``forgotten`` (token), those asked for and those met in any row, and ``replaced`` (kind, value,
    token): readable identifiers in raw that are one of them, as they are compared, and keys that
    hold one.
    """
    define(engine.connection, secret)
    define_comparison(engine.connection, comparison)
    for feed in FEEDS:
        _view(engine, f"raw_{feed}", [world.raw / feed])
    rejected = [world.quarantine / feed for feed in FEEDS]
    _view(engine, "quarantined", [path for path in rejected if any(path.glob("*.parquet"))])
    run = engine.connection.execute
    run(f"create or replace table named as {_named()}")
    run(
        "create or replace table forgotten as "
        "select distinct value as token from named where is_token(value) union "
        "select token(kind, value) from named where is_requested and not is_token(value)"
    )
    run(
        "create or replace table replaced as select kind, value, token from "
        "(select distinct kind, value, token(kind, value) as token from named "
        "where not is_token(value)) where token in (select token from forgotten)"
    )
    run(f"create or replace table addresses_in_keys as {_addresses_in_keys()}")
    replace_keys(engine)


def replace_keys(engine: Engine) -> None:
    """Add to ``replaced`` every key in which an address of ``forgotten`` stands."""
    engine.connection.execute(
        f"insert into replaced select distinct {literal(KEY)}, key, token({literal(KEY)}, key) "
        "from addresses_in_keys where address in (select token from forgotten) except from replaced"
    )


def is_anything_left(engine: Engine) -> bool:
    """Whether a row names or mentions somebody who is to be forgotten."""
    _count_degrees(engine)
    searches = ["select 1 from replaced"]
    for feed, columns in FEED_COLUMNS.items():
        if feed != REQUESTS:
            searches.append(_beside_tokens(feed, columns))
        searches += [f"select 1 from {query}" for query in mentions(feed)]
        if name_somebody := naming(feed):
            searches.append(f"select 1 from ({name_somebody})")
        if columns.key:
            searches.append(_late_versions(feed, columns))
    if has_quarantine(engine):
        searches.append(f"select 1 from ({quarantine_mentions()})")
    return any(engine.rows(f"{search} limit 1") for search in searches)


def mentions(feed: str) -> Iterable[str]:
    """Queries for the ``row_id`` of raw rows that mention somebody in passing."""
    yield mentioning_json(f"raw_{feed}", "_extra")
    columns = FEED_COLUMNS[feed].free_text
    if columns:
        yield mentioning_text(f"raw_{feed}", columns)


def mention(value: str) -> str:
    """SQL for the token of a text that identifies somebody forgotten, of any kind; else null."""
    tokens = [f"token({literal(kind)}, {_comparable(kind, value)})" for kind in PERSON]
    cases = [f"when {token} in (select token from forgotten) then {token}" for token in tokens]
    return f"case {' '.join(cases)} end"


def naming(feed: str) -> str | None:
    """A query for the ``row_id`` of raw rows that name somebody else who is forgotten.

    None where the feed has no column for that.
    """
    found = [f"{mention(name)} is not null" for name in FEED_COLUMNS[feed].mentioned]
    return f"select row_id from raw_{feed} where {' or '.join(found)}" if found else None


def quarantine_mentions() -> str:
    """A query for the ``row_id`` of rejected rows that name or mention somebody."""
    reasons = "(select row_id, array_to_string(reasons, ' ') as reasons from quarantined)"
    return (
        f"{mentioning_json('quarantined', 'original')} union "
        f"{mentioning_text(reasons, ['reasons'])}"
    )


def has_quarantine(engine: Engine) -> bool:
    return bool(engine.rows("select 1 from duckdb_views() where view_name = 'quarantined'"))


def comparable(feed: str, relation: str = "") -> dict[str, str]:
    """SQL for the value by which each identifier of the feed is compared, by its column; null for
    a placeholder."""
    values = {}
    for name in FEED_COLUMNS[feed].identifiers:
        column = f"{relation}.{name}" if relation else name
        values[name] = _comparable(name, column)
    return values


def _comparable(kind: str, value: str) -> str:
    return f"comparable_email({value})" if kind == "email" else f"comparable({value})"


def is_outdated(version: str) -> str:
    """SQL predicate: a row's version is older than ``newest``, the newest of its key."""
    return f"coalesce({version} < newest, {version} is null and newest is not null)"


def _view(engine: Engine, name: str, folders: list[Path]) -> None:
    paths = ", ".join(literal(f"{folder}/*.parquet") for folder in folders)
    if paths:
        engine.connection.execute(
            f"create or replace view {name} as select *, _file_id || '/' || file_row_number "
            f"as row_id from read_parquet([{paths}], union_by_name = true, file_row_number = true)"
        )


def _named() -> str:
    """A query for every identifier in raw, with whether a request names it."""
    parts = [
        f"select {literal(kind)} as kind, {value} as value, {feed == REQUESTS} as is_requested "
        f"from raw_{feed} where {value} is not null"
        for feed in FEEDS
        for kind, value in comparable(feed).items()
        if kind in KINDS
    ]
    return (
        "select kind, value, bool_or(is_requested) as is_requested, "
        f"bool_or(not is_requested) as is_in_use from ({' union all '.join(parts)}) "
        "group by kind, value"
    )


def _addresses_in_keys() -> str:
    """A query for every key in raw that may hold an address, with the tokens of what may be one."""
    parts = [
        f"select {name} as key from raw_{feed} where {may_hold_address(name)}"
        for feed, columns in FEED_COLUMNS.items()
        for name in columns.keys
    ]
    return (
        "select key, token('email', comparable_email(address)) as address from "
        f"(select key, unnest({addresses('key')}) as address from ({' union '.join(parts)}))"
    )


def _count_degrees(engine: Engine) -> None:
    """Tables ``degrees`` (kind, value, is_of_many), by customer_ids beside them, and ``of_one``
    (token): tokens that are not of many.

    Counts over all versions of rows: whatever the models take for shared is of many, too.
    """
    parts = [
        f"select {literal(kind)} as kind, {value} as value, comparable(customer_id) as customer_id "
        f"from raw_{feed} where {value} is not null"
        for feed in FEEDS
        if feed != REQUESTS
        for kind, value in comparable(feed).items()
        if kind in PERSON
    ]
    engine.connection.execute(
        "create or replace table degrees as select kind, value, "
        "is_of_many(kind, value, count(distinct customer_id)) as is_of_many "
        f"from ({' union all '.join(parts)}) group by kind, value"
    )
    engine.connection.execute(
        "create or replace table of_one as select value as token from degrees "
        "where is_token(value) and not is_of_many"
    )


def _beside_tokens(feed: str, columns: FeedColumns) -> str:
    """A query for readable identifiers, of one person, in rows that name a forgotten one."""
    values = {k: v for k, v in comparable(feed).items() if k in PERSON}
    is_theirs = " or ".join(f"{name} in (select token from of_one)" for name in values)
    readable = " or ".join(
        f"({value} is not null and not is_token({name}) and {value} not in "
        f"(select value from degrees where kind = {literal(name)} and is_of_many))"
        for name, value in values.items()
        if name != columns.key
    )
    return f"select 1 from raw_{feed} where ({is_theirs}) and ({readable})"


def _late_versions(feed: str, columns: FeedColumns) -> str:
    """A query for readable identifiers in outdated versions of a forgotten person's rows."""
    people = [name for name in columns.identifiers if name in PERSON]
    is_theirs = " or ".join(f"{name} in (select token from of_one)" for name in people)
    values = comparable(feed)
    readable = " or ".join(
        f"({values[name]} is not null and not is_token({name}))"
        for name in people
        if name != columns.key
    )
    return (
        f"with keys as (select distinct {columns.key} from raw_{feed} where {is_theirs}), "
        f"newest as (select {columns.key}, max({columns.version}) as newest from raw_{feed} "
        f"where {columns.key} in (select {columns.key} from keys) group by {columns.key}) "
        f"select 1 from raw_{feed} inner join newest using ({columns.key}) "
        f"where {is_outdated(columns.version)} and ({readable})"
    )
