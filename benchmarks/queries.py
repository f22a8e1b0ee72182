"""How long a reader waits for the current release: one customer, counts, and as-of questions.

``python -m benchmarks.queries --size S``. Cold: a new connection, the file out of the page cache.
Warm: the median of the same query, asked again on an open connection for other customers and days.
"""

import os
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import click
import duckdb

from benchmarks.measuring import Row, show
from benchmarks.sizes import benchmark_options, warehouse, words

ASKED = 30
COLD = 5
QUESTIONS = {
    "one customer: the status": (
        "select * from mart_customer_status where customer_key = $customer"
    ),
    "one customer: all intervals": (
        "select * from fct_customer_status_history where customer_key = $customer"
    ),
    "one customer: the status on a day": (
        "select status, sub_status from fct_customer_status_history "
        "where customer_key = $customer and valid_from <= $day "
        "and (valid_to is null or valid_to > $day)"
    ),
    "one customer: all orders": "select * from fct_orders where customer_key = $customer",
    "counts by status": "select status, count(*) from mart_customer_status group by status",
    "counts by status on a day, from intervals": (
        "select status, count(*) from fct_customer_status_history "
        "where valid_from <= $day and (valid_to is null or valid_to > $day) group by status"
    ),
    "counts by status on a day, from the daily table": (
        "select status, closing_customers from agg_customer_status_daily where status_date = $day"
    ),
    "revenue by status and month": (
        "select date_trunc('month', status_date) as month, status, sum(net_revenue) "
        "from agg_customer_status_daily group by all"
    ),
}


def forget(file: Path) -> None:
    """Ask the kernel to drop the file from the page cache."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)


def parameters(mart: Path) -> list[dict[str, object]]:
    """Customers and days spread evenly over the release."""
    with duckdb.connect(str(mart), read_only=True) as release:
        found = release.execute(
            f"""
            with picked as (
                select customer_key, row_number() over (order by md5(customer_key)) as number
                from mart_customer_status
            )
            select customer_key, (
                select min(status_date) + (number * 7 % (max(status_date) - min(status_date)))::int
                from agg_customer_status_daily
            )
            from picked where number <= {ASKED}
            """
        ).fetchall()
    return [{"customer": customer, "day": day} for customer, day in found]


def milliseconds(
    release: duckdb.DuckDBPyConnection, question: str, asked: dict[str, object]
) -> float:
    """From sending the query to holding its rows."""
    given = {name: value for name, value in asked.items() if f"${name}" in question}
    started = time.perf_counter()
    release.execute(question, given).fetchall()
    return (time.perf_counter() - started) * 1e3


def ask(mart: Path) -> Iterator[Row]:
    """Every question, cold and warm."""
    asked = parameters(mart)
    for what, question in QUESTIONS.items():
        cold = []
        for one in asked[:COLD]:
            forget(mart)
            started = time.perf_counter()
            with duckdb.connect(str(mart), read_only=True) as release:
                connected = (time.perf_counter() - started) * 1e3
                cold.append(connected + milliseconds(release, question, one))
        with duckdb.connect(str(mart), read_only=True) as release:
            milliseconds(release, question, asked[0])
            warm = [milliseconds(release, question, one) for one in asked]
        figures = {
            "cold_ms": statistics.median(cold),
            "warm_ms": statistics.median(warm),
            "warm_worst_ms": max(warm),
        }
        yield Row(what, figures)


@click.command()
@benchmark_options
@click.option("--mart", type=click.Path(path_type=Path), help="A release's mart.duckdb instead.")
def main(*, size: str, folder: Path, as_json: Path | None, mart: Path | None) -> None:
    """Ask the current release, cold and warm; cold includes opening the file."""
    title = f"Queries of {mart}." if mart else f"Queries, {words(size)}."
    mart = mart or warehouse(size, folder).current / "mart.duckdb"
    show(f"{title} {mart.stat().st_size / 1e6:,.0f} MB.", list(ask(mart)), as_json=as_json)


if __name__ == "__main__":
    main()
