"""Good files of every feed and format, and seeded ways to spoil them.

The same seed gives the same file on every machine. A mutant tells its story, so that a failing one
can be understood and made again.
"""

import csv
import gzip
import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from tests.fuzz.cells import FLAGS, MOMENTS, NUMBERS, TEXTS, TOKENS
from tests.fuzz.plain_rules import layout

FORMATS = ("csv", "csv.gz", "jsonl", "jsonl.gz", "parquet")


@dataclass(frozen=True)
class Mutant:
    """One file: its seed, feed, name, bytes, and what was done to it."""

    seed: int
    feed: str
    name: str
    content: bytes
    story: str


def mutant(seed: int, feed: str) -> Mutant:
    """The file of a seed: a good one spoilt in none to three places."""
    chance = random.Random(f"{feed}/{seed}")
    suffix = chance.choice(FORMATS)
    rows = [_good_row(chance, feed, number) for number in range(chance.randint(1, 9))]
    story = [f"{len(rows)} rows"]
    for _ in range(chance.choice((0, 1, 1, 2, 3))):
        story.append(_spoil_cell(chance, feed, rows))
    write = {"csv": _csv, "jsonl": _jsonl, "parquet": _parquet}[suffix.split(".")[0]]
    content = write(chance, feed, rows, story)
    if suffix.endswith(".gz"):
        content = _zipped(chance, content, story)
    if chance.random() < 0.2:
        content = _spoil_bytes(chance, content, story)
    return Mutant(seed, feed, f"{seed:06}.{suffix}", content, "; ".join(story))


def _good_row(chance: random.Random, feed: str, number: int) -> dict[str, object]:
    start = datetime(2026, 1, 5, 10, tzinfo=UTC) + timedelta(minutes=chance.randint(0, 50_000))
    words = {
        "order_status": "paid", "order_type": "sale", "currency": "EUR", "direction": "inbound",
        "touch_type": "replied", "store_id": "MAD-01", "email": f"ana{number}@example.com",
    }  # fmt: skip
    row: dict[str, object] = {}
    for name, (kind, is_required) in layout(feed).items():
        if not is_required and name != "email" and chance.random() < 0.3:
            continue
        later = start + timedelta(minutes=5 if name in ("ended_at", "updated_at") else 0)
        row[name] = {
            "ts": later.isoformat().replace("+00:00", "Z"),
            "amount": f"{chance.randint(0, 99_999) / 100}",
            "score": str(chance.randint(0, 10)),
            "int": str(chance.randint(0, 30)),
            "bool": chance.choice(("true", "false")),
            "date": "1990-05-06",
        }.get(kind, words.get(name, f"0{chance.randint(0, 10**12)}"))
    return row


def _spoil_cell(chance: random.Random, feed: str, rows: list[dict[str, object]]) -> str:
    name, (kind, _) = chance.choice(list(layout(feed).items()))
    pool = {"ts": MOMENTS, "date": MOMENTS, "bool": FLAGS, "text": TEXTS}.get(kind, NUMBERS)
    if chance.random() < 0.2:
        pool = TEXTS
    value = chance.choice(pool)
    chance.choice(rows)[name] = value
    return f"{name} = {value[:60]!r}"


def _csv(chance: random.Random, feed: str, rows: list, story: list[str]) -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    quoting = chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    end = chance.choice(("\n", "\n", "\r\n", "\r"))
    delimiter = chance.choice((",",) * 9 + (";", "\t", "|"))
    if chance.random() < 0.3:
        chance.shuffle(names)
    header = _spoil_names(chance, feed, names, story)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writerow(header)
    for row in rows:
        cells = [row.get(name, "") for name in names] + ["x"] * (len(header) - len(names))
        writer.writerow(cells)
    written = text.getvalue()
    if chance.random() < 0.3:
        lines = written.split(end)
        spoil = chance.choice(
            ("a,b", "x", "", "  ", ",", lines[0], written[:30], "\0\0", '"', '""')
        )
        lines.insert(chance.randrange(len(lines)), spoil)
        story.append(f"a line {spoil[:30]!r}")
        written = end.join(lines)
    story.append(f"csv {delimiter!r} {end!r}")
    encoding = chance.choice(("utf-8",) * 12 + ("utf-8-sig", "utf-16", "latin-1"))
    return written.encode(encoding, errors="replace")


def _spoil_names(chance: random.Random, feed: str, names: list[str], story: list[str]) -> list[str]:
    header = list(names)
    what = chance.choice(("", "", "", "case", "space", "twice", "twice in case", "gone", "extra"))
    place = chance.randrange(len(header))
    if what == "case":
        header[place] = header[place].upper()
    elif what == "space":
        header[place] = f" {header[place]}\t"
    elif what == "gone":
        header[place] = "gone"
    elif what == "twice":
        header.append(header[place])
    elif what == "twice in case":
        header.append(f"{header[place].title()} ")
    elif what == "extra":
        header += ["note", "Note", ""]
    story.append(f"header {what} {names[place]}")
    return header


