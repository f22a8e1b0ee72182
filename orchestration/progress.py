"""What a person sees while a run goes on: the steps' own words, nothing of the machinery."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import dagster as dg

from customer_status.environment.text import shown

_terminal: TextIO | None = None


def say(context: dg.AssetExecutionContext, words: str) -> None:
    """Log one step's words in Dagster and, in a run from the command line, on the terminal."""
    words = shown(words)
    context.log.info(words)
    if _terminal is not None:
        _terminal.write(f"  {words}\n")
        _terminal.flush()


@contextmanager
def only_own_words() -> Iterator[None]:
    """Keep the terminal for `say`; what else is printed goes to Dagster's own log of the step.

    Works on the file descriptor, as Dagster's capture does.
    """
    global _terminal
    sys.stdout.flush()
    terminal = os.dup(1)
    with (
        Path(os.devnull).open("w") as nowhere,
        os.fdopen(terminal, "w", encoding="utf-8") as _terminal,
    ):
        os.dup2(nowhere.fileno(), 1)
        try:
            yield
        finally:
            sys.stdout.flush()
            os.dup2(terminal, 1)
            _terminal = None
