"""The files of the story: what came first, what came late, and what never should have come.

The first files end on FIRST_DAY. Cleo then turns out to have bought once more, Ben gets his money
back, and Dan, who once bought as a guest, logs in.
"""

from collections.abc import Mapping, Sequence
from itertools import chain

from customer_status.environment.layout import SHIPPED_SEEDS
from tests.end_to_end.shop import Row, order, session, touch

FIRST_DAY = "2025-06-30"
SECOND_DAY = "2025-07-20"

ANA = {"customer_id": "C-ANA", "email": "ana@example.com"}
BEN = {"customer_id": "C-BEN", "email": "ben@example.com"}
CLEO = {"customer_id": "C-CLEO", "email": "cleo@example.com"}
DAN = {"customer_id": "C-DAN"}
GUEST = {"email": "dan@example.com"}
EVE = {"customer_id": "C-EVE", "email": "eve@example.com"}

Files = Mapping[str, Sequence[Row]]

FIRST_FILES: Files = {
    "orders/first half/orders.csv": [
        *(order(f"A{month}", f"2025-0{month}-03 10:00:00", **ANA) for month in range(1, 7)),
        order("B1", "2025-05-20 09:30:00", **BEN),
        order("C1", "2025-02-01 18:00:00", **CLEO),
        order("D1", "2025-05-15 12:00:00", **DAN),
        order("G1", "2025-04-10 12:00:00", **GUEST),
        order("E1", "2025-03-01 12:00:00", **EVE),
        order("E2", "2025-06-30 12:00:00", **EVE),
    ],
    "web_sessions/sessions.csv": [
        session("S1", "V-ANA", "2025-01-10 08:00:00"),
        session("S2", "V-ANA", "2025-01-12 08:00:00", landing_page="/me?to=ana@example.com", **ANA),
        session("S3", "V-NOBODY", "2025-06-01 08:00:00"),
    ],
    "crm_touches/touches.csv": [
        touch("T1", "2025-06-02 08:00:00", "replied", topic="for Eve%40example.com", **EVE),
        touch("T2", "2025-06-12 08:00:00", "survey_response", score="9", **EVE),
        touch("T3", "2025-06-15 08:00:00", "complaint", **ANA),
    ],
    "contacts/contacts.csv": [
        {"contact_id": "K-ANA", "created_at": "2025-01-02 10:00:00", "full_name": "Ana Gil"} | ANA,
    ],
}

LATE_FILES: Files = {
    "orders/second half/late.csv": [order("C2", "2025-04-15 18:00:00", **CLEO)],
    "orders/second half/refunded.csv": [
        order("B1", "2025-05-20 09:30:00", **BEN)
        | {
            "order_status": "refunded",
            "refund_amount": "20.00",
            "updated_at": "2025-07-02 09:00:00",
        },
        order("E3", f"{SECOND_DAY} 12:00:00", **EVE),
    ],
    "web_sessions/login.csv": [session("S4", "V-DAN", "2025-07-05 20:00:00", **DAN, **GUEST)],
}

# Nobody is told apart otherwise by these: everything in them lies after FIRST_DAY.
LATER_FILES: Files = {
    "orders/later.csv": [
        order("A7", "2025-07-03 10:00:00", **ANA),
        order("C3", f"{SECOND_DAY} 18:00:00", **CLEO),
        order("F1", "2025-07-11 18:00:00", customer_id="C-FAY", email="fay@example.com"),
    ],
    "crm_touches/later.csv": [touch("T4", "2025-07-09 08:00:00", "complaint", **EVE)],
}

WITHOUT_CURRENCY = "orders/second half/export of july.csv"
NO_PARQUET = "crm_touches/cut short.parquet"

_SHIPPED_POLICY = (SHIPPED_SEEDS / "status_policy.csv").read_text(encoding="utf-8")
# Half the patience with those who do not buy.
STRICT_POLICY = _SHIPPED_POLICY.replace("1900-01-01,90,60,", "1900-01-01,45,30,")


def in_other_files(*landings: Files) -> Files:
    """The same rows, the last first, one or two to a file; some arrive twice."""
    feeds: dict[str, list[Row]] = {}
    for name, rows in chain.from_iterable(files.items() for files in landings):
        feeds.setdefault(name.split("/")[0], []).extend(rows)
    files: dict[str, list[Row]] = {}
    for feed, rows in feeds.items():
        backwards = rows[::-1]
        for start in range(0, len(rows), 2):
            files[f"{feed}/{start:03}.csv"] = backwards[start : start + 2]
        files[f"{feed}/again.csv"] = [dict(reversed(rows[0].items()))]
    return files
