"""Keeps other web sites out of Dagster's UI, which has no login of its own.

A page that somebody opens in the same browser can send requests to this machine, and can make its
own name point here (DNS rebinding). Browsers say in the headers of a request which name was asked
for and which site asks; programs such as curl say nothing of a site and are let in.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from graphql import GraphQLError, OperationDefinitionNode, OperationType, parse
from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
OTHER_SITES = frozenset({"cross-site", "same-site"})
POLICY_VIOLATION = 1008


class Guard:
    """ASGI middleware: refuses foreign Host headers, requests of other sites, and GET mutations.

    ``hosts`` are names by which the UI is reached besides those of this machine.
    """

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str] = ()) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = why_refused(scope, self._hosts)
        if refusal is None:
            await self._app(scope, receive, _without_frames(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": refusal})
        else:
            await PlainTextResponse(refusal + "\n", status_code=403)(scope, receive, send)


def why_refused(scope: Scope, hosts: frozenset[str]) -> str | None:
    """What is wrong with a request, in one line; None if nothing is."""
    headers = Headers(scope=scope)
    names = headers.getlist("host")
    if len(names) != 1 or _hostname(names[0]) not in LOOPBACK_NAMES | hosts:
        return (
            "Refused: the Host header is not a name of this server; open http://localhost, "
            "or list the name in STATUS_UI_HOSTS."
        )
    if _is_of_another_site(scope, headers, host=names[0], hosts=hosts):
        return "Refused: the request comes from another web site."
    if _is_get_mutation(scope):
        return "Refused: GraphQL mutations are sent by POST."
    return None


def _hostname(netloc: str) -> str | None:
    try:
        return urlsplit(f"//{netloc}").hostname
    except ValueError:
        return None


def _is_of_another_site(
    scope: Scope, headers: Headers, *, host: str, hosts: frozenset[str]
) -> bool:
    origins = headers.getlist("origin")
    if origins:
        return not all(_is_same(origin, host, hosts) for origin in origins)
    if headers.get("sec-fetch-site") not in OTHER_SITES:
        return False
    # A link on another site may open a page; it cannot read what it opens.
    is_link = headers.get("sec-fetch-mode") == "navigate" and scope.get("method") == "GET"
    return not (is_link and headers.get("sec-fetch-dest") == "document") or _is_graphql(scope)


def _is_same(origin: str, host: str, hosts: frozenset[str]) -> bool:
    """Whether an origin is this very server; behind a proxy the names that it was given count."""
    try:
        site = urlsplit(origin)
        return site.netloc.lower() == host.lower() or site.hostname in hosts
    except ValueError:
        return False


def _is_graphql(scope: Scope) -> bool:
    return scope["path"].rstrip("/").endswith("/graphql")


def _is_get_mutation(scope: Scope) -> bool:
    if scope.get("method") not in ("GET", "HEAD") or not _is_graphql(scope):
        return False
    return any(map(_is_mutation, QueryParams(scope["query_string"]).getlist("query")))


def _is_mutation(query: str) -> bool:
    try:
        definitions = parse(query).definitions
    except GraphQLError:
        return False  # Dagster says what is wrong with it
    return any(
        isinstance(one, OperationDefinitionNode) and one.operation is not OperationType.QUERY
        for one in definitions
    )


def _without_frames(send: Send) -> Send:
    """No other site may show the UI inside its own page, and have people click there."""

    async def send_with_header(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["X-Frame-Options"] = "SAMEORIGIN"
        await send(message)

    return send_with_header
