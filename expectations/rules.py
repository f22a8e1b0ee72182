"""What a rule is, and the few shapes that rules have.

A rule is declared once, as the SQL predicate of a bad row. Great Expectations counts with it and
the split into accepted and quarantined rows is made with it, so the two cannot disagree.
"""

from dataclasses import dataclass, replace

from customer_status.feeds.layouts import FEEDS, WHOLE_ROW, ColumnType

MAX_VALUE_CHARACTERS = 80

# What a text must be to parse, for people.
_READABLE = {
    ColumnType.TIMESTAMP: "is not a timestamp",
    ColumnType.DATE: "is not a date",
    ColumnType.AMOUNT: "is not an amount",
    ColumnType.SCORE: "is not a score",
    ColumnType.INTEGER: "is not a whole number",
    ColumnType.BOOLEAN: "is neither true nor false",
}
# And what to do about one that does not.
_WRITE = {
    ColumnType.TIMESTAMP: "write it like 2026-10-31T18:30:00Z",
    ColumnType.DATE: "write it like 1990-05-06",
    ColumnType.AMOUNT: "write it like 1234.56",
    ColumnType.SCORE: "write it like 7 or 7.5",
    ColumnType.INTEGER: "write it like 1234",
    ColumnType.BOOLEAN: "write true or false",
}


@dataclass(frozen=True)
class Rule:
    """One thing that must not be.

    Attributes:
        name: short name, unique within its suite; letters, digits and underscores.
        bad: SQL predicate over a staged row, true for a bad one (null counts as good).
        text: the rule in words, the same for every row that breaks it.
        reason: SQL text expression: the rule in words with the offending value.
        looks_back: whether rows that were accepted before the rule was made are held against it.
            Not so what depends on the moment of ingest, or on a list of the configuration: a list
            that loses a value in use is a mistake, and the build says so.
        spares_erased: whether accepted rows may break it once somebody was erased, because it
            forbids what the warehouse itself writes in the place of an identifier.
    """

    name: str
    bad: str
    text: str
    reason: str
    looks_back: bool = True
    spares_erased: bool = False


def misshapen() -> Rule:
    """Rows that do not have the columns of their file."""
    return Rule(
        name="row_is_misshapen",
        bad=is_unparsed(WHOLE_ROW),
        text="the row does not have the shape of its file",
        reason=f"'the row ' || {unparsed_text(WHOLE_ROW)}",
    )


def missing(column: str) -> Rule:
    """A required value is absent; one that does not parse, or a misshapen row, is not called so."""
    return Rule(
        name=f"{column}_is_missing",
        bad=f"{column} is null and not {is_unparsed(column)} and not {is_unparsed(WHOLE_ROW)}",
        text=f"{column} is missing",
        reason=f"'{column} is missing'",
    )


def missing_key(column: str) -> Rule:
    """The row's own key is absent; a placeholder such as ``null`` is no key."""
    absent = missing(column)
    placeholder = _with_value(column, column, "is a placeholder: it is missing")
    return Rule(
        name=absent.name,
        bad=f"({absent.bad}) or {_is_placeholder(column)}",
        text=absent.text,
        reason=f"case when {column} is null then {absent.reason} else {placeholder} end",
    )


def none_usable(*columns: str) -> Rule:
    """At least one of the columns must hold a value that is no placeholder."""
    given = all_missing(*columns)
    absent = " and ".join(f"({column} is null or {_is_placeholder(column)})" for column in columns)
    values = f"concat_ws(' and ', {', '.join(columns)})"
    value = f"'the value ''' || {values} || ''' is a placeholder: '"
    return Rule(
        name=given.name,
        bad=f"{absent} and not {is_unparsed(WHOLE_ROW)}",
        text=given.text,
        reason=f"case when {values} <> '' then {value} else '' end || {given.reason}",
    )


def all_missing(*columns: str) -> Rule:
    """At least one of the columns is required."""
    absent = " and ".join(f"{column} is null" for column in columns)
    text = f"{', '.join(columns[:-1])} and {columns[-1]} are all missing"
    return Rule(
        name=f"{'_'.join(columns)}_are_missing",
        bad=f"{absent} and not {is_unparsed(WHOLE_ROW)}",
        text=text,
        reason=f"'{text}'",
    )


