"""The configuration in force: shipped seeds, overlaid with the user's, validated once.

Configuration is seeds only (CSV files), so that the models, the input checks and a person all read
the same tables. ``CONFIG=<folder>`` replaces shipped seeds file by file; ``settings.csv`` is merged
setting by setting, ``labels.csv`` and ``status_reasons.csv`` row by row. A seed that lacks an
optional column gets it empty, or as ``ABSENT_COLUMNS`` says.
"""

import csv
import difflib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from customer_status.environment.errors import UserError
from customer_status.environment.layout import SHIPPED_SEEDS
from customer_status.environment.text import shown
from customer_status.settings import identifier_rules
from customer_status.settings.seed_numbers import MOST_DAYS, check_policies, check_rates

# Columns without which a seed means nothing; the shipped file's other columns may be left out.
REQUIRED_COLUMNS = {
    "bot_rules": {"bot_rule"},
    "currency_rates": {"currency", "effective_from", "rate"},
    "engagement_points": {"source", "touch_type", "points"},
    "identifier_rules": {"identifier_type", "identifier", "sharing"},
    "placeholder_identifiers": {"placeholder"},
    "settings": {"setting", "value"},
    "status_policy": {
        "policy_segment",
        "effective_from",
        "inactive_after_days",
        "at_risk_after_days",
        "engagement_window_days",
        "engagement_points_required",
        "habit_period",
        "habit_window_periods",
        "habit_periods_required",
        "subscription_valid_days",
    },
    "stores": {"store_id", "timezone"},
    "touch_types": {"touch_type"},
}

# No earlier day can be the earliest_event_date: the shipped policies rule from 1900-01-01 on, and a
# zone that changes later may move a date by a day.
FIRST_DAY = date(1900, 1, 2)
Rows = list[dict[str, str]]

# What a file that lacks a column means, where that is not an empty value: files written before the
# column existed get what is shipped.
ABSENT_COLUMNS = {"status_policy": {"engagement_gap_days": "14"}}

# Seeds of which a user's file replaces single rows, by their key: sentences that a newer version
# adds are not missing.
MERGED_SEEDS = {"labels": ("kind", "code"), "status_reasons": ("rule",)}

# To the owner; to the group, too; to everybody.
RELEASE_MODES = ("0600", "0640", "0644")

# Settings that come with the run, not from a file.
RUN_SETTINGS = {
    "run_date": "Day of the run, in the business's own zone",
    "as_of_date": "Day asked for; empty means the day that the data reaches",
}


@dataclass(frozen=True)
class Settings:
    """Values of ``settings.csv`` by name, as text, with typed access to the ones Python needs."""

    values: dict[str, str]

    @property
    def business_timezone(self) -> ZoneInfo:
        return _zone(self.values["business_timezone"], "business_timezone")

    @property
    def earliest_event_date(self) -> date:
        """First day on which an event may lie."""
        text = self.values["earliest_event_date"]
        try:
            day = date.fromisoformat(text) if len(text) == len("1990-01-01") else date.min
        except ValueError:
            day = date.min
        if day < FIRST_DAY:
            raise UserError(
                f"settings.csv: earliest_event_date is {text!r}; give a day such as 1990-01-01, "
                f"{FIRST_DAY} or later."
            )
        return day

    @property
    def max_reject_share(self) -> float:
        text = self.values["max_reject_share"]
        try:
            share = float(text)
        except ValueError:
            share = -1.0
        if not 0 <= share <= 1:
            raise UserError(
                f"settings.csv: max_reject_share is {text!r}; give a share from 0 to 1."
            )
        return share

    @property
    def release_mode(self) -> int | None:
        """Mode of a release's files, were they written to; None to keep that of those before."""
        text = self.values["release_mode"]
        if text not in ("", *RELEASE_MODES):
            raise UserError(
                f"settings.csv: release_mode is {text!r}; give {', '.join(RELEASE_MODES)}, or "
                "nothing to keep that of the releases before."
            )
        return int(text, 8) if text else None

    @property
    def max_unpacked_bytes(self) -> int:
        text = self.values["max_unpacked_gigabytes"]
        try:
            gigabytes = float(text)
        except ValueError:
            gigabytes = -1.0
        if not 0 < gigabytes < 1_000_000:
            raise UserError(
                f"settings.csv: max_unpacked_gigabytes is {text!r}; give a number above 0."
            )
        return int(gigabytes * 1_000_000_000)

    @property
    def hold_on_low_volume(self) -> bool:
        text = self.values["hold_on_low_volume"].lower()
        if text not in ("true", "false"):
            raise UserError(f"settings.csv: hold_on_low_volume is {text!r}; write true or false.")
        return text == "true"

    def source_timezone(self, feed: str) -> ZoneInfo:
        """Zone of the feed's timestamps that carry no offset (UTC where none is configured)."""
        key = f"source_timezone_{feed}"
        return _zone(self.values.get(key) or "UTC", key)


