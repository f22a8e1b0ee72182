"""What the models read of the last release, as tables beside the compiled models."""

from tests.models.compiled import DATABASE, ModelRun, Project

PUBLISHED = f"{DATABASE}.published"
MEASURED_INTERVALS = """
    select policy_segment, policy_effective_from, measured_from, measured_to
    from compiled.timeline.int_engagement__measured_intervals
"""

_RUN = """
    null::varchar as policy, null::varchar as previous_release_id,
    null::date as previous_as_of_date, null::varchar as previous_policy,
    null::date as previous_engagement_observed_from,
    false as is_previous_coverage_known
"""
_COLUMNS = {
    "timeline": {
        "customer_key": "varchar",
        "valid_from": "date",
        "valid_to": "date",
        "status": "varchar",
        "sub_status": "varchar",
        "policy_segment": "varchar",
        "policy_effective_from": "date",
    },
    "customers": {
        "customer_key": "varchar",
        "next_customer_key": "varchar",
        "reason": "varchar",
        "release_id": "varchar",
    },
    "files": {"feed": "varchar", "file_id": "varchar"},
    "restatements": {
        "release_id": "varchar",
        "customer_key": "varchar",
        "valid_from": "date",
        "valid_to": "date",
        "previous_status": "varchar",
        "previous_sub_status": "varchar",
        "previous_policy_segment": "varchar",
        "previous_policy_effective_from": "date",
        "status": "varchar",
        "sub_status": "varchar",
        "policy_segment": "varchar",
        "policy_effective_from": "date",
        "reason": "varchar",
        "other_customer_key": "varchar",
        "previous_release_id": "varchar",
    },
    "measured_intervals": {
        "policy_segment": "varchar",
        "policy_effective_from": "date",
        "measured_from": "integer",
        "measured_to": "integer",
    },
}


def reading_published(project: Project) -> Project:
    """The project with its models reading the tables of ``PUBLISHED``, in place of files."""
    changes = {}
    for model in project.models:
        sql = model.sql
        for table in (*_COLUMNS, "run"):
            path = f"read_parquet('target/published/{table}/data.parquet')"
            sql = sql.replace(path, f"{PUBLISHED}.{table}")
        changes[model.name] = sql
    return project.with_sql(changes)


def publish_nothing(run: ModelRun, *, fingerprint: str) -> None:
    """As before the first release."""
    run.connection.execute(f"create schema if not exists {PUBLISHED}")
    for table, columns in _COLUMNS.items():
        empty = ", ".join(f"null::{kind} as {name}" for name, kind in columns.items())
        run.replace_rows(f"{PUBLISHED}.{table}", f"select {empty} where false")
    run.replace_rows(f"{PUBLISHED}.run", f"select '{fingerprint}' as fingerprint, {_RUN}")