def unparsed(feed: str) -> tuple[Rule, ...]:
    """One rule for each of the feed's columns whose text may not parse as its type."""
    return tuple(
        Rule(
            name=f"{column}_does_not_parse",
            bad=is_unparsed(column),
            text=f"{column} {_READABLE[kind]}",
            reason=_with_value(column, unparsed_text(column), f"{_READABLE[kind]}; {_WRITE[kind]}"),
        )
        for column, kind in FEEDS[feed].items()
        if kind in _READABLE
    )


def but_for(rule: Rule, exception: str) -> Rule:
    """The rule without the rows for which an SQL predicate holds."""
    return replace(rule, bad=f"({rule.bad}) and not coalesce({exception}, false)")


def negative(column: str) -> Rule:
    return value_rule(f"{column}_is_negative", column, f"{column} < 0", "is negative")


def outside(column: str, *, least: int, most: int) -> Rule:
    """The number is given and not from ``least`` to ``most``, both allowed."""
    bad = f"{column} not between {least} and {most}"
    return value_rule(f"{column}_is_out_of_range", column, bad, f"is not from {least} to {most}")


def not_one_of(column: str, values: tuple[str, ...]) -> Rule:
    """The text is given and is none of the values, compared exactly."""
    listed = ", ".join(f"'{value}'" for value in values)
    return value_rule(
        f"{column}_is_unknown",
        column,
        f"{column} not in ({listed})",
        f"is none of {', '.join(values)}",
    )


def not_in_seed(column: str, *, seed: str, key: str) -> Rule:
    """The text is given and is no ``key`` of the seed in force, compared exactly."""
    rule = value_rule(
        f"{column}_is_unknown",
        column,
        f"{column} not in (select {key} from seed_{seed})",
        f"is not in {seed}.csv",
    )
    return replace(rule, looks_back=False)


def before(column: str, *, start: str) -> Rule:
    """The timestamp lies before the one in ``start``."""
    return moment_rule(
        f"{column}_is_before_{start}",
        column,
        f"{column} < {start}",
        f"is before {start}",
    )


def any_broken(rules: tuple[Rule, ...]) -> str:
    """SQL predicate of a row that breaks at least one of the rules; never null."""
    return " or ".join(f"coalesce({rule.bad}, false)" for rule in rules)


def reasons(rules: tuple[Rule, ...]) -> str:
    """SQL list of texts: every rule that a row breaks, with the offending value."""
    broken = ", ".join(f"case when {rule.bad} then {rule.reason} end" for rule in rules)
    return f"list_filter([{broken}], lambda reason: reason is not null)"


def value_rule(name: str, column: str, bad: str, complaint: str) -> Rule:
    """A rule about a value; its reason gives the value."""
    reason = _with_value(column, f"{column}::varchar", complaint)
    return Rule(name=name, bad=bad, text=f"{column} {complaint}", reason=reason)


def moment_rule(name: str, column: str, bad: str, complaint: str) -> Rule:
    """A rule about a timestamp; its reason gives the time in UTC."""
    utc = f"strftime({column} at time zone 'UTC', '%Y-%m-%dT%H:%M:%SZ')"
    reason = _with_value(column, utc, complaint)
    return Rule(name=name, bad=bad, text=f"{column} {complaint}", reason=reason)


def _with_value(column: str, value: str, complaint: str) -> str:
    return f"'{column} ''' || left({value}, {MAX_VALUE_CHARACTERS}) || ''' {complaint}'"


def _is_placeholder(column: str) -> str:
    """SQL predicate: the value is one of the seed's placeholders, in any case; never null."""
    seed = "(select lower(placeholder) from seed_placeholder_identifiers)"
    return f"coalesce(lower({column}) in {seed}, false)"


def is_unparsed(key: str) -> str:
    return f"(_unparsed is not null and json_exists(_unparsed, '$.{key}'))"


def unparsed_text(key: str) -> str:
    return f"json_extract_string(_unparsed, '$.{key}')"
