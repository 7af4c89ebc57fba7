"""The period and the area that govern a number: nearest in its sentence, else from before it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Generic, Protocol, TypeVar

from hreport.grammar import Grammar
from hreport.model import Section, Span
from hreport.tag.areas import AreaMention
from hreport.tag.times import TimeMention
from hreport.text import Reading, fold

# Kinds of times.toml that can be the period of a number in their own sentence, and in a later one: a day, 每年 or
# 上半年 does not reach farther.
NEAR = frozenset(("year", "month", "whole", "relative", "part", "every", "now", "plan", "plan_name"))
FAR = frozenset(("year", "whole", "relative", "now", "plan"))
LASTING = frozenset(("duration",))
PARAGRAPH_BEGINS = 30  # characters in which a paragraph says its time
LATELY = 100  # so many periods before a number are asked which of the two of its heading they are
LONGEST_TITLE = 40  # characters of a book title before a place that stands in it
QUOTES = (("\u300a", "\u300b"), ("\u201c", "\u201d"))
REMEMBERED = 4096  # expressions whose year is remembered: they repeat throughout a report
_YEAR = re.compile(r"(?:19|20)\d{2}")
_SENTENCE_END = re.compile("[\u3002!?\n]")


@dataclass(frozen=True, slots=True)
class _Patterns:
    """Expressions of relations.toml."""

    clause_end: re.Pattern[str]
    no_area: re.Pattern[str]
    own_area: re.Pattern[str]
    whole_country: re.Pattern[str]
    country_here: re.Pattern[str]
    beside: re.Pattern[str]
    average: re.Pattern[str]
    rank_area: re.Pattern[str]
    naming: re.Pattern[str]
    record_after: re.Pattern[str]
    plan_begins: re.Pattern[str]
    above_that: re.Pattern[str]
    worth: re.Pattern[str]
    separators: re.Pattern[str]
    named: re.Pattern[str]


@lru_cache(maxsize=1)
def _patterns(grammar: Grammar) -> _Patterns:
    return _Patterns(**grammar.compiled("relations", _Patterns.__slots__))


class Context:
    """The time and place expressions of a report, and which of them govern a number."""

    def __init__(
        self,
        reading: Reading,
        begin: int,
        finish: int,
        year: str,
        times: Sequence[TimeMention],
        areas: Sequence[AreaMention],
        grammar: Grammar,
    ) -> None:
        """`begin` and `finish` bound the report in the reading, `year` is its own, and so are `times` and `areas`, in
        order."""
        self._text = reading.text
        self._reading = reading
        self._begin = begin
        self._ends = [m.start() for m in _SENTENCE_END.finditer(reading.text, begin, finish)]
        self._breaks = [at for at in self._ends if reading.text[at] == "\n"]
        self._patterns = _patterns(grammar)
        of_plan = "".join(grammar.words["plan_word"].words)
        comparing = grammar.words_of("comparing")
        governing = [
            t
            for t in times
            if comparing.isdisjoint(self._text[max(0, t.at.start - 1) : t.at.start + 1])
            and not self._patterns.above_that.search(self._text, max(0, t.at.start - 2), t.at.start)
            and not self._patterns.record_after.match(self._text, t.at.end)
            and not (t.kind in LASTING and self._patterns.worth.search(self._text, max(0, t.at.start - 8), t.at.start))
            and not (t.kind == "plan_name" and t.text[-1:] in of_plan)
        ]
        near, far, lasting = ([t for t in governing if t.kind in kinds] for kinds in (NEAR, FAR, LASTING))
        own = int(year) if year.isdigit() else 0
        # A year to come (到2030年) governs its own sentence; only where a paragraph begins with it, the others too.
        far = [t for t in far if not own or _plain_year(t) <= own or self._begins(t)]
        self._near, self._far, self._lasting = _Positions(near), _Positions(far), _Positions(lasting)
        begins = self._patterns.plan_begins  # “十五五”开好局: the plan's first year, and not its years
        plans = [t for t in governing if t.kind == "plan_name" and not begins.match(self._text, t.at.end)]
        self._headed = _Positions(sorted([*far, *plans], key=lambda t: t.at.start))
        # by where it begins, and its length
        self._of_heading: dict[tuple[int, int], tuple[int, Sequence[TimeMention]]] = {}
        telling = [a for a in areas if self._tells(a)]
        self._areas = _Positions([a for a in telling if a.kind != "part"])
        self._unnamed = _Positions([a for a in telling if a.kind in ("relative", "masked")])
        self._parts = _Positions([a for a in telling if a.kind == "part"])
        self._asked: tuple[Sequence[Section], int] = ((), -1)
        self._told: TimeMention | None = None
        self._own = _Positions([a for a in telling if self._patterns.own_area.match(a.text)])

    def _begins(self, time: TimeMention) -> bool:
        """Does a paragraph begin with this expression, but for a few words (总的目标是:到2030年)?"""
        line = _last(self._breaks, time.at.start) + 1
        return time.at.start - line <= PARAGRAPH_BEGINS

    def period(self, sentence: int, at: int, headings: Sequence[Section]) -> str:
        """The period of the number at reading offset `at`: nearest in its sentence, else earlier in its paragraph, else
        what a heading above it names."""
        paragraph = max(_last(self._breaks, sentence) + 1, self._begin)
        found, lasting = self._near.before(sentence, at), self._lasting.before(sentence, at)
        if found and lasting and self._patterns.clause_end.search(self._text, found.at.end, lasting.at.start):
            found = lasting  # 今年…;五年淘汰产能1亿吨
        if found := found or lasting:
            return found.text
        found = self._far.before(paragraph, sentence)
        year = _plain_year(found) if found else 0
        if found and not year:
            return found.text
        if (headings, sentence) != self._asked:  # the numbers of a sentence ask the same
            self._asked, self._told = (headings, sentence), self._heading(headings, sentence)
        above = self._told
        if found and above and year < _plain_year(above):
            return above.text  # 在2023年考评的基础上…: looks back for a sentence from a chapter about 2024
        return found.text if found else above.text if above else ""

    def _heading(self, headings: Sequence[Section], at: int) -> TimeMention | None:
        """The period that the innermost heading with one names."""
        for section in headings:
            low, named = self._named_by(section)
            if len(named) > 1:  # a heading of two periods: that of them which the section named last
                said = {_plain_year(t) for t in named}
                later = self._headed.between(low + len(section.heading), at)[-LATELY:]
                return next((t for t in reversed(later) if _plain_year(t) in said), named[0])
            if named:
                return named[0]
        return None

    def _named_by(self, section: Section) -> tuple[int, Sequence[TimeMention]]:
        """Where a heading begins in the reading, and the periods that it names."""
        key = section.span.start, len(section.heading)
        if key not in self._of_heading:
            low = self._reading.index(section.span.start)
            self._of_heading[key] = low, self._headed.between(low, low + len(section.heading))
        return self._of_heading[key]

    def named(self, low: int, high: int) -> str:
        """The last period that is named between two reading offsets, "" if none."""
        found = self._near.before(low, high)
        return found.text if found else ""

    def area(self, sentence: int, clause: int, at: int, rank: bool) -> str:
        """The area of the number at reading offset `at`: a part (市区) named in its clause, else what is nearest in its
        sentence, else a 全市 or a masked place in the one before, else the last 全市 or the like in the report. Of a
        `rank` whose own place the sentence does not say, among whom."""
        if rank and (among := self._patterns.rank_area.search(self._text, sentence, at)):
            own = self._unnamed.before(sentence, among.start("area"))
            return own.text if own else among["area"]
        found = (
            self._parts.before(clause, at)
            or self._areas.before(sentence, at)
            or self._unnamed.before(max(_last(self._ends, sentence - 1), self._begin), sentence)
            or self._own.before(self._begin, sentence)
        )
        return found.text if found else ""

    def listed_times(self, low: int, high: int, n: int) -> list[str]:
        """The last `n` periods named between two reading offsets, where nothing but separators stands between them and
        no other stands before them; else none."""
        return self._listed(self._near.between(low, high), n)

    def listed_places(self, low: int, high: int, n: int) -> list[str]:
        """The same for places."""
        return self._listed(self._areas.between(low, high), n)

    def _listed(self, mentions: Sequence[_Placed], n: int) -> list[str]:
        gaps = (self._text[a.at.end : b.at.start] for a, b in pairwise(mentions))
        listed = len(mentions) == n and all(self._patterns.separators.fullmatch(gap) for gap in gaps)
        return [m.text for m in mentions] if listed else []

    def places(self, low: int, high: int) -> bool:
        """Is a place named between two reading offsets that could be the area of a number?"""
        return bool(self._areas.before(low, high) or self._parts.before(low, high))

    def _tells(self, area: AreaMention) -> bool:
        """Can the expression be the area of a figure? 我委 is none, nor what stands in the title of a book, in a
        quotation or in the name of a plan (推进xx市健康提升计划), nor the 全国 of 全国重点实验室."""
        start, end, text = area.at.start, area.at.end, self._text
        if self._patterns.no_area.match(text, start, end + 4):
            return False
        whole = self._patterns.whole_country.fullmatch(area.text)
        if whole and not self._patterns.country_here.search(text, max(start - 6, 0), end + 8):
            return False
        if self._patterns.beside.search(text, max(start - 4, 0), start) or self._patterns.average.match(text, end):
            return False
        if self._patterns.naming.search(text, max(start - 4, 0), start) and self._patterns.named.match(text, end):
            return False
        before = text[max(0, start - LONGEST_TITLE) : start]
        return all(before.rfind(opens) <= before.rfind(closes) for opens, closes in QUOTES)


def _last(positions: Sequence[int], before: int) -> int:
    """The last of some positions that is below `before`, -1 if none is."""
    k = bisect_left(positions, before) - 1
    return positions[k] if k >= 0 else -1


def _plain_year(time: TimeMention) -> int:
    """The last year that an expression writes out, 0 if none."""
    return _last_year(time.text)


@lru_cache(maxsize=REMEMBERED)
def _last_year(text: str) -> int:
    return max(map(int, _YEAR.findall(fold(text))), default=0)


class _Placed(Protocol):
    """A mention: where it is, and its text."""

    @property
    def at(self) -> Span: ...

    @property
    def text(self) -> str: ...


M = TypeVar("M", bound=_Placed)


class _Positions(Generic[M]):
    """Mentions in order, searched by position."""

    def __init__(self, mentions: Sequence[M]) -> None:
        self._mentions = mentions
        self._starts = [m.at.start for m in mentions]

    def before(self, low: int, high: int) -> M | None:
        """The last one that begins between two reading offsets."""
        k = bisect_left(self._starts, high) - 1
        return self._mentions[k] if k >= 0 and self._starts[k] >= low else None

    def between(self, low: int, high: int) -> Sequence[M]:
        """All that begin between two reading offsets."""
        return self._mentions[bisect_left(self._starts, low) : bisect_left(self._starts, high)]

    def first(self, low: int, high: int) -> M | None:
        """The first one that begins between two reading offsets."""
        k = bisect_left(self._starts, low)
        return self._mentions[k] if k < len(self._starts) and self._starts[k] < high else None
