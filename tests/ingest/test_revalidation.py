"""Rows of earlier files against newer rules: what moves, what is kept of it, and only once."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from customer_status.environment import durable
from customer_status.ingest.ledger import Receipt, read_receipts
from customer_status.ingest.revalidation import Revalidated
from customer_status.settings.config import Settings
from expectations import crm_touches, orders
from expectations.dates import Bounds
from expectations.rules import Rule
from tests.ingest.shop import GOOD_ROWS, NOW, Shop, csv_text, good_rows, jsonl_text

NO_GIFTS = Rule(
    name="coupon_code_is_a_gift",
    bad="coupon_code = 'gift'",
    text="coupon_code is a gift",
    reason="'coupon_code ''' || coupon_code || ''' is a gift'",
)
GIFT = GOOD_ROWS["orders"] | {"order_id": "g1", "coupon_code": " gift ", "Note": "for Ana"}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


@pytest.fixture
def forbid_gifts(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From the call on, the rules of orders are one more."""
    rules = orders.row_rules

    def forbid() -> None:
        monkeypatch.setattr(orders, "row_rules", lambda bounds: (*rules(bounds), NO_GIFTS))

    return forbid


def land_gift(shop: Shop, *, good: int = 3) -> Path:
    return shop.land("orders/one.csv", csv_text([*good_rows("orders", good), GIFT]))


def receipt(shop: Shop, feed: str = "orders") -> Receipt:
    (found,) = read_receipts(shop.world, feed)
    return found


def bytes_of(shop: Shop) -> dict[Path, tuple[int, int]]:
    """Which file stands at every place of the world: another one if it was written again."""
    rooms = (shop.world.raw, shop.world.quarantine, shop.world.receipts)
    paths = [path for room in rooms for path in room.rglob("*") if path.is_file()]
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in paths}


def move_to_extra(shop: Shop, feed: str, column: str, key: str) -> None:
    """Write the feed's one raw file as a version did that did not know the column."""
    (path,) = [p for p in (shop.world.raw / feed).glob("*.parquet") if p.name[0] != "_"]
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"create table rows as from read_parquet('{path}')")
        connection.execute(
            f"update rows set _extra = json_merge_patch(coalesce(_extra, '{{}}'), "
            f"json_object('{key}', {column}::varchar)) where {column} is not null"
        )
        connection.execute(f"alter table rows drop column {column}")
        connection.execute(f"copy rows to '{path}' (format parquet)")
    forget_version(shop, feed)


def forget_version(shop: Shop, feed: str) -> None:
    """Leave the receipts as a version did that did not note by which rules rows were let in."""
    for path in (shop.world.receipts / feed).glob("[!_]*.json"):
        content = json.loads(path.read_text(encoding="utf-8"))
        del content["rules"]
        path.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize("is_gone", [False, True])
def test_a_row_that_a_newer_rule_forbids_goes_to_quarantine(
    shop: Shop, forbid_gifts: Callable[[], None], is_gone: bool
) -> None:
    """It may be one of four: no share holds a file that was accepted."""
    landed = land_gift(shop)
    before = shop.ingest_one()
    assert (before.rows_accepted, before.rows_quarantined) == (4, 0)
    forbid_gifts()
    if is_gone:
        landed.unlink()
        outcome = shop.ingest_landed([])
    else:
        outcome = shop.ingest()
    assert (outcome.revalidated, outcome.receipts, outcome.held) == (Revalidated(1, 0), (), ())
    assert [order_id for (order_id,) in shop.raw("order_id")] == ["good0", "good1", "good2"]
    after = receipt(shop)
    assert (after.state, after.rows_read) == ("accepted", 4)
    assert (after.rows_accepted, after.rows_quarantined) == (3, 1)
    assert after.reasons == {"coupon_code is a gift": 1}
    assert after.file_name == "orders/one.csv"
    assert after.ingested_at == before.ingested_at
    (kept,) = shop.quarantine("file_name, row_number, reasons, original::json ->> '$.coupon_code'")
    coupon = "gift" if is_gone else " gift "
    number = None if is_gone else 4
    assert kept == ("orders/one.csv", number, ["coupon_code 'gift' is a gift"], coupon)
    assert shop.quarantine("original::json ->> '$.Note', original::json ->> '$.currency'") == [
        ("for Ana", "EUR")
    ]


