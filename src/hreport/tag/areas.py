"""Area expressions: 全市, 我省, a named division, a masked one (XX县区)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from hreport.expressions.scanning import Scanner
from hreport.grammar import Grammar
from hreport.model import Span
from hreport.text import Reading


@dataclass(frozen=True, slots=True)
class AreaMention:
    """An area expression of the reading. `kind`: "named" (with its GB/T 2260 `code`, where it has one), "masked" or
    "relative" (全市: the report's own area)."""

    at: Span
    text: str
    kind: str
    code: str = ""


@lru_cache(maxsize=1)
def _pattern(grammar: Grammar) -> Scanner:
    return Scanner(grammar.regex("areas"))


def tag(reading: Reading, grammar: Grammar, named: Iterable[tuple[int, int, str, str]]) -> list[AreaMention]:
    """Every area expression, in order; `named` are the divisions found in the text as (start, end, name, code)."""
    return merged(reading, named, unnamed(reading, grammar))


def unnamed(reading: Reading, grammar: Grammar) -> list[AreaMention]:
    """The area expressions that are no names of divisions, in order."""
    return [
        AreaMention(Span(*m.span()), reading.raw[m.start() : m.end()], str(m.lastgroup))
        for m in _pattern(grammar).finditer(reading.text)
    ]


def merged(
    reading: Reading, named: Iterable[tuple[int, int, str, str]], others: Iterable[AreaMention]
) -> list[AreaMention]:
    """The divisions found in the text, as (start, end, name, code), and its other area expressions, in order, none
    inside another."""
    found = [AreaMention(Span(s, e), reading.raw[s:e], "named", code) for s, e, _, code in named]
    found += others
    found.sort(key=lambda a: (a.at.start, -a.at.end))
    out: list[AreaMention] = []
    for mention in found:
        if not out or mention.at.start >= out[-1].at.end:
            out.append(mention)
    return out
