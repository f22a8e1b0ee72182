"""The shipped seeds as rows."""

import csv

from customer_status.environment.layout import SHIPPED_SEEDS


def shipped_seed(name: str) -> list[dict[str, str | None]]:
    """Rows of a shipped seed, empty cells as None."""
    with (SHIPPED_SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [{key: value or None for key, value in row.items()} for row in csv.DictReader(file)]
