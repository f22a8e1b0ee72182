"""The business's rules on single identifiers, as the warehouse keeps them: hashed.

A row of ``identifier_rules.csv`` names an identifier plainly, or as ``md5:`` and the hash of its
type and value. The warehouse's own copy holds hashes only, so that it names nobody.
"""

import hashlib
import re
from pathlib import Path

from customer_status.environment.errors import UserError

SEED = "identifier_rules.csv"
TYPES = ("customer_id", "email", "contact_id")
SHARINGS = ("always", "never")
PREFIX = "md5:"
HASH = re.compile(PREFIX + "[0-9a-f]{32}")


def hashed(rows: list[dict[str, str]], *, source: Path) -> list[dict[str, str]]:
    """The rules with the identifiers hashed, in the order of the hashes.

    Raises:
        UserError: a row cannot be used, or two rows say different things of one identifier.
    """
    found: dict[str, dict[str, str]] = {}
    for number, row in enumerate(rows, start=1):
        where = f"{source}: row {number}"
        for column, allowed in (("identifier_type", TYPES), ("sharing", SHARINGS)):
            if row[column] not in allowed:
                raise UserError(
                    f"{where}: {column} is {row[column]!r}; write one of {', '.join(allowed)}."
                )
        is_hash = row["identifier"].startswith(PREFIX)
        if not row["identifier"] or (is_hash and not HASH.fullmatch(row["identifier"])):
            raise UserError(
                f"{where}: identifier is neither a value nor a hash; write the value, or "
                f"{PREFIX} and 32 hexadecimal digits in lower case."
            )
        rule = {**row, "identifier": hash_of(row["identifier_type"], row["identifier"])}
        known = found.setdefault(rule["identifier"], rule)
        if known["sharing"] != rule["sharing"]:
            raise UserError(f"{where}: the identifier is both always and never shared; keep one.")
    return [found[key] for key in sorted(found)]


def hash_of(identifier_type: str, identifier: str) -> str:
    """What the warehouse keeps of an identifier: ``md5:`` and the hash of ``type:value``.

    A text that is such a hash already stays as it is.
    """
    if HASH.fullmatch(identifier):
        return identifier
    value = comparable(identifier) if identifier_type == "email" else identifier
    return PREFIX + hashlib.md5(f"{identifier_type}:{value}".encode()).hexdigest()


def comparable(email: str) -> str:
    """The form in which an e-mail address is compared."""
    import duckdb

    from customer_status.feeds.identifiers import comparable_email

    with duckdb.connect() as connection:
        sql = f"select {comparable_email('email')} from (select $1::varchar as email)"
        row = connection.execute(sql, [email]).fetchone()
    return (row[0] if row else None) or email
