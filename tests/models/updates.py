"""Two builds beside each other: one is made afresh after every step, one is brought up to date."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cached_property

from customer_status.environment.layout import PROJECT_DIR
from customer_status.feeds.layouts import FEEDS
from orchestration.parts import needed_beside, with_readers
from tests.models.compiled import DATABASE, Model, ModelRun, Project, compile_project
from tests.models.published import (
    MEASURED_INTERVALS,
    PUBLISHED,
    publish_nothing,
    reading_published,
)

# What the two are compared by: what readers see, and what the next update builds on.
COMPARED = {
    "staging": (
        "stg_orders",
        "stg_web_sessions",
        "stg_crm_touches",
        "stg_contacts",
        "stg_contact_versions",
        "stg_placeholders",
    ),
    "intermediate": (
        "int_identifier__sightings",
        "int_identifier__known",
        "int_identifier__resolved",
        "int_contact__owners",
        "int_customer__identifiers",
    ),
    "core": (
        "dim_customer",
        "int_customer__consents",
        "fct_shared_identifier",
        "dim_campaign",
        "dim_channel",
        "dim_date",
        "fct_orders",
        "fct_web_sessions",
        "fct_crm_touches",
        "fct_customer_day",
    ),
    "timeline": (
        "int_engagement__measured_intervals",
        "int_customer__timeline",
        "int_customer__status_runs",
        "int_customer__lifetime",
        "int_customer__published_tail",
        "fct_customer_status_history",
        "fct_customer_status_change",
        "fct_customer_status_restatement",
        "fct_customer_merge",
    ),
    "marts": ("mart_customer_status", "mart_status_transitions", "agg_customer_status_daily"),
}
TOLD = {
    "timeline": """
        select
            customer_key, valid_from,
            least(coalesce(valid_to, date '9999-12-31'), as_of_date + 1) as valid_to,
            status, sub_status, policy_segment, policy_effective_from
        from compiled.timeline.fct_customer_status_history
        cross join compiled.intermediate.int_run__as_of
        union all
        from compiled.timeline.int_customer__published_tail
    """,
    "customers": """
        select
            customer_key, null::varchar as next_customer_key, null::varchar as reason,
            null::varchar as release_id
        from compiled.core.dim_customer
        where customer_key not in ('unknown', 'erased')
        union all
        select previous_customer_key, customer_key, reason, release_id
        from compiled.timeline.fct_customer_merge
    """,
    "restatements": "from compiled.timeline.fct_customer_status_restatement",
    "measured_intervals": MEASURED_INTERVALS,
}
CHANGES, APART = '"changes"', '"no_changes"'
Rows = Mapping[str, list[dict[str, object]]]
Tables = dict[str, list[tuple]]


class Build(ModelRun):
    """One build, kept from step to step, with what it published."""

    def __init__(self, *, only_changes: bool) -> None:
        names = [name for names in COMPARED.values() for name in names]
        everything = _project(names, only_changes=False)
        super().__init__(everything, plans=False)
        for schema in ("fresh", "changes"):
            self.connection.execute(f"create schema if not exists {DATABASE}.{schema}")
        self._changes = _project(names, only_changes=True) if only_changes else None

    @cached_property
    def steps(self) -> set[str]:
        """Models that a build of changes leaves with changed rows only."""
        assert self._changes is not None
        changes = {model.name: model.sql for model in self._changes.models}
        whole = {name for names in COMPARED.values() for name in names}
        tables = {
            model.name: model.sql
            for model in self.project.models
            if model.name not in whole and not model.keys and APART not in model.relation
        }
        first = {name for name, sql in tables.items() if sql != changes[name]}
        return with_readers(first, among=tables, parents=self.project.parents)

    def begin(self, rows: Rows) -> None:
        """The first build."""
        publish_nothing(self, fingerprint="step-0")
        self.build(rows)

    def follow(self, rows: Rows, *, step: int, everything: bool = False) -> None:
        """The next one: of all ``rows``, or, brought up to date, of those that came."""
        self._publish(step)
        if self._changes is None or everything:
            self.build(rows)
            return
        whole, self.project = self.project, self._changes
        try:
            self.build(rows)
        finally:
            self.project = whole

    def rebuild(self, rows: Rows, names: Collection[str]) -> None:
        """Make some of the models again from all ``rows`` of the last build, and what these read
        and a build of changes leaves with changed rows only."""
        whole = self.project
        chosen = set(names) | needed_beside(names, steps=self.steps, parents=whole.parents)
        self.project = replace(
            whole, models=tuple(model for model in whole.models if model.name in chosen)
        )
        try:
            self.build(rows)
        finally:
            self.project = whole

    def _make(self, model: Model) -> None:
        if self.project is not self._changes or not model.keys:
            super()._make(model)
            return
        keys = ", ".join(model.keys)
        same = " and ".join(f"kept.{key} = scope.{key}" for key in model.keys)
        if model.day:
            days = (f"select {day} from {model.scope}" for day in (model.day, "previous_date"))
            same += f" and kept.{model.day} in ({' union '.join(days)})"
        fresh = f"{DATABASE}.fresh.{model.name}"
        self._put(fresh, model.sql)
        self.connection.execute(
            f"delete from {model.relation} as kept "
            f"using (select distinct {keys} from {model.scope or fresh}) as scope where {same}"
        )
        self.connection.execute(f"insert into {model.relation} by name from {fresh}")

    def tables(self) -> Tables:
        """Every compared table, its rows in the order of their values."""
        return {
            name: self.rows(f"from compiled.{schema}.{name} order by all")
            for schema, names in COMPARED.items()
            for name in names
        }

    def _publish(self, step: int) -> None:
        for name, query in TOLD.items():
            self.connection.execute(f"create or replace temp table told as {query}")
            self.replace_rows(f"{PUBLISHED}.{name}", "from told")
        for feed in FEEDS:
            self.connection.execute(
                f"insert into {PUBLISHED}.files values ($1, $2)", [feed, f"file-{step - 1}"]
            )
        self.replace_rows(
            f"{PUBLISHED}.run",
            f"""
            select
                'step-{step}' as fingerprint, 'policy' as policy,
                '{step - 1}' as previous_release_id, as_of_date as previous_as_of_date,
                'policy' as previous_policy,
                engagement_observed_from as previous_engagement_observed_from,
                true as is_previous_coverage_known
            from compiled.intermediate.int_run__as_of
            """,
        )


def _project(names: list[str], *, only_changes: bool) -> Project:
    project = compile_project(PROJECT_DIR, only_changes=only_changes).upstream_of(names)
    return reading_published(project if only_changes else _with_changes_apart(project))


def _with_changes_apart(project: Project) -> Project:
    """The same with the tables of changed keys, which a build of everything leaves empty, in a
    schema of their own: they have other columns there, and a table keeps its columns."""
    models = tuple(
        replace(
            model,
            relation=model.relation.replace(CHANGES, APART),
            sql=model.sql.replace(CHANGES, APART),
        )
        for model in project.models
    )
    return replace(project, models=models)
