"""The run as a Dagster resource: its options, its world, and the right to write."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property, partial
from typing import Protocol

import dagster as dg

from customer_status.environment.build import remove_past_day
from customer_status.environment.layout import World
from customer_status.environment.lock import writing
from customer_status.environment.permissions import close_to_others, keep_private
from customer_status.environment.source import claim
from customer_status.erasure.rules import without_erased
from customer_status.settings.config import Settings, write_config
from orchestration.clock import moment
from orchestration.options import RunOptions, options_from

# Dagster's own log goes to its database, where the UI reads it, not to the terminal.
SILENT = dg.colored_console_logger.configured({"log_level": "CRITICAL"})


class RunFacts(Protocol):
    """What a release says of the run that made it comes from here."""

    @property
    def options(self) -> RunOptions: ...

    @property
    def world(self) -> World: ...

    @property
    def settings(self) -> Settings: ...

    @property
    def now(self) -> datetime: ...


class WarehouseRun(dg.ConfigurableResource):
    """Holds the warehouse's lock from the first step of a run to the last.

    Options come from the environment (`orchestration.options`), the same for a run from the command
    line, the schedule and the sensor.
    """

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["WarehouseRun"]:
        from orchestration.healing import heal_build, wait_until_free
        from orchestration.housekeeping import prune_runs

        keep_private()  # a run of the schedule or the sensor has a process of its own
        with writing(self.world.lock_file):
            for note in claim(self.world):
                if context.log:
                    context.log.warning(note)
            close_to_others(self.world)
            wait_until_free(self.world)
            heal_build(self.world)
            remove_past_day(self.world)
            assert context.instance is not None  # Dagster gives one to every run
            prune_runs(context.instance)
            yield self

    @cached_property
    def options(self) -> RunOptions:
        return options_from()

    @property
    def world(self) -> World:
        return self.options.world

    @cached_property
    def now(self) -> datetime:
        return moment(self.world)

    @cached_property
    def settings(self) -> Settings:
        """Writes the seeds in force, the first time it is asked for in a run."""
        return settings_in_force(self.options, self.now)


def settings_in_force(options: RunOptions, now: datetime) -> Settings:
    """Write the seeds in force for a run that happens now.

    The day of the run is its date in the business's own zone, which is itself a setting.
    """
    write = partial(
        write_config,
        options.world.config,
        overlay=options.config,
        as_of_date=options.as_of,
        erased=partial(without_erased, options.world),
    )
    settings = write(run_date=now.date())
    local = now.astimezone(settings.business_timezone).date()
    if local == now.date():
        return settings
    return write(run_date=local)
