"""Which files there are, and that each is known by all of its bytes."""

import os
import time
from pathlib import Path

import pytest

from customer_status.ingest import hashing
from customer_status.ingest.landing import LandedFile, discover
from tests.ingest.shop import Shop

MEBIBYTE = 1 << 20


def landed(shop: Shop, feed: str = "orders") -> tuple[LandedFile, ...]:
    return discover(shop.landing, world=shop.world).files[feed]


def rewrite_in_silence(path: Path, content: bytes) -> None:
    """Write other bytes of the same number and set the old times again."""
    before = path.stat()
    with path.open("r+b") as file:
        file.write(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert (after.st_ino, after.st_size) == (before.st_ino, before.st_size)
    assert after.st_mtime_ns == before.st_mtime_ns


@pytest.mark.parametrize("size", [MEBIBYTE, 2 * MEBIBYTE, 5 * MEBIBYTE])
def test_an_export_that_grows_is_another_file(shop: Shop, size: int) -> None:
    export = b"x" * (size - 1) + b"\n"
    path = shop.land("orders/export.csv", export)
    (before,) = landed(shop)
    path.write_bytes(export + b"one more row\n")
    (after,) = landed(shop)
    assert after.file_id != before.file_id


def test_long_files_that_differ_in_their_last_byte_are_two(shop: Shop) -> None:
    shop.land("orders/a.csv", b"x" * 2 * MEBIBYTE + b"1\n")
    shop.land("orders/b.csv", b"x" * 2 * MEBIBYTE + b"2\n")
    assert len({file.file_id for file in landed(shop)}) == 2


@pytest.mark.parametrize("is_remembered", [True, False])
def test_a_file_rewritten_with_its_size_inode_and_time_is_another(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, is_remembered: bool
) -> None:
    path = shop.land("orders/a.csv", b"order_id\n0001\n")
    if is_remembered:
        monkeypatch.setattr(hashing, "TICK_NS", 0)
        time.sleep(0.02)  # a tick of this machine's file system
    (before,) = landed(shop)
    if is_remembered:
        time.sleep(0.02)
    rewrite_in_silence(path, b"order_id\n0002\n")
    (after,) = landed(shop)
    assert after.file_id != before.file_id
    path.write_bytes(b"order_id\n0001\n")
    assert landed(shop)[0].file_id == before.file_id


def test_a_file_rewritten_in_silence_after_it_was_hashed_has_changed(shop: Shop) -> None:
    path = shop.land("orders/a.csv", b"order_id\n0001\n")
    (file,) = landed(shop)
    assert file.is_unchanged()
    time.sleep(0.02)  # a tick of this machine's file system
    rewrite_in_silence(path, b"order_id\n0002\n")
    assert not file.is_unchanged()


def test_a_file_whose_permissions_change_stays_what_it_is(shop: Shop) -> None:
    path = shop.land("orders/a.csv", b"order_id\n0001\n")
    (file,) = landed(shop)
    path.chmod(0o600)
    os.link(path, path.with_name(".backup"))
    assert file.is_unchanged()
    path.unlink()
    assert not file.is_unchanged()


def test_linked_folders_and_files_are_followed(shop: Shop, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "deep").mkdir(parents=True)
    (elsewhere / "deep" / "a.csv").write_text("a")
    (elsewhere / "b.csv").write_text("b")
    (tmp_path / "c.csv").write_text("c")
    shop.land("orders/d.csv", "d")
    (shop.landing / "orders" / "linked").symlink_to(elsewhere, target_is_directory=True)
    (shop.landing / "orders" / "c.csv").symlink_to(tmp_path / "c.csv")
    assert [file.name for file in landed(shop)] == [
        "orders/c.csv",
        "orders/d.csv",
        "orders/linked/b.csv",
        "orders/linked/deep/a.csv",
    ]


def test_a_linked_folder_of_a_feed_is_followed(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "drop").mkdir()
    (tmp_path / "drop" / "a.csv").write_text("a")
    shop.landing.mkdir()
    (shop.landing / "orders").symlink_to(tmp_path / "drop", target_is_directory=True)
    assert [file.name for file in landed(shop)] == ["orders/a.csv"]


def test_a_folder_that_is_linked_into_itself_is_seen_once(shop: Shop) -> None:
    shop.land("orders/deep/a.csv", "a")
    (shop.landing / "orders" / "deep" / "loop").symlink_to(shop.landing / "orders")
    assert [file.name for file in landed(shop)] == ["orders/deep/a.csv"]
