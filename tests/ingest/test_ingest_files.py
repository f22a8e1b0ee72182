"""Whole files: which are held, which are known, and what a dead run leaves."""

import gzip
import os
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from customer_status.environment.errors import UserError
from customer_status.ingest import hashing
from customer_status.ingest import run as ingest_run
from customer_status.ingest.landing import discover
from customer_status.ingest.ledger import read_receipts
from tests.ingest.shop import GOOD_ROWS, Shop, csv_text, good_rows, jsonl_text

HEADER = ",".join(GOOD_ROWS["orders"])


def nothing_landed(shop: Shop) -> bool:
    return not shop.raw("order_id") and not shop.quarantine("reasons")


def parquet_bytes(shop: Shop) -> bytes:
    query = (
        "select 1 order_id, now() ordered_at, 'paid' order_status, 'EUR' currency, 1 gross_amount"
    )
    return shop.land_parquet("../whole.parquet", query).read_bytes()


def test_what_was_accepted_is_not_read_again_under_any_name(shop: Shop) -> None:
    shop.land("orders/a.csv", csv_text(good_rows("orders", 3)))
    assert shop.ingest_one().state == "accepted"
    before = {path: path.stat().st_mtime_ns for path in shop.world.raw.rglob("*.parquet")}
    shop.land("orders/deep/er/b.csv", csv_text(good_rows("orders", 3)))

    outcome = shop.ingest()

    assert (outcome.receipts, outcome.known, outcome.checks) == ((), 2, ())
    assert {path: path.stat().st_mtime_ns for path in shop.world.raw.rglob("*.parquet")} == before


def test_one_content_under_two_names_is_taken_once(shop: Shop) -> None:
    for name in ("a.csv", "b.csv", "0.txt"):
        shop.land(f"orders/{name}", csv_text(good_rows("orders", 3)))
    outcome = shop.ingest()
    assert [r.file_name for r in outcome.receipts] == ["orders/a.csv"]
    assert outcome.duplicates == 2
    assert len(shop.raw("order_id")) == 3


def test_other_content_under_an_old_name_is_a_new_file(shop: Shop) -> None:
    shop.land("orders/a.csv", csv_text(good_rows("orders", 1)))
    shop.ingest()
    path = shop.land("orders/a.csv", csv_text(good_rows("orders", 2)).replace("good1", "good9"))
    os.utime(path, ns=(1, 1))
    shop.ingest()
    assert shop.raw("order_id") == [("good0",), ("good0",), ("good9",)]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"", "it is empty"),
        ("a.csv", f"{HEADER}\n1,2026-01-01,paid,EUR,\xe9\n".encode("latin-1"), "not UTF-8"),
        ("a.csv", f'{HEADER}\n1,2026-01-01,paid,EUR,"1\n'.encode(), "quoting is broken at line 2"),
        ("a.csv", HEADER.encode("utf-16"), "not UTF-8"),
        ("a.csv", f"{HEADER},Order_ID\n".encode(), "two of its columns are named order_id"),
        ("a.jsonl", b'{"order_id": "\xe9"}\n', "not UTF-8"),
        ("a.parquet", b"PAR1 not really", "not a whole Parquet file"),
        ("a.parquet", b"", "not a whole Parquet file"),
        ("a.xlsx", b"PK", "its name ends in none of .parquet, .csv"),
    ],
)
def test_a_file_that_cannot_be_read_is_held(
    shop: Shop, name: str, content: bytes, reason: str
) -> None:
    shop.land(f"orders/{name}", content)
    receipt = shop.ingest_one()
    assert receipt.state == "held"
    assert reason in receipt.held_reason
    assert nothing_landed(shop)


@pytest.mark.parametrize("name", ["a.csv.gz", "a.jsonl.gz", "a.parquet"])
def test_a_truncated_file_is_held(shop: Shop, name: str) -> None:
    rows = good_rows("orders", 50)
    whole = {
        "a.csv.gz": gzip.compress(csv_text(rows).encode()),
        "a.jsonl.gz": gzip.compress(jsonl_text(rows).encode()),
        "a.parquet": parquet_bytes(shop),
    }[name]
    path = shop.landing / "orders" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(whole[:-20])
    receipt = shop.ingest_one()
    assert receipt.state == "held"
    assert "truncated" in receipt.held_reason or "whole" in receipt.held_reason
    assert nothing_landed(shop)


