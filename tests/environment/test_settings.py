"""The configuration in force: what an overlay changes, and what is wrong with a bad one."""

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from customer_status.environment.errors import UserError
from customer_status.environment.layout import SHIPPED_SEEDS
from customer_status.settings.config import Settings, write_config

DAY = date(2026, 3, 1)
SEEDS = sorted(path.name for path in SHIPPED_SEEDS.glob("*.csv"))
POLICY = (SHIPPED_SEEDS / "status_policy.csv").read_text(encoding="utf-8")


@pytest.fixture
def in_force(tmp_path: Path) -> Path:
    return tmp_path / "world" / "config"


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds of the business"
    folder.mkdir()
    return folder


@pytest.fixture
def write(in_force: Path, overlay: Path) -> Callable[..., Settings]:
    """Put files in the overlay folder and bring it into force."""

    def write_seeds(*, as_of: date | None = None, run_date: date = DAY, **seeds: str) -> Settings:
        for name, text in seeds.items():
            (overlay / f"{name}.csv").write_text(text, encoding="utf-8")
        folder = overlay if any(overlay.iterdir()) else None
        return write_config(in_force, overlay=folder, run_date=run_date, as_of_date=as_of)

    return write_seeds


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def settings_file(*pairs: tuple[str, str]) -> str:
    return "setting,value\n" + "".join(f"{name},{value}\n" for name, value in pairs)


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Inode and modification time of every file, by its name."""
    states = {path.name: path.stat() for path in folder.iterdir()}
    return {name: (state.st_ino, state.st_mtime_ns) for name, state in states.items()}


def is_one_clear_line(message: str) -> bool:
    return "\n" not in message and message.endswith(".") and "Traceback" not in message


def test_without_an_overlay_the_shipped_seeds_are_in_force(
    write: Callable[..., Settings], in_force: Path
) -> None:
    write()
    assert sorted(path.name for path in in_force.iterdir()) == SEEDS
    for name in set(SEEDS) - {"settings.csv"}:
        assert (in_force / name).read_bytes() == (SHIPPED_SEEDS / name).read_bytes()


def test_a_seed_is_replaced_whole_and_the_others_stay(
    write: Callable[..., Settings], in_force: Path
) -> None:
    write(stores="store_id,timezone\nNYC-01,America/New_York\n")
    (store,) = rows(in_force / "stores.csv")
    assert (store["store_id"], store["timezone"]) == ("NYC-01", "America/New_York")
    assert (in_force / "labels.csv").read_bytes() == (SHIPPED_SEEDS / "labels.csv").read_bytes()


def test_columns_that_a_seed_leaves_out_are_empty_and_in_the_shipped_order(
    write: Callable[..., Settings], in_force: Path
) -> None:
    write(engagement_points="points,touch_type,source\n5,clicked,crm\n")
    text = (in_force / "engagement_points.csv").read_text(encoding="utf-8")
    assert text == "source,touch_type,points,daily_cap\ncrm,clicked,5,\n"


POLICY_COLUMNS = (
    "policy_segment,effective_from,inactive_after_days,at_risk_after_days,engagement_window_days,"
    "engagement_points_required,habit_period,habit_window_periods,habit_periods_required,"
    "subscription_valid_days"
)


@pytest.mark.parametrize(
    ("column", "value", "gap"), [("", "", "14"), (",engagement_gap_days", ",", "")]
)
def test_a_policy_without_a_gap_has_the_shipped_one_and_an_empty_one_stays_empty(
    column: str, value: str, gap: str, write: Callable[..., Settings], in_force: Path
) -> None:
    """A file that was written before the column existed watches feeds as the shipped one does."""
    write(
        status_policy=f"{POLICY_COLUMNS}{column}\ndefault,1900-01-01,80,60,90,3,month,6,5,35{value}\n"
    )
    (row,) = rows(in_force / "status_policy.csv")
    assert (row["inactive_after_days"], row["engagement_gap_days"]) == ("80", gap)
    assert row["engagement_feeds"] == ""


def test_sentences_that_a_file_does_not_give_are_the_shipped_ones(
    write: Callable[..., Settings], in_force: Path
) -> None:
    shipped = rows(SHIPPED_SEEDS / "status_reasons.csv")
    write(
        status_reasons="rule,reason_en,reason_es\ninactive,Gone.,Se fue.\n",
        labels="kind,code,label_en,label_es\nstatus,inactive,Gone,Ido\n",
    )
    sentences = {row["rule"]: row["reason_en"] for row in rows(in_force / "status_reasons.csv")}
    assert sentences == {row["rule"]: row["reason_en"] for row in shipped} | {"inactive": "Gone."}
    labels = [row for row in rows(in_force / "labels.csv") if row["code"] == "inactive"]
    assert [row["label_en"] for row in labels] == ["Gone"]
    assert len(rows(in_force / "labels.csv")) == len(rows(SHIPPED_SEEDS / "labels.csv"))


def test_spaces_and_a_byte_order_mark_of_a_spreadsheet_do_no_harm(
    write: Callable[..., Settings], in_force: Path
) -> None:
    write(stores="\ufeffstore_id , timezone\r\n NYC-01 ,America/New_York \r\n")
    (store,) = rows(in_force / "stores.csv")
    assert (store["store_id"], store["timezone"]) == ("NYC-01", "America/New_York")


def test_settings_are_merged_one_by_one(write: Callable[..., Settings], in_force: Path) -> None:
    shipped = write().values
    settings = write(settings=settings_file(("business_timezone", "Europe/Madrid")))
    changed = {key for key in shipped if shipped[key] != settings.values[key]}
    assert changed == {"business_timezone"}
    assert settings.business_timezone.key == "Europe/Madrid"
    assert {row["setting"]: row["value"] for row in rows(in_force / "settings.csv")} == (
        settings.values
    )


def test_every_setting_in_force_says_what_it_means(
    write: Callable[..., Settings], in_force: Path
) -> None:
    write(settings=settings_file(("stitch_days", "7")))
    assert all(row["description"] for row in rows(in_force / "settings.csv"))


def test_the_day_of_the_run_and_the_day_asked_for_are_settings(
    write: Callable[..., Settings],
) -> None:
    assert write().values["as_of_date"] == ""
    values = write(as_of=date(2026, 2, 1)).values
    assert (values["run_date"], values["as_of_date"]) == ("2026-03-01", "2026-02-01")


def test_typed_settings(write: Callable[..., Settings]) -> None:
    settings = write(settings=settings_file(("source_timezone_orders", "Asia/Tokyo")))
    assert settings.max_reject_share == 0.05
    assert settings.source_timezone("orders").key == "Asia/Tokyo"
    assert settings.source_timezone("contacts").key == "UTC"


@pytest.mark.parametrize("share", ["0", "1", "0.5"])
def test_a_share_may_be_none_or_all(write: Callable[..., Settings], share: str) -> None:
    settings = write(settings=settings_file(("max_reject_share", share)))
    assert settings.max_reject_share == float(share)


def test_nothing_is_touched_when_nothing_changed(
    write: Callable[..., Settings], in_force: Path
) -> None:
    write(settings=settings_file(("stitch_days", "7")))
    before = stamps(in_force)
    write()
    assert stamps(in_force) == before


def test_only_what_changed_is_touched(write: Callable[..., Settings], in_force: Path) -> None:
    write()
    before = stamps(in_force)
    write(run_date=date(2026, 3, 2))
    after = stamps(in_force)
    assert {name for name in after if after[name] != before[name]} == {"settings.csv"}


def test_what_an_overlay_no_longer_replaces_is_the_shipped_one_again(
    write: Callable[..., Settings], in_force: Path, overlay: Path
) -> None:
    write(status_policy=POLICY.replace(",90,60,", ",30,20,"))
    (overlay / "status_policy.csv").unlink()
    write()
    assert (in_force / "status_policy.csv").read_text(encoding="utf-8") == POLICY


def test_nothing_but_seeds_is_left_in_force(
    write: Callable[..., Settings], in_force: Path, overlay: Path
) -> None:
    write()
    (in_force / "withdrawn_seed.csv").write_text("a\n1\n", encoding="utf-8")
    (overlay / "notes.txt").write_text("ours", encoding="utf-8")
    write(stores="store_id,timezone\n")
    assert sorted(path.name for path in in_force.iterdir()) == SEEDS
    assert [path.name for path in in_force.parent.iterdir()] == ["config"]


def test_a_missing_folder_is_named(in_force: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such folder") as error:
        write_config(in_force, overlay=tmp_path / "typo", run_date=DAY, as_of_date=None)
    assert str(tmp_path / "typo") in str(error.value)
    assert is_one_clear_line(str(error.value))


def test_a_folder_without_seeds_is_a_mistake(in_force: Path, overlay: Path) -> None:
    with pytest.raises(UserError, match="holds no CSV file") as error:
        write_config(in_force, overlay=overlay, run_date=DAY, as_of_date=None)
    assert all(name in str(error.value) for name in SEEDS)
    assert is_one_clear_line(str(error.value))


BAD_SEEDS = {
    "an unknown seed": ({"polizy": POLICY}, ["polizy.csv", "status_policy.csv"]),
    "an unknown setting": (
        {"settings": settings_file(("stich_days", "7"))},
        ["settings.csv", "'stich_days'", "stitch_days"],
    ),
    "a missing column": (
        {"stores": "store_id,city\nMAD-01,Madrid\n"},
        ["stores.csv", "column timezone", "store_id, city"],
    ),
    "an empty file": ({"stores": ""}, ["stores.csv", "column store_id"]),
    "settings without values": ({"settings": "setting\nstitch_days\n"}, ["column value"]),
    **{
        f"{text or 'nothing'} as the earliest day": (
            {"settings": settings_file(("earliest_event_date", text))},
            ["earliest_event_date", f"'{text}'", "1990-01-01"],
        )
        for text in ("", "1990", "19900101", "1990-02-30", "01/01/1990", "0001-01-01", "1900-01-01")
    },
    "a bad zone": (
        {"settings": settings_file(("business_timezone", "Madrid"))},
        ["business_timezone", "'Madrid'", "Europe/Madrid"],
    ),
    "an empty zone": (
        {"settings": settings_file(("business_timezone", ""))},
        ["business_timezone", "''"],
    ),
    "a bad zone of a feed": (
        {"settings": settings_file(("source_timezone_orders", "CEST/Madrid"))},
        ["source_timezone_orders", "'CEST/Madrid'"],
    ),
    "a share in per cent": (
        {"settings": settings_file(("max_reject_share", "5"))},
        ["max_reject_share", "'5'", "from 0 to 1"],
    ),
    "a share in words": (
        {"settings": settings_file(("max_reject_share", "few"))},
        ["max_reject_share", "'few'"],
    ),
    "a share that is no number": (
        {"settings": settings_file(("max_reject_share", "nan"))},
        ["max_reject_share", "'nan'"],
    ),
    "a negative share": (
        {"settings": settings_file(("max_reject_share", "-0.1"))},
        ["max_reject_share", "'-0.1'"],
    ),
    "a currency without rates": (
        {"settings": settings_file(("reporting_currency", "XXX"))},
        ["reporting_currency", "'XXX'", "currency_rates.csv"],
    ),
    "rates without the currency": (
        {"currency_rates": "currency,effective_from,rate\nUSD,1900-01-01,1\n"},
        ["reporting_currency", "'EUR'", "currency_rates.csv"],
    ),
    "a count that is none": (
        {"settings": settings_file(("stitch_days", "30.5"))},
        ["stitch_days", "'30.5'", "whole number"],
    ),
}


@pytest.mark.parametrize(("seeds", "words"), BAD_SEEDS.values(), ids=BAD_SEEDS)
def test_a_bad_overlay_is_told_in_one_line(
    write: Callable[..., Settings], seeds: dict[str, str], words: list[str]
) -> None:
    with pytest.raises(UserError) as error:
        write(**seeds)
    assert [word for word in words if word not in str(error.value)] == []
    assert is_one_clear_line(str(error.value))


def test_a_file_in_another_encoding_is_told_in_one_line(
    write: Callable[..., Settings], overlay: Path
) -> None:
    (overlay / "stores.csv").write_bytes("store_id,timezone\nLeón,UTC\n".encode("latin-1"))
    with pytest.raises(UserError, match=r"stores\.csv: cannot be read as a CSV file in UTF-8"):
        write()


@pytest.mark.parametrize(("seeds", "words"), BAD_SEEDS.values(), ids=BAD_SEEDS)
def test_a_bad_overlay_leaves_what_is_in_force(
    write: Callable[..., Settings],
    in_force: Path,
    overlay: Path,
    seeds: dict[str, str],
    words: list[str],
) -> None:
    write()
    before = stamps(in_force)
    with pytest.raises(UserError):
        write(**seeds)
    assert stamps(in_force) == before


def test_after_a_bad_overlay_a_good_one_comes_into_force(
    write: Callable[..., Settings], overlay: Path
) -> None:
    with pytest.raises(UserError):
        write(settings=settings_file(("stitch_days", "many")))
    assert write(settings=settings_file(("stitch_days", "7"))).values["stitch_days"] == "7"


def test_a_store_in_a_zone_that_does_not_exist_is_told_in_one_line(
    write: Callable[..., Settings],
) -> None:
    with pytest.raises(UserError, match="Mars/Base"):
        write(stores="store_id,timezone\nOLY-01,Mars/Base\n")


def test_a_mistyped_column_is_told_in_one_line(write: Callable[..., Settings]) -> None:
    with pytest.raises(UserError, match="dayly_cap"):
        write(engagement_points="source,touch_type,points,dayly_cap\ncrm,clicked,1,2\n")
