"""Whole files that are not what they should be: held with what to do, or taken without a loss."""

import gzip
import io
import json
import os
import struct
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from customer_status.environment.errors import UserError
from customer_status.environment.text import shown
from customer_status.ingest import splitting
from customer_status.ingest.landing import discover
from customer_status.ingest.ledger import Receipt
from tests.ingest.shop import GOOD_ROWS, Shop, csv_text, good_rows, jsonl_text

ROW = GOOD_ROWS["orders"]
HEADER = ",".join(ROW)
LINE = ",".join(ROW.values())
CSV = f"{HEADER}\n{LINE}\n"
JSON = json.dumps(ROW)


def parquet(**columns: object) -> bytes:
    """One order in Parquet, with some columns of its own."""
    target = io.BytesIO()
    pq.write_table(pa.table({name: [value] for name, value in (ROW | columns).items()}), target)
    return target.getvalue()


def wide_parquet() -> bytes:
    """Many different orders, compressed, so that damage to any page is seen."""
    rows = good_rows("orders", 3000)
    table = pa.table({name: [row[name] for row in rows] for name in ROW})
    target = io.BytesIO()
    pq.write_table(table, target, compression="zstd", use_dictionary=False)
    return target.getvalue()


def footer(content: bytes) -> int:
    return struct.unpack("<I", content[-8:-4])[0] + 8


def land_bytes(shop: Shop, name: str, content: bytes) -> Path:
    """Land bytes as they are, compressed or not."""
    path = shop.landing / "orders" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def damaged(content: bytes, place: int) -> bytes:
    return content[:place] + bytes(64) + content[place + 64 :]


