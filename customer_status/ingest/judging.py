"""Lets the suites judge staged files, and says for each file what was found.

Great Expectations counts over all files at once; where it finds bad rows, the same predicates are
counted file by file, and both counts must agree.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from customer_status.engine import Engine, literal
from customer_status.ingest.staging import StagedFile
from expectations.corrections import NOTICES
from expectations.rules import Rule, any_broken, reasons
from expectations.suites import Check, RowSuite, judge


@dataclass(frozen=True)
class Tally:
    """Bad rows of one file, and how many rows broke each rule (by the rule's text).

    ``notices`` maps what was corrected to the number of good rows in which it was.
    """

    rows_bad: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    notices: Mapping[str, int] = field(default_factory=dict)


def judge_rows(
    engine: Engine, staged: Iterable[StagedFile], *, suite: RowSuite
) -> tuple[tuple[Check, ...], dict[str, Tally]]:
    """Verdicts on the rows of all staged files together, and the tally of every file by its id.

    Raises:
        RuntimeError: Great Expectations and the split count differently.
    """
    paths = [file.path for file in staged if file.path]
    if not paths:
        return (), {}
    _view(engine, paths, suite)
    notices = _notices(engine, suite.rules)
    checks = judge(engine, table="staged_rows", rules=suite.rules)
    bad = {} if all(check.success for check in checks) else _tally(engine, suite.rules)
    for check, rule in zip(checks, suite.rules, strict=True):
        counted = sum(tally.reasons.get(rule.text, 0) for tally in bad.values())
        if counted != check.unexpected_count:
            raise RuntimeError(
                f"{rule.name}: Great Expectations found {check.unexpected_count} bad rows, "
                f"the split found {counted}."
            )
    return checks, _together(bad, notices)


def tallies_of(engine: Engine, paths: Iterable[Path], *, suite: RowSuite) -> dict[str, Tally]:
    """The tally of every file of typed rows by its id, without a verdict."""
    _view(engine, paths, suite)
    return _together(_tally(engine, suite.rules), _notices(engine, suite.rules))


def _view(engine: Engine, paths: Iterable[Path], suite: RowSuite) -> None:
    listed = ", ".join(literal(str(path)) for path in paths)
    rows = suite.corrected(f"from read_parquet([{listed}])")
    engine.connection.execute(f"create or replace view staged_rows as {rows}")


def _together(
    bad: Mapping[str, Tally], notices: Mapping[str, Mapping[str, int]]
) -> dict[str, Tally]:
    return {
        file_id: replace(bad.get(file_id, Tally()), notices=notices.get(file_id, {}))
        for file_id in (*bad, *notices)
    }


def judge_files(
    engine: Engine,
    staged: Sequence[StagedFile],
    tallies: Mapping[str, Tally],
    *,
    rules: tuple[Rule, ...],
) -> tuple[tuple[Check, ...], dict[str, str]]:
    """Verdicts on whole files, and why each held file is held, by its id."""
    engine.connection.execute(
        "create or replace table staged_files (file_id varchar, file_name varchar,"
        " read_error varchar, missing_columns varchar, rows_read bigint, rows_bad bigint,"
        " reject_share double, worst varchar)"
    )
    engine.connection.executemany(
        "insert into staged_files values ($1, $2, $3, $4, $5, $6, $7, $8)",
        [_file_row(file, tallies.get(file.file.file_id, Tally())) for file in staged],
    )
    held = engine.rows(
        f"select file_id, array_to_string({reasons(rules)}, '; ') from staged_files "
        f"where {any_broken(rules)}"
    )
    return judge(engine, table="staged_files", rules=rules), dict(held)


def _file_row(staged: StagedFile, tally: Tally) -> tuple:
    share = tally.rows_bad / staged.rows_read if staged.rows_read else None
    return (
        staged.file.file_id,
        staged.file.name,
        staged.read_error,
        staged.missing_columns,
        staged.rows_read,
        tally.rows_bad,
        share,
        _worst(tally),
    )


def _worst(tally: Tally) -> str | None:
    """The rule that most rows broke, and how many did; of several, the first of the suite."""
    if not tally.reasons:
        return None
    rule = max(tally.reasons, key=tally.reasons.__getitem__)
    return f"{rule} ({tally.reasons[rule]})"


def _tally(engine: Engine, rules: tuple[Rule, ...]) -> dict[str, Tally]:
    flags = ", ".join(f"{rule.bad} as rule_{i}" for i, rule in enumerate(rules))
    counts = ", ".join(f"count(*) filter (where rule_{i})" for i in range(len(rules)))
    any_flag = " or ".join(f"coalesce(rule_{i}, false)" for i in range(len(rules)))
    rows = engine.rows(
        f"select _file_id, count(*) filter (where {any_flag}), {counts} "
        f"from (select _file_id, {flags} from staged_rows) group by _file_id"
    )
    return {
        file_id: Tally(
            rows_bad=rows_bad,
            reasons={rule.text: count for rule, count in zip(rules, broken, strict=True) if count},
        )
        for file_id, rows_bad, *broken in rows
    }


def _notices(engine: Engine, rules: tuple[Rule, ...]) -> dict[str, dict[str, int]]:
    """By file, how many good rows were corrected, for each kind of correction."""
    if not engine.rows(f"select 1 from staged_rows where len({NOTICES}) > 0 limit 1"):
        return {}
    rows = engine.rows(
        "select _file_id, notice, count(*) from ("
        f"select _file_id, unnest({NOTICES}) as notice from staged_rows "
        f"where len({NOTICES}) > 0 and not ({any_broken(rules)})) group by all order by all"
    )
    found: dict[str, dict[str, int]] = {}
    for file_id, notice, count in rows:
        found.setdefault(file_id, {})[notice] = count
    return found
