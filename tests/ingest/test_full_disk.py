"""A disk that has no room for a file's rows is no fault of the file."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from customer_status.environment.disk import is_full
from tests.ingest.shop import Shop

ROWS = """
    select
        'order' || range as order_id, '2026-01-05 10:00:00+00' as ordered_at,
        'paid' as order_status, 'EUR' as currency,
        cast(hash(range) % 1000 as decimal(18, 2)) as gross_amount,
        md5(range::varchar) as coupon_code
    from range(5000)
"""


@contextmanager
def files_up_to(size_bytes: int) -> Iterator[None]:
    """Let no file of this process grow beyond this."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def land(shop: Shop, kind: str) -> None:
    parquet = shop.land_parquet("orders/a.parquet", ROWS)
    if kind == "parquet":
        return
    with duckdb.connect() as connection:
        csv = Path(shop.landing / "orders/a.csv")
        connection.execute(f"copy (from '{parquet}') to '{csv}' (format csv)")
    parquet.unlink()


@pytest.mark.parametrize("kind", ["parquet", "csv"])
@pytest.mark.parametrize("size_bytes", [100, 20_000])
def test_the_run_stops_and_the_file_is_taken_in_later(
    shop: Shop, kind: str, size_bytes: int
) -> None:
    land(shop, kind)
    with files_up_to(size_bytes), pytest.raises((OSError, duckdb.Error)) as error:
        shop.ingest()
    assert is_full(error.value)
    (receipt,) = shop.ingest().receipts
    assert (receipt.state, receipt.rows_accepted) == ("accepted", 5000)
