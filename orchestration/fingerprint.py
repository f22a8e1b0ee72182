"""What a release is made of, as one hash: the same makings, the same release."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from customer_status.environment.layout import PROJECT_DIR, World
from customer_status.ingest.ledger import ACCEPTED, Receipt, read_receipts

# Settings that say whether a release is made, not what it says.
NOT_IN_RELEASES = ("run_date,", "hold_on_low_volume,")
# Whatever can change what a release says.
CODE = (
    "models",
    "macros",
    "tests/dbt",
    "customer_status",
    "expectations",
    "seeds",
    "dbt_project.yml",
)
POLICY = "status_policy.csv"
# Settings that change no fact.
NO_FACTS = (*NOT_IN_RELEASES, "as_of_date,", "release_mode,")
# The tables among the seeds count as they are in force, not as they are shipped.
SUFFIXES = {".sql", ".yml", ".md", ".py", ".css"}


@cache
def code_version() -> str:
    """Hash of the code that a release depends on, 12 hexadecimal digits.

    Taken once in a process: code that is deployed while a run is going is not what the run ran.
    """
    digest = hashlib.sha256()
    for path in sorted(_code_files()):
        digest.update(path.relative_to(PROJECT_DIR).as_posix().encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _code_files() -> Iterable[Path]:
    for name in CODE:
        root = PROJECT_DIR / name
        for path in [root] if root.is_file() else root.rglob("*"):
            if path.suffix in SUFFIXES and path.is_file():
                yield path


def made_of(world: World) -> str:
    """Fingerprint of a release: code, seeds in force (the as-of date asked for among them), files.

    The day of the run is left out: it matters only while there are events after the as-of date,
    which `may_advance` tells.
    """
    return _fingerprint(world, but_for=NOT_IN_RELEASES)


def facts_made_of(world: World) -> str:
    """Fingerprint of the facts: the same, but for the as-of date, which facts do not depend on."""
    return _fingerprint(world, but_for=NO_FACTS)


def rules_made_of(world: World) -> str:
    """Fingerprint of what holds for all rows: the same, but for the files and the policy, whose
    changes a build can follow row by row and customer by customer."""
    return _rules(world, but_for=NO_FACTS, without=(POLICY,)).hexdigest()


def _fingerprint(world: World, *, but_for: tuple[str, ...]) -> str:
    digest = _rules(world, but_for=but_for)
    for name in sorted(map(taken_in, accepted_receipts(world))):
        digest.update(name.encode() + b"\0")
    return digest.hexdigest()


def _rules(
    world: World, *, but_for: tuple[str, ...], without: tuple[str, ...] = ()
) -> "hashlib._Hash":
    digest = hashlib.sha256(f"{world.name}\0{code_version()}\0".encode())
    for path in sorted(world.config.glob("*.csv")):
        if path.name in without:
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if not line.startswith(but_for)]
        digest.update("\n".join([path.name, *kept]).encode() + b"\0")
    return digest


def taken_in(receipt: Receipt) -> str:
    """What a file was taken in as. The same bytes may be given to two feeds, and be judged again
    by other rules."""
    return f"{receipt.feed}/{receipt.file_id}/{receipt.rows_accepted}"


def accepted_receipts(world: World) -> list[Receipt]:
    """Receipts of the files whose rows are in raw."""
    return [receipt for receipt in read_receipts(world) if receipt.state == ACCEPTED]


def policy_version(world: World) -> str:
    """Hash of the policy rows in force."""
    return hashlib.sha256((world.config / POLICY).read_bytes()).hexdigest()[:12]


def is_current(world: World, *, fingerprint: str, run_date: date) -> bool:
    """Whether the published release is made of exactly this and no passing day changes it."""
    facts = current_facts(world)
    if facts is None or facts.get("fingerprint") != fingerprint:
        return False
    return not may_advance(facts, run_date)


def may_advance(facts: dict[str, Any], run_date: date) -> bool:
    """Whether the as-of date was held back by the day of its run, and a later day has come."""
    settings, as_of, latest = facts["settings"], facts["as_of_date"], facts["latest_event_date"]
    was_held_back = not settings["as_of_date"] and as_of == settings["run_date"]
    return was_held_back and bool(latest) and latest > as_of and run_date.isoformat() > as_of


def current_facts(world: World) -> dict[str, Any] | None:
    """The release.json of the published release; None where there is none."""
    path: Path = world.current / "release.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
