"""What the documented values and rules make of one row, in plain Python.

Written from docs/feeds.md; it shares no line with ``ingest/`` and ``expectations/``.
"""

import csv
import re
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path

BLANKS = "".join(
    map(chr, [*range(9, 14), 32, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029])
) + "".join(map(chr, [0x202F, 0x205F, 0x3000]))

FEEDS = {
    "orders": (
        "order_id! customer_id email ordered_at!:ts updated_at:ts order_status! order_type"
        " currency! gross_amount!:amount discount_amount:amount refund_amount:amount coupon_code"
        " subscription_id sales_channel store_id policy_segment item_count:int returns_order_id"
    ),
    "web_sessions": (
        "session_id! visitor_id! customer_id email started_at!:ts ended_at:ts page_views:int"
        " conversions:int source medium campaign device country landing_page"
    ),
    "crm_touches": (
        "touch_id! contact_id customer_id email touched_at!:ts updated_at:ts direction! channel!"
        " touch_type! campaign_id offer_id score:score topic cost_amount:amount"
        " thread_id in_reply_to referred_by"
    ),
    "contacts": (
        "contact_id! created_at!:ts updated_at:ts customer_id email full_name birth_date:date"
        " gender city country consent_email:bool consent_sms:bool consent_phone:bool"
    ),
}
WORDS = {
    "order_status": {"pending", "paid", "fulfilled", "completed", "cancelled", "refunded"},
    "order_type": {"sale", "return", "exchange", "gift_card", "test"},
    "direction": {"inbound", "outbound"},
}
SEEDS = {
    ("orders", "currency"): "currency_rates",
    ("orders", "store_id"): "stores",
    ("crm_touches", "touch_type"): "touch_types",
}
TRUE, FALSE = {"true", "t", "yes", "y", "1"}, {"false", "f", "no", "n", "0"}
EPOCH = datetime(1970, 1, 1)
_DAY = r"(\d{4})-(\d\d)-(\d\d)"
_TS = re.compile(
    _DAY + r"(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?"
    r"(?: ?(Z|[+-](?:0\d|1[0-8])(?::?[0-5]\d)?))?)?",
    re.ASCII,
)
_MIDNIGHT = re.compile(_DAY + r"(?:[ T]00:00(?::00(?:\.0+)?)?Z?)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d+(?:\.0*)?", re.ASCII)


_EXPONENT = re.compile(
    r"[+-]?\d[.,]\d+[eE][+-]?\d{1,3}|[+-]?\d{1,3}([.,]\d+)?[eE]\+\d{1,3}", re.ASCII
)
_WITH_POINT = re.compile(r"(-?(?:0|[1-9]\d*))\.0+", re.ASCII)
_ERASED = re.compile(r"erased:[0-9a-f]{32}")
NAMES_OF_PEOPLE = {"customer_id", "email", "contact_id", "visitor_id", "referred_by"}
EARLIEST = 631_152_000  # 1990, in seconds


class Scientific(str):
    """A JSON number with an exponent."""


class Bad(Exception):
    """The value does not parse."""


def layout(feed: str) -> dict[str, tuple[str, bool]]:
    """Column to its kind and whether it is required."""
    found = {}
    for word in FEEDS[feed].split():
        name, _, kind = word.partition(":")
        found[name.rstrip("!")] = kind or "text", name.endswith("!")
    return found


