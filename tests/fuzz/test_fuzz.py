"""Whatever lands is taken or held with a reason, every row is told of, and no value is changed."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

from customer_status.ingest.ledger import Receipt
from tests.fuzz import plain_rules
from tests.fuzz.mutants import Mutant, mutant
from tests.fuzz.plain_reading import Refused, Unsure, read
from tests.ingest.shop import NOW, Shop

FEEDS = tuple(plain_rules.FEEDS)
EVERY_ROW_IS_JUDGED = {"max_reject_share": "1"}


@dataclass
class Found:
    """What became of some files, and what is wrong with it."""

    counts: Counter = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)


@pytest.mark.parametrize("feed", FEEDS)
def test_spoilt_files_are_read_as_python_reads_them(
    feed: str, tmp_path: Path, number_of_spoilt_files: int
) -> None:
    files = [mutant(seed, feed) for seed in range(number_of_spoilt_files // len(FEEDS))]
    found = Found()
    _look(feed, files, folder=tmp_path, found=found)
    print(f"{feed}: {dict(found.counts)}")
    assert not found.complaints, "\n".join(found.complaints[:20])
    assert found.counts["files"] == found.counts["accepted"] + found.counts["held"]


def test_the_same_files_come_out_the_same_in_any_order(tmp_path: Path) -> None:
    files = [mutant(seed, "orders") for seed in range(24)]
    seen = []
    for name, order in (("there", files), ("back", reversed(files))):
        shop = _landed("orders", list(order), tmp_path / name)
        receipts = {r.file_id: (r.state, r.rows_read, r.reasons) for r in shop.ingest().receipts}
        seen.append((receipts, shop.raw("*"), shop.quarantine("_file_id, row_number, reasons")))
    assert seen[0] == seen[1]


def _landed(feed: str, files: list[Mutant], folder: Path) -> Shop:
    shop = Shop(folder, EVERY_ROW_IS_JUDGED)
    for file in files:
        path = shop.landing / feed / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    return shop


def _look(feed: str, files: list[Mutant], *, folder: Path, found: Found) -> None:
    """Ingest files together and compare; where the run ends in an error, find the file."""
    shop = _landed(feed, files, folder / f"{files[0].seed}-{files[-1].seed}")
    try:
        outcome = shop.ingest(feed)
    except Exception as error:
        if len(files) == 1:
            first = str(error).splitlines()[0][:300]
            found.complaints.append(f"{_title(files[0])}: {type(error).__name__}: {first}")
            return
        half = len(files) // 2
        _look(feed, files[:half], folder=folder, found=found)
        _look(feed, files[half:], folder=folder, found=found)
        return
    raw = _raw_rows(shop, feed)
    known = plain_rules.seed_keys(shop.world.config)
    by_name = {f"{feed}/{file.name}": file for file in files}
    for receipt in outcome.receipts:
        file = by_name[receipt.file_name]
        found.counts["files"] += 1
        found.counts[receipt.state] += 1
        found.counts["rows accepted"] += receipt.rows_accepted
        found.counts["rows quarantined"] += receipt.rows_quarantined
        complaint = _compare(file, receipt, raw.get(receipt.file_id, []), known)
        if complaint:
            found.complaints.append(f"{_title(file)}: {complaint}")


def _title(file: Mutant) -> str:
    return f"mutant({file.seed}, {file.feed!r}) {file.name} [{file.story}]"


def _compare(file: Mutant, receipt: Receipt, accepted: list[tuple], known: dict) -> str | None:
    """What is wrong with what became of a file; None if nothing is."""
    if receipt.state == "held":
        if not receipt.held_reason:
            return "held without a reason"
    elif len(accepted) != receipt.rows_accepted:
        return f"{receipt.rows_accepted} rows accepted, {len(accepted)} in raw"
    is_spoilt_parquet = file.name.endswith(".parquet") and "bytes:" in file.story
    if is_spoilt_parquet:
        return None  # readers differ on what can still be read
    try:
        rows = read(file.feed, file.name, file.content)
    except Unsure:
        return None
    except Refused as error:
        return None if receipt.state == "held" else f"taken, but Python says: {error}"
    if receipt.state == "held":
        return f"held ({receipt.held_reason}), but Python reads {len(rows)} rows"
    if receipt.rows_read != len(rows):
        return f"{receipt.rows_read} rows read, Python reads {len(rows)}"
    good = Counter()
    for row in rows:
        try:
            if row is not None:
                good[plain_rules.judge(file.feed, row, known, NOW)] += 1
        except plain_rules.Bad:
            pass
    here, there = Counter(accepted) - good, good - Counter(accepted)
    if not here and not there:
        return None
    pairs = zip(sorted(here, key=repr), sorted(there, key=repr), strict=False)
    cells = [(a, b) for x, y in pairs for a, b in zip(x, y, strict=True) if a != b]
    return f"{len(here)} rows that should not be, {len(there)} that should: {cells[:4]}"


def _raw_rows(shop: Shop, feed: str) -> dict[str, list[tuple]]:
    """Accepted rows by file, in the terms of the plain rules."""
    files = [str(path) for path in (shop.world.raw / feed).glob("*.parquet")]
    if not files:
        return {}
    terms = {"ts": "epoch_us({})", "amount": "{}::varchar", "score": "{}::varchar"}
    terms["date"] = "{}::varchar"
    columns = [
        terms.get(kind, "{}").format(name) for name, (kind, _) in plain_rules.layout(feed).items()
    ]
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"select _file_id, {', '.join(columns)} from read_parquet({files})"
        ).fetchall()
    found: dict[str, list[tuple]] = {}
    for file_id, *row in rows:
        found.setdefault(file_id, []).append(tuple(row))
    return found