def test_a_dangling_link_is_held(shop: Shop) -> None:
    (shop.landing / "orders").mkdir(parents=True)
    (shop.landing / "orders" / "a.csv").symlink_to("nowhere.csv")
    assert "cannot be opened" in shop.ingest_one().held_reason


@pytest.mark.parametrize(
    ("name", "content", "missing"),
    [
        ("a.csv", "order_id,currency,gross_amount\n1,EUR,1\n", "columns ordered_at, order_status"),
        ("a.csv", f"{HEADER.replace(',', ';')}\n1;2026-01-01;paid;EUR;1\n", "columns order_id"),
        ("a.jsonl", '{"order_id": 1}\n', "columns ordered_at"),
        ("a.jsonl", "not json\n", "columns order_id"),
    ],
)
def test_a_file_without_a_required_column_is_held(
    shop: Shop, name: str, content: str, missing: str
) -> None:
    shop.land(f"orders/{name}", content)
    receipt = shop.ingest_one()
    assert receipt.state == "held"
    assert f"the file lacks the required {missing}" in receipt.held_reason
    assert nothing_landed(shop)


@pytest.mark.parametrize(
    ("name", "content"), [("a.csv", HEADER), ("a.csv", HEADER + "\n\n"), ("a.jsonl", "")]
)
def test_a_file_without_rows_is_accepted_with_none(shop: Shop, name: str, content: str) -> None:
    shop.land(f"orders/{name}", content)
    receipt = shop.ingest_one()
    assert (receipt.state, receipt.rows_read) == ("accepted", 0)


@pytest.mark.parametrize(("bad", "state"), [(5, "accepted"), (6, "held")])
def test_a_file_with_too_many_bad_rows_is_held_whole(shop: Shop, bad: int, state: str) -> None:
    rows = good_rows("orders", 100)
    for row in rows[:bad]:
        row["currency"] = "XXX"
    shop.land("orders/a.csv", csv_text(rows))
    shop.land("orders/b.csv", csv_text(good_rows("orders", 1)))
    first, second = shop.ingest().receipts
    assert first.state == state
    assert second.state == "accepted"
    assert len(shop.raw("order_id")) == (96 if state == "accepted" else 1)
    if state == "held":
        assert "6 of 100 rows are bad, more than the 5 %" in first.held_reason


def test_a_held_file_is_judged_again_and_forgotten_once_it_is_gone(shop: Shop) -> None:
    rows = good_rows("orders", 9)
    rows[0]["currency"] = "XXX"
    path = shop.land("orders/a.csv", csv_text(rows))
    assert shop.ingest().held
    assert shop.ingest().held
    with (shop.world.config / "currency_rates.csv").open("a") as rates:
        rates.write("XXX,1999-01-01,1\n")
    assert not shop.ingest().held

    path.write_text(csv_text(rows).replace("XXX", "YYY"))
    assert len(shop.ingest().held) == 1
    path.unlink()
    shop.ingest()
    assert [receipt.state for receipt in read_receipts(shop.world)] == ["accepted"]


