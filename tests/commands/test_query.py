"""`make query` asks what was typed, letter by letter, and answers so that people can read it."""

import csv
import io
import json
import os
import shlex
from pathlib import Path

import duckdb
import pytest

from tests.commands.project import Project

STATUSES = (
    "create table mart_customer_status as from (values ('a', 'active', 1.50::decimal(18,2), true),"
    " ('b', 'pa$sive', 20, false), ('c', 'it''s', 300, null)) t (customer_key, status, revenue, f)"
)
# What a shell, make or a terminal would make something else of.
HOSTILE = [
    "where status <> 'active' and a = 1",
    "one = 'two' WAREHOUSE = three FOO=bar",
    "both \"kinds\" of 'quotes' and `backticks`",
    "$HOME ${HOME} $(HOME) $$ $1 $(shell touch made-by-make) $(touch made-by-shell)",
    "several\nlines\n\n  and\ta tab, carriage\r\nreturns",
    "# no comment, \\ no escape \\\\ \\n \\",
    "100 % of ; | & > < * ? ~ ! { } [ ] ( ) , := += ?= !=",
    "ñandú 日本 €",
]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release like any other, in a folder whose name needs care."""
    folder = tmp_path_factory.mktemp("warehouse") / 'my "warehouse" $HOME=1 2 %'
    (folder / "current").mkdir(parents=True)
    with duckdb.connect(str(folder / "current" / "mart.duckdb")) as connection:
        connection.execute(STATUSES)
        connection.execute("create table numbers as select range as n from range(250)")
        wide = ", ".join(f"{n} as a_column_with_a_long_name_{n}" for n in range(30))
        connection.execute(f"create table wide as select {wide}")
    (folder / "current").chmod(0o555)
    return folder


@pytest.fixture(scope="module")
def ask(project: Project, warehouse: Path) -> "Ask":
    return Ask(project, warehouse)


class Ask:
    """Asks, and gives what came out; fails if the command does."""

    def __init__(self, project: Project, warehouse: Path) -> None:
        self.project = project
        self.options = [f"WAREHOUSE={warehouse}"]

    def __call__(self, *options: str, stdin: str = "") -> str:
        done = self.project.run("make", "query", *self.options, *options, stdin=stdin)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows(self, *options: str, stdin: str = "") -> list[dict]:
        return json.loads(self(*options, "FORMAT=json", stdin=stdin))

    def complaint(self, *options: str, stdin: str = "") -> str:
        """The one line that says what is wrong."""
        done = self.project.run("make", "query", *self.options, *options, stdin=stdin)
        own = [line for line in done.stderr.splitlines() if not line.startswith("make: ***")]
        assert (done.returncode, done.stdout, len(own)) == (2, "", 1), done
        return own[0]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_arrives_letter_by_letter_whatever_the_way(
    ask: Ask, folder: Path, text: str
) -> None:
    quoted = text.replace("'", "''")
    (folder / "it's a = question.sql").write_bytes(f"select '{quoted}' as x".encode())
    expected = [{"x": text}]
    assert ask.rows(f"SQL=select '{quoted}' as x") == expected
    assert ask.rows(f"FILE={folder}/it's a = question.sql") == expected
    assert not [*ask.project.folder.glob("made-by-*")]


def test_a_question_may_be_pasted_into_a_shell_or_come_through_a_pipe(ask: Ask) -> None:
    sql = "select count(*) as n from mart_customer_status where status <> 'active' and revenue = 20"
    query = f"make -s query FORMAT=csv {shlex.quote(ask.options[0])}"
    for script in (
        f'{query} SQL="{sql}"',
        f"SQL={shlex.quote(sql)} {query}",
        f'echo "{sql}" | {query}',
        f'{query} FILE=- <<< "{sql};"',
        f"{query} <<'end'\n-- how many?\n{sql};\nend",
    ):
        done = ask.project.shell(script)
        assert (done.stdout, done.stderr) == ("n\n1\n", ""), script


def test_without_a_question_the_tables_are_listed(ask: Ask) -> None:
    assert [row["table_name"] for row in ask.rows()] == ["mart_customer_status", "numbers", "wide"]


def test_several_statements_are_answered_in_turn(ask: Ask) -> None:
    answer = ask("FORMAT=csv", "SQL=set threads = 1; select 1 as a; ; select 'x;y' as b;")
    assert answer == "a\n1\nb\nx;y\n"


def test_nothing_is_asked_if_one_of_several_statements_cannot_be_read(ask: Ask) -> None:
    assert "syntax error" in ask.complaint("SQL=select 1; selec 2")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["SQL=select foo\nfrom numbers"], '"foo" not found'),
        (["SQL=select foo\nfrom numbers"], "(line 1: select foo)"),
        (["SQL=select n\nfrom number"], "(line 2: from number)"),
        (["SQL=create table mine (a int)"], "read-only"),
        (["SQL=delete from numbers"], "read-only"),
        (["SQL=select $1"], "parameters: 1"),
        (["FILE=nowhere.sql"], "error: FILE=nowhere.sql: cannot be read"),
        (["SQL=select 1", "FILE=a.sql"], "error: SQL and FILE: give one."),
        (["SQL=select 1", "FORMAT=xml"], "error: FORMAT=xml: unknown"),
        (["SQL=select 1", "LANDNG=x"], "unknown option LANDNG; known are DATA LANDING"),
        (["sql=select 1"], "unknown option sql;"),
        (["SQL=select 1", "VENV=elsewhere"], "unknown option VENV;"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(ask: Ask, options: list[str], words: str) -> None:
    assert words in ask.complaint(*options)


def test_a_file_that_is_no_text_is_refused_in_one_line(ask: Ask, folder: Path) -> None:
    (folder / "image.sql").write_bytes(b"select '\xff'")
    assert "not UTF-8 at byte 9" in ask.complaint(f"FILE={folder}/image.sql")


def test_without_a_release_the_line_says_how_to_make_one(project: Project, folder: Path) -> None:
    ask = Ask(project, folder / "none yet")
    assert ask.complaint("SQL=select 1").endswith("no release yet; make one with `make run`.")


def test_every_option_arrives_as_typed(project: Project, folder: Path) -> None:
    name = 'shop\'s "own" $HOME = $(shell echo made) #1 100%; `x`'
    for option in ("LANDING", "CONFIG"):
        done = project.run(
            "make", "run", f"{option}={folder}/{name}", f"WAREHOUSE={folder}/{option}"
        )
        assert done.returncode == 2
        assert f"{folder}/{name}" in done.stderr, done.stderr


def test_a_table_is_drawn_with_numbers_on_the_right(ask: Ask) -> None:
    assert ask("SQL=select status, revenue, f from mart_customer_status").splitlines() == [
        "┌─────────┬─────────┬───────┐",
        "│ status  │ revenue │ f     │",
        "├─────────┼─────────┼───────┤",
        "│ active  │    1.50 │ true  │",
        "│ pa$sive │   20.00 │ false │",
        "│ it's    │  300.00 │ NULL  │",
        "└─────────┴─────────┴───────┘",
    ]


def test_no_column_of_a_wide_table_is_left_out(ask: Ask) -> None:
    lines = ask("SQL=from wide").splitlines()
    assert lines[0].startswith("row 1 ──")
    assert lines[1:] == [f"a_column_with_a_long_name_{n:<4}{n}" for n in range(30)]


def test_a_long_answer_says_that_it_is_cut_and_a_program_gets_all(ask: Ask) -> None:
    lines = ask("SQL=from numbers").splitlines()
    assert lines[-1] == "The first 100 rows; FORMAT=csv or FORMAT=json gives all."
    rows = list(csv.reader(io.StringIO(ask("SQL=from numbers", "FORMAT=csv"))))
    assert rows == [["n"], *([str(n)] for n in range(250))]


def test_programs_get_numbers_dates_and_nothing_as_such(ask: Ask) -> None:
    sql = (
        "SQL=select 1.5::decimal(9,2) as a, date '2026-01-02' as b, null as c, [true] as d,"
        " 'nan'::double as e, timestamptz '2026-01-01 10:00+02' as f"
    )
    (row,) = ask.rows(sql)
    assert row == {
        "a": 1.5, "b": "2026-01-02", "c": None, "d": [True], "e": None,
        "f": "2026-01-01T08:00:00+00:00",
    }  # fmt: skip
    assert ask(sql, "FORMAT=csv").splitlines()[1] == (
        "1.50,2026-01-02,,[true],nan,2026-01-01 08:00:00+00:00"
    )


def test_a_terminal_is_not_obeyed_by_what_is_stored(ask: Ask) -> None:
    answer = ask("SQL=select chr(27) || '[31m' || chr(10) || '[red]' || chr(8238) as x")
    assert "│ \\x1b[31m\\n[red]\\u202e │" in answer


def test_a_reader_leaves_no_trace_and_needs_no_folder_of_its_own(ask: Ask, warehouse: Path) -> None:
    nowhere = {"HOME": "/nowhere", "TMPDIR": "/nowhere", "XDG_CACHE_HOME": "/nowhere"}
    command = ["make", "query", *ask.options, "SQL=select 1 as one"]
    assert ask.project.run(*command, more=nowhere).returncode == 0
    assert [path.name for path in (warehouse / "current").iterdir()] == ["mart.duckdb"]
    (spill,) = ask.rows("SQL=select current_setting('temp_directory') as folder")
    assert spill["folder"].startswith((os.environ.get("TMPDIR") or "/tmp") + "/customer-status-")


def test_a_reader_who_has_seen_enough_may_leave(ask: Ask) -> None:
    query = f"make query FORMAT=csv {shlex.quote(ask.options[0])}"
    done = ask.project.shell(f'{query} SQL="from range(1000000)" | head -1')
    assert (done.stdout, done.stderr) == ("range\n", "")


def test_an_option_goes_before_its_variable(project: Project, warehouse: Path) -> None:
    variables = {
        "STATUS_WAREHOUSE": str(warehouse),
        "STATUS_SQL": "select 1 as one",
        "STATUS_FORMAT": "csv",
    }
    assert project.run("make", "query", more=variables).stdout == "one\n1\n"
    assert project.run("make", "query", "SQL=select 2 as two", more=variables).stdout == "two\n2\n"
