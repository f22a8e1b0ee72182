"""Takes people out of raw and quarantine, row by row; no row is dropped.

A *person's row* names one of their identifiers that is not shared. Its identifiers become tokens,
and what else may be personal is emptied. An outdated version of such a row counts for nothing any
more: readable identifiers in it, which may have been the person's once, are emptied too.
"""

from pathlib import Path

from customer_status.engine import Engine, literal
from customer_status.environment.layout import World
from customer_status.erasure.people import replacing
from customer_status.erasure.survey import (
    comparable,
    has_quarantine,
    is_outdated,
    mention,
    mentions,
    naming,
    quarantine_mentions,
)
from customer_status.feeds.layouts import FEEDS, SYSTEM_COLUMNS
from customer_status.feeds.personal_columns import ERASED, FEED_COLUMNS, PERSON, REQUESTS, VISITOR
from customer_status.ingest.stored import stored_rows

# A value in a reason stands between quotes.
_QUOTED = " '.*'"


def judge(engine: Engine) -> None:
    """Say which rows are to change, and why; tables ``judged_<feed>``."""
    for feed in FEEDS:
        _look_at_rows(engine, feed)
        _look_at_versions(engine, feed)
        new = _cleaned(feed)
        is_changed = " or ".join(f"rows.{name} is distinct from {sql}" for name, sql in new.items())
        engine.connection.execute(
            f"create or replace table changed as select rows.row_id "
            f"from {_beside_verdicts(feed, f'raw_{feed}')} where {is_changed}"
        )
        engine.connection.execute(
            f"delete from judged_{feed} where row_id not in (select row_id from changed)"
        )


def rows_judged(engine: Engine) -> int:
    """Rows that change, requests aside."""
    counts = [f"select count(*) as n from judged_{feed}" for feed in FEEDS if feed != REQUESTS]
    return int(engine.rows(f"select sum(n) from ({' union all '.join(counts)})")[0][0])


def customer_keys(engine: Engine) -> set[str]:
    """Tokens of the customer keys that identifiers forgotten now may have given so far.

    Besides replaced identifiers, those that only outdated rows of the people hold; of another
    customer's none.
    """
    replaced = (
        "select kind || ':' || value as identifier from replaced semi join "
        "(from named where is_in_use) as used using (kind, value)"
    )
    emptied = " union ".join(
        f"select {literal(f'{name}:')} || {value} as identifier from raw_{feed} inner join "
        f"judged_{feed} using (row_id) where (is_theirs or is_outdated) "
        f"and {value} is not null and not is_token({name})"
        for feed in FEEDS
        if feed != REQUESTS
        for name, value in comparable(feed).items()
    )
    found = engine.rows(
        f"select token('customer_key', md5(identifier)) from ({replaced} union ({emptied} except "
        "(select identifier from known union select kind || ':' || value from shared)))"
    )
    return {token for (token,) in found}


def clean_feed(engine: Engine, world: World, feed: str) -> None:
    """Write the feed's files that hold rows to change anew, each in one step."""
    new = _cleaned(feed)
    columns = ", ".join(f"{sql} as {name}" for name, sql in new.items())
    files = engine.rows(f"select distinct split_part(row_id, '/', 1) from judged_{feed}")
    for (file_id,) in sorted(files):
        path = world.raw / feed / f"{file_id}.parquet"
        rows = (
            "(select *, _file_id || '/' || file_row_number as row_id from "
            f"{stored_rows(feed, [path], with_row_number=True)})"
        )
        _rewrite(engine, f"select {columns} from {_beside_verdicts(feed, rows)}", path, world)


def clean_quarantine(engine: Engine, world: World) -> int:
    """Blank rejected rows that name or mention people; returns how many. Rows and reasons stay."""
    if not has_quarantine(engine):
        return 0
    engine.connection.execute(f"create or replace table blanked as {quarantine_mentions()}")
    files = dict(
        engine.rows("select split_part(row_id, '/', 1), count(*) from blanked group by all")
    )
    without_values = f"lambda reason: regexp_replace(reason, {literal(_QUOTED)}, '')"
    for path in sorted(world.quarantine.glob("*/*.parquet")):
        if path.stem not in files:
            continue
        is_blanked = "row_id in (select row_id from blanked)"
        query = (
            "select * exclude (row_id, file_row_number) replace ("
            f"case when not {is_blanked} then original end as original, "
            f"case when {is_blanked} then list_transform(reasons, {without_values}) else reasons "
            "end as reasons) from (select *, _file_id || '/' || file_row_number as row_id from "
            f"read_parquet({literal(str(path))}, file_row_number = true))"
        )
        _rewrite(engine, query, path, world)
    return sum(files.values())


