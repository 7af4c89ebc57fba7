"""Roles: which quantities state how much of something there is, and which only look like it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple, cast

from hreport.grammar import Grammar, RoleRule
from hreport.model import Masked, Quantity, Role
from hreport.text import Reading

BEFORE, AFTER = 48, 48  # characters looked at on each side: a book title of 40 fits
QUOTED = 14  # a number inside a quotation of at most this many characters is part of a name or a slogan
_OPEN, _CLOSE = '\u201c"\u2018\u300c', '\u201d"\u2019\u300d\u301e'


class _Rule(NamedTuple):
    """A rule of roles.toml, compiled; what is None or empty always holds."""

    entry: RoleRule
    before: re.Pattern[str] | None
    text: re.Pattern[str] | None
    after: re.Pattern[str] | None
    units: frozenset[str]


@lru_cache(maxsize=1)
def _rules(grammar: Grammar) -> list[_Rule]:
    def compiled(pattern: str, ends: bool = False) -> re.Pattern[str] | None:
        return re.compile(f"(?:{grammar.expand(pattern)})" + "$" * ends) if pattern else None

    return [
        _Rule(
            entry,
            compiled(entry.before, ends=True),
            compiled(entry.text),
            compiled(entry.after),
            frozenset(u.id for u in grammar.units.values() if u.id in entry.units or u.kind in entry.units),
        )
        for entry in grammar.tables["roles"].values()
    ]


def role_of(quantity: Quantity, reading: Reading, grammar: Grammar) -> tuple[Role, str]:
    """The role of a quantity, and the rule that says so."""
    at = quantity.at
    before = reading.text[max(0, at.start - BEFORE) : at.start]
    before = before[before.rfind("\n") + 1 :]
    after = reading.text[at.end : at.end + AFTER].partition("\n")[0]
    if quantity.rule not in ("quantity.deleted", "quantity.ordinal") and _quoted(before, quantity.text, after):
        return "name", "role.quoted"
    return classify(quantity, before, after, grammar)


def classify(quantity: Quantity, before: str, after: str, grammar: Grammar) -> tuple[Role, str]:
    """The first rule of roles.toml that fits."""
    form = quantity.rule.removeprefix("quantity.")
    if form == "arabic" and isinstance(quantity.value, Masked):
        form = "mask"
    for rule in _rules(grammar):
        forms = rule.entry.forms
        if forms and form not in forms and not (form == "mask" and "arabic" in forms):
            continue
        if rule.units and quantity.base_unit not in rule.units and quantity.unit not in rule.units:
            continue
        if (
            (not rule.text or rule.text.fullmatch(quantity.text))
            and (not rule.before or rule.before.search(before))
            and (not rule.after or rule.after.match(after))
        ):
            return cast(Role, rule.entry.role), f"role.{rule.entry.id}"
    return "metric", "role.default"


def _quoted(before: str, text: str, after: str) -> bool:
    """Does the quantity stand inside a short quotation (“十百千万”工程, “新三板”)?"""
    opened = max(before.rfind(c) for c in _OPEN)
    if opened < 0 or any(c in before[opened + 1 :] for c in _CLOSE):
        return False
    ends = [i for c in _CLOSE if (i := after.find(c)) >= 0]
    return bool(ends) and len(before) - opened - 1 + len(text) + min(ends) <= QUOTED
