"""How a number measures: level, change, growth, multiple or rank; and what only its indicator tells of the quantity."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from hreport.grammar import Grammar
from hreport.link.chunks import Chunk, Chunker
from hreport.model import Direction, Exact, Measure, Quantity
from hreport.tag.numbers import SCALES
from hreport.tag.quantities import PERCENT

SHARES = ("percent", "tenth")
DIRECTIONS: dict[str, Direction] = {"up": "up", "down": "down", "gap_up": "up", "gap_down": "down"}
LEVELS = ("level", "level_change")
MINUS = ("-", "\u2212")  # the hyphen and the minus sign
WHOLE = 100  # percent: no share of a whole is larger
MOST = 300  # percent: no level is; in 200 sound reports plans are fulfilled to 256 at most


@dataclass(frozen=True, slots=True)
class _Patterns:
    """Expressions of relations.toml."""

    average_fall: re.Pattern[str]
    growth_after: re.Pattern[str]
    at_least: re.Pattern[str]
    event: re.Pattern[str]
    household: re.Pattern[str]
    money: re.Pattern[str]
    people: re.Pattern[str]
    bounded_rate: re.Pattern[str]
    unbounded: re.Pattern[str]
    taken_part: re.Pattern[str]
    ranked: re.Pattern[str]


@lru_cache(maxsize=1)
def _patterns(grammar: Grammar) -> _Patterns:
    return _Patterns(**grammar.compiled("relations", _Patterns.__slots__))


def measure(chunk: Chunk, chunker: Chunker) -> tuple[Measure, Direction | None]:
    """What the words around a number say it is, and whether up or down."""
    left, kind = chunk.left, chunk.kind
    patterns = _patterns(chunker.grammar)
    if chunk.rank or (kind == "person" and patterns.ranked.search(chunker.before(chunk))):
        return "rank", None  # 全国排名53位
    if chunk.against or left.relation == "from":
        return "level", None  # 由5.8‰下降到3.1‰: both are levels
    if chunk.quantity.rule == "quantity.halved":
        return "multiple", "down"
    direction = DIRECTIONS.get(left.relation)
    if direction == "up" and negative(chunk, chunker):
        direction = "down"  # 增长-3.2%
    if kind == "times":
        return "multiple", direction or "up"
    if direction:
        return "change_rate" if kind in SHARES or not chunk.quantity.unit else "change", direction
    if kind in SHARES and (growth := patterns.growth_after.match(chunker.reading.text, chunk.after)):
        return "change_rate", "down" if growth["down"] else "up"
    if average := patterns.average_fall.search(left.name):
        return "change_rate", "down" if average["down"] else "up"
    if left.added == "down" and kind in SHARES and not left.relation and not left.bounded:
        return "change_rate", "down"  # 压减公用经费15%
    if left.added and kind not in (*SHARES, "rate") and not left.strong:
        return "change", cast(Direction, left.added)
    return "level", None


def negative(chunk: Chunk, chunker: Chunker) -> bool:
    """Does a minus stand between a relation word (增长, 为) and the number?"""
    return bool(chunk.left.relation) and chunker.reading.text[chunk.start - 1 : chunk.start] in MINUS


def below_zero(quantity: Quantity) -> Quantity:
    """The quantity with the sign of the minus before it; a mask and a range keep what they say."""
    if not isinstance(quantity.value, Exact):
        return quantity
    repaired = None if quantity.repaired is None else -quantity.repaired
    return quantity._replace(value=Exact(-quantity.value.number), repaired=repaired)


def completed(quantity: Quantity, indicator: str, how: Measure, chunk: Chunk, chunker: Chunker) -> Quantity:
    """The quantity with the unit that is not written, the bound said farther off, and the damage that shows only where
    one knows what is measured: a rate that cannot exceed 100."""
    grammar = chunker.grammar
    patterns = _patterns(grammar)
    if chunk.left.relation in LEVELS and negative(chunk, chunker):
        quantity = below_zero(quantity)  # 净利润为-3.2亿元
    if quantity.unit and not quantity.base_unit and not quantity.unit.strip(SCALES):  # not 万毫, cut off
        quantity = quantity._replace(base_unit=_unwritten_unit(indicator, chunker.before(chunk), grammar))
    if quantity.bound == "exact" and patterns.at_least.search(chunker.reading.text, chunk.low, quantity.at.start):
        quantity = quantity._replace(bound="min")
    if quantity.damage == "year_scrub" and not (_is_rate(indicator, patterns) or patterns.taken_part.search(indicator)):
        return quantity._replace(repaired=None)
    above = quantity.damage is None and how == "level" and _impossible(quantity, WHOLE)
    if above and (_is_rate(indicator, patterns) or _impossible(quantity, MOST)):
        return quantity._replace(damage="lost_point")
    return quantity


def _is_rate(indicator: str, patterns: _Patterns) -> bool:
    """Is it a rate that cannot exceed 100?"""
    return bool(patterns.bounded_rate.search(indicator)) and not patterns.unbounded.search(indicator)


def _impossible(quantity: Quantity, most: int) -> bool:
    """A share above what is possible, written without a point (254%): it is lost, and nothing proves where it stood."""
    if quantity.base_unit != PERCENT or "." in quantity.numeral:
        return False
    value = quantity.value
    return isinstance(value, Exact) and value.number > most


def _unwritten_unit(indicator: str, before: str, grammar: Grammar) -> str:
    """The unit that 27万 leaves out, by what is counted: 总人口, 资金, 用户, 总诊疗人次."""
    patterns = _patterns(grammar)
    if patterns.event.search(indicator):
        kind = "unit_event"
    elif patterns.household.search(indicator):
        kind = "unit_household"
    elif patterns.money.search(indicator) or not patterns.people.search(indicator + before):
        kind = "unit_money"
    else:
        kind = "unit_people"
    return grammar.words[kind].words[0]
