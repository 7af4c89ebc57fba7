"""Reports that are copies of one text, told by the rows of extract alone.

Share sites post a report again under another name, with other masks, spun words, damaged digits, cut, and glued among
others. **What makes two reports copies**: the sentences of the shorter stand in the longer (by their hanzi: `Stream`),
and the numbers that are legible in both agree. The numbers decide: two years of one city's report, and one form filled
in by two counties, share their sentences but not their numbers. Where no number is legible in both, because one of them
hides all, the text must be the same nearly everywhere and the numbers must fit the masks.

Candidates come from locality-sensitive hashing of single sentences (rensa), since an excerpt shares few with the whole;
each is then checked exactly.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import PurePath
from typing import Any, TypeAlias

from hreport import lexicon
from hreport.alignment import MASK, Block, Stream, agreement, fits, matched, slots, telling_numbers
from hreport.figures import UNKNOWN_PLACE, Figure
from hreport.messages import Message
from hreport.model import Issue
from hreport.record import Row, wording
from hreport.text import fold

Place: TypeAlias = tuple[str, int]  # file and number of a report
Spot: TypeAlias = tuple[str, int, int, int]  # of a figure: file, report, offsets

SHINGLE = 5  # hanzi
HASHES, BANDS = 64, 16  # of sentences: half alike are found in 2 of 3 cases, and a copy has many
SHORTEST = 12  # hanzi of a sentence that is looked for
MOST_TRIED = 12  # reports that are compared with one, the likeliest first

LEAST_ALIKE = 0.5  # of the shorter report's shingles are in the longer, or the two are not compared further
LEAST_SHARED = 0.6  # of the shorter report's hanzi run along with those of the longer
LEAST_TEXT = 40  # hanzi that they share: one long sentence
LEAST_COMMON = 0.4  # of the shorter one's numbers stand in the longer, where neither hides any
LEAST_LEGIBLE = 3  # numbers that agree, at least
LEAST_AGREED = 0.8  # of the numbers that are legible in both; two years of one report reach a third
FEW = 6  # of so few numbers all must agree, or all but one where the rest is hidden
# Where hardly a number is legible in both, it is enough that so many masks with a placeholder for each digit fit (an
# other number fits in two of five cases), or that so much of the text is the same.
ENOUGH_MASKS = 8
UNSEEN_FIT = 0.9  # of the masks
UNSEEN_SHARED, UNSEEN_TEXT = 0.85, 150  # of the shorter report's hanzi, and how many
SENTENCE_SHARED = 0.6  # of the hanzi of a sentence that counts as shared
SAME_TEXT = 0.8  # of a report's sentences: it is the other one again, and not only partly
PREFERRED = (0, 2, 1, 3, 4)  # by soundness: a doubt about a figure is no reason to show that of a copy


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why one report is a copy of another: the share of its sentences that stand there, and what the numbers say
    (`alignment.Agreement`)."""

    sentences: float
    legible: int = 0
    agreed: int = 0
    masks: int = 0
    fitting: int = 0
    hidden: int = 0


@dataclass(slots=True)
class Told:
    """What the rows of a report hold of its text: the sentences, a line each, and where each row's figure stands."""

    place: Place
    rows: list[Row]
    text: str = ""
    at: dict[int, int] = field(default_factory=dict)  # number of the row -> offset of its figure in the text
    lines: list[tuple[int, int]] = field(default_factory=list)
    stream: Stream = field(default_factory=lambda: Stream.of(""))
    shingles: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    is_hiding: bool = False  # any number

    @classmethod
    def of(cls, place: Place, rows: Iterable[Row]) -> Told:
        """Read the sentences out of the rows of one report."""
        told = cls(place, sorted(rows, key=lambda r: (r["start"] or 0, r["end"] or 0)))
        pieces: list[str] = []
        length = 0
        sentence, origin = None, 0  # the line in hand, and the offset in the source at which it begins
        for number, row in enumerate(told.rows):
            words, start, text = row["sentence"] or "", row["start"] or 0, row["text"] or ""
            if words != sentence or words[start - origin : start - origin + len(text)] != text:
                inside = words.find(text)
                sentence, origin = words, start - max(inside, 0)
                pieces.append(words)
                told.lines.append((length, length + len(words)))
                length += len(words) + 1
            offset = start - origin
            if words[offset : offset + len(text)] == text:
                told.at[number] = told.lines[-1][0] + offset
        told.text = "\n".join(pieces)
        told.stream = Stream.of(told.text, _spin())
        key = told.stream.key
        told.shingles = {key[k : k + SHINGLE] for k in range(len(key) - SHINGLE + 1)}
        told.numbers = telling_numbers(told.text)
        told.is_hiding = any(row["masked"] for row in told.rows) or bool(MASK.search(told.text))
        return told

    def keys(self) -> Iterator[str]:
        """The hanzi of each sentence that has enough of them."""
        for start, end in self.lines:
            key = self.stream.key[self.stream.index(start) : self.stream.index(end)]
            if len(key) >= SHORTEST:
                yield key

    @property
    def area(self) -> str:
        """The place that the report is about, by code or name; empty where most of its figures are of none that is
        known."""
        known = Counter(r["area_id"] or r["area_name"] for r in self.rows if _is_named(r))
        return min(known, key=lambda a: (-known[a], a)) if known and 2 * known.total() >= len(self.rows) else ""

    @property
    def order(self) -> tuple[Any, ...]:
        """Where it stands among the copies of one text; the first is the one that the others are copies of: of a known
        place, then whole and no excerpt, then with the fewest hidden and damaged figures, then the longest."""
        poor = sum(bool(r["masked"] or r["damage"]) for r in self.rows)
        length = len(self.stream.key)
        return (not self.area, -length.bit_length(), round(poor / len(self.rows), 1), -length, *self.place)


