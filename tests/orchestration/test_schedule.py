"""When runs start by themselves."""

import fcntl
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from customer_status.environment.errors import UserError
from customer_status.environment.layout import World
from orchestration.defs.schedule.daily import daily_schedule, landing_sensor


@pytest.fixture
def landing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty landing folder that the sensor watches."""
    for name in ("STATUS_DATA", "STATUS_CONFIG", "STATUS_AS_OF", "STATUS_TARGET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("STATUS_LANDING", str(tmp_path / "landing"))
    monkeypatch.setenv("STATUS_WAREHOUSE", str(tmp_path / "warehouse"))
    (tmp_path / "landing").mkdir()
    return tmp_path / "landing"


@pytest.fixture
def look() -> Callable[[], dg.SensorResult]:
    """Let the sensor look again, remembering what it remembers from look to look."""
    memory: list[str | None] = [None]

    def look_again() -> dg.SensorResult:
        result = landing_sensor(dg.build_sensor_context(cursor=memory[-1]))
        memory.append(result.cursor or memory[-1])
        return result

    return look_again


def land(landing: Path, name: str, content: str) -> None:
    (landing / name).parent.mkdir(parents=True, exist_ok=True)
    (landing / name).write_text(content)


def reason(result: dg.SensorResult) -> str:
    assert not result.run_requests
    return result.skip_reason.skip_message


def test_a_run_starts_every_day_at_six_of_universal_time(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STATUS_SCHEDULE_CRON", "STATUS_SCHEDULE_TIMEZONE"):
        monkeypatch.setenv(name, "")
    schedule = daily_schedule()
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 6 * * *", "UTC")
    assert schedule.job_name == "daily"


def test_the_environment_sets_the_time_and_its_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATUS_SCHEDULE_CRON", "30 4 * * 1-5")
    monkeypatch.setenv("STATUS_SCHEDULE_TIMEZONE", "Europe/Madrid")
    schedule = daily_schedule()
    assert (schedule.cron_schedule, schedule.execution_timezone) == (
        "30 4 * * 1-5",
        "Europe/Madrid",
    )


def test_a_zone_that_does_not_exist_fails_early_by_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STATUS_SCHEDULE_TIMEZONE", "Europe/Madird")
    with pytest.raises(UserError, match="Europe/Madird"):
        daily_schedule()


def test_without_files_the_sensor_says_what_it_waits_for(
    landing: Path, look: Callable[[], dg.SensorResult]
) -> None:
    assert reason(look()).startswith(f"LANDING={landing}: the folder is empty; put files under")


def test_files_that_came_start_one_run(landing: Path, look: Callable[[], dg.SensorResult]) -> None:
    look()
    land(landing, "orders/a.csv", "order_id\n1\n")
    land(landing, "contacts/a.csv", "contact_id\n1\n")
    assert len(look().run_requests) == 1
    assert reason(look()) == "No new files."


def test_a_name_is_no_change(landing: Path, look: Callable[[], dg.SensorResult]) -> None:
    land(landing, "orders/a.csv", "order_id\n1\n")
    look()
    (landing / "orders" / "a.csv").rename(landing / "orders" / "b.csv")
    assert reason(look()) == "No new files."


@pytest.mark.parametrize("name", ["orders/a.csv", "orders/b.csv"])
def test_new_content_starts_another_run(
    landing: Path, look: Callable[[], dg.SensorResult], name: str
) -> None:
    land(landing, "orders/a.csv", "order_id\n1\n")
    assert len(look().run_requests) == 1
    land(landing, name, "order_id\n2\n")
    assert len(look().run_requests) == 1


def test_a_file_that_is_being_written_starts_no_run(
    landing: Path, look: Callable[[], dg.SensorResult]
) -> None:
    land(landing, "orders/a.csv", "order_id\n1\n")
    look()
    land(landing, "orders/b.csv.part", "order_id\n2")
    assert reason(look()) == "No new files."


def test_files_that_come_while_another_run_is_writing_are_not_forgotten(
    landing: Path, look: Callable[[], dg.SensorResult]
) -> None:
    look()
    lock_file = World(landing.parent / "warehouse", "landing").lock_file
    lock_file.parent.mkdir()
    with lock_file.open("w") as held_by_another:
        fcntl.flock(held_by_another, fcntl.LOCK_EX)
        land(landing, "orders/a.csv", "order_id\n1\n")
        for _ in range(2):
            assert "another run is writing this warehouse" in reason(look())
    assert len(look().run_requests) == 1
    assert reason(look()) == "No new files."


def test_a_folder_that_went_away_is_no_failure(
    landing: Path, look: Callable[[], dg.SensorResult]
) -> None:
    land(landing, "orders/a.csv", "order_id\n1\n")
    look()
    landing.rename(landing.with_name("unmounted"))
    assert reason(look()).startswith(f"LANDING={landing}: no such folder")
    landing.with_name("unmounted").rename(landing)
    assert reason(look()) == "No new files."


def test_a_bad_option_is_the_reason_to_wait(
    landing: Path, look: Callable[[], dg.SensorResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATUS_AS_OF", "soon")
    assert reason(look()) == "AS_OF=soon: not a day; write it as YYYY-MM-DD."
