"""Readers see a whole release or none; whoever dies, the last one stays."""

import json
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from customer_status.environment.errors import UserError
from customer_status.environment.layout import World
from customer_status.publish import mart as mart_module
from customer_status.publish import publish as publish_module
from customer_status.publish.publish import publish
from customer_status.report.facts import PublicTable, ReleaseFacts

Facts = Callable[..., ReleaseFacts]
Tables = tuple[PublicTable, ...]

# Where a run may die: before or after each of its steps.
STEPS = ("write_mart", "write_report", "_write_facts", "_seal", "_flip", "_prune")


@pytest.fixture
def plain_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page without charts, for tests that publish often."""
    monkeypatch.setattr(
        publish_module, "write_report", lambda path, *_, **__: path.write_text("report", "utf-8")
    )


def query(database: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def releases(world: World) -> list[str]:
    return sorted(path.name for path in world.releases.iterdir())


def publish_days(world: World, tables: Tables, facts: Facts, count: int) -> list[str]:
    """Publish ``count`` releases a day apart; ids run against time, so order is by time alone."""
    ids = [f"release-{99 - number}" for number in range(count)]
    for number, release_id in enumerate(ids):
        created = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)
        publish(world, tables=tables, facts=facts(release_id, created_at=created))
    return ids


def test_a_release_holds_every_public_row(world: World, tables: Tables, facts: Facts) -> None:
    release = publish(world, tables=tables, facts=facts("one"))
    assert release == world.releases / "one"
    assert sorted(path.name for path in release.iterdir()) == [
        "mart.duckdb",
        "release.json",
        "report.html",
    ]
    for table in tables:
        published = query(world.current / "mart.duckdb", f"from main.{table.name} order by all")
        built = query(world.build_database, f"from {table.schema}.{table.name} order by all")
        assert published == built


def test_the_page_on_input_quality_goes_with_the_release_and_the_report_leads_to_it(
    world: World, tables: Tables, facts: Facts, tmp_path: Path
) -> None:
    page = tmp_path / "input-quality.html"
    page.write_text("every rule", encoding="utf-8")
    batch = {"feed": "orders", "file_id": "f", "file_name": "orders/a.csv"}
    batch |= {"rows_read": 2, "rows_accepted": 1, "rows_quarantined": 1}
    release = publish(
        world, tables=tables, facts=facts("one", input_batches=[batch]), quality_page=page
    )
    assert (release / page.name).read_text(encoding="utf-8") == "every rule"
    assert f'href="{page.name}"' in (release / "report.html").read_text(encoding="utf-8")


@pytest.mark.usefixtures("plain_report")
class TestFile:
    def test_rows_lie_in_key_order(self, world: World, tables: Tables, facts: Facts) -> None:
        publish(world, tables=tables, facts=facts("one"))
        for table in tables:
            keys = query(
                world.current / "mart.duckdb",
                f"select {', '.join(table.primary_key)} from {table.name} order by rowid",
            )
            assert keys == sorted(keys)

    def test_descriptions_are_comments(self, world: World, tables: Tables, facts: Facts) -> None:
        publish(world, tables=tables, facts=facts("one"))
        mart = world.current / "mart.duckdb"
        comments = dict(query(mart, "select table_name, comment from duckdb_tables()"))
        assert comments == {table.name: table.description for table in tables}
        columns = query(
            mart,
            "select distinct column_name, comment from duckdb_columns() where comment is not null",
        )
        assert dict(columns) == dict(tables[0].columns)

    def test_older_clients_can_read_it(self, world: World, tables: Tables, facts: Facts) -> None:
        mart = publish(world, tables=tables, facts=facts("one")) / "mart.duckdb"
        header = mart.read_bytes()[:20]
        assert header[8:12] == b"DUCK"
        # DuckDB 1.4 writes storage version 67 and reads nothing above it.
        assert int.from_bytes(header[12:20], "little") <= 67

    def test_nobody_may_write_it_and_no_log_lies_beside(
        self, world: World, tables: Tables, facts: Facts
    ) -> None:
        release = publish(world, tables=tables, facts=facts("one"))
        assert {stat.S_IMODE(path.stat().st_mode) for path in release.iterdir()} == {0o400}
        assert not list(world.releases.rglob("*.wal"))

    def test_rows_still_in_the_builds_log_are_published(
        self, make_world: Callable[..., World], tmp_path: Path, facts: Facts
    ) -> None:
        """A build that was killed after its commit leaves rows in the write-ahead log."""
        build = tmp_path / "build.duckdb"
        script = (
            "import duckdb, os; c = duckdb.connect(os.environ['BUILD']);"
            "c.execute('create table t as select range as id from range(10)'); os._exit(1)"
        )
        subprocess.run([sys.executable, "-c", script], env={"BUILD": str(build)}, check=False)
        assert build.with_name("build.duckdb.wal").exists()
        world = make_world(build)
        world.build_database.unlink()
        shutil.copy(build, world.build_database)
        shutil.copy(f"{build}.wal", f"{world.build_database}.wal")
        publish(world, tables=[PublicTable("t", "main", ("id",))], facts=facts("one"))
        assert query(world.current / "mart.duckdb", "select count(*) from t") == [(10,)]

    def test_a_copy_with_missing_rows_is_not_published(
        self, world: World, tables: Tables, facts: Facts, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        count = mart_module._count

        def one_less(*arguments: str) -> int:
            return count(*arguments) - ('mart."main"' in arguments[1])

        monkeypatch.setattr(mart_module, "_count", one_less)
        with pytest.raises(RuntimeError, match="2999 of 3000 rows"):
            publish(world, tables=tables, facts=facts("one"))
        assert not world.current.exists()


@pytest.mark.usefixtures("plain_report")
class TestFacts:
    def test_release_json_says_what_was_published(
        self, world: World, tables: Tables, facts: Facts
    ) -> None:
        batch = {
            "feed": "orders",
            "file_id": "ab" * 16,
            "file_name": "añejo.csv",
            "rows_read": 3,
            "rows_accepted": 2,
            "rows_quarantined": 1,
        }
        policy = {"policy_segment": "default", "effective_from": "1900-01-01"}
        publish(
            world,
            tables=tables,
            facts=facts("one", input_batches=[batch], policy_versions=[policy]),
        )
        written = json.loads((world.current / "release.json").read_text("utf-8"))
        assert written["release_id"] == "one"
        assert written["as_of_date"] == "2026-10-18"
        assert written["world"] == "simulated"
        assert written["code_version"] == "0.1.0"
        assert written["input_batches"] == [batch]
        assert written["policy_versions"] == [policy]
        assert written["row_counts"]["mart_customer_status"] == 3000

    def test_a_release_id_names_a_plain_folder(
        self, world: World, tables: Tables, facts: Facts
    ) -> None:
        for bad in ("", ".hidden", "../out", "a/b"):
            with pytest.raises(ValueError, match="release_id"):
                publish(world, tables=tables, facts=facts(bad))

    def test_without_a_build_a_person_is_told(
        self, world: World, tables: Tables, facts: Facts
    ) -> None:
        world.build_database.unlink()
        with pytest.raises(UserError, match="nothing has been built"):
            publish(world, tables=tables, facts=facts("one"))

    def test_a_folder_in_place_of_the_link_is_left_alone(
        self, world: World, tables: Tables, facts: Facts
    ) -> None:
        world.current.mkdir()
        with pytest.raises(UserError, match="must be a link"):
            publish(world, tables=tables, facts=facts("one"))


@pytest.mark.usefixtures("plain_report")
class TestKeeping:
    def test_the_last_three_are_kept(self, world: World, tables: Tables, facts: Facts) -> None:
        ids = publish_days(world, tables, facts, 5)
        assert releases(world) == sorted(ids[-3:])
        assert world.current.resolve().name == ids[-1]

    def test_businesses_that_an_older_version_kept_together_share_the_three(
        self, make_world: Callable[..., World], synthetic_build: Path, tables: Tables, facts: Facts
    ) -> None:
        ours, theirs = (make_world(synthetic_build), make_world(synthetic_build, "landing"))
        for number in range(6):
            created = datetime(2026, 1, 1 + number, tzinfo=UTC)
            world = (ours, theirs)[number % 2]
            publish(world, tables=tables, facts=facts(f"release-{number}", created_at=created))
        assert releases(ours) == ["release-3", "release-4", "release-5"]

    def test_showing_an_old_release_again_makes_and_loses_nothing(
        self, world: World, tables: Tables, facts: Facts
    ) -> None:
        ids = publish_days(world, tables, facts, 3)
        oldest = world.releases / ids[0]
        made = {path.name: path.stat().st_ino for path in oldest.iterdir()}
        assert publish(world, tables=tables, facts=facts(ids[0])) == oldest
        assert world.current.resolve() == oldest.resolve()
        assert {path.name: path.stat().st_ino for path in oldest.iterdir()} == made
        assert releases(world) == sorted(ids)
        created = datetime(2026, 2, 1, tzinfo=UTC)
        publish(world, tables=tables, facts=facts("newest", created_at=created))
        assert releases(world) == sorted(["newest", *ids[1:]])

    def test_an_id_cannot_change_its_content(
        self, world: World, tables: Tables, facts: Facts
    ) -> None:
        publish(world, tables=tables, facts=facts("one"))
        with pytest.raises(UserError, match="never change"):
            publish(world, tables=tables, facts=facts("one", fingerprint="other"))

    def test_an_open_reader_keeps_its_data_when_its_release_goes(
        self, world: World, tables: Tables, facts: Facts
    ) -> None:
        publish(
            world, tables=tables, facts=facts("first", created_at=datetime(2025, 1, 1, tzinfo=UTC))
        )
        with duckdb.connect(str(world.current / "mart.duckdb"), read_only=True) as reader:
            publish_days(world, tables, facts, 4)
            assert not (world.releases / "first").exists()
            total = reader.execute("select count(*) from mart_customer_status").fetchone()
        assert total == (3000,)

    def test_a_warehouse_can_be_moved(
        self, world: World, tables: Tables, facts: Facts, tmp_path: Path
    ) -> None:
        publish(world, tables=tables, facts=facts("one"))
        moved = world.warehouse.rename(tmp_path / "elsewhere")
        assert query(moved / "current" / "mart.duckdb", "select 1") == [(1,)]
        assert (moved / "current").readlink() == Path("releases/one")


@pytest.mark.usefixtures("plain_report")
class TestDying:
    @pytest.mark.parametrize("step", STEPS)
    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_dying_at_any_step_keeps_a_whole_release_current(
        self, step: str, moment: str, world: World, tables: Tables, facts: Facts
    ) -> None:
        publish(world, tables=tables, facts=facts("old"))
        original = getattr(publish_module, step)

        def dies(*arguments: object, **named: object) -> None:
            if moment == "after":
                original(*arguments, **named)
            raise KeyboardInterrupt

        with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(publish_module, step, dies)
            publish(world, tables=tables, facts=facts("new"))
        shown = "old"
        if step == "_prune" or (step == "_flip" and moment == "after"):
            shown = "new"
        assert world.current.resolve().name == shown
        count = query(world.current / "mart.duckdb", "select count(*) from mart_customer_status")
        assert count == [(3000,)]
        publish(world, tables=tables, facts=facts("new"))
        assert world.current.resolve().name == "new"
        assert releases(world) == ["new", "old"]
        assert not world.warehouse.joinpath(".current.new").is_symlink()

    def test_dying_between_two_tables(
        self, world: World, tables: Tables, facts: Facts, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        publish(world, tables=tables, facts=facts("old"))
        copy = mart_module._copy

        def dies_at_the_second(connection: object, table: PublicTable) -> int:
            if table == tables[1]:
                raise KeyboardInterrupt
            return copy(connection, table)

        with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(mart_module, "_copy", dies_at_the_second)
            publish(world, tables=tables, facts=facts("new"))
        assert world.current.resolve().name == "old"
        publish(world, tables=tables, facts=facts("newer"))
        assert releases(world) == ["newer", "old"]

    def test_dying_halfway_through_turning_the_link(
        self, world: World, tables: Tables, facts: Facts
    ) -> None:
        publish(world, tables=tables, facts=facts("old"))
        world.warehouse.joinpath(".current.new").symlink_to("releases/nowhere")
        publish(world, tables=tables, facts=facts("new"))
        assert world.current.resolve().name == "new"

    def test_dying_halfway_through_removing_leaves_no_half_release(
        self, world: World, tables: Tables, facts: Facts
    ) -> None:
        publish_days(world, tables, facts, 3)

        def removes_one_file_and_dies(folder: Path, **_: object) -> None:
            (folder / "mart.duckdb").unlink()
            raise KeyboardInterrupt

        with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(shutil, "rmtree", removes_one_file_and_dies)
            publish_module._prune(world, current=world.releases / "newer")
        whole = [path for path in world.releases.iterdir() if path.name[0] != "."]
        assert len(whole) == 2
        assert all((path / "mart.duckdb").exists() for path in whole)


READER = """
import os, pathlib, sys, duckdb
current, stop = sys.argv[1:]
seen, reads = set(), 0
print("reading", flush=True)
while not pathlib.Path(stop).exists():
    with duckdb.connect(current + "/mart.duckdb", read_only=True) as connection:
        rows = connection.execute(
            "select version, count(*) from (from a union all by name from b) group by version"
        ).fetchall()
    assert len(rows) == 1 and rows[0][1] == 2000, rows
    for _ in range(3000):  # a link that is away for an instant is seen only by looking often
        os.stat(current + "/mart.duckdb")
    seen.add(rows[0][0])
    reads += 1
