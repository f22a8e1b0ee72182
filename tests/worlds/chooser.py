"""Where the choices come from: one builder of worlds serves both bulk runs and hypothesis."""

import random
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


class Chooser:
    """Choices drawn from one source of integers; the least integer is the plainest choice."""

    def __init__(self, integer: Callable[[int, int], int]) -> None:
        """``integer(low, high)`` gives a whole number from low to high, both included."""
        self.integer = integer

    @classmethod
    def of_random(cls, source: random.Random) -> "Chooser":
        return cls(source.randint)

    def pick(self, options: Sequence[T]) -> T:
        return options[self.integer(0, len(options) - 1)]

    def happens(self, percent: int) -> bool:
        return self.integer(0, 99) >= 100 - percent