def test_it_happens_once(shop: Shop, forbid_gifts: Callable[[], None]) -> None:
    landed = land_gift(shop)
    shop.ingest()
    forbid_gifts()
    shop.ingest()
    stood = bytes_of(shop)
    assert shop.ingest(now=NOW + timedelta(days=1)).revalidated == Revalidated()
    landed.unlink()
    assert shop.ingest_landed([]).revalidated == Revalidated()
    assert bytes_of(shop) == stood


def test_files_without_such_a_row_are_not_written_again(
    shop: Shop, forbid_gifts: Callable[[], None]
) -> None:
    shop.land("orders/good.csv", csv_text(good_rows("orders", 2)))
    shop.ingest()
    (raw,) = (shop.world.raw / "orders").glob("*.parquet")
    stood = raw.stat().st_ino
    forbid_gifts()
    shop.ingest()
    assert raw.stat().st_ino == stood
    assert receipt(shop).rules


@pytest.mark.parametrize("is_gone", [False, True])
def test_a_row_that_no_rule_forbids_any_more_is_let_in(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, is_gone: bool
) -> None:
    """What is not of the shape of its file, and what came from the future, stays where it is."""
    rules = orders.row_rules
    monkeypatch.setattr(orders, "row_rules", lambda bounds: (*rules(bounds), NO_GIFTS))
    future = GOOD_ROWS["orders"] | {"order_id": "f1", "updated_at": "2026-03-03T00:00:00Z"}
    text = csv_text([*good_rows("orders", 100), GIFT, future]) + '"too","short"\n'
    landed = shop.land("orders/one.csv", text)
    assert shop.ingest_one().rows_quarantined == 3
    monkeypatch.setattr(orders, "row_rules", rules)
    later = NOW + timedelta(days=30)
    if is_gone:
        landed.unlink()
    found = [] if is_gone else None
    outcome = shop.ingest(now=later) if found is None else shop.ingest_landed([], now=later)
    assert outcome.revalidated == Revalidated(0, 1)
    assert ("g1", "gift") in shop.raw("order_id, coupon_code")
    after = receipt(shop)
    assert (after.rows_accepted, after.rows_quarantined) == (101, 2)
    assert set(after.reasons) == {
        "updated_at is more than a day after it was ingested",
        "the row does not have the shape of its file",
    }
    assert [number for (number,) in shop.quarantine("row_number")] == [102, 103]


