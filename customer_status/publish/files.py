"""Copies of large files."""

import os
import shutil
from pathlib import Path


def copy_file(source: Path, target: Path) -> None:
    """Copy the content of a file; where the file system can, without copying its blocks."""
    with source.open("rb") as reader, target.open("wb") as writer:
        if not hasattr(os, "copy_file_range"):
            shutil.copyfileobj(reader, writer, 1 << 24)
            return
        left = source.stat().st_size
        while left:
            try:
                copied = os.copy_file_range(reader.fileno(), writer.fileno(), left)
            except OSError:
                copied = 0
            if not copied:  # the rest by hand, whatever was the matter
                shutil.copyfileobj(reader, writer, 1 << 24)
                return
            left -= copied
