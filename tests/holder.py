"""Another program that has a database open for writing, as a superuser's careless reader has."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOLD = """
import os, sys, duckdb
connection = duckdb.connect(sys.argv[1])
if sys.argv[2]:
    connection.execute("set checkpoint_threshold = '1TB'")
    connection.execute(sys.argv[2])
print("held", flush=True)
sys.stdin.readline()
os._exit(0)  # as a program that dies: its log stays
"""


@contextmanager
def held_for_writing(database: Path, *, doing: str = "") -> Iterator[int]:
    """Let a process of its own hold the database; its number. ``doing`` is SQL that it runs."""
    database.chmod(0o644)  # what keeps others out does not keep out the superuser
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database), doing],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "held\n"
        yield process.pid
    finally:
        process.communicate("\n", timeout=60)
        database.chmod(0o444)
