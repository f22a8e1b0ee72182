"""The results as a page of the docs."""

from collections.abc import Mapping
from datetime import date

from tests.mutations.catalogue import CATALOGUE, SEEN_BY_TESTS
from tests.mutations.mutation import Mutation

INTRODUCTION = """\
# Broken on purpose

A comparison that finds no difference proves something only if it would have found one. So every
rule is broken once by hand, in the project's own SQL, and the models are compared with the plain
reading of the rules on *worlds*, small made-up businesses: a few on the very edges of rules, then
random ones, until they first differ. A breakage that nobody notices is a hole in the worlds or in
the comparison.

```sh
make mutations
```

wrote this page on {today}: **{total} breakages, {killed} killed, {equivalent} equivalent,
{survived} survived** (at most {worlds} worlds each). The list is `tests/mutations/`; a test of its
own makes sure that each breakage still fits the SQL that it breaks.

Breakages outside the SQL (seeds, program, pages) are run the plain way: a copy of the project is
broken, and the test that is named must fail.

*Killed by* names that test, or the comparison and the world that first saw it: *people* (whose
each identifier and each row is), *timelines* (every interval, the forecast included), *measures*
(every column of mart_customer_status but the sentences), *reasons* (the sentence of each customer),
*build* (the SQL fails). A *crowd* is a world of 20 to 60 customers with odd amounts and offers; in
a *tangle* people are hard to tell apart. Any other name is a world's in `tests/worlds/edges.py`.
"""


def page(results: Mapping[Mutation, str | None], *, worlds: int, today: date) -> str:
    """Markdown: one table of results per group of rules."""
    killed = sum(by is not None for by in results.values())
    equivalent = sum(by is None and bool(one.equivalent) for one, by in results.items())
    text = INTRODUCTION.format(
        today=today,
        total=len(results),
        killed=killed,
        equivalent=equivalent,
        survived=len(results) - killed - equivalent,
        worlds=worlds,
    )
    for group, mutations in (CATALOGUE | SEEN_BY_TESTS).items():
        rows = [_row(one, results[one]) for one in mutations if one in results]
        if rows:
            text += f"\n## {group}\n\n| rule | in | broken by | killed by |\n|---|---|---|---|\n"
            text += "\n".join(rows) + "\n"
    return text


def _row(mutation: Mutation, killed_by: str | None) -> str:
    name = mutation.file.rsplit("/", 1)[-1].removesuffix(".sql")
    change = f"{_code(mutation.text)} → {_code(mutation.replacement)}"
    fate = killed_by or (
        f"nothing: {mutation.equivalent}" if mutation.equivalent else "**nothing**"
    )
    return f"| {mutation.rule} | {name} | {change} | {fate} |"


def _code(sql: str) -> str:
    words = " ".join(sql.split()).replace("|", "\\|")
    return f"`{words}`" if words else "nothing"
