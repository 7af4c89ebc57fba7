"""What must hold between indicators of one place and one year: totals, limits, products, differences.

Figures of one report are held against each other; where a report lacks one, those of other reports of the same place
and year stand in, and the finding is less sure. Where a report gives an indicator several times, any combination that
fits is enough: the others are another circle, and whether they contradict each other is for `series.repeated` to say.
Figures of a part of the year or of the area take no part, nor do targets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, product
from typing import TypeAlias

from hreport.checks.finding import Finding, Part, finding, said
from hreport.checks.rules import Difference, Limit, Product, Rules, Total
from hreport.checks.stated import Interval, Stated
from hreport.messages import Message

Known: TypeAlias = Mapping[str, Sequence[Stated]]
Judge: TypeAlias = Callable[[Sequence[Stated]], tuple[float, Message] | None]

COMBINATIONS = 256  # of figures that a report gives of the same indicators
ELSEWHERE = 0.7  # a finding with figures of several reports
UNDATED = 0.9  # figures without a year, which may be of different ones


def relations(figures: Iterable[Stated], rules: Rules) -> Iterator[Finding]:
    """Every relation of `data/checks.toml` that figures of one place and year break."""
    places: dict[tuple[object, ...], dict[tuple[str, int], dict[str, list[Stated]]]] = defaultdict(dict)
    for s in figures:
        if s.figure is not None and s.far is not None and is_level(s):
            of_report = places[(s.figure.area_key, *when(s))].setdefault(s.report, {})
            of_report.setdefault(s.id, []).append(s)
    for key, reports in places.items():
        less = 1.0 if key[1] is not None else UNDATED
        for ids, roles, judge in _judges(rules):
            inside = [known for known in reports.values() if all(i in known for i in ids[1])]
            for known in inside:
                yield from _broken(known, ids, roles, judge, rules, less)
            if not inside and key[1] is not None and len(reports) > 1:
                everywhere: dict[str, list[Stated]] = defaultdict(list)
                for known in reports.values():
                    for id_, found in known.items():
                        everywhere[id_] += found
                if all(i in everywhere for i in ids[1]):
                    yield from _broken(everywhere, ids, roles, judge, rules, ELSEWHERE)


def when(s: Stated) -> tuple[int | None, str]:
    """The year of a figure; of one without, the period as it is written."""
    year = s.row["year"]
    return (year, "") if year is not None else (None, str(s.row["period"] or ""))


def is_whole(s: Stated) -> bool:
    """Is it a figure of the whole place and the whole year, how things are and not how they were before?"""
    f = s.figure
    if f is None or f.part_area or f.part_year or f.was_before:
        return False
    # 比去年多N人, of an indicator that is a flow, is no level
    return not (f.measure == "level" and s.row["measure"] == "change" and s.row["basis"])


def is_level(s: Stated) -> bool:
    """Is it an actual level of the whole place and the whole year?"""
    return is_whole(s) and s.measure == "level" and s.row["status"] == "actual"


def _broken(
    known: Known, ids: tuple[str, tuple[str, ...]], roles: Sequence[str], judge: Judge, rules: Rules, less: float
) -> Iterator[Finding]:
    """The combination that is least wrong, where none is right."""
    worst: tuple[float, Message, Sequence[Stated]] | None = None
    for chosen in islice(product(*(known[i] for i in ids[1])), COMBINATIONS):
        judged = judge(chosen)
        if judged is None:
            return
        if worst is None or judged[0] < worst[0]:
            worst = (*judged, chosen)
    if worst is not None:
        parts = [Part(role, s) for role, s in zip(roles, worst[2], strict=True)]
        yield finding(rules, ids[0], worst[1], parts, less)


def _judges(rules: Rules) -> Iterator[tuple[tuple[str, tuple[str, ...]], Sequence[str], Judge]]:
    """For each relation: its code and ids, the parts that its figures play, and what says whether it is broken: by how
    much, and in which words."""
    for total in rules.totals.values():
        whole = (total.whole,) if total.whole_is is None else ()
        roles = (*(["total"] if whole else []), *("part" for _ in total.parts))
        yield ("total", (*whole, *total.parts)), roles, _of_total(total)
    for limit in rules.limits.values():
        yield ("limit", (limit.smaller, limit.larger)), ("smaller", "larger"), _of_limit(limit)
    for made in rules.products.values():
        yield (
            ("product", (made.product, *made.factors)),
            ("product", *("factor" for _ in made.factors)),
            _of_product(made),
        )
    for left in rules.differences.values():
        ids = (left.difference, left.minuend, left.subtrahend)
        yield ("difference", ids), ("difference", "minuend", "subtrahend"), _of_difference(left)


def _far(s: Stated) -> Interval:
    assert s.far is not None
    return s.far


def _of_total(rule: Total) -> Judge:
    def judge(chosen: Sequence[Stated]) -> tuple[float, Message] | None:
        parts = chosen if rule.whole_is is not None else chosen[1:]
        whole = _far(chosen[0]) if rule.whole_is is None else Interval(rule.whole_is, rule.whole_is)
        total = Interval(0, 0)
        for s in parts:
            total += _far(s)
        if total.meets(whole) or (not rule.all and total.low <= whole.high):
            return None
        values = {
            "sum": " + ".join(said(s.value) for s in parts), "total": said(sum(s.value or 0 for s in parts)),
            "whole": said(chosen[0].value if rule.whole_is is None else rule.whole_is),
        }  # fmt: skip
        if rule.all:
            return total.away(whole), Message("{sum} = {total}, not {whole}", **values)
        return total.away(whole), Message("{sum} = {total}, more than {whole}", **values)

    return judge


def _of_limit(rule: Limit) -> Judge:
    def judge(chosen: Sequence[Stated]) -> tuple[float, Message] | None:
        smaller, larger = chosen
        if _far(smaller).low <= _far(larger).high:
            return None
        message = Message(
            "{small}: {less} is more than {large}: {more}",
            small=smaller.name, less=said(smaller.value), large=larger.name, more=said(larger.value),
        )  # fmt: skip
        return _far(smaller).away(_far(larger)), message

    return judge


def _of_product(rule: Product) -> Judge:
    def judge(chosen: Sequence[Stated]) -> tuple[float, Message] | None:
        made, factors = chosen[0], chosen[1:]
        interval = Interval(*rule.constant) * Interval(rule.scale, rule.scale)
        value = sum(rule.constant) / 2 * rule.scale
        for s in factors:
            interval *= _far(s)
            value *= s.value or 0
        interval = interval.wider(rule.about)
        if interval.meets(_far(made)):
            return None
        message = Message(
            "{factors} gives {value} {unit}, not {product}",
            factors=" \u00d7 ".join(f"{said(s.value)} {s.unit}" for s in factors),
            value=said(float(f"{value:.4g}")), unit=made.unit, product=said(made.value),
        )  # fmt: skip
        return interval.away(_far(made)), message

    return judge


def _of_difference(rule: Difference) -> Judge:
    def judge(chosen: Sequence[Stated]) -> tuple[float, Message] | None:
        difference, minuend, subtrahend = chosen
        interval = _far(minuend) - _far(subtrahend)
        if interval.meets(_far(difference)):
            return None
        message = Message(
            "{minuend} - {subtrahend} = {value}, not {difference}",
            minuend=said(minuend.value), subtrahend=said(subtrahend.value),
            value=said((minuend.value or 0) - (subtrahend.value or 0)), difference=said(difference.value),
        )  # fmt: skip
        return interval.away(_far(difference)), message

    return judge
