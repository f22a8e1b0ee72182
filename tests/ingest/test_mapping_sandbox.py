"""A mapping is SQL from outside: it reads its export and nothing else, and writes nothing."""

from pathlib import Path

import duckdb
import pytest

from customer_status.engine import Engine
from customer_status.ingest.mapping_query import RefusedQuery, checked_query
from customer_status.ingest.mappings import SHIPPED_MAPPINGS
from tests.ingest.shop import Shop
from tests.ingest.test_mappings import TICKETS, TILL, Till

REFUSED = {
    "two statements": ("select 1; select 2", "holds 2 statements"),
    "closes its brackets": (
        "select * from export)); copy (select 1) to '/tmp/x'; select * from ((select 1",
        None,
    ),
    "a comment that never ends": ("select * from export /*", None),
    "a copy": ("copy (select 1) to '/tmp/x'", "is no select (copy)"),
    "an attach": ("attach '/tmp/x' as x", "is no select (attach)"),
    "a setting": ("set enable_external_access = true", "is no select (set)"),
    "a pragma": ("pragma database_list", "is no select (pragma)"),
    "a macro": ("create macro f() as 1", "is no select (create)"),
    "a table": ("create table t as select 1", "is no select (create)"),
    "an extension": ("install httpfs", "is no select (load)"),
    "an explanation": ("explain analyze select * from export", "is no select (explain)"),
    "a call": ("call enable_logging('file')", "is no select (call)"),
    "text of a file": ("select * from read_text('/etc/passwd')", "calls read_text()"),
    "bytes of a file": ("select * from main.read_blob('/etc/passwd')", "calls read_blob()"),
    "a table of a file": ("select * from read_csv_auto('/etc/passwd')", "calls read_csv_auto()"),
    "a parquet file": ("select * from parquet_scan('x')", "calls parquet_scan()"),
    "files by name": ("select * from '/etc/passwd'", "reads '/etc/passwd'"),
    "names of files": ("select * from glob('/etc/*')", "calls glob()"),
    "settings": ("select * from duckdb_settings()", "calls duckdb_settings()"),
    "secrets": ("from export where exists (from duckdb_secrets())", "calls duckdb_secrets()"),
    "tables of the engine": ("select * from duckdb_tables", "reads 'duckdb_tables'"),
    "the catalogue": (
        "select * from information_schema.tables",
        "reads 'information_schema.tables",
    ),
    "seeds": (
        "select (select max(rate) from currency_rates) from export",
        "reads 'currency_rates'",
    ),
    "another database": ("select * from a.b.c", "reads 'a.b.c'"),
    "SQL in a text": ("select * from query('select 1')", "calls query()"),
    "a table in a text": ("select * from query_table('x')", "calls query_table()"),
    "a variable of Python": ("select * from file", "reads 'file'"),
    "a description": ("select * from (describe export)", "describes a table"),
    "all tables": ("show all tables", "describes a table"),
    "a setting's value": ("select current_setting('temp_directory')", "calls current_setting()"),
    "the environment": ("select getenv('HOME') from export", "calls getenv()"),
    "deep inside": (
        "with a as (select * from export) select * from a "
        "where x in (select content from read_text('/etc/passwd'))",
        "calls read_text()",
    ),
    "a side of a union": ("from export union all from read_text('x')", "calls read_text()"),
    "a lateral join": ("from export, lateral (from read_csv(a))", "calls read_csv()"),
    "too deep": (f"select {'(' * 20_000}1{')' * 20_000}", None),
}
TAKEN = (
    "from export",
    "table export",
    "select * from EXPORT, unnest([1, 2]) as u(x), range(3) as r(i)",
    "with export as (select * from export) select * from export",
    "with recursive r as (select 1 as i union all select i + 1 from r where i < 3) from r, export",
    "select list_transform([a], x -> x + 1), json_extract(a, '$.b') from export",
    "select * from (values ('a', 1)) as codes(code, number) join export on code = a",
    "select * from export pivot (count(*) for a in ('x', 'y'))",
    "select ';' as a, $$)) ; --$$ as b, \"x;\" from export; -- the end; of it",
)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_select_from_the_export_is_refused(name: str) -> None:
    query, complaint = REFUSED[name]
    with pytest.raises((RefusedQuery, duckdb.ParserException)) as refused:
        checked_query(query)
    if complaint:
        assert str(refused.value).startswith(complaint)
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize("query", TAKEN)
def test_any_select_from_the_export_is_taken(query: str) -> None:
    assert checked_query(f"-- feed: orders\n{query}\n;\n")


