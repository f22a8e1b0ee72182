"""Every data test says what it promises, under a name that a person can read and select."""

from collections import Counter

import yaml

from customer_status.environment.layout import PROJECT_DIR
from tests.orchestration.conftest import Project

LONGEST_NAME = 60
HOW = (
    "give the test a `name:` (<model>_primary_key, <model>_<column>_not_null ...) and a "
    "`description:` of what holds when it passes, beside its `arguments:`"
)


def test_every_data_test_says_what_it_promises(project: Project) -> None:
    silent = [node["name"] for node in project.nodes("test") if not node["description"].strip()]
    assert silent == [], HOW


def test_names_of_data_tests_are_short_and_unique(project: Project) -> None:
    names = Counter(node["name"] for node in project.nodes("test"))
    assert [name for name in names if len(name) > LONGEST_NAME] == [], HOW
    assert [name for name, tests in names.items() if tests > 1] == [], HOW


def test_the_name_of_a_generic_test_says_its_model_column_and_kind(
    project: Project,
) -> None:
    for node in project.nodes("test"):
        if "test_metadata" not in node:
            continue
        model = node["attached_node"].split(".")[-1]
        parts = [model, node.get("column_name"), node["test_metadata"]["name"]]
        assert node["name"].startswith("_".join(part for part in parts if part)), HOW


def test_a_check_in_dagster_carries_the_description_of_its_test(project: Project) -> None:
    graph = project.asset_graph
    described = {key.name: graph.get(key).description for key in graph.asset_check_keys}
    for node in project.nodes("test"):
        assert described[node["name"]] == node["description"]


def test_what_holds_for_an_assertion_stands_in_its_sql() -> None:
    """In YAML it would be lost whenever dbt parses only what has changed."""
    listed = (PROJECT_DIR / "tests" / "dbt" / "_assertions.yml").read_text(encoding="utf-8")
    for assertion in yaml.safe_load(listed)["data_tests"]:
        assert assertion.keys() == {"name", "description"}, assertion["name"]
