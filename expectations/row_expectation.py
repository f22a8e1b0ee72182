"""One rule as an expectation. Importing this module imports Great Expectations (seconds)."""

import re
from typing import ClassVar

from great_expectations.expectations import UnexpectedRowsExpectation

from expectations.rules import Rule

# A colon that SQLAlchemy would take for the start of a parameter's name.
_BIND = re.compile(r"(?<![:\w\\]):(?=\w)")


class ExpectNoBadRows(UnexpectedRowsExpectation):
    """No row satisfies the predicate of a bad one. Only their number is asked of the engine.

    The expectation it derives from also fetches the rows: a second scan for nothing here, since
    the quarantine shows every one of them.
    """

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.row_count",)

    def _validate(
        self,
        metrics: dict,
        runtime_configuration: object = None,
        execution_engine: object = None,
    ) -> dict:
        count = metrics["unexpected_rows_query.row_count"]
        return {"success": count == 0, "result": {"observed_value": count}}


def expect_no_bad_rows(rule: Rule) -> ExpectNoBadRows:
    """The expectation that no row breaks the rule."""
    predicate = _BIND.sub(r"\:", rule.bad.replace("{", "{{").replace("}", "}}"))
    return ExpectNoBadRows(
        unexpected_rows_query=f"select 1 as is_bad from {{batch}} where {predicate}",
        description=f"No row where {rule.text}",
        meta={"rule": rule.name, "text": rule.text},
    )
