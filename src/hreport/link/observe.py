"""Which number belongs to which indicator: quantities of a report -> Observations.

Each number has a chunk of clause on its left and one on its right. The noun phrase stands in one of them, is split around
the number, is shared by several numbers (A、B分别增长x、y), or was said before and is inherited.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from hreport.grammar import Grammar
from hreport.link import phrases
from hreport.link.context import Map, Timeline
from hreport.link.phrases import Left, Token
from hreport.link.status import Outlook
from hreport.model import Basis, Bound, Direction, Exact, Masked, Measure, Observation, Quantity, Report, Span
from hreport.split import Layout
from hreport.tag.words import cut
from hreport.tag.areas import AreaMention
from hreport.tag.times import TimeMention

LONGEST_CLAUSE = 120  # characters: what stands farther from a number than this does not govern it
FEW_COMMAS = 0.01  # commas a character: reports have 0.04 to 0.07, the one whose commas are gone 0.0006
SMALL_RATE = 100  # a figure per thousand people is below this: beds 1 to 12, physicians 1 to 7, nursery places 0 to 8
LONGEST_VERB_PHRASE = 24  # a noun too general to stand alone takes the words that follow it, up to this many characters


@dataclass(frozen=True, slots=True)
class _Item:
    """A metric with what its chunks say."""

    quantity: Quantity
    left: Left
    low: int  # where its left chunk begins
    high: int  # where its right chunk ends
    after: int  # where the text behind the unit and its bound word begins
    sentence: tuple[int, int]
    same_chunk: bool  # the number before it stands in the same clause, nothing but words between
    listed: bool  # nothing but a separator between the number before it and this one
    bracketed: bool  # it stands in a bracket


@dataclass(slots=True)
class _Tools:
    sentence_end: re.Pattern[str]
    clause_end: re.Pattern[str]
    bound_after: re.Pattern[str]
    separators: re.Pattern[str]
    right_end: re.Pattern[str]
    heads: re.Pattern[str]
    heads_comma: re.Pattern[str]
    shared: re.Pattern[str]
    at_least: re.Pattern[str]
    average_fall: re.Pattern[str]
    counted: re.Pattern[str]
    money: re.Pattern[str]
    household: re.Pattern[str]
    event: re.Pattern[str]
    people: re.Pattern[str]
    share_of: re.Pattern[str]
    giving: re.Pattern[str]
    each_prefix: re.Pattern[str]
    growth_after: re.Pattern[str]
    list_number: re.Pattern[str]
    no_area: re.Pattern[str]
    own_area: re.Pattern[str]
    whole_country: re.Pattern[str]
    country_here: re.Pattern[str]
    rank_area: re.Pattern[str]
    rank_verb: re.Pattern[str]
    items_suffix: re.Pattern[str]
    bounded_rate: re.Pattern[str]
    unbounded: re.Pattern[str]


@lru_cache(maxsize=1)
def _tools(grammar: Grammar) -> _Tools:
    relations = grammar.tables["relations"]

    def compiled(name: str) -> re.Pattern[str]:
        return re.compile(grammar.expand(relations[name].pattern))

    return _Tools(**{name: compiled(name) for name in _Tools.__slots__})


def link(
    layout: Layout,
    report: Report,
    quantities: Sequence[Quantity],
    times: Sequence[TimeMention],
    areas: Sequence[AreaMention],
    grammar: Grammar,
) -> Iterator[tuple[Observation, str]]:
    """The observations of one report, each with the verb in front of what is measured; `quantities` are its metrics, in
    order."""
    if not quantities:
        return
    linker = _Linker(layout, report, times, areas, grammar)
    yield from linker.run(quantities)


class _Linker:
    def __init__(
        self, layout: Layout, report: Report, times: Sequence[TimeMention], areas: Sequence[AreaMention], grammar: Grammar
    ) -> None:
        self.grammar = grammar
        self.tools = _tools(grammar)
        self.say = phrases.lists(grammar)
        self.layout = layout
        self.reading = layout.reading
        self.report = report
        self.outlook = Outlook(report, layout.reading, grammar)
        comparing = grammar.words["comparing"].words
        self.timeline = Timeline(
            [t for t in times if not (t.text[:1] in comparing or self.reading.text[t.at.start - 1 : t.at.start] in comparing)]
        )
        telling = [a for a in areas if self._tells(a)]
        self.map = Map(telling, lambda a: bool(self.tools.own_area.match(a.text)))
        spans = [(t.at.start, t.at.end) for t in times] + [(a.at.start, a.at.end) for a in areas if a.kind != "part"]
        self.skips = sorted(spans)
        self._skip_starts = [s for s, _ in self.skips]
        self.begin = self.reading.index(report.span.start)
        self.finish = self.reading.index(report.span.end)
        self.numbers: list[int] = []
        prose = self.reading.text[self.begin : self.finish]
        # A report whose commas are gone: a number there belongs to the words before it, as far as there are any.
        self.commaless = len(prose) > 200 and prose.count(",") < FEW_COMMAS * len(prose)

    def _tells(self, area: AreaMention) -> bool:
        """Can the expression be the area of a figure? 我委 is none, nor what stands in the title of a book, nor the 全国 of
        全国重点实验室."""
        text = self.reading.text
        if self.tools.no_area.match(text, area.at.start, area.at.end + 4):
            return False
        if self.tools.whole_country.fullmatch(area.text) and not self.tools.country_here.search(text, max(area.at.start - 6, 0), area.at.end + 8):
            return False
        opened = text.rfind(BOOK[0], max(0, area.at.start - 40), area.at.start)
        return opened < 0 or BOOK[1] in text[opened : area.at.start]

    # --- chunks ------------------------------------------------------------------------------------------------------

    def run(self, quantities: Sequence[Quantity]) -> Iterator[tuple[Observation, str]]:
        text = self.reading.text
        self.numbers = [q.at.start for q in quantities]
        ends = [m.end() for m in self.tools.sentence_end.finditer(text, self.begin, self.finish)]
        groups: list[list[Quantity]] = []
        last = -1
        for quantity in quantities:
            k = bisect_right(ends, quantity.at.start)
            if k != last:
                groups.append([])
                last = k
            groups[-1].append(quantity)
        for group in groups:
            k = bisect_right(ends, group[0].at.start)
            start = ends[k - 1] if k else self.begin
            end = ends[k] if k < len(ends) else self.finish
            while start < end and text[start].isspace():
                start += 1
            yield from self.sentence(group, start, max(end, group[-1].at.end))

    def items(self, group: Sequence[Quantity], start: int, end: int) -> list[_Item]:
        text = self.reading.text
        items: list[_Item] = []
        previous = start
        for k, quantity in enumerate(group):
            at = quantity.at
            before = text[previous : at.start]
            clause = max((m.end() for m in self.tools.clause_end.finditer(before)), default=0)
            opened = self._opened(before)
            low = previous + max(clause, opened)
            low = max(low, at.start - LONGEST_CLAUSE)
            begins = low == start or text[low - 1] in LIST_BEGINS
            if begins and (number := self.tools.list_number.match(text, low, at.start)):
                low = number.end()
            if quantity.rule == "quantity.ordinal" and (rank := self.tools.rank_verb.search(text, low, at.start)):
                edge = rank.start()
            else:
                edge = at.start
            following = group[k + 1].at.start if k + 1 < len(group) else end
            bound = self.tools.bound_after.match(text, at.end)
            after = bound.end() if bound else at.end
            high = next((m.start() for m in self.tools.right_end.finditer(text, after, following) if m["end"]), following)
            left = phrases.read_left(phrases.tokens(self.reading, low, edge, self._skips(low, edge), self.grammar), self.grammar)
            between = text[previous : at.start]
            listed = bool(items) and bool(self.tools.separators.fullmatch(between))
            same = bool(items) and low == previous and not listed
            if high <= after and k + 1 < len(group) and group[k + 1].at.start == after:
                high = -1  # 四批次355项政务服务事项: both count the noun behind the second
            items.append(_Item(quantity, left, low, high, after, (start, end), same, listed, opened > 0 and low >= opened + previous))
            previous = after
        return items

    def _opened(self, before: str) -> int:
        """Where a bracket that is still open begins its inside; a bracket within a word (乡(镇)卫生院) is closed."""
        depth = 0
        for i in range(len(before) - 1, -1, -1):
            if before[i] in ")":
                depth += 1
            elif before[i] in "(":
                if depth == 0:
                    return i + 1
                depth -= 1
        if depth:  # the bracket was opened before the last number: what is in it is done with
            return before.rfind(")") + 1
        return 0

    def _skips(self, low: int, high: int) -> list[tuple[int, int]]:
        k = bisect_left(self._skip_starts, low)
        return [s for s in self.skips[k : bisect_left(self._skip_starts, high)]]

    def right(self, item: _Item, items: Sequence[_Item], k: int) -> tuple[tuple[Token, ...], bool]:
        if item.high < 0:
            return self.right(items[k + 1], items, k + 1)
        words = phrases.tokens(self.reading, item.after, item.high, self._skips(item.after, item.high), self.grammar)
        return phrases.read_right(words, self.grammar)

    # --- linking -----------------------------------------------------------------------------------------------------

    def sentence(self, group: Sequence[Quantity], start: int, end: int) -> Iterator[tuple[Observation, str]]:
        done: list[Observation] = []
        items = self.items(group, start, end)
        shared: dict[int, str] = {}
        said = ""  # the verb before a list governs all its members
        k = 0
        while k < len(items):
            item = items[k]
            run = self._run(items, k)
            names = self._distributed(items, k, run, done)
            if names:
                for i, name in enumerate(names):
                    shared[k + i] = name
                items[k : k + run] = self._same_bound(items[k : k + run], item.left.distributed)
            observation = self.observe(items, k, shared.get(k), done)
            verb = "".join(w.text for w in items[k].left.verbs)
            if not verb and k and items[k].listed:
                verb = said
            done.append(observation)
            yield observation, verb
            said = verb
            k += 1

    def _run(self, items: Sequence[_Item], k: int) -> int:
        """How many numbers of a kind follow one another with nothing but separators between."""
        n = 1
        kind = self._kind(items[k].quantity)
        while k + n < len(items) and items[k + n].listed and (items[k].left.distributed or self._kind(items[k + n].quantity) == kind):
            n += 1
        return n

    def _kind(self, quantity: Quantity) -> str:
        """What the unit measures; "" where none is written."""
        unit = self.grammar.surfaces.get(quantity.unit) or self.grammar.units.get(quantity.base_unit)
        return unit.kind if unit else ""

    def _same_bound(self, items: Sequence[_Item], distributed: bool) -> list[_Item]:
        """`分别达到xx%、xx%以上`: the bound word behind the last, or before the first, holds for all."""
        last: Bound = items[-1].quantity.bound
        if last == "exact":
            last = items[0].quantity.bound
        if not distributed or last not in ("min", "max", "approx"):
            return list(items)
        return [replace(i, quantity=replace(i.quantity, bound=last)) if i.quantity.bound == "exact" else i for i in items]

    def _distributed(self, items: Sequence[_Item], k: int, run: int, done: Sequence[Observation]) -> list[str]:
        """The names of several numbers that follow one another, where each has its own."""
        item = items[k]
        if run < 2 or item.listed and not item.left.distributed:
            return []
        head = item.left.head
        text = phrases.wording(self.reading, head)
        if not head and item.left.distributed:
            text = self._clause_before(item)
        if not text:
            # 城镇…17175元,农村…5153元,实际增长9.8%和8.5%: the last indicators, in order.
            names: list[str] = []
            for o in reversed(done):
                if o.indicator not in names and o.measure == "level":
                    names.append(o.indicator)
            return names[:run][::-1] if len(names) >= run and item.left.relation in ("up", "down") else []
        if not item.left.distributed and not self.tools.counted.search(self.reading.text[item.low : item.quantity.at.start]):
            return []
        for separator in (self.tools.heads_comma, self.tools.heads):
            names = [self.tools.items_suffix.sub("", n) for n in separator.split(text) if n]
            if len(names) == run:
                return self._completed(names)
        return []

    def _completed(self, names: list[str]) -> list[str]:
        """Names of a list with the noun that only the last one carries (黄金、白银、镍产量): what the last one has after
        as many words as the others have."""
        words = [cut(n) for n in names]
        short = [w for w in words[:-1] if w[-1] != words[-1][-1]]
        if not short or len(short) < len(words) - 1:
            return names
        match = self.tools.shared.search(names[-1])
        known = match[0] if match and len(match[0]) < len(names[-1]) else ""
        aligned = "".join(words[-1][max(len(w) for w in short) :])
        suffix = max(known, aligned, key=len) if known in aligned else known or aligned
        return [n + suffix for n in names[:-1]] + names[-1:] if suffix else names

    def _clause_before(self, item: _Item) -> str:
        """The noun phrase of the clause before the number's own, if no number stands in it."""
        text = self.reading.text
        low = item.low
        if low - 1 <= item.sentence[0] or text[low - 1] not in ",;:":
            return ""
        before = max((m.end() for m in self.tools.clause_end.finditer(text, item.sentence[0], low - 1)), default=item.sentence[0])
        if self.numbers[bisect_left(self.numbers, before) :][:1] and self.numbers[bisect_left(self.numbers, before)] < low:
            return ""
        words = phrases.tokens(self.reading, before, low - 1, self._skips(before, low - 1), self.grammar)
        subject = phrases.read_subject(words, self.grammar)
        return phrases.wording(self.reading, subject or phrases.read_left(words, self.grammar).head)

    def observe(self, items: Sequence[_Item], k: int, name: str | None, done: Sequence[Observation]) -> Observation:
        item = items[k]
        quantity, left = item.quantity, item.left
        kind = self._kind(quantity)
        ratio = kind in ("percent", "point", "times", "tenth", "rate") or not quantity.unit
        ordinal = quantity.rule == "quantity.ordinal"
        before = range(k - 1, -1, -1) if item.bracketed else (i for i in range(k - 1, -1, -1) if not items[i].bracketed)
        previous = next((done[i] for i in before), None)
        head = phrases.wording(self.reading, left.head)
        right, more = self.right(item, items, k) if not ordinal else ((), False)
        carried = False
        if name is not None:
            indicator, rule = name, "distributed"
        elif item.listed and previous is not None and not head and not left.verbs and (ratio or not right):
            indicator, rule, carried = previous.indicator, "listed", True
        else:
            indicator, rule, carried = self._indicator(item, head, right, more, ratio, ordinal, kind, previous)
        measure, direction = self._measure(item, kind, ordinal)
        goes_on = previous is not None and not left.relation and not left.added and not ordinal
        if previous is not None and (rule == "listed" or name is not None and item.listed):
            measure, direction = previous.measure, previous.direction
        elif previous is not None and goes_on and not ratio and (item.bracketed or self._goes_on(item, previous)) and previous.measure == "change":
            measure, direction = previous.measure, previous.direction
        quantity = self._completed_quantity(quantity, indicator, item)
        return self._placed(item, quantity, indicator, measure, direction, rule, left, previous, carried)

    def _goes_on(self, item: _Item, previous: Observation) -> bool:
        """公办园托位1.6万个、基础教育学位8.4万个: the verb of adding before the list governs the later members too."""
        if item.left.verbs or item.left.strong or item.left.bounded:
            return False
        gap = self.reading.text[previous.quantity.at.end : item.quantity.at.start]
        return gap[:1] == LIST_COMMA

    def _indicator(
        self, item: _Item, head: str, right: Sequence[Token], more: bool, ratio: bool, ordinal: bool, kind: str,
        previous: Observation | None,
    ) -> tuple[str, str, bool]:  # fmt: skip
        """The wording of what is measured, the rule, and whether it was inherited."""
        left = item.left
        verb = phrases.wording(self.reading, left.verbs[-1:])
        noun = phrases.wording(self.reading, right)
        if ratio or ordinal:
            if left.share and head:
                return head, "share", False
            whole = self.tools.share_of.search(self.reading.text[item.low : item.quantity.at.start])
            if whole:
                return self._raw(item.low + whole.start("of"), item.low + whole.end("of")), "share_of", False
            if head:
                return head, "left", False
            if noun and left.verbs and not left.relation:
                return verb + noun, "covered", False
            if (subject := self._clause_before(item)) and not item.same_chunk:
                return subject, "clause_before", False
            if previous is not None and (left.relation or left.share or not noun):
                return previous.indicator, "inherited", True
            if noun:
                return noun, "right", False
            return self._fallback(item), "fallback", False
        if noun and left.each:
            return self._each(item) + noun, "split", False
        giving = self.tools.giving.search(self.reading.text[item.low : item.quantity.at.start])
        if giving and noun and kind == "money":
            given = phrases.tokens(self.reading, item.low, item.low + giving.start(), self._skips(item.low, item.low + giving.start()), self.grammar)
            to = phrases.wording(self.reading, phrases.read_left(given, self.grammar).head)
            return (to + self._particle() + noun if to else noun), "given", False
        if noun and self.commaless and head and not left.listing and not left.each:
            return head, "left", False
        if noun and not (left.strong and head) and not (kind == "money" and head and not left.listing and not item.same_chunk and not self._of(item)):
            general = noun in self.say.generic or len(noun) <= 1
            if general and more:
                phrase = self._raw(right[0].start, item.high)
                if len(phrase) <= LONGEST_VERB_PHRASE:
                    return phrase, "right_phrase", False
            return noun, "right", False
        if head and previous is not None and item.quantity.base_unit and (each := self._shared_each(item, previous)):
            return each + head, "each_listed", False
        if head:
            return head, "left", False
        if left.verbs:
            after = self._raw(item.after, item.high)
            if kind == "person" and after and len(after) <= LONGEST_VERB_PHRASE and not verb:
                return after, "right_phrase", False
            return verb, "verb", False
        if not noun and not item.same_chunk and (subject := self._clause_before(item)):
            return subject, "clause_before", False
        if left.relation and previous is not None:
            return previous.indicator, "inherited", True
        if noun:
            return noun, "right", False
        if kind in ("person", "event", "count") and item.after < item.high:
            after = self._raw(item.after, item.high)
            if 2 <= len(after) <= LONGEST_VERB_PHRASE:
                return after, "right_phrase", False
        if previous is not None:
            return previous.indicator, "inherited", True
        return self._fallback(item), "fallback", False

    def _of(self, item: _Item) -> bool:
        """Is the money that of the noun behind it (1万元的奖励)?"""
        return self.reading.text[item.after : item.after + 1] == self._particle()

    def _particle(self) -> str:
        return self.grammar.words["of"].words[0]

    def _shared_each(self, item: _Item, previous: Observation) -> str:
        """每千人口床位数6.26张、执业医师数2.48人: what stands before the first of a list holds for the others, as long as
        they are small numbers of the same sort."""
        match = self.tools.each_prefix.match(previous.indicator)
        value, other = item.quantity.value, previous.quantity.value
        if match is None or self.reading.text[previous.quantity.at.end : previous.quantity.at.end + 1] not in (LIST_COMMA, ","):
            return ""
        if self.tools.each_prefix.match(phrases.wording(self.reading, item.left.head)):
            return ""
        if isinstance(value, Exact) and isinstance(other, Exact):
            small = value.number < SMALL_RATE and value.number != value.number.to_integral_value()
            return match[0] if small and other.number < SMALL_RATE else ""
        return match[0] if isinstance(value, Masked) and "." in value.numeral and item.quantity.unit == item.quantity.base_unit else ""

    def _each(self, item: _Item) -> str:
        match = self.say.each.search(self.reading.text, item.low, item.quantity.at.start)
        return match["each"] if match else ""

    def _raw(self, start: int, end: int) -> str:
        return self.reading.raw[start:end].strip(" \t\u3000\u3001,\uff0c")

    def _fallback(self, item: _Item) -> str:
        """Nothing is known: the words before the number, as they stand."""
        words = phrases.tokens(self.reading, item.low, item.quantity.at.start, self._skips(item.low, item.quantity.at.start), self.grammar)
        text = phrases.wording(self.reading, words)
        return text or self._clause_before(item) or self._raw(item.after, min(item.high, item.after + 20))

    def _measure(self, item: _Item, kind: str, ordinal: bool) -> tuple[Measure, Direction | None]:
        left = item.left
        if ordinal:
            return "rank", None
        direction: Direction | None = {"up": "up", "down": "down", "gap_up": "up", "gap_down": "down"}.get(left.relation)  # type: ignore[assignment]
        if kind == "times":
            return "multiple", direction or "up"
        if direction:
            if kind in ("percent", "tenth") or not item.quantity.unit:
                return "change_rate", direction
            return "change", direction
        if kind in ("percent", "tenth") and (growth := self.tools.growth_after.match(self.reading.text, item.after)):
            return "change_rate", "down" if growth["down"] else "up"
        if self.tools.average_fall.search(phrases.wording(self.reading, left.head)):
            match = self.tools.average_fall.search(phrases.wording(self.reading, left.head))
            return "change_rate", "down" if match and match["down"] else "up"
        if left.added and kind not in ("percent", "tenth", "rate") and not left.strong:
            return "change", left.added  # type: ignore[return-value]
        return "level", None

    def _completed_quantity(self, quantity: Quantity, indicator: str, item: _Item) -> Quantity:
        """The unit that is not written, the bound said farther off, and damage that only the indicator shows."""
        if quantity.base_unit == "" and quantity.unit:
            around = indicator + self.reading.text[item.low : item.quantity.at.start]
            base = (
                self.tools.event if self.tools.event.search(indicator) else
                self.tools.household if self.tools.household.search(indicator) else
                self.tools.money if self.tools.money.search(indicator) else
                self.tools.people if self.tools.people.search(around) else self.tools.money
            )  # fmt: skip
            unit = self.grammar.words[{id(self.tools.event): "unit_event", id(self.tools.household): "unit_household", id(self.tools.money): "unit_money",
                                       id(self.tools.people): "unit_people"}[id(base)]].words[0]  # fmt: skip
            quantity = replace(quantity, base_unit=unit)
        if quantity.bound == "exact" and self.tools.at_least.search(self.reading.text, item.low, quantity.at.start):
            quantity = replace(quantity, bound="min")
        rate = self.tools.bounded_rate.search(indicator) and not self.tools.unbounded.search(indicator)
        if quantity.repaired is not None and quantity.damage == "year_scrub" and not rate:
            quantity = replace(quantity, repaired=None)
        if (
            quantity.damage is None and rate and quantity.base_unit == "%" and isinstance(quantity.value, Exact)
            and quantity.value.number > 100 and "." not in quantity.numeral and item.left.relation not in ("up", "down")
        ):  # fmt: skip
            quantity = replace(quantity, damage="lost_point")
        return quantity

    def _placed(
        self, item: _Item, quantity: Quantity, indicator: str, measure: Measure, direction: Direction | None, rule: str,
        left: Left, previous: Observation | None, carried: bool,
    ) -> Observation:  # fmt: skip
        start, end = item.sentence
        text = self.reading.text
        origin = quantity.span.start
        before = text[start : quantity.at.start]
        stop = self.tools.clause_end.search(text, quantity.at.end, end)
        after = text[quantity.at.end : stop.start() if stop else end]
        clause = max((m.end() for m in self.tools.clause_end.finditer(before)), default=0)
        status = self.outlook.of(origin, before, before[clause:], after, left.relation.startswith("gap"))
        paragraph = max(text.rfind("\n", self.begin, start) + 1, self.begin)
        period = self.timeline.of(paragraph, start, quantity.at.start)
        headings = self.outlook.headings(origin)
        for section in headings if not period else ():
            low = self.reading.index(section.span.start)
            if period := self.timeline.first(low, low + len(section.heading)):
                break
        before_sentence = max(text.rfind(c, self.begin, max(start - 1, self.begin)) for c in SENTENCE_ENDS)
        place = self.map.of(self.begin, max(before_sentence, self.begin), start, start + clause, quantity.at.start)
        if measure == "rank" and (among := self.tools.rank_area.search(before)):
            place = among["area"]
        basis: Basis | None = left.basis or None if measure in ("change", "change_rate") else None  # type: ignore[assignment]
        if basis is None and carried and previous is not None and measure == previous.measure:
            basis = previous.basis
        page = next((b.page for b in self.layout.document.blocks if b.page and b.span.start <= origin < b.span.end), None)
        return Observation(
            report=self.report.number, quantity=quantity, indicator=indicator, measure=measure, status=status,
            rule=f"link.{rule}", sentence=self.reading.span(start, end), direction=direction, basis=basis, real=left.real,
            period=period, area=place, section=headings[0].heading if headings else "", page=page,
        )  # fmt: skip


BOOK = "\u300a\u300b"
LIST_BEGINS = ";:\n\u3002"
LIST_COMMA = "\u3001"
SENTENCE_ENDS = "\u3002!?\n"
__all__ = ["Masked", "Span", "link"]
