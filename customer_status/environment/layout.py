"""Where everything of one warehouse lives on disk.

A *warehouse* folder holds one business: its published releases, and in ``environment/`` its raw
rows, configuration and build.
"""

from dataclasses import dataclass
from pathlib import Path

PROJECT_DIR = Path(__file__).resolve().parents[2]
SHIPPED_SEEDS = PROJECT_DIR / "seeds"


@dataclass(frozen=True)
class World:
    """Paths of one business inside its warehouse folder; creates nothing.

    ``name`` is where its files come from: ``simulated``, ``complete_journey`` or ``landing``.
    """

    warehouse: Path
    name: str

    @property
    def root(self) -> Path:
        return self.warehouse / "environment"

    @property
    def source(self) -> Path:
        """Which business the warehouse holds (`customer_status.environment.source`)."""
        return self.root / "source.json"

    @property
    def older(self) -> Path:
        """Where older versions kept several businesses, a folder each."""
        return self.warehouse / "worlds"

    @property
    def raw(self) -> Path:
        """Accepted rows: ``raw/<feed>/<file_id>.parquet``."""
        return self.root / "raw"

    @property
    def quarantine(self) -> Path:
        """Rejected rows with their reasons: ``quarantine/<feed>/<file_id>.parquet``."""
        return self.root / "quarantine"

    @property
    def receipts(self) -> Path:
        """What became of each file: ``receipts/<feed>/<file_id>.json``."""
        return self.root / "receipts"

    @property
    def staged(self) -> Path:
        """Files being ingested; anything here may be deleted between runs."""
        return self.root / "staged"

    @property
    def revised(self) -> Path:
        """Rows of earlier files on their way to another place; a run finishes what it finds."""
        return self.root / "revised"

    @property
    def config(self) -> Path:
        """The seeds in force: the shipped ones overlaid with the user's."""
        return self.root / "config"

    @property
    def erasure_secret(self) -> Path:
        """Secret behind the tokens of forgotten identifiers; for its owner's eyes only."""
        return self.root / "erasure.key"

    @property
    def forgotten(self) -> Path:
        """Which customer keys of earlier releases are to be named no more, as tokens."""
        return self.root / "erasure.forgotten"

    @property
    def erased_rules(self) -> Path:
        """Which rules on identifiers hold for erased people, as pseudonyms."""
        return self.root / "erasure.rules"

    @property
    def input_quality(self) -> Path:
        """What each run found in the files: ``input_quality/<run>/input-quality.html``."""
        return self.root / "input_quality"

    @property
    def failing_rows(self) -> Path:
        """Keys of rows that failed a data test: ``failing_rows/<run>/<test>.csv``."""
        return self.root / "failing_rows"

    @property
    def published(self) -> Path:
        """What readers were told last, laid out for the build to compare with."""
        return self.root / "published"

    @property
    def build_database(self) -> Path:
        """The database dbt writes. Nobody but the build opens it."""
        return self.root / "build.duckdb"

    @property
    def build_state(self) -> Path:
        """What the build database holds; absent while its facts are being built."""
        return self.root / "build.json"

    @property
    def config_of_build(self) -> Path:
        """The seeds that the build database was built with, to build a part of it again."""
        return self.root / "config_of_build"

    @property
    def past_day(self) -> Path:
        """A warehouse of its own in which a past day is built; gone when that ends."""
        return self.root / "past_day"

    @property
    def arrived(self) -> Path:
        """Links to the files of raw that a build has yet to take in: ``arrived/<feed>/``."""
        return self.root / "arrived"

    @property
    def target(self) -> Path:
        """dbt's compiled files and logs."""
        return self.root / "target"

    @property
    def releases(self) -> Path:
        return self.warehouse / "releases"

    @property
    def days(self) -> Path:
        """Past days that somebody asked for in the UI: ``days/<day>/``; no releases."""
        return self.warehouse / "days"

    @property
    def current(self) -> Path:
        """Symbolic link to the folder of the release that readers see."""
        return self.warehouse / "current"

    @property
    def dagster_home(self) -> Path:
        return self.warehouse / "dagster"

    @property
    def lock_file(self) -> Path:
        return self.warehouse / ".lock"