print(reads, len(seen))
"""


@pytest.mark.usefixtures("plain_report")
def test_a_release_is_sealed_before_it_has_its_name(
    world: World, tables: Tables, facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    renamed: list[Path] = []
    rename = Path.rename

    def look_and_rename(path: Path, target: Path) -> Path:
        if target.name == "one":
            renamed.extend(path.iterdir())
            assert {stat.S_IMODE(file.stat().st_mode) for file in path.iterdir()} == {0o400}
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", look_and_rename)
    publish(world, tables=tables, facts=facts("one"))
    assert sorted(path.name for path in renamed) == ["mart.duckdb", "release.json", "report.html"]


@pytest.mark.usefixtures("plain_report")
def test_a_reader_sees_only_whole_releases_and_no_error(
    make_world: Callable[..., World], tmp_path: Path, facts: Facts
) -> None:
    world = make_world(tmp_path / "build.duckdb")
    tables = [PublicTable(name, "main", ("id",)) for name in ("a", "b")]

    def publish_version(version: int) -> None:
        with duckdb.connect(str(tmp_path / "build.duckdb")) as connection:
            for table in tables:
                connection.execute(
                    f"create or replace table {table.name} as "
                    f"select range as id, {version} as version from range(1000)"
                )
        created = datetime(2026, 1, 1 + version, tzinfo=UTC)
        publish(world, tables=tables, facts=facts(f"release-{version}", created_at=created))

    publish_version(0)
    stop = tmp_path / "stop"
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(world.current), str(stop)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == "reading\n"
    for version in range(1, 21):
        publish_version(version)
    stop.touch()
    output, errors = reader.communicate(timeout=60)
    assert reader.returncode == 0, errors
    reads, versions = map(int, output.split())
    assert reads >= versions > 1
