"""Whether gzip data are whole.

The engine reads them fast but looks at neither checksum nor length, and stops without a word at
damage in the middle: half of a file would pass for all of it.
"""

import gzip
import shutil
import zlib
from pathlib import Path

from customer_status.ingest.limits import MAX_UNPACKED_BYTES, MeasuredText
from customer_status.ingest.textfiles import Unreadable

_GZIP = 31
_CHUNK_BYTES = 1 << 20
_OUTPUT_BYTES = 1 << 24
_COPY_AGAIN = "have it sent again"


def check_gzip(path: Path, *, max_unpacked: int = MAX_UNPACKED_BYTES) -> None:
    """Unpack all members of a gzip file and compare them with their checksums and lengths.

    What is unpacked is never held, and no more than ``max_unpacked`` bytes are.

    Zeros after the last member are padding, as some tape and object stores leave it.

    Raises:
        Unreadable: the data are none, damaged, cut off, or followed by something else; or they
            unpack to too much, in all or in one line.
    """
    member: zlib._Decompress | None = None
    is_first = True
    text = MeasuredText(max_unpacked)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            while chunk:
                if member is None:
                    if not is_first and not chunk.strip(b"\0"):
                        break
                    member = zlib.decompressobj(_GZIP)
                chunk = _check_some(member, chunk, text, is_first=is_first)
                if member.eof:
                    chunk, member, is_first = member.unused_data, None, False
    if member is not None or is_first:
        is_empty = path.stat().st_size == 0
        fault = "end too early: it is truncated" if not is_empty else "are missing: it is empty"
        raise Unreadable(f"its compressed data {fault}; {_COPY_AGAIN}")


def unpack(path: Path, plain: Path) -> None:
    """Write the unpacked content of a whole gzip file."""
    plain.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path) as packed, plain.open("wb") as target:
        shutil.copyfileobj(packed, target, _CHUNK_BYTES)


def _check_some(
    member: "zlib._Decompress", chunk: bytes, text: MeasuredText, *, is_first: bool
) -> bytes:
    """Unpack some of the chunk and return what is left of it; the unpacked data are dropped."""
    try:
        text.add(member.decompress(chunk, _OUTPUT_BYTES))
    except zlib.error as error:
        if "header" not in str(error):
            reason = f"its compressed data are damaged; {_COPY_AGAIN}"
        elif is_first:
            reason = "it is not gzip data, or damaged; unpacked files must not end in .gz"
        else:
            reason = f"something that is not gzip data follows its compressed data; {_COPY_AGAIN}"
        raise Unreadable(reason) from error
    return member.unconsumed_tail
