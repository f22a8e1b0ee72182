"""The project's own SQL, compiled once by dbt, run on small worlds in memory.

A build through dbt takes seconds; thousands of worlds need milliseconds. What runs here is the text
that dbt would send, model by model in dbt's order, with the raw feeds and the seeds as tables.
"""

import fcntl
import hashlib
import json
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from graphlib import TopologicalSorter
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from customer_status.environment.layout import PROJECT_DIR
from customer_status.feeds.layouts import FEEDS

DATABASE = "compiled"
RAW = "/raw-rows"
# What dbt reads when it compiles, and where the results lie; a few states of the project are kept.
COMPILED_FROM = ("models", "macros", "seeds", "dbt_project.yml", "profiles.yml")
COMPILED = PROJECT_DIR / ".pytest_cache" / "compiled"
KEPT = 8
# Rows that are deleted take room in memory until their table is made new.
BUILDS_UNTIL_FRESH = 100


@dataclass(frozen=True)
class Model:
    """One dbt model: ``relation`` is its quoted name in the database, ``sql`` its select.

    Where a build of changes leaves other rows in place, ``keys`` are the columns that say which it
    replaces, and ``scope`` is the relation that has their values, if it is not the new rows; rows
    lie on the days that it names in the column ``day``.
    """

    name: str
    relation: str
    sql: str
    keys: tuple[str, ...] = ()
    scope: str | None = None
    day: str | None = None


@dataclass(frozen=True)
class Project:
    """Models in an order in which they can be built, and the column types of every seed."""

    models: tuple[Model, ...]
    seeds: dict[str, dict[str, str]]
    parents: dict[str, set[str]] = field(repr=False)

    def upstream_of(self, targets: Iterable[str]) -> "Project":
        """The targets and what they are built from; KeyError if there is no such model."""
        wanted, stack = set(), list(targets)
        while stack:
            name = stack.pop()
            if name not in wanted:
                wanted.add(name)
                stack.extend(self.parents[name])
        return replace(self, models=tuple(m for m in self.models if m.name in wanted))

    def with_sql(self, changes: Mapping[str, str]) -> "Project":
        """The same project with other text in some models."""
        models = tuple(replace(m, sql=changes.get(m.name, m.sql)) for m in self.models)
        return replace(self, models=models)


def compiled_project(*targets: str) -> Project:
    """The targets and all models that they need, or the whole project."""
    project = compile_project(PROJECT_DIR)
    return project.upstream_of(targets) if targets else project


