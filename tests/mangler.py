"""Does to clean texts what share sites and mirrors do to reports, and knows what it did.

Each `Rule` is one way of masking or damaging (the catalogue: masks.md, sections 1 to 3). It gives `Change`s: the edits
of the text, the figure of the clean text that they hit, the damage that the contract wants said, and what a repair must
be. `mangle` carries them out; `judge` compares what is found in the mangled text with what is known. Whatever is
chosen is chosen by the sha1 of the file's name, so that each run is the same.

The figures that are hit are those which the program finds in the clean text: one that reads as sound in the mangled
text and says something else is the error that must not happen.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import TypeAlias

from texts import GRAMMAR, SAMPLES, SHARED, extract, file, reading

from hreport import resolve
from hreport.model import Exact, Extraction, Mask, Observation, Quantity, Range
from hreport.tag import areas, quantities, times
from hreport.text import fold

Said: TypeAlias = tuple[Decimal | None, Decimal | None, str]  # value, upper end, base unit

CORPORA = ("work_reports_2026_txt", "work_reports_docx", "national_gb18030_txt", "notices_txt")
NAME = "mangled.txt"  # no year and no place can be read off it
LIGHT = 3  # hits of a light dose
NUMERAL = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
YEAR = re.compile(r"(?<![\d.])(?:19|20)\d\d(?=\s?年|[-—–~至](?:19|20)?\d\d\s?年)|(?<=\d[-—–~至])(?:19|20)\d\d(?=\s?年)")
DATED = re.compile(r"(?<![\d.])\d{4}(?=年)|(?<![\d.])\d{1,2}(?=月\d{1,2}日|月底|月份)|(?<=月)\d{1,2}(?=日)")
SHARE = ("%", "‰")


# --- what is changed -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters `start` to `end` of the clean text become `new`; `masks` are placeholders in it (from, to, kind)."""

    start: int
    end: int
    new: str
    masks: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """Edits that belong together. `figure` is the clean figure that they hit (None: no figure is hit), `was` what it
    says, where the rule put another number in its place first. `code` is the damage that must be said ("" where a
    placeholder says it), `repaired` the only repair that is right. Not `provable`: nothing in the text shows it."""

    edits: tuple[Edit, ...]
    figure: Quantity | None = None
    was: Said | None = None
    code: str = ""
    repaired: Decimal | None = None
    provable: bool = True


@dataclass(frozen=True)
class Clean:
    """A text before anything is done to it, and what the program finds in it."""

    name: str
    text: str

    @cached_property
    def found(self) -> Extraction:
        return extract(self.text, NAME)

    @cached_property
    def folded(self) -> str:
        return fold(self.text)

    @cached_property
    def figures(self) -> list[Quantity]:
        """The figures that say a number and are not damaged, in order, each once."""
        out: list[Quantity] = []
        for o in sorted(self.found.observations, key=lambda o: o.quantity.span):
            q = o.quantity
            if isinstance(q.value, Exact | Range) and not q.damage and (not out or q.span.start >= out[-1].span.end):
                out.append(q)
        return out

    @cached_property
    def plain(self) -> list[Quantity]:
        """The figures in digits with one value."""
        return [q for q in self.figures if isinstance(q.value, Exact) and NUMERAL.match(fold(q.text)) and factor(q)]

    @cached_property
    def places(self) -> list[tuple[int, int, str]]:
        """The named divisions, as stem and kind: start, end of the stem, kind of division."""
        view = reading(self.text)
        return [
            (a.at.start, a.at.start + len(m[1]), m[2])
            for a in areas.tag(view, GRAMMAR, resolve.find_areas(view.text))
            if a.kind == "named" and (m := re.fullmatch(r"(\w{2,8}?)(自治区|省|市|县|区|州|镇)", a.text))
        ]

    @cached_property
    def others(self) -> list[Quantity]:
        """Quantities that are no figures: 60岁以上, 15分钟."""
        view = reading(self.text)
        occupied = times.occupied(times.tag(view, GRAMMAR), len(view.text))
        taken = {q.span.start for q in self.figures}
        traits = quantities.profile(view.text, False, GRAMMAR)
        return [q for q in quantities.tag(view, GRAMMAR, traits, occupied) if q.span.start not in taken]

    def random(self, salt: str) -> Random:
        return Random(int(hashlib.sha1(f"{self.name}/{salt}".encode()).hexdigest(), 16))


@dataclass(frozen=True)
class Mangled:
    """A text after a rule. `masks` are the placeholders it put in: start, end, kind ("" where it is open)."""

    clean: Clean
    text: str
    changes: tuple[Change, ...]
    edits: tuple[Edit, ...]
    masks: tuple[tuple[int, int, str], ...]

    def moved(self, start: int, end: int) -> tuple[int, int]:
        """Where characters of the clean text stand now; an edit that reaches into them belongs to them."""
        edits, ends, grown = self.edits, self._ends, self._grown
        first, last = bisect_right(ends, start), bisect_right(ends, end)
        low = edits[first].start if first < len(edits) and edits[first].start < start else start
        while last and edits[last - 1].start == end:
            last -= 1  # what is put in behind them
        high = end
        if last < len(edits) and edits[last].start < end < edits[last].end:
            high = edits[last].end
            last += 1
        return low + grown[first], high + grown[last]

    @cached_property
    def _ends(self) -> list[int]:
        return [e.end for e in self.edits]

    @cached_property
    def _grown(self) -> list[int]:
        """By how much the text has grown before each edit, and after the last."""
        return [0, *accumulate(len(e.new) - (e.end - e.start) for e in self.edits)]


