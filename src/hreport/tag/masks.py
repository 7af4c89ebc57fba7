"""Masks: placeholders that stand where the publisher removed something."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import cast

from hreport.expressions.scanning import Scanner
from hreport.grammar import Grammar
from hreport.grammar import MaskKind as Entry
from hreport.model import Mask, MaskKind
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
    for kind in _kinds(grammar):
        if kind.hides(before, run, after):
            return None if kind.entry.kind == "none" else (cast(MaskKind, kind.entry.kind), kind.entry.id)
    return None


class _Kind:
    """An entry of mask_kinds, each of its conditions compiled when it is first asked; an empty one always holds."""

    def __init__(self, entry: Entry, grammar: Grammar) -> None:
        self.entry = entry
        self._grammar = grammar

    def hides(self, before: str, run: str, after: str) -> bool:
        entry = self.entry
        return bool(
            (not entry.before or self.before.search(before))
            and (not entry.run or self.run.fullmatch(run))
            and (not entry.after or self.after.match(after))
        )

    @cached_property
    def before(self) -> re.Pattern[str]:
        return re.compile(f"(?:{self._grammar.expand(self.entry.before)})$")

    @cached_property
    def run(self) -> re.Pattern[str]:
        return re.compile(self._grammar.expand(self.entry.run))

    @cached_property
    def after(self) -> re.Pattern[str]:
        return re.compile(self._grammar.expand(self.entry.after))


@lru_cache(maxsize=1)
def _kinds(grammar: Grammar) -> list[_Kind]:
    return [_Kind(entry, grammar) for entry in grammar.mask_kinds.values()]


def digit_by_digit(masks: Sequence[Mask]) -> bool:
    """Does the document write one placeholder for each digit? Then a mask gives an interval.

    True where number masks differ in shape or hold a point; false where all are one fixed string such as XX.
    """
    shapes = {m.text.lower() for m in masks if m.kind == "number"}
    return len(shapes) >= 3 or any("." in s for s in shapes)
