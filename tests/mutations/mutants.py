"""The project's SQL with one rule broken at a time, all compiled by dbt in one go.

In a copy of the project every mutation gets its own copy of the model that it changes, or, if it
changes a macro, of that macro under another name and of the models that call it.
"""

import re
import shutil
from collections.abc import Collection, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from customer_status.environment.layout import PROJECT_DIR
from tests.models.compiled import compile_project
from tests.mutations.mutation import Mutation

FOLDERS = ("models", "macros", "seeds")
FILES = ("dbt_project.yml", "profiles.yml")
MACRO = re.compile(r"{%-? macro (?:duckdb__)?(\w+)\(")

Changes = dict[str, str]


def compiled_mutants(mutations: Sequence[Mutation], models: Collection[str]) -> list[Changes]:
    """Of each mutation, which of the models have other SQL then: name -> SQL."""
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        for name in FOLDERS:
            shutil.copytree(PROJECT_DIR / name, copy / name)
        for name in FILES:
            shutil.copy(PROJECT_DIR / name, copy / name)
        for number, mutation in enumerate(mutations):
            _write(copy, number, mutation, models)
        compiled = {model.name: model.sql for model in compile_project(copy).models}
    changes: list[Changes] = [{} for _ in mutations]
    for name, sql in compiled.items():
        mutant = re.fullmatch(r"mutant_(\d+)__(\w+)", name)
        if mutant:
            changes[int(mutant[1])][mutant[2]] = sql
    return changes


def _write(copy: Path, number: int, mutation: Mutation, models: Collection[str]) -> None:
    broken = mutation.mutated()
    if mutation.file.startswith("models/"):
        _write_model(copy, number, Path(mutation.file).stem, broken)
        return
    names = "|".join(sorted(set(MACRO.findall(broken))))
    renamed = re.sub(rf"\b(duckdb__)?({names})(?=[(\"])", rf"\1mutant_{number}__\2", broken)
    (copy / "macros" / f"mutant_{number}.sql").write_text(renamed, encoding="utf-8")
    for path in (PROJECT_DIR / "models").rglob("*.sql"):
        sql = path.read_text(encoding="utf-8")
        if path.stem in models and re.search(rf"\b({names})\(", sql):
            calling = re.sub(rf"\b({names})\(", rf"mutant_{number}__\1(", sql)
            _write_model(copy, number, path.stem, calling)


def _write_model(copy: Path, number: int, name: str, sql: str) -> None:
    path = copy / "models" / "mutants" / f"mutant_{number}__{name}.sql"
    path.parent.mkdir(exist_ok=True)
    path.write_text(sql, encoding="utf-8")
