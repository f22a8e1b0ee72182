"""Everything Dagster knows of this project; wiring only."""

import dagster as dg

from customer_status.publish.manifest import public_tables
from orchestration.defs.alerts.sensor import alert_on_failure
from orchestration.defs.dbt.assets import dbt_models_from, dbt_resource, manifest_path
from orchestration.defs.forget.assets import forgotten
from orchestration.defs.past_day.job import past_day_job
from orchestration.defs.raw.assets import raw_assets
from orchestration.defs.release.assets import release_asset
from orchestration.defs.run import SILENT, WarehouseRun
from orchestration.defs.schedule.daily import daily_job, daily_schedule, landing_sensor


@dg.definitions
def definitions() -> dg.Definitions:
    manifest = manifest_path()
    public = [dg.AssetKey([table.schema, table.name]) for table in public_tables(manifest)]
    return dg.Definitions(
        assets=[*raw_assets, forgotten, dbt_models_from(manifest), release_asset(public)],
        jobs=[daily_job, past_day_job],
        schedules=[daily_schedule()],
        sensors=[landing_sensor, alert_on_failure],
        loggers={"console": SILENT},
        resources={"dbt": dbt_resource(), "run": WarehouseRun()},
    )
