"""How identifiers are compared, for the step that erases: the same as in the models.

Defines SQL macros for one connection, so that its queries stay short.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from customer_status.feeds.identifiers import comparable_email


@dataclass(frozen=True)
class Comparison:
    """What the configuration says about identifiers.

    Attributes:
        max_degree: the setting max_identifier_degree.
        placeholders: values that are no identifier, in lower case.
        rules: ``md5:`` and hash of an identifier to ``always`` or ``never`` shared.
    """

    max_degree: int
    placeholders: frozenset[str] = frozenset()
    rules: Mapping[str, str] = field(default_factory=dict)


def comparison_of(config: Path, *, max_degree: int) -> Comparison:
    """The comparison that the seeds in a folder ask for."""
    placeholders = _rows(config / "placeholder_identifiers.csv")
    rules = _rows(config / "identifier_rules.csv")
    return Comparison(
        max_degree=max_degree,
        placeholders=frozenset(row["placeholder"].lower() for row in placeholders),
        rules={row["identifier"]: row["sharing"] for row in rules},
    )


def define_comparison(connection: duckdb.DuckDBPyConnection, comparison: Comparison) -> None:
    """Give a connection the macros ``comparable(value)`` and ``comparable_email(value)``, null for
    a placeholder, and ``is_of_many(kind, value, customer_ids)``: whether it is shared."""
    run = connection.execute
    run("set variable placeholders = $1::varchar[]", [sorted(comparison.placeholders)])
    for sharing in ("always", "never"):
        hashes = [key for key, said in comparison.rules.items() if said == sharing]
        run(f"set variable {sharing}_shared = $1::varchar[]", [sorted(hashes)])
    is_placeholder = "list_contains(getvariable('placeholders'), lower(value))"
    for name, form in (("comparable", "value"), ("comparable_email", comparable_email("value"))):
        run(
            f"create or replace macro {name}(value) as "
            f"case when not coalesce({is_placeholder}, false) then {form} end"
        )
    run("create or replace macro rule_key(kind, value) as 'md5:' || md5(kind || ':' || value)")
    run(
        "create or replace macro is_of_many(kind, value, customer_ids) as case "
        "when list_contains(getvariable('always_shared'), rule_key(kind, value)) then true "
        "when list_contains(getvariable('never_shared'), rule_key(kind, value)) then false "
        f"else kind <> 'customer_id' and customer_ids > {comparison.max_degree} end"
    )


def _rows(path: Path) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