def test_when_all_rows_are_let_in_nothing_is_left_in_quarantine(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = orders.row_rules
    monkeypatch.setattr(orders, "row_rules", lambda bounds: (*rules(bounds), NO_GIFTS))
    land_gift(shop, good=30).rename(shop.landing / "orders/other name.csv")
    shop.ingest()
    monkeypatch.setattr(orders, "row_rules", rules)
    shop.ingest_landed([])
    assert list((shop.world.quarantine / "orders").glob("*")) == []
    assert receipt(shop).reasons == {}


def test_a_list_that_gains_a_value_lets_rows_in_and_one_that_loses_it_moves_none(
    shop: Shop,
) -> None:
    rows = [*good_rows("orders", 30), GOOD_ROWS["orders"] | {"order_id": "n1", "store_id": "NYC"}]
    shop.land("orders/one.csv", csv_text(rows))
    assert shop.ingest_one().rows_quarantined == 1
    stores = shop.world.config / "stores.csv"
    shipped = stores.read_text(encoding="utf-8")
    stores.write_text(f"{shipped}NYC,,,,America/New_York,\n", encoding="utf-8")
    assert shop.ingest().revalidated == Revalidated(0, 1)
    stores.write_text(shipped, encoding="utf-8")
    assert shop.ingest().revalidated == Revalidated()
    assert ("n1", "NYC") in shop.raw("order_id, store_id")


def test_a_file_with_a_value_that_a_list_lost_is_sorted_without_being_read_again(
    shop: Shop, forbid_gifts: Callable[[], None]
) -> None:
    stores = shop.world.config / "stores.csv"
    shipped = stores.read_text(encoding="utf-8")
    stores.write_text(f"{shipped}NYC,,,,America/New_York,\n", encoding="utf-8")
    in_nyc = GOOD_ROWS["orders"] | {"order_id": "n1", "store_id": "NYC"}
    shop.land("orders/one.csv", csv_text([*good_rows("orders", 3), GIFT, in_nyc]))
    shop.ingest()
    stores.write_text(shipped, encoding="utf-8")
    forbid_gifts()
    assert shop.ingest().revalidated == Revalidated(1, 0)
    assert ("n1", "NYC") in shop.raw("order_id, store_id")
    assert shop.quarantine("row_number, reasons") == [(None, ["coupon_code 'gift' is a gift"])]


@pytest.mark.parametrize("is_gone", [False, True])
@pytest.mark.parametrize("key", ["thread_id", " Thread_ID "])
def test_a_column_that_an_older_version_did_not_know_is_taken_out_of_the_unknown_ones(
    shop: Shop, key: str, is_gone: bool
) -> None:
    row = GOOD_ROWS["crm_touches"] | {"thread_id": "t-9", "mood": "bad"}
    landed = shop.land("crm_touches/one.jsonl", jsonl_text([row]))
    shop.ingest("crm_touches")
    move_to_extra(shop, "crm_touches", "thread_id", key)
    if is_gone:
        landed.unlink()
    files = shop.ingest("crm_touches") if not is_gone else shop.ingest_landed([], "crm_touches")
    assert files.revalidated == Revalidated()
    assert shop.raw("thread_id, _extra", "crm_touches") == [("t-9", '{"mood":"bad"}')]
    assert receipt(shop, "crm_touches").rules


def test_such_a_value_is_typed_and_judged_like_any_other(shop: Shop) -> None:
    """Numbers, a negative one, and one that is none."""
    rows = [
        GOOD_ROWS["crm_touches"] | {"touch_id": f"t{n}", "topic": text}
        for n, text in enumerate((" 1.50 ", "-2", "twelve", ""))
    ]
    landed = shop.land("crm_touches/one.csv", csv_text(rows))
    shop.ingest("crm_touches")
    landed.unlink()
    (path,) = (shop.world.raw / "crm_touches").glob("*.parquet")
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(
            "create table rows as select * exclude (cost_amount) replace (null::varchar as topic, "
            "case when topic is not null then json_object('Cost_Amount', topic)::varchar end "
            f"as _extra) from read_parquet('{path}')"
        )
        connection.execute(f"copy rows to '{path}' (format parquet)")
    forget_version(shop, "crm_touches")
    assert shop.ingest_landed([], "crm_touches").revalidated == Revalidated(2, 0)
    assert shop.raw("touch_id, cost_amount::varchar, _extra", "crm_touches") == [
        ("t0", "1.50", None),
        ("t3", None, None),
    ]
    reasons = [reason for ((reason,),) in shop.quarantine("reasons", "crm_touches")]
    assert reasons == [
        "cost_amount '-2.00' is negative",
        "cost_amount 'twelve' is not an amount; write it like 1234.56",
    ]


def test_a_row_that_names_such_a_column_twice_goes_to_quarantine(shop: Shop) -> None:
    row = GOOD_ROWS["crm_touches"] | {"thread_id": "t-9", "THREAD_ID": "other"}
    landed = shop.land("crm_touches/one.jsonl", jsonl_text([*good_rows("crm_touches", 30)]))
    shop.ingest("crm_touches")
    landed.unlink()
    (path,) = (shop.world.raw / "crm_touches").glob("*.parquet")
    extra = json.dumps({key: row[key] for key in ("thread_id", "THREAD_ID")})
    with duckdb.connect() as connection:
        connection.execute(
            "create table rows as select * exclude (thread_id) replace (case when touch_id = "
            f"'good7' then '{extra}' end as _extra) from read_parquet('{path}')"
        )
        connection.execute(f"copy rows to '{path}' (format parquet)")
    forget_version(shop, "crm_touches")
    shop.ingest_landed([], "crm_touches")
    assert shop.quarantine("reasons", "crm_touches") == [(["the row names thread_id twice"],)]


def test_a_run_that_dies_anywhere_ends_the_same_the_next_time(
    tmp_path: Path, forbid_gifts: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies at each write through to disk in turn, until it lives."""
    died = 0
    forbid_gifts()
    while True:
        shop = Shop(tmp_path / str(died))
        with monkeypatch.context() as lax:
            rules = orders.row_rules
            lax.setattr(orders, "row_rules", lambda bounds, rules=rules: rules(bounds)[:-1])
            land_gift(shop).rename(shop.landing / "orders/gone.csv")
            shop.ingest()
        with monkeypatch.context() as dying:
            is_dead = die_at(dying, died)
            try:
                shop.ingest_landed([])
            except Dead:
                assert is_dead()
        left = [path.name for path in shop.world.revised.rglob("*") if path.is_file()]
        shop.ingest_landed([])
        assert [order_id for (order_id,) in shop.raw("order_id")] == ["good0", "good1", "good2"]
        assert shop.quarantine("reasons") == [(["coupon_code 'gift' is a gift"],)]
        assert (receipt(shop).rows_accepted, receipt(shop).rows_quarantined) == (3, 1)
        assert not [path for path in shop.world.revised.rglob("*") if path.is_file()]
        if not is_dead():
            assert left == []
            break
        died += 1
    assert died > 5


class Dead(BaseException):
    pass


def die_at(monkeypatch: pytest.MonkeyPatch, number: int) -> Callable[[], bool]:
    """Let the given write through to disk be the last thing that the process does."""
    sync, count = durable.os.fsync, 0

    def dying(descriptor: int) -> None:
        nonlocal count
        count += 1
        sync(descriptor)
        if count > number:
            raise Dead

    monkeypatch.setattr(durable.os, "fsync", dying)
    return lambda: count > number


def test_rows_are_known_to_be_let_in_by_the_rules_of_now(shop: Shop) -> None:
    land_gift(shop)
    accepted = shop.ingest_one()
    assert accepted.rules == receipt(shop).rules
    assert shop.ingest(now=NOW + timedelta(days=90)).revalidated == Revalidated()


def test_the_moment_of_ingest_is_no_part_of_the_rules(shop: Shop) -> None:
    shop.land("crm_touches/a.csv", csv_text(good_rows("crm_touches", 1)))
    first = shop.ingest_one("crm_touches")
    shop.land("crm_touches/b.csv", csv_text(good_rows("crm_touches", 2)))
    (second,) = shop.ingest("crm_touches", now=datetime.now(tz=NOW.tzinfo)).receipts
    assert first.rules == second.rules
    rules = [crm_touches.row_rules(Bounds(now)) for now in (NOW, NOW + timedelta(days=1))]
    assert rules[0] != rules[1]


@pytest.mark.parametrize("is_gone", [False, True])
def test_raising_the_earliest_event_date_moves_older_rows(shop: Shop, is_gone: bool) -> None:
    """In an optional column such a date is an empty value from then on, which is counted."""
    row = GOOD_ROWS["orders"]
    old = row | {"order_id": "old", "ordered_at": "2020-02-01T10:00:00Z"}
    half = row | {"order_id": "half", "updated_at": "2020-02-01T10:00:00Z"}
    landed = shop.land("orders/one.csv", csv_text([row, old, half]))
    shop.ingest()
    shop.settings = Settings(shop.settings.values | {"earliest_event_date": "2021-01-01"})
    if is_gone:
        landed.unlink()
    outcome = shop.ingest_landed([]) if is_gone else shop.ingest()
    assert outcome.revalidated == Revalidated(1, 0)
    assert shop.raw("order_id, updated_at") == [("0001", None), ("half", None)]
    (reason,) = receipt(shop).reasons
    assert "2021-01-01" in reason
    assert sum(receipt(shop).notices.values()) == 1
    assert len(shop.quarantine("reasons")) == 1


def test_once_somebody_was_erased_rows_with_tokens_stay(shop: Shop) -> None:
    token = "erased:" + "0" * 32
    shop.land("orders/one.csv", csv_text(good_rows("orders", 2)))
    shop.ingest()
    (path,) = (shop.world.raw / "orders").glob("*.parquet")
    with duckdb.connect() as connection:
        connection.execute(
            f"create table rows as select * replace ('{token}' as customer_id) "
            f"from read_parquet('{path}')"
        )
        connection.execute(f"copy rows to '{path}' (format parquet)")
    forget_version(shop, "orders")
    shop.world.erasure_secret.write_text("secret", encoding="ascii")
    assert shop.ingest_landed([]).revalidated == Revalidated()
    shop.world.erasure_secret.unlink()
    forget_version(shop, "orders")
    assert shop.ingest_landed([]).revalidated == Revalidated(2, 0)