@lru_cache(maxsize=1)
def _spin() -> tuple[lexicon.Spin, ...]:
    return tuple(lexicon.load().spin.values())


@lru_cache(maxsize=1)
def _nameless() -> re.Pattern[str]:
    return re.compile(wording()["patterns"]["unknown_area"])


@dataclass(frozen=True, slots=True)
class Groups:
    """Copies and what they are copies of, with the evidence; of each figure of a copy, where the same figure stands in
    what it is a copy of."""

    primary: Mapping[Place, Place] = field(default_factory=dict)
    evidence: Mapping[Place, Evidence] = field(default_factory=dict)
    twins: Mapping[Spot, Spot] = field(default_factory=dict)


def place_of(row: Row) -> Place:
    """The report of a row: file and number."""
    return row["file"] or "", row["report"] or 0


def spot_of(row: Row) -> Spot:
    """Where a figure stands: file, number of the report and offsets."""
    return *place_of(row), row["start"] or 0, row["end"] or 0


def groups(rows: Iterable[Row]) -> Groups:
    """Which reports are copies, and of which. The same whatever the order of the rows."""
    by_report: dict[Place, list[Row]] = defaultdict(list)
    for row in rows:
        by_report[place_of(row)].append(row)
    if len(by_report) < 2:
        return Groups()
    all_told = sorted((Told.of(place, own) for place, own in by_report.items()), key=lambda t: t.order)
    told = {t.place: t for t in all_told}
    primary: dict[Place, Place] = {}
    evidence: dict[Place, Evidence] = {}
    for report, candidates in _candidates(all_told):
        tried: set[Place] = set()
        fitting: dict[Place, Evidence] = {}
        for candidate in candidates:
            root = primary.get(candidate, candidate)
            if root in tried:
                continue
            if not _may_be_copies(report, told[root]):
                continue
            tried.add(root)
            if found := judged(report, told[root]):
                fitting[root] = found
                if found.legible >= LEAST_LEGIBLE:  # its numbers tell
                    break
            if len(tried) == MOST_TRIED:
                break
        best = max(fitting.values(), key=lambda e: e.legible, default=None)
        # Where masks hide all, two reports that are no copies of each other may fit it alike: it is told as neither's.
        if best is not None and (best.legible >= LEAST_LEGIBLE or len(fitting) == 1):
            root = next(place for place, found in fitting.items() if found is best)
            primary[report.place], evidence[report.place] = root, best
    twins: dict[Spot, Spot] = {}
    for copy, other in primary.items():
        twins.update(_twins(told[copy], told[other]))
    return Groups(primary, evidence, twins)


def _candidates(reports: Sequence[Told]) -> Iterator[tuple[Told, list[Place]]]:
    """Each report with those before it that share sentences with it, the likeliest first."""
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(LEAST_ALIKE, HASHES, BANDS)
    numbers: dict[str, int] = {}  # of each sentence
    owners: list[list[int]] = []  # of each sentence, the reports that hold it
    for number, report in enumerate(reports):
        shared: Counter[int] = Counter()
        fresh = {}
        for key in dict.fromkeys(report.keys()):
            sketch = RMinHash(HASHES, 0)
            sketch.update([key[k : k + SHINGLE] for k in range(len(key) - SHINGLE + 1)])
            shared.update({owner for at in index.query(sketch) for owner in owners[at]})
            fresh[key] = sketch
        for key, sketch in fresh.items():
            at = numbers.setdefault(key, len(owners))
            if at == len(owners):
                index.insert(at, sketch)
                owners.append([])
            owners[at].append(number)
        common = {k: len(report.numbers & reports[k].numbers) for k in shared}
        yield report, [reports[k].place for k in sorted(shared, key=lambda k: (-common[k], -shared[k], k))]


