"""Options of a run: what is given, what is assumed, what is wrong."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from customer_status.environment.errors import UserError
from customer_status.environment.layout import PROJECT_DIR
from orchestration.__main__ import main
from orchestration.options import day_from, options_from, port_from

VARIABLES = (
    "STATUS_DATA",
    "STATUS_LANDING",
    "STATUS_WAREHOUSE",
    "STATUS_CONFIG",
    "STATUS_AS_OF",
    "STATUS_TARGET",
)
EMPTY = dict.fromkeys(VARIABLES, "")

BAD_OPTIONS = {
    "unknown sample data": ({"STATUS_DATA": "simulate"}, ["DATA=simulate", "simulated"]),
    "an unknown engine": ({"STATUS_TARGET": "oracle"}, ["TARGET=oracle", "duckdb"]),
    "two sources of files": (
        {"STATUS_DATA": "simulated", "STATUS_LANDING": "mine"},
        ["DATA=simulated", "LANDING=mine", "give one"],
    ),
    "no day": ({"STATUS_AS_OF": "yesterday"}, ["AS_OF=yesterday", "YYYY-MM-DD"]),
    "a day of another country": ({"STATUS_AS_OF": "31/12/2025"}, ["AS_OF=31/12/2025"]),
    "a day that does not exist": ({"STATUS_AS_OF": "2025-02-29"}, ["AS_OF=2025-02-29"]),
}


@pytest.mark.parametrize(("given", "words"), BAD_OPTIONS.values(), ids=BAD_OPTIONS)
def test_a_bad_option_is_told_in_one_line(given: dict[str, str], words: list[str]) -> None:
    with pytest.raises(UserError) as error:
        options_from(given)
    message = str(error.value)
    assert [word for word in words if word not in message] == []
    assert "\n" not in message
    assert message.endswith(".")


@pytest.mark.parametrize(("given", "words"), BAD_OPTIONS.values(), ids=BAD_OPTIONS)
def test_a_bad_option_ends_the_command_with_that_line_only(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], words: list[str]
) -> None:
    for name, text in (EMPTY | given).items():
        monkeypatch.setenv(name, text)
    result = CliRunner().invoke(main, ["run"])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert words[0] in result.stderr


def test_a_command_line_option_counts_as_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in EMPTY.items():
        monkeypatch.setenv(name, text)
    result = CliRunner().invoke(main, ["run", "--as-of", "soon"])
    assert (result.exit_code, result.stderr.split(":")[:2]) == (1, ["error", " AS_OF=soon"])


@pytest.mark.parametrize("environment", [{}, EMPTY, dict.fromkeys(VARIABLES, "  ")])
def test_an_empty_variable_is_one_that_was_not_given(environment: dict[str, str]) -> None:
    options = options_from(environment)
    assert options.landing == PROJECT_DIR / "landing" / "simulated"
    assert options.warehouse == Path("warehouse").absolute()
    assert (options.data, options.as_of, options.world.name) == ("simulated", None, "simulated")


def test_own_files_are_a_world_of_their_own() -> None:
    options = options_from({"STATUS_LANDING": "mine"})
    assert options.landing == Path("mine").absolute()
    assert (options.data, options.config, options.world.name) == (None, None, "landing")


def test_sample_data_brings_its_own_seeds_unless_others_are_given() -> None:
    journey = {"STATUS_DATA": "complete_journey"}
    own = PROJECT_DIR / "sample_data" / "complete_journey" / "config"
    assert options_from(journey).config == own
    assert options_from(journey | {"STATUS_CONFIG": "/etc/seeds"}).config == Path("/etc/seeds")


@pytest.mark.parametrize("name", ["why?", "a*", "copy [1]", "#1"])
def test_a_warehouse_that_dagster_and_dbt_cannot_find_is_refused(name: str) -> None:
    with pytest.raises(UserError, match="give a path without any of"):
        options_from({"STATUS_WAREHOUSE": f"/data/{name}"})


def test_a_warehouse_may_have_any_other_name() -> None:
    odd = "/data/it's {a} $HOME = 100%"
    assert options_from({"STATUS_WAREHOUSE": odd}).warehouse == Path(odd)


def test_a_home_folder_may_be_abbreviated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ana")
    options = options_from({"STATUS_LANDING": "~/files", "STATUS_WAREHOUSE": "~/warehouse"})
    assert options.landing == Path("/home/ana/files")
    assert options.warehouse == Path("/home/ana/warehouse")


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"STATUS_DATA": "complete_journey"},
        {"STATUS_DATA": "complete_journey", "STATUS_CONFIG": "/etc/seeds"},
        {"STATUS_LANDING": "my files", "STATUS_WAREHOUSE": "my warehouse"},
        {"STATUS_LANDING": "mine", "STATUS_CONFIG": "seeds", "STATUS_AS_OF": "2025-12-31"},
    ],
)
def test_options_survive_the_environment(given: dict[str, str]) -> None:
    options = options_from(given)
    assert options_from(options.environment()) == options


def test_the_environment_of_options_leaves_nothing_of_earlier_ones() -> None:
    earlier = {"STATUS_LANDING": "mine", "STATUS_CONFIG": "seeds", "STATUS_AS_OF": "2025-12-31"}
    plain = options_from({})
    assert options_from(earlier | plain.environment()) == plain


def test_the_environment_does_not_depend_on_the_folder_that_a_step_runs_in(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment = options_from({"STATUS_LANDING": "mine"}).environment()
    before = options_from(environment)
    monkeypatch.chdir(tmp_path)
    assert options_from(environment) == before


def test_the_day_asked_for() -> None:
    assert options_from({"STATUS_AS_OF": " 2025-12-31 "}).as_of == date(2025, 12, 31)


@pytest.mark.parametrize(("text", "port"), [("", 3000), (" 3001 ", 3001), ("0", 0)])
def test_the_port_of_the_ui(text: str, port: int) -> None:
    assert port_from(text) == port


@pytest.mark.parametrize("text", ["-1", "65536", "http", "3000.0", "²"])
def test_what_is_no_port_is_told_in_one_line(text: str) -> None:
    with pytest.raises(UserError, match=f"PORT={text}: not a port; give a number up to 65535."):
        port_from(text)


def test_a_day_goes_by_the_name_of_what_asks_for_it() -> None:
    with pytest.raises(UserError, match="as_of_date=soon: not a day; write it as YYYY-MM-DD."):
        day_from("soon", name="as_of_date")
