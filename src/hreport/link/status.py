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
        plan_title=grammar.regex("sections", "plan_title"), target=words("target_cue"), actual=words("actual_cue"),
        actual_word=words("actual_word"), firm_target=grammar.regex("relations", "firm_target"),
        reference=words("reference_cue"), later=grammar.regex("relations", "later"), pivot=grammar.regex("relations", "pivot"),
    )  # fmt: skip


class Outlook:
    """Whether the parts of a report look back or ahead."""

    def __init__(self, report: Report, reading: Reading, grammar: Grammar) -> None:
        """Reads the headings; where none says anything, the words of the text are counted."""
        self._patterns = _patterns(grammar)
        self._reading = reading
        self._sections = report.sections
        self._starts = [s.span.start for s in report.sections]
        self._verdicts: list[Status | None] = [self._of_heading(s) for s in report.sections]
        low, high = reading.index(report.span.start), reading.index(report.span.end)
        self._pivots = [reading.origin(m.start()) for m in self._patterns.pivot.finditer(reading.text, low, high)]
        self._default: Status = "actual"
        title = self._last(report.title)
        if self._patterns.plan_title.search(report.title) and title != "actual":
            self._default = "target"
        elif not any(self._verdicts) and self._looks_ahead(low, high):
            self._default = "target"

    def _of_heading(self, section: Section) -> Status | None:
        return self._last(section.heading)

    def _last(self, text: str) -> Status | None:
        """What the last telling word of a heading says."""
        plan = max((m.end() for m in self._patterns.plan.finditer(text)), default=-1)
        review = max((m.end() for m in self._patterns.review.finditer(text)), default=-1)
        return None if plan == review == -1 else "target" if plan > review else "actual"

    def _looks_ahead(self, low: int, high: int) -> bool:
        text = self._reading.text[low:high]
        ahead = len(self._patterns.firm_target.findall(text))
        back = len(self._patterns.actual.findall(text))
        return ahead >= 3 and ahead > back

    def section(self, origin: int) -> Status:
        """The status that section headings give to a source offset: the innermost that says anything."""
        k = bisect_right(self._starts, origin) - 1
        level = 99
        top = max((s.span.start for s in self._sections[: k + 1] if s.level <= 2), default=-1)
        if any(top < p < origin for p in self._pivots):
            return "target"  # a paragraph that turns to what is to come, with no heading of its own
        while k >= 0:
            section = self._sections[k]
            if section.level < level and section.span.start <= origin < section.span.end:
                if (verdict := self._verdicts[k]) is not None:
                    return verdict
                level = section.level
            k -= 1
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
            return "actual" if near_actual >= 0 and near_actual > max(weak, target) - (len(before) - len(near)) else "target"
        if patterns.later.search(after) and actual < len(before) - len(near):
            return "target"
        return "target" if target > actual else "actual"
