"""A document with everything that was found in it as marks: what is marked, and how marks nest in a stretch of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, NamedTuple, TypeAlias

from hreport import resolve
from hreport.lexicon import Lexicon
from hreport.record import Row, corrected_fields, damage_of, exact
from hreport.text import fold

Kind: TypeAlias = Literal["figure", "mask", "time", "area", "heading"]
Look: TypeAlias = Literal["figure", "damaged", "repaired", "corrected", "mask", "time", "area", "heading"]
Only: TypeAlias = Literal["masks", "figures", "dates", "areas", "damage"]

# In this order they lie in each other, where they begin and end at the same place.
_OUTER: tuple[Kind, ...] = ("heading", "figure", "time", "area", "mask")
_LAYERS: dict[str, Kind] = {"quantity": "figure", "mask": "mask", "time": "time", "area": "area", "section": "heading"}
_OF: dict[Kind, Only] = {"figure": "figures", "mask": "masks", "time": "dates", "area": "areas"}
CORRECTS = ("value", "value_max", "unit", "masked")  # fields of a correction that change the number itself


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """Characters `start` to `end` of a document and what they are; `number` counts from 1 in the order of the text,
    `beside` is the number to read instead, of figures that were repaired or corrected."""

    number: int
    start: int
    end: int
    kind: Kind
    look: Look
    row: Row
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Marked:
    """A document with its marks in the order of the text (they may cross), and its reports as rows."""

    file: str
    text: str
    marks: tuple[Mark, ...]
    reports: tuple[Row, ...]

    def within(self, start: int, end: int) -> Marked:
        """The same with the marks and the reports of a stretch only, which numbers them anew; the text stays whole."""
        inside = [m for m in self.marks if start <= m.start < end]
        reports = tuple(r for r in self.reports if start <= r["start"] < end)
        return replace(self, marks=tuple(replace(m, number=n) for n, m in enumerate(inside, 1)), reports=reports)


def marked(file: str, text: str, rows: Iterable[Row], lexicon: Lexicon, only: Collection[Only] = ()) -> Marked:
    """The document with its marks, of the rows that the pipeline gives for `marks`; `only` these, where some are named.

    A damaged figure is one of the figures; `damage` alone leaves the sound ones unmarked.
    """
    found: list[Mark] = []
    reports: list[Row] = []
    for row in rows:
        layer = row["layer"]
        if layer == "report":
            reports.append(row)
        elif row["start"] < row["end"]:
            kind = _LAYERS[layer]
            look = _look(row) if kind == "figure" else kind
            if _wanted(kind, look, only):
                beside = amount(row, lexicon) if look in ("repaired", "corrected") else ""
                found.append(Mark(0, row["start"], row["end"], kind, look, row, beside))
    found.sort(key=lambda m: (m.start, -m.end, _OUTER.index(m.kind)))
    return Marked(file, text, tuple(replace(m, number=n) for n, m in enumerate(found, 1)), tuple(reports))


def _look(row: Row) -> Look:
    """How a figure looks: a damaged one never like a sound one."""
    if corrected_fields(row) & set(CORRECTS):
        return "corrected"
    damage = damage_of(row)
    return "figure" if damage == "plain" else damage


def _wanted(kind: Kind, look: Look, only: Collection[Only]) -> bool:
    if kind == "heading" or not only or _OF[kind] in only:
        return True
    return "damage" in only and look in ("damaged", "repaired")


def amount(row: Row, lexicon: Lexicon) -> str:
    """The number to compute with of a row of extract, in the unit that stands in the text where that can be said.

    >>> from hreport.lexicon import load
    >>> amount({"obs_value": 173000000, "value_max": None, "unit": "亿元", "base_unit": "元"}, load())
    '1.73亿元'
    >>> amount({"obs_value": 7.1, "value_max": None, "unit": "1/10万", "base_unit": "1/10万"}, load())
    '7.1/10万'
    """
    value = exact(row["obs_value"])
    if value is None:
        return ""
    high = exact(row["value_max"])
    return _with_unit([value] if high is None else [value, high], row, lexicon)


def allowed(row: Row, lexicon: Lexicon) -> str:
    """What a mask allows, from and to, in the unit that stands in the text; "" where it does not say.

    >>> from hreport.lexicon import load
    >>> allowed({"low": 10, "high": 99.9, "unit": "%", "base_unit": "%"}, load())
    '10–99.9%'
    """
    ends = [exact(row["low"]), exact(row["high"])]
    return _with_unit([e for e in ends if e is not None], row, lexicon) if None not in ends else ""


def _with_unit(values: Sequence[Decimal], row: Row, lexicon: Lexicon) -> str:
    written, base = row["unit"] or "", row["base_unit"] or ""
    converted = [resolve.convert(v, base, written, lexicon) if written != base else v for v in values]
    if written and None not in converted:
        return "\u2013".join(_plain(v) for v in converted if v is not None) + _behind(written)
    return "\u2013".join(map(_plain, values)) + _behind(base)


def _behind(unit: str) -> str:
    """A unit behind its number, of which it may not seem to be digits: 7.1/10万, not 7.11/10万."""
    return unit.removeprefix("1") if unit.startswith("1/") else f" {unit}" if unit[:1].isdigit() else unit


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def counts(marks: Iterable[Mark]) -> Counter[str]:
    """How many marks there are of each look, and of all figures together (`figures`)."""
    found: Counter[str] = Counter()
    for mark in marks:
        found[mark.look] += 1
        found["figures"] += mark.kind == "figure"
    return found


# --- nesting ---------------------------------------------------------------------------------------------------------


class Step(NamedTuple):
    """One step through a stretch of text: characters of it (`act` "text"), or a mark that opens or closes at `start`.

    `whole`: the mark itself begins, or ends, there; else it is a further piece of one that was cut.
    """

    act: Literal["text", "open", "close"]
    start: int
    end: int
    mark: Mark | None = None
    whole: bool = True


def steps(marks: Sequence[Mark], stretches: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, list[Step]]]:
    """Each stretch (in order, apart from each other) and the way through it, with marks that nest: one that crosses
    another, or goes over the end of a stretch, is cut into pieces, each of which opens and closes inside.

    Args:
        marks: in the order of the text, as in `Marked`.
        stretches: start and end of each, such as the lines of the text.
    """
    inside: list[Mark] = []
    begun: set[int] = set()
    at_mark = 0
    places = list(stretches)
    followings = [NOWHERE] * len(places)  # where the next one begins that is not empty
    for k in range(len(places) - 1, 0, -1):
        start, end = places[k]
        followings[k - 1] = start if start < end else followings[k]
    for (start, end), following in zip(places, followings, strict=True):
        while at_mark < len(marks) and marks[at_mark].start < start:
            inside.append(marks[at_mark])
            at_mark += 1
        inside = [m for m in inside if m.end > start]
        way: list[Step] = []
        at, outside = start, 0  # how many of those inside are not yet open
        while at < end:
            while at_mark < len(marks) and marks[at_mark].start == at:
                inside.append(marks[at_mark])
                at_mark += 1
            for mark in inside[outside:]:
                way.append(Step("open", at, at, mark, mark.number not in begun))
                begun.add(mark.number)
            coming = marks[at_mark].start if at_mark < len(marks) else end
            stop = min([end, coming, *(m.end for m in inside)])
            way.append(Step("text", at, stop))
            at = stop
            # Close what ends here, with what lies in it: that opens again. At the end close all.
            outside = 0 if at == end else next((k for k, m in enumerate(inside) if m.end <= at), len(inside))
            limit = following if at == end else at
            way += [Step("close", at, at, m, m.end <= limit) for m in reversed(inside[outside:])]
            inside[outside:] = [m for m in inside[outside:] if m.end > at]
        yield start, end, way


NOWHERE = 1 << 60  # behind any text


def lines(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Start and end of each line between two places of a text, without what ends it.

    >>> list(lines("a\\r\\nbc\\n\\nd"))
    [(0, 1), (3, 5), (6, 6), (7, 8)]
    """
    last = len(text) if end is None else end
    while start < last:
        stop = text.find("\n", start, last)
        stop = last if stop < 0 else stop
        yield start, stop - text.endswith("\r", start, stop)
        start = stop + 1


SENTENCE_END = "\u3002\uff1b\uff01\uff1f;!?"


def parts(text: str, start: int, end: int, most: int) -> Iterator[tuple[int, int]]:
    """A line in parts of at most `most` characters, each up to the end of a sentence where there is one.

    >>> list(parts("一。二。三", 0, 5, 3)), list(parts("一二三四", 0, 4, 3))
    ([(0, 2), (2, 5)], [(0, 3), (3, 4)])
    """
    while end - start > most:
        stop = max(text.rfind(sign, start + 1, start + most) for sign in SENTENCE_END) + 1
        stop = stop if stop > start else start + most
        yield start, stop
        start = stop
    yield start, end


def is_whole_line(mark: Mark, text: str, start: int, end: int) -> bool:
    """Is a heading all that its line says, a full stop aside?"""
    return fold(text[mark.start : mark.end]).strip() == fold(text[start:end]).strip().rstrip(SENTENCE_END + "\uff1a:")