def write_config(
    destination: Path,
    *,
    overlay: Path | None,
    run_date: date,
    as_of_date: date | None,
    erased: Callable[[Rows], Rows] = list,
) -> Settings:
    """Write the seeds in force to ``destination`` and return the settings among them.

    The day of the run and the requested as-of date travel as two more settings, so that the models
    read them from a table: a dbt variable would make dbt parse the whole project again every day.

    Args:
        erased: replaces identifiers of people who asked to be erased in ``identifier_rules.csv``.

    Raises:
        UserError: the overlay folder is missing, or a seed in it is unknown, unreadable, or lacks
            a required column.
    """
    if overlay is not None:
        _check_overlay(overlay)
    fresh = destination.with_name(destination.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    # without the modes of the shipped files, which anybody may read
    shutil.copytree(
        SHIPPED_SEEDS, fresh, ignore=shutil.ignore_patterns("*.yml"), copy_function=shutil.copyfile
    )
    for path in sorted(overlay.glob("*.csv")) if overlay else []:
        if path.stem != "settings":
            _overlay_seed(path, fresh / path.name)
    _hash_rules(fresh / identifier_rules.SEED, overlay, erased)
    values = _merge_settings(overlay)
    values["run_date"] = run_date.isoformat()
    values["as_of_date"] = as_of_date.isoformat() if as_of_date else ""
    _write_settings(fresh / "settings.csv", values)
    settings = Settings(values)
    _validate(settings, fresh)
    _replace_if_changed(fresh, destination)
    return settings


def store_timezones(config: Path) -> dict[str, str]:
    """Zone by store, of the stores in force that have one."""
    rows = _read_csv(config / "stores.csv")[1]
    return {row["store_id"]: row["timezone"] for row in rows if row["timezone"]}


def _check_overlay(overlay: Path) -> None:
    if not overlay.is_dir():
        raise UserError(
            f"CONFIG={shown(overlay)}: no such folder; give a folder of seed CSV files."
        )
    shipped = {path.name for path in SHIPPED_SEEDS.glob("*.csv")}
    if not any(overlay.glob("*.csv")) and not any(overlay.glob("mappings/*.sql")):
        raise UserError(
            f"CONFIG={shown(overlay)}: holds no CSV file and no mapping; give a folder with some "
            f"of {', '.join(sorted(shipped))}, or with mappings/<name>.sql."
        )
    unknown = sorted(path.name for path in overlay.glob("*.csv") if path.name not in shipped)
    if unknown:
        raise UserError(
            f"CONFIG={shown(overlay)}: {shown(unknown[0])} replaces no shipped seed; "
            f"known are {', '.join(sorted(shipped))}."
        )


def _read_csv(path: Path) -> tuple[list[str], Rows]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, skipinitialspace=True)
            header = [name.strip() for name in reader.fieldnames or []]
            reader.fieldnames = header
            rows = [{k: (v or "").strip() for k, v in row.items() if k} for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path}: cannot be read as a CSV file in UTF-8 ({error}).") from error
    missing = sorted(REQUIRED_COLUMNS.get(path.stem, set()) - set(header))
    if missing:
        raise UserError(f"{path}: lacks the column {missing[0]}; it has {', '.join(header)}.")
    return header, rows


