"""How often Python looks for garbage: seldom, in programs that load much and end soon."""

import gc

# New objects before a look at the young ones, and looks before one at the older and at all.
# With Python's own numbers (700, 10, 10) loading Dagster and Great Expectations takes an eighth
# longer: what they make lives to the end.
LOOKS = (50_000, 20, 50)


def look_seldom() -> None:
    """Look for garbage seldom from now on, in this process."""
    gc.set_threshold(*LOOKS)
