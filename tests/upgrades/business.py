"""The files of a small business, in two deliveries: warehouses of older versions are made of them.

The landing folder is kept with each warehouse, so a change here concerns only those made later.
"""

import csv
import gzip
import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

import duckdb

CUSTOMERS = 14
FIRST_DAY = date(2026, 1, 5)
ERASED = "K09"
FORGED = "erased:" + "0123456789abcdef" * 2

Row = dict[str, object]


def write(landing: Path, *, delivery: int, is_forbidden: bool) -> None:
    """Write one delivery.

    ``is_forbidden`` adds rows that rules of later versions do not let in; among them is an invented
    token of an erased identifier, beside which nobody is erased, or its owner would be, too.
    """
    files = (_first, _second)[delivery - 1]()
    for name, rows in files.items():
        if not (is_forbidden and name.startswith("erasures/")):
            _write(landing / name, rows)
    if is_forbidden:
        for name, rows in _forbidden(delivery).items():
            _write(landing / name, rows)


def _order(number: int, customer: int, day: date, **more: object) -> Row:
    row = {
        "order_id": f"A{number:04}",
        "customer_id": f"C{customer:02}",
        "email": f"Buyer{customer}@Example.com",
        "ordered_at": f"{day}T{8 + number % 12:02}:30:00Z",
        "order_status": "paid",
        "currency": "EUR",
        "gross_amount": f"{10 + number % 37}.50",
    }
    return row | more


def _touch(number: int, customer: int, day: date, touch_type: str, **more: object) -> Row:
    row = {
        "touch_id": f"T{number:04}",
        "contact_id": f"K{customer:02}",
        "touched_at": f"{day}T12:{number % 60:02}:00Z",
        "direction": "inbound",
        "channel": "email",
        "touch_type": touch_type,
    }
    return row | more


def _session(number: int, customer: int | None, day: date) -> Row:
    return {
        "session_id": f"S{number:04}",
        "visitor_id": f"V{number % 20:02}",
        "customer_id": f"C{customer:02}" if customer else None,
        "started_at": f"{day} 18:{number % 60:02}:00",
        "ended_at": f"{day} 18:{number % 60:02}:45",
        "page_views": 1 + number % 4,
        "landing_page": "/sale",
    }


def _days(count: int, *, first: date = FIRST_DAY, every: int = 2) -> Iterator[tuple[int, date]]:
    return ((n, first + timedelta(days=every * n)) for n in range(count))


def _first() -> Mapping[str, list[Row]]:
    """Columns that no feed knows by then, bad rows within the share, a vendor's export."""
    orders = [
        _order(n, n % CUSTOMERS, day, **{"Gift Note": "no bag" if n % 9 == 0 else ""})
        for n, day in _days(80)
    ]
    orders[40] |= {"currency": "XXX"}
    orders[41] |= {"gross_amount": "twelve"}
    # A column that a later version knows, under a name as people write it; the type of one return
    # is unknown to the older version, too.
    for row in orders:
        row[" Returns_Order_ID"] = ""
    orders[50] |= {" Returns_Order_ID": "A0036", "order_status": "completed", "order_type": ""}
    orders[52] |= {" Returns_Order_ID": "A0038", "order_type": "return"}
    touches = [
        _touch(n, n % CUSTOMERS, day, ("clicked", "replied", "survey_response", "sent")[n % 4])
        for n, day in _days(100)
    ]
    for row in (row for row in touches[::5] if row["contact_id"] != ERASED):
        row |= {"THREAD_ID": f"ticket-{row['touch_id']}", "in_reply_to": touches[0]["touch_id"]}
    touches[7] |= {"referred_by": "buyer3@example.com"}
    touches[8] |= {"touch_type": "subscribed"}
    touches[9] |= {"touch_type": "pigeon"}
    contacts = [
        {
            "contact_id": f"K{n:02}",
            "created_at": f"{FIRST_DAY}T09:{n:02}:00Z",
            "email": f"buyer{n}@example.com",
            "full_name": f"Full Name {n}",
            "consent_email": "yes",
        }
        for n in range(CUSTOMERS)
    ]
    sessions = [_session(n, n % CUSTOMERS if n % 3 else None, day) for n, day in _days(90)]
    export = [
        {
            "Name": f"#{1000 + n}",
            "Email": f"buyer{n % CUSTOMERS}@example.com",
            "Financial Status": "paid",
            "Currency": "EUR",
            "Subtotal": f"{20 + n}.00",
            "Created at": f"{day} 10:00:00 +0100",
            "Lineitem quantity": "2",
            "Lineitem name": "A thing",
            "Notes": "unmapped",
        }
        for n, day in _days(12, every=9)
    ]
    return {
        "orders/until may.csv": orders,
        "crm_touches/2026/first.jsonl.gz": touches,
        "web_sessions/first.parquet": sessions,
        "contacts/contacts.csv": contacts,
        "shopify_orders/first.csv": export,
    }


