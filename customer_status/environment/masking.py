"""Hides e-mail addresses in what people read besides tables: file names, reasons, pages.

The pattern is the one by which the models mask columns (macros/engine/personal_data.sql).
"""

import re
from functools import cache

import yaml

from customer_status.environment.layout import PROJECT_DIR

MASK = "***"


def masked(text: str) -> str:
    """The text with a mask in the place of every e-mail address, written plainly or encoded."""
    return _pattern().sub(MASK, text) if _may_hold_one(text) else text


def masked_document(document: object) -> object:
    """A document of JSON with every text in it masked, keys included."""
    if isinstance(document, str):
        return masked(document)
    if isinstance(document, dict):
        return _masked_object(document)
    if isinstance(document, list | tuple):
        return [masked_document(value) for value in document]
    return document


def _masked_object(document: dict) -> dict:
    """Counts of what reads alike once it is masked add up."""
    found: dict = {}
    for key, value in document.items():
        name, now = masked_document(key), masked_document(value)
        found[name] = found[name] + now if name in found and isinstance(now, int) else now
    return found


def _may_hold_one(text: str) -> bool:
    return any(mark in text for mark in ("@", "%", "&#", "＠", "﹫"))


@cache
def _pattern() -> re.Pattern[str]:
    project = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))
    return re.compile(project["vars"]["email_address_pattern"])
