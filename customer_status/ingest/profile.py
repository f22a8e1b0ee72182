"""Counts of a feed's newest days, from raw: what the drift rules look at.

Nothing is kept between runs: files whose rows are all older are skipped by the statistics in
them, and what a person asks to be forgotten leaves no trace here.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from customer_status.engine import Engine, literal
from customer_status.environment.layout import World
from customer_status.feeds.layouts import FEEDS
from expectations.drift import Profile, Watch, days_needed

# A value that fewer rows of a day have than this cannot make a warning; a free text has many.
LEAST_SHARE = 0.05
# A row that was told later than this was told before, in a version that did not come.
LATE_DAYS = 14

DAY = timedelta(days=1)
Spans = Sequence[tuple[date, date]]


def newest_profiles(feed: str, watch: Watch, *, world: World, timezone: str) -> dict[date, Profile]:
    """Profiles by day (in ``timezone``) of the feed's newest days and the weeks before them."""
    with Engine(temp_directory=world.staged / "spill", timezone=timezone) as engine:
        files = f"{literal(str(world.raw / feed / '*.parquet'))}, union_by_name = true"
        newest = engine.rows(
            f"select cast(max({watch.happened_at}) as date) from read_parquet({files}) "
            f"where {watch.steady}"
        )[0][0]
        if newest is None:
            return {}
        _load(engine, feed, watch, files=files, spans=days_needed(newest))
        profiles = _totals(engine, feed, watch)
        for column, expression in watch.categories.items():
            _add_categories(engine, column, expression, profiles)
    return profiles


def _load(engine: Engine, feed: str, watch: Watch, *, files: str, spans: Spans) -> None:
    """Table ``newest``: one row per thing, as it was first told, and its day.

    The newest days may not be over, and some of their rows come late. So of a day so many weeks
    ago only those rows stay that were told so many weeks before the newest one.
    """
    columns = ", ".join(FEEDS[feed])
    day = f"cast({watch.happened_at} as date)"
    within = " or ".join(f"{day} between date '{first}' and date '{last}'" for first, last in spans)
    # Files know from when to when their rows are: by that they are skipped. A day more on both
    # sides takes in every time zone.
    near = " or ".join(
        f"{watch.happened_at} between timestamptz '{first - DAY}' "
        f"and timestamptz '{last + 2 * DAY}'"
        for first, last in spans
    )
    engine.connection.execute(
        f"""
        create temp table newest as
        with first_told as (
            select {columns}, {day} as day, {watch.happened_at} as happened_at,
                {watch.version} as version
            from read_parquet({files})
            where ({near}) and ({within}) and {watch.steady}
            qualify row_number() over (partition by {watch.key} order by {watch.version}) = 1
        ),
        told as (
            select *, case when version - happened_at between interval 0 days
                and interval {LATE_DAYS} days then version else happened_at end as told_at
            from first_told
        )
        select told.*
        from told, (select max(day) as last_day, max(told_at) as last_told from told) as newest
        where told_at <= last_told - to_days(7 * ((last_day - day) // 7)::integer)
        """
    )


def _totals(engine: Engine, feed: str, watch: Watch) -> dict[date, Profile]:
    columns = list(FEEDS[feed])
    nulls = ", ".join(f"count(*) - count({column})" for column in columns)
    logs = "".join(
        f", count(*) filter ({column} > 0), sum(ln({column})) filter ({column} > 0), "
        f"sum(ln({column}) ** 2) filter ({column} > 0)"
        for column in watch.amounts
    )
    rows = engine.rows(f"select day, count(*), {nulls}{logs} from newest group by day")
    return {
        day: Profile(
            rows=count,
            nulls=dict(zip(columns, counts, strict=False)),
            amounts=_amounts(watch, counts[len(columns) :]),
        )
        for day, count, *counts in rows
    }


def _amounts(watch: Watch, sums: list[float | None]) -> dict[str, tuple[int, float, float]]:
    return {
        column: (int(sums[3 * i] or 0), float(sums[3 * i + 1] or 0), float(sums[3 * i + 2] or 0))
        for i, column in enumerate(watch.amounts)
    }


def _add_categories(
    engine: Engine, column: str, expression: str, profiles: dict[date, Profile]
) -> None:
    rows = engine.rows(
        f"select day, {expression} as category, count(*) as count from newest "
        f"where {column} is not null group by day, {expression} "
        f"qualify count >= {LEAST_SHARE} * sum(count) over (partition by day)"
    )
    for day, category, count in rows:
        profiles[day].categories.setdefault(column, {})[category] = count