# --- evidence --------------------------------------------------------------------------------------------------------


def _may_be_copies(copy: Told, other: Told) -> bool:
    """Are the words of two reports alike, and, where neither hides any, the numbers?"""
    least = min(len(copy.shingles), len(other.shingles))
    if not least or len(copy.shingles & other.shingles) < LEAST_ALIKE * least:
        return False
    enough = LEAST_COMMON * min(len(copy.numbers), len(other.numbers))
    return len(copy.numbers & other.numbers) >= enough or copy.is_hiding or other.is_hiding


def judged(copy: Told, other: Told) -> Evidence | None:
    """The evidence that these two are copies of one text, or that one is an excerpt of the other; None where it does
    not suffice."""
    blocks = matched(copy.stream.key, other.stream.key)
    text = sum(block.length for block in blocks)
    share = text / max(1, min(len(copy.stream.key), len(other.stream.key)))
    if share < LEAST_SHARED or text < LEAST_TEXT:
        return None
    found = agreement(copy.stream, other.stream, blocks)
    missed = found.legible - found.agreed
    elsewhere = bool(copy.area and other.area and copy.area != other.area)  # it takes more to doubt what they say
    if found.legible > FEW:
        proven = found.agreed >= LEAST_AGREED * found.legible
    else:
        same = found.hidden > 0 and share >= UNSEEN_SHARED and text >= UNSEEN_TEXT
        fit = found.fitting >= UNSEEN_FIT * found.masks
        proven = missed == 0 and found.legible >= LEAST_LEGIBLE and not elsewhere
        proven = proven or (missed <= 1 and fit and not elsewhere and (same or found.masks >= ENOUGH_MASKS))
    return Evidence(_sentences(copy, blocks), *found) if proven else None


def _sentences(report: Told, blocks: Sequence[Block]) -> float:
    """The share of a report's sentences that stand in the other one."""
    total = shared = 0
    ends = [0]
    for block in blocks:
        ends += [block.a, block.a + block.length]
    for start, end in report.lines:
        low, high = report.stream.index(start), report.stream.index(end)
        if high > low:
            total += 1
            inside = sum(max(0, min(high, b.a + b.length) - max(low, b.a)) for b in blocks)
            shared += inside >= SENTENCE_SHARED * (high - low)
    return shared / total if total else 0.0


def _twins(copy: Told, other: Told) -> Iterator[tuple[Spot, Spot]]:
    """The figures of two texts that stand in the same places."""
    here = sorted((offset, number) for number, offset in copy.at.items())
    there = sorted((offset, number) for number, offset in other.at.items())
    for slot in slots(copy.stream, other.stream, matched(copy.stream.key, other.stream.key)):
        mine = here[_first(here, slot.start_a) : _first(here, slot.end_a)]
        theirs = there[_first(there, slot.start_b) : _first(there, slot.end_b)]
        if len(mine) == len(theirs):
            for (_, one), (_, two) in zip(mine, theirs, strict=True):
                yield spot_of(copy.rows[one]), spot_of(other.rows[two])


def _first(places: Sequence[tuple[int, int]], offset: int) -> int:
    return bisect_left(places, (offset, -1))


# --- copies in a comparison ------------------------------------------------------------------------------------------


def placed(rows: Iterable[Row], found: Groups) -> list[Row]:
    """The rows, those of copies with `copy_of` (`file#report`) and, where their own place or year is hidden, with those
    of the same figure in what they are copies of; a figure that is not there has that report's place, if nearly all of
    the text is the same."""
    rows = list(rows)
    if not found.primary:
        return rows
    by_spot = {spot_of(row): row for row in rows}
    named = _main_areas(rows, {*found.primary, *found.primary.values()})
    out = []
    for row in rows:
        place = place_of(row)
        primary = found.primary.get(place)
        if primary is None:
            out.append(row)
            continue
        row = {**row, "copy_of": f"{primary[0]}#{primary[1]}"}
        twin = by_spot.get(found.twins.get(spot_of(row), ("", 0, 0, 0)))
        if twin is not None:
            if not _is_named(row):
                row |= {name: twin[name] for name in ("area", "area_name", "area_id")}
            row["year"] = twin["year"] or row["year"]
        elif found.evidence[place].sentences >= SAME_TEXT and not _is_named(row):
            own, given = named.get(place), named.get(primary)
            if own is not None and given is not None and row["area_name"] == own["area_name"] and _is_named(given):
                row |= {"area": None, "area_name": given["area_name"], "area_id": given["area_id"]}
        out.append(row)
    return out


