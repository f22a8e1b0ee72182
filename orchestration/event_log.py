"""Dagster's own event log in SQLite, with its connections kept open.

Dagster opens a database anew for each of the thousand events of a run, and waits for the disk each
time: a tenth of a small run's time. The files are the same; Dagster's own class reads them.

Runs from the command line use it. `dagster.yaml` does not name it: every process of Dagster, from
whichever folder somebody starts it, would then have to find this module.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import sqlalchemy
from dagster._core.instance import InstanceRef
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy.pool import StaticPool

# The index and the run that is going on; the UI looks at a few runs at a time.
KEPT_OPEN = 8
PATIENCE_SECONDS = 60


def instance_with_open_log() -> dg.DagsterInstance:
    """The instance in DAGSTER_HOME, but for the event log, which is a `KeptOpenEventLog`."""
    home = os.environ["DAGSTER_HOME"]
    storage = {
        "module": KeptOpenEventLog.__module__,
        "class": KeptOpenEventLog.__name__,
        "config": {"base_dir": str(Path(home) / "history" / "runs")},
    }
    reference = InstanceRef.from_dir(home, overrides={"event_log_storage": storage})
    return dg.DagsterInstance.from_ref(reference)


class KeptOpenEventLog(SqliteEventLogStorage):
    """Stores and reads as its parent does; one connection for each database, the latest kept."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, sqlalchemy.Engine] = {}
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "KeptOpenEventLog":
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sqlalchemy.Connection]:
        # The parent's lock: one thread at a time uses a connection.
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection

    def _engine(self, shard: str) -> sqlalchemy.Engine:
        engine = self._engines.pop(shard, None) or self._open(shard)
        self._engines[shard] = engine
        if len(self._engines) > KEPT_OPEN:
            self._engines.pop(next(iter(self._engines))).dispose()
        return engine

    def _open(self, shard: str) -> sqlalchemy.Engine:
        engine = sqlalchemy.create_engine(
            self.conn_string_for_shard(shard),
            poolclass=StaticPool,
            connect_args={"timeout": PATIENCE_SECONDS, "check_same_thread": False},
        )

        @sqlalchemy.event.listens_for(engine, "connect")
        def trust_the_system(connection: Any, _: object) -> None:
            # With a write-ahead log a crash of the machine loses events at most, never the file.
            connection.execute("pragma synchronous = normal")

        return engine
