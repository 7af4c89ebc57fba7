"""Actual, target or reference: by section, by sentence and by what stands beside the number."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from heapq import heappop, heappush

from hreport.expressions.compiling import when_used
from hreport.expressions.needles import haystack
from hreport.expressions.scanning import Scanner
from hreport.grammar import Grammar
from hreport.link.chunks import Chunk
from hreport.model import Outline, Report, Section, Span, Status
from hreport.text import Reading

HOPES = 5  # words of intent that make a text without headings a plan; a press conference has some too


class _Patterns:
    """Headings and cues, as structure.toml, relations.toml and words.toml have them."""

    def __init__(self, grammar: Grammar) -> None:
        def words(name: str) -> re.Pattern[str]:
            return when_used(grammar.expand("{" + name + "}"))

        self.plan = grammar.regex("sections", "plan")
        self.plan_weak = grammar.regex("sections", "plan_weak")
        self.plan_firm = grammar.regex("sections", "plan_firm")
        self.plan_title = grammar.regex("sections", "plan_title")
        self.review = grammar.regex("sections", "review")
        self.glossary = grammar.regex("sections", "glossary")
        self.glossary_needs = haystack([self.glossary.pattern])
        self.review_firm = grammar.regex("sections", "review_firm")
        self.pivot = Scanner(grammar.regex("relations", "pivot"))
        self.firm_target = _Cue(grammar.regex("relations", "firm_target"))
        self.standard = grammar.regex("relations", "standard")
        self.multiple_of = grammar.regex("relations", "multiple_of")
        self.standard_bracket = grammar.regex("relations", "standard_bracket")
        self.country_beside = grammar.regex("relations", "country_beside")
        self.own_beside = grammar.regex("relations", "own_beside")
        self.compared = grammar.regex("relations", "compared")
        self.target_after = grammar.regex("relations", "target_after")
        self.later = grammar.regex("relations", "later")
        self.reference = words("reference_cue")
        self.target = _Cue(words("target_cue"))
        self.actual = Scanner(words("actual_cue"))
        self.actual_word = _Cue(grammar.regex("relations", "done"))
        others = (self.reference, self.standard, self.standard_bracket, self.country_beside)
        self.someone_elses = haystack(pattern.pattern for pattern in others)


@lru_cache(maxsize=1)
def _patterns(grammar: Grammar) -> _Patterns:
    return _Patterns(grammar)


class Outlook:
    """Whether the parts of a report look back or ahead.

    Chapters (headings of the first level) say it first; a chapter that says nothing goes on as the one before it.
    Headings below turn only where they are firm (下一步打算), and so does a paragraph that turns to what is to come.
    """

    def __init__(self, report: Report, reading: Reading, grammar: Grammar) -> None:
        """Reads the headings; where none says anything, the words of the text are counted."""
        patterns = self._patterns = _patterns(grammar)
        low, high = reading.index(report.span.start), reading.index(report.span.end)
        self._outline = Outline(report.sections)
        turns: list[tuple[int, int, Status | None]] = []  # where, up to where, and what
        chapters = [s for s in report.sections if s.level <= 1]
        current: Status | None = None
        looking_back: list[Span] = []  # chapters that say so themselves
        for k, section in enumerate(chapters):
            verdict = self._last(section.heading, patterns.plan, patterns.review)
            if verdict is None and k and patterns.plan_weak.search(section.heading):
                verdict = "target"
            if verdict == "actual":
                looking_back.append(section.span)
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
        own = _Turns((span.start, span.end, "actual") for span in looking_back)
        back = [span.start for span in looking_back]
        pivots = [reading.origin(m.start()) for m in patterns.pivot.finditer(reading.text, low, high)]
        for at in pivots:
            if own.at(at) == "actual":
                continue  # a chapter that says it looks back does
            later = bisect_right(back, at)
            turns.append((at, back[later] if later < len(back) else report.span.end, "target"))
        explained = patterns.glossary_needs.search(reading.text, low, high)
        if explained and (glossary := patterns.glossary.search(reading.text, low, high)):
            turns.append((reading.origin(glossary.end()), report.span.end, "actual"))  # explains, and plans nothing
        if not any(v for _, _, v in turns) and self._default == "actual" and self._looks_ahead(reading.text[low:high]):
            self._default = "target"
        self._turns = _Turns(turns)

    def _last(self, text: str, ahead: re.Pattern[str], back: re.Pattern[str]) -> Status | None:
        """What the last telling word of a heading says."""
        plan = max((m.end() for m in ahead.finditer(text)), default=-1)
        review = max((m.end() for m in back.finditer(text)), default=-1)
        return None if plan == review == -1 else "target" if plan > review else "actual"

    def _looks_ahead(self, text: str) -> bool:
        ahead = sum(1 for _ in self._patterns.firm_target.scanner.finditer(text))
        return ahead >= HOPES and ahead > sum(1 for _ in self._patterns.actual.finditer(text))

    def section(self, origin: int) -> Status:
        """The status that headings give to a source offset: the last turn before it that still holds there."""
        return self._turns.at(origin) or self._default

    def headings(self, origin: int) -> Sequence[Section]:
        """The sections that hold a source offset, the innermost first."""
        return self._outline.at(origin)

    def of(self, chunk: Chunk, origin: int, before: str, near: str, after: str, sentence: str) -> Status:
        """The status of a number at a source offset.

        `before` is its sentence up to it, `near` its own clause up to it, `after` what follows in its clause,
        `sentence` the whole.
        """
        patterns = self._patterns
        if chunk.against or self._someone_elses(chunk, before, near, sentence):
            return "reference"
        if patterns.target_after.match(after):
            return "target"  # 超过了95%的预期目标
        far = len(before) - len(near)  # where the clause begins in the sentence
        target = patterns.firm_target.last(before)
        if self.section(origin) == "target":
            done = patterns.actual_word.last(near)
            return "actual" if done >= 0 and far + done > max(target, patterns.target.last(before)) else "target"
        done = patterns.actual_word.last(before)
        if target > done or (done < far and patterns.later.search(after)):
            return "target"
        return "actual"

    def _someone_elses(self, chunk: Chunk, before: str, near: str, sentence: str) -> bool:
        """Is it the figure of somebody else, or a standard? A distance to one is not (高于全省平均水平4.1个百分点)."""
        patterns = self._patterns
        if not patterns.someone_elses.search(before):
            return False
        if chunk.left.relation.startswith("gap") or patterns.compared.search(near):
            return False
        if chunk.kind in ("times", "tenth") and patterns.multiple_of.search(before[chunk.low - chunk.sentence[0] :]):
            return False  # 床位数是全国平均水平的1.2倍
        own = before[chunk.low - chunk.sentence[0] :]  # what stands between the number before and this one
        if patterns.reference.search(own) or patterns.standard.search(own):
            return True
        if chunk.bracketed and patterns.standard_bracket.search(before[: chunk.low - chunk.sentence[0]]):
            return True
        return bool(patterns.country_beside.search(near)) and bool(patterns.own_beside.search(sentence))


class _Turns:
    """Stretches of the source, each with a status; where several overlap, the one that begins last decides, and of
    those that begin together the last that was given."""

    def __init__(self, turns: Iterable[tuple[int, int, Status | None]]) -> None:
        said = sorted(((s, e, v) for s, e, v in turns if v is not None and s < e), key=lambda t: t[0])
        self._edges = sorted({edge for start, end, _ in said for edge in (start, end)})
        self._said: list[Status | None] = []  # from each edge on
        lasting: list[tuple[int, int, Status]] = []  # the one that decides on top
        k = 0
        for edge in self._edges:
            while k < len(said) and said[k][0] <= edge:
                heappush(lasting, (-k, said[k][1], said[k][2]))
                k += 1
            while lasting and lasting[0][1] <= edge:
                heappop(lasting)
            self._said.append(lasting[0][2] if lasting else None)

    def at(self, origin: int) -> Status | None:
        """What is said of a source offset."""
        k = bisect_right(self._edges, origin) - 1
        return self._said[k] if k >= 0 else None


class _Cue:
    """Words that tell, looked for in the few sentences that hold what all of them need."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.scanner = Scanner(pattern)
        self._pattern, self._needed = pattern, haystack([pattern.pattern])

    def last(self, text: str) -> int:
        """Where they stand last in a text, -1 if nowhere."""
        if not self._needed.search(text):
            return -1
        return max((m.start() for m in self._pattern.finditer(text)), default=-1)
