"""Shows which rows a failed data test is about: their keys, and nothing that may be personal.

dbt counts failing rows and names none. Once dbt has ended, up to ten of them are looked up in the
build and kept in ``failing_rows/<run>/<test>.csv``. Columns are shown that an allow-list knows:
keys of customers and ids of public facts, statuses, days, numbers. In records that outlive an
erasure (Dagster's, a terminal's, an alert) a customer key is cut short; the files go when somebody
is erased.
"""

import csv
import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from customer_status.environment.layout import World
from customer_status.environment.masking import masked
from customer_status.publish.manifest import primary_keys

MOST_ROWS = 10
RUNS_KEPT = 30
FAILED = ("fail", "warn")

_IDS = "order session touch line product file release store campaign offer thread"
_SHOWN_TEXTS = {f"{name}_id" for name in _IDS.split()} | {
    *("status", "sub_status", "change_cause", "state", "direction", "feed"),
    *("order_type", "touch_type", "currency", "kind", "rule", "setting", "source_feed"),
}
_SHOWN_ENDINGS = ("_key", "_status")
_SHOWN_TYPES = re.compile(
    r"(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL|DOUBLE|FLOAT|BOOLEAN|DATE|TIMESTAMP)\b"
)
_PERSONAL = {"birth_date"}
_KEY_DIGITS, _KEY_DIGITS_SHOWN = 32, 8
_LONGEST_VALUE = 60


@dataclass(frozen=True)
class FailedTest:
    """A data test that failed or warned in dbt's last command.

    ``model`` is what it looks at; empty if it looks at several. ``rows`` are up to ten of its
    ``failures`` by column name, without columns that are not shown.
    """

    name: str
    description: str
    model: str
    status: str
    failures: int
    rows: tuple[Mapping[str, str], ...] = ()
    file: Path | None = None

    def lines(self) -> list[str]:
        """What a person reads: what failed and, below, its rows."""
        rows = "row" if self.failures == 1 else "rows"
        place = f" of {self.model}" if self.model else ""
        promise = f"; expected: {self.description}" if self.description else ""
        rest = f" Rows: {self.file}" if self.file else ""
        head = f"test {self.name}: {self.failures:,} failing {rows}{place}{promise}{rest}"
        return [head, *(f"  {row}" for row in self.rows_in_short())]

    def rows_in_short(self) -> list[str]:
        """Each row in one line, customer keys cut short."""
        return [
            ", ".join(f"{name}={value}" for name, value in in_short(row).items())
            for row in self.rows
        ]


def in_short(row: Mapping[str, str]) -> dict[str, str]:
    """A row for records that stay: enough of a customer key to find it, not to recognise it by."""
    return {
        name: f"{value[:_KEY_DIGITS_SHOWN]}..."
        if name.endswith("customer_key") and len(value) == _KEY_DIGITS
        else value
        for name, value in row.items()
    }


def look_up(world: World, *, run_id: str, now: datetime) -> list[FailedTest]:
    """Look up the rows of the tests that failed in dbt's last command, and keep them.

    dbt has ended, so nobody writes the build. A test whose rows cannot be read is told without.
    """
    failed = []
    for result, node in _failed_results(world):
        test = _described(result, node)
        try:
            rows = _rows(world, result, node)
        except (duckdb.Error, OSError, KeyError):
            rows = []
        file = _keep(world, test.name, rows, run_id=run_id, now=now) if rows else None
        failed.append(replace(test, rows=tuple(rows), file=file))
    return failed


def failed_tests(world: World, *, run_id: str = "") -> list[FailedTest]:
    """The tests that failed in dbt's last command, with the rows that the run has looked up."""
    folder = _known_folder(world, run_id) if run_id else None
    failed = []
    for result, node in _failed_results(world):
        test = _described(result, node)
        file = folder / f"{test.name}.csv" if folder else None
        if file and file.exists():
            with file.open(encoding="utf-8", newline="") as text:
                test = replace(test, rows=tuple(csv.DictReader(text)), file=file)
        failed.append(test)
    return failed


