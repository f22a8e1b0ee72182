"""Failed checks with the rows that they are about."""

from collections.abc import Iterable, Iterator
from datetime import datetime

import dagster as dg

from customer_status.environment.layout import World
from orchestration.failing_rows import FailedTest, in_short, look_up

# What dagster-dbt tells of while dbt runs.
DbtEvent = (
    dg.Output
    | dg.AssetMaterialization
    | dg.AssetObservation
    | dg.AssetCheckResult
    | dg.AssetCheckEvaluation
)


def with_failing_rows(
    events: Iterable[DbtEvent], *, world: World, run_id: str, now: datetime
) -> Iterator[DbtEvent]:
    """dbt's events as they come, failed checks last, with up to ten failing rows each.

    While dbt runs nobody else can open the build. How dbt ended is told after that: an error that
    ``events`` raises comes last.
    """
    failed: list[dg.AssetCheckResult] = []
    error_of_dbt: Exception | None = None
    try:
        for event in events:
            if isinstance(event, dg.AssetCheckResult) and not event.passed:
                failed.append(event)
            else:
                yield event
    except Exception as error:
        error_of_dbt = error
    tests = look_up(world, run_id=run_id, now=now) if failed else []
    by_name = {test.name: test for test in tests}
    for result in failed:
        test = by_name.get(result.check_name or "")
        yield explained(result, test) if test else result
    if error_of_dbt is not None:
        raise error_of_dbt


def explained(result: dg.AssetCheckResult, test: FailedTest) -> dg.AssetCheckResult:
    """The result of a failed check with its test's words and failing rows."""
    rows = [dg.TableRecord(in_short(row)) for row in test.rows]
    columns = [dg.TableColumn(name) for name in (test.rows[0] if test.rows else ())]
    found: dict[str, dg.MetadataValue] = {}
    if rows:
        found["failing_rows"] = dg.MetadataValue.table(rows, dg.TableSchema(columns))
    if test.file:
        found["failing_rows_file"] = dg.MetadataValue.path(test.file)
    return dg.AssetCheckResult(
        passed=result.passed,
        asset_key=result.asset_key,
        check_name=result.check_name,
        severity=result.severity,
        metadata={**result.metadata, **found},
        description=test.lines()[0],
    )
