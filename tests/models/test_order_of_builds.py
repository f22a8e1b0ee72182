"""What a build of changes compares itself with is read before it is written over."""

import re

from customer_status.environment.layout import PROJECT_DIR
from tests.models.compiled import Model, Project, compile_project


def read_by(model: Model, project: Project) -> set[str]:
    """Names of the models whose tables the model's text reads."""
    names = {model.relation: model.name for model in project.models}
    relations = re.findall(r'"\w+"\."\w+"\."\w+"', model.sql)
    return {names[relation] for relation in relations if relation in names}


def test_a_model_that_reads_what_another_was_is_built_before_it() -> None:
    project = compile_project(PROJECT_DIR, only_changes=True)
    looked_back = 0
    for model in project.models:
        for other in read_by(model, project) - project.parents[model.name]:
            looked_back += 1
            after = {found.name for found in project.upstream_of([other]).models}
            assert model.name in after, f"{model.name} reads {other} as it was"
    assert looked_back > 10


def test_a_build_of_everything_looks_back_at_nothing() -> None:
    project = compile_project(PROJECT_DIR)
    for model in project.models:
        assert read_by(model, project) <= project.parents[model.name], model.name
