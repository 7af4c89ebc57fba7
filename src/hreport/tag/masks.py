"""Masks: placeholders that stand where the publisher removed something."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from hreport.grammar import Grammar
from hreport.model import Mask, MaskKind
from hreport.text import Reading

CONTEXT = 16  # characters looked at on each side of a placeholder: the longest expression needs 12


@lru_cache(maxsize=1)
def _candidates(grammar: Grammar) -> re.Pattern[str]:
    return grammar.regex("masks")


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
    for entry, before_pattern, run_pattern, after_pattern in grammar.mask_kinds:
        if before_pattern and not before_pattern.search(before):
            continue
        if run_pattern and not run_pattern.fullmatch(run):
            continue
        if after_pattern and not after_pattern.match(after):
            continue
        return None if entry.kind == "none" else (entry.kind, entry.id)  # type: ignore[return-value]
    return None


def digit_by_digit(masks: Sequence[Mask]) -> bool:
    """Does the document write one placeholder for each digit? Then a mask gives an interval.

    True where number masks differ in shape or hold a point; false where all are one fixed string such as XX.
    """
    shapes = {m.text.lower() for m in masks if m.kind == "number"}
    return len(shapes) >= 3 or any("." in s for s in shapes)
