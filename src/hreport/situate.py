"""Where and when: the area and year of reports, and what 全市, 去年 or 2023年 mean for each observation."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import PurePath
from typing import NamedTuple

from hreport import resolve
from hreport.expressions.compiling import when_used
from hreport.grammar import Grammar
from hreport.lexicon import COUNTS, STATES, Area, Lexicon
from hreport.model import Mention, Observation, Report, Status, YearSource
from hreport.split import SHEETS, Layout
from hreport.tag.areas import AreaMention
from hreport.tag.numbers import chinese
from hreport.tag.times import TimeMention
from hreport.text import Reading, fold

YEAR = r"(?:19|20)\d{2}"
LEVELS = ("province", "city", "county", "district", "prefecture")
HEAD = 300  # characters at the beginning of a report in which its place and year may be named


@dataclass(frozen=True, slots=True)
class _Patterns:
    """Expressions of calendar.toml."""

    given: re.Pattern[str]
    plan: re.Pattern[str]
    last: re.Pattern[str]
    next: re.Pattern[str]
    this: re.Pattern[str]
    open: re.Pattern[str]
    levels: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]
    country: re.Pattern[str]
    own: re.Pattern[str]
    past_year: re.Pattern[str]
    coming: re.Pattern[str]
    span: re.Pattern[str]
    world: re.Pattern[str]
    five_year_plan: re.Pattern[str]


@lru_cache(maxsize=1)
def _patterns(grammar: Grammar) -> _Patterns:
    def one(name: str) -> re.Pattern[str]:
        return when_used(grammar.expand(grammar.tables["calendar"][name].pattern))

    return _Patterns(
        given=one("given"), plan=one("plan"), last=one("last"), next=one("next"), this=one("this"), open=one("open"),
        levels=tuple((one(f"whole_{n}"), one(f"name_{n}")) for n in LEVELS),
        past_year=one("past_year"), coming=one("coming"), country=one("country"), own=one("own"),
        span=one("span"), world=one("world"), five_year_plan=one("five_year_plan"),
    )  # fmt: skip


def reports(
    layout: Layout,
    areas: Sequence[AreaMention],
    lexicon: Lexicon,
    hints: Mapping[int, Mapping[str, str]],
    masked: bool,
    scrubbed: bool,
) -> tuple[Report, ...]:
    """The reports with their area and year: from the hints, else the title, else the file's name, else the first lines.

    `masked`: places are masked in the document, so that one that is named may be any. `scrubbed`: years of the document
    are damage, so that only the hints can say which it is about. What goes on from an earlier portion of a file has
    neither: what says it stands there.
    """
    name, portion = PurePath(layout.document.path).name, layout.document.portion
    found = []
    for report in layout.reports:
        said = {**hints.get(0, {}), **hints.get(report.number, {})}
        title = said.get("title") or report.title
        goes_on = portion is not None and portion.continues and report.number == 1
        head = "" if goes_on else layout.document.text[report.span.start : report.span.start + HEAD]
        place = resolve.said_area(said["area"], lexicon) if said.get("area") else resolve.area(title, lexicon)
        named_by_file = (len(layout.reports) == 1 and not portion) or layout.document.format in SHEETS
        if place is None and not said.get("area") and named_by_file:
            place = resolve.area(name, lexicon)
        if place is None and not said.get("area") and not masked and not goes_on:
            place = _named_first(layout, report, areas, lexicon)
        masked_area = "" if goes_on else _masked_place(title) or _own_mask(layout, report, areas)
        area = place.name if place else said.get("area") or masked_area
        year, year_from = _report_year(said, title, name if named_by_file else "", head, lexicon)
        if scrubbed and year_from != "manifest":
            year, year_from = "", ""
        code = place.code if place else ""
        found.append(replace(report, title=title, area=area, area_id=code, year=year, year_from=year_from))
    return tuple(found)


def own_names(reading: Reading, reports: Sequence[Report]) -> list[resolve.Spot]:
    """Where reports name their own place without its suffix (重庆经通道货运量). Other names without suffix are
    left out: they stand in lists and names of projects, and seldom are the place of the figure that comes next."""
    spots = []
    for report in reports:
        own = resolve.named(report.area) if report.area else None
        if own is None:
            continue
        low, high = reading.index(report.span.start), reading.index(report.span.end)
        for start, end in _lines_with(own.short, reading.text, low, high):
            found = resolve.find_short_areas(reading.text[start:end], [], own)
            spots += [(s + start, e + start, name, code) for s, e, name, code in found]
    return spots


def _lines_with(name: str, text: str, low: int, high: int) -> Iterator[tuple[int, int]]:
    """The lines of a stretch that hold a name: what a name without suffix means is told by its own line."""
    at = text.find(name, low, high)
    while at >= 0:
        start, end = text.rfind("\n", low, at) + 1 or low, text.find("\n", at, high)
        end = end if end >= 0 else high
        yield start, end
        at = text.find(name, end, high)


def _report_year(said: Mapping[str, str], title: str, name: str, head: str, lexicon: Lexicon) -> tuple[str, YearSource]:
    """The year that a report is about, and where it stands."""
    if said.get("year"):
        return said["year"], "manifest"
    if found := resolve.year(title, lexicon):
        return found, "title"
    if found := resolve.year(name, lexicon):
        return found, "file"
    found = resolve.year_of_prose(head.partition("\n\n")[0], lexicon)
    return found, "text" if found else ""


def _start(area: AreaMention) -> int:
    return area.at.start


def _named_first(layout: Layout, report: Report, areas: Sequence[AreaMention], lexicon: Lexicon) -> Area | None:
    """The division that the first lines name."""
    low = layout.reading.index(report.span.start)
    near = areas[bisect_left(areas, low, key=_start) : bisect_left(areas, low + HEAD, key=_start)]
    named = next((a for a in near if a.kind == "named"), None)
    is_sheet = layout.document.format in SHEETS
    if named and (layout.is_quiet(named.at.start) if is_sheet else layout.is_cell(named.at.start)):
        return None  # the place of a row, not of the table
    return resolve.area(named.text, lexicon) if named else None


def _own_mask(layout: Layout, report: Report, areas: Sequence[AreaMention]) -> str:
    """The masked place that a report names most, where it names one again and again."""
    low, high = layout.reading.index(report.span.start), layout.reading.index(report.span.end)
    own = areas[bisect_left(areas, low, key=_start) : bisect_left(areas, high, key=_start)]
    named = Counter(a.text for a in own if a.kind == "masked")
    return next((text for text, n in named.most_common(1) if n >= OFTEN), "")


OFTEN = 3
_MASKED = re.compile("(?:[xX\u00d7*]{1,4}|_|\u67d0{1,2})[\u7701\u5e02\u53bf\u533a\u5dde]+")


def _masked_place(title: str) -> str:
    """A masked place that the title names, as it stands."""
    match = _MASKED.search(title)
    return match[0] if match else ""


class Meaning(NamedTuple):
    """Name and code of the place that an observation is about, its year ("" where it is open or masked), and whether it
    was reached by then."""

    area_name: str
    area_id: str
    year: str
    status: Status


class Meanings:
    """What the times and places of one report mean. Figures name few, again and again: each is worked out once."""

    def __init__(self, report: Report, grammar: Grammar, lexicon: Lexicon, scrubbed: bool) -> None:
        """`scrubbed`: years of the document are damage."""
        self._report, self._patterns, self._lexicon, self._scrubbed = report, _patterns(grammar), lexicon, scrubbed
        self._places: dict[tuple[str, bool], tuple[str, str]] = {}
        self._times: dict[tuple[str, bool, Status], tuple[str, Status, str]] = {}

    def of(self, o: Observation, indicator_id: str, verb: str, before: Observation | None) -> Meaning:
        """What is meant by the place and the time of an observation of an indicator ("" if of none); `verb` is what
        stands in front of what is measured, `before` the observation before it."""
        written = o.area, o.measure == "rank"
        if written not in self._places:
            self._places[written] = self._place(*written)
        name, code = self._places[written]
        of_state_before = o.rule == STATE_BEFORE
        said = o.period, of_state_before, o.status
        if said not in self._times:
            self._times[said] = self._time(*said)
        year, status, reached = self._times[said]
        if reached and o.measure == "level" and not o.basis and _is_state(o, indicator_id, verb, before, self._lexicon):
            year = reached
        return Meaning(name, code, year, status)

    def _place(self, written: str, is_rank: bool) -> tuple[str, str]:
        """Name and code of the place that is meant."""
        report, patterns = self._report, self._patterns
        name, code = _place(written, report, patterns, self._lexicon)
        if is_rank and report.area and (patterns.world.fullmatch(written) or _holds(code, report.area_id)):
            return report.area, report.area_id  # 居全国第3位: whose rank it is, not among whom
        return name, code

    def _time(self, period: str, of_state_before: bool, status: Status) -> tuple[str, Status, str]:
        """The year that is meant, the status that follows from it, and, of a state without a year, that in which it was
        reached."""
        report, patterns = self._report, self._patterns
        in_digits = _IN_DIGITS.search(period)
        no_year = self._scrubbed and in_digits
        year = "" if no_year else _year(period, of_state_before, status, report, patterns)
        # A year after the one that the report is about can only be aimed at; the first lines may tell of any year.
        sure = report.year_from != "text" and report.year.isdigit()
        ahead = status == "actual" and year.isdigit() and sure and int(year) > int(report.year)
        if ahead and in_digits:
            status = "target"
        plan = patterns.five_year_plan.search(period)
        if plan and sure and _plan_end(plan) - PLAN_YEARS >= _reviewed(report, patterns):
            status = "target"  # a plan that begins after the year under review
        # ... and the last year that is named has passed before the year in which a report is given.
        named = re.findall(YEAR, fold(period))
        if status == "target" and sure and named and int(max(named)) < int(report.year):
            status = "actual"
        return year, status, "" if year or of_state_before else _reached(period, status, report, patterns)


STATE_BEFORE = "link.state_before"  # the rule of the A in from A to B
_IN_DIGITS = re.compile(r"\d{4}")


def _holds(code: str, inside: str) -> bool:
    """Does one division, by its code, hold another?"""
    if not code or not inside or code == inside:
        return False
    return code == resolve.COUNTRY or (code.endswith("00") and inside.startswith(code.rstrip("0")))


def _place(written: str, report: Report, patterns: _Patterns, lexicon: Lexicon) -> tuple[str, str]:
    if not written:
        return report.area, report.area_id
    if patterns.country.search(written):
        country = resolve.area(written, lexicon)
        return (country.name, country.code) if country else (written, resolve.COUNTRY)
    if patterns.own.fullmatch(written):
        return report.area, report.area_id
    for k, (whole, own) in enumerate(patterns.levels):
        if whole.search(written):
            if report.area and (own.search(report.area) or _is_of_no_level(report, patterns)):
                return report.area, report.area_id
            province = resolve.province(report.area_id, lexicon) if k == 0 else None
            return (province.name, province.code) if province else ("", "")
    place = resolve.named(written, report.area_id) or resolve.area(written, lexicon)
    if place is not None:
        if not place.code and report.area.endswith(place.name):
            return report.area, report.area_id
        return place.name, place.code
    return written, ""


def _is_of_no_level(report: Report, patterns: _Patterns) -> bool:
    """Is its place one that a person named, and no division that is known?"""
    return not report.area_id and not any(own.search(report.area) for _, own in patterns.levels)


def _year(period: str, of_state_before: bool, status: Status, report: Report, patterns: _Patterns) -> str:
    """The year that a figure is about, "" where it is open or masked.

    A government work report is given in the year of its title and reviews the one before; a summary is about the year
    of its title and plans the next.
    """
    own = int(report.year) if report.year.isdigit() else None
    if of_state_before and not period:
        return ""
    said = re.findall(YEAR, fold(period))
    if said:
        return said[0] if len(set(said)) == 1 else ""
    past = patterns.past_year.fullmatch(period)
    if own is None or (patterns.open.search(period) and not past):
        return ""
    given = bool(patterns.given.search(report.title))
    ahead = bool(patterns.plan.search(report.title))
    if patterns.last.search(period):
        return str(own - 1)
    if patterns.next.search(period):
        return str(own + 1)
    target = status == "target"
    if patterns.this.search(period) and (given or ahead or not target or not patterns.coming.search(period)):
        return str(own)
    if given:
        return str(own if target else own - 1)
    if ahead:
        return str(own)
    return str(own + 1 if target else own)


BEFORE_PLANS = 1955  # the tenth five-year plan ended in 2005, each one since five years after the last
PLAN_YEARS = 5


def _is_state(o: Observation, indicator_id: str, verb: str, before: Observation | None, lexicon: Lexicon) -> bool:
    """Does an observation say how things stood, so that of a period of several years its end is meant?

    五年来 of a report given in 2026, and “十四五”时期, led to how things stood at the end of 2025; “十五五”时期 shall
    lead to how they will stand in 2030. The B of 由A增至B, `before` being the A, is such a state whatever it is. So,
    as a rule, is a count without a `verb` in front (高新技术企业达1.9万家); a comparison marks it: it may be a sum.
    """
    indicator = lexicon.indicators.get(indicator_id)
    risen = before is not None and before.rule == STATE_BEFORE and before.sentence == o.sentence
    if risen or indicator is None:
        return risen
    counted = indicator.kind in COUNTS and not (verb or indicator.flow or indicator.made)
    return indicator.kind in STATES or indicator.annual or counted


def _reached(period: str, status: Status, report: Report, patterns: _Patterns) -> str:
    """The last year of a period of several years, of one that goes on the year that the report looks back on; "" where
    it is not told, or of another period."""
    if not patterns.span.search(period):
        return ""
    plan = patterns.five_year_plan.search(period)
    end = _plan_end(plan) if plan else None
    if status == "target":
        return str(end) if end is not None else ""
    if not report.year.isdigit():
        return ""
    reviewed = _reviewed(report, patterns)
    return str(min(end, reviewed) if end is not None else reviewed)


def _plan_end(plan: re.Match[str]) -> int:
    """The last year of a five-year plan."""
    return BEFORE_PLANS + PLAN_YEARS * int(chinese(plan[1]) or 0)


def _reviewed(report: Report, patterns: _Patterns) -> int:
    """The year that a report with a year looks back on."""
    return int(report.year) - bool(patterns.given.search(report.title))


# --- times and places as they are named -------------------------------------------------------------------------------

NO_TIME = "name"  # the kind of expressions that only look like times: 每人每年, 五年行动计划
_YEARS = re.compile(rf"({YEAR})(?:[^\d]{{0,3}}[-\u2014\u2013~\uff5e\u81f3\u5230]{{1,2}}(\d\d))?(?!\d)")


def mentions(
    layout: Layout,
    reports: Sequence[Report],
    times: Sequence[TimeMention],
    areas: Sequence[AreaMention],
    grammar: Grammar,
    lexicon: Lexicon,
    scrubbed: bool,
) -> Iterator[Mention]:
    """The times and places that reports name, in the order of the text, each with what it means. `scrubbed`: years of
    the document are damage, and mean nothing."""
    patterns = _patterns(grammar)
    reading = layout.reading
    known: dict[tuple[int, str, str], tuple[str, str]] = {}
    found: list[TimeMention | AreaMention] = [*times, *areas]
    starts = [report.span.start for report in reports]
    for one in sorted(found, key=lambda m: m.at):
        is_time = isinstance(one, TimeMention)
        span = reading.span(one.at.start, one.at.end)
        number = bisect_right(starts, span.start) - 1
        if number < 0 or not span.within(reports[number].span) or (is_time and one.kind == NO_TIME):
            continue
        report = reports[number]
        key = (number, one.text, one.kind)
        if key not in known:
            if isinstance(one, TimeMention):
                known[key] = ("" if scrubbed else _years(one.text, report, patterns), "")
            else:
                known[key] = _named_place(one, report, patterns, lexicon)
        means, code = known[key]
        text = layout.document.text[span.start : span.end]
        yield Mention(span, text, "time" if is_time else "area", one.kind, report.number, means, code)


def _years(text: str, report: Report, patterns: _Patterns) -> str:
    """The year or years that a time names, "" where that depends on what is said of it.

    The 21 of 2019-21 is a year, the 03 of 2019-03-11 a month: years go up.
    """
    folded = fold(text)
    if found := list(_YEARS.finditer(folded)):
        first, last = found[0], found[-1]
        end = first[1][:2] + first[2] if first[2] else last[1]
        return f"{first[1]}\u2013{end}" if end > first[1] else first[1]
    if plan := patterns.five_year_plan.search(folded):
        end = _plan_end(plan)
        return f"{end - PLAN_YEARS + 1}\u2013{end}" if end > BEFORE_PLANS + PLAN_YEARS else ""
    if not report.year.isdigit() or (patterns.open.search(folded) and not patterns.past_year.fullmatch(folded)):
        return ""
    for pattern, years in ((patterns.last, -1), (patterns.next, 1), (patterns.this, 0)):
        if pattern.search(folded) and not patterns.coming.fullmatch(folded):
            return str(int(report.year) + years)
    return ""


def _named_place(area: AreaMention, report: Report, patterns: _Patterns, lexicon: Lexicon) -> tuple[str, str]:
    """Name and code of the place that is meant."""
    if area.code:
        chain = resolve.chain(area.code)
        return (chain[-1].name if chain else area.text, area.code)
    if area.kind == "masked":
        return (report.area, report.area_id) if area.text == report.area else ("", "")
    name, code = _place(area.text, report, patterns, lexicon)
    return ("", "") if name == area.text and not code else (name, code)
