"""The variables that code reads, the page that lists them, and the example to copy are the same."""

import re
from pathlib import Path

import jinja2
import pytest
import yaml

from customer_status.environment.layout import PROJECT_DIR
from orchestration.options import options_from

CODE = ("orchestration", "customer_status", "expectations", "models", "macros")
FILES = ("Makefile", "profiles.yml", "dbt_project.yml")
TYPES = (".py", ".sql", ".yml")
NAME = re.compile(r"""["'](STATUS_[A-Z_]+)["']""")
ROW = re.compile(r"^\| `(STATUS_[A-Z_]+)` \| (?:`([^`]*)`)?", flags=re.MULTILINE)
EXAMPLE = re.compile(r'^#?(STATUS_[A-Z_]+)="?([^"\n]*)"?$', flags=re.MULTILINE)


def read_by_code() -> set[str]:
    files = [PROJECT_DIR / name for name in FILES]
    files += [p for name in CODE for p in (PROJECT_DIR / name).rglob("*") if p.suffix in TYPES]
    found = {name for path in files for name in NAME.findall(path.read_text(encoding="utf-8"))}
    makefile = (PROJECT_DIR / "Makefile").read_text(encoding="utf-8")
    options = re.findall(r"^OPTIONS := (.*)$", makefile, flags=re.MULTILINE)[0].split()
    return found | {"STATUS_SQL_FILE" if o == "FILE" else f"STATUS_{o}" for o in options}


def tables() -> list[dict[str, str]]:
    """Variable and default, of what a person may set and of what a run sets."""
    page = (PROJECT_DIR / "docs" / "commands.md").read_text(encoding="utf-8")
    people, _, runs = page.partition("A run sets these")
    return [dict(ROW.findall(part)) for part in (people, runs)]


def test_the_page_lists_every_variable_that_code_reads_and_no_other() -> None:
    people, runs = tables()
    assert not people.keys() & runs.keys()
    assert people.keys() | runs.keys() == read_by_code()


def test_the_example_lists_what_a_person_may_set_with_its_default() -> None:
    text = Path(PROJECT_DIR, ".env.example").read_text(encoding="utf-8")
    assert dict(EXAMPLE.findall(text)) == tables()[0]


def test_dbt_finds_its_files_by_the_same_words_everywhere() -> None:
    """YAML calls no macro, so the words of `environment_folder` are written out there."""
    words = {
        re.sub(r"[\s\"']", "", found)
        for name in ("profiles.yml", "models/staging/_sources.yml", "macros/environment_folder.sql")
        for found in re.findall(
            r"env_var\(.STATUS_ENVIRONMENT.*?./environment.",
            (PROJECT_DIR / name).read_text(encoding="utf-8"),
            flags=re.DOTALL,
        )
    }
    assert len(words) == 1, words


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"STATUS_DATA": "complete_journey"},
        {"STATUS_WAREHOUSE": "warehouse-mine", "STATUS_LANDING": "landing/mine"},
        {"STATUS_WAREHOUSE": "/data/my warehouse", "STATUS_DATA": ""},
        {"STATUS_WAREHOUSE": "/data/my warehouse", "STATUS_DATA": "complete_journey"},
    ],
)
def test_dbt_by_hand_works_where_a_run_with_these_variables_works(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PROJECT_DIR)
    text = Path("profiles.yml").read_text(encoding="utf-8")
    path = yaml.safe_load(text)["customer_status"]["outputs"]["duckdb"]["path"]
    rendered = jinja2.Template(path).render(
        env_var=lambda name, default: variables.get(name, default)
    )
    assert Path(rendered).absolute() == options_from(variables).world.build_database


def test_what_a_run_sets_for_dbt_is_read_by_dbt() -> None:
    folders = [PROJECT_DIR / name for name in ("models", "macros")]
    files = [p for folder in folders for p in folder.rglob("*") if p.suffix in TYPES]
    files += [PROJECT_DIR / "profiles.yml", PROJECT_DIR / "dbt_project.yml"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    assert [name for name in tables()[1] if name not in text] == []
