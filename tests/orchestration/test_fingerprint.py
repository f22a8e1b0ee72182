"""The same makings, the same release; anything else, another."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from customer_status.environment.layout import PROJECT_DIR, SHIPPED_SEEDS, World
from customer_status.ingest.ledger import HELD, Receipt, write_receipt
from customer_status.ingest.mappings import SHIPPED_MAPPINGS, read_mapping
from customer_status.settings.config import write_config
from orchestration import fingerprint
from orchestration.fingerprint import (
    code_version,
    facts_made_of,
    is_current,
    made_of,
    may_advance,
    policy_version,
    rules_made_of,
)

DAY = date(2026, 3, 1)
NEXT_DAY = date(2026, 3, 2)


@pytest.fixture
def configure(tmp_path: Path) -> Callable[..., World]:
    """Bring seeds into force in a world; by default the shipped ones, on DAY."""

    def write(
        name: str = "landing",
        *,
        run_date: date = DAY,
        as_of: date | None = None,
        overlay: Path | None = None,
    ) -> World:
        world = World(tmp_path / "warehouse", name)
        write_config(world.config, overlay=overlay, run_date=run_date, as_of_date=as_of)
        return world

    return write


@pytest.fixture
def world(configure: Callable[..., World]) -> World:
    return configure()


@pytest.fixture
def strict_policy(tmp_path: Path) -> Path:
    folder = tmp_path / "strict"
    folder.mkdir()
    policy = (SHIPPED_SEEDS / "status_policy.csv").read_text(encoding="utf-8")
    (folder / "status_policy.csv").write_text(policy.replace(",90,60,", ",30,20,"))
    return folder


def accept(world: World, file_id: str, *, name: str = "orders/a.csv", rows: int = 2) -> None:
    receipt = Receipt("orders", file_id, name, "accepted", rows, rows, 0, 99, "2026-03-01")
    write_receipt(world, receipt)


def hold(world: World, file_id: str) -> None:
    receipt = Receipt("orders", file_id, "orders/b.csv", HELD, 0, 0, 0, 99, "2026-03-01")
    write_receipt(world, receipt)


def publish(world: World, **facts: object) -> None:
    """Leave a release.json as a published release has it."""
    world.current.mkdir(parents=True)
    text = json.dumps({"fingerprint": made_of(world), **facts})
    (world.current / "release.json").write_text(text, encoding="utf-8")


def facts(
    *, as_of: str, run_date: str, latest: str | None, asked_for: str = ""
) -> dict[str, object]:
    return {
        "as_of_date": as_of,
        "latest_event_date": latest,
        "settings": {"run_date": run_date, "as_of_date": asked_for},
    }


def test_a_new_file_makes_another_release(world: World) -> None:
    before = made_of(world)
    accept(world, "a" * 32)
    with_one = made_of(world)
    accept(world, "b" * 32)
    assert len({before, with_one, made_of(world)}) == 3


def test_files_count_by_their_content_alone(configure: Callable[..., World]) -> None:
    one, other = configure("landing"), configure("landing")
    accept(one, "a" * 32, name="orders/a.csv")
    before = made_of(one)
    accept(other, "a" * 32, name="orders/deep/again.csv")
    assert made_of(other) == before


def test_a_held_file_makes_no_other_release(world: World) -> None:
    before = made_of(world)
    hold(world, "a" * 32)
    assert made_of(world) == before


def test_another_seed_makes_another_release(
    configure: Callable[..., World], strict_policy: Path
) -> None:
    before, policy = made_of(configure()), policy_version(configure())
    world = configure(overlay=strict_policy)
    assert made_of(world) != before
    assert policy_version(world) != policy


def test_the_day_asked_for_makes_another_release(configure: Callable[..., World]) -> None:
    plain = made_of(configure())
    asked = made_of(configure(as_of=date(2026, 2, 1)))
    assert len({plain, asked, made_of(configure(as_of=date(2026, 2, 2)))}) == 3


def test_the_day_of_the_run_makes_no_other_release(configure: Callable[..., World]) -> None:
    before = made_of(configure(run_date=DAY))
    assert made_of(configure(run_date=NEXT_DAY)) == before


def test_the_same_rows_of_another_business_make_another_release(
    configure: Callable[..., World],
) -> None:
    assert made_of(configure("landing")) != made_of(configure("simulated"))


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A small project in the place of this one."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.sql").write_text("select 1")
    (tmp_path / "dbt_project.yml").write_text("name: small")
    monkeypatch.setattr(fingerprint, "PROJECT_DIR", tmp_path)
    monkeypatch.setattr(fingerprint, "code_version", code_version.__wrapped__)
    return tmp_path


@pytest.mark.parametrize(
    "name",
    ["models/a.sql", "models/b.sql", "dbt_project.yml", "seeds/_seeds.yml", "customer_status/a.py"],
)
def test_other_code_makes_another_release(world: World, project: Path, name: str) -> None:
    before = made_of(world), fingerprint.code_version()
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).write_text("other")
    assert made_of(world) != before[0]
    assert fingerprint.code_version() != before[1]


def test_a_moved_model_is_other_code(project: Path) -> None:
    before = fingerprint.code_version()
    (project / "models" / "a.sql").rename(project / "models" / "b.sql")
    assert fingerprint.code_version() != before


@pytest.mark.parametrize("name", ["models/a.pyc", "README.md", "tests/test_a.py", "target/a.sql"])
def test_what_no_release_depends_on_is_no_other_code(project: Path, name: str) -> None:
    before = fingerprint.code_version()
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).write_text("other")
    assert fingerprint.code_version() == before


def test_every_room_that_a_release_depends_on_is_in_its_code() -> None:
    assert {path.parts[0] for path in (Path(name) for name in fingerprint.CODE)} >= {
        "models",
        "macros",
        "customer_status",
        "expectations",
    }


HELD_BACK = facts(as_of="2026-03-01", run_date="2026-03-01", latest="2026-03-02")


def test_a_day_held_back_by_the_calendar_advances_with_it() -> None:
    assert may_advance(HELD_BACK, NEXT_DAY)
    assert not may_advance(HELD_BACK, DAY)


@pytest.mark.parametrize(
    "settled",
    [
        facts(as_of="2026-02-20", run_date="2026-03-01", latest="2026-02-20"),
        facts(as_of="2026-03-01", run_date="2026-03-01", latest="2026-03-01"),
        facts(as_of="2026-03-01", run_date="2026-03-01", latest=None),
        # orders stopped before the other feeds did: waiting brings no order
        facts(as_of="2026-02-20", run_date="2026-03-01", latest="2026-02-27"),
        facts(
            as_of="2026-03-01", run_date="2026-03-01", latest="2026-03-02", asked_for="2026-03-01"
        ),
    ],
)
def test_a_day_that_the_data_or_the_user_set_does_not_advance(settled: dict[str, object]) -> None:
    assert not may_advance(settled, NEXT_DAY)


def test_a_release_of_the_same_makings_is_current(world: World) -> None:
    publish(world, **facts(as_of="2026-02-20", run_date="2026-03-01", latest="2026-02-20"))
    assert is_current(world, fingerprint=made_of(world), run_date=NEXT_DAY)
    assert not is_current(world, fingerprint="other", run_date=NEXT_DAY)


def test_a_release_that_a_new_day_changes_is_not_current(world: World) -> None:
    publish(world, **HELD_BACK)
    assert is_current(world, fingerprint=made_of(world), run_date=DAY)
    assert not is_current(world, fingerprint=made_of(world), run_date=NEXT_DAY)


def test_without_a_release_nothing_is_current(world: World) -> None:
    assert not is_current(world, fingerprint=made_of(world), run_date=DAY)


def test_a_torn_release_json_is_no_release(world: World) -> None:
    world.current.mkdir(parents=True)
    (world.current / "release.json").write_text('{"fingerprint"', encoding="utf-8")
    assert not is_current(world, fingerprint=made_of(world), run_date=DAY)


def test_code_that_is_deployed_while_a_run_is_going_is_not_what_it_ran(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = code_version()
    monkeypatch.setattr(fingerprint, "PROJECT_DIR", tmp_path)
    assert code_version() == before


# Every file of which the program is made that reads, judges, turns or shows rows, and the makings
# that change a release: none may be forgotten by the fingerprint.
SHIPPED = sorted(
    path.relative_to(PROJECT_DIR).as_posix()
    for folder in ("models", "macros", "customer_status", "expectations")
    for path in (PROJECT_DIR / folder).rglob("*")
    if path.is_file() and path.suffix != ".pyc"
)


@pytest.fixture(scope="module")
def copied_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project's code."""
    copy = tmp_path_factory.mktemp("project")
    for name in fingerprint.CODE:
        source = PROJECT_DIR / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, copy / name)
    return copy


