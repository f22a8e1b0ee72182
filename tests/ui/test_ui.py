"""`make ui` opens Dagster: lineage, runs, schedule and sensor work, and other sites stay out."""

import hashlib
import http.client
import os
import struct
import zlib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from orchestration.build_state import BuildState, read_state
from tests.end_to_end.shop import Release, Shop
from tests.end_to_end.story import FIRST_DAY, LATER_FILES, SECOND_DAY
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
RELEASE = """
    {
        assetNodeOrError(assetKey: {path: ["release", "current"]}) {
            ... on AssetNode {
                internalFreshnessPolicy { ... on TimeWindowFreshnessPolicy { failWindowSeconds } }
                assetMaterializations(limit: 1) {
                    metadataEntries {
                        label
                        ... on IntMetadataEntry { intValue }
                        ... on FloatMetadataEntry { floatValue }
                    }
                }
            }
        }
    }
"""
ONE_MART = ("marts/mart_customer_status", "timeline/int_customer__timeline")
ABOUT_A_DAY = ("mart_customer_status", "fct_customer_status_history", "fct_customer_status_change")
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
def first(ui: UI) -> Release:
    """The release of the daily job, launched from the UI."""
    assert ui.ended(ui.launch("daily")) == "SUCCESS"
    return ui.shop.release


@pytest.fixture(scope="module")
def part(ui: UI, first: Release) -> BuildState | None:
    """What the build holds after one mart, and what it is made from, is built again."""
    names = (*ONE_MART, "seeds/settings", "intermediate/int_run__as_of", "core/fct_orders")
    keys = [{"path": name.split("/")} for name in names]
    assert ui.ended(ui.launch("__ASSET_JOB", assetSelection=keys)) == "SUCCESS"
    return read_state(ui.shop.world)


@pytest.fixture(scope="module")
def second(ui: UI, part: BuildState | None) -> Release:
    """The release of a run that the sensor has started, as files had come."""
    ui.shop.land(LATER_FILES)
    answered = ui.ask(SWITCH_ON["sensor"], selector=JOB | {"sensorName": "landing_sensor"})
    assert answered["startSensor"]["sensorState"]["status"] == "RUNNING"
    wait_until(lambda: runs_of_sensor(ui), "a run of the sensor")
    (run_id,) = runs_of_sensor(ui)
    assert ui.ended(run_id) == "SUCCESS"
    return ui.shop.release


def runs_of_sensor(ui: UI) -> list[str]:
    tag = {"key": "dagster/sensor_name", "value": "landing_sensor"}
    return [run["runId"] for run in ui.runs() if tag in run["tags"]]


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


def test_the_daily_job_publishes_a_release(first: Release) -> None:
    assert first.facts["as_of_date"] == FIRST_DAY


def test_the_release_is_told_in_numbers_that_dagster_plots(ui: UI, first: Release) -> None:
    asset = ui.ask(RELEASE)["assetNodeOrError"]
    (found,) = asset["assetMaterializations"][:1]
    numbers = {
        entry["label"]: entry.get("intValue", entry.get("floatValue"))
        for entry in found["metadataEntries"]
    }
    assert numbers["customers"] == len(first.statuses())
    for status in ("captive", "active", "passive", "inactive"):
        counted = sum(found == status for found, _ in first.statuses().values())
        assert numbers[f"customers_{status}"] == counted, status
    (revenue,) = first.ask("select sum(revenue_365d) from mart_customer_status")[0]
    assert numbers["revenue_365_days"] == float(revenue)
    assert numbers["rows_in_public_tables"] == sum(first.facts["row_counts"].values())
    assert numbers["rows_quarantined"] == 0
    assert asset["internalFreshnessPolicy"]["failWindowSeconds"] == 2 * 26 * 60 * 60


def test_a_part_built_again_leaves_the_build_whole(
    ui: UI, first: Release, part: BuildState | None
) -> None:
    assert ui.shop.release == first
    assert part is not None
    assert (part.is_whole, part.release_id) == (True, first.folder.name)


def test_the_sensor_starts_a_run_that_takes_in_only_what_came(
    ui: UI, first: Release, second: Release
) -> None:
    assert second.facts["as_of_date"] == SECOND_DAY
    assert "C-FAY" in second.statuses()
    state = read_state(ui.shop.world)
    assert state is not None
    assert state.brought_from == first.folder.name


def test_a_past_day_is_told_as_it_was_and_nothing_else_changes(
    ui: UI, first: Release, second: Release
) -> None:
    before = fingerprints(ui.shop)
    assert ui.ended(ui.launch("past_day", {"as_of_date": FIRST_DAY})) == "SUCCESS"
    assert fingerprints(ui.shop) == before
    day = Release(ui.shop.world.days / FIRST_DAY)
    assert day.facts["as_of_date"] == FIRST_DAY
    told, then = day.tables(), first.tables()
    assert [name for name in ABOUT_A_DAY if told[name] != then[name]] == []
    assert told["fct_customer_status_restatement"] == []
    assert FIRST_DAY in (day.folder / "report.html").read_text(encoding="utf-8")


def fingerprints(shop: Shop) -> dict[str, str]:
    """What readers see, and all that the next run builds on, byte for byte."""
    found = {"current": str(shop.world.current.readlink())}
    for folder in (shop.world.releases, shop.world.root):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


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