def factor(q: Quantity) -> Decimal | None:
    """What a numeral's number is multiplied with to give the value, None where the figure is no plain number."""
    match = NUMERAL.match(fold(q.text))
    if q.rule not in ("quantity.arabic", "quantity.bare") or match is None or not isinstance(q.value, Exact):
        return None
    number = Decimal(match[0].replace(",", ""))
    return q.value.number / number if number and q.value.number > 0 else None


def said(q: Quantity) -> Said:
    match q.value:
        case Exact(number):
            return number, None, q.base_unit
        case Range(low, high):
            return low, high, q.base_unit
    return None, None, q.base_unit


def _alike(now: Quantity, then: Quantity) -> bool:
    """Do two quantities say the same? A unit that is not written (27万) may be understood in another way."""
    unwritten = then.rule == "quantity.bare"
    return said(now)[: 2 if unwritten else 3] == said(then)[: 2 if unwritten else 3]


def numeral(q: Quantity) -> str:
    match = NUMERAL.match(fold(q.text))
    return match[0] if match else ""


def unit_of(q: Quantity) -> str:
    """What stands behind the numeral."""
    return fold(q.text)[len(numeral(q)) :]


def rewritten(q: Quantity, new: str, *placed: tuple[int, int, str]) -> Edit:
    """The edit that puts `new` in place of a figure's numeral."""
    return Edit(q.span.start, q.span.start + len(numeral(q)), new, placed)


def mangle(clean: Clean, changes: Iterable[Change]) -> Mangled:
    """The text after the changes; one that meets an earlier one is left out."""
    taken = bytearray(len(clean.text) + 1)
    kept: list[Change] = []
    for change in changes:
        if any(1 in taken[e.start : max(e.end, e.start + 1)] for e in change.edits):
            continue
        for e in change.edits:
            taken[e.start : max(e.end, e.start + 1)] = b"\x01" * max(e.end - e.start, 1)
        kept.append(change)
    edits = sorted((e for c in kept for e in c.edits), key=lambda e: (e.start, e.end))
    pieces: list[str] = []
    placed: list[tuple[int, int, str]] = []
    at = length = 0
    for e in edits:
        pieces += (clean.text[at : e.start], e.new)
        length += e.start - at
        placed += [(length + a, length + b, kind) for a, b, kind in e.masks]
        length += len(e.new)
        at = e.end
    pieces.append(clean.text[at:])
    return Mangled(clean, "".join(pieces), tuple(kept), tuple(edits), tuple(placed))


# --- judging ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Tally:
    """What came of the hits of a rule, and of the figures that it did not touch.

    `hits` fall into `flagged` (the damage is said, or the figure is masked; of these `right` and `wrong` repairs, and
    `coded` with the damage that the contract names), `sound` (read as a sound number that is not the one that stood
    there), `same` (read as it was) and `vanished`. `rest` are the rows of untouched figures, of them `alarms` with a
    damage; `changed` untouched figures read as another number without a damage, `lost` not found, `invented` rows where
    there was no figure. `years` are rows whose year was known; `false_years` those that now have another.
    """

    n: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, what: str, example: str = "") -> None:
        self.n[what] += 1
        if example:
            self.examples.setdefault(what, []).append(example)

    def merge(self, other: Tally) -> None:
        self.n.update(other.n)
        for what, more in other.examples.items():
            self.examples.setdefault(what, []).extend(more)

    def share(self, part: str, whole: str = "hits") -> float:
        return self.n[part] / self.n[whole] if self.n[whole] else 0.0


def judge(mangled: Mangled) -> dict[bool, Tally]:
    """Tallies of what is provable (True, with everything about the rest) and of what is not."""
    result = {True: Tally(), False: Tally()}
    tally = result[True]
    found = extract(mangled.text, NAME)
    rows = sorted(found.observations, key=lambda o: o.quantity.span)
    hit = {c.figure.span: c for c in mangled.changes if c.figure is not None}
    wounds: list[tuple[int, int]] = []
    known: list[tuple[int, int]] = []
    for change in hit.values():
        assert change.figure is not None
        at = mangled.moved(change.figure.span.start, change.figure.span.end)
        wounds.append(at)
        _judge_hit(result[change.provable], change, _over(rows, at), mangled.text, at)
    for figure in mangled.clean.figures:
        if figure.span in hit:
            continue
        if any(e.start <= figure.span.start and figure.span.end <= e.end for e in mangled.edits):
            continue  # cut off
        at = mangled.moved(figure.span.start, figure.span.end)
        known.append(at)
        here = _over(rows, at)
        tally.add("untouched")
        context = _context(mangled.text, at)
        if not here:
            tally.add("lost", context)
        elif all(not _alike(o.quantity, figure) and not _flagged(o) for o in here):
            tally.add("changed", f"{context} {[said(o.quantity) for o in here]}")
    edited = [mangled.moved(e.start, e.end) for c in mangled.changes if c.figure is None for e in c.edits]
    for o in rows:
        span = o.quantity.span.start, o.quantity.span.end
        if _meets(span, wounds):
            continue
        tally.add("rest")
        if o.quantity.damage and not any(e[0] < span[1] and span[0] < e[1] for e in edited):
            if not _was_damaged(mangled, span):
                tally.add("alarms", f"{o.quantity.damage} {_context(mangled.text, span)}")
        elif not _meets(span, known) and not _was_there(mangled, span) and not _flagged(o):
            tally.add("invented", _context(mangled.text, span))
    _judge_masks(tally, mangled, found.masks)
    _judge_years(tally, mangled, rows)
    return result


