"""Breaks one rule after another and says whether the tests see it."""

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import click

from tests.models.compiled import ModelRun, compiled_project
from tests.models.readings import TARGETS
from tests.mutations.catalogue import CATALOGUE, SEEN_BY_TESTS
from tests.mutations.mutants import compiled_mutants
from tests.mutations.mutation import Mutation
from tests.mutations.page import page
from tests.mutations.proofs import cases, first_difference
from tests.mutations.seen import run_tests


@click.command()
@click.option(
    "--worlds", default=80, show_default=True, help="Worlds before one counts as survived."
)
@click.option("--only", default="", help="Only rules that hold this text.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write the page with the results here."
)
def main(worlds: int, only: str, out: Path | None) -> None:
    """Exit code 1 if a breakage survives that is not known to be equivalent."""
    mutations = [one for group in CATALOGUE.values() for one in group if only in one.rule]
    seen = [one for group in SEEN_BY_TESTS.values() for one in group if only in one.rule]
    results: dict[Mutation, str | None] = {}
    by_tests = ((one, one.seen_by if failed else None) for one, failed in run_tests(seen))
    compared = judged(mutations, worlds) if mutations else ()
    for mutation, killed_by in chain(by_tests, compared):
        results[mutation] = killed_by
        print(f"{_word(mutation, killed_by):10} {mutation.rule} ({killed_by or mutation.file})")
    survivors = [one for one, by in results.items() if by is None and not one.equivalent]
    killed = sum(by is not None for by in results.values())
    print(f"{len(results)} breakages: {killed} killed, {len(survivors)} survived")
    if out:
        today = datetime.now(UTC).date()
        out.write_text(page(results, worlds=worlds, today=today), encoding="utf-8")
    sys.exit(bool(survivors))


def judged(mutations: Sequence[Mutation], worlds: int) -> Iterator[tuple[Mutation, str | None]]:
    """Each mutation with what kills it, None if nothing does.

    Raises:
        RuntimeError: the unbroken models differ from the plain reading already.
    """
    project = compiled_project(*TARGETS)
    changes = compiled_mutants(mutations, {model.name for model in project.models})
    compared = cases(worlds)
    run = ModelRun(project, plans=False)
    differing = first_difference(run, compared)
    if differing:
        raise RuntimeError(f"the models and the plain reading differ unbroken: {differing}")
    for mutation, change in zip(mutations, changes, strict=True):
        run.project = project.with_sql(change)
        yield mutation, first_difference(run, compared)
    run.close()


def _word(mutation: Mutation, killed_by: str | None) -> str:
    if killed_by:
        return "killed"
    return "equivalent" if mutation.equivalent else "SURVIVED"


if __name__ == "__main__":
    main()
