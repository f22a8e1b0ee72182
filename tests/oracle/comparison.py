"""How identifiers are compared, read from the documentation.

* A placeholder is no identifier: the whole value, in any case, is one of the business's list.
* Of an e-mail address invisible characters count for nothing (zero width spaces and joiners, word
  joiner, soft hyphen, byte order mark), nor do spaces at its ends. It is compared in lower case and
  in Unicode's form NFC; a sigma at the end of a word is a final one. What follows the last @ is
  case-folded. What is nothing then is no address.
* A business may say of single identifiers that they are always shared, or never.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

INVISIBLE = {0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF}


@dataclass(frozen=True, kw_only=True, slots=True)
class Placeholder:
    placeholder: str


@dataclass(frozen=True, kw_only=True, slots=True)
class IdentifierRule:
    """``sharing`` is always or never; ``identifier`` is the value itself."""

    identifier_type: str
    identifier: str
    sharing: str


PLACEHOLDERS = tuple(
    Placeholder(placeholder=word)
    for word in ("null", "nan", "none", "undefined", "n/a", "unknown", "guest", "0", "-1")
)


def comparable(kind: str, value: str | None, placeholders: Iterable[Placeholder]) -> str | None:
    """The value by which an identifier is compared; None if it is none."""
    text = (value or "").strip()
    if text.lower() in {row.placeholder.lower() for row in placeholders}:
        return None
    return (comparable_email(text) if kind == "email" else text) or None


def comparable_email(text: str) -> str:
    visible = "".join(letter for letter in text if ord(letter) not in INVISIBLE).strip()
    lowered = _nfc(_lower(visible))
    local, sign, domain = lowered.rpartition("@")
    return _with_final_sigmas(local + sign) + _nfc(_lower(domain.casefold()))


def _with_final_sigmas(text: str) -> str:
    is_letter = [unicodedata.category(letter).startswith("L") for letter in text]
    return "".join(
        "ς" if letter == "σ" and before and not after else letter
        for letter, before, after in zip(
            text, [False, *is_letter], [*is_letter[1:], False], strict=False
        )
    )


def _lower(text: str) -> str:
    """Letter by letter: what a sigma becomes does not depend on the letters around it."""
    return "".join(letter.lower() for letter in text)


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