def _judge_hit(tally: Tally, change: Change, here: Sequence[Observation], text: str, at: tuple[int, int]) -> None:
    assert change.figure is not None
    tally.add("hits")
    was = change.was or said(change.figure)
    context = f"{_context(text, at)} was {was[0]}{was[2]}"
    if not here:
        tally.add("vanished", context)
        return
    repairs = [o for o in here if o.quantity.repaired is not None]
    # A repair that gives the number back is right, even where the catalogue knows of none.
    wrong = [o for o in repairs if (o.quantity.repaired, None, o.quantity.base_unit) != was]
    false = [o for o in here if not _flagged(o) and said(o.quantity) != was]
    if wrong:
        tally.add("wrong", f"{context} {[o.quantity.repaired for o in wrong]}")
    if false:
        tally.add("sound", f"{context} {[said(o.quantity) for o in false]}")
    elif all(not _flagged(o) for o in here):
        tally.add("same")
    else:
        tally.add("flagged")
        tally.n["right"] += bool(repairs) and not wrong
        codes = {o.quantity.damage or "" for o in here}
        tally.add("coded" if change.code in codes else "miscoded", "" if change.code in codes else f"{context} {codes}")
        if change.repaired is not None and not repairs:
            tally.add("unrepaired", context)


def _judge_masks(tally: Tally, mangled: Mangled, found: Sequence[Mask]) -> None:
    given = {(m.span.start, m.span.end): m for m in found}
    for start, end, kind in mangled.masks:
        if not kind:
            continue
        tally.add("masks")
        mask = given.get((start, end))
        if mask is None:
            tally.add("mask_missed", f"{kind} {_context(mangled.text, (start, end))}")
        elif mask.kind == kind:
            tally.add("mask_right")
        else:
            tally.add("mask_kind", f"{kind}, not {mask.kind} {_context(mangled.text, (start, end))}")


def _judge_years(tally: Tally, mangled: Mangled, rows: Sequence[Observation]) -> None:
    for o in mangled.clean.found.observations:
        if not o.year.isdigit():
            continue
        span = mangled.moved(o.quantity.span.start, o.quantity.span.end)
        for other in _over(rows, span)[:1]:
            tally.add("years")
            if other.year.isdigit() and other.year != o.year:
                tally.add("false_years", f"{_context(mangled.text, span)} {o.year} {other.year}")


def _over(rows: Sequence[Observation], at: tuple[int, int]) -> list[Observation]:
    """The rows, in order, that stand on these characters."""
    before = bisect_left(rows, at[0], key=lambda o: o.quantity.span.end)
    after = bisect_left(rows, max(at[1], at[0] + 1), key=lambda o: o.quantity.span.start)
    return [o for o in rows[before:after] if at[0] < o.quantity.span.end]


