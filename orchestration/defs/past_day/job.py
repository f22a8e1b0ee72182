"""A past day as a job of its own: it writes ``days/<day>/`` and publishes nothing."""

import dagster as dg
from pydantic import Field

from customer_status.environment.errors import UserError
from orchestration.defs.dbt.assets import FOLLOWS_THE_DAY, SETTINGS_SEED
from orchestration.defs.failures import user_errors_fail
from orchestration.defs.raw.assets import POOL
from orchestration.defs.release.assets import release_facts
from orchestration.defs.run import WarehouseRun
from orchestration.options import day_from


class PastDay(dg.Config):
    """What the job asks for in the launchpad."""

    as_of_date: str = Field(description="The day to tell of, YYYY-MM-DD, up to today.")


@dg.op(pool=POOL, description="Builds the day in a copy of the build and writes it to days/<day>/.")
def past_day_op(
    context: dg.OpExecutionContext, config: PastDay, run: WarehouseRun
) -> dg.Output[str]:
    from customer_status.publish.days import write_day
    from customer_status.publish.manifest import public_tables
    from customer_status.publish.modes import release_mode
    from orchestration.past_day import beside, build

    with user_errors_fail():
        day = day_from(config.as_of_date, name="as_of_date")
        if day is None:
            raise UserError("as_of_date: is empty; give a day, YYYY-MM-DD.")
        with beside(run.options, day, run.now) as there:
            plan = build(
                there.world,
                follows_the_day=(
                    SETTINGS_SEED.path[-1],
                    *(f"{key.path[-1]}+" for key in FOLLOWS_THE_DAY),
                ),
            )
            folder = write_day(
                run.world,
                there.world,
                tables=public_tables(there.world.target / "manifest.json"),
                facts=release_facts(there),
                brought_from=plan.brought_from,
                mode=release_mode(run.world, there.settings.release_mode).mode,
            )
    context.log.info(f"{day}: written to {folder}; what is published stays as it was")
    return dg.Output(
        str(folder),
        metadata={
            "as_of_date": day.isoformat(),
            "folder": dg.MetadataValue.path(folder),
            "report": dg.MetadataValue.path(folder / "report.html"),
        },
    )


@dg.config_mapping
def for_one_day(val: PastDay) -> dg.RunConfig:
    return dg.RunConfig(ops={"past_day_op": val})


@dg.job(
    name="past_day",
    config=for_one_day,
    executor_def=dg.in_process_executor,
    description="Tells of a past day with all rows taken in by now, and writes it to the "
    "warehouse's folder days/<day>/. Readers go on seeing the current release.",
)
def past_day_job() -> None:
    past_day_op()