def _jsonl(chance: random.Random, feed: str, rows: list, story: list[str]) -> bytes:
    lines = [json.dumps(row, ensure_ascii=chance.random() < 0.5) for row in rows]
    if chance.random() < 0.5:
        place, token = chance.randrange(len(lines)), chance.choice(TOKENS)
        name = chance.choice([*layout(feed), "note", chance.choice(list(layout(feed))).upper()])
        kept = {key: value for key, value in rows[place].items() if key != name}
        if chance.random() < 0.2:
            kept = rows[place]
        lines[place] = f'{json.dumps(kept)[:-1]}, "{name}": {token}}}'
        story.append(f"{name}: {token}")
    if chance.random() < 0.3:
        junk = ("[", "]", "1", '"x"', "null", "{}", "", "   ", "{'a': 1}", "not json", "\0", "[]")
        spoil = chance.choice((*junk, lines[0][:20], lines[0] * 2, f"{lines[0]},", "[" * 2000))
        lines.insert(chance.randrange(len(lines) + 1), spoil)
        story.append(f"a line {spoil[:30]!r}")
    written = "".join(line + chance.choice(("\n", "\n", "\n", "\r\n")) for line in lines)
    encoding = chance.choice(("utf-8",) * 12 + ("utf-8-sig", "utf-16", "latin-1"))
    return written.encode(encoding, errors="replace")


def _parquet(chance: random.Random, feed: str, rows: list, story: list[str]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = list(dict.fromkeys(name for row in rows for name in row))
    header = _spoil_names(chance, feed, names, story)
    columns = []
    for position in range(len(header)):
        name = names[position] if position < len(names) else "note"
        kind = layout(feed).get(name, ("text", False))[0]
        texts = [row.get(name) for row in rows]
        columns.append(_column(chance, kind, texts, story) or pa.array(texts, pa.string()))
    target = io.BytesIO()
    compression = chance.choice(("snappy", "none", "zstd", "gzip"))
    pq.write_table(pa.table(columns, names=header), target, compression=compression)
    return target.getvalue()


def _column(chance: random.Random, kind: str, texts: list, story: list[str]) -> object | None:
    """The column in a type of its own now and then; None if it stays text."""
    import pyarrow as pa

    if chance.random() < 0.6:
        return None
    size = len(texts)
    moment = datetime(2026, 1, 5, 10)
    makers: dict[str, list[Callable[[], object]]] = {
        "text": [
            lambda: pa.array([chance.choice((7, 2**53 + 1, None)) for _ in texts], pa.int64()),
            lambda: pa.array([chance.choice((7.0, 1.5, 2.0**60, None)) for _ in texts]),
            lambda: pa.array([Decimal(10**25 + 1)] * size, pa.decimal128(38, 0)),
            lambda: pa.array([text or "" for text in texts]).dictionary_encode(),
            lambda: pa.array([b"bytes"] * size, pa.binary()),
        ],
        "ts": [
            lambda: pa.array([moment] * size, pa.timestamp(chance.choice(("s", "ms", "us")))),
            lambda: pa.array([1767607200123456789] * size, pa.timestamp("ns")),
            lambda: pa.array([1767607200123456789] * size, pa.timestamp("ns", tz="Europe/Madrid")),
            lambda: pa.array([date(2026, 1, 5)] * size),
            lambda: pa.array([1767607200] * size),
        ],
        "int": [
            lambda: pa.array([chance.choice((3, -1, None)) for _ in texts], pa.int32()),
            lambda: pa.array([chance.choice((3.0, 2.5, None)) for _ in texts]),
            lambda: pa.array([2**64 - 1] * size, pa.uint64()),
        ],
        "bool": [lambda: pa.array([True] * size), lambda: pa.array([1] * size)],
        "date": [
            lambda: pa.array([date(1990, 5, 6)] * size),
            lambda: pa.array([datetime(1990, 5, 6, chance.choice((0, 1)))] * size),
        ],
    }
    numbers = [
        lambda: pa.array([chance.choice((1.005, -0.0, float("nan"), 1e17, None)) for _ in texts]),
        lambda: pa.array([Decimal("1.005")] * size, pa.decimal128(18, 3)),
        lambda: pa.array([chance.choice((3, 10**17, None)) for _ in texts], pa.int64()),
        lambda: pa.array([True] * size),
    ]
    made = chance.choice(makers.get(kind, numbers))()
    story.append(f"{kind} as {made.type}")
    return made


def _zipped(chance: random.Random, content: bytes, story: list[str]) -> bytes:
    half = len(content) // 2
    zipped = gzip.compress(content, mtime=0)
    what = chance.choice(
        ("", "", "", "members", "padded", "garbage", "plain", "twice", "cut", "crc")
    )
    story.append(f"gz {what}")
    return {
        "members": gzip.compress(content[:half], mtime=0) + gzip.compress(content[half:], mtime=0),
        "padded": zipped + bytes(64),
        "garbage": zipped + b"garbage",
        "plain": content,
        "twice": gzip.compress(zipped, mtime=0),
        "cut": zipped[: -chance.randint(1, 12)],
        "crc": zipped[:-6] + bytes([zipped[-6] ^ 1]) + zipped[-5:],
    }.get(what, zipped)


def _spoil_bytes(chance: random.Random, content: bytes, story: list[str]) -> bytes:
    place = chance.randrange(len(content) + 1)
    what = chance.choice(("cut", "flip", "zeros", "quote", "insert", "drop"))
    story.append(f"bytes: {what} at {place} of {len(content)}")
    rest = content[place:]
    return (
        content[:place]
        + {
            "cut": b"",
            "flip": bytes([rest[0] ^ (1 << chance.randrange(8))]) + rest[1:] if rest else b"",
            "zeros": bytes(min(9, len(rest))) + rest[9:],
            "quote": b'"' + rest,
            "insert": chance.randbytes(3) + rest,
            "drop": rest[2:],
        }[what]
    )
