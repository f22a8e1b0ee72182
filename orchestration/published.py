"""What readers were told last, as files that the models compare the new build with.

The log of restatements and the statuses published so far live in the releases themselves; here they
are only laid out for dbt, so that losing the build, or rebuilding all of it, loses no memory.
"""

import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from customer_status.environment.layout import World
from customer_status.erasure.tokens import CUSTOMER_KEY, define, remembered, secret_of
from customer_status.publish.publish import MART, facts_of
from customer_status.publish.reading import attached_release

# What a first release is compared with.
NO_FILES = "select cast(null as varchar) as feed, cast(null as varchar) as file_id where false"
NO_CUSTOMERS = """
    select
        cast(null as varchar) as customer_key, cast(null as varchar) as next_customer_key,
        cast(null as varchar) as reason, cast(null as varchar) as release_id
    where false
"""
NO_TIMELINE = """
    select
        cast(null as varchar) as customer_key, cast(null as date) as valid_from,
        cast(null as date) as valid_to, cast(null as varchar) as status,
        cast(null as varchar) as sub_status, cast(null as varchar) as policy_segment,
        cast(null as date) as policy_effective_from
    where false
"""
NO_RESTATEMENTS = """
    select
        cast(null as varchar) as release_id, cast(null as varchar) as customer_key,
        cast(null as date) as valid_from, cast(null as date) as valid_to,
        cast(null as varchar) as previous_status, cast(null as varchar) as previous_sub_status,
        cast(null as varchar) as previous_policy_segment,
        cast(null as date) as previous_policy_effective_from,
        cast(null as varchar) as status, cast(null as varchar) as sub_status,
        cast(null as varchar) as policy_segment, cast(null as date) as policy_effective_from,
        cast(null as varchar) as reason, cast(null as varchar) as other_customer_key,
        cast(null as varchar) as previous_release_id
    where false
"""
# The history up to the release's as-of date, and what an earlier release said of later days.
TIMELINE = """
    select
        customer_key, valid_from,
        least(coalesce(valid_to, date '9999-12-31'), date '{as_of_date}' + 1) as valid_to,
        status, sub_status, policy_segment, policy_effective_from
    from release.main.fct_customer_status_history
    union all
    select
        customer_key, valid_from, valid_to, status, sub_status, policy_segment,
        policy_effective_from
    from release.internal.int_customer__published_tail
"""
# The keys of the release's customers; and those that were gone by then, with what became of them.
CUSTOMERS = """
    select
        customer_key, null::varchar as next_customer_key, null::varchar as reason,
        null::varchar as release_id
    from release.main.dim_customer
    where customer_key not in ('unknown', 'erased')
"""
GONE = """
    union all
    select previous_customer_key, customer_key, reason, release_id
    from release.main.fct_customer_merge
"""
NO_MEASURED_INTERVALS = """
    select
        cast(null as varchar) as policy_segment, cast(null as date) as policy_effective_from,
        cast(null as integer) as measured_from, cast(null as integer) as measured_to
    where false
"""
MEASURED = "int_engagement__measured_intervals"
MEASURED_INTERVALS = f"select * from release.internal.{MEASURED}"
# What a release of an older version does not know of a restatement is null.
RESTATEMENTS = (
    f"({NO_RESTATEMENTS}) union all by name (from release.main.fct_customer_status_restatement)"
)


@dataclass(frozen=True)
class LastRelease:
    """The newest release of a world: its folder and its release.json."""

    folder: Path
    facts: dict[str, Any]


def last_release(world: World) -> LastRelease | None:
    """The newest release made of this world, current or not; None before the first."""
    found = []
    for path in world.releases.glob("*/release.json"):
        facts = facts_of(path.parent)
        is_whole = facts.get("world") == world.name and (path.parent / MART).exists()
        if is_whole and not path.parent.name.startswith("."):
            found.append(LastRelease(path.parent, facts))
    return max(found, key=lambda release: release.facts["created_at"], default=None)


