"""Who hangs together is what a library for graphs says, whatever the shape of the graph."""

import random
import time
from collections.abc import Callable, Iterable, Iterator
from types import SimpleNamespace

import duckdb
import pytest
from jinja2 import Environment, FileSystemLoader

from customer_status.environment.layout import PROJECT_DIR

Link = tuple[int, int]

# These take a second; where every link of a chain is a step of its own, the longest takes forty.
PATIENCE_SECONDS = 15.0


def chain(length: int) -> list[Link]:
    return [(node, node + 1) for node in range(length - 1)]


def shuffled(links: Iterable[Link], seed: int) -> list[Link]:
    """The same graph with other numbers for its nodes, its links in another order and direction."""
    choices = random.Random(seed)
    links = list(links)
    nodes = sorted({node for link in links for node in link})
    names = dict(zip(nodes, choices.sample(range(10 * len(nodes)), len(nodes)), strict=True))
    turned = [(names[a], names[b])[:: choices.choice((1, -1))] for a, b in links]
    choices.shuffle(turned)
    return turned


def sparse(nodes: int, links: int) -> list[Link]:
    choices = random.Random(nodes)
    return [(choices.randrange(nodes), choices.randrange(nodes)) for _ in range(links)]


def caterpillar(length: int) -> list[Link]:
    """A chain whose every link has leaves of its own, more of them the further along it lies."""
    leaves = [
        (node, length + node * length + leaf) for node in range(length) for leaf in range(node)
    ]
    return [*chain(length), *leaves]


SHAPES: dict[str, Callable[[], list[Link]]] = {
    "nothing": list,
    "only itself": lambda: [(1, 1)],
    "twice the same": lambda: [(1, 2), (2, 1), (1, 2), (3, 3)],
    "pairs": lambda: [(2 * n, 2 * n + 1) for n in range(5_000)],
    "a star": lambda: [(0, n) for n in range(1, 20_000)],
    "stars in a chain": lambda: [(n // 100, n) for n in range(1, 10_000)],
    "a clique": lambda: [(a, b) for a in range(100) for b in range(a)],
    "a caterpillar": lambda: caterpillar(100),
    "a chain in order": lambda: chain(20_000),
    "a chain in no order": lambda: shuffled(chain(20_000), 1),
    "a ring": lambda: [*chain(2_000), (1_999, 0)],
    "random, at the brink": lambda: sparse(10_000, 5_500),
    "random, one giant": lambda: sparse(10_000, 20_000),
}
LARGE_SHAPES = {
    "many pairs": lambda: [(2 * n, 2 * n + 1) for n in range(100_000)],
    "a large star": lambda: [(0, n) for n in range(1, 100_000)],
    "a large clique": lambda: [(a, b) for a in range(500) for b in range(a)],
    "a long chain": lambda: shuffled(chain(100_000), 1),
    "large, sparse": lambda: sparse(100_000, 40_000),
    "large, at the brink": lambda: sparse(100_000, 55_000),
    "large, one giant": lambda: sparse(100_000, 200_000),
}


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 2}) as connection:
        yield connection


@pytest.fixture(scope="module", params=["duckdb", "default"])
def query(request: pytest.FixtureRequest) -> str:
    """The SQL of each form of the macro, over a table named links."""
    loader = FileSystemLoader(PROJECT_DIR / "macros" / "engine")
    environment = Environment(loader=loader, extensions=["jinja2.ext.do"])
    environment.globals["return"] = lambda text: text
    template = environment.get_template("graph.sql")
    environment.globals["adapter"] = SimpleNamespace(
        dispatch=lambda name: getattr(template.module, f"duckdb__{name}")
    )
    return getattr(template.module, f"{request.param}__connected_components")("links")


def found(connection: duckdb.DuckDBPyConnection, query: str, links: list[Link]) -> set[frozenset]:
    """The components of more than one node, as sets of nodes."""
    connection.execute("create or replace table links (one_node bigint, other_node bigint)")
    if links:
        ones, others = (list(ends) for ends in zip(*links, strict=True))
        connection.execute("insert into links select unnest(?), unnest(?)", [ones, others])
    started = time.monotonic()
    connection.execute(f"create or replace table answer as {query}")
    assert time.monotonic() - started < PATIENCE_SECONDS
    repeated = "select count(*) - count(distinct node) from answer"
    assert connection.execute(repeated).fetchone() == (0,)
    groups = connection.execute("select list(node) from answer group by component").fetchall()
    return {frozenset(nodes) for (nodes,) in groups}


def expected(links: list[Link]) -> set[frozenset]:
    import networkx

    graph = networkx.Graph(links)
    return {frozenset(nodes) for nodes in networkx.connected_components(graph) if len(nodes) > 1}


@pytest.mark.parametrize("shape", SHAPES)
def test_components_are_those_of_the_graph(
    connection: duckdb.DuckDBPyConnection, query: str, shape: str
) -> None:
    links = SHAPES[shape]()
    assert found(connection, query, links) == expected(links)


@pytest.mark.slow
@pytest.mark.parametrize("shape", LARGE_SHAPES)
def test_components_are_those_of_a_large_graph(
    connection: duckdb.DuckDBPyConnection, query: str, shape: str
) -> None:
    links = LARGE_SHAPES[shape]()
    assert found(connection, query, links) == expected(links)


def test_components_of_small_random_graphs(
    connection: duckdb.DuckDBPyConnection, query: str, number_of_worlds: int
) -> None:
    for seed in range(number_of_worlds // 20):
        choices = random.Random(seed)
        nodes = choices.randint(1, 30)
        count = choices.randint(0, 40)
        links = [(choices.randrange(nodes), choices.randrange(nodes)) for _ in range(count)]
        assert found(connection, query, links) == expected(links), f"graph of seed {seed}"