def seed_keys(config: Path) -> dict[str, set[str]]:
    """Values that are known, by the column that they are looked up for."""
    keys = {}
    for (_, column), seed in SEEDS.items():
        with (config / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
            keys[column] = {row[column].strip() for row in csv.DictReader(file)}
    with (config / "placeholder_identifiers.csv").open(encoding="utf-8", newline="") as file:
        keys["placeholder"] = {row["placeholder"].strip() for row in csv.DictReader(file)}
    return keys


def typed(kind: str, given: object) -> object:
    """The value of a text; a moment is microseconds since 1970, a day its text.

    Raises:
        Bad: it does not parse.
    """
    if given is None or not isinstance(given, str):
        return given  # Parquet has types of its own
    text = given.strip(BLANKS)
    if not text:
        return None
    return {"text": str, "ts": _moment, "date": _date, "int": _whole, "bool": _flag}.get(
        kind, lambda value: _amount(value, 5 if kind == "score" else 18)
    )(text)


def judge(feed: str, row: dict[str, object], known: dict[str, set[str]], now: datetime) -> tuple:
    """The raw row of a good row, in the order of the feed's columns.

    Raises:
        Bad: the row belongs into quarantine.
    """
    values = {name: typed(kind, row.get(name)) for name, (kind, _) in layout(feed).items()}
    for name, value in values.items():
        is_id = name.endswith("_id") or name in ("in_reply_to", "referred_by")
        if is_id and value is not None:
            values[name] = _identifier(value, row[name])
        if name in NAMES_OF_PEOPLE and _ERASED.fullmatch(_visible(value or "")):
            raise Bad(name)
    for name, (kind, is_required) in layout(feed).items():
        value = values[name]
        if kind == "ts" and value is not None and value < EARLIEST * 1_000_000:
            values[name] = value = None
        words = WORDS.get(name) or (known[name] if (feed, name) in SEEDS else None)
        if value is None:
            if is_required:
                raise Bad(name)
        elif (
            (words is not None and value not in words)
            or (kind == "ts" and value > micros(now + timedelta(days=1)))
            or (kind == "amount" and Decimal(value) < 0)
            or (kind == "score" and not 0 <= Decimal(value) <= 10)
        ):
            raise Bad(name)
    if str(next(iter(values.values()))).lower() in known["placeholder"]:
        raise Bad("the row's own key says nothing")
    if feed == "crm_touches" and not (
        values["contact_id"] or values["customer_id"] or values["email"]
    ):
        raise Bad("nobody is named")
    if (values.get("ended_at") or values.get("started_at", 0)) < values.get("started_at", 0):
        raise Bad("ends before it starts")
    return tuple(values.values())


def _identifier(text: str, given: object) -> str:
    whole = _WITH_POINT.fullmatch(text)
    if (
        isinstance(given, Scientific)
        or _EXPONENT.fullmatch(text)
        or (whole and abs(int(whole[1])) >= 2**53)
    ):
        raise Bad(text)
    return str(int(whole[1])) if whole else text


def _visible(text: str) -> str:
    return "".join(
        sign for sign in text.lower() if sign.isascii() and (sign.isalnum() or sign == ":")
    )


def micros(moment: datetime) -> int:
    """Microseconds since 1970 of a moment in UTC."""
    naive = moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    return (naive - EPOCH) // timedelta(microseconds=1)


def _moment(text: str) -> int:
    found = _TS.fullmatch(text)
    if not found:
        raise Bad(text)
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    fraction, offset = int((found[7] or "0").ljust(9, "0")) // 1000, found[8]
    if year == 0:  # Python has no such year; it is a leap year, like the year 4
        return _moment("0004" + text[4:])
    is_end_of_day = (hour, minute, second, fraction) == (24, 0, 0, 0)
    try:
        moment = datetime(year, month, day, 0 if is_end_of_day else hour, minute, second, fraction)
    except ValueError as error:
        raise Bad(text) from error
    shift = 0
    if offset and offset != "Z":
        digits = offset[1:].replace(":", "").ljust(4, "0")
        minutes = int(digits[:2]) * 60 + int(digits[2:])
        shift = minutes if offset[0] == "+" else -minutes
    return micros(moment) + (86_400_000_000 if is_end_of_day else 0) - shift * 60_000_000


def _date(text: str) -> str:
    found = _MIDNIGHT.fullmatch(text)
    try:
        return str(datetime(*map(int, found.groups())).date())
    except (AttributeError, ValueError) as error:
        raise Bad(text) from error


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text) or not -(2**63) <= int(text.split(".")[0]) < 2**63:
        raise Bad(text)
    return int(text.split(".")[0])


def _flag(text: str) -> bool:
    if text.lower() not in TRUE | FALSE:
        raise Bad(text)
    return text.lower() in TRUE


def _amount(text: str, digits: int) -> str:
    """Two decimals, half away from zero, without a sign on zero."""
    if not _NUMBER.fullmatch(text):
        raise Bad(text)
    try:
        value = Decimal(text).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    except InvalidOperation as error:
        raise Bad(text) from error
    if abs(value) >= Decimal(10) ** (digits - 2):
        raise Bad(text)
    return str(value if value else abs(value))
