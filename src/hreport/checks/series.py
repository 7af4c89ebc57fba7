"""Figures of one indicator at one place: said twice and differently, growth against the levels of two years, lost
points and units between years, targets and what came of them; and one place against the others.

**Said twice.** Two figures of one indicator, place, year, status, basis and scope that do not meet. What one sentence
says twice is two things (`4个…建成、1个…推进`). Of what is counted, texts often tell of a part as if of the whole: less
sure. Names of anything of their kind (`unspecific` of `data/checks.toml`) are left out, and so are masks.

**Growth against levels.** The level of a year, that of the year before (of the same report or another) and the growth
that is said of the year. Growth in comparable prices does not follow from levels (`real`, and what the text calls
real); levels that are revised afterwards (`revised`) make a finding less sure, and so do two reports.

**Against others.** With six places or more of one rank (provinces, prefectures, counties), a level that is more than
five times the median, or less than a fifth, is suspicious of a rate or a figure per head; of a count or an amount only
beyond a hundred times, since places differ in size. Places whose rank is not known are held against each other, amounts
left out. The median stands still where one place is wrong, and so does the scatter (the median distance), of which a
suspicious figure is farther than four.

**Between years** nothing grows tenfold: a level that is 10, 100 or 1,000 times that of a year nearby, give or take a
fifth, has lost a point or a unit.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import combinations
from statistics import median

from hreport.checks.clauses import grown
from hreport.checks.finding import Finding, Part, finding, said
from hreport.checks.relations import is_level, is_whole, when
from hreport.checks.rules import Rules
from hreport.checks.single import PER_HEAD
from hreport.checks.stated import Stated
from hreport.figures import LOW_CONFIDENCE
from hreport.messages import Message
from hreport.resolve import level_of

PLACES = 6  # to have a median that one wrong figure does not move
STRICT = math.log10(5)
GENEROUS = 2.0  # decades
SCATTER = 4
POINTS = 15  # a growth that is no nearer to the median is suspicious
POINTS_SCATTER = 10
TENFOLD = math.log10(1.2)
YEARS_APART = 3
SMALL = 10  # counts below grow tenfold easily
LESS_REVISED = 0.7
LESS_COUNTED = 0.6
LESS_WORDED = 0.8  # two wordings of one indicator
LESS_ELSEWHERE = 0.7
FAR_TARGET = 10
BESIDE = 8  # characters beside a number that tell what it is
ABOUT = 0.05  # by which a figure may miss a target that is said with 左右
GROWTH = ("change", "change_rate")
YEARLY = (None, "yoy")


def repeated(figures: Iterable[Stated], rules: Rules) -> Iterator[Finding]:
    """The same figure said twice and differently, in one report or in two."""
    groups: dict[Hashable, dict[tuple[str, int], list[Stated]]] = defaultdict(lambda: defaultdict(list))
    for s in figures:
        if s.figure is not None and s.far is not None and _is_clear(s, rules):
            groups[_subject(s, rules)][s.report].append(s)
    for reports in groups.values():
        for found in reports.values():
            yield from _differing(combinations(distinct(found), 2), "stated_twice", rules)
        # Of several reports those that disagree with the first.
        first, *others = (distinct(found) for found in reports.values())
        if when(first[0])[0] is None:
            continue
        different = (o[0] for o in others if not any(a.far and b.far and a.far.meets(b.far) for a in first for b in o))
        for other in distinct(different):
            yield from _differing([(first[0], other)], "reports_differ", rules)


def distinct(figures: Iterable[Stated]) -> list[Stated]:
    """The first figure of each value: a thousand copies of a report say no more than one."""
    return list({(s.far, s.row["basis"]): s for s in reversed(list(figures))}.values())[::-1]


def _is_clear(s: Stated, rules: Rules) -> bool:
    """May another figure of its indicator speak against it?"""
    f = s.figure
    if f is None or f.was_before or s.row["masked"] or s.id in rules.sets["unspecific"]:
        return False
    by_how_much = f.measure == "level" and s.row["measure"] == "change" and s.row["basis"]  # 比去年多N人, of a flow
    confidence = s.row.get("confidence")
    is_sure = confidence is None or confidence >= LOW_CONFIDENCE
    return is_sure and not by_how_much and not _is_milestone(s, rules) and f.measure in ("level", "change_rate")


def _is_milestone(s: Stated, rules: Rules) -> bool:
    """Is it a line that was crossed (跨越5000亿元大关), and not where things stand?"""
    if s.sentence_start is None:
        return False
    sentence, start, end = str(s.row["sentence"]), s.start - s.sentence_start, s.end - s.sentence_start
    around = f"{sentence[max(0, start - BESIDE) : start]}N{sentence[end : end + 2 * BESIDE]}"
    return bool(rules.words["milestone"].search(around))


def _subject(s: Stated, rules: Rules) -> Hashable:
    """What two figures must share to speak of the same thing."""
    f, row = s.figure, s.row
    assert f is not None
    growth = (row["basis"] or "", bool(row["real"])) if s.measure in GROWTH else ()
    # a target is of its own time: 提前两年完成规划30%的目标，力争明年达到33%
    several = rules.words["several_years"].search(str(row["period"] or ""))
    own_time = f.part_year or several or row["status"] == "target"
    scope = (str(row["area"] or "") if f.part_area else "", str(row["period"] or "") if own_time else "")
    return (f.indicator.id, f.area_key, s.measure, row["measure"], s.unit, row["status"], growth, scope, when(s))


def _differing(pairs: Iterable[tuple[Stated, Stated]], code: str, rules: Rules) -> Iterator[Finding]:
    """The first pair that cannot both be right."""
    for a, b in pairs:
        together = a.report == b.report and a.row["sentence"] == b.row["sentence"]
        if together or a.far is None or b.far is None or a.far.meets(b.far) or a.figure is None:
            continue
        first, second = (f"{said(s.value)} {s.unit}" for s in (a, b))
        message = Message("{name}: {first} here, {second} there", name=a.name, first=first, second=second)
        less = 1.0 if a.wording == b.wording else LESS_WORDED
        if a.figure.indicator.kind not in PER_HEAD and a.measure == "level":
            less *= LESS_COUNTED
        yield finding(rules, code, message, [Part("first", a), Part("second", b)], less)
        return


def growth(figures: Iterable[Stated], rules: Rules) -> Iterator[Finding]:
    """Levels of two years in a row and the growth that is said of the second."""
    levels: dict[Hashable, list[Stated]] = defaultdict(list)
    rates: dict[tuple[str, tuple[str, ...], int], list[Stated]] = defaultdict(list)
    for s in figures:
        if s.figure is None or s.far is None or not is_whole(s) or s.row["status"] != "actual" or s.row["year"] is None:
            continue
        key = (s.id, s.figure.area_key, s.row["year"])
        if s.measure == "level" and math.isfinite(s.far.low) and math.isfinite(s.far.high):
            levels[key].append(s)
        elif s.measure in GROWTH and _is_yearly(s, rules) and not is_gap(s, rules):
            rates[key].append(s)
    for (id_, area, year), claims in rates.items():
        before, after = (distinct(levels.get((id_, area, y), [])) for y in (year - 1, year))
        for claim in distinct(claims):
            found = [f for a in before for b in after for f in _grown(a, b, claim, rules)]
            if found and len(found) == len(before) * len(after):
                yield max(found, key=lambda f: f.sure)


def _is_yearly(s: Stated, rules: Rules) -> bool:
    """Is it growth over one year, and not over several (5年增长18.7%)?"""
    return s.row["basis"] in YEARLY and not rules.words["several_years"].search(str(s.row["period"] or ""))


def is_gap(s: Stated, rules: Rules) -> bool:
    """Does it say how far it is from someone else's figure (高于全国2个百分点)?"""
    if s.sentence_start is None:
        return False
    before = str(s.row["sentence"])[: s.start - s.sentence_start]
    return bool(rules.words["gap"].search(before))


