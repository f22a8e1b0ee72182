"""Whoever does not watch is told that a run failed: once, without personal data, at no risk."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import dagster as dg
import pytest
from click.testing import CliRunner

from customer_status.environment.errors import UserError
from customer_status.environment.layout import World
from customer_status.ingest.ledger import HELD, Receipt, write_receipt
from orchestration import alerts, headless
from orchestration.__main__ import main
from orchestration.defs.alerts.sensor import FROM_COMMAND_LINE, alert_on_failure
from orchestration.failures import RunFailed
from orchestration.headless import alerts_about_failure

ALERT = {"event": "run_failed", "text": "número 1"}


@dataclass
class Webhook:
    """A server on this machine, what it was sent, and how it answers."""

    address: str = ""
    sent: list[dict[str, Any]] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    answer: Callable[[BaseHTTPRequestHandler], None] | None = None


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    """The webhook that alerts go to."""
    webhook = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            webhook.sent.append(json.loads(body))
            webhook.kinds.append(self.headers["Content-Type"])
            if webhook.answer:
                webhook.answer(self)
                return
            self.send_response(webhook.status)
            for name, text in webhook.headers.items():
                self.send_header(name, text)
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    webhook.address = f"http://127.0.0.1:{server.server_port}/secret-token"
    monkeypatch.setenv(alerts.WEBHOOK, webhook.address)
    yield webhook
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By itself nobody is told, and the warehouse is one of this test."""
    given = ("STATUS_DATA", "STATUS_CONFIG", "STATUS_AS_OF", "STATUS_TARGET")
    for name in (alerts.WEBHOOK, alerts.COMMAND, *given):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("STATUS_LANDING", str(tmp_path / "landing"))
    monkeypatch.setenv("STATUS_WAREHOUSE", str(tmp_path / "warehouse"))


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world with one release and one file that is held."""
    world = World(tmp_path / "warehouse", "landing")
    reason = "12 of 20 rows are bad, such as that of ana@example.com"
    write_receipt(world, Receipt("orders", "f", "orders/x.csv", HELD, 20, 0, 0, 9, "", {}, reason))
    release = world.releases / "2026-06-30-abc"
    release.mkdir(parents=True)
    facts = {"release_id": "2026-06-30-abc", "as_of_date": "2026-06-30"}
    (release / "release.json").write_text(json.dumps(facts), encoding="utf-8")
    world.current.symlink_to(release)
    return world


def test_an_alert_is_posted_as_json(webhook: Webhook) -> None:
    assert alerts.send(ALERT) == []
    assert webhook.sent == [ALERT]
    assert webhook.kinds == ["application/json"]


def test_an_alert_is_given_to_a_command_on_its_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "what came"
    script = "import pathlib, sys; pathlib.Path(sys.argv[1]).write_bytes(sys.stdin.buffer.read())"
    monkeypatch.setenv(alerts.COMMAND, f"{sys.executable} -c '{script}' '{target}'")
    assert alerts.send(ALERT) == []
    assert json.loads(target.read_bytes()) == ALERT


def test_nobody_is_told_who_does_not_want_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not alerts.is_wanted()
    assert alerts.send(ALERT) == []
    monkeypatch.setenv(alerts.COMMAND, "true")
    assert alerts.is_wanted()


def test_an_alert_says_what_failed_and_what_is_held(world: World) -> None:
    problems = ["raw/orders: orders/x.csv: 12 of 20 rows are bad (ana@example.com)", "  a row"]
    alert = alerts.failure(world.warehouse, problems, world=world, run_id="run-1")
    assert alert.pop("time").endswith("+00:00")
    assert alert == {
        "event": "run_failed",
        "text": (
            f"Customer status: run failed in {world.warehouse}: "
            "raw/orders: orders/x.csv: 12 of 20 rows are bad (***)"
        ),
        "warehouse": str(world.warehouse),
        "run_id": "run-1",
        "exit_code": 1,
        "problems": ["raw/orders: orders/x.csv: 12 of 20 rows are bad (***)", "  a row"],
        "held_files": [
            {
                "feed": "orders",
                "file": "orders/x.csv",
                "reason": "12 of 20 rows are bad, such as that of ***",
            }
        ],
        "current_release": "2026-06-30-abc",
        "current_as_of_date": "2026-06-30",
    }


def only(warnings: list[str]) -> str:
    (warning,) = warnings
    assert "\n" not in warning
    assert "secret-token" not in warning
    return warning


@pytest.mark.parametrize("status", [302, 307, 308])
def test_a_redirect_is_not_followed(webhook: Webhook, status: int) -> None:
    webhook.status, webhook.headers = status, {"Location": webhook.address}
    assert only(alerts.send(ALERT)) == (
        f"warning: no alert was sent (STATUS_ALERT_WEBHOOK): 127.0.0.1 answered {status}."
    )
    assert len(webhook.sent) == 1


@pytest.mark.parametrize(
    "address",
    [
        "file:///secret-token",
        "ftp://example.com/secret-token",
        "data:,secret-token",
        "secret-token",
        "http:///secret-token",
        "http://[secret-token",
        "http://127.0.0.1:1/ secret-token",
        "http://127.0.0.1:1/secret-token",
        "http://127.0.0.1:x/secret-token",
    ],
)
def test_an_address_that_is_none_is_one_warning(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(alerts.WEBHOOK, address)
    assert only(alerts.send(ALERT)).startswith("warning: no alert was sent (STATUS_ALERT_WEBHOOK)")


def test_a_server_that_trickles_is_not_waited_for(
    webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "WEBHOOK_SECONDS", 1)

    def trickle(handler: BaseHTTPRequestHandler) -> None:
        for _ in range(50):
            handler.wfile.write(b"X")
            handler.wfile.flush()
            time.sleep(0.1)

    webhook.answer = trickle
    began = time.monotonic()
    assert "no answer" in only(alerts.send(ALERT))
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("false", "false ended with code 1"),
        ("no-such-program-here x", "No such file"),
        ("'open quote", "No closing quotation"),
        ("sh -c 'sleep 60 & sleep 60'", "sh ran for 1 seconds"),
    ],
)
def test_a_command_that_fails_is_one_warning(
    command: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "COMMAND_SECONDS", 1)
    monkeypatch.setenv(alerts.COMMAND, command)
    assert words in only(alerts.send(ALERT))


def test_a_run_that_is_refused_before_it_begins_alerts(webhook: Webhook) -> None:
    outcome = CliRunner().invoke(main, ["run"])
    assert outcome.exit_code == 1
    (alert,) = webhook.sent
    assert alert["run_id"] is None
    (problem,) = alert["problems"]
    assert problem.startswith("LANDING=")
    assert f"error: {problem}" in outcome.output


def test_options_that_cannot_be_read_alert(
    webhook: Webhook, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    outcome = CliRunner().invoke(main, ["run", "--as-of", "yesterday"])
    assert outcome.exit_code == 1
    (alert,) = webhook.sent
    assert alert["warehouse"] == str(tmp_path / "warehouse")
    assert "AS_OF=yesterday" in alert["problems"][0]


def test_a_webhook_that_is_down_changes_nothing_but_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quiet = CliRunner().invoke(main, ["run"])
    monkeypatch.setenv(alerts.WEBHOOK, "http://127.0.0.1:1/")
    loud = CliRunner().invoke(main, ["run"])
    assert loud.exit_code == quiet.exit_code == 1
    added = set(loud.output.splitlines()) - set(quiet.output.splitlines())
    assert len(added) == 1
    assert added.pop().startswith("warning: no alert was sent")


def test_a_failed_run_alerts_with_its_id_and_a_good_one_does_not(
    webhook: Webhook, world: World
) -> None:
    with alerts_about_failure(say=pytest.fail):
        pass
    assert webhook.sent == []
    with pytest.raises(UserError), alerts_about_failure(say=pytest.fail):
        try:
            raise RunFailed("two\nlines", run_id="run-1")
        except UserError as error:
            raise UserError("two\nlines") from error  # as where a full disk is looked for
    (alert,) = webhook.sent
    assert (alert["run_id"], alert["problems"]) == ("run-1", ["two", "lines"])
    assert alert["held_files"]


def test_a_fault_of_the_program_alerts_and_stays_what_it_is(webhook: Webhook) -> None:
    with pytest.raises(ZeroDivisionError), alerts_about_failure(say=pytest.fail):
        _ = 1 / 0
    assert webhook.sent[0]["problems"] == ["ZeroDivisionError: division by zero"]


def failed_run(instance: dg.DagsterInstance, *, tags: dict[str, str]) -> dg.RunFailureSensorContext:
    """What the sensor is given of a run that failed."""

    @dg.op
    def step() -> None:
        raise dg.Failure("LANDING=mine: no such folder.")

    @dg.job
    def daily() -> None:
        step()

    result = daily.execute_in_process(
        instance=instance,
        raise_on_error=False,
        tags=tags,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )
    return dg.build_run_status_sensor_context(
        sensor_name="alert_on_failure",
        dagster_event=result.get_run_failure_event(),
        dagster_instance=instance,
        dagster_run=result.dagster_run,
    ).for_run_failure()


@pytest.mark.usefixtures("world")
def test_a_run_from_the_ui_alerts_through_the_sensor(webhook: Webhook) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        context = failed_run(instance, tags={})
        alert_on_failure(context)
    (alert,) = webhook.sent
    assert alert["run_id"] == context.dagster_run.run_id
    assert alert["problems"] == ["LANDING=mine: no such folder."]


@pytest.mark.usefixtures("world")
def test_a_run_from_the_command_line_alerts_once_and_not_through_the_sensor(
    webhook: Webhook,
) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        alert_on_failure(failed_run(instance, tags=FROM_COMMAND_LINE))
    assert webhook.sent == []


@pytest.mark.usefixtures("world")
def test_the_sensor_does_nothing_where_nobody_is_to_be_told() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        alert_on_failure(failed_run(instance, tags={}))


def dead_run(instance: dg.DagsterInstance, *, tags: dict[str, str]) -> str:
    """A run that counts as started, and whose process is no more."""

    @dg.job
    def daily() -> None:
        pass

    run = instance.create_run_for_job(daily, status=dg.DagsterRunStatus.STARTED, tags=tags)
    return run.run_id


def test_a_killed_run_of_the_command_line_is_told_by_the_next(
    world: World, webhook: Webhook, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        monkeypatch.setattr(dg.DagsterInstance, "get", lambda: instance)
        killed = dead_run(instance, tags=FROM_COMMAND_LINE)
        others = dead_run(instance, tags={})
        assert headless.end_dead_runs() == [killed]
        assert instance.get_run_by_id(others).status is dg.DagsterRunStatus.FAILURE
    headless._tell_of_death(world, killed, say=pytest.fail)
    (alert,) = webhook.sent
    assert alert["run_id"] == killed
    assert "process of this run died" in alert["text"]
