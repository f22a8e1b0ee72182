"""Tokens: what stands in the place of an identifier that was forgotten.

A token is ``erased:`` and 32 hexadecimal digits of the SHA-256 of a secret, the identifier's kind
and its value. The same identifier always gets the same token, so that a row that comes later is
recognised; without the secret nobody can try out whose token it is.
"""

import hashlib
import os
import secrets
from pathlib import Path

import duckdb

from customer_status.engine import literal
from customer_status.environment.layout import World
from customer_status.feeds.personal_columns import PSEUDONYM_PREFIX

SECRET_BYTES = 32
CUSTOMER_KEY = "customer_key"


def secret_of(world: World) -> str | None:
    """The world's secret; None where nobody was ever forgotten."""
    try:
        return world.erasure_secret.read_text(encoding="ascii").strip() or None
    except FileNotFoundError:
        return None


def ensure_secret(world: World) -> str:
    """The world's secret, made at its first use and readable to its owner only."""
    known = secret_of(world)
    if known:
        return known
    made = secrets.token_hex(SECRET_BYTES)
    fresh = world.erasure_secret.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(made + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(world.erasure_secret)
    return made


def define(connection: duckdb.DuckDBPyConnection, secret: str) -> None:
    """Give a connection the SQL macros ``token(kind, value)`` and ``is_token(value)``."""
    connection.execute(f"set variable erasure_secret = {literal(secret)}")
    connection.execute(
        f"create or replace macro token(kind, value) as {literal(PSEUDONYM_PREFIX)} || "
        "left(sha256(getvariable('erasure_secret') || kind || ':' || value), 32)"
    )
    connection.execute(
        "create or replace macro is_token(value) as "
        f"regexp_full_match(value, '{PSEUDONYM_PREFIX}[0-9a-f]{{32}}')"
    )


def token_of(secret: str, kind: str, value: str) -> str:
    """The token of an identifier, as the SQL macro ``token`` gives it."""
    digest = hashlib.sha256(f"{secret}{kind}:{value}".encode()).hexdigest()
    return PSEUDONYM_PREFIX + digest[:32]


def remembered(world: World) -> set[str]:
    """Tokens of every customer key that an identifier forgotten so far could have given.

    They tell which customers of earlier releases are to be named no more.
    """
    path: Path = world.forgotten
    return set(path.read_text(encoding="ascii").split()) if path.exists() else set()


def remember(world: World, tokens: set[str]) -> None:
    """Add to what is remembered, whole or not at all."""
    fresh = world.forgotten.with_suffix(".new")
    fresh.write_text("\n".join(sorted(remembered(world) | tokens)) + "\n", encoding="ascii")
    fresh.replace(world.forgotten)


def state(world: World) -> str:
    """Short hash of who is forgotten; empty where nobody is. Releases that differ in it differ in
    whom they name."""
    tokens = sorted(remembered(world))
    return hashlib.sha256("\n".join(tokens).encode()).hexdigest()[:16] if tokens else ""