def _grown(before: Stated, after: Stated, claim: Stated, rules: Rules) -> Iterator[Finding]:
    if before.unit != after.unit or before.row["measure"] != after.row["measure"]:
        return
    less = 1.0 if before.report == after.report == claim.report else LESS_ELSEWHERE
    if after.id in rules.sets["revised"]:
        less *= LESS_REVISED
    yield from grown(before, after, claim, rules, "growth", less)


def jumps(figures: Iterable[Stated], rules: Rules) -> Iterator[Finding]:
    """Levels of one place that are ten, a hundred or a thousand times those of a year nearby."""
    groups: dict[Hashable, list[Stated]] = defaultdict(list)
    for s in figures:
        f = s.figure
        aimed = s.row["status"] == "target" and s.measure == "level" and is_whole(s)
        if f is None or not (aimed or is_level(s)) or s.row["year"] is None or s.row["bound"] in ("min", "max"):
            continue
        if s.value and s.value > 0 and (f.indicator.kind in PER_HEAD or s.row["obs_value"] >= SMALL):
            groups[s.id, f.area_key, s.row["measure"]].append(s)
    for group in groups.values():
        for a, b in combinations(_yearly(group), 2):
            if a.row["status"] == b.row["status"] == "target":
                continue
            apart = abs(a.row["year"] - b.row["year"])
            distance = abs(math.log10((a.value or 1) / (b.value or 1)))
            times = round(distance)
            if 0 < apart <= YEARS_APART and times >= 1 and abs(distance - times) <= TENFOLD:
                message = Message(
                    "{name}: {first} {unit} in {year}, {second} {unit} in {other}: {times} times",
                    name=a.name, first=said(a.value), unit=a.unit, year=a.row["year"], second=said(b.value),
                    other=b.row["year"], times=10**times,
                )  # fmt: skip
                yield finding(rules, "jump", message, [Part("first", a), Part("second", b)])
                break


def _yearly(figures: Iterable[Stated]) -> list[Stated]:
    """The first figure of each value, year and status."""
    return list({(s.far, s.row["year"], s.row["status"]): s for s in reversed(list(figures))}.values())[::-1]


