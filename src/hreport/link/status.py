"""Actual, target or reference: by section, by sentence and by what stands beside the number."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from hreport.grammar import Grammar
from hreport.model import Report, Section, Status
from hreport.text import Reading


@dataclass(frozen=True, slots=True)
class _Patterns:
    plan: re.Pattern[str]
    review: re.Pattern[str]
    plan_weak: re.Pattern[str]
    plan_firm: re.Pattern[str]
    review_firm: re.Pattern[str]
    plan_title: re.Pattern[str]
    target: re.Pattern[str]
    actual: re.Pattern[str]
    actual_word: re.Pattern[str]
    firm_target: re.Pattern[str]
    reference: re.Pattern[str]
    later: re.Pattern[str]
    pivot: re.Pattern[str]


@lru_cache(maxsize=1)
def _patterns(grammar: Grammar) -> _Patterns:
    def words(name: str) -> re.Pattern[str]:
        return re.compile(grammar.expand("{" + name + "}"))

    return _Patterns(
        plan=grammar.regex("sections", "plan"), review=grammar.regex("sections", "review"),
        plan_weak=grammar.regex("sections", "plan_weak"), plan_firm=grammar.regex("sections", "plan_firm"),
        review_firm=grammar.regex("sections", "review_firm"), plan_title=grammar.regex("sections", "plan_title"), target=words("target_cue"), actual=words("actual_cue"),
        actual_word=words("actual_word"), firm_target=grammar.regex("relations", "firm_target"),
        reference=words("reference_cue"), later=grammar.regex("relations", "later"), pivot=grammar.regex("relations", "pivot"),
    )  # fmt: skip


class Outlook:
    """Whether the parts of a report look back or ahead.

    Chapters (headings of the first level) say it first; a chapter that says nothing goes on as the one before it.
    Headings below turn only where they are firm (下一步打算), and so does a paragraph that turns to what is to come.
    """

    def __init__(self, report: Report, reading: Reading, grammar: Grammar) -> None:
        """Reads the headings; where none says anything, the words of the text are counted."""
        patterns = self._patterns = _patterns(grammar)
        low, high = reading.index(report.span.start), reading.index(report.span.end)
        self._sections = report.sections
        turns: list[tuple[int, int, Status | None]] = []  # where, up to where, and what
        chapters = [s for s in report.sections if s.level <= 1]
        current: Status | None = None
        for k, section in enumerate(chapters):
            verdict = self._last(section.heading, patterns.plan, patterns.review)
            if verdict is None and k and patterns.plan_weak.search(section.heading):
                verdict = "target"
            current = verdict or current
            turns.append((section.span.start, section.span.end, current))
        self._default: Status = "actual"
        if (
            patterns.plan_title.search(report.title)
            and self._last(report.title, patterns.plan, patterns.review) != "actual"
        ):
            self._default = "target"
        firm = [s for s in report.sections if s.level > 1]
        for section in firm:
            verdict = self._last(
                section.heading, patterns.plan_firm if chapters else patterns.plan, patterns.review_firm
            )
            if verdict is not None:
                turns.append((section.span.start, section.span.end, verdict))
        pivots = [reading.origin(m.start()) for m in patterns.pivot.finditer(reading.text, low, high)]
        for at in pivots:
            if any(start <= at < end and v == "actual" for start, end, v in turns[: len(chapters)]):
                continue  # a chapter that says it looks back does
            later = [
                s
                for s in chapters
                if s.span.start > at and self._last(s.heading, patterns.plan, patterns.review) == "actual"
            ]
            turns.append((at, later[0].span.start if later else report.span.end, "target"))
        if not any(v for _, _, v in turns) and self._default == "actual" and self._looks_ahead(reading.text[low:high]):
            self._default = "target"
        self._turns = sorted(turns, key=lambda t: t[0])
        self._starts = [t[0] for t in self._turns]

    def _last(self, text: str, ahead: re.Pattern[str], back: re.Pattern[str]) -> Status | None:
        """What the last telling word of a heading says."""
        plan = max((m.end() for m in ahead.finditer(text)), default=-1)
        review = max((m.end() for m in back.finditer(text)), default=-1)
        return None if plan == review == -1 else "target" if plan > review else "actual"

    def _looks_ahead(self, text: str) -> bool:
        ahead = len(self._patterns.firm_target.findall(text))
        back = len(self._patterns.actual.findall(text))
        return ahead >= 3 and ahead > back

    def section(self, origin: int) -> Status:
        """The status that headings give to a source offset: the last turn before it that still holds there."""
        for k in range(bisect_right(self._starts, origin) - 1, -1, -1):
            start, end, verdict = self._turns[k]
            if verdict is not None and start <= origin < end:
                return verdict
        return self._default

    def headings(self, origin: int) -> Sequence[Section]:
        """The sections that hold a source offset, the innermost first."""
        return [s for s in reversed(self._sections) if s.span.start <= origin < s.span.end]

    def of(self, origin: int, before: str, near: str, after: str, gap: bool) -> Status:
        """The status of a number: `before` is its sentence up to it, `near` its own clause up to it, `after` what follows
        in its clause; `gap`: it is the distance to someone else's figure."""
        base = self.section(origin)
        patterns = self._patterns
        if not gap and patterns.reference.search(near):
            return "reference"
        target = max((m.start() for m in patterns.firm_target.finditer(before)), default=-1)
        actual = max((m.start() for m in patterns.actual_word.finditer(before)), default=-1)
        if base == "target":
            weak = max((m.start() for m in patterns.target.finditer(before)), default=-1)
            near_actual = max((m.start() for m in patterns.actual_word.finditer(near)), default=-1)
            return (
                "actual"
                if near_actual >= 0 and near_actual > max(weak, target) - (len(before) - len(near))
                else "target"
            )
        if patterns.later.search(after) and actual < len(before) - len(near):
            return "target"
        return "target" if target > actual else "actual"
