"""Writing through to disk: what counts as done must outlive a power cut."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Write a file's content, or a folder's names, through to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_through(path: Path, text: str) -> None:
    """Write a text file whole or not at all; its folder must exist and is left to be synced."""
    fresh = path.with_suffix(".tmp")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
