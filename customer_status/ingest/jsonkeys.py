"""Which keys the lines of a JSON file have, and what they must not make of a value.

A reader of JSON takes one of two keys of one name without a word, and rounds long decimals.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from customer_status.engine import Engine, literal

# A number with so many digits before its point that reading it as floating point may change it,
# and the least characters of one with a point.
_LONG_NUMBER = "^-?[0-9]{14}"
_LONG = 16
# What the engine makes of a number with an exponent: a whole number with a point, or an exponent.
_MAYBE_EXPONENT = r"^-?[0-9.]+(\.0|e[+-]?[0-9]+)$"
_NUMBER = r"-?[0-9][0-9.eE+-]*"


@dataclass(frozen=True)
class Keys:
    """Keys of a file's objects.

    Attributes:
        names: all keys, each once, sorted.
        is_repeated: some object has one of them twice.
    """

    names: tuple[str, ...]
    is_repeated: bool

    def of_columns(self, columns: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The keys that name each column, trimmed and in any case."""
        found: dict[str, tuple[str, ...]] = dict.fromkeys(columns, ())
        for key in self.names:
            name = key.strip().lower()
            if name in found:
                found[name] += (key,)
        return {name: keys for name, keys in found.items() if keys}


def find_keys(engine: Engine, lines: str) -> Keys:
    """Keys of a table with the columns ``line`` and ``is_object``, in one pass over it."""
    rows = engine.rows(
        "select keys, len(keys) <> len(list_distinct(keys)) from (select distinct json_keys(line)"
        f" as keys from {lines} where is_object)"
    )
    return Keys(
        names=tuple(sorted({key for keys, _ in rows for key in keys})),
        is_repeated=any(is_repeated for _, is_repeated in rows),
    )


def named_twice(keys: Keys, columns: Mapping[str, tuple[str, ...]]) -> str:
    """SQL text: the first column for which an object has two keys; null if there is none."""
    if not keys.is_repeated and all(len(names) == 1 for names in columns.values()):
        return "null"
    tests = []
    for column, names in columns.items():
        listed = ", ".join(literal(name) for name in names)
        same = f"list_filter(json_keys(line), lambda key: key in ({listed}))"
        tests.append(f"when len({same}) > 1 then 'names {column} twice'")
    return f"case {' '.join(tests)} end" if tests else "null"


def exact(key: str, cell: str, *, may_be_id: bool) -> str:
    """SQL text of a value as it is written in the line, where that is a long number; an identifier
    with an exponent in scientific notation, whatever it was.

    The value that the engine took out tells whether the right number was found in the line.
    """
    written = rf'"{re.escape(key)}"\s*:\s*({_NUMBER})'
    found = f"regexp_extract(line, {literal(written)}, 1)"
    is_same = f"try_cast({found} as double) = try_cast({cell} as double)"
    is_long = f"regexp_matches({cell}, '{_LONG_NUMBER}')"
    has_exponent = f"regexp_matches({cell}, '{_MAYBE_EXPONENT}')" if may_be_id else "false"
    number = found
    if may_be_id:
        # a number beyond floating point would come out as a word
        scientific = f"replace(printf('%.14E', try_cast({found} as double)), 'INF', '1E+999')"
        number = f"case when regexp_matches({found}, '[eE]') then {scientific} else {found} end"
    return (
        f"case when length({cell}) < {_LONG} and not {has_exponent} then {cell} "
        f"when ({is_long} or {has_exponent}) and {is_same} then {number} else {cell} end"
    )
