"""What a figure that stands in a text may be: every stated number as an interval.

**Why intervals.** A text rounds: `5.19亿元` is anything from 5.185 to 5.195, and some writers cut off instead, so that
it may be up to 5.2. Numbers contradict each other only where no values that they allow fit. So a stated number is all
that is nearer than one unit of its last digit. A whole number with zeros at the end is coarser, up to one of its last
digit that is not zero but not more than a twentieth of it, since `3000亿元` is seldom to the 亿. Counts without a
multiplier (`14个`) are exact, but for those with two zeros or more at the end; shares have no such zeros.

**Bounds.** `超过N` is N or any more, `不足N` N or any less; `约` and `余` N give 20 % down and 25 % up, which holds
what writers call about. **Masks** are what the mask allows (`low`, `high`); one that allows anything, and damage
without a repair, have no interval and take no part.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from hreport.figures import Figure
from hreport.record import Row

ABOUT = (0.8, 1.25)
SLACK = 1e-9  # of binary fractions
LONGEST = 10**18  # a number beyond is none that a report states
ROUND = 2  # zeros at the end of a count that was rounded
COARSE = 0.05  # by which share of itself a number with zeros at the end may be rounded
SHARES = ("%", "\u2030")


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers from `low` to `high`, either of which may be infinite.

    >>> Interval(7, 7) + Interval(6, 6)
    Interval(low=13, high=13)
    >>> (Interval(5.185, 5.195) / Interval(1.3515, 1.3525)).meets(Interval(3.84, 3.84))
    True
    """

    low: float
    high: float

    def __add__(self, other: Interval) -> Interval:
        """Every sum of a number of each."""
        return Interval(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Interval) -> Interval:
        """Every difference."""
        return Interval(self.low - other.high, self.high - other.low)

    def __mul__(self, other: Interval) -> Interval:
        """Every product."""
        ends = [_times(a, b) for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(ends), max(ends))

    def __truediv__(self, other: Interval) -> Interval:
        """Every quotient; everything where it may be one by nothing."""
        if other.low <= 0 <= other.high:
            return Interval(-math.inf, math.inf)
        return self * Interval(1 / other.high, 1 / other.low)

    def meets(self, other: Interval) -> bool:
        """Is there a number in both?"""
        slack = SLACK * max((abs(x) for x in (*self, *other) if math.isfinite(x)), default=0)
        return self.low <= other.high + slack and other.low <= self.high + slack

    def __iter__(self) -> Iterator[float]:
        """Its two ends."""
        yield self.low
        yield self.high

    def wider(self, share: float) -> Interval:
        """With a share of each end added on either side."""
        return Interval(self.low - abs(self.low) * share, self.high + abs(self.high) * share)

    def away(self, other: Interval) -> float:
        """How far it is from another, as a share of the larger: 0 where they meet."""
        if self.meets(other):
            return 0.0
        gap = max(self.low - other.high, other.low - self.high)
        size = max((abs(x) for x in (*self, *other) if math.isfinite(x)), default=0)
        return gap / size if size else 0.0


def _times(a: float, b: float) -> float:
    return 0.0 if a == 0 or b == 0 else a * b


@dataclass(frozen=True, eq=False, slots=True)
class Stated:
    """One stated number. `value` (None where masked or unusable) and the interval `far` (None where it may be anything)
    are in `unit`: the catalogue's, where the figure has an indicator, else the text's own; `own` is the interval in the
    text's own unit in any case. `sentence_start` is the offset of the first character of its sentence, None where its
    figures do not say it."""

    row: Row
    figure: Figure | None
    value: float | None
    far: Interval | None
    own: Interval | None
    unit: str
    sentence_start: int | None = None

    @property
    def start(self) -> int:
        """Offset of its first character."""
        return int(self.row["start"] or 0)

    @property
    def end(self) -> int:
        """Offset behind its last character."""
        return int(self.row["end"] or 0)

    @property
    def report(self) -> tuple[str, int]:
        """File and number of its report."""
        return (self.row["file"] or "", self.row["report"] or 0)

    @property
    def text(self) -> str:
        """As it is written, on one line."""
        return " ".join(str(self.row["text"] or "").split())

    @property
    def measure(self) -> str:
        """What it states, of a flow its level."""
        return self.figure.measure if self.figure is not None else str(self.row["measure"] or "level")

    @property
    def wording(self) -> str:
        """The indicator, in the report's words."""
        return str(self.row["indicator"] or "")

    @property
    def id(self) -> str:
        """The indicator of the catalogue, or nothing."""
        return self.figure.indicator.id if self.figure is not None else ""

    @property
    def name(self) -> str:
        """What a message calls it."""
        return self.figure.indicator.name if self.figure is not None else self.wording


def stated(rows: Iterable[Row], figures: Iterable[Figure]) -> list[Stated]:
    """Every row as a stated number, in the order of files, reports and texts; those of `figures` in their units."""
    by_row = {id(f.row): f for f in figures}
    ordered = sorted(rows, key=lambda r: (r["file"] or "", r["report"] or 0, r["start"] or 0, r["end"] or 0))
    starts = sentence_starts(ordered)
    return [_stated(row, by_row.get(id(row)), starts.get(id(row))) for row in ordered]


