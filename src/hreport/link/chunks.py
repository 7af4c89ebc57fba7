"""The stretches of clause on both sides of each number, cut once for all rules that read them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from hreport.expressions.scanning import Scanner
from hreport.grammar import Grammar
from hreport.link import phrases
from hreport.link.phrases import Left, Stretch, Token
from hreport.model import Quantity
from hreport.text import LONGEST_SENTENCE, Reading

LONGEST_CLAUSE = 120  # characters: what stands farther from a number than this does not govern it
FAR_CLAUSE = 240  # characters behind a number, or in the clause before its own, that may name what it measures
FEW_COMMAS = 0.01  # commas a character: reports have 0.04 to 0.07, the one whose commas are gone 0.0006
SHORT_PROSE = 200  # characters: in less, missing commas prove nothing
LONG_SENTENCE = 60  # characters, and at least so many numbers, that ask for a comma between them
MANY_NUMBERS = 3
LIST_COMMA = "\u3001"
LIST_BEGINS = ";:\n\u3002"
CLAUSE_MARK = re.compile("[,;:!?\u3002\n]")
_RIM = " \t\u3000\u3001,\uff0c"


class Clauses:
    """Where the clauses of a sentence end, looked for once for all its numbers. Offsets are of the reading."""

    __slots__ = ("_ends", "_mark", "_start", "_starts", "_text")

    def __init__(self, mark: re.Pattern[str], text: str, start: int, end: int) -> None:
        """`mark` ends a clause of the sentence from `start` to `end`."""
        self._mark, self._start, self._text = mark, start, text[start:end]
        marks = list(mark.finditer(self._text))
        self._starts = [m.start() for m in marks]
        self._ends = [m.end() for m in marks]

    def begin(self, at: int) -> int:
        """Where the clause begins that stands before `at`, by what is written before that alone."""
        at -= self._start
        k = bisect_left(self._ends, at) - 1
        found = self._ends[k] if k >= 0 else 0
        if at and not self._text[at - 1].isalnum():
            # whether a comma there ends a clause or stands in 1,203 only what follows can tell
            found = max((m.end() for m in self._mark.finditer(self._text, found, at)), default=found)
        return self._start + found

    def end(self, at: int) -> int:
        """Where the clause ends that `at` stands in."""
        at -= self._start
        k = bisect_right(self._ends, at)
        if k == len(self._ends):
            return self._start + len(self._text)
        if self._starts[k] >= at:
            return self._start + self._starts[k]
        mark = self._mark.search(self._text, at)
        return self._start + (mark.start() if mark else len(self._text))


class Chunk(NamedTuple):
    """A number with what stands on both sides of it. All offsets are of the reading.

    `low` is where its left side begins, `after` where the text behind its unit and bound word begins, `high` where its
    right side ends; `sentence` the sentence it stands in, `clauses` the clauses of that. `kind` is what its unit
    measures ("" where none is written).
    `same_clause`: words, but no comma, stand between the number before it and this one; `listed`: nothing but a
    separator does. `bracketed`: it stands in a bracket. `borrows`: it counts the noun behind the next number.
    `unbroken`: the commas of its sentence are gone: it belongs to the words before it, as far as there are any.
    `against`: it is what another figure is compared with (高出国家规定的90%).
    """

    quantity: Quantity
    kind: str
    left: Left
    low: int
    after: int
    high: int
    sentence: tuple[int, int]
    clauses: Clauses
    same_clause: bool
    listed: bool
    bracketed: bool
    borrows: bool
    against: bool
    unbroken: bool

    @property
    def start(self) -> int:
        """Where the number begins."""
        return self.quantity.at.start

    @property
    def ratio(self) -> bool:
        """Is it a share, a rate or a multiple, which is never followed by the noun it counts?"""
        return self.kind in RATIOS or not self.quantity.unit

    @property
    def rank(self) -> bool:
        """Is it a rank (第一)?"""
        return self.quantity.rule in RANKS


EMPTY = Stretch("", "")
RANKS = ("quantity.ordinal", "quantity.largest")
RATIOS = frozenset(("percent", "point", "times", "tenth", "rate"))


@dataclass(frozen=True, slots=True)
class _Patterns:
    """Expressions of relations.toml."""

    clause_end: re.Pattern[str]
    bound_after: re.Pattern[str]
    separators: re.Pattern[str]
    right_end: re.Pattern[str]
    list_number: re.Pattern[str]
    aside: re.Pattern[str]
    rank_verb: re.Pattern[str]
    per_lead: re.Pattern[str]
    against: re.Pattern[str]
    reference_after: re.Pattern[str]
    apart: re.Pattern[str]
    mark: re.Pattern[str]
    standard_after: re.Pattern[str]


@lru_cache(maxsize=1)
def _patterns(grammar: Grammar) -> _Patterns:
    return _Patterns(**grammar.compiled("relations", _Patterns.__slots__))


@lru_cache(maxsize=1)
def _sentence_end(grammar: Grammar) -> Scanner:
    return Scanner(grammar.regex("relations", "sentence_end"))


class Chunker:
    """Cuts the numbers of one report into chunks, sentence by sentence."""

    def __init__(
        self,
        reading: Reading,
        begin: int,
        finish: int,
        quantities: Sequence[Quantity],
        times: Sequence[tuple[int, int]],
        places: Sequence[tuple[int, int]],
        grammar: Grammar,
    ) -> None:
        """`begin` and `finish` bound the report; `times` and `places` are where its expressions of them stand."""
        self.reading = reading
        self.grammar = grammar
        self._begin, self._finish = begin, finish
        self._quantities = quantities
        self._numbers = [q.at.start for q in quantities]
        self._skips = sorted((*times, *places))
        self._skip_starts = [s for s, _ in self._skips]
        self._places = places
        self._place_starts = [s for s, _ in places]
        self._patterns = _patterns(grammar)
        prose = finish - begin
        commas = reading.text.count(",", begin, finish)
        # A report whose commas are gone: a number there belongs to the words before it, as far as there are any.
        self.commaless = prose > SHORT_PROSE and commas < FEW_COMMAS * prose

    def sentences(self) -> Iterator[list[Chunk]]:
        """The chunks of each sentence that holds a number."""
        text = self.reading.text
        marks = _sentence_end(self.grammar).finditer(text, self._begin, self._finish)
        ends = list(self._cut([m.end() for m in marks]))
        k = 0
        while k < len(self._quantities):
            at = bisect_right(ends, self._numbers[k])
            start = ends[at - 1] if at else self._begin
            end = ends[at] if at < len(ends) else self._finish
            last = bisect_left(self._numbers, end, k + 1)
            while start < end and text[start].isspace():
                start += 1
            while start < end and text[end - 1].isspace():
                end -= 1  # white space behind noise would draw the noise into the sentence
            group = self._quantities[k:last]
            yield self._chunks(group, start, max(end, group[-1].at.end))
            k = last

    def _cut(self, ends: Sequence[int]) -> Iterator[int]:
        """The ends of sentences, with ends put into what is longer than any sentence: behind the last comma or the like
        that leaves half of it, else anywhere but in a number. All work on a sentence may then be done for each number
        of it."""
        begin = self._begin
        for end in (*ends, self._finish):
            while end - begin > LONGEST_SENTENCE:
                half, limit = begin + LONGEST_SENTENCE // 2, begin + LONGEST_SENTENCE
                marks = self._patterns.clause_end.finditer(self.reading.text, half, limit)
                cut = max((m.end() for m in marks), default=limit)
                k = bisect_left(self._numbers, cut) - 1
                if k >= 0 and self._numbers[k] > begin and self._quantities[k].at.end > cut:
                    cut = self._numbers[k]
                yield cut
                begin = cut
            if end < self._finish:
                yield end
            begin = end

    def _chunks(self, group: Sequence[Quantity], start: int, end: int) -> list[Chunk]:
        text = self.reading.text
        patterns = self._patterns
        chunks: list[Chunk] = []
        clauses = Clauses(patterns.clause_end, text, start, end)
        unbroken = self.commaless or self._unbroken(group, start, end)
        previous = start
        for k, quantity in enumerate(group):
            at = quantity.at
            between = text[previous : at.start]
            clause = clauses.begin(at.start) - previous
            if clause <= 1:  # a mark right behind the number before, whatever that ends with
                mark = patterns.clause_end.match(between)
                clause = mark.end() if mark else 0
            opened, inside = _opened(between)
            low = max(previous + max(clause, opened), at.start - LONGEST_CLAUSE)
            if unbroken:
                low = self._last_place(low, at.start)
            if low == start or text[low - 1] in LIST_BEGINS:
                number = patterns.list_number.match(text, low, at.start)
                low = number.end() if number else low
            edge = at.start
            unit = self.grammar.surfaces.get(quantity.unit) or self.grammar.units.get(quantity.base_unit)
            lead = patterns.per_lead.search(text, low, at.start) if unit and unit.kind == "weight" else None
            if lead:  # 浓度为每立方米20微克: the denominator of the unit is no part of the name
                edge = lead.start()
            if quantity.rule == RANKS[0] and (verb := patterns.rank_verb.search(text, low, at.start)):
                edge = verb.start()  # 居全国第3位: what is ranked stands before the verb
            following = group[k + 1].at.start if k + 1 < len(group) else end
            bound = patterns.bound_after.match(text, at.end)
            after = bound.end() if bound else at.end
            high = min(self._right_end(after, following), after + FAR_CLAUSE)
            listed = bool(chunks) and bool(patterns.separators.fullmatch(between))
            chunk = Chunk(
                quantity=quantity,
                kind=unit.kind if unit else "",
                left=phrases.read_left(self.stretch(low, edge), self.grammar),
                low=low,
                after=after,
                high=high,
                sentence=(start, end),
                clauses=clauses,
                same_clause=bool(chunks) and low == previous and not listed,
                listed=listed,
                bracketed=inside and low >= opened + previous,
                borrows=high <= after and k + 1 < len(group) and following == after,
                against=self._against(low, at.start, after),
                unbroken=unbroken,
            )
            if chunks and chunks[-1].against:
                chunk = self._apart(chunks[-1], chunk)
            chunks.append(chunk)
            previous = after
        for k in range(len(chunks) - 1, 0, -1):
            if chunks[k].against and chunks[k].listed:
                chunks[k - 1] = chunks[k - 1]._replace(against=True)  # 高于70%和85%的考核标准
        return chunks

    def _right_end(self, low: int, high: int) -> int:
        """Where the right side of a number ends that begins at `low`; brackets in a noun (乡(镇)卫生院) end none."""
        at = low
        while end := self._patterns.right_end.search(self.reading.text, at, high):
            if end["end"]:
                return end.start()
            at = end.end()
        return high

    def _unbroken(self, group: Sequence[Quantity], start: int, end: int) -> bool:
        """Does a long sentence of many numbers have no mark between them, but for a few?"""
        if end - start < LONG_SENTENCE or len(group) < MANY_NUMBERS:
            return False
        gaps = [self.reading.text[a.at.end : b.at.start] for a, b in pairwise(group)]
        closed = sum(bool(self._patterns.mark.search(gap)) or len(gap) < 2 for gap in gaps)
        return closed * 3 <= len(gaps)

    def _against(self, low: int, start: int, after: int) -> bool:
        """Is a number between `start` and `after` what another is compared with?"""
        patterns, text = self._patterns, self.reading.text
        if patterns.against.search(text, low, start) or patterns.reference_after.match(text, after):
            return True
        return bool(patterns.standard_after.match(text, after) and patterns.apart.search(text, low, start))

    def _apart(self, standard: Chunk, chunk: Chunk) -> Chunk:
        """A number behind the standard that it is the distance to (高出国家规定的90%标准8.6个百分点)."""
        gap = self._patterns.apart.search(self.before(standard))
        if gap is None or not chunk.same_clause or chunk.left.relation or chunk.left.verbs:
            return chunk
        relation = "gap_up" if gap["up"] else "gap_down"
        return chunk._replace(left=chunk.left._replace(head=(), name="", relation=relation))

    def _last_place(self, low: int, high: int) -> int:
        """Where commas are gone, a place (全市) begins a new clause: where the last one stands that leaves words."""
        k = bisect_left(self._place_starts, high) - 1
        while k >= 0 and self._places[k][1] > high - 2:
            k -= 1
        return max(low, self._places[k][0]) if k >= 0 else low

    def stretch(self, low: int, high: int) -> Stretch:
        """The characters between two reading offsets, with the times and places among them."""
        if high <= low:
            return EMPTY
        first = bisect_left(self._skip_starts, low)
        last = bisect_left(self._skip_starts, high, first)
        skips = tuple([(start - low, end - low) for start, end in self._skips[first:last]]) if last > first else ()
        return Stretch(self.reading.raw[low:high], self.reading.text[low:high], skips)

    def tokens(self, low: int, high: int) -> list[Token]:
        """The words between two reading offsets, times and places as words that are passed over."""
        return phrases.tokens(self.stretch(low, high), self.grammar)

    def words(self, low: int, high: int) -> str:
        """The words between two reading offsets as the report writes them, without times and places."""
        stretch = self.stretch(low, high)
        return phrases.wording(stretch.raw, phrases.tokens(stretch, self.grammar))

    def wording(self, chunk: Chunk, words: Sequence[Token]) -> str:
        """Words of the left side of a chunk as the report writes them."""
        return phrases.wording(self.reading.raw[chunk.low : chunk.start], words)

    def verb(self, chunk: Chunk) -> str:
        """The last verb before a number as the report writes it."""
        return self.wording(chunk, chunk.left.verbs[-1:])

    def raw(self, low: int, high: int) -> str:
        """The characters between two reading offsets as the report writes them, without separators at the rim."""
        return self.reading.raw[low:high].strip(_RIM)

    def before(self, chunk: Chunk) -> str:
        """The left side of a chunk, folded."""
        return self.reading.text[chunk.low : chunk.start]

    def head(self, low: int, high: int) -> str:
        """What a stretch of text says is measured, read as the left side of a number."""
        return phrases.read_left(self.stretch(low, high), self.grammar).name

    def right(self, chunks: Sequence[Chunk], k: int) -> tuple[str, bool, int]:
        """The noun phrase behind number `k`, whether words follow it in its clause, and where it begins.

        四批次355项政务服务事项: both count the noun behind the second.
        """
        while chunks[k].borrows or self._shares_noun(chunks, k):
            k += 1
        chunk = chunks[k]
        between = k + 1 < len(chunks) and chunk.high == chunks[k + 1].start
        noun, more, begin = phrases.read_right(self.stretch(chunk.after, chunk.high), between, self.grammar)
        return noun, more, chunk.after + begin

    def rest_of_clause(self, start: int, end: int) -> str:
        """What a clause says from `start` on, `end` at the latest."""
        mark = CLAUSE_MARK.search(self.reading.text, start, end)
        return self.raw(start, mark.start() if mark else end)

    def _shares_noun(self, chunks: Sequence[Chunk], k: int) -> bool:
        """相继出台43条、16条具体举措: the noun stands behind the last of the list."""
        if k + 1 >= len(chunks) or not chunks[k + 1].listed or chunks[k].high > chunks[k].after or chunks[k].left.head:
            return False
        same = chunks[k].quantity.unit == chunks[k + 1].quantity.unit and chunks[k].kind == "count"
        return same and self.reading.text[chunks[k].after] == LIST_COMMA

    def doer(self, chunk: Chunk) -> str:
        """The subject of the last verb before a number, where it stands in the same clause (中欧班列累计开行)."""
        verb = chunk.low + chunk.left.verbs[-1].start
        return phrases.read_subject(self.stretch(chunk.low, verb), self.grammar)

    def clause_before(self, chunk: Chunk) -> str:
        """The subject of the clause before the number's own, if no number stands in that clause."""
        text, low, start = self.reading.text, chunk.low, chunk.sentence[0]
        if chunk.same_clause or low - 1 <= start or text[low - 1] not in ",;:":
            return ""
        first = max(start, low - 1 - FAR_CLAUSE)
        ends = (m.end() for m in self._patterns.clause_end.finditer(text, first, low - 1))
        begin = max(ends, default=first)
        if begin > start and begin == first:
            return ""  # no clause of a sentence is as long as that
        if self._patterns.aside.match(text, begin, low):
            return ""  # 按可比价格计算: says how, not what
        first = bisect_left(self._numbers, begin)
        if first < len(self._numbers) and self._numbers[first] < low:
            return ""
        clause = self.stretch(begin, low - 1)
        return phrases.read_clause(clause, self.grammar) or phrases.read_left(clause, self.grammar).name


def _opened(before: str) -> tuple[int, bool]:
    """Where the words of a number begin beside brackets, and whether that is inside one that is still open; a bracket
    within a word (乡(镇)卫生院) is closed, and what follows a bracket that was opened before the last number begins
    anew."""
    if ")" not in before and "(" not in before:
        return 0, False
    depth = 0
    for i in range(len(before) - 1, -1, -1):
        if before[i] == ")":
            depth += 1
        elif before[i] == "(":
            if depth == 0:
                return i + 1, True
            depth -= 1
    return (before.rfind(")") + 1 if depth else 0), False