def _second() -> Mapping[str, list[Row]]:
    """Late rows, a changed order, two customers who turn out to be one, a request to be erased."""
    later = date(2026, 6, 1)
    orders = [_order(200 + n, n % CUSTOMERS, day) for n, day in _days(24, first=later, every=1)]
    orders += [
        _order(300, 2, date(2026, 2, 1)),
        _order(4, 4, FIRST_DAY, order_status="cancelled", updated_at="2026-06-03T10:00:00Z"),
        _order(301, 5, date(2026, 5, 1), email="buyer6@example.com"),
    ]
    return {
        "orders/june.csv": orders,
        "crm_touches/june.csv": [
            _touch(300 + n, n % CUSTOMERS, day, "replied")
            for n, day in _days(30, first=later, every=1)
        ],
        "erasures/june.csv": [
            {"email": "Buyer9@example.com", "requested_at": "2026-06-20T10:00:00Z"}
        ],
    }


def _forbidden(delivery: int) -> Mapping[str, list[Row]]:
    """Default dates, identifiers that lost digits, a token that no warehouse wrote."""
    if delivery == 2:
        return {}
    good = [_order(500 + n, n % CUSTOMERS, day) for n, day in _days(118)]
    bad = [
        _order(700, 1, date(1970, 1, 1)),
        _order(701, 2, date(1, 1, 2)),
        _order(702, 3, date(2026, 3, 3)) | {"order_id": "1.23457E+11"},
        _order(703, 3, date(2026, 3, 4)) | {"customer_id": FORGED, "email": ""},
        _order(704, 3, date(2026, 3, 5)) | {"customer_id": "17850.0"},
    ]
    touches = [_touch(500 + n, n % CUSTOMERS, day, "clicked") for n, day in _days(48)]
    touches.append(_touch(700, 1, date(1970, 1, 1), "clicked"))
    touches.append(_touch(701, 1, date(2026, 3, 1), "clicked", updated_at="1970-01-01T00:00:00Z"))
    return {"orders/default dates.csv": [*good, *bad], "crm_touches/default dates.csv": touches}


def _write(path: Path, rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        _write_parquet(path, rows)
    elif ".jsonl" in path.name:
        text = "".join(json.dumps(row) + "\n" for row in rows)
        path.write_bytes(gzip.compress(text.encode(), mtime=0))
    else:
        columns = list(dict.fromkeys(name for row in rows for name in row))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)


def _write_parquet(path: Path, rows: list[Row]) -> None:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(
            "create table sessions as select * replace (started_at::timestamptz as started_at, "
            "ended_at::timestamptz as ended_at) from (select unnest(from_json($1, '[{"
            '"session_id": "varchar", "visitor_id": "varchar", "customer_id": "varchar", '
            '"started_at": "varchar", "ended_at": "varchar", "page_views": "integer", '
            '"landing_page": "varchar"}]\'), recursive := true))',
            [json.dumps(rows)],
        )
        connection.execute(f"copy sessions to '{path}' (format parquet)")
