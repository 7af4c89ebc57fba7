"""What the words of a heading or a caption say: a name, units, a period, an area, a measure, a status."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import lru_cache

from hreport.grammar import Grammar
from hreport.link.vocabulary import vocabulary
from hreport.model import Basis, Measure, Status
from hreport.tag import times
from hreport.tag.numbers import SCALES
from hreport.tag.quantities import PERCENT
from hreport.text import Reading, fold

# Kinds of times.toml that a heading can name as the period of what stands under it.
PERIODS = frozenset(("year", "month", "relative", "part"))


@dataclass(frozen=True, slots=True)
class Patterns:
    """Expressions of tables.toml."""

    bracketed: re.Pattern[str]
    trailing_unit: re.Pattern[str]
    caption_unit: re.Pattern[str]
    between_units: re.Pattern[str]
    rate_unit: re.Pattern[str]
    odd_unit: re.Pattern[str]
    unit_column: re.Pattern[str]
    period_header: re.Pattern[str]
    unit_cell: re.Pattern[str]
    ratio: re.Pattern[str]
    bare_year: re.Pattern[str]
    period_word: re.Pattern[str]
    past_period: re.Pattern[str]
    past_base: re.Pattern[str]
    place_header: re.Pattern[str]
    area: re.Pattern[str]
    own_area: re.Pattern[str]
    whole: re.Pattern[str]
    own: re.Pattern[str]
    lower: re.Pattern[str]
    caption_area: re.Pattern[str]
    each_area: re.Pattern[str]
    numbering: re.Pattern[str]
    child: re.Pattern[str]
    target: re.Pattern[str]
    actual: re.Pattern[str]
    planned: re.Pattern[str]
    reference: re.Pattern[str]
    growth: re.Pattern[str]
    percent_growth: re.Pattern[str]
    amount_growth: re.Pattern[str]
    falling: re.Pattern[str]
    added: re.Pattern[str]
    rank: re.Pattern[str]
    part_of: re.Pattern[str]
    running: re.Pattern[str]
    total: re.Pattern[str]
    average: re.Pattern[str]
    label: re.Pattern[str]
    generic_name: re.Pattern[str]
    name_header: re.Pattern[str]
    attribute: re.Pattern[str]
    group_header: re.Pattern[str]
    no_figure: re.Pattern[str]
    group_name: re.Pattern[str]
    measured: re.Pattern[str]
    caption_head: re.Pattern[str]
    caption_tail: re.Pattern[str]
    caption_target: re.Pattern[str]
    code: re.Pattern[str]
    date_cell: re.Pattern[str]
    year_cell: re.Pattern[str]
    blank: re.Pattern[str]
    negative: re.Pattern[str]
    worded: re.Pattern[str]
    bare_verb: re.Pattern[str]


@lru_cache(maxsize=1)
def patterns(grammar: Grammar) -> Patterns:
    """The expressions that tables are read with, made once."""
    return Patterns(**grammar.compiled("headings", (f.name for f in fields(Patterns))))


@dataclass(frozen=True, slots=True)
class Said:
    """What one heading says. `name` is what is left when all else is taken off, "" where nothing is.

    A `measure` of change or rank is what the heading says by itself, `percent` that the growth is in percent, `falling`
    that it is a fall; `added`: what it counts came newly (新增床位); `child`: a part of what is above it (其中);
    `total`: a sum over the other rows or columns; `running`: a sum since the beginning of the year; `average`: a mean
    of places.
    """

    name: str = ""
    units: tuple[str, ...] = ()
    period: str = ""
    area: str = ""
    measure: Measure = "level"
    falling: bool = False
    percent: bool = False
    basis: Basis | None = None
    status: Status | None = None
    child: bool = False
    total: bool = False
    running: bool = False
    average: bool = False
    added: bool = False

    @property
    def moved(self) -> bool:
        """Is it a heading of changes?"""
        return self.measure in ("change", "change_rate")


@lru_cache(maxsize=4096)
def said(text: str, grammar: Grammar) -> Said:
    """What a heading says (one part of stacked headings).

    >>> from hreport.grammar import load
    >>> said("2023年签约率（%）", load())
    Said(name='签约率', units=('%',), period='2023年', ...)
    >>> said("其中：新城区", load()).area
    '新城区'
    """
    pattern = patterns(grammar)
    text = fold(text[:LONGEST_HEADING]).strip()
    if pattern.bare_year.fullmatch(text):
        return Said(period=text)
    units: list[str] = []
    if unit := units_of(text, grammar):
        return Said(units=unit)
    text = _without_numbering(text, pattern)
    child = pattern.child.match(text)
    text = text[child.end() :] if child else text
    for bracket in reversed(list(pattern.bracketed.finditer(text))):
        if some := units_of(bracket["units"], grammar):
            units = [*some, *units]
            text = text[: bracket.start()] + text[bracket.end() :]
    if not units and (end := pattern.trailing_unit.search(text)) and (some := units_of(end["units"], grammar)):
        units, text = [*some], text[: end.start()]
    result = Said(units=tuple(units), child=bool(child))
    text, result = _status(text.strip(), result, pattern)
    if found := pattern.rank.search(text):
        text, result = text[: found.start()], replace(result, measure="rank")
    elif (found := pattern.growth.search(text)) or (found := pattern.past_base.fullmatch(text)):
        text, result = _moved(text, found.start(), result, grammar)
    text, result = _period(text, result, grammar)
    text, result = _area(text, result, pattern)
    text, result = _status(text, result, pattern)
    text = text.strip(RIM)
    if text.count("(") > text.count(")"):
        text += ")"  # 社区卫生服务中心(站)
    if pattern.running.fullmatch(text):
        return replace(result, running=True)
    if pattern.total.fullmatch(text):
        return replace(result, total=True)
    if pattern.label.fullmatch(text):
        return result
    if result.measure == "level" and (found := pattern.added.fullmatch(text)):
        return replace(result, name=found["name"], added=True)
    return replace(result, name=text)


LONGEST_HEADING = 200  # characters of a heading that are read: what goes on is a cell of prose
RIM = " ()[]:,\u3001/-\u2014\u00b7"


def _without_numbering(text: str, pattern: Patterns) -> str:
    found = pattern.numbering.match(text)
    return text[found.end() :] if found and found.end() < len(text) else text


def units_of(text: str, grammar: Grammar) -> tuple[str, ...]:
    """The units that a bracket or a caption names, () where it holds something else.

    >>> from hreport.grammar import load
    >>> units_of("万元、%", load()), units_of("1/10万", load()), units_of("男", load())
    (('万元', '%'), ('1/10万',), ())
    """
    text = text.strip()
    if _is_unit(text, grammar):
        return (text,)
    parts = [part for part in patterns(grammar).between_units.split(text) if part]
    return tuple(parts) if len(parts) > 1 and all(_is_unit(part, grammar) for part in parts) else ()


def _is_unit(text: str, grammar: Grammar) -> bool:
    pattern = patterns(grammar)
    if any(unit in grammar.surfaces for unit in (text, text.lstrip(SCALES))):
        return True
    if pattern.odd_unit.fullmatch(text.lstrip(SCALES)):
        return True
    found = pattern.rate_unit.fullmatch(text)
    return bool(found) and (found["unit"] is None or _is_unit(found["unit"], grammar)) if found else False


def _status(text: str, result: Said, pattern: Patterns) -> tuple[str, Said]:
    """The heading without the words that only say target, reference or actual."""
    if pattern.reference.fullmatch(text):
        whole = pattern.whole.match(text)
        return "", replace(result, status="reference", area=whole[0] if whole else result.area)
    if found := pattern.target.search(text):
        return (text[: found.start()] + text[found.end() :]).replace("()", "").strip(), replace(result, status="target")
    if found := pattern.planned.match(text):
        return text[found.end() :], replace(result, status="target")
    if (found := pattern.actual.search(text)) and not pattern.ratio.search(text):
        return text[: found.start()].strip(), replace(result, status=result.status or "actual")
    return text, result


def _moved(text: str, at: int, result: Said, grammar: Grammar) -> tuple[str, Said]:
    """A heading of growth or change, whose words begin at `at`."""
    pattern = patterns(grammar)
    words = text[at:]
    head = text[:at]
    for base in pattern.past_base.finditer(head):
        if base.end() == len(head.rstrip()):
            head, words = head[: base.start()], head[base.start() :] + words
    points = any(u in grammar.surfaces and grammar.surfaces[u].kind == "point" for u in result.units)
    percent = PERCENT in result.units or PERCENT in words
    implied = not result.units and pattern.percent_growth.search(words) and not pattern.amount_growth.search(words)
    rate = percent or bool(implied and not points)
    basis = next((b for b, expression in vocabulary(grammar).basis if expression.search(words)), None)
    return head, replace(
        result,
        measure="change_rate" if rate and not (points and not percent) else "change",
        percent=rate,
        falling=bool(pattern.falling.search(words)),
        basis=basis,
    )


def _period(text: str, result: Said, grammar: Grammar) -> tuple[str, Said]:
    """The heading without the period at its beginning or end."""
    pattern = patterns(grammar)
    period = result.period
    for start, end, word in _times(text, grammar):
        rest = text[:start].strip(RIM), text[end:].strip(RIM)
        if rest[0] and rest[1]:
            continue
        period = period or word
        text = rest[0] + rest[1]
        break
    if not period and (found := pattern.period_word.match(text)):
        period, text = found[0], text[found.end() :]
    return text, replace(result, period=period)


def _times(text: str, grammar: Grammar) -> Iterator[tuple[int, int, str]]:
    """The periods that a text names, the longest run of them as one: 2023年, 1—6月."""
    comparing = grammar.words["comparing"].words
    for mention in times.tag(Reading.of(text, ()), grammar):
        compared = mention.text[:1] in comparing or text[: mention.at.start].endswith(comparing)
        if mention.kind in PERIODS and not compared:
            yield mention.at.start, mention.at.end, mention.text


def _area(text: str, result: Said, pattern: Patterns) -> tuple[str, Said]:
    """The heading without the place that it is about."""
    average = pattern.average.search(text)
    bare = text[: average.start()] if average else text
    if bare and pattern.area.fullmatch(bare):
        return "", replace(result, area=bare, average=bool(average))
    if found := pattern.own_area.match(text):
        return text[found.end() :], replace(result, area=found[0])
    return text, result


def joined(first: str, second: str) -> str:
    """The period of two headings: a year and a part of it are one, else the first holds.

    >>> joined("2023年", "1—6月"), joined("2023", "5月"), joined("2023年", "2022年"), joined("", "本月")
    ('2023年1—6月', '2023年5月', '2023年', '本月')
    """
    if first and second and first != second and _PLAIN_YEAR.fullmatch(first) and not _YEAR.search(second):
        return first + ("" if first.endswith(YEAR) else YEAR) + second
    return first or second


def plain_year(period: str) -> int:
    """The last year that a period writes out, 0 if none."""
    return max((int(y) for y in _YEAR.findall(period)), default=0)


_YEAR = re.compile(r"(?:19|20)\d{2}")
_PLAIN_YEAR = re.compile(r"(?:19|20)\d{2}\u5e74?")
YEAR = chr(0x5E74)  # the ideograph 年


# --- captions --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Caption:
    """What the lines above a table say; `subject` is what it is about, where that can be the name of a figure."""

    units: tuple[str, ...] = ()
    period: str = ""
    area: str = ""
    subject: str = ""
    target: bool = False


@lru_cache(maxsize=256)
def caption(text: str, grammar: Grammar) -> Caption:
    """What a caption says.

    >>> from hreport.grammar import load
    >>> caption("表2 2023年末全市医疗卫生机构数（单位：个）", load())
    Caption(units=('个',), period='2023年末', area='全市', subject='医疗卫生机构数', target=False)
    """
    pattern = patterns(grammar)
    text = fold(text).strip()
    units: tuple[str, ...] = ()
    if found := pattern.caption_unit.search(text):
        units = units_of(found["units"].rstrip(RIM), grammar)
        text = text[: found.start()].rstrip(RIM) + text[found.end() :].lstrip(")")
    for bracket in reversed(list(pattern.bracketed.finditer(text))):
        if not units and (units := units_of(bracket["units"], grammar)):
            text = text[: bracket.start()] + text[bracket.end() :]
    target = bool(pattern.caption_target.search(text))
    text = pattern.caption_head.sub("", text, count=1)
    period = ""
    for start, end, word in _times(text, grammar):
        period = word
        text = (text[:start] + text[end:]).replace("()", "")
        break
    text = text.strip(RIM)
    area = ""
    if found := pattern.own_area.search(text):
        area, text = found[0], text[: found.start()] + text[found.end() :]
    elif found := pattern.caption_area.match(text):
        area, text = found[0], text[found.end() :]
    text = pattern.each_area.sub("", text)
    found = pattern.caption_tail.search(text)
    subject = (text[: found.start()] if found else text).strip(RIM)
    return Caption(units, period, area, subject if pattern.measured.search(subject) else "", target)
