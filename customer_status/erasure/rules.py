"""Rules on identifiers of people who asked to be erased.

A rule names an identifier by its hash, and whoever guesses the identifier knows the hash. So once a
person is erased, the rule stands under the hash of the token that took the identifier's place.
``erasure.rules`` says which: a token of the old hash, which tells nothing without the secret, and
the new hash.
"""

from customer_status.engine import Engine
from customer_status.environment.layout import World
from customer_status.erasure.tokens import CUSTOMER_KEY, secret_of, token_of
from customer_status.settings.identifier_rules import PREFIX


def carry_over(engine: Engine, world: World) -> None:
    """Note for every identifier in ``replaced`` that a rule names what its rule is known by now."""
    found = engine.rows(
        f"select token('{CUSTOMER_KEY}', md5(kind || ':' || value)), rule_key(kind, token) "
        "from replaced where list_contains(list_concat(getvariable('always_shared'), "
        "getvariable('never_shared')), rule_key(kind, value))"
    )
    known = _noted(world)
    noted = known | dict(found)
    if noted != known:
        fresh = world.erased_rules.with_suffix(".new")
        lines = [f"{token} {key}\n" for token, key in sorted(noted.items())]
        fresh.write_text("".join(lines), encoding="ascii")
        fresh.replace(world.erased_rules)


def without_erased(world: World, rules: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rules with those on erased people's identifiers under the hashes of their tokens."""
    noted, secret = _noted(world), secret_of(world)
    if not noted or secret is None:
        return rules
    renamed = {}
    for rule in rules:
        token = token_of(secret, CUSTOMER_KEY, rule["identifier"].removeprefix(PREFIX))
        key = noted.get(token, rule["identifier"])
        renamed[key] = {**rule, "identifier": key}
    return [renamed[key] for key in sorted(renamed)]


def _noted(world: World) -> dict[str, str]:
    path = world.erased_rules
    lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
    return dict(line.split() for line in lines)
