"""Other web sites cannot use the Dagster UI of somebody who has it open."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.responses import PlainTextResponse

from orchestration.ui.guard import Guard

HOME = "http://localhost:3000"
HERE = {"Host": "localhost:3000"}
FROM_A_LINK = {
    "Sec-Fetch-Site": "cross-site",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
}
FOREIGN_HOSTS = ("evil.example", "evil.example:3000", "localhost.evil.example", "[::2]", "", "[")
FOREIGN_ORIGINS = (
    "http://evil",
    "https://evil.example",
    "http://localhost",
    "http://localhost:8000",
    "http://localhost:3000.evil.example",
    "null",
    "",
)

Headers = Mapping[str, str]


async def dagster(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """What the guard stands before: it lets everybody in."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
    else:
        await PlainTextResponse("page")(scope, receive, send)


def request(scope: dict[str, Any], headers: Headers, hosts: tuple[str, ...]) -> list[dict]:
    """All messages that come back."""
    sent: list[dict] = []

    async def send(message: dict) -> None:
        sent.append(message)

    async def receive() -> dict:
        return {"type": "http.request", "body": b""}

    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    asyncio.run(Guard(dagster, hosts=hosts)(scope | {"headers": raw}, receive, send))
    return sent


def ask(
    headers: Headers,
    *,
    method: str = "GET",
    path: str = "/",
    query: str | None = None,
    hosts: tuple[str, ...] = (),
) -> tuple[int, str]:
    """Status and text of one answer."""
    text = urlencode({"query": query}) if query else ""
    scope = {"type": "http", "method": method, "path": path, "query_string": text.encode()}
    start, body = request(scope, HERE | dict(headers), hosts)
    return start["status"], body["body"].decode()


def is_socket_open(headers: Headers) -> bool:
    scope = {"type": "websocket", "path": "/graphql", "query_string": b""}
    (answer,) = request(scope, HERE | dict(headers), ())
    return answer["type"] == "websocket.accept"


@pytest.mark.parametrize("host", ["localhost:3000", "localhost", "127.0.0.1:3000", "[::1]:3000"])
def test_this_machine_has_several_names(host: str) -> None:
    assert ask({"Host": host}) == (200, "page")


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_foreign_host_is_refused_in_one_line(host: str) -> None:
    status, text = ask({"Host": host})
    assert status == 403
    assert text.startswith("Refused: the Host header")
    assert text.count("\n") == 1


def test_a_request_without_a_host_is_refused() -> None:
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b""}
    assert request(scope, {}, ())[0]["status"] == 403


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_another_site_sends_is_refused(method: str, origin: str) -> None:
    assert ask({"Origin": origin}, method=method, path="/graphql") == (
        403,
        "Refused: the request comes from another web site.\n",
    )


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_another_site_opens_no_websocket(origin: str) -> None:
    assert not is_socket_open({"Origin": origin})


def test_a_foreign_host_opens_no_websocket() -> None:
    assert not is_socket_open({"Host": "evil.example", "Origin": "http://evil.example"})


def test_the_page_itself_sends_and_listens() -> None:
    own = {"Origin": HOME, "Sec-Fetch-Site": "same-origin"}
    assert ask(own, method="POST", path="/graphql") == (200, "page")
    assert is_socket_open(own)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_the_browser_says_of_the_site_counts_where_it_names_none(site: str) -> None:
    assert ask({"Sec-Fetch-Site": site})[0] == 403


def test_a_link_elsewhere_opens_a_page_but_asks_nothing() -> None:
    assert ask(FROM_A_LINK)[0] == 200
    assert ask(FROM_A_LINK, path="/graphql", query="{ version }")[0] == 403
    assert ask(FROM_A_LINK | {"Sec-Fetch-Dest": "iframe"})[0] == 403
    assert ask(FROM_A_LINK, method="POST")[0] == 403


def test_a_program_that_is_no_browser_is_let_in() -> None:
    assert ask({}, method="POST", path="/graphql") == (200, "page")


@pytest.mark.parametrize(
    "query",
    [
        "mutation { terminateRun(runId: 1) { __typename } }",
        "query one { version } mutation two { x }",
        "subscription { x }",
        "# a comment\n  mutation{x}",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/graphql", "/graphql/"])
def test_a_mutation_is_not_sent_by_get(path: str, method: str, query: str) -> None:
    assert ask({}, method=method, path=path, query=query)[0] == 403


def test_a_question_may_be_sent_by_get() -> None:
    assert ask({}, path="/graphql", query="{ version }") == (200, "page")


def test_no_other_site_shows_the_ui_in_a_frame() -> None:
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b""}
    assert (b"x-frame-options", b"SAMEORIGIN") in request(scope, HERE, ())[0]["headers"]


@pytest.mark.parametrize("host", ["dagster.shop.example", "127.0.0.1:3000"])
def test_behind_a_proxy_the_names_that_it_is_reached_by_count(host: str) -> None:
    named = {"Host": host, "Origin": "https://dagster.shop.example"}
    assert ask(named, method="POST", hosts=("Dagster.shop.example",))[0] == 200
    assert ask({"Host": "shop.example"}, hosts=("Dagster.shop.example",))[0] == 403