def sentence_starts(rows: Iterable[Row]) -> dict[int, int]:
    """Where the sentence of each row begins in the source, by the row's identity."""
    starts: dict[int, int] = {}
    for (_, _, sentence), members in groupby(rows, key=lambda r: (r["file"], r["report"], r["sentence"] or "")):
        group: list[Row] = []
        for row in (*members, None):
            # A sentence may stand in a text twice, one time behind the other.
            is_placed = row is not None and isinstance(row["start"], int) and isinstance(row["end"], int)
            if group and (row is None or (is_placed and row["end"] - group[0]["start"] > len(sentence))):
                if (start := _sentence_start(sentence, group)) is not None:
                    starts |= dict.fromkeys(map(id, group), start)
                group = []
            if row is not None and is_placed and row["text"]:
                group.append(row)
    return starts


def _sentence_start(sentence: str, rows: Sequence[Row]) -> int | None:
    """The one place where the sentence can begin so that each row stands where it says."""
    written, found = str(rows[0]["text"]), []
    at = sentence.find(written)
    while at >= 0:
        start = rows[0]["start"] - at
        if all(sentence[r["start"] - start : r["end"] - start] == r["text"] for r in rows):
            found.append(start)
        at = sentence.find(written, at + 1)
    return found[0] if len(found) == 1 else None


def _stated(row: Row, figure: Figure | None, sentence_start: int | None) -> Stated:
    unit = figure.unit if figure is not None else str(row["base_unit"] or "")
    own = _interval(row)
    value = row["obs_value"]
    factor = _factor(row, figure)
    if factor is None:
        return Stated(row, figure, None, None, own, unit, sentence_start)
    known = None if value is None or own is None else float(value) * factor
    return Stated(row, figure, known, _scaled(own, factor), own, unit, sentence_start)


def _factor(row: Row, figure: Figure | None) -> float | None:
    """What the row's numbers are multiplied with; None where that cannot be told."""
    if figure is None:
        return 1.0
    for mine, theirs in ((row["value"], figure.value), (row["obs_value"], figure.usable), (row["high"], figure.high)):
        if mine and theirs and abs(mine) < LONGEST:
            return float(theirs) / float(mine)
    return 1.0 if not row["value"] else None


def _scaled(interval: Interval | None, factor: float) -> Interval | None:
    if interval is None:
        return None
    a, b = interval.low * factor, interval.high * factor
    return Interval(min(a, b), max(a, b))


def _interval(row: Row) -> Interval | None:
    """What the number may be, in the row's own unit."""
    if row["masked"]:
        if row["low"] is None or row["high"] is None or abs(row["high"]) >= LONGEST:
            return None
        return _bounded(Interval(float(row["low"]), float(row["high"])), row["bound"])
    value = row["obs_value"]
    if value is None or abs(value) >= LONGEST:
        return None
    value = float(value)
    coarse = coarseness(row, value)
    top = value if row["value_max"] is None or row["damage"] else float(row["value_max"])
    return _bounded(Interval(value - coarse, top + coarse), row["bound"])


def _bounded(interval: Interval, bound: str | None) -> Interval:
    match bound:
        case "min":
            return Interval(interval.low, math.inf)
        case "max":
            return Interval(-math.inf, interval.high)
        case "approx":
            return Interval(interval.low * ABOUT[0], interval.high * ABOUT[1])
    return interval


_PLAIN = re.compile(r"\d+(?:\.(\d+))?")


def multiplier(row: Mapping[str, Any]) -> float:
    """How many of the base unit one of the written unit is (10,000 of 万吨).

    >>> multiplier({"numeral": "471.5", "obs_value": 4_715_000, "damage": None})
    10000.0
    """
    numeral = str(row["numeral"] or "").replace(",", "")
    if row["damage"] or not row["obs_value"] or _PLAIN.fullmatch(numeral) is None or not float(numeral):
        return 1.0
    return float(f"{float(row['obs_value']) / float(numeral):.9g}")


def coarseness(row: Mapping[str, Any], value: float) -> float:
    """What one of the last digit stands for, in the row's unit; 0 for an exact count.

    >>> coarseness({"numeral": "5.19", "base_unit": "\u5143", "damage": None}, 519_000_000)
    1000000.0
    >>> coarseness({"numeral": "14", "base_unit": "\u4e2a", "damage": None}, 14)
    0.0
    """
    numeral = str(row["numeral"] or "").replace(",", "")
    match = _PLAIN.fullmatch(numeral)
    if row["damage"] or match is None or not float(numeral):  # the number as it was repaired, or in words
        numeral = f"{value:f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else ""
        match = _PLAIN.fullmatch(numeral)
        if match is None or not float(numeral):
            return 0.0
    unit = abs(value) / float(numeral)  # the multiplier
    decimals = len(match[1] or "")
    is_exact = not decimals and abs(unit - 1) < SLACK and row["base_unit"] not in SHARES
    zeros = 0 if decimals else len(numeral) - len(numeral.rstrip("0"))
    last = 0.0 if is_exact else unit * float(10**-decimals)
    if row["base_unit"] in SHARES or zeros < (ROUND if is_exact else 1):
        return last
    return max(last, min(unit * float(10**zeros), abs(value) * COARSE))
