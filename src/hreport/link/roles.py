"""Roles: which quantities state how much of something there is, and which only look like it."""

from __future__ import annotations

import re
from functools import lru_cache

from hreport.grammar import Grammar, RoleRule
from hreport.model import Masked, Quantity, Role
from hreport.text import Reading

BEFORE, AFTER = 48, 48  # characters looked at on each side: a book title of 40 fits
QUOTED = 14  # a number inside a quotation of at most this many characters is part of a name or a slogan
_OPEN, _CLOSE = '\u201c"\u2018\u300c', '\u201d"\u2019\u300d\u301e'


@lru_cache(maxsize=1)
def _rules(
    grammar: Grammar,
) -> tuple[
    tuple[RoleRule, re.Pattern[str] | None, re.Pattern[str] | None, re.Pattern[str] | None, frozenset[str]], ...
]:
    compiled = []
    for rule in grammar.tables["roles"].values():
        assert isinstance(rule, RoleRule)
        before = re.compile(f"(?:{grammar.expand(rule.before)})$") if rule.before else None
        text = re.compile(rule.text) if rule.text else None
        after = re.compile(grammar.expand(rule.after)) if rule.after else None
        units = frozenset(u.id for u in grammar.units.values() if u.id in rule.units or u.kind in rule.units)
        compiled.append((rule, before, text, after, units))
    return tuple(compiled)


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
    for rule, before_pattern, text_pattern, after_pattern, units in _rules(grammar):
        if rule.forms and form not in rule.forms and not (form == "mask" and "arabic" in rule.forms):
            continue
        if units and quantity.base_unit not in units and quantity.unit not in units:
            continue
        if text_pattern and not text_pattern.fullmatch(quantity.text):
            continue
        if before_pattern and not before_pattern.search(before):
            continue
        if after_pattern and not after_pattern.match(after):
            continue
        return rule.role, f"role.{rule.id}"  # type: ignore[return-value]
    return "metric", "role.default"


def _quoted(before: str, text: str, after: str) -> bool:
    """Does the quantity stand inside a short quotation (“十百千万”工程, “新三板”)?"""
    opened = max(before.rfind(c) for c in _OPEN)
    if opened < 0 or any(c in before[opened + 1 :] for c in _CLOSE):
        return False
    ends = [i for c in _CLOSE if (i := after.find(c)) >= 0]
    return bool(ends) and len(before) - opened - 1 + len(text) + min(ends) <= QUOTED
