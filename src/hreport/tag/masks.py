"""Masks: placeholders that stand where the publisher removed something."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, cast

from hreport.grammar import Grammar
from hreport.grammar import MaskKind as Entry
from hreport.model import Mask, MaskKind
from hreport.scan import Scanner
from hreport.text import Reading

CONTEXT = 16  # characters looked at on each side of a placeholder: the longest expression needs 12


@lru_cache(maxsize=1)
def _candidates(grammar: Grammar) -> Scanner:
    return Scanner(grammar.regex("masks"))


def tag(reading: Reading, grammar: Grammar) -> list[Mask]:
    """Every placeholder of the text, in order, with what it hides."""
    found = []
    text = reading.text
    for match in _candidates(grammar).finditer(text):
        start, end = match.span()
        kind = kind_of(text[max(0, start - CONTEXT) : start], match[0], text[end : end + CONTEXT], grammar)
        if kind is not None:
            span = reading.span(start, end)
            found.append(
                Mask(span, reading.source[span.start : span.end], kind[0], f"mask.{match.lastgroup}.{kind[1]}")
            )
    return found


def kind_of(before: str, run: str, after: str, grammar: Grammar) -> tuple[MaskKind, str] | None:
    """What a placeholder between `before` and `after` hides, and the rule that says so; None where it is no mask."""
    for entry, conditions in _kinds(grammar):
        if (
            (not conditions.before or conditions.before.search(before))
            and (not conditions.run or conditions.run.fullmatch(run))
            and (not conditions.after or conditions.after.match(after))
        ):
            return None if entry.kind == "none" else (cast(MaskKind, entry.kind), entry.id)
    return None


class _Conditions(NamedTuple):
    """The compiled conditions of an entry; None always holds."""

    before: re.Pattern[str] | None
    run: re.Pattern[str] | None
    after: re.Pattern[str] | None


@lru_cache(maxsize=1)
def _kinds(grammar: Grammar) -> list[tuple[Entry, _Conditions]]:
    def compiled(pattern: str, ends: bool = False) -> re.Pattern[str] | None:
        return re.compile(f"(?:{grammar.expand(pattern)})" + "$" * ends) if pattern else None

    return [
        (entry, _Conditions(compiled(entry.before, ends=True), compiled(entry.run), compiled(entry.after)))
        for entry in grammar.mask_kinds.values()
    ]


def digit_by_digit(masks: Sequence[Mask]) -> bool:
    """Does the document write one placeholder for each digit? Then a mask gives an interval.

    True where number masks differ in shape or hold a point; false where all are one fixed string such as XX.
    """
    shapes = {m.text.lower() for m in masks if m.kind == "number"}
    return len(shapes) >= 3 or any("." in s for s in shapes)
