"""Rules on single identifiers: read plainly or hashed, kept hashed."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from customer_status.environment.errors import UserError
from customer_status.settings.config import write_config

RITA = hashlib.md5(b"email:rita@strasse.example").hexdigest()


def kept(folder: Path, text: str) -> str:
    """The warehouse's copy of the file."""
    overlay = folder / "config"
    overlay.mkdir(exist_ok=True)
    (overlay / "identifier_rules.csv").write_text(text, encoding="utf-8")
    write_config(folder / "kept", overlay=overlay, run_date=date(2026, 1, 1), as_of_date=None)
    return (folder / "kept" / "identifier_rules.csv").read_text(encoding="utf-8")


def test_the_warehouse_keeps_the_hash_only(tmp_path: Path) -> None:
    text = (
        "identifier_type,identifier,sharing,note\n"
        "email, Rita@STRASSE.example ,never,Rita's guest orders\n"
        "customer_id,Till-7,always,\n"
    )
    till = hashlib.md5(b"customer_id:Till-7").hexdigest()
    header, *rows = kept(tmp_path, text).splitlines()
    assert header == "identifier_type,identifier,sharing"
    assert set(rows) == {f"email,md5:{RITA},never", f"customer_id,md5:{till},always"}
    files = [path.read_bytes() for path in (tmp_path / "kept").rglob("*") if path.is_file()]
    assert not any(b"rita" in content.lower() for content in files)


def test_a_value_and_its_hash_say_the_same(tmp_path: Path) -> None:
    plain = kept(tmp_path, "identifier_type,identifier,sharing\nemail,rita@straße.example,always\n")
    hashed = kept(tmp_path, f"identifier_type,identifier,sharing\nemail,md5:{RITA},always\n")
    both = kept(
        tmp_path,
        "identifier_type,identifier,sharing\nemail,rita@strasse.example,always\n"
        f"email,md5:{RITA},always\n",
    )
    assert plain == hashed == both


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("phone,1,always", "row 1: identifier_type is 'phone'; write one of"),
        ("email,a@b.c,sometimes", "row 1: sharing is 'sometimes'; write one of always, never"),
        ("email,,always", "row 1: identifier is neither a value nor a hash"),
        ("email,md5:ABC,always", "row 1: identifier is neither a value nor a hash"),
        ("email,a@b.c,always\nemail,A@b.c,never", "row 2: the identifier is both always and never"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(tmp_path: Path, row: str, complaint: str) -> None:
    with pytest.raises(UserError, match=complaint) as error:
        kept(tmp_path, f"identifier_type,identifier,sharing\n{row}\n")
    assert "\n" not in str(error.value)
