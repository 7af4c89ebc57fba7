"""Time expressions: dates, periods and durations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from hreport.expressions.scanning import Scanner
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


class _Compiled(NamedTuple):
    """The expressions, and what is looked at where one begins with a verb's 到 or with 从."""

    times: Scanner
    to_year: re.Pattern[str]
    towards: frozenset[str]
    since: frozenset[str]
    changed: frozenset[str]


@lru_cache(maxsize=1)
def _compiled(grammar: Grammar) -> _Compiled:
    towards, since = grammar.words_of("towards"), grammar.words_of("since")
    changed = grammar.words_of("level_up", "level_down")
    return _Compiled(Scanner(grammar.regex("times")), re.compile(f"[{''.join(towards)}]"), towards, since, changed)


def tag(reading: Reading, grammar: Grammar) -> list[TimeMention]:
    """Every time expression, in order; where several fit, the first entry of times.toml."""
    kinds = grammar.tables["times"]
    times, to_year, towards, since, changed = _compiled(grammar)
    text = reading.text
    found = []
    for match in times.finditer(text):
        name = str(match.lastgroup)
        start, end = match.span()
        # 增加到去年的98亿元: the 到 belongs to the verb; 从2006年 without an end (起, 以来) names the year alone.
        of_verb = text[start] in towards and any(text[max(0, start - n) : start + 1] in changed for n in (1, 2))
        if of_verb or (text[start] in since and text[end - 1] == YEAR and not to_year.search(text, start, end - 1)):
            start += 1
        found.append(TimeMention(Span(start, end), reading.raw[start:end], kinds[name].kind, f"time.{name}"))
    return found


YEAR = "\u5e74"


def occupied(mentions: list[TimeMention], length: int) -> bytearray:
    """A 1 for each character of a reading of `length` characters in which a time expression stands."""
    marks = bytearray(length)
    for mention in mentions:
        marks[mention.at.start : mention.at.end] = b"\x01" * (mention.at.end - mention.at.start)
    return marks