def _is_named(row: Row) -> bool:
    """Is it known which place the figure is about?"""
    return bool(row["area_id"] or (row["area_name"] and not _nameless().search(row["area_name"])))


def _main_areas(rows: Iterable[Row], places: Collection[Place]) -> dict[Place, Row]:
    """Of each report, a row of the place that most of its rows are about."""
    counts: dict[Place, Counter[tuple[str, str]]] = defaultdict(Counter)
    examples: dict[tuple[Place, tuple[str, str]], Row] = {}
    for row in rows:
        if (place := place_of(row)) in places:
            area = row["area_name"] or "", row["area_id"] or ""
            counts[place][area] += 1
            examples.setdefault((place, area), row)
    return {p: examples[p, min(c, key=lambda area: (-c[area], area))] for p, c in counts.items()}


def witnesses(figures: Iterable[Figure], found: Groups) -> tuple[list[Figure], list[Figure]]:
    """The figures that may stand in a comparison, and those that only say again what one of them says.

    Of a figure and its copies the clearest stands: sound before damaged before masked, and the report's own before a
    copy's. One that contradicts it (two legible numbers, a number that does not fit the mask) stands beside it.
    """
    figures = list(figures)
    by_spot: dict[Spot, list[Figure]] = defaultdict(list)
    for figure in figures:
        by_spot[spot_of(figure.row)].append(figure)
    versions: dict[int, list[Figure]] = defaultdict(list)
    repeated: set[int] = set()
    for figure in figures:
        originals = by_spot.get(found.twins.get(spot_of(figure.row), ("", 0, 0, 0)), [])
        original = next((o for o in originals if o.line == figure.line), originals[0] if originals else None)
        if original is None or not _may_be_one_place(figure, original):
            continue
        if _agree(figure, original):
            repeated.add(id(figure))
            if figure.line == original.line:
                versions[id(original)].append(figure)
    standing: list[Figure] = []
    others: list[Figure] = []
    for figure in figures:
        if id(figure) in repeated:
            continue
        best = min([figure, *versions[id(figure)]], key=lambda f: PREFERRED[f.soundness])  # the first of several
        if best is not figure:
            where = {name: getattr(figure, name) for name in ("area_key", "area", "area_id", "year", "part_area")}
            others.append(figure)
            repeated.discard(id(best))
            best = replace(best, **where)
        standing.append(best)
        others += [f for f in versions[id(figure)] if f.row is not best.row]
    return standing, others


def _may_be_one_place(one: Figure, two: Figure) -> bool:
    return one.area_key == two.area_key or UNKNOWN_PLACE in (one.area_key[0], two.area_key[0])


def _agree(one: Figure, two: Figure) -> bool:
    """May two figures in the same place of two copies be one?"""
    if one.row["masked"] or two.row["masked"]:
        hidden, clear = (one, two) if one.row["masked"] else (two, one)
        seen = fold(hidden.row["numeral"] or "")
        if clear.row["masked"] or clear.row["damage"] or not seen:
            return True
        within = clear.value is None or hidden.low is None or hidden.low <= clear.value <= (hidden.high or clear.value)
        return within and fits(seen, fold(clear.row["numeral"] or "")) if hidden.low is not None else True
    if one.row["damage"] or two.row["damage"]:
        return one.usable is None or two.usable is None or one.usable == two.usable
    return one.same(two)


def notes(found: Groups, repeated: Iterable[Figure]) -> list[Issue]:
    """What to say of each copy; of one without figures among those that are `repeated`, that it stands beside what it
    is a copy of all the same."""
    said = []
    dropped = {place_of(figure.row) for figure in repeated}
    for place, primary in found.primary.items():
        evidence = found.evidence[place]
        if evidence.agreed < evidence.fitting:
            what = Message("{fitting} of {masks} masks fit", fitting=evidence.fitting, masks=evidence.masks)
        elif evidence.agreed < min(evidence.hidden, LEAST_LEGIBLE):
            what = Message("{hidden} numbers hidden in one of them", hidden=evidence.hidden)
        else:
            what = Message("{agreed} of {legible} numbers agree", agreed=evidence.agreed, legible=evidence.legible)
        if place not in dropped:
            end = Message("no second witness")
        elif evidence.sentences >= SAME_TEXT:
            end = Message("not counted again")
        else:
            end = Message("what they share is not counted again")
        line = Message(
            "report {report} is a copy of {other} ({share:.0f} % of its sentences, {evidence}): {end}",
            report=place[1],
            other=f"{PurePath(primary[0]).name}#{primary[1]}",
            share=100 * evidence.sentences,
            evidence=what,
            end=end,
        )
        said.append(Issue(place[0], "copy", line, fatal=False))
    return said