@cache
def compile_project(project_dir: Path, *, only_changes: bool = False) -> Project:
    """Every model of a dbt project, as a build of everything or of changes runs it.

    Takes some seconds, once for each state of the project's files: the result is kept on disk.
    """
    kept = COMPILED / f"{_state(project_dir)}-{'changes' if only_changes else 'everything'}.pickle"
    with _alone(COMPILED):
        if not kept.exists():
            project = _compile(project_dir, only_changes=only_changes)
            fresh = kept.with_suffix(".new")
            fresh.write_bytes(pickle.dumps(project))
            fresh.replace(kept)
            _prune(COMPILED)
        return pickle.loads(kept.read_bytes())


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Of several test processes one compiles, and the others wait for it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _state(project_dir: Path) -> str:
    """Hash of all that dbt compiles, and of what makes a project of it here."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    digest.update("\n".join(FEEDS).encode())
    for name in COMPILED_FROM:
        root = project_dir / name
        for path in [root] if root.is_file() else sorted(root.rglob("*")):
            if path.is_file():
                digest.update(path.relative_to(project_dir).as_posix().encode() + b"\0")
                digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()[:32]


def _prune(folder: Path) -> None:
    newest_first = sorted(folder.glob("*.pickle"), key=lambda path: -path.stat().st_mtime_ns)
    for path in newest_first[KEPT:]:
        path.unlink()


def _compile(project_dir: Path, *, only_changes: bool) -> Project:
    with TemporaryDirectory() as folder:
        command = [Path(sys.executable).with_name("dbt"), "--quiet", "compile"]
        environment = {
            **os.environ,
            "STATUS_BUILD_DATABASE": f"{folder}/{DATABASE}.duckdb",
            "STATUS_ENVIRONMENT": "target",
            "STATUS_RAW": RAW,
            "STATUS_UPDATE": str(only_changes).lower(),
            "DBT_TARGET_PATH": folder,
            "DBT_LOG_PATH": folder,
        }
        subprocess.run(
            [*command, "--profiles-dir", "."], cwd=project_dir, env=environment, check=True
        )
        nodes = json.loads(Path(folder, "manifest.json").read_text(encoding="utf-8"))["nodes"]
    models = {key: node for key, node in nodes.items() if node["resource_type"] == "model"}
    parents = {
        node["name"]: {nodes[p]["name"] for p in node["depends_on"]["nodes"] if p in models}
        for node in models.values()
    }
    relations = {node["name"]: node["relation_name"] for node in models.values()}
    by_name = {
        node["name"]: Model(
            node["name"],
            node["relation_name"],
            _on_tables(node["compiled_code"]),
            tuple(node["config"]["unique_key"] or ()),
            relations.get(node["config"]["meta"].get("scope")),
            node["config"]["meta"].get("day"),
        )
        for node in models.values()
    }
    seeds = {
        node["name"]: node["config"]["column_types"]
        for node in nodes.values()
        if node["resource_type"] == "seed"
    }
    order = tuple(by_name[name] for name in TopologicalSorter(parents).static_order())
    return Project(order, seeds, parents)


def _on_tables(sql: str) -> str:
    """Raw feeds are read from files; here they are tables."""
    for feed in FEEDS:
        reading = rf"read_parquet\('{RAW}/{feed}/\*\.parquet'[^)]*\)"
        sql = re.sub(reading, f"{DATABASE}.raw.{feed}", sql)
    return sql


class ModelRun:
    """An in-memory database in which the models are built again and again.

    ``plans`` False skips the optimizer: on a few dozen rows, planning is what takes the time.
    """

    def __init__(self, project: Project, *, plans: bool = True) -> None:
        self.project = project
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute("set timezone = 'UTC'")
        if not plans:
            self.connection.execute("pragma disable_optimizer")
        self.connection.execute(f"attach ':memory:' as {DATABASE}")
        schemas = {model.relation.split(".")[1] for model in project.models}
        for schema in sorted({*schemas, '"raw"', '"seeds"'}):
            self.connection.execute(f"create schema {DATABASE}.{schema}")
        self._filled: dict[str, str] = {}
        self._tables: dict[str, list[tuple]] = {}
        self._described: dict[str, list[tuple]] = {}
        self._planned: dict[tuple[str, str], str] = {}
        self._builds, self._numbers = 0, count()

    def build(self, rows: Mapping[str, list[dict[str, object]]]) -> None:
        """Build every model from these rows of feeds and seeds; tables not named stay empty."""
        for feed, layout in FEEDS.items():
            types = {name: kind.value for name, kind in layout.items()} | {"_file_id": "VARCHAR"}
            self._fill(f"{DATABASE}.raw.{feed}", types, rows.get(feed, []))
        self.build_on_raw(rows)

    def build_on_raw(self, rows: Mapping[str, list[dict[str, object]]]) -> None:
        """The same with these rows of seeds, on the raw tables as they stand."""
        self._builds += 1
        if self._builds % BUILDS_UNTIL_FRESH == 0:
            self._tables.clear()
            self._planned.clear()
        for seed, types in self.project.seeds.items():
            self._fill(f"{DATABASE}.seeds.{seed}", types, rows.get(seed, []))
        for model in self.project.models:
            self._make(model)

    def _make(self, model: Model) -> None:
        self._put(model.relation, model.sql)

    def _put(self, table: str, query: str) -> None:
        """Fill a table with the rows of a query, which is planned once and then only executed.

        That holds as long as no table of the database is created or dropped in between. A query
        on its own table needs the rows that lie there, and so makes a new table each time.
        """
        if not self._has_room(table, query) or table in query:
            self.connection.execute(f"create or replace table {table} as {query}")
            self._tables[table] = self._columns(query)
            return
        self.connection.execute(f"delete from {table}")
        name = self._planned.get((table, query))
        if name is None:
            name = f"query_{next(self._numbers)}"
            self.connection.execute(f"prepare {name} as insert into {table} by name {query}")
            self._planned[table, query] = name
        self.connection.execute(f"execute {name}")

    def _has_room(self, table: str, query: str) -> bool:
        """Whether the table is there and has the columns of the query."""
        return table in self._tables and self._tables[table] == self._columns(query)

    def _columns(self, query: str) -> list[tuple]:
        """Names and types of a query's columns; a model's query has the same at any time."""
        if query not in self._described:
            found = self.rows(f"select column_name, column_type from (describe {query})")
            self._described[query] = found
        return self._described[query]

    def replace_rows(self, table: str, query: str) -> None:
        """Fill a table with the rows of a query that is asked once; columns go by their names."""
        if table in self._tables:
            self.connection.execute(f"delete from {table}")
            self.connection.execute(f"insert into {table} by name {query}")
        else:
            self.connection.execute(f"create or replace table {table} as {query}")
            self._tables[table] = []

    def load(self, raw: Path, feeds: Iterable[str], *, only: str = "true") -> None:
        """Fill the tables of raw feeds from a warehouse; ``only`` is a condition on their rows."""
        for feed in feeds:
            query = f"from read_parquet('{raw / feed}/*.parquet') where {only}"
            self.replace_rows(f"{DATABASE}.raw.{feed}", query)

    def _fill(self, table: str, types: dict[str, str], rows: list[dict[str, object]]) -> None:
        # One text for all rows: a placeholder for each value takes five times as long.
        text = json.dumps([{name: row.get(name) for name in types} for row in rows], default=str)
        if self._filled.get(table) == text:
            return
        if table in self._filled:
            self.connection.execute(f"delete from {table}")
        else:
            columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
            self.connection.execute(f"create or replace table {table} ({columns})")
        values = f"select unnest(from_json(?, '{json.dumps([types])}'), recursive := true)"
        self.connection.execute(f"insert into {table} {values}", [text])
        self._filled[table] = text

    def rows(self, sql: str) -> list[tuple]:
        return self.connection.execute(sql).fetchall()

    def close(self) -> None:
        self.connection.close()