@pytest.mark.parametrize("path", sorted(SHIPPED_MAPPINGS.glob("*.sql")), ids=lambda path: path.stem)
def test_every_shipped_mapping_is_taken(path: Path) -> None:
    assert checked_query(path.read_text(encoding="utf-8")).startswith(("select", "with"))


@pytest.fixture
def sandbox(engine: Engine, tmp_path: Path):
    engine.connection.execute("create table staged as select 'secret' as x")
    (tmp_path / "secret.csv").write_text("x\nsecret\n", encoding="utf-8")
    engine.copy("select 'given' as x", tmp_path / "given.parquet")
    with engine.sandbox(tmp_path / "given.parquet", tmp_path / "result.parquet") as box:
        yield box


@pytest.mark.parametrize(
    "query",
    [
        "select * from staged",
        "select * from read_csv('{folder}/secret.csv')",
        "select * from '{folder}/secret.csv'",
        "select * from read_text('{folder}/*')",
        "select * from read_text('{folder}/given.parquet/../secret.csv')",
        "select * from glob('{folder}/*')",
        "copy (select 1) to '{folder}/written.csv'",
        "copy (select 1) to '{folder}/given.parquet.csv'",
        "attach '{folder}/written.db' as written",
        "export database '{folder}/written'",
        "set enable_external_access = true",
        "reset enable_external_access",
        "set allowed_paths = ['{folder}/secret.csv']",
        "set temp_directory = '{folder}'",
        "set lock_configuration = false",
        "install httpfs",
        "load httpfs",
        "select * from query",  # a variable of this function
    ],
)
def test_the_sandbox_opens_nothing_whatever_runs_in_it(
    sandbox: Engine, tmp_path: Path, query: str
) -> None:
    before = sorted(path.name for path in tmp_path.rglob("*"))
    with pytest.raises(duckdb.Error):
        sandbox.rows(query.format(folder=tmp_path))
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


def test_the_sandbox_reads_and_writes_what_it_was_given(sandbox: Engine, tmp_path: Path) -> None:
    given, result = tmp_path / "given.parquet", tmp_path / "result.parquet"
    assert sandbox.copy(f"from read_parquet('{given}')", result, keep_order=True) == 1
    assert sandbox.rows(f"from read_parquet('{result}')") == [("given",)]


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        (
            TILL.replace("from export", "from export, read_text('{secret}')"),
            "its mapping till calls read_text(); it may read the relation export only",
        ),
        (
            TILL + ")); copy (select 'x') to '{written}'; select * from (select * from (select 1",
            "its mapping till is no query (Parser Error",
        ),
        (
            TILL + "; copy (select 'x') to '{written}'",
            "its mapping till holds 2 statements; write one select",
        ),
    ],
)
def test_a_file_with_a_hostile_mapping_is_held(
    shop: Shop, tmp_path: Path, query: str, complaint: str
) -> None:
    till, secret, written = Till(shop), tmp_path / "secret.txt", tmp_path / "written.csv"
    secret.write_text("secret", encoding="utf-8")
    till.says(query.replace("{secret}", str(secret)).replace("{written}", str(written)))
    shop.land("till/a.csv", TICKETS)
    receipt = till.ingest_one()
    assert receipt.state == "held"
    assert receipt.held_reason.startswith(f"the file cannot be read: {complaint}")
    assert "\n" not in receipt.held_reason
    assert not written.exists()