WHOLE = wide_parquet()
ZIPPED = gzip.compress(jsonl_text(good_rows("orders", 20_000)).encode(), mtime=0)
HELD = [
    # Text of another layout: the line says which was found.
    ("a.csv", CSV.replace(",", ";"), "header is separated by semicolons: write commas"),
    ("a.csv", CSV.replace(",", "\t"), "header is separated by tabs: write commas"),
    ("a.csv", CSV.replace(",", "|"), "header is separated by vertical bars: write commas"),
    ("a.csv", "sep=,\n" + CSV, "first line is a note to Excel"),
    ("a.csv", LINE, "is the header missing?"),
    (
        "a.csv",
        json.dumps(ROW, separators=(",", ":")),
        "quoting is broken at line 1",
    ),
    ("a.csv", "<html><body>404</body></html>", "HTML or XML, as an error page does"),
    ("a.csv", f"{HEADER},Order_ID \n", "two of its columns are named order_id"),
    # Bytes of another encoding or format.
    ("a.csv", CSV.encode("utf-16"), "looks like UTF-16 text"),
    ("a.csv", CSV.encode("utf-16-le"), "looks like UTF-16 text"),
    ("a.jsonl", JSON.encode("utf-16"), "looks like UTF-16 text"),
    ("a.csv", f"{CSV}é{LINE}\n".encode("latin-1"), "line 3 holds the byte 0xE9: save the file"),
    ("a.csv", b"PK\x03\x04" + bytes(80), "a zip file, as Excel workbooks are"),
    ("a.csv", gzip.compress(CSV.encode()), "looks like gzip data: write plain CSV"),
    ("a.csv.gz", gzip.compress(gzip.compress(CSV.encode())), "looks like gzip data once more"),
    ("a.jsonl", WHOLE, "looks like a Parquet file"),
    ("a.parquet", CSV.encode(), "looks like text"),
    # Quotes.
    ("a.csv", f'{CSV}2,"x\n{LINE}\n', "quoting is broken at line 3, where a row begins"),
    ("a.csv", f'{CSV}"a" b,{LINE}\n', "quoting is broken at line 3, where a row begins"),
    ("a.csv", f'{CSV}"a\\" b",{LINE}\n', "double the quotes inside them"),
    # JSON that is not one object per line.
    ("a.jsonl", f"[{JSON}, {JSON}]", "one JSON array: write one object per line"),
    ("a.jsonl", json.dumps(ROW, indent=1), "first object is spread over lines"),
    ("a.jsonl", JSON + JSON, "first line is not one JSON object"),
    ("a.jsonl", JSON.replace('"', "'"), "first line is not one JSON object"),
    # Damaged compression, wherever it is.
    ("a.jsonl.gz", ZIPPED[: len(ZIPPED) // 2], "it is truncated; have it sent again"),
    ("a.jsonl.gz", ZIPPED[:-3], "it is truncated; have it sent again"),
    ("a.jsonl.gz", damaged(ZIPPED, len(ZIPPED) // 2), "compressed data are damaged"),
    ("a.jsonl.gz", ZIPPED[:-6] + b"\0" + ZIPPED[-5:], "compressed data are damaged"),
    ("a.jsonl.gz", ZIPPED + b"more", "something that is not gzip data follows"),
    ("a.csv.gz", f"{CSV}{LINE}\n", "it is not gzip data, or damaged"),
    ("a.csv.gz", b"", "its compressed data are missing: it is empty"),
    # Parquet.
    ("a.parquet", WHOLE[:-30], "it is not a whole Parquet file"),
    ("a.parquet", WHOLE[:4] + WHOLE[-footer(WHOLE) :], "it is not a whole Parquet file"),
    ("a.parquet", damaged(WHOLE, len(WHOLE) // 3), "it is not a whole Parquet file"),
    ("a.parquet", WHOLE[:-8] + b"\xff\xff\xff\x7fPAR1", "it is not a whole Parquet file"),
    ("a.parquet", b"PARE" + WHOLE[4:-4] + b"PARE", "it is encrypted"),
    ("a.parquet", parquet(order_id=b"\xff\xfe"), "one of its texts is not UTF-8"),
    ("a.parquet", parquet(Order_ID="2"), "two of its columns are named order_id"),
]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Receipt]:
    """What became of the files that cannot be taken, by their number in the list."""
    shop = Shop(tmp_path_factory.mktemp("held"))
    for number, (name, content, _) in enumerate(HELD):
        data = content.encode() if isinstance(content, str) else content
        land_bytes(shop, f"{number:02}/{name}", data)
    receipts = shop.ingest().receipts
    assert not shop.raw("order_id")
    return {int(receipt.file_name.split("/")[1]): receipt for receipt in receipts}


@pytest.mark.parametrize("number", range(len(HELD)))
def test_a_file_that_cannot_be_taken_says_what_was_found_and_what_to_do(
    held: dict[int, Receipt], number: int
) -> None:
    assert held[number].state == "held"
    assert HELD[number][2] in held[number].held_reason


def test_no_reason_shows_a_value_or_a_path_of_the_machine(held: dict[int, Receipt]) -> None:
    for receipt in held.values():
        assert "/" not in receipt.held_reason
        assert ROW["order_id"] not in receipt.held_reason.split("'")
        assert "\n" not in receipt.held_reason


MANY = good_rows("orders", 40)
SAME = [
    ("a.csv", csv_text(MANY).replace("\n", "\r\n").encode()),
    ("a.csv", csv_text(MANY).replace("\n", "\r").encode()),
    ("a.csv", b"\n  \n" + csv_text(MANY).encode()),
    ("a.csv", csv_text(MANY).encode("utf-8-sig")),
    ("a.csv", csv_text([dict(reversed(row.items())) for row in MANY]).encode()),
    ("a.csv", csv_text(MANY).replace('","', '", "').encode()),
    ("a.csv.gz", gzip.compress(csv_text(MANY[:7]).encode()) + gzip.compress(
        csv_text(MANY[7:]).partition("\n")[2].encode())),
    ("a.jsonl.gz", gzip.compress(jsonl_text(MANY).encode()) + bytes(512)),
    ("a.jsonl", jsonl_text(MANY).replace("\n", "\r\n").encode("utf-8-sig")),
    ("a.jsonl", (jsonl_text(MANY[:9]) + "\n\n" + jsonl_text(MANY[9:]).upper().replace(
        "GOOD", "good").replace("PAID", "paid")).encode()),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(SAME)))
def test_what_only_looks_different_is_the_same(shop: Shop, number: int) -> None:
    name, content = SAME[number]
    land_bytes(shop, name, content)
    shop.ingest()
    expected = sorted((row["order_id"], "paid", "EUR", None) for row in MANY)
    assert shop.raw("order_id, order_status, currency, _extra") == expected


def test_a_value_of_a_million_characters_is_kept_whole(shop: Shop) -> None:
    long = "é" * 1_000_000
    shop.land("orders/a.csv", csv_text([ROW | {"note": long, "customer_id": "7" * 1_000_000}]))
    shop.land("orders/b.csv", csv_text([ROW | {"note": long * 3}]))
    shop.land("orders/c.jsonl", jsonl_text([ROW | {"note": long}]))
    shop.ingest()
    assert shop.raw("length(_extra ->> 'note'), length(customer_id)") == [
        (1_000_000, 1_000_000),
        (1_000_000, None),
        (3_000_000, None),
    ]


def test_files_being_written_and_leavings_of_programs_are_passed_over(shop: Shop) -> None:
    names = ("a.csv.filepart", "a.csv.partial", "a.inprogress", "~$a.xlsx", "Thumbs.db")
    for name in (*names, "_temporary/0/part-0.csv", "desktop.ini"):
        shop.land(f"orders/{name}", "x")
    shop.land("orders/_b.csv", CSV)
    assert [r.file_name for r in shop.ingest().receipts] == ["orders/_b.csv"]


def test_links_are_followed_once_and_those_to_nowhere_are_held(shop: Shop) -> None:
    folder = shop.land("orders/deep/a.csv", CSV).parent
    (folder / "again").symlink_to("..")
    (folder / "b.csv").symlink_to("a.csv")
    (folder / "loop.csv").symlink_to("loop.csv")
    os.mkfifo(folder / "pipe.csv")
    states = {r.file_name: (r.state, r.held_reason) for r in shop.ingest().receipts}
    assert states["orders/deep/a.csv"] == ("accepted", None)
    assert "cannot be opened (Too many levels" in states["orders/deep/loop.csv"][1]
    assert "not a regular file" in states["orders/deep/pipe.csv"][1]
    assert len(states) == 3


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_held(shop: Shop) -> None:
    shop.land("orders/a.csv", CSV).chmod(0)
    assert "cannot be opened (Permission denied)" in shop.ingest_one().held_reason


def test_a_folder_that_may_not_be_read_is_not_passed_over(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def scandir(path: object) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    real = os.scandir
    shop.land("orders/closed/a.csv", CSV)
    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(UserError, match=r"closed: the folder cannot be read \(Permission denied\)"):
        discover(shop.landing, world=shop.world)


def test_any_name_is_only_a_name(shop: Shop) -> None:
    names = [
        "new\nline.csv",
        "q'u\"o.csv",
        "*?[a].csv",
        "{a,b}.csv",
        "ünï😀.csv",
        "x" * 246 + ".csv",
    ]
    names += ["$(x).csv", "back\\slash.csv", " lead.csv", "-rf.csv", "C.CSV", "a.csv/b.csv"]
    for name in names:
        bad = ROW | {"order_id": name, "currency": "?"}
        shop.land(f"orders/{name}", csv_text([*good_rows("orders", 30), bad]))
    assert {r.file_name: r.rows_accepted for r in shop.ingest().receipts} == {
        f"orders/{shown(name)}": 30 for name in names
    }
    assert {name for name, _ in shop.quarantine("file_name, row_number")} == {
        f"orders/{shown(name)}" for name in names
    }


def test_a_name_that_is_not_utf_8_is_held(shop: Shop) -> None:
    shop.land(os.fsdecode(b"orders/a\xff.csv"), CSV)
    receipt = shop.ingest_one()
    assert receipt.file_name == "orders/a\\xff.csv"
    assert "its name is not UTF-8 text; rename it" in receipt.held_reason


def test_a_file_that_is_removed_before_it_is_read_is_held(shop: Shop) -> None:
    path = shop.land("orders/a.csv", CSV)
    landing = discover(shop.landing, world=shop.world)
    path.unlink()
    outcome = shop.ingest_landed(landing.files["orders"])
    assert "changed while it was read" in outcome.held[0].held_reason


def test_a_file_that_changes_between_judging_and_splitting_is_held(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shop.land("orders/a.csv", csv_text([*good_rows("orders", 30), ROW | {"currency": "?"}]))

    def rejected_rows(*args: object) -> str:
        path.write_text(csv_text(good_rows("orders", 90)))
        return real(*args)

    real = splitting._rejected_rows
    monkeypatch.setattr(splitting, "_rejected_rows", rejected_rows)
    assert "changed while it was read" in shop.ingest().held[0].held_reason
    assert not shop.raw("order_id")


def test_a_held_file_names_the_rule_that_most_rows_broke(shop: Shop) -> None:
    rows = good_rows("orders", 9)
    rows[0]["currency"] = rows[1]["currency"] = rows[2]["gross_amount"] = "?"
    shop.land("orders/a.csv", csv_text(rows))
    reason = shop.ingest_one().held_reason
    assert "3 of 9 rows are bad" in reason
    assert reason.endswith("most often, currency is not in currency_rates.csv (2)")