def _look_at_rows(engine: Engine, feed: str) -> None:
    """What each row says by itself; table ``seen_<feed>``."""
    columns = FEED_COLUMNS[feed]
    rows, values = replacing(feed, f"raw_{feed} as rows")
    people = [name for name in values if name in PERSON]
    names_them = [f"coalesce({values[name]}, '') in (select token from people)" for name in people]
    is_visit = "false"
    if VISITOR in values:
        # an anonymous visit with a browser on which the person has logged in
        nobody = " and ".join(f"{comparable(feed, 'rows')[name]} is null" for name in people)
        is_visit = f"{nobody} and is_token({values[VISITOR]})"
    is_named = " or ".join(f"{name}__token.token is not null" for name in values)
    key = values[columns.key] if columns.key else "null"
    extra, *texts = mentions(feed)
    in_text = f"rows.row_id in ({texts[0]})" if texts else "false"
    other = naming(feed)
    names_other = f"rows.row_id in ({other})" if other else "false"
    engine.connection.execute(
        f"create or replace table seen_{feed} as select rows.row_id, {key} as key, "
        f"{columns.version} as version, "
        f"{' or '.join(names_them)} as is_theirs, {is_visit} as is_visit, {is_named} as is_named, "
        f"rows.row_id in ({extra}) as is_in_extra, {in_text} as is_in_text, "
        f"{names_other} as names_other from {rows}"
    )


def _look_at_versions(engine: Engine, feed: str) -> None:
    """What it says beside other versions of itself; table ``judged_<feed>``."""
    engine.connection.execute(
        f"create or replace table judged_{feed} as with newest as ("
        f"select key, max(version) as newest from seen_{feed} where key in "
        f"(select key from seen_{feed} where is_theirs) group by key) "
        "select row_id, is_theirs, is_visit, is_in_extra, is_in_text, "
        f"newest.key is not null and {is_outdated('version')} as is_outdated "
        f"from seen_{feed} left join newest using (key) "
        "where is_theirs or is_visit or is_named or is_in_extra or is_in_text or names_other "
        "or newest.key is not null"
    )
    engine.connection.execute(f"drop table seen_{feed}")


def _beside_verdicts(feed: str, source: str) -> str:
    """The rows of a source with what was said of them, the tokens, and who is shared."""
    rows, _ = replacing(feed, f"{source} as rows")
    joins = [rows, f"left join judged_{feed} as verdict on verdict.row_id = rows.row_id"]
    for name, value in comparable(feed, "rows").items():
        joins.append(
            f"left join shared as {name}__shared on {name}__shared.kind = {literal(name)} "
            f"and {name}__shared.value = {value}"
        )
    return " ".join(joins)


def _cleaned(feed: str) -> dict[str, str]:
    """SQL for every column of a row as it is to be, by its name."""
    columns = FEED_COLUMNS[feed]
    of_person = "coalesce(verdict.is_theirs or verdict.is_outdated, false)"
    in_text = "coalesce(verdict.is_in_text, false)"
    new = {name: f"rows.{name}" for name in (*FEEDS[feed], *SYSTEM_COLUMNS)}
    for name in columns.identifiers:
        is_kept = name in (columns.key, VISITOR) or feed == REQUESTS
        new[name] = _identifier(name, comparable(feed, "rows")[name], is_kept=is_kept)
    for name in columns.keys:
        new[name] = f"coalesce({name}__token.token, rows.{name})"
    for name in columns.free_text:
        new[name] = f"case when not {in_text} then rows.{name} end"
    for name in columns.mentioned:
        new[name] = f"coalesce({mention(f'rows.{name}')}, rows.{name})"
    for name in columns.emptied:
        is_visit = "coalesce(verdict.is_visit, false)"
        new[name] = f"case when not ({of_person} or {is_visit}) then {new[name]} end"
    for name in columns.counted:
        is_hidden = f"rows.{name} is not null and ({of_person} or {in_text})"
        new[name] = f"case when {is_hidden} then {literal(ERASED)} else rows.{name} end"
    in_extra = "coalesce(verdict.is_in_extra, false)"
    new["_extra"] = f"case when not ({of_person} or {in_extra}) then rows._extra end"
    new["_unparsed"] = f"case when not {of_person} then rows._unparsed end"
    return new


def _identifier(name: str, value: str, *, is_kept: bool) -> str:
    """SQL for an identifier: its token, or what stands there, unless a person's row names it that
    the models do not take for theirs and that is nobody's own. A placeholder stays.

    Args:
        value: SQL for the value by which it is compared.
    """
    left = f"rows.{name}"
    if not is_kept:
        left = (
            f"case when is_token(rows.{name}) or {value} is null then rows.{name} "
            "when coalesce(verdict.is_outdated, false) then null "
            f"when coalesce(verdict.is_theirs, false) and {name}__shared.value is null then null "
            f"else rows.{name} end"
        )
    return f"coalesce({name}__token.token, {left})"


def _rewrite(engine: Engine, query: str, path: Path, world: World) -> None:
    """Replace a file by a query over it, in one step."""
    fresh = world.staged / "forgetting" / path.name
    engine.copy(query, fresh)
    fresh.replace(path)
