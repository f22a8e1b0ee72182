"""What a release says about itself, besides its tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypedDict


@dataclass(frozen=True)
class Changes:
    """The table of the build, ``schema.name``, that holds the ``keys`` of the rows made again."""

    schema: str
    name: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class PublicTable:
    """One public model: where the build keeps it and what readers should know about it.

    ``schema`` is the schema in the build database, ``release_schema`` the one in the release:
    ``main`` for what is public. ``columns`` maps column name to description; a column may be
    missing from it. ``changes`` says which rows a build of changes has made again; without it, all.
    """

    name: str
    schema: str
    primary_key: tuple[str, ...]
    description: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    release_schema: str = "main"
    changes: Changes | None = None


class InputBatch(TypedDict):
    """What became of one input file; counts are rows."""

    feed: str
    file_id: str
    file_name: str
    rows_read: int
    rows_accepted: int
    rows_quarantined: int


@dataclass(frozen=True)
class ReleaseFacts:
    """The run that made a release.

    ``release_id`` names the folder and must be unique to the ``fingerprint``, which stands for
    everything the release was made of, ``facts_fingerprint`` for all of it but the as-of date, and
    ``policy`` for the policy rows among it.
    ``engagement_observed_from`` is the first day with a session or touch. ``policy_versions`` are
    rows of ``status_policy.csv`` by column name, ``quarantine`` counts rejected rows by feed and
    reason, ``notices`` accepted rows with a corrected value by feed and text, ``settings`` are the
    settings in force. ``data_note`` is one sentence on where the data comes from, if readers must
    be told (demonstration data). ``feed_notes`` are lines on feeds that the release does without.
    ``created_at`` carries a time zone. ``shared_identifiers`` is how many identifiers join nobody,
    ``placeholders`` counts accepted rows that hold a placeholder in the place of an identifier, by
    feed and column.
    ``forgotten`` stands for whom it does not name because they asked for it, empty if nobody did.
    """

    release_id: str
    as_of_date: date
    created_at: datetime
    code_version: str
    fingerprint: str
    facts_fingerprint: str = ""
    latest_event_date: date | None = None
    policy: str = ""
    engagement_observed_from: date | None = None
    policy_versions: Sequence[Mapping[str, Any]] = ()
    input_batches: Sequence[InputBatch] = ()
    quarantine: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    notices: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    data_note: str = ""
    feed_notes: Sequence[str] = ()
    shared_identifiers: int = 0
    placeholders: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    forgotten: str = ""
