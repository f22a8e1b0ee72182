"""A small warehouse without its machinery: raw files, the forgetting step, and the public models.

What a run of the whole takes a minute for, this does in a fraction of a second, on the same code.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from customer_status.environment.layout import World
from customer_status.erasure.comparison import Comparison
from customer_status.erasure.rules import without_erased
from customer_status.erasure.run import Forgotten, forget_people
from customer_status.feeds.layouts import FEEDS, SYSTEM_COLUMNS
from customer_status.settings.identifier_rules import hashed
from tests.models.compiled import ModelRun, compiled_project

Row = Mapping[str, object]
Rows = Mapping[str, Sequence[Row]]

WHO_IS_WHO = ("int_identifier__known", "int_identifier__resolved")
# By schema, what readers see that is made of rows; the others are calendars and lists of codes.
PUBLIC = {
    "dim_customer": "core",
    "fct_orders": "core",
    "fct_web_sessions": "core",
    "fct_crm_touches": "core",
    "fct_customer_day": "core",
    "fct_customer_status_history": "timeline",
    "mart_customer_status": "marts",
}

Tables = dict[str, list[dict[str, object]]]


class Models:
    """The models, compiled once: those that say who is who, and the public ones."""

    def __init__(self) -> None:
        self.people = ModelRun(compiled_project(WHO_IS_WHO[-1]), plans=False)
        self.public = ModelRun(compiled_project(*PUBLIC), plans=False)

    def close(self) -> None:
        self.people.close()
        self.public.close()


@dataclass(frozen=True)
class Room:
    """One world below ``folder``, with the seeds in force as rows."""

    folder: Path
    models: Models
    seeds: Rows

    @property
    def world(self) -> World:
        return World(self.folder, "landing")

    @property
    def comparison(self) -> Comparison:
        settings = {row["setting"]: row["value"] for row in self.seeds["settings"]}
        return Comparison(
            max_degree=int(str(settings["max_identifier_degree"])),
            placeholders=frozenset(
                str(row["placeholder"]).lower() for row in self.seeds["placeholder_identifiers"]
            ),
            rules={row["identifier"]: row["sharing"] for row in self._rules()},
        )

    def _rules(self) -> list[dict[str, str]]:
        """The rules on identifiers as the warehouse keeps them."""
        rules = [dict(row) for row in self.seeds.get("identifier_rules", ())]
        return without_erased(self.world, hashed(rules, source=self.folder))

    def accept(self, file_id: str, rows: Rows) -> None:
        """Leave rows in raw as ingest does: one file for each feed that has some."""
        for feed in FEEDS:
            for name in ("_schema", file_id):
                self._write(feed, name, rows.get(feed, ()) if name == file_id else ())

    def reject(self, feed: str, file_id: str, rows: Iterable[tuple[dict, list[str]]]) -> None:
        """Leave rows in quarantine: each as it came, with its reasons."""
        path = self.world.quarantine / feed / f"{file_id}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        values = [
            (f"{feed}/file.csv", number, reasons, json.dumps(original), file_id)
            for number, (original, reasons) in enumerate(rows, start=1)
        ]
        with duckdb.connect() as connection:
            connection.execute(
                "create table rejected (file_name varchar, row_number bigint, reasons varchar[],"
                " original varchar, _file_id varchar)"
            )
            connection.executemany("insert into rejected values ($1, $2, $3, $4, $5)", values)
            connection.execute(f"copy rejected to '{path}' (format parquet)")

    def forget(self) -> Forgotten | None:
        return forget_people(self.world, resolve=self._resolve, comparison=self.comparison)

    def tables(self) -> Tables:
        """The public models on what is in raw now, rows in the order of their values."""
        models = self._build(self.models.public, self.world.raw)
        found: Tables = {}
        for name, schema in PUBLIC.items():
            result = models.connection.execute(f"from compiled.{schema}.{name} order by all")
            columns = [column[0] for column in result.description]
            found[name] = [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
        return found

    def people(self) -> dict[str, str]:
        """customer_key of every identifier in raw."""
        models = self._build(self.models.people, self.world.raw)
        return dict(models.rows("from compiled.intermediate.int_identifier__resolved"))

    def raw(self, feed: str, columns: str = "*") -> list[tuple]:
        return self._read(self.world.raw / feed, columns)

    def quarantine(self, feed: str, columns: str = "*") -> list[tuple]:
        return self._read(self.world.quarantine / feed, columns)

    def _read(self, folder: Path, columns: str) -> list[tuple]:
        with duckdb.connect() as connection:
            query = f"select {columns} from read_parquet('{folder}/*.parquet') order by all"
            return connection.execute(query).fetchall()

    def _write(self, feed: str, file_id: str, rows: Sequence[Row]) -> None:
        path = self.world.raw / feed / f"{file_id}.parquet"
        if path.exists() or (not rows and file_id != "_schema"):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        types = {name: kind.value for name, kind in FEEDS[feed].items()}
        types |= dict.fromkeys(SYSTEM_COLUMNS, "VARCHAR")
        given = [{name: row.get(name) for name in types} | {"_file_id": file_id} for row in rows]
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'")
            columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
            connection.execute(f"create table rows ({columns})")
            values = f"select unnest(from_json(?, '{json.dumps([types])}'), recursive := true)"
            connection.execute(f"insert into rows {values}", [json.dumps(given, default=str)])
            connection.execute(f"copy rows to '{path}' (format parquet)")

    def _resolve(self, raw: Path) -> Path:
        models = self._build(self.models.people, raw)
        path = raw.parent / "identity.duckdb"
        models.connection.execute(f"attach '{path}' as kept")
        models.connection.execute("create schema kept.intermediate")
        for name in WHO_IS_WHO:
            models.connection.execute(
                f"create table kept.intermediate.{name} as from compiled.intermediate.{name}"
            )
        models.connection.execute("detach kept")
        return path

    def _build(self, models: ModelRun, raw: Path) -> ModelRun:
        models.load(raw, FEEDS)
        models.build_on_raw({**self.seeds, "identifier_rules": self._rules()})
        return models