def _failed_results(world: World) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Results of data tests that did not pass, each with its node in the manifest (or nothing)."""
    results = _read(world.target / "run_results.json").get("results", ())
    failed = [
        result
        for result in results
        if result["status"] in FAILED and result["unique_id"].startswith("test.")
    ]
    nodes = _read(world.target / "manifest.json").get("nodes", {}) if failed else {}
    for result in failed:
        yield result, nodes.get(result["unique_id"], {})


def _read(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _described(result: Mapping[str, Any], node: Mapping[str, Any]) -> FailedTest:
    looked_at = node.get("attached_node") or _only(node.get("depends_on", {}).get("nodes", ()))
    return FailedTest(
        name=result["unique_id"].split(".")[2],
        description=" ".join((node.get("description") or "").split()),
        model=looked_at.split(".")[-1],
        status=result["status"],
        failures=result.get("failures") or 0,
    )


def _only(nodes: Sequence[str]) -> str:
    return nodes[0] if len(nodes) == 1 else ""


def _rows(world: World, result: Mapping[str, Any], node: Mapping[str, Any]) -> list[dict[str, str]]:
    compiled = result["compiled_code"].strip().rstrip(";")
    with duckdb.connect(str(world.build_database), read_only=True) as connection:
        query = _with_keys(connection, world, compiled, node) or f"from ({compiled})"
        relation = connection.sql(query)
        shown = [
            name
            for name, kind in zip(relation.columns, relation.types, strict=True)
            if _is_shown(name, str(kind))
        ]
        if not shown:
            return []
        columns = ", ".join(f'"{name}"' for name in shown)
        found = connection.execute(
            f"select {columns} from ({query}) order by all limit {MOST_ROWS}"
        ).fetchall()
    return [dict(zip(shown, map(_text, row), strict=True)) for row in found]


def _with_keys(
    connection: duckdb.DuckDBPyConnection,
    world: World,
    compiled: str,
    node: Mapping[str, Any],
) -> str | None:
    """A test of one column selects its values only: the query of the rows that hold them."""
    column, manifest = node.get("column_name"), _read(world.target / "manifest.json")
    attached = node.get("attached_node") or ""
    tested = manifest.get("nodes", {}).get(attached, {})
    keys = primary_keys(manifest.get("nodes", {})).get(attached, ())
    if not column or not keys or not tested:
        return None
    failing = connection.sql(f"from ({compiled})").columns[0]
    columns = ", ".join(f'tested."{name}"' for name in dict.fromkeys([*keys, column]))
    return (
        f'select {columns} from "{tested["schema"]}"."{tested["name"]}" as tested '
        f'where exists (from ({compiled}) as failing where failing."{failing}" '
        f'is not distinct from tested."{column}")'
    )


def _is_shown(name: str, kind: str) -> bool:
    if name in _PERSONAL:
        return False
    is_known_text = name in _SHOWN_TEXTS or name.endswith(_SHOWN_ENDINGS)
    return is_known_text or bool(_SHOWN_TYPES.match(kind))


def _text(value: object) -> str:
    if value is None:
        return "null"
    text = masked(str(value)).encode("unicode_escape").decode("ascii")
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "..."


def _keep(
    world: World, test: str, rows: Sequence[Mapping[str, str]], *, run_id: str, now: datetime
) -> Path:
    stamp = now.astimezone(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    folder = _known_folder(world, run_id) or world.failing_rows / f"{stamp}-{run_id[:8]}"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{test}.csv"
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    for old in sorted(world.failing_rows.iterdir())[:-RUNS_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return path


def _known_folder(world: World, run_id: str) -> Path | None:
    return next(iter(sorted(world.failing_rows.glob(f"*-{run_id[:8]}"))), None)
