"""What the pages tell a reader to paste works when it is pasted."""

import ast
import re
from pathlib import Path

import pytest

from customer_status.environment.layout import PROJECT_DIR
from tests.commands.project import Project
from tests.documentation.blocks import Block, blocks, pages, quoted_commands

SHOWN_ONLY = ("text", "csv", "jinja")
RUN = ("sh", "sql", "python")

# SQL that is no question to a release, and why.
NO_QUESTIONS = {
    "-- feed: orders": "a mapping, which tests/ingest/test_mappings.py runs",
}
# Commands that are not run here, by how they begin, and why.
NOT_RUN = {
    "make run ": "the first command of the README has been run; another run takes half a minute",
    "make run": "has been run before all others",
    "make test": "these are the tests",
    "make mutations": "takes an hour",
    "make ui": "serves until it is stopped; tests of its own start it",
    "STATUS_SCHEDULE_CRON=": "the same",
    ".venv/bin/python -m pytest": "these are the tests",
    ".venv/bin/python -m tests.upgrades": "writes fixtures with the code of another commit",
    ".venv/bin/python -m sample_data.complete_journey": "its package may not be installed",
    ".venv/bin/dbt": "tests/documentation/test_dbt_by_hand.py",
}
# These are run with --slow.
SLOW = (
    "make run LANDING=landing/mine WAREHOUSE=warehouse-mine",
    ".venv/bin/python -m sample_data.complete_journey",
    "make run LANDING=landing/baskets",
)


def questions() -> list[Block]:
    return [b for b in blocks("sql") if not b.text.startswith(tuple(NO_QUESTIONS))]


def commands(*, beginning: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """(page, command) of every shell block, in order."""
    found = [(block.page, command) for block in blocks("sh") for command in block.commands()]
    return [(page, text) for page, text in found if not beginning or text.startswith(beginning)]


def is_run(command: str) -> bool:
    return not command.startswith(tuple(NOT_RUN))


def test_every_block_says_what_it_is() -> None:
    unknown = [str(block) for block in blocks() if block.language not in (*RUN, *SHOWN_ONLY)]
    assert unknown == []


def test_no_command_hides_in_an_indented_block() -> None:
    hidden = re.compile(r"\n\n(?: {4}|\t)(make |\.venv/|export )")
    assert [page.name for page in pages() if hidden.search(page.read_text("utf-8"))] == []


def test_every_exception_still_has_its_block() -> None:
    texts = [text for _, text in commands()]
    stale = [start for start in (*NOT_RUN, *SLOW) if not any(t.startswith(start) for t in texts)]
    mappings = [b.text for b in blocks("sql")]
    stale += [start for start in NO_QUESTIONS if not any(t.startswith(start) for t in mappings)]
    assert stale == []


@pytest.mark.parametrize("block", questions(), ids=str)
def test_a_question_is_answered(published: Project, block: Block) -> None:
    done = published.run("make", "query", f"SQL={block.text}")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_a_program_runs(published: Project, block: Block) -> None:
    ast.parse(block.text)
    done = published.run(".venv/bin/python", "-", stdin=block.text)
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.parametrize(("page", "command"), [found for found in commands() if is_run(found[1])])
def test_a_command_works(published: Project, page: str, command: str) -> None:
    done = published.shell(command)
    assert (done.returncode, done.stderr) == (0, ""), page


@pytest.mark.slow
@pytest.mark.parametrize(("page", "command"), commands(beginning=SLOW))
def test_a_command_that_takes_its_time_works(published: Project, page: str, command: str) -> None:
    (published.folder / "config-mine").mkdir(exist_ok=True)
    (published.folder / "config-mine" / "settings.csv").write_text(
        "setting,value\nbusiness_timezone,Europe/Madrid\n", encoding="utf-8"
    )
    warehouse = published.folder / "warehouse-mine" / "current"
    if warehouse.is_symlink() and warehouse.readlink().is_absolute():
        warehouse.unlink()  # the stand-in of the other tests
    done = published.shell(command)
    assert done.returncode == 0, page + done.stderr


def test_every_command_in_the_text_has_a_target_or_a_module() -> None:
    makefile = (PROJECT_DIR / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    for command in quoted_commands():
        program, *words = command.split()
        if program == "make":
            assert words[0] in targets, command
        elif words[:1] == ["-m"] and not words[1].endswith("."):
            module = PROJECT_DIR / Path(*words[1].split("."))
            assert module.with_suffix(".py").exists() or module.is_dir(), command


def test_help_names_every_target_and_option(published: Project) -> None:
    makefile = (PROJECT_DIR / "Makefile").read_text(encoding="utf-8")
    listed = published.run("make", "help").stdout
    for target in re.findall(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE)[0].split():
        assert f"make {target}" in listed
    for option in re.findall(r"^OPTIONS := (.*)$", makefile, flags=re.MULTILINE)[0].split():
        assert f"{option}=" in listed
