"""Time expressions: dates, periods and durations."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from hreport.grammar import Grammar
from hreport.model import Span
from hreport.text import Reading


@dataclass(frozen=True, slots=True)
class TimeMention:
    """A time expression of the reading; `kind` as in times.toml (`year`, `month`, `relative`, `duration`, ...)."""

    at: Span
    text: str
    kind: str
    rule: str


@lru_cache(maxsize=1)
def _pattern(grammar: Grammar) -> re.Pattern[str]:
    return grammar.regex("times")


def tag(reading: Reading, grammar: Grammar) -> list[TimeMention]:
    """Every time expression, in order; where several fit, the first entry of times.toml."""
    kinds = grammar.tables["times"]
    found = []
    for match in _pattern(grammar).finditer(reading.text):
        name = str(match.lastgroup)
        found.append(TimeMention(Span(*match.span()), reading.raw[match.start() : match.end()], kinds[name].kind, f"time.{name}"))
    return found


def occupied(mentions: list[TimeMention], length: int) -> bytearray:
    """A 1 for each character of a reading of `length` characters in which a time expression stands."""
    marks = bytearray(length)
    for mention in mentions:
        marks[mention.at.start : mention.at.end] = b"\x01" * (mention.at.end - mention.at.start)
    return marks
