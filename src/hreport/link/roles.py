"""Roles: which quantities state how much of something there is, and which only look like it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple, cast

from hreport.expressions.compiling import when_used
from hreport.grammar import Grammar, RoleRule
from hreport.model import Masked, Quantity, Role
from hreport.text import Reading

BEFORE, AFTER = 48, 48  # characters looked at on each side: a book title of 40 fits
QUOTED = 14  # a number inside a quotation of at most this many characters is part of a name or a slogan
_OPEN, _CLOSE = '\u201c"\u2018\u300c', '\u201d"\u2019\u300d\u301e'
_OPENED = re.compile(f"[{_OPEN}][^{_OPEN}{_CLOSE}]*$")
_CLOSED = re.compile(f"[^{_CLOSE}]*[{_CLOSE}]")


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
        return when_used(f"(?:{grammar.expand(pattern)})" + "$" * ends) if pattern else None

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
    text = reading.text
    line = text.rfind("\n", max(0, at.start - BEFORE), at.start) + 1
    before = text[line or max(0, at.start - BEFORE) : at.start]
    line = text.find("\n", at.end, at.end + AFTER)
    after = text[at.end : at.end + AFTER if line < 0 else line]
    if quantity.rule not in ("quantity.deleted", "quantity.ordinal") and _quoted(before, quantity.text, after):
        return "name", "role.quoted"
    return classify(quantity, before, after, grammar)


def classify(quantity: Quantity, before: str, after: str, grammar: Grammar) -> tuple[Role, str]:
    """The first rule of roles.toml that fits."""
    form = quantity.rule.removeprefix("quantity.")
    if form == "arabic" and isinstance(quantity.value, Masked):
        form = "mask"
    for rule in _rules_of(grammar, form, quantity.base_unit, quantity.unit):
        if (
            (not rule.text or rule.text.fullmatch(quantity.text))
            and (not rule.after or rule.after.match(after))
            and (not rule.before or rule.before.search(before))
        ):
            return cast(Role, rule.entry.role), f"role.{rule.entry.id}"
    return "metric", "role.default"


@lru_cache(maxsize=1000)  # of some thousand kinds of quantity, nearly all are of a few hundred
def _rules_of(grammar: Grammar, form: str, base_unit: str, unit: str) -> list[_Rule]:
    """The rules that a quantity of this form and unit can fit."""
    forms, units = {form, "arabic" if form == "mask" else form}, {base_unit, unit}
    return [
        rule
        for rule in _rules(grammar)
        if (not rule.entry.forms or not forms.isdisjoint(rule.entry.forms))
        and (not rule.units or not units.isdisjoint(rule.units))
    ]


def _quoted(before: str, text: str, after: str) -> bool:
    """Does the quantity stand inside a short quotation (“十百千万”工程, “新三板”)?"""
    opened = _OPENED.search(before, max(0, len(before) - QUOTED - 1))
    closed = _CLOSED.match(after, 0, QUOTED + 1) if opened else None
    if opened is None or closed is None:
        return False
    return len(opened[0]) - 1 + len(text) + len(closed[0]) - 1 <= QUOTED
