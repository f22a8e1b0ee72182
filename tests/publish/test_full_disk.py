"""A release that the disk has no room for is not published, and the last one stays."""

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb
import pytest

from customer_status.environment.disk import is_full
from customer_status.environment.layout import World
from customer_status.publish.publish import publish
from customer_status.report.facts import PublicTable, ReleaseFacts

# While the first table is copied, while the last one is, and while the report is written.
SIZES = (1_000, 100_000, 600_000)


@contextmanager
def files_up_to(size_bytes: int) -> Iterator[None]:
    """Let no file of this process grow beyond this."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size_bytes", SIZES)
def test_the_last_release_stays_and_the_next_one_comes(
    size_bytes: int,
    world: World,
    tables: tuple[PublicTable, ...],
    facts: Callable[..., ReleaseFacts],
) -> None:
    publish(world, tables=tables, facts=facts("old"))
    with files_up_to(size_bytes), pytest.raises((OSError, duckdb.Error)) as error:
        publish(world, tables=tables, facts=facts("new"))
    assert is_full(error.value)
    assert world.current.resolve().name == "old"
    publish(world, tables=tables, facts=facts("new"))
    assert world.current.resolve().name == "new"
    assert sorted(path.name for path in world.releases.iterdir()) == ["new", "old"]
    with duckdb.connect(str(world.current / "mart.duckdb"), read_only=True) as reader:
        count = reader.execute("select count(*) from mart_customer_status").fetchone()
    assert count == (3000,)
