"""The figures of the report, read from a release's own tables; nothing here names a customer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple, TypeVar

import duckdb

Row = TypeVar("Row")

STATUSES = ("captive", "active", "passive", "inactive")
FORECAST_DAYS = 90
SOON_DAYS = 30
# Five years of month ends: more bars than that can no longer be told apart on a page.
HISTORY_MONTHS = 60


class StatusTotal(NamedTuple):
    status: str
    customers: int
    at_risk: int
    revenue_365d: Decimal | float | None
    orders_365d: int | None


class SubStatusTotal(NamedTuple):
    status: str
    sub_status: str
    customers: int
    revenue_365d: Decimal | float | None


class MonthTotal(NamedTuple):
    """Customers of one status at the end of ``day``: a month end, or the as-of date itself."""

    day: date
    status: str
    customers: int


class WeekTotal(NamedTuple):
    """Customers who leave ``status`` in the week that starts on ``week``, if nothing happens."""

    week: date
    status: str
    next_status: str
    customers: int


class TransitionTotal(NamedTuple):
    status: str
    next_status: str
    within_30_days: int
    within_90_days: int


class CauseTotal(NamedTuple):
    change_cause: str
    status: str
    customers: int


class TableTotal(NamedTuple):
    name: str
    rows: int
    description: str


@dataclass(frozen=True)
class Figures:
    """Everything the report counts. ``statuses`` has every status once, in fixed order."""

    statuses: list[StatusTotal]
    sub_statuses: list[SubStatusTotal]
    months: list[MonthTotal]
    weeks: list[WeekTotal]
    transitions: list[TransitionTotal]
    causes: list[CauseTotal]
    tables: list[TableTotal]

    @property
    def customers(self) -> int:
        return sum(row.customers for row in self.statuses)

    @property
    def at_risk(self) -> int:
        return sum(row.at_risk for row in self.statuses)

    @property
    def changing_soon(self) -> int:
        return sum(row.within_30_days for row in self.transitions)

    @property
    def revenue_365d(self) -> Decimal | float | None:
        known = [row.revenue_365d for row in self.statuses if row.revenue_365d is not None]
        return sum(known) if known else None


def read_figures(release_database: Path, as_of_date: date) -> Figures:
    """Query the marts of a release; every list may be empty but ``statuses``."""
    with duckdb.connect(str(release_database), read_only=True) as connection:
        return Figures(
            statuses=_statuses(connection),
            sub_statuses=_rows(connection, SubStatusTotal, _SUB_STATUSES),
            months=_months(connection, as_of_date),
            weeks=_rows(connection, WeekTotal, _WEEKS, day=as_of_date, days=FORECAST_DAYS),
            transitions=_rows(
                connection,
                TransitionTotal,
                _TRANSITIONS,
                day=as_of_date,
                soon=SOON_DAYS,
                days=FORECAST_DAYS,
            ),
            causes=_rows(connection, CauseTotal, _CAUSES, day=as_of_date, days=SOON_DAYS),
            tables=_tables(connection),
        )


def _rows(
    connection: duckdb.DuckDBPyConnection, row: Callable[..., Row], query: str, **parameters: object
) -> list[Row]:
    return [row(*values) for values in connection.execute(query, parameters).fetchall()]


def _statuses(connection: duckdb.DuckDBPyConnection) -> list[StatusTotal]:
    found = {row.status: row for row in _rows(connection, StatusTotal, _STATUSES)}
    return [found.get(status, StatusTotal(status, 0, 0, None, None)) for status in STATUSES]


def _months(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> list[MonthTotal]:
    totals = _rows(connection, MonthTotal, _MONTHS, day=as_of_date)
    days = sorted({row.day for row in totals})[-HISTORY_MONTHS:]
    return [row for row in totals if row.day in set(days)]


def _tables(connection: duckdb.DuckDBPyConnection) -> list[TableTotal]:
    tables = connection.execute(_TABLES).fetchall()
    totals = []
    for name, comment in tables:
        [(rows,)] = connection.execute(f'select count(*) from "{name}"').fetchall()
        totals.append(TableTotal(name, rows, comment or ""))
    return totals


_STATUSES = """
    select
        status, count(*), count(*) filter (where is_at_risk), sum(revenue_365d), sum(orders_365d),
    from mart_customer_status
    group by status
"""

_SUB_STATUSES = """
    select status, sub_status, count(*) as customers, sum(revenue_365d)
    from mart_customer_status
    group by status, sub_status
    order by customers desc, sub_status
"""

# An interval adds one customer from the first month end on or after its start, and takes one away
# from the first month end on or after its (exclusive) end. A running sum over the months then
# counts every month end in one pass, however long the history is. An end after the as-of date is
# forecast, not history.
_MONTHS = """
    with
        changes as (
            select date_trunc('month', valid_from) as month, status, count(*) as change
            from fct_customer_status_history
            where valid_from <= $day
            group by all
            union all
            select date_trunc('month', valid_to), status, -count(*)
            from fct_customer_status_history
            where valid_to <= $day
            group by all
        ),

        months as (
            select unnest(
                generate_series(min(month), date_trunc('month', $day::date), interval 1 month)
            ) as month
            from changes
        ),

        grid as (
            select months.month, statuses.status
            from months
            cross join (select distinct status from changes) as statuses
        ),

        monthly as (
            select grid.month, grid.status, coalesce(sum(changes.change), 0) as change
            from grid
            left join changes using (month, status)
            group by all
        )

    select
        least(last_day(month::date), $day::date),
        status,
        (sum(change) over (partition by status order by month))::bigint,
    from monthly
    order by month, status
"""

_WEEKS = """
    select
        $day::date + 1 + 7 * ((next_status_date - $day::date - 1) // 7)::integer as week,
        status,
        next_status,
        count(*),
    from mart_customer_status
    where next_status_date > $day and next_status_date <= $day::date + $days::integer
    group by all
    order by all
"""

_TRANSITIONS = """
    select
        status,
        next_status,
        count(*) filter (where next_status_date <= $day::date + $soon::integer),
        count(*) as within_90_days,
    from mart_customer_status
    where next_status_date > $day and next_status_date <= $day::date + $days::integer
    group by all
    order by within_90_days desc, status, next_status
"""

_CAUSES = """
    select coalesce(change_cause, 'unknown'), status, count(*)
    from mart_customer_status
    where status_since > $day::date - $days::integer
    group by all
    order by all
"""

_TABLES = """
    select table_name, comment
    from duckdb_tables()
    where database_name = current_database() and schema_name = 'main'
    order by table_name
"""
