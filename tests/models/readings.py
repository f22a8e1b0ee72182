"""One world read twice, by the models and by the plain rules, in the same words."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import fields
from typing import TypeVar

from tests.models.compiled import ModelRun
from tests.models.seeds import shipped_seed
from tests.oracle.comparison import comparable
from tests.oracle.consents import CHANNELS, Consent, consents
from tests.oracle.mart import Measures, measures
from tests.oracle.people import (
    Owner,
    customer_key,
    full_owner,
    shared_identifiers,
    who_is_who,
)
from tests.oracle.timeline import Interval, timelines
from tests.oracle.versions import winning_orders, winning_sessions, winning_touches
from tests.oracle.world import TABLES, World

T = TypeVar("T")

# Models in which everything is that the plain reading speaks of.
TARGETS = (
    "int_customer__timeline",
    "mart_customer_status",
    "dim_customer",
    "fct_shared_identifier",
)

TIMELINE = """
    select
        customer_key, valid_from, valid_to, status, sub_status,
        policy_segment, policy_effective_from, change_cause
    from compiled.timeline.int_customer__timeline
    order by customer_key, valid_from
"""
COLUMNS = ", ".join(field.name for field in fields(Measures))
MEASURES = f"select customer_key, {COLUMNS} from compiled.marts.mart_customer_status"
REASONS = """
    select customer_key, status_reason, status_reason_es from compiled.marts.mart_customer_status
"""
PEOPLE = "select identifier, customer_key from compiled.intermediate.int_identifier__resolved"
ROWS = """
    select 'order', order_id, customer_key from compiled.core.fct_orders
    union all
    select 'session', session_id, customer_key from compiled.core.fct_web_sessions
    union all
    select 'touch', touch_id, customer_key from compiled.core.fct_crm_touches
"""

CONSENTS = """
    select
        customer_key,
        consent_email, email_opted_out_at, consent_sms, sms_opted_out_at,
        consent_phone, phone_opted_out_at
    from compiled.core.dim_customer
    where customer_key <> 'unknown'
"""
SHARED = "select identifier_hash, customer_ids from compiled.core.fct_shared_identifier"

UNVARIED_SEEDS = ("labels", "status_reasons")


def rows_of(world: World) -> dict[str, list[dict[str, object]]]:
    """The world's rows, with the seeds that a world does not vary as shipped."""
    rows = {table: world.rows(table) for table in [*TABLES, "settings"]}
    for row in rows["settings"]:
        row["value"] = row["value"] or None
    for rule, row in zip(world.identifier_rules, rows["identifier_rules"], strict=True):
        value = comparable(rule.identifier_type, rule.identifier, ())
        row["identifier"] = f"md5:{_md5(f'{rule.identifier_type}:{value}')}"
    return {**{name: shipped_seed(name) for name in UNVARIED_SEEDS}, **rows}


def modelled_timelines(models: ModelRun) -> dict[str, list[Interval]]:
    """By customer_key, in order of days."""
    found: dict[str, list[Interval]] = {}
    for key, *interval in models.rows(TIMELINE):
        found.setdefault(key, []).append(Interval(*interval))
    return found


def modelled_measures(models: ModelRun) -> dict[str, Measures]:
    """The mart's rows by customer_key."""
    names = [field.name for field in fields(Measures)]
    rows = models.rows(MEASURES)
    found = {key: Measures(**dict(zip(names, row, strict=True))) for key, *row in rows}
    assert len(found) == len(rows), "a customer has two rows"
    return found


def modelled_reasons(models: ModelRun) -> dict[str, tuple[str, str]]:
    """Why, in English and in Spanish, by customer_key."""
    return {key: (english, spanish) for key, english, spanish in models.rows(REASONS)}


def numbers_in(text: str) -> list[int]:
    return [int(number) for number in re.findall("[0-9]+", text)]


def modelled_people(models: ModelRun) -> dict[str, str]:
    """customer_key of every identifier, written as ``kind:value``."""
    return dict(models.rows(PEOPLE))


def modelled_owners(models: ModelRun) -> dict[tuple[str, str], str]:
    """customer_key of every order, session and touch, by feed and identifier."""
    return {(feed, name): key for feed, name, key in models.rows(ROWS)}


def modelled_consents(models: ModelRun) -> dict[str, dict[str, Consent]]:
    """What is agreed to by channel, of every customer."""
    return {
        key: {
            channel: Consent(*answers[2 * place : 2 * place + 2])
            for place, channel in enumerate(CHANNELS)
        }
        for key, *answers in models.rows(CONSENTS)
    }


def modelled_shared(models: ModelRun) -> dict[str, int]:
    """customer_ids beside each shared identifier, by its hash."""
    return dict(models.rows(SHARED))


def read_consents(world: World) -> dict[str, dict[str, Consent]]:
    nothing = dict.fromkeys(CHANNELS, Consent(None, None))
    said = consents(world)
    return {customer_key(owner): said.get(owner, nothing) for owner in who_is_who(world).values()}


def read_shared(world: World) -> dict[str, int]:
    return {
        _md5(f"{name.kind}:{name.value}"): count
        for name, count in shared_identifiers(world).items()
    }


def read_timelines(world: World) -> dict[str, list[Interval]]:
    return _by_key(timelines(world, full_owner(world)))


def read_measures(world: World) -> dict[str, Measures]:
    return _by_key(measures(world, full_owner(world)))


def read_people(world: World) -> dict[str, str]:
    return {
        f"{name.kind}:{name.value}": customer_key(owner)
        for name, owner in who_is_who(world).items()
    }


def read_owners(world: World) -> dict[tuple[str, str], str]:
    owner_of = full_owner(world)
    rows = [
        *(("order", row.order_id, owner_of(row)) for row in winning_orders(world.orders)),
        *(("session", row.session_id, owner_of(row)) for row in winning_sessions(world.sessions)),
        *(("touch", row.touch_id, owner_of(row)) for row in winning_touches(world.touches)),
    ]
    return {(feed, name): customer_key(owner) if owner else "unknown" for feed, name, owner in rows}


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def _by_key(found: Mapping[Owner, T]) -> dict[str, T]:
    return {customer_key(owner): value for owner, value in found.items()}