def targets(figures: Iterable[Stated], rules: Rules) -> Iterator[Finding]:
    """Targets of a year against what came of them, as another report says: notes, or suspicious if ten times off."""
    aims: dict[Hashable, list[Stated]] = defaultdict(list)
    results: dict[Hashable, list[Stated]] = defaultdict(list)
    for s in figures:
        if s.figure is None or s.far is None or not is_whole(s) or s.row["year"] is None or not _is_yearly(s, rules):
            continue
        if s.measure in ("level", "change_rate"):
            key = (s.id, s.figure.area_key, s.measure, s.unit, s.row["year"])
            {"target": aims, "actual": results}.get(s.row["status"], defaultdict(list))[key].append(s)
    for subject, found in aims.items():
        result = next((s for s in results.get(subject, []) if s.report != found[0].report), None)
        if result is not None:
            yield from _aimed(found[0], result, rules)


def _aimed(aim: Stated, result: Stated, rules: Rules) -> Iterator[Finding]:
    assert aim.figure is not None
    if aim.value is None or result.value is None:
        return
    indicator = aim.figure.indicator
    # as they are written, where that tells a rise from a fall
    aimed, came = (s.text if (s.value or 0) >= 0 else f"{said(s.value)} {s.unit}" for s in (aim, result))
    values = {"name": aim.name, "aim": aimed, "result": came}
    parts = [Part("target", aim), Part("level", result)]
    if aim.measure == "level" and indicator.kind in PER_HEAD and aim.value > 0 and result.value > 0:
        times = max(result.value / aim.value, aim.value / result.value)
        if times >= FAR_TARGET:
            message = Message("{name}: {aim} was the target, {result} is another order of magnitude", **values)
            yield finding(rules, "target_far", message, parts)
            return
    if aim.measure == "level" and indicator.better == "neutral":
        return
    about = abs(aim.value) * ABOUT if aim.row["bound"] == "approx" else 0
    lower = indicator.better == "lower"
    reached = result.value <= aim.value + about if lower else result.value >= aim.value - about
    if reached:
        message = Message("{name}: {aim} was the target, {result} was reached", **values)
    else:
        message = Message("{name}: {aim} was the target, {result} is short of it", **values)
    yield finding(rules, "target_reached" if reached else "target_missed", message, parts)


def magnitude(figures: Iterable[Stated], rules: Rules) -> Iterator[Finding]:
    """Levels that are far from those of other places."""
    groups: dict[Hashable, dict[tuple[str, ...], list[Stated]]] = defaultdict(lambda: defaultdict(list))
    for s in figures:
        f = s.figure
        if f is None or not is_level(s) or not s.value or s.value < 0 or s.row["bound"] in ("min", "max"):
            continue
        rank = level_of(f.area_id)
        if rank or f.indicator.kind in PER_HEAD:
            groups[f.indicator.id, rank][f.area_key].append(s)
    for places in groups.values():
        if len(places) >= PLACES:
            yield from _outliers([min(found, key=_soundest) for found in places.values()], rules)


def pace(figures: Iterable[Stated], rules: Rules) -> Iterator[Finding]:
    """Growth of a year that is far from that of other places, in points."""
    groups: dict[Hashable, dict[tuple[str, ...], list[Stated]]] = defaultdict(lambda: defaultdict(list))
    for s in figures:
        f = s.figure
        if f is None or s.value is None or s.measure != "change_rate" or not is_whole(s) or s.row["year"] is None:
            continue
        if _is_yearly(s, rules) and s.row["status"] in ("actual", "target"):
            groups[s.id, s.row["year"], s.row["status"]][f.area_key].append(s)
    for places in groups.values():
        if len(places) < PLACES:
            continue
        one_each = [min(found, key=_soundest) for found in places.values()]
        middle = median(s.value or 0 for s in one_each)
        scatter = median(abs((s.value or 0) - middle) for s in one_each)
        for s in one_each:
            if abs((s.value or 0) - middle) > max(POINTS, POINTS_SCATTER * scatter):
                message = Message(
                    "{name}: growth of {value} %, where the median of {count} places is {median} %",
                    name=s.name, value=said(s.value), count=len(one_each), median=said(middle),
                )  # fmt: skip
                yield finding(rules, "magnitude_growth", message, [Part("growth", s)])


def _soundest(s: Stated) -> tuple[object, ...]:
    assert s.figure is not None
    return s.figure.order


def _outliers(places: Sequence[Stated], rules: Rules) -> Iterator[Finding]:
    logs = [math.log10(s.value or 1) for s in places]
    middle = median(logs)
    scatter = median(abs(x - middle) for x in logs)
    for s, x in zip(places, logs, strict=True):
        is_strict = s.figure is not None and s.figure.indicator.kind in PER_HEAD
        if abs(x - middle) > max(STRICT if is_strict else GENEROUS, SCATTER * scatter):
            message = Message(
                "{name}: {value} {unit}, where the median of {count} places is {median}",
                name=s.name, value=said(s.value), unit=s.unit, count=len(places),
                median=said(float(f"{10**middle:.3g}")),
            )  # fmt: skip
            yield finding(rules, "magnitude" if is_strict else "magnitude_amount", message, [Part("value", s)])
