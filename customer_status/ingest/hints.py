"""What a file that could not be taken seems to be, so that its sender knows what to change.

Nothing here decides anything: a hint ends the sentence that says why a file is held. It never
quotes the file, which may hold personal data.
"""

import csv
import gzip
import json
import zlib
from collections.abc import Iterator

from customer_status.feeds.layouts import FEEDS
from customer_status.ingest.landing import LandedFile

_HEAD_BYTES = 65_536
_MIN_COLUMNS = 2

# First bytes of files that get landed under a wrong name.
_SIGNATURES = {
    b"PK\x03\x04": "a zip file, as Excel workbooks are",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x1f\x8b": "gzip data once more",
    b"\x28\xb5\x2f\xfd": "Zstandard data",
    b"BZh": "bzip2 data",
    b"\xfd7zXZ": "xz data",
    b"PAR1": "a Parquet file",
    b"PARE": "an encrypted Parquet file",
    b"Obj\x01": "an Avro file",
    b"%PDF": "a PDF file",
    b"SQLite format 3": "an SQLite database",
}
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_WANTED = {
    "csv": "write plain CSV in UTF-8",
    "jsonl": "write one JSON object per line, in UTF-8",
    "parquet": "write it as Parquet without encryption, or name it after what it is",
}


def hint(file: LandedFile, *, is_its_format: bool) -> str | None:
    """What the file seems to be instead, and what to do; None if nothing is seen.

    Args:
        is_its_format: whether it could be read as what its name says, in vain.

    Raises:
        OSError: the file cannot be read any more.
    """
    head = _head(file)
    if file.format == "parquet" and (is_its_format or head.startswith(b"PAR1")):
        return None
    assert file.format is not None  # a file without a format is not opened at all
    wanted = _WANTED[file.format]
    for signature, kind in _SIGNATURES.items():
        if head.startswith(signature):
            is_plain = kind.startswith("gzip") and not file.is_compressed
            return f"it looks like {'gzip data' if is_plain else kind}: {wanted}"
    if head.startswith(_UTF_16) or head.count(b"\0") * 3 > len(head) > 0:
        return f"it looks like UTF-16 text or binary data: {wanted}"
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return f"it looks like HTML or XML, as an error page does: {wanted}"
    if file.format == "parquet":
        return f"it looks like text: {wanted}" if _is_text(head) else None
    if not is_its_format:
        return _first_bad_line(file)
    text = head.decode("utf-8-sig", errors="ignore").lstrip()
    return _json_hint(text) if file.format == "jsonl" else _csv_hint(text, file.feed)


def _head(file: LandedFile) -> bytes:
    with gzip.open(file.path) if file.is_compressed else file.path.open("rb") as content:
        try:
            return content.read(_HEAD_BYTES)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            return b""


def _is_text(head: bytes) -> bool:
    # The last character may be cut in two.
    return b"\0" not in head and "\ufffd" not in head[:-4].decode("utf-8", errors="replace")


def _first_bad_line(file: LandedFile) -> str | None:
    for number, line in enumerate(_lines(file), start=1):
        try:
            line.decode()
        except UnicodeDecodeError as error:
            byte = line[error.start]
            return f"line {number} holds the byte 0x{byte:02X}: save the file as UTF-8"
    return None


def _lines(file: LandedFile) -> Iterator[bytes]:
    with gzip.open(file.path) if file.is_compressed else file.path.open("rb") as content:
        yield from content


def _json_hint(text: str) -> str | None:
    if text.startswith("["):
        return "it is one JSON array: write one object per line, without brackets and commas"
    if text.startswith("{") and text[1:].lstrip(" \t")[:1] in ("\r", "\n"):
        return "its first object is spread over lines: write one object per line"
    try:
        json.loads(text.splitlines()[0])
    except ValueError:
        return "its first line is not one JSON object: write one object per line"
    return None


def _csv_hint(text: str, feed: str) -> str | None:
    if text.startswith("sep="):
        return "its first line is a note to Excel: the first line must be the header"
    line = text.splitlines()[0] if text else ""
    names = _cells(line, ",")
    if _known(names, feed):
        return None
    for separator, plural in _SEPARATORS.items():
        cells = _cells(line, separator)
        if len(cells) >= _MIN_COLUMNS and (_known(cells, feed) or len(names) == 1):
            return f"its header is separated by {plural}: write commas, or let a mapping read it"
    return "its first row names no column of the feed: is the header missing?"


def _cells(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def _known(names: list[str], feed: str) -> bool:
    return any(name.strip().lower() in FEEDS[feed] for name in names)
