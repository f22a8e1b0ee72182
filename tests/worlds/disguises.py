"""Random worlds rewritten so that identifiers look like others, or like none.

Addresses are written in every way that is the same address, placeholders stand where an identifier
is not known, and the business says of some identifiers that they are always, or never, shared.
"""

import random
import unicodedata
from dataclasses import replace
from typing import TypeVar

from tests.oracle.comparison import PLACEHOLDERS, IdentifierRule, Placeholder
from tests.oracle.people import identifiers
from tests.oracle.records import Row
from tests.oracle.world import World
from tests.worlds.rewriting import each

R = TypeVar("R", bound=Row)

# What an address ends with, in several spellings of one domain.
DOMAINS = (
    "straße.example",
    "STRASSE.example",
    "stra\u00adße.Example",
    "STRA\u1e9eE.EXAMPLE",
    "\ufb01ne-οδος.gr",
    "FINE-ΟΔΟΣ.gr",
)
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
KINDS = ("customer_id", "email", "contact_id", "visitor_id")
OWN_KEYS = {"Contact": "contact_id"}


def disguised_world(source: random.Random, world: World) -> World:
    """The same world with other spellings, placeholders and rules."""
    words = [row.placeholder for row in PLACEHOLDERS]
    if source.random() < 0.2:
        words += ["customer-0-0-0", "Somebody"]
    disguise = _Disguise(source, words)
    world = replace(
        world,
        orders=each(world.orders, disguise.row),
        sessions=each(world.sessions, disguise.row),
        touches=each(world.touches, disguise.row),
        contacts=each(world.contacts, disguise.row),
        placeholders=tuple(Placeholder(placeholder=word) for word in words),
    )
    return replace(world, identifier_rules=_rules(source, world))


def _rules(source: random.Random, world: World) -> tuple[IdentifierRule, ...]:
    """Rules on a few identifiers of the world, and on one that nobody has."""
    if source.random() < 0.4:
        return ()
    rows = [*world.orders, *world.sessions, *world.touches, *world.contacts]
    named = sorted({name for row in rows for name in identifiers(row, world.placeholders)})
    chosen = source.sample(named, k=min(len(named), source.randint(1, 3)))
    beside = [
        names[0]
        for row in rows
        if len(names := identifiers(row, world.placeholders)) > 1 and names[0].kind == "customer_id"
    ]
    chosen += source.sample(beside, k=min(len(beside), source.choice((0, 1, 2))))
    pairs = [*chosen, *(name for name in named if name.value.startswith("kiosk"))]
    rules = {
        name: IdentifierRule(
            identifier_type=name.kind,
            identifier=name.value,
            sharing=source.choice(("always", "never")),
        )
        for name in pairs
    }
    nobody = IdentifierRule(identifier_type="email", identifier="nobody@home", sharing="always")
    return (*rules.values(), nobody)


class _Disguise:
    def __init__(self, source: random.Random, words: list[str]) -> None:
        self._source = source
        self._words = words
        # what the site sends for a browser that it does not know, and how often it knows none
        self._nobodys_browser = source.choice(words)
        self._unknown_browsers = source.choice((0.0, 0.1, 0.7))

    def row(self, row: R) -> R:
        """The row with its identifiers written otherwise; its own key stays."""
        changes = {}
        for kind in KINDS:
            if not hasattr(row, kind) or OWN_KEYS.get(type(row).__name__) == kind:
                continue
            value = getattr(row, kind)
            if kind == "visitor_id":
                if self._source.random() < self._unknown_browsers:
                    changes[kind] = self._nobodys_browser
            elif self._source.random() < 0.06:
                changes[kind] = self._placeholder()
            elif kind == "email" and value:
                changes[kind] = self._address(value)
        return replace(row, **changes)

    def _placeholder(self) -> str:
        word = self._source.choice(self._words)
        return self._source.choice((word, word.upper(), word.title()))

    def _address(self, address: str) -> str:
        """Another spelling; all spellings of one address differ in case and signs only."""
        source = self._source
        local, _, domain = address.partition("@")
        if domain.lower() == "example.com" and sum(map(ord, local.lower())) % 3:
            local, domain = f"{local}-josé-νικος", source.choice(DOMAINS[:4])
        elif domain.lower() == "example.com":
            domain = source.choice(DOMAINS[4:])
        text = f"{local}@{domain}"
        if source.random() < 0.5:
            text = unicodedata.normalize("NFD", text)
        if source.random() < 0.3:
            text = f"{local.upper()}@{domain}"
        if source.random() < 0.4:
            place = source.randint(0, len(text))
            text = text[:place] + source.choice(INVISIBLE) + text[place:]
        return text
