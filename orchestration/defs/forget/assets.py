"""Forgetting as an asset: raw rows in which nobody stands who asked to be forgotten."""

from pathlib import Path

import dagster as dg

from customer_status.environment.layout import World
from customer_status.feeds.layouts import FEEDS
from customer_status.report.wording import counted
from orchestration.dbt import call_dbt
from orchestration.defs.failures import RETRIES, user_errors_fail
from orchestration.defs.raw.assets import POOL
from orchestration.defs.run import WarehouseRun, settings_in_force
from orchestration.progress import say

FORGOTTEN = dg.AssetKey(["raw", "forgotten"])
# Ends with the model that says who is who.
MODEL = "int_identifier__resolved"


@dg.asset(
    key=FORGOTTEN,
    group_name="raw",
    kinds={"parquet"},
    deps=[dg.AssetKey(["raw", feed]) for feed in FEEDS],
    pool=POOL,
    retry_policy=RETRIES,
    description="Raw rows without the people who asked to be forgotten: tokens for identifiers.",
)
def forgotten(context: dg.AssetExecutionContext, run: WarehouseRun) -> dg.MaterializeResult:
    from customer_status.erasure.comparison import comparison_of
    from customer_status.erasure.run import forget_people

    def resolve_again(raw: Path) -> Path:
        # Rules on identifiers of people who are erased now are known by their tokens from here on.
        settings_in_force(run.options, run.now)
        return resolve(run.world, raw)

    with user_errors_fail():
        max_degree = int(run.settings.values["max_identifier_degree"])
        told = forget_people(
            run.world,
            resolve=resolve_again,
            comparison=comparison_of(run.world.config, max_degree=max_degree),
        )
    if told is None or not (told.requests or told.rows or told.quarantined):
        return dg.MaterializeResult()
    say(context, describe(told.requests, told.identifiers, told.rows, told.quarantined))
    return dg.MaterializeResult(metadata=vars(told))


def describe(requests: int, identifiers: int, rows: int, quarantined: int) -> str:
    """One line for a person who watches the run."""
    blanked = f", {counted(quarantined, 'rejected row')} blanked" if quarantined else ""
    return (
        f"erasures: {counted(requests, 'request')}, {counted(identifiers, 'identifier')} replaced "
        f"in {counted(rows, 'row')}{blanked}; older releases go when this run publishes"
    )


def resolve(world: World, raw: Path) -> Path:
    """Build who is who from a folder of raw rows, in a database of its own beside it; return that.

    Raises:
        RuntimeError: the models cannot be built.
    """
    room = raw.parent
    database = room / "identity.duckdb"
    place = {
        "STATUS_BUILD_DATABASE": str(database),
        "STATUS_RAW": str(raw),
        "DBT_TARGET_PATH": str(room / "target"),
        "DBT_LOG_PATH": str(room / "target"),
    }
    result = call_dbt(
        world,
        *("build", "--select", f"+{MODEL}", "--resource-type", "seed", "--resource-type", "model"),
        environment=place,
    )
    if result.returncode:
        raise RuntimeError(f"{MODEL} cannot be built ahead: see {room / 'target' / 'dbt.log'}.")
    return database