def _meets(span: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    return any(s < span[1] and span[0] < e for s, e in others)


def _flagged(o: Observation) -> bool:
    return bool(o.quantity.damage) or not isinstance(o.quantity.value, Exact | Range)


def _was_damaged(mangled: Mangled, span: tuple[int, int]) -> bool:
    rows = (o.quantity for o in mangled.clean.found.observations if _flagged(o))
    return _meets(span, (mangled.moved(q.span.start, q.span.end) for q in rows))


def _was_there(mangled: Mangled, span: tuple[int, int]) -> bool:
    """Did a row of the clean text stand here, flagged or not?"""
    rows = (o.quantity.span for o in mangled.clean.found.observations)
    return _meets(span, (mangled.moved(s.start, s.end) for s in rows))


def _context(text: str, at: tuple[int, int]) -> str:
    start, end = at
    shown = f"{text[max(0, start - 14) : start]}⟦{text[start:end]}⟧{text[end : end + 10]}"
    return shown.replace("\n", "⏎")


# --- rules: masks ----------------------------------------------------------------------------------------------------

Maker: TypeAlias = Callable[[Clean, Random], Iterator[Change]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to mask or damage. `light`: it is also tried with a few hits; `kind` is "mask", "damage" (figures are
    hit) or "words" (none is: none may change)."""

    name: str
    kind: str
    make: Maker
    light: bool = True


def _integers(clean: Clean, least: int = 1) -> list[Quantity]:
    """Plain figures that are whole numbers without multiplier: 478家."""
    return [q for q in clean.plain if numeral(q).isdigit() and int(numeral(q)) >= least and factor(q) == 1]


def digit_by_digit(clean: Clean, random: Random) -> Iterator[Change]:
    """Every digit becomes x, the point stays; dates and what is no figure too."""

    def crossed(n: str) -> str:
        return re.sub(r"\d", "x", n.replace(",", ""))

    for q in clean.plain:
        n = crossed(numeral(q))
        yield Change((rewritten(q, n, (0, len(n), "number")),), q)
    for q in clean.figures:
        if isinstance(q.value, Range) and (edits := _both_ends(q, crossed)):
            yield Change(edits, q)
    for m in DATED.finditer(clean.folded):
        n = crossed(m[0])
        yield Change((Edit(*m.span(), n, ((0, len(n), "date"),)),))
    for q in clean.others:
        if q.rule == "quantity.arabic" and isinstance(q.value, Exact):
            n = crossed(numeral(q))
            yield Change((rewritten(q, n, (0, len(n), "")),))


def _both_ends(q: Quantity, write: Callable[[str], str]) -> tuple[Edit, ...]:
    """The edits of both numbers of a range, each a placeholder then."""
    found = list(NUMERAL.finditer(fold(q.text)))
    if len(found) != 2:
        return ()
    at = q.span.start
    new = [write(m[0]) for m in found]
    return tuple(
        Edit(at + m.start(), at + m.end(), n, ((0, len(n), "number"),)) for m, n in zip(found, new, strict=True)
    )


def fixed(clean: Clean, random: Random) -> Iterator[Change]:
    """A whole number becomes XX."""
    for q in clean.plain:
        yield Change((rewritten(q, "XX", (0, 2, "number")),), q)
    for q in clean.figures:
        if isinstance(q.value, Range) and (edits := _both_ends(q, lambda n: "XX")):
            yield Change(edits, q)


def _places(write: Callable[[str, str], str]) -> Maker:
    """The names of divisions become what `write` makes of stem and kind."""

    def make(clean: Clean, random: Random) -> Iterator[Change]:
        for start, end, kind in clean.places:
            if new := write(clean.text[start:end], kind):
                yield Change((Edit(start, end, new, ((0, len(new), "place"),)),))

    return make


def _lettered(stem: str, kind: str) -> str:
    return {"省": "A", "市": "B", "县": "C", "镇": "D"}.get(kind, "")


def _years(write: Callable[[str], str], left: str = "") -> Maker:
    """Years become what `write` makes of them; `left` is left over behind them."""

    def make(clean: Clean, random: Random) -> Iterator[Change]:
        for m in YEAR.finditer(clean.folded):
            new = write(m[0])
            yield Change((Edit(*m.span(), new + left, ((0, len(new.rstrip()), "date"),)),))

    return make


def year_star(clean: Clean, random: Random) -> Iterator[Change]:
    """Every 20dd becomes 201*, in counts too (some counts are given such a number first)."""
    for q in _chosen(_integers(clean, 100), random, 5):
        was = Decimal(2000 + random.randrange(10, 60))
        yield Change((rewritten(q, "201*", (0, 4, "number")),), q, (was, None, q.base_unit), "year_scrub")
    figures = {q.span.start: q for q in clean.plain}
    for m in re.finditer(r"(?<![\d.,])20\d\d(?!\d)", clean.folded):
        if q := figures.get(m.start()):
            if numeral(q) == m[0]:
                yield Change((rewritten(q, "201*", (0, 4, "number")),), q, None, "year_scrub")
        elif not any(q.span.start <= m.start() < q.span.end for q in clean.figures):
            kind = "date" if re.match(r"\s?年|[)）\]】〕]", clean.folded[m.end() :]) else ""
            yield Change((Edit(*m.span(), "201*", ((0, 4, kind),)),))


def _chosen(figures: Sequence[Quantity], random: Random, every: int) -> list[Quantity]:
    """One in `every` figures, at least one."""
    return random.sample(figures, max(1, len(figures) // every)) if figures else []


def two_xx(clean: Clean, random: Random) -> Iterator[Change]:
    """A count that looks like a year becomes 2XX."""
    for q in _integers(clean, 100):
        yield Change((rewritten(q, "2XX", (0, 3, "number")),), q, (Decimal(2012), None, q.base_unit), "year_scrub")


def stars(clean: Clean, random: Random) -> Iterator[Change]:
    """Counts become stars; of some the last digit leaks."""
    for k, q in enumerate(_integers(clean, 10)):
        n = "**" + numeral(q)[-1] * (k % 3 == 2)
        yield Change((rewritten(q, n, (0, len(n), "number")),), q)


LONG_UNIT = re.compile(r"[%‰]|[万亿].+|人次|平方.+|公里|公顷|立方.+|个百分点|千瓦.*|1?/10万")


def _erased(new: str, clear: Callable[[Clean, Quantity], bool], chosen: Callable[[Quantity], bool]) -> Maker:
    """Numbers become nothing or a space. Provable where `clear` says that the unit alone shows it."""

    def make(clean: Clean, random: Random) -> Iterator[Change]:
        for q in clean.plain:
            if q.base_unit and q.rule == "quantity.arabic" and chosen(q):
                yield Change((rewritten(q, new),), q, None, "deleted", None, clear(clean, q))

    return make


def _alone(clean: Clean, q: Quantity) -> bool:
    """Is the unit of a kind that no word ends with? 万名 before a noun is one of those words."""
    ends = re.match(r"[,。;、)]|\s|$|以[上下内]|左右|.{0,2}[至到]", clean.folded[q.span.end :])
    return bool(LONG_UNIT.fullmatch(unit_of(q)) and (ends or unit_of(q)[0] in "%‰个/1"))


def xx_county(clean: Clean, random: Random) -> Iterator[Change]:
    """A gazetteer's county names become XX县区, in other words too."""
    yield from (
        Change((Edit(start, end + 1, "XX县区", ((0, 2, "place"),)),))
        for start, end, kind in clean.places
        if kind in ("县", "区")
    )
    for m in re.finditer(r"(?<=主|中|新|老)城区|(?<=[省市府])和县(?=[委政])|(?<=[\u4e00-\u9fff])矿区", clean.text):
        yield Change((Edit(*m.span(), "XX县区", ((0, 2, "place"),)),))


# --- rules: damage ---------------------------------------------------------------------------------------------------


def ten(clean: Clean, random: Random) -> Iterator[Change]:
    """Every 10 becomes 2023 (some figures are given a number with 10 first): 100% reads 20230%, 110家 12023家."""
    for q in _chosen([q for q in clean.plain if q.rule == "quantity.arabic"], random, 6):
        whole = ("100", "10") if q.base_unit == "%" else ("110", "10", "3100", "210", "1100")
        if "." in numeral(q):
            whole = ("10.5", "4.10", "110.2", "0.10")
        new = random.choice(whole)
        was = Decimal(new) * (factor(q) or 1)
        sure = was if (new, q.base_unit) == ("100", "%") else None
        edit = rewritten(q, new.replace("10", "2023"))
        yield Change((edit,), q, (was, None, q.base_unit), "year_scrub", sure)
    for q in clean.figures:
        found = list(re.finditer("10", fold(q.text)))
        if not found:
            continue
        at = q.span.start
        edits = tuple(Edit(at + m.start(), at + m.end(), "2023") for m in found)
        sure = Decimal(100) if fold(q.text) == "100%" else None
        yield Change(edits, q, None, "year_scrub", sure)
    spans = [q.span for q in clean.figures]
    for m in re.finditer("10", clean.folded):
        if not any(s.start <= m.start() < s.end for s in spans):
            yield Change((Edit(*m.span(), "2023"),))


def year_family(clean: Clean, random: Random) -> Iterator[Change]:
    """Every year becomes 2022, 2023 or 202223."""
    became: dict[str, str] = {}
    for m in YEAR.finditer(clean.folded):
        new = became.setdefault(m[0], random.choice(("2022", "2023", "2023", "202223")))
        yield Change((Edit(*m.span(), new),))


def year_in_count(clean: Clean, random: Random) -> Iterator[Change]:
    """A year inside a count became 2023 as well: 20050元 reads 20230元. In a document whose years are spoilt."""
    for q in _chosen(_integers(clean, 100), random, 5):
        n = f"{random.randrange(2001, 2016)}{random.randrange(10)}"
        yield Change((rewritten(q, "2023" + n[4:]),), q, (Decimal(n), None, q.base_unit), "year_scrub")
    yield from year_family(clean, random)


def spun_document(clean: Clean, random: Random) -> Iterator[Change]:
    """A page as 000 and 004 of the seeds: spun words, 10 as 2023, false years and XX县区 in one."""
    for maker in (ten, year_family, xx_county):
        yield from maker(clean, random)
    yield from spun(clean, random)


def percent_lost(clean: Clean, random: Random) -> Iterator[Change]:
    """The % behind a number is lost. Provable behind 增长, 率, 达到 and before a mark."""
    for q in clean.plain:
        if not fold(q.text).endswith("%") or unit_of(q) != "%":
            continue
        before, after = clean.folded[max(0, q.span.start - 24) : q.span.start], clean.folded[q.span.end :][:6]
        cue = re.search(r"(?:增长|下降|率|率为|率达|率达到|达到|增幅|降幅)$", before)
        ends = re.match(r"(?:以上|以下|左右|以内)?(?:[,;。、]|$|\n)", after)
        value, *_ = said(q)
        sure = bool(cue and ends) and value is not None and value <= 100
        yield Change((Edit(q.span.end - 1, q.span.end, ""),), q, None, "lost_unit", value if sure else None, sure)


def per_mille_lost(clean: Clean, random: Random) -> Iterator[Change]:
    """The ‰ behind a number is lost. It could have been a %: no repair is certain."""
    for q in clean.plain:
        if unit_of(q) == "‰":
            before, after = clean.folded[max(0, q.span.start - 4) : q.span.start], clean.folded[q.span.end :][:6]
            ends = re.match(r"(?:以上|以下|左右|以内)?(?:[,;。、]|$|\n)", after)
            sure = bool(re.search(r"(?:率|率为|率达|降至)$", before) and ends)
            yield Change((Edit(q.span.end - 1, q.span.end, ""),), q, None, "lost_unit", None, sure)


def dash_lost(clean: Clean, random: Random) -> Iterator[Change]:
    """The dash of a range is lost: 60-70% reads 6070%. Provable where the number is no share then."""
    for q in clean.figures:
        if isinstance(q.value, Range) and (m := re.search(r"[-—–~～]{1,2}", q.text)):
            edit = Edit(q.span.start + m.start(), q.span.start + m.end(), "")
            yield Change((edit,), q, None, "lost_char", None, q.base_unit in SHARE)
    for k, q in enumerate(_chosen([q for q in clean.plain if unit_of(q) == "%"], random, 3)):
        low = random.randrange(20, 60)
        high = low + random.randrange(5, 30)
        new = (f"{low}{high}", f"{low}%{high}", f"{low}.5{high}.2")[k % 3]
        point = Decimal(k % 3 == 2)
        was = (low + point * Decimal("0.5"), high + point * Decimal("0.2"), "%")
        yield Change((rewritten(q, new),), q, was, "lost_char", None)


def _is_growth(clean: Clean, q: Quantity) -> bool:
    """Is a share of more than 100 possible here?"""
    o = next(o for o in clean.found.observations if o.quantity.span == q.span)
    return o.measure != "level"


def point_lost(clean: Clean, random: Random) -> Iterator[Change]:
    """The point is lost: 25.4% reads 254%. Provable where a share is too large."""
    for q in clean.plain:
        if "." not in numeral(q):
            continue
        new = numeral(q).replace(".", "").lstrip("0")
        sure = unit_of(q) == "%" and int(new) > 100 and not _is_growth(clean, q)
        yield Change((rewritten(q, new),), q, None, "lost_point", None, sure)


def point_stop(clean: Clean, random: Random) -> Iterator[Change]:
    """The point became a full stop: 25。4%."""
    for q in clean.plain:
        if "." in numeral(q):
            value, *_ = said(q)
            yield Change((rewritten(q, numeral(q).replace(".", "。")),), q, None, "lost_point", value)


def date_marks_lost(clean: Clean, random: Random) -> Iterator[Change]:
    """年 or 月 inside a date is lost: 2023年5月 reads 20235月, 5月31日 reads 531日."""
    for m in re.finditer(r"(?<=\d{4})年(?=\d{1,2}月)|(?<=\d)月(?=\d{1,2}日)", clean.folded):
        yield Change((Edit(*m.span(), ""),))


def masked_date_marks_lost(clean: Clean, random: Random) -> Iterator[Change]:
    """The same where each digit is an x: xxxxx月, xxx日 are one placeholder of a date."""
    for m in re.finditer(r"(?<!\d)(\d{4})年(\d{1,2})(?=月(?!\d))|(?<![年\d])(\d{1,2})月(\d{1,2})(?=日)", clean.folded):
        n = "x" * sum(len(g) for g in m.groups() if g)
        yield Change((Edit(*m.span(), n, ((0, len(n), "date"),)),))
    yield from digit_by_digit(clean, random)


PAGE_LENGTH = 320  # the shortest of the seeds' pages


def _pages(flat: bool, entity: bool) -> Maker:
    """Page markers inside sentences: each stands in a figure where one is near. `flat`: the site joined the lines.
    `entity`: the page ends behind a broken &permil."""

    def make(clean: Clean, random: Random) -> Iterator[Change]:
        wanted = [q for q in clean.plain if q.rule == "quantity.arabic" and len(q.text) > 2]
        start = len(clean.text) - len(clean.text.lstrip())
        yield Change((Edit(start, start, "1、"),))
        at, number = start, 2
        while at + PAGE_LENGTH < len(clean.text):
            near = [q for q in wanted if at + PAGE_LENGTH <= q.span.start <= at + 2 * PAGE_LENGTH]
            mark = f"\n{number}、"
            if near and entity:
                per = [q for q in near if unit_of(q) in SHARE] or near
                q = random.choice(per)
                value = Decimal(numeral(q).replace(",", ""))
                edit = Edit(q.span.start + len(numeral(q)), q.span.end, f"&permil{mark};")
                yield Change((edit,), q, (value, None, "‰"), "split", value)
                at = q.span.end
            elif near:
                q = random.choice(near)
                cut = q.span.start + random.randrange(1, len(q.text))
                value, *_ = said(q)
                yield Change((Edit(cut, cut, mark),), q, None, "split", value)
                at = q.span.end
            else:
                found = re.compile(r"(?<=[\u4e00-\u9fff])(?=[\u4e00-\u9fff])").search(clean.text, at + PAGE_LENGTH)
                if found is None:
                    break
                yield Change((Edit(found.start(), found.start(), mark),))
                at = found.start()
            number += 1
        if flat:
            for m in re.finditer(r"\s*\n\s*", clean.text[start:].rstrip()):
                yield Change((Edit(start + m.start(), start + m.end(), " "),))

    return make


def spaces(clean: Clean, random: Random) -> Iterator[Change]:
    """A space before the unit, and in years."""
    for q in clean.plain:
        at = q.span.start + len(numeral(q))
        if q.rule == "quantity.arabic" and at < q.span.end:
            yield Change((Edit(at, at, " "),), q, None, "spaced", said(q)[0])
    for m in YEAR.finditer(clean.folded):
        if clean.folded[m.end()] == "年":
            yield Change((Edit(m.end(), m.end(), " "),))


def spaces_in_numbers(clean: Clean, random: Random) -> Iterator[Change]:
    """A space inside a number: 2 46人, 18 .6万人."""
    for q in clean.plain:
        n = numeral(q)
        directly = re.match(r"[\u4e00-\u9fff]", clean.folded[q.span.start - 1 : q.span.start])
        if q.rule == "quantity.arabic" and 2 <= len(n) <= 7 and "," not in n and q.span.start:
            at = random.randrange(1, len(n))
            new = n[:at] + " " + n[at:]
            sure = (
                bool(directly)
                and max(map(len, re.split("[ .]", new))) <= 3
                and clean.folded[q.span.start - 1] not in "第表图件号"
            )
            yield Change((rewritten(q, new),), q, None, "spaced", said(q)[0], sure)


def _cut(part: float) -> Maker:
    """The text ends inside a figure, `part` of the way through the document."""

    def make(clean: Clean, random: Random) -> Iterator[Change]:
        late = [q for q in clean.plain if q.span.start > part * len(clean.text) and q.rule == "quantity.arabic"]
        late = [q for q in late if len(q.text) > 2]
        if not late:
            return
        q = late[0]
        ends = list(range(q.span.start + 1, q.span.end))
        at = random.choice(ends)
        yield Change((Edit(at, len(clean.text), ""),), q, None, "cut")

    return make


# --- rules: words, which leave every figure as it is -----------------------------------------------------------------

SPUN = {
    "报告发": "报揭发",
    "服务": "效劳",
    "基本": "根本",
    "发展": "开展",
    "项目": "工程",
    "计划": "方案",
    "达到": "到达",
    "基础": "根底",
    "部分": "局部",
    "巩固": "稳固",
    "规范": "标准",
    "原则": "原那么",
}


def spun(clean: Clean, random: Random) -> Iterator[Change]:
    """Words become synonyms."""
    for m in re.finditer("|".join(SPUN), clean.text):
        yield Change((Edit(*m.span(), SPUN[m[0]]),))


def chinese_digits(clean: Clean, random: Random) -> Iterator[Change]:
    """A single Chinese numeral becomes a digit: 进1步, 2级医院, 3个方面."""
    figures = [q.span for q in clean.figures]
    for m in re.finditer(
        r"(?<![\d一二三四五六七八九十百千万亿点第“])[一二三四五六七八九](?![\d一二三四五六七八九十百千万亿])",
        clean.text,
    ):
        if not any(s.start <= m.start() < s.end for s in figures):
            yield Change((Edit(*m.span(), str("一二三四五六七八九".index(m[0]) + 1)),))


def filtered(clean: Clean, random: Random) -> Iterator[Change]:
    """A filter's character stands inside words: 卫生_改革, 经济.发展."""
    for word in ("改革", "政府", "发展", "卫生", "建设", "群众", "中央", "党委"):
        for m in re.finditer(word, clean.text):
            if random.random() < 0.3:
                yield Change((Edit(m.start(), m.start(), random.choice("_*.")),))


def quotes(clean: Clean, random: Random) -> Iterator[Change]:
    """Quotation marks break: ”;十三五”, 〞, one goes."""
    for m in re.finditer("[“”]", clean.text):
        new = random.choice(("”;", "“")) if m[0] == "“" else random.choice(("〞", "", "”"))
        yield Change((Edit(*m.span(), new),))


def commas(clean: Clean, random: Random) -> Iterator[Change]:
    """Commas are deleted."""
    for m in re.finditer("，|(?<!\\d),", clean.text):
        yield Change((Edit(*m.span(), ""),))


_PAIRS = (
    "万萬wàn 亿億yì 个個gè 张張zhāng 项項xiàng 处處chù 级級jí 岁歲suì 条條tiáo 户戶hù 辆輛liàng 吨噸dūn "
    "亩畝mǔ 类類lèi 种種zhǒng 间間jiān 达達dá 长長zhǎng 减減jiǎn 乡鄉xiāng 镇鎮zhèn 县縣xiàn 区區qū "
    "数數shù 龄齡líng 预預yù 寿壽shòu 标標biāo 实實shí 现現xiàn 卫衛wèi 医醫yī 疗療liáo 机機jī 构構gòu "
    "总總zǒng 设設shè 护護hù 专專zhuān 业業yè 务務wù 为為wéi 与與yǔ 产產chǎn 妇婦fù 儿兒ér 岗崗gǎng "
    "点點diǎn 术術shù 国國guó 资資zī 补補bǔ 贴貼tiē 较較jiào 约約yuē 过過guò 两兩liǎng 节節jié 开開kāi "
    "体體tǐ 积積jī 发發fā 经經jīng 济濟jì 会會huì 员員yuán 诊診zhěn 门門mén 费費fèi 筹籌chóu 盖蓋gài "
    "规規guī 范範fàn 签簽qiān 质質zhì 优優yōu 环環huán 众眾zhòng 农農nóng 进進jìn 选選xuǎn 届屆jiè "
    "时時shí 对對duì 监監jiān 测測cè 单單dān 团團tuán 队隊duì 应應yīng 学學xué 办辦bàn 书書shū 号號hào "
    "层層céng 额額é 贫貧pín 创創chuàng 传傳chuán 场場chǎng 块塊kuài 厂廠chǎng 华華huá 动動dòng 劳勞láo "
    "轮輪lún 线線xiàn 组組zǔ 价價jià 评評píng 划劃huà 将將jiāng 从從cóng 无無wú 关關guān 车車chē "
)
TRADITIONAL = {pair[0]: pair[1:] for pair in _PAIRS.split()}


def _traditional(readings: int) -> Maker:
    """Traditional script; one in `readings` of its characters has its reading in brackets (0: none)."""

    def make(clean: Clean, random: Random) -> Iterator[Change]:
        count = 0
        for k, character in enumerate(clean.text):
            if character not in TRADITIONAL:
                continue
            both = TRADITIONAL[character]
            count += 1
            new = both[0] + (f"({both[1:]})" if readings and count % readings == 0 else "")
            yield Change((Edit(k, k + 1, new),))

    return make


# --- all of them -----------------------------------------------------------------------------------------------------


RULES: tuple[Rule, ...] = (
    Rule("number xx.x", "mask", digit_by_digit),
    Rule("number XX", "mask", fixed),
    Rule("number 2XX", "mask", two_xx),
    Rule("number **", "mask", stars),
    Rule("place xx", "mask", _places(lambda stem, kind: "xx")),
    Rule("place XX", "mask", _places(lambda stem, kind: "XX")),
    Rule("place x", "mask", _places(lambda stem, kind: "x" * (kind == "镇"))),
    Rule("place _", "mask", _places(lambda stem, kind: "_")),
    Rule("place **", "mask", _places(lambda stem, kind: "**")),
    Rule("place XX县区", "mask", xx_county),
    Rule("place A省B市", "mask", _places(_lettered)),
    Rule("place 某市", "mask", _places(lambda stem, kind: "某" if kind in "省市县区镇" else "")),
    Rule("year 20xx", "mask", _years(lambda y: "20xx")),
    Rule("year 20XX", "mask", _years(lambda y: "20XX")),
    Rule("year 202x", "mask", _years(lambda y: y[:3] + "x")),
    Rule("year xxxx", "mask", _years(lambda y: "xxxx")),
    Rule("year XX", "mask", _years(lambda y: "XX")),
    Rule("year '20xx '", "mask", _years(lambda y: "20xx ")),
    Rule("year xx年年", "mask", _years(lambda y: "xx", "年")),
    Rule("year 20_", "mask", _years(lambda y: "20_")),
    Rule("year 201*", "mask", year_star),
    Rule("number blank", "damage", _erased(" ", lambda clean, q: True, lambda q: True)),
    Rule("number deleted", "damage", _erased("", _alone, lambda q: True)),
    Rule("decimal deleted", "damage", _erased("", _alone, lambda q: "." in numeral(q))),
    Rule("10 is 2023", "damage", ten),
    Rule("year is 2023", "damage", year_family, light=False),
    Rule("year in count", "damage", year_in_count),
    Rule("spun document", "damage", spun_document, light=False),
    Rule("% lost", "damage", percent_lost),
    Rule("‰ lost", "damage", per_mille_lost),
    Rule("dash lost", "damage", dash_lost),
    Rule("point lost", "damage", point_lost),
    Rule("point is 。", "damage", point_stop),
    Rule("年 月 lost", "damage", date_marks_lost),
    Rule("年 月 lost, x", "mask", masked_date_marks_lost),
    Rule("&permil, page", "damage", _pages(flat=False, entity=True), light=False),
    Rule("page inside", "damage", _pages(flat=False, entity=False), light=False),
    Rule("page inside, flat", "damage", _pages(flat=True, entity=False), light=False),
    Rule("space inside", "damage", spaces),
    Rule("space in number", "damage", spaces_in_numbers),
    Rule("cut at 1/4", "damage", _cut(0.25), light=False),
    Rule("cut at 1/2", "damage", _cut(0.5), light=False),
    Rule("cut at 3/4", "damage", _cut(0.75), light=False),
    Rule("cut at the end", "damage", _cut(0.95), light=False),
    Rule("spun words", "words", spun, light=False),
    Rule("numeral to digit", "words", chinese_digits),
    Rule("filtered words", "words", filtered, light=False),
    Rule("quotes broken", "words", quotes, light=False),
    Rule("commas deleted", "words", commas, light=False),
    Rule("traditional", "words", _traditional(0), light=False),
    Rule("traditional (pīn)", "words", _traditional(4), light=False),
)


def doses(rule: Rule) -> tuple[str, ...]:
    return ("full", "light") if rule.light else ("full",)


def apply(rule: Rule, clean: Clean, dose: str) -> Mangled | None:
    """The text after a rule; None where there is nothing to do it to. A light dose is a few of the hits."""
    changes = list(rule.make(clean, clean.random(rule.name)))
    if dose == "light":
        hits = [c for c in changes if c.figure is not None] or changes
        changes = clean.random(rule.name + dose).sample(hits, min(LIGHT, len(hits)))
    mangled = mangle(clean, changes)
    return mangled if mangled.changes else None


def tallied(rule: Rule, dose: str, texts: Iterable[Clean]) -> dict[bool, Tally]:
    """The tallies of a rule over texts."""
    total = {True: Tally(), False: Tally()}
    for clean in texts:
        if mangled := apply(rule, clean, dose):
            for provable, tally in judge(mangled).items():
                total[provable].merge(tally)
    return total


def clean_samples() -> list[Clean]:
    """The samples that show neither masks nor damage."""
    texts = [Clean(p.name, file(p).text) for p in SAMPLES]
    return [t for t in texts if not t.found.masks and not any(o.quantity.damage for o in t.found.observations)]


def corpus(folder: str, every: int = 1) -> list[Clean]:
    """The texts of a folder of the shared corpus that hold figures, one in `every`."""
    found = []
    for path in sorted((SHARED / "corpus" / folder).glob("*"))[::every]:
        text = file(Path(path)).text
        if re.search(r"\d[%万亿]", fold(text)):
            found.append(Clean(path.name, text))
    return found
