"""How large a file may be in what it takes to read it: lines, columns, and what it unpacks to.

Whoever may land a file must not be able to fill the memory or keep the run busy with a small one.
"""

from pathlib import Path

from customer_status.ingest.textfiles import Unreadable

MAX_LINE_BYTES = 16_000_000
MAX_COLUMNS = 2_000
MAX_UNPACKED_BYTES = 50_000_000_000

GIGABYTE = 1_000_000_000
_PIECE_BYTES = 1 << 20


def check_columns(count: int, noun: str = "columns") -> None:
    """See that a file has not too many columns.

    Raises:
        Unreadable: it has.
    """
    if count > MAX_COLUMNS:
        raise Unreadable(
            f"it has {count:,} {noun}, more than the {MAX_COLUMNS:,} that a file may have"
        )


def check_lines(path: Path) -> None:
    """See that no line of a text file is too long to be held; the engine drops such a last line.

    Raises:
        Unreadable: one is.
    """
    text = MeasuredText()
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            text.add(piece)


class MeasuredText:
    """Measures text piece by piece, and stops at what is too much.

    ``max_bytes`` is the most that all of it may be; None for as much as there is.
    """

    def __init__(self, max_bytes: int | None = None) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._line_bytes = 0

    def add(self, piece: bytes) -> None:
        """Take the next piece into account.

        Raises:
            Unreadable: the text is too long by now, or one of its lines is.
        """
        self._bytes += len(piece)
        if self._max_bytes is not None and self._bytes > self._max_bytes:
            raise Unreadable(
                f"it unpacks to more than {self._max_bytes / GIGABYTE:g} GB, which "
                "max_unpacked_gigabytes allows; split it, or raise that setting"
            )
        end = b"\n" if b"\n" in piece else b"\r"
        first = piece.find(end)
        self._line_bytes += len(piece) if first < 0 else first
        if self._line_bytes > MAX_LINE_BYTES:
            raise Unreadable(f"one of its lines is longer than {MAX_LINE_BYTES // 1_000_000} MB")
        if first >= 0:
            self._line_bytes = len(piece) - piece.rfind(end) - 1
