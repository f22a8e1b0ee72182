"""The suites by feed, the seeds they look into, and how Great Expectations runs them.

Great Expectations takes seconds to import, so it is imported only when there is something to judge.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from customer_status.engine import Engine, literal
from expectations import contacts, crm_touches, erasures, orders, web_sessions
from expectations.corrections import Correction, corrected
from expectations.dates import Bounds
from expectations.drift import Watch
from expectations.identifiers import whole_numbers
from expectations.rules import Rule

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.data_context import EphemeralDataContext

_MODULES: dict[str, ModuleType] = {
    module.FEED: module for module in (orders, web_sessions, crm_touches, contacts, erasures)
}
_SEEDS = {
    "currency_rates": "currency",
    "placeholder_identifiers": "placeholder",
    "stores": "store_id",
    "touch_types": "touch_type",
}


@dataclass(frozen=True)
class Check:
    """Verdict of Great Expectations on one rule, over all files judged together."""

    name: str
    success: bool
    unexpected_count: int
    description: str


@dataclass(frozen=True)
class RowSuite:
    """What is done with the rows of a feed: first the corrections, then the rules.

    Attributes:
        rules: what a corrected row must be.
        corrections: what is read as another value, in the steps of ``corrections.corrected``.
    """

    rules: tuple[Rule, ...]
    corrections: tuple[tuple[Correction, ...], ...] = ()

    def corrected(self, rows: str) -> str:
        """A query for typed rows as the rules see them, and what was corrected in ``_notices``."""
        return corrected(rows, self.corrections)


def row_suite(feed: str, bounds: Bounds) -> RowSuite:
    """What holds for one row of the feed; ``bounds`` say when its events may lie."""
    # Identifiers come first: the store of a row says in which zone its dates are.
    module = _MODULES[feed]
    return RowSuite(module.row_rules(bounds), (whole_numbers(feed), module.row_corrections(bounds)))


def watch_of(feed: str) -> Watch | None:
    """What of the feed's newest days is watched; None where they are not."""
    return getattr(_MODULES[feed], "WATCH", None)


def required_columns(feed: str) -> tuple[str, ...]:
    """Columns that a file of the feed must have."""
    return _MODULES[feed].REQUIRED


def load_seeds(engine: Engine, config: Path) -> None:
    """Make the keys of the seeds in force known to the rules, as tables ``seed_<name>``."""
    for seed, key in _SEEDS.items():
        path = literal(str(config / f"{seed}.csv"))
        engine.connection.execute(
            f"create or replace table seed_{seed} as select distinct trim({key}) as {key} "
            f"from read_csv({path}, header = true, delim = ',', all_varchar = true) "
            f"where trim({key}) <> ''"
        )


def judge(engine: Engine, *, table: str, rules: tuple[Rule, ...]) -> tuple[Check, ...]:
    """Let Great Expectations count, inside the engine, the rows of a table that break each rule.

    Raises:
        RuntimeError: a rule could not be computed; that is a fault of the run, not bad data.
    """
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx

    from expectations import duckdb_dialect

    context = gx.get_context(mode="ephemeral")
    _silence(context)
    source = context.data_sources.add_sql(
        name="staged", connection_string=duckdb_dialect.url(engine.database)
    )
    batch = source.add_table_asset(table, table_name=table).add_batch_definition_whole_table("all")
    suite = context.suites.add(build_suite(table, rules))
    validation = gx.ValidationDefinition(name=table, data=batch, suite=suite)
    try:
        results = context.validation_definitions.add(validation).run().results
    finally:
        source.get_engine().dispose()
    checks = {check.name: check for check in map(_check, results)}
    return tuple(checks[rule.name] for rule in rules)


def build_suite(name: str, rules: tuple[Rule, ...]) -> "ExpectationSuite":
    """The rules as a suite of Great Expectations."""
    import great_expectations as gx

    from expectations.row_expectation import expect_no_bad_rows

    return gx.ExpectationSuite(name=name, expectations=[expect_no_bad_rows(r) for r in rules])


def _silence(context: "EphemeralDataContext") -> None:
    """No progress bars: runs write to logs."""
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context.variables.progress_bars = ProgressBarsConfig(globally=False)


def _check(result: "ExpectationValidationResult") -> Check:
    assert result.expectation_config is not None  # the result of a run says what was expected
    meta = result.expectation_config.meta
    if (result.exception_info or {}).get("raised_exception") or "observed_value" not in (
        result.result or {}
    ):
        raise RuntimeError(
            f"the rule {meta['rule']} could not be computed: {result.exception_info}"
        )
    return Check(
        name=meta["rule"],
        success=bool(result.success),
        unexpected_count=int(result.result["observed_value"]),
        description=meta["text"],
    )