def test_a_file_that_changes_while_it_is_read_is_held(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shop.land("orders/a.csv", csv_text(good_rows("orders", 3)))
    landing = discover(shop.landing, world=shop.world)
    path.write_text(csv_text(good_rows("orders", 4)))
    outcome = ingest_run.ingest_feed(
        "orders",
        landing.files["orders"],
        world=shop.world,
        settings=shop.settings,
        now=datetime.fromisoformat("2026-03-01T00:00Z"),
    )
    assert "changed while it was read" in outcome.held[0].held_reason
    assert shop.ingest_one().rows_accepted == 4


@pytest.mark.parametrize("dies_at", ["first move", "second move", "receipt"])
def test_a_run_that_dies_leaves_nothing_that_the_next_does_not_heal(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, dies_at: str
) -> None:
    rows = good_rows("orders", 40)
    rows[0]["currency"] = "XXX"
    shop.land("orders/a.csv", csv_text(rows))
    moves = []

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    def move(source: Path, target: Path) -> None:
        moves.append(target)
        if len(moves) == {"first move": 1, "second move": 2}[dies_at]:
            die()
        real_move(source, target)

    real_move = ingest_run._move
    with monkeypatch.context() as patch:
        patch.setattr(
            ingest_run, *(("write_receipt", die) if dies_at == "receipt" else ("_move", move))
        )
        with pytest.raises(KeyboardInterrupt):
            shop.ingest()
    assert read_receipts(shop.world) == ()

    receipt = shop.ingest_one()
    assert (receipt.rows_accepted, receipt.rows_quarantined) == (39, 1)
    assert len(shop.raw("order_id")) == 39
    assert len(shop.quarantine("reasons")) == 1
    assert not list(shop.world.staged.rglob("*.parquet"))


def test_what_a_dead_run_left_of_a_file_that_is_gone_is_removed(shop: Shop) -> None:
    shop.land("orders/a.csv", csv_text(good_rows("orders", 1)))
    shop.ingest()
    (raw,) = (shop.world.raw / "orders").glob("*.parquet")
    raw.with_name("0" * 32 + ".parquet").write_bytes(raw.read_bytes())
    shop.ingest()
    assert len(shop.raw("order_id")) == 1


def test_files_being_written_and_hidden_ones_are_passed_over(shop: Shop) -> None:
    for name in (".a.csv", "b.csv.tmp", "c.part", ".dir/d.csv", "_SUCCESS"):
        shop.land(f"orders/{name}", "x")
    shop.land("orders/x.csv/e.csv", csv_text(good_rows("orders", 1)))
    assert shop.ingest_one().file_name == "orders/x.csv/e.csv"


def test_names_that_mean_something_to_the_engine_are_only_names(shop: Shop) -> None:
    for number, name in enumerate(["a*.csv", "ab.csv", "c[1]'?.csv", 'd "e".csv']):
        rows = csv_text(good_rows("orders", 1)).replace("good0", f"order{number}")
        shop.land(f"orders/day=1/{name}", rows)
    assert all(receipt.rows_accepted == 1 for receipt in shop.ingest().receipts)
    assert shop.raw("order_id, _extra") == [(f"order{number}", None) for number in range(4)]


def test_an_unknown_folder_is_told(shop: Shop) -> None:
    shop.land("orders/a.csv", HEADER)
    shop.land("order/b.csv", HEADER)
    assert discover(shop.landing, world=shop.world).ignored == ("order",)


@pytest.mark.parametrize(
    ("folders", "complaint"),
    [
        (None, "no such folder"),
        ([], "the folder is empty; put files under orders/"),
        (["order"], "holds no folder of a known feed"),
    ],
)
def test_a_landing_folder_that_is_none_is_explained(
    shop: Shop, folders: list[str] | None, complaint: str
) -> None:
    if folders is not None:
        shop.landing.mkdir()
        for folder in folders:
            (shop.landing / folder).mkdir()
    with pytest.raises(UserError, match=complaint):
        discover(shop.landing, world=shop.world)


def test_requests_to_be_forgotten_are_judged_like_any_row(shop: Shop) -> None:
    good = [f"c{number},2026-01-05T10:00:00Z" for number in range(40)]
    bad = [",2026-01-05T10:00:00Z", "c99,"]
    shop.land("erasures/a.csv", "\n".join(["customer_id,requested_at", *good, *bad]))
    receipt = shop.ingest_one("erasures")
    assert (receipt.rows_accepted, receipt.rows_quarantined) == (40, 2)
    assert shop.quarantine("reasons", "erasures") == [
        (["customer_id, email and contact_id are all missing"],),
        (["requested_at is missing"],),
    ]


def test_unchanged_files_are_not_hashed_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "TICK_NS", 0)
    shop.land("orders/a.csv", HEADER)
    first = discover(shop.landing, world=shop.world)
    with monkeypatch.context() as patch:
        patch.setattr("hashlib.file_digest", None)
        assert discover(shop.landing, world=shop.world) == first
    shop.land("orders/a.csv", HEADER + "\n")
    assert discover(shop.landing, world=shop.world) != first


def test_a_fault_of_the_machine_ends_the_run_and_blames_no_file(shop: Shop) -> None:
    wide = good_rows("orders", 200)
    shop.land("orders/a.csv", csv_text([row | {"note": "x" * 100_000} for row in wide]))
    with pytest.raises(duckdb.OutOfMemoryException):
        shop.ingest(memory_limit="10MB")
    assert read_receipts(shop.world) == ()
    assert shop.ingest_one().rows_accepted == 200