def lay_out(world: World, *, made_of: str, policy: str) -> None:
    """Write ``published/*/data.parquet`` for a build that is made of ``made_of`` (its fingerprint).

    ``policy`` stands for the policy rows in force, so that an edit of theirs is recognised.
    """
    last = last_release(world)
    secret, forgotten = secret_of(world), remembered(world)
    fresh = world.published.with_name(world.published.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    with ExitStack() as opened:
        connection = opened.enter_context(duckdb.connect())
        if last is not None:
            mart = last.folder / MART
            opened.enter_context(attached_release(connection, mart, folder=world.releases))
        names = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'release'"
        ).fetchall()
        tables = {name for (name,) in names}
        for name, query in _queries(last, tables).items():
            if secret and forgotten:
                query = _without_names(connection, query, secret, forgotten)
            _write(connection, query, fresh / name / "data.parquet")
        run = _run(last, made_of=made_of, policy=policy, is_coverage_known=MEASURED in tables)
        _write_run(connection, run, fresh / "run" / "data.parquet")
    shutil.rmtree(world.published, ignore_errors=True)
    fresh.rename(world.published)


def _queries(last: LastRelease | None, tables: set[str]) -> dict[str, str]:
    if last is None:
        return {
            "timeline": NO_TIMELINE,
            "restatements": NO_RESTATEMENTS,
            "customers": NO_CUSTOMERS,
            "files": NO_FILES,
            "measured_intervals": NO_MEASURED_INTERVALS,
        }
    files = ", ".join(
        f"('{batch['feed']}', '{batch['file_id']}')" for batch in last.facts["input_batches"]
    )
    return {
        "timeline": TIMELINE.format(as_of_date=last.facts["as_of_date"]),
        "restatements": RESTATEMENTS,
        # Releases of an older version of this program say nothing of merges.
        "customers": CUSTOMERS + (GONE if "fct_customer_merge" in tables else ""),
        # Nor do they say on which days engagement was measured.
        "measured_intervals": MEASURED_INTERVALS if MEASURED in tables else NO_MEASURED_INTERVALS,
        "files": f"from (values {files}) as files(feed, file_id)" if files else NO_FILES,
    }


def _without_names(
    connection: duckdb.DuckDBPyConnection, query: str, secret: str, forgotten: set[str]
) -> str:
    """The query with keys of people who asked to be forgotten replaced by their tokens.

    A customer key is a hash of an identifier: whoever guesses the identifier knows the key.
    """
    define(connection, secret)
    connection.execute("create or replace temp table forgotten_keys (token varchar)")
    connection.execute("insert into forgotten_keys select unnest($1)", [sorted(forgotten)])
    columns = [name for name, *_ in connection.execute(f"describe {query}").fetchall()]
    masked = [
        f"case when token('{CUSTOMER_KEY}', {name}) in (select token from forgotten_keys) "
        f"then token('{CUSTOMER_KEY}', {name}) else {name} end as {name}"
        for name in columns
        if name.endswith(CUSTOMER_KEY)
    ]
    return f"select * replace ({', '.join(masked)}) from ({query})" if masked else query


def _write(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    path.parent.mkdir(parents=True)
    target = str(path).replace("'", "''")
    connection.execute(f"copy ({query}) to '{target}' (format parquet, compression zstd)")


def _run(
    last: LastRelease | None, *, made_of: str, policy: str, is_coverage_known: bool
) -> dict[str, object]:
    facts = last.facts if last else {}
    return {
        "made_of": made_of,
        "policy": policy,
        "release_id": facts.get("release_id"),
        "as_of_date": facts.get("as_of_date"),
        "previous_policy": facts.get("policy"),
        "observed_from": facts.get("engagement_observed_from"),
        "is_coverage_known": is_coverage_known,
    }


def _write_run(connection: duckdb.DuckDBPyConnection, run: dict[str, object], path: Path) -> None:
    connection.execute(
        """
        create temp table run as
        select
            $made_of::varchar as fingerprint,
            $policy::varchar as policy,
            $release_id::varchar as previous_release_id,
            $as_of_date::date as previous_as_of_date,
            $previous_policy::varchar as previous_policy,
            $observed_from::date as previous_engagement_observed_from,
            $is_coverage_known::boolean as is_previous_coverage_known
        """,
        run,
    )
    _write(connection, "select * from run", path)