def _write_csv(path: Path, header: list[str], rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(
            file, header, restval="", extrasaction="ignore", lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(rows)


def _overlay_seed(source: Path, destination: Path) -> None:
    header, shipped = _read_csv(destination)
    given, rows = _read_csv(source)
    missing = [name for name in header if name not in given]
    for name in given:
        # a column of the business's own is nobody's harm; a mistyped one would count as empty
        meant = difflib.get_close_matches(name, missing, n=1) if name not in header else []
        if meant:
            raise UserError(f"{source}: unknown column {name!r}; is {meant[0]!r} meant?")
    absent = ABSENT_COLUMNS.get(source.stem, {})
    rows = [{**absent, **row} for row in rows]
    if key := MERGED_SEEDS.get(source.stem):
        replaced = {tuple(row.get(name) for name in key) for row in rows}
        rows += [row for row in shipped if tuple(row[name] for name in key) not in replaced]
    _write_csv(destination, header, rows)


def _hash_rules(path: Path, overlay: Path | None, erased: Callable[[Rows], Rows]) -> None:
    """Name identifiers in the warehouse's own copy by their hashes only."""
    header, rows = _read_csv(path)
    source = overlay / path.name if overlay else path
    _write_csv(path, header, erased(identifier_rules.hashed(rows, source=source)))


def _merge_settings(overlay: Path | None) -> dict[str, str]:
    _, shipped = _read_csv(SHIPPED_SEEDS / "settings.csv")
    values = {row["setting"]: row["value"] for row in shipped}
    if overlay and (overlay / "settings.csv").exists():
        path = overlay / "settings.csv"
        for row in _read_csv(path)[1]:
            if row["setting"] not in values:
                raise UserError(
                    f"{path}: unknown setting {row['setting']!r}; known are "
                    f"{', '.join(sorted(values))}."
                )
            values[row["setting"]] = row["value"]
    return values


def _write_settings(path: Path, values: dict[str, str]) -> None:
    header, shipped = _read_csv(path)
    words = {row["setting"]: row["description"] for row in shipped} | RUN_SETTINGS
    rows = [
        {"setting": key, "value": value, "description": words[key]} for key, value in values.items()
    ]
    _write_csv(path, header, rows)


def _zone(name: str, setting: str, seed: str = "settings.csv") -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except Exception as error:
        raise UserError(
            f"{seed}: {setting} is {name!r}, which is no time zone; "
            "give a name such as Europe/Madrid."
        ) from error


def _validate(settings: Settings, seeds: Path) -> None:
    _ = settings.business_timezone, settings.max_reject_share, settings.earliest_event_date
    _ = settings.max_unpacked_bytes, settings.release_mode
    _ = settings.hold_on_low_volume
    currency = settings.values["reporting_currency"]
    rates = _read_csv(seeds / "currency_rates.csv")[1]
    check_rates(rates)
    check_policies(_read_csv(seeds / "status_policy.csv")[1])
    if currency not in {row["currency"] for row in rates}:
        raise UserError(
            f"settings.csv: reporting_currency is {currency!r}, for which currency_rates.csv has "
            "no rate; add one, or report in another currency."
        )
    for key in settings.values:
        if key.startswith("source_timezone_"):
            settings.source_timezone(key.removeprefix("source_timezone_"))
    for store in _read_csv(seeds / "stores.csv")[1]:
        if store["timezone"]:
            _zone(store["timezone"], f"timezone of {store['store_id']}", "stores.csv")
    for key, most in {"max_identifier_degree": 10**9, "stitch_days": MOST_DAYS}.items():
        value = settings.values[key]
        if not (value.isascii() and value.isdigit() and int(value) <= most):
            raise UserError(
                f"settings.csv: {key} is {value!r}; give a whole number from 0 to {most:,}."
            )


def _replace_if_changed(fresh: Path, destination: Path) -> None:
    """Leave untouched what is the same, so that dbt sees no change of seeds."""
    destination.mkdir(parents=True, exist_ok=True)
    for path in sorted(fresh.iterdir()):
        target = destination / path.name
        if not target.exists() or target.read_bytes() != path.read_bytes():
            path.replace(target)
    for path in sorted(destination.iterdir()):
        if not (SHIPPED_SEEDS / path.name).exists():
            path.unlink()
    shutil.rmtree(fresh)
