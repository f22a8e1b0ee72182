"""What one run is asked to do, from the command line or from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from customer_status.environment.errors import UserError
from customer_status.environment.layout import PROJECT_DIR, World
from customer_status.environment.text import shown

SAMPLE_DATA = ("simulated", "complete_journey")
TARGETS = ("duckdb",)
OWN_FILES = "landing"
DEFAULT_WAREHOUSE = "warehouse"
# Sample data that has a default warehouse of its own.
OWN_WAREHOUSES = {"complete_journey": "warehouse-complete_journey"}
DEFAULT_PORT, LAST_PORT = 3000, 65535
# Dagster takes the path of its configuration for a pattern, dbt its database's for an address.
NOT_IN_A_WAREHOUSE = "*?[#"
# Days far enough from the ends of the calendar for every window to fit in.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True)
class RunOptions:
    """Where files come from, where the warehouse lies, and which day it speaks about.

    ``data`` names sample data; it is None when the user brings a landing folder.
    """

    landing: Path
    warehouse: Path
    data: str | None = None
    config: Path | None = None
    as_of: date | None = None

    @property
    def world(self) -> World:
        return World(warehouse=self.warehouse, name=self.data or OWN_FILES)

    def environment(self) -> dict[str, str]:
        """The variables from which `options_from` makes these options again."""
        given = {
            "STATUS_DATA": self.data,
            "STATUS_LANDING": None if self.data else self.landing,
            "STATUS_WAREHOUSE": self.warehouse,
            "STATUS_CONFIG": self.config if self.config != _sample_config(self.data) else None,
            "STATUS_AS_OF": self.as_of,
        }
        return {name: str(value) if value else "" for name, value in given.items()}


def options_from(environment: Mapping[str, str] | None = None) -> RunOptions:
    """Read and check the options in ``environment`` (that of the process, unless given).

    An empty variable is one that was not given.

    Raises:
        UserError: an option is unknown, contradicts another, or cannot be read.
    """
    environment = os.environ if environment is None else environment
    data = environment.get("STATUS_DATA", "").strip()
    landing = environment.get("STATUS_LANDING", "").strip()
    config = environment.get("STATUS_CONFIG", "").strip()
    target = environment.get("STATUS_TARGET", "").strip() or TARGETS[0]
    if data and landing:
        raise UserError(
            f"DATA={shown(data)} and LANDING={shown(landing)}: give one; "
            "DATA is sample data, LANDING your own files."
        )
    if data and data not in SAMPLE_DATA:
        raise UserError(f"DATA={shown(data)}: unknown; give {' or '.join(SAMPLE_DATA)}.")
    if target not in TARGETS:
        raise UserError(f"TARGET={shown(target)}: unknown; give {' or '.join(TARGETS)}.")
    if not landing:
        data = data or SAMPLE_DATA[0]
    return RunOptions(
        landing=_folder(landing) if landing else PROJECT_DIR / "landing" / data,
        warehouse=_warehouse(environment.get("STATUS_WAREHOUSE", "").strip(), data),
        data=data or None,
        config=_folder(config) if config else _sample_config(data),
        as_of=day_from(environment.get("STATUS_AS_OF", ""), name="AS_OF"),
    )


def port_from(text: str) -> int:
    """The port of the UI; empty is the usual one, 0 any that is free.

    Raises:
        UserError: it is no port.
    """
    text = text.strip() or str(DEFAULT_PORT)
    if not text.isdecimal() or int(text) > LAST_PORT:
        raise UserError(f"PORT={shown(text)}: not a port; give a number up to {LAST_PORT}.")
    return int(text)


def _folder(text: str) -> Path:
    return Path(text).expanduser().absolute()


def default_warehouse(data: str | None) -> Path:
    """The warehouse of sample data, or of a landing folder, unless another is given."""
    return _folder(OWN_WAREHOUSES.get(data or "", DEFAULT_WAREHOUSE))


def _warehouse(text: str, data: str) -> Path:
    warehouse = _folder(text) if text else default_warehouse(data)
    if any(character in str(warehouse) for character in NOT_IN_A_WAREHOUSE):
        raise UserError(f"WAREHOUSE={shown(warehouse)}: give a path without any of * ? [ # in it.")
    return warehouse


def _sample_config(data: str | None) -> Path | None:
    folder = PROJECT_DIR / "sample_data" / (data or "") / "config"
    return folder if data and folder.is_dir() else None


def day_from(text: str, *, name: str) -> date | None:
    """The day that an option of this ``name`` gives; None if it gives none.

    Raises:
        UserError: it is no day, or one too far away to reckon with.
    """
    text = text.strip()
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError as error:
        raise UserError(f"{name}={shown(text)}: not a day; write it as YYYY-MM-DD.") from error
    if not FIRST_DAY <= day <= LAST_DAY:
        raise UserError(f"{name}={text}: give a day from {FIRST_DAY} to {LAST_DAY}.")
    return day
