"""Files that are small to send and costly to read are held before they cost anything."""

import gzip
import json
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from customer_status.engine import Engine
from customer_status.ingest.landing import LandedFile, discover
from customer_status.ingest.limits import MAX_COLUMNS
from customer_status.ingest.staging import StagedFile, stage_file
from tests.ingest.shop import GOOD_ROWS, Shop, csv_text, good_rows

MEGABYTE = 1_000_000
ROW = GOOD_ROWS["orders"]
Write = Callable[[Path, dict[str, str]], None]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def landed(shop: Shop) -> LandedFile:
    (file,) = discover(shop.landing, world=shop.world).files["orders"]
    return file


def stage(shop: Shop, **options: int) -> StagedFile:
    with Engine(temp_directory=shop.folder / "spill", timezone="UTC") as engine:
        return stage_file(engine, landed(shop), folder=shop.folder / "staged", **options)


def write_csv(path: Path, row: dict[str, str]) -> None:
    path.with_suffix(".csv").write_text(csv_text([row]), encoding="utf-8")


def write_jsonl(path: Path, row: dict[str, str]) -> None:
    path.with_suffix(".jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")


def write_parquet(path: Path, row: dict[str, str]) -> None:
    columns = {name: [value] for name, value in row.items()}
    pq.write_table(pa.table(columns), path.with_suffix(".parquet"))


@pytest.mark.parametrize("write", [write_csv, write_jsonl, write_parquet])
def test_a_file_of_too_many_columns_is_refused_at_once(shop: Shop, write: Write) -> None:
    path = shop.landing / "orders/wide"
    path.parent.mkdir(parents=True)
    write(path, ROW | {f"c{n}": "x" for n in range(100_000)})
    begun = time.process_time()
    told = stage(shop).read_error
    assert time.process_time() - begun < 2
    assert told
    assert "100,005" in told
    assert f"{MAX_COLUMNS:,}" in told


@pytest.mark.parametrize("write", [write_csv, write_jsonl, write_parquet])
def test_as_many_columns_as_a_file_may_have_are_read(shop: Shop, write: Write) -> None:
    path = shop.landing / "orders/wide"
    path.parent.mkdir(parents=True)
    write(path, ROW | {f"c{n}": "x" for n in range(MAX_COLUMNS - len(ROW))})
    assert stage(shop).rows_read == 1


@pytest.mark.parametrize("end", ["", "\n", "\n" + csv_text([ROW]).splitlines()[1] + "\n"])
@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.jsonl", "a.jsonl.gz"])
def test_a_line_that_is_too_long_holds_its_file_and_little_memory(
    shop: Shop, name: str, end: str
) -> None:
    """Wherever it stands: the engine passes over such a line at the end without a word."""
    before = csv_text(good_rows("orders", 3)) if "csv" in name else json.dumps(ROW) + "\n"
    path = shop.landing / "orders" / name
    path.parent.mkdir(parents=True)
    with gzip.open(path, "wb", 1) if name.endswith(".gz") else path.open("wb") as file:
        file.write(before.encode())
        for _ in range(100):
            file.write(b"x" * MEGABYTE)
        file.write(end.encode())
    tracemalloc.start()
    told = stage(shop).read_error
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert told == "one of its lines is longer than 16 MB"
    assert peak < 60 * MEGABYTE


def test_a_file_that_unpacks_to_too_much_is_held(shop: Shop) -> None:
    shop.land("orders/bomb.csv.gz", csv_text(good_rows("orders", 20_000)))
    size = (shop.landing / "orders/bomb.csv.gz").stat().st_size
    told = stage(shop, max_unpacked=1_000_000).read_error
    assert told
    assert "more than 0.001 GB, which max_unpacked_gigabytes allows" in told
    assert size < 200_000
    assert stage(shop).rows_read == 20_000


def test_the_setting_says_how_much_a_file_may_unpack_to(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"max_unpacked_gigabytes": "0.00001"})
    shop.land("orders/bomb.csv.gz", csv_text(good_rows("orders", 2_000)))
    receipt = shop.ingest_one()
    assert receipt.state == "held"
    assert "max_unpacked_gigabytes" in (receipt.held_reason or "")
