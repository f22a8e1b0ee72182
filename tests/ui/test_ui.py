"""`make ui` opens Dagster: lineage, runs, schedule and sensor work, and other sites stay out."""

import http.client
import os
import struct
import zlib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.end_to_end.story import LATE_FILES
from tests.ui.browser import page, program
from tests.ui.conftest import JOB, UI, wait_until

GROUPS = {
    *("changes", "config", "core", "intermediate", "marts"),
    *("raw", "release", "seeds", "staging", "timeline"),
}
IS_BROWSER_REQUIRED = bool(os.environ.get("STATUS_REQUIRE_BROWSER"))
ASSETS = """
    { assetNodes { assetKey { path } groupName dependencyKeys { path } } }
"""
SWITCH_ON = {
    "schedule": """
        mutation ($selector: ScheduleSelector!) {
            startSchedule(scheduleSelector: $selector) {
                ... on ScheduleStateResult { scheduleState { status } }
            }
        }
    """,
    "sensor": """
        mutation ($selector: SensorSelector!) {
            startSensor(sensorSelector: $selector) {
                ... on Sensor { sensorState { status } }
            }
        }
    """,
}


@pytest.fixture(scope="module")
def daily_run(ui: UI) -> str:
    """The daily job, launched from the UI, has ended."""
    run_id = ui.launch("daily")
    assert ui.ended(run_id) == "SUCCESS"
    return run_id


def answer(ui: UI, method: str, path: str, **headers: str) -> int:
    """Status of one request with these headers, and no other of a browser's."""
    connection = http.client.HTTPConnection(urlsplit(ui.address).netloc, timeout=60)
    try:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers=sent)
        return connection.getresponse().status
    finally:
        connection.close()


def test_the_lineage_is_there(ui: UI) -> None:
    nodes = ui.ask(ASSETS)["assetNodes"]
    assert {node["groupName"] for node in nodes} >= GROUPS
    parents = {
        "/".join(node["assetKey"]["path"]): {
            "/".join(key["path"]) for key in node["dependencyKeys"]
        }
        for node in nodes
    }
    assert "staging/stg_orders" in parents["core/fct_orders"]
    assert "marts/mart_customer_status" in parents["release/current"]


def test_other_sites_stay_out(ui: UI) -> None:
    assert answer(ui, "GET", "/") == 200
    assert answer(ui, "GET", "/", Host="evil.example") == 403
    assert answer(ui, "POST", "/graphql", Origin="http://evil") == 403
    assert answer(ui, "GET", "/graphql?query=mutation%7B__typename%7D") == 403
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec_WebSocket_Version": "13",
        "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec_WebSocket_Protocol": "graphql-ws",
    }
    assert answer(ui, "GET", "/graphql", **upgrade, Origin="http://evil") == 403
    assert answer(ui, "GET", "/graphql", **upgrade, Origin=ui.address) == 101


def test_only_this_machine_is_listened_to(ui: UI) -> None:
    port = f"{urlsplit(ui.address).port:04X}"
    table = Path("/proc/net/tcp")
    if not table.exists():
        pytest.skip("this system does not say who listens")
    listening = [row.split()[1] for row in table.read_text().splitlines() if row.split()[3] == "0A"]
    addresses = {place.split(":")[0] for place in listening if place.endswith(f":{port}")}
    assert addresses == {"0100007F"}  # 127.0.0.1, its bytes turned round


def test_the_daily_job_publishes_a_release(ui: UI, daily_run: str) -> None:
    assert ui.shop.release.statuses()


def test_a_browser_shows_the_lineage(ui: UI, tmp_path: Path) -> None:
    if program() is None:
        if IS_BROWSER_REQUIRED:
            pytest.fail("STATUS_REQUIRE_BROWSER is set, and this machine has no Chromium")
        pytest.skip("this machine has no Chromium")
    with page(tmp_path / "profile") as browser:
        browser.open(f"{ui.address}/asset-groups")
        browser.wait_until(lambda text: all(group in text.split() for group in GROUPS))
        assert len(colours(browser.picture(tmp_path / "lineage.png"))) > 50


def test_the_schedule_is_switched_on(ui: UI) -> None:
    selector = JOB | {"scheduleName": "every_day"}
    answered = ui.ask(SWITCH_ON["schedule"], selector=selector)["startSchedule"]
    assert answered["scheduleState"]["status"] == "RUNNING"


def test_the_sensor_starts_a_run_when_files_have_come(ui: UI, daily_run: str) -> None:
    ui.shop.land(LATE_FILES)
    before = {run["runId"] for run in ui.runs()}
    answered = ui.ask(SWITCH_ON["sensor"], selector=JOB | {"sensorName": "landing_sensor"})
    assert answered["startSensor"]["sensorState"]["status"] == "RUNNING"

    def of_sensor() -> list[str]:
        return [
            run["runId"]
            for run in ui.runs()
            if {"key": "dagster/sensor_name", "value": "landing_sensor"} in run["tags"]
        ]

    wait_until(of_sensor, "a run of the sensor")
    (run_id,) = set(of_sensor()) - before
    old = ui.shop.release.folder
    assert ui.ended(run_id) == "SUCCESS"
    assert ui.shop.release.folder != old


def colours(picture: Path) -> set[bytes]:
    """Colours of a PNG of 8-bit RGB or RGBA; of filtered rows, whatever their bytes say.

    A blank page has the same row over and over, and so a handful of them.
    """
    content, position, packed = picture.read_bytes(), 8, b""
    while position < len(content):
        (length,) = struct.unpack(">I", content[position : position + 4])
        if content[position + 4 : position + 8] == b"IDAT":
            packed += content[position + 8 : position + 8 + length]
        position += 12 + length
    channels = 4 if content[25] == 6 else 3
    rows = zlib.decompress(packed)
    return {rows[start : start + channels] for start in range(1, len(rows), channels)}
