"""Quantities of a report -> Observations: what each number measures, how, when, where, and whether it was reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hreport.grammar import Grammar
from hreport.link.chunks import FAR_CLAUSE, LIST_COMMA, Chunk, Chunker
from hreport.link.context import Context
from hreport.link.measuring import completed, measure
from hreport.link.naming import Namer
from hreport.link.status import Outlook
from hreport.link.vocabulary import vocabulary
from hreport.model import (
    Basis,
    Bound,
    Direction,
    Earlier,
    Measure,
    Observation,
    Quantity,
    Range,
    Report,
    Section,
    Surroundings,
)
from hreport.split import Layout
from hreport.tag.areas import AreaMention
from hreport.tag.times import TimeMention

LIST_ENDS = (LIST_COMMA, "\u548c", "\u53ca")  # between a noun and the next number of its list
BEHIND = ("link.right", "link.right_phrase")  # rules that find what is measured behind the number
EARLIER = 3  # so many numbers before one may say what its bare name is of (粮食面积12万亩、产量5万吨、亩产400公斤)


class Linked(NamedTuple):
    """An observation, what stands around its wording, and what is meant where the wording says two things at once
    (城乡居民收入分别增长5%、6%: 城镇居民收入)."""

    observation: Observation
    around: Surroundings = Surroundings()
    meant: str = ""


def link(
    layout: Layout,
    report: Report,
    quantities: Sequence[Quantity],
    times: Sequence[TimeMention],
    areas: Sequence[AreaMention],
    grammar: Grammar,
) -> Iterator[Linked]:
    """The observations of one report.

    `quantities` are the report's metrics, `times` and `areas` what it names of them, all in order.
    """
    if quantities:
        yield from _Linker(layout, report, quantities, times, areas, grammar).run()


class _Linker:
    def __init__(
        self,
        layout: Layout,
        report: Report,
        quantities: Sequence[Quantity],
        times: Sequence[TimeMention],
        areas: Sequence[AreaMention],
        grammar: Grammar,
    ) -> None:
        reading = layout.reading
        begin, finish = reading.index(report.span.start), reading.index(report.span.end)
        when = [(t.at.start, t.at.end) for t in times]
        where = [(a.at.start, a.at.end) for a in areas if a.kind != "part"]
        self._reading = reading
        self._report = report
        self._chunker = Chunker(reading, begin, finish, quantities, when, where, grammar)
        self._namer = Namer(self._chunker, grammar)
        self._outlook = Outlook(report, reading, grammar)
        self._context = Context(reading, begin, finish, report.year, times, areas, grammar)
        self._layout = layout
        self._prepositions = vocabulary(grammar).preposition

    def run(self) -> Iterator[Linked]:
        for chunks in self._chunker.sentences():
            yield from self._sentence(chunks)

    def _sentence(self, chunks: list[Chunk]) -> Iterator[Linked]:
        done: list[Observation] = []
        names: dict[int, str] = {}
        places: dict[int, str] = {}
        periods: dict[int, str] = {}
        meant: dict[int, str] = {}
        shared: list[str] = []
        around = Surroundings()
        state: Chunk | None = None  # the state before that is nearest (由380元提高到420元)
        for k in range(len(chunks)):
            chunk, run = chunks[k], self._namer.run(chunks, k)
            if run > 1 and chunk.left.distributed:  # 2022年、2023年分别为x、y; 东区、西区分别有x、y
                low, high = chunk.sentence[0], chunk.start
                periods |= {k + i: t for i, t in enumerate(self._context.listed_times(low, high, run))}
                places |= {k + i: a for i, a in enumerate(self._context.listed_places(low, high, run))}
            if run > 1 and (found := self._namer.distributed(chunks, k, run, done, shared)):
                shared = found
                names |= {k + i: name for i, name in enumerate(shared)}
                if chunk.left.distributed:
                    chunks[k : k + run] = _same_bound(chunks[k : k + run])
            if run == 2 and chunk.left.distributed and not shared:
                meant |= dict(enumerate(self._namer.halves(chunk), k))
            observation = self._observe(chunks, k, names.get(k), done, state)
            if k in places:
                observation = observation._replace(area=places[k])
            if k in periods:
                observation = observation._replace(period=periods[k])
            done.append(observation)
            if chunk.left.relation == "from":
                state = chunk
            around = self._around(chunks, k, done, around)
            yield Linked(observation, around, meant.get(k, ""))

    def _goes_on(self, chunks: Sequence[Chunk], k: int) -> bool:
        """Is a number in one list with the number before it (3个、5个), maybe with a noun of its own (医院3家、学校5家;
        3家医院、5家学校)?"""
        left = chunks[k].left
        if chunks[k].listed or not k or left.relation or left.bounded or chunks[k].bracketed:
            return chunks[k].listed  # 新增并网x千瓦、发电量超y度: the verb of the first is not the second's
        end = chunks[k - 1].quantity.at.end
        between = self._reading.text[end : chunks[k].start]
        if not left.head and between.strip(LIST_COMMA):  # 新入选3家、累计10家
            return False
        return between.startswith(LIST_COMMA) or (chunks[k].same_clause and between.endswith(LIST_ENDS))

    def _around(self, chunks: Sequence[Chunk], k: int, done: Sequence[Observation], last: Surroundings) -> Surroundings:
        """What stands around the wording of number `k`, the last of `done`; `last` is that of the number before."""
        text, chunk, found = self._reading.raw, chunks[k], done[-1]
        before = after = ""
        if found.rule in BEHIND and (at := text.find(found.indicator, chunk.after, chunk.sentence[1])) >= 0:
            before = text[chunk.low : chunk.start] + text[chunk.after : at]
            after = self._said_of(chunks, k, at + len(found.indicator))
        elif found.rule not in BEHIND and (at := text.rfind(found.indicator, chunk.low, chunk.start)) >= 0:
            before = text[chunk.low : at]
        if k == 0:
            earlier: tuple[Earlier, ...] = (
                Earlier("", text[max(chunk.sentence[0], chunk.low - FAR_CLAUSE) : chunk.low]),
            )
        else:
            earlier = (
                Earlier(done[k - 1].indicator, text[chunks[k - 1].low : chunk.low]),
                *last.earlier[:EARLIER],
            )
        verb, front = chunk.left.doing, before
        if not verb and self._goes_on(chunks, k):  # what stands before a list governs all its members
            verb, front = last.verb, last.front
        if k and not before and found.indicator == done[k - 1].indicator:
            before = last.before
            if last.verb and found.measure in ("level", "change", "rank"):
                # 新设外资企业260户、增长20%, but 新增全国重点实验室3家、总数达23家
                before = before.rpartition(last.verb)[2] if last.verb in before else ""
        left = text[chunk.low : chunk.start]
        return Surroundings(verb, front, before, after, earlier, found.section, left)

    def _said_of(self, chunks: Sequence[Chunk], k: int, start: int) -> str:
        """What the clause says behind the noun of number `k`, which ends at `start`; "" where it names the next number
        (中选药品12种平均降幅53%)."""
        rest = self._chunker.rest_of_clause(start, chunks[k].sentence[1])
        following = chunks[k + 1] if k + 1 < len(chunks) else None
        if following is None or following.start >= start + len(rest):
            return rest
        acting = any(word.text in self._prepositions for word in self._chunker.tokens(start, following.start))
        return rest if acting or following.left.verbs or not following.left.head else ""

    def _observe(
        self,
        chunks: Sequence[Chunk],
        k: int,
        shared: str | None,
        done: Sequence[Observation],
        earlier_state: Chunk | None,
    ) -> Observation:
        chunk = chunks[k]
        previous = None
        for i in range(k - 1, -1, -1):
            if chunk.bracketed or not chunks[i].bracketed:
                previous = done[i]  # what stands in a bracket is no topic for what follows the bracket
                break
        name = self._namer.name(chunks, k, previous)
        indicator, rule, inherited = name.text, name.rule, name.inherited
        if shared is not None:
            indicator, rule, inherited = shared, "distributed", False
        how, direction = self._measure(chunk, rule, previous)
        quantity = completed(chunk.quantity, indicator, how, chunk, self._chunker)
        basis = chunk.left.basis if how in ("change", "change_rate") else None
        if basis is None and inherited and previous and how == previous.measure:
            basis = previous.basis
        if chunk.left.relation == "from" and not isinstance(chunk.quantity.value, Range):
            rule = "state_before"
        found = self._placed(chunk, earlier_state, quantity, indicator, how, direction, f"link.{rule}", basis)
        if rule == "state_before" and found.status == "target":
            found = found._replace(status="actual")  # 由380元提高到420元: how things are
        if name.area and inherited:
            found = found._replace(area=name.area)
        elif (
            inherited
            and previous
            and "rank" not in (how, previous.measure)
            and not self._context.places(previous.quantity.at.end, chunk.start)
        ):
            found = found._replace(area=previous.area)  # 中心城区床位达到xxxx张,较平时增加xxxx张
        listed = previous and (chunk.listed or self._reading.text[previous.quantity.at.end] == LIST_COMMA)
        if previous and listed and previous.status == "reference":
            found = found._replace(status="reference")  # 标准为绿地率≥36%、覆盖率≥40%
        return found

    def _measure(self, chunk: Chunk, rule: str, previous: Observation | None) -> tuple[Measure, Direction | None]:
        if previous and (rule == "listed" or (rule == "distributed" and chunk.listed)):
            return previous.measure, previous.direction
        how, direction = measure(chunk, self._chunker)
        left = chunk.left
        if previous and previous.measure == "change" and how == "level" and rule in ("part", "left", "right"):
            same = previous.quantity.base_unit == chunk.quantity.base_unit and not left.relation and not left.verbs
            if same and self._namer.is_part(chunk):  # 新增公路63.9万公里,其中高速公路3.3万公里
                return previous.measure, previous.direction
        growing = previous and previous.measure == "change_rate" and how == "level" and rule == "inherited"
        if previous and growing and chunk.ratio:
            gap = self._reading.text[previous.quantity.at.end : chunk.start]
            if LIST_COMMA in gap:  # 增长7%以上、力争达到8%: the growth that is hoped for
                return previous.measure, previous.direction
        if previous and previous.measure == "change" and how == "level" and not chunk.ratio and not left.relation:
            # 新增公办园托位1.6万个、基础教育学位8.4万个: the verb of adding governs the later members of its list too.
            gap = self._reading.text[previous.quantity.at.end : chunk.start]
            listed = gap.startswith(LIST_COMMA) or (gap.endswith(LIST_COMMA) and previous.rule == "link.right")
            if chunk.bracketed or (listed and not left.verbs and not left.bounded):
                return previous.measure, previous.direction
        return how, direction

    def _period(self, chunk: Chunk, earlier_state: Chunk | None, headings: Sequence[Section]) -> str:
        """The period of a number: 由2021年的26.2%提升到28.6% names that of the state before, and of it alone."""
        start, at = chunk.sentence[0], chunk.start
        if chunk.left.relation == "from":
            return self._context.named(chunk.low, at)
        if earlier_state is not None:
            named = self._context.named(earlier_state.start, at)
            return named or self._context.period(start, earlier_state.low, headings)
        return self._context.period(start, at, headings)

    def _placed(
        self,
        chunk: Chunk,
        earlier_state: Chunk | None,
        quantity: Quantity,
        indicator: str,
        how: Measure,
        direction: Direction | None,
        rule: str,
        basis: Basis | None,
    ) -> Observation:
        start, end = chunk.sentence
        origin = quantity.span.start
        headings = self._outlook.headings(origin)
        text, at = self._reading.text, quantity.at
        clause = chunk.clauses.begin(at.start)
        before, near = text[start : at.start], text[clause : at.start]
        after = text[at.end : chunk.clauses.end(at.end)]
        return Observation(
            report=self._report.number,
            quantity=quantity,
            indicator=indicator,
            measure=how,
            status=self._outlook.of(chunk, origin, before, near, after, text[start:end]),
            rule=rule,
            sentence=self._reading.span(start, end),
            direction=direction,
            basis=basis,
            real=chunk.left.real,
            period=self._period(chunk, earlier_state, headings),
            area=self._context.area(start, clause, at.start, how == "rank"),
            section=headings[0].heading if headings else "",
            page=self._layout.page(origin),
        )


def _same_bound(chunks: Sequence[Chunk]) -> list[Chunk]:
    """`分别达到xx%、xx%以上`: the bound word behind the last, or before the first, holds for all."""
    bounds: list[Bound] = [chunks[-1].quantity.bound, chunks[0].quantity.bound]
    said = next((b for b in bounds if b in ("min", "max", "approx")), None)
    if said is None:
        return list(chunks)
    return [c._replace(quantity=c.quantity._replace(bound=said)) if c.quantity.bound == "exact" else c for c in chunks]