@pytest.mark.parametrize("name", SHIPPED)
def test_a_touched_file_of_code_makes_another_release(
    name: str, copied_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fingerprint, "PROJECT_DIR", copied_project)
    path = copied_project / name
    content = path.read_bytes()
    before = code_version.__wrapped__()
    try:
        path.write_bytes(content + b" ")
        assert code_version.__wrapped__() != before
    finally:
        path.write_bytes(content)
    assert code_version.__wrapped__() == before


@pytest.mark.parametrize("name", sorted(path.name for path in SHIPPED_SEEDS.glob("*.csv")))
def test_a_touched_seed_makes_another_release_and_other_facts(name: str, world: World) -> None:
    """All rows are then built again; a policy is followed customer by customer."""
    before = made_of(world), facts_made_of(world), rules_made_of(world)
    path = world.config / name
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines[:-1], lines[-1] + ",more"]), encoding="utf-8")
    after = made_of(world), facts_made_of(world), rules_made_of(world)
    is_another = [old != new for old, new in zip(before, after, strict=True)]
    assert is_another == [True, True, name != "status_policy.csv"]


@pytest.mark.parametrize("name", sorted(path.name for path in SHIPPED_MAPPINGS.glob("*.sql")))
def test_a_touched_mapping_reads_its_files_again(name: str, tmp_path: Path) -> None:
    copy = tmp_path / name
    shutil.copyfile(SHIPPED_MAPPINGS / name, copy)
    before = read_mapping(copy).file_id("0" * 32)
    copy.write_text(copy.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert read_mapping(copy).file_id("0" * 32) != before
