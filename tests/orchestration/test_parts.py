"""What is built beside a part of the tables, for a build of changes leaves some with few rows."""

from customer_status.environment.layout import PROJECT_DIR
from orchestration.parts import needed_beside, read_by, steps_of_changes
from tests.models.compiled import compile_project
from tests.orchestration.conftest import Project

PARENTS = {"mart": {"wide"}, "wide": {"narrow", "seed"}, "narrow": {"facts"}, "facts": {"raw"}}


def test_steps_that_are_read_are_built_beside_a_part() -> None:
    steps = {"wide", "narrow"}
    assert needed_beside(["mart"], steps=steps, parents=PARENTS) == {"wide", "narrow"}
    assert needed_beside(["mart", "wide"], steps=steps, parents=PARENTS) == {"narrow"}
    assert needed_beside(["narrow"], steps=steps, parents=PARENTS) == set()


def test_tables_that_are_whole_are_read_as_they_are() -> None:
    assert needed_beside(["mart"], steps={"narrow"}, parents=PARENTS) == set()


def test_every_table_that_a_build_of_changes_selects_otherwise_is_a_step(project: Project) -> None:
    everything = {model.name: model for model in compile_project(PROJECT_DIR).models}
    changes = compile_project(PROJECT_DIR, only_changes=True).models
    otherwise = {model.name for model in changes if model.sql != everything[model.name].sql}
    kept = {
        node["name"]
        for node in project.nodes("model")
        if node["config"]["materialized"] == "incremental" or node["schema"] == "changes"
    }
    steps = steps_of_changes(project.manifest)
    assert otherwise - kept <= steps
    assert "int_customer__status_days" in steps  # which reads such a table


def test_a_test_needs_what_it_reads() -> None:
    def node(kind: str, name: str, *read: str) -> dict:
        return {"resource_type": kind, "name": name, "depends_on": {"nodes": list(read)}}

    manifest = {
        "nodes": {
            "model.mart": node("model", "mart"),
            "model.step": node("model", "step"),
            "test.both": node("test", "both", "model.mart", "model.step"),
        }
    }
    assert read_by(manifest)["mart"] == set()
    assert read_by(manifest, by_tests=True)["mart"] == {"step"}
