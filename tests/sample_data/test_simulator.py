"""The simulator: the same rows on every run, a whole landing folder or none."""

import hashlib
from datetime import date
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from customer_status.environment.errors import UserError
from sample_data.simulator import simulation
from sample_data.simulator.__main__ import main
from sample_data.simulator.blocks import draw_block
from sample_data.simulator.pages import PageCounts
from sample_data.simulator.parameters import BLOCK_CUSTOMERS, Parameters
from sample_data.simulator.simulation import MARKER, SimulationSummary, simulate


def made(out: Path, **options: object) -> SimulationSummary:
    return simulate(out, **{"customers": 30, "years": 1, "formats": ("parquet",), **options})


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Few people in few files, for tests that simulate again."""
    out = tmp_path_factory.mktemp("small") / "landing"
    made(out)
    return out


def content(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# The same on every run


def test_same_options_give_the_same_bytes_on_one_core_and_on_many(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_scratch = simulation.open_scratch

    def open_on_one_core(folder: Path) -> duckdb.DuckDBPyConnection:
        connection = open_scratch(folder)
        connection.execute("set threads = 1")
        return connection

    monkeypatch.setattr(simulation, "open_scratch", open_on_one_core)
    made(tmp_path / "landing")
    assert content(tmp_path / "landing") == content(small)


def test_another_seed_gives_other_rows(small: Path, tmp_path: Path) -> None:
    made(tmp_path / "landing", seed=1)
    ours, others = content(tmp_path / "landing"), content(small)
    assert ours["truth/customers.parquet"] != others["truth/customers.parquet"]


def test_a_block_is_the_same_whatever_was_drawn_before() -> None:
    season = simulation.Season(date(2026, 1, 1), date(2026, 3, 31))
    business = simulation.Business(
        season, Parameters(), BLOCK_CUSTOMERS + 50, 3, ["MAD-01"], ["Europe/Madrid"]
    )
    alone = draw_block(business, 1)
    draw_block(business, 0)
    after = draw_block(business, 1)
    for table, columns in alone.items():
        assert all((after[table][name] == values).all() for name, values in columns.items())
    assert alone["people"]["person"].tolist() == list(range(BLOCK_CUSTOMERS, BLOCK_CUSTOMERS + 50))


def test_a_landing_that_holds_this_simulation_is_left_alone(small: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in small.rglob("*")}
    summary = made(small)
    assert before == {path: path.stat().st_mtime_ns for path in small.rglob("*")}
    assert summary.rows["orders"] > 0


# Whole or absent


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulation stops when it has written three files."""
    write_page, written = simulation.write_page, []

    def write_three(*args: object, **options: object) -> PageCounts:
        if len(written) == 3:
            raise KeyboardInterrupt
        written.append(write_page(*args, **options))
        return written[-1]

    monkeypatch.setattr(simulation, "write_page", write_three)


@pytest.mark.usefixtures("interrupted")
def test_an_interrupted_simulation_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        made(tmp_path / "landing", customers=5)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("interrupted")
def test_an_interrupted_simulation_leaves_the_one_before(small: Path) -> None:
    before = content(small.parent)
    with pytest.raises(KeyboardInterrupt):
        made(small, customers=6)
    assert content(small.parent) == before


def test_files_of_others_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "mine.csv").write_text("order_id\n1\n")
    with pytest.raises(UserError, match="no simulation wrote"):
        made(tmp_path)
    assert (tmp_path / "orders" / "mine.csv").exists()


def test_the_command_line_says_what_it_wrote_and_what_is_wrong(tmp_path: Path) -> None:
    out = str(tmp_path / "landing")
    few = ["--out", out, "--customers", "5", "--years", "1", "--formats", "csv"]
    ran = CliRunner().invoke(main, few)
    assert ran.exit_code == 0
    assert "orders" in ran.output
    assert (tmp_path / "landing" / MARKER).exists()
    wrong = CliRunner().invoke(main, ["--out", out, "--formats", "xlsx"])
    assert wrong.exit_code == 1
    assert "give some of parquet" in wrong.output
