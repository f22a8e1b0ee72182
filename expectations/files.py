"""What a whole file must be, judged on a table with one row per new file.

Its columns: file_id, file_name, read_error and missing_columns (text, null if none), rows_read,
rows_bad (counts), reject_share (from 0 to 1, null where no row was read), worst (text: the rule
that most of the bad rows broke, and how many did).
"""

from expectations.rules import Rule


def file_rules(max_reject_share: float) -> tuple[Rule, ...]:
    """Rules of one file; ``max_reject_share`` is the greatest share of bad rows, from 0 to 1."""
    most = f"{max_reject_share * 100:g} %"
    return (
        Rule(
            name="file_is_unreadable",
            bad="read_error is not null",
            text="the file cannot be read",
            reason="'the file cannot be read: ' || read_error",
        ),
        Rule(
            name="file_lacks_columns",
            bad="missing_columns is not null",
            text="the file lacks a required column",
            reason="'the file lacks the required ' || missing_columns",
        ),
        Rule(
            name="file_has_too_many_bad_rows",
            bad=f"reject_share > {max_reject_share!r}",
            text=f"more than {most} of the rows are bad",
            reason="rows_bad || ' of ' || rows_read || ' rows are bad, more than the "
            f"{most} that max_reject_share allows; most often, ' || worst",
        ),
    )
