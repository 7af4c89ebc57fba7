"""Two texts side by side: which characters of one are which of the other, and what stands between them.

Masks, damaged numbers, lost commas and broken quotation marks change everything in a text but its hanzi. A `Stream` is
what is left when they are taken out; where the streams of two texts run together (`matched`), whatever stands between
two neighbouring hanzi in one text stands in the same place in the other: a `Slot`.

Blocks that both texts hold once are found wherever they stand, so that re-ordered, cut and glued texts align too. Only
what lies between two such blocks is compared character by character, by edit distance (rapidfuzz).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from rapidfuzz.distance import Levenshtein

from hreport.lexicon import Spin
from hreport.tag import numbers
from hreport.text import fold

GRAMS = (12, 6)  # characters of a stretch that anchors two texts, found once in each; then once between two anchors
WIDEST = 25_000_000  # product of the lengths of two gaps that are compared character by character: 40 ms
LOPSIDED = 4  # a gap that is so much longer than the other holds another text
ALIKE = 0.5  # of the shorter gap: so much must be equal, or nothing in it is taken for equal
FIRMEST = 12  # equal characters beside a slot that are counted; where both lines begin or end, none stand there
LINE = 24  # characters from the end of a block to the end of its line, which may hold a masked name


class Block(NamedTuple):
    """`length` characters from `a` on in one stream are those from `b` on in the other."""

    a: int
    b: int
    length: int


class Slot(NamedTuple):
    """What stands between two neighbours that both texts have: offsets in either text, and how many characters in a
    row are equal before and after it. Where a block ends, one of the two is 0."""

    start_a: int
    end_a: int
    start_b: int
    end_b: int
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Stream:
    """The characters of a text that masking and damage leave alone. `key[k]` stands at `starts[k]` of the text."""

    text: str
    key: str
    starts: Sequence[int]

    @classmethod
    def of(cls, text: str, spin: Sequence[Spin] = (), quiet: Sequence[tuple[int, int]] = ()) -> Stream:
        """The hanzi and full stops of a text without the characters of numerals; spun words are undone, since two
        copies need not be spun alike. Sorted stretches that are `quiet` are left out.

        >>> stream = Stream.of("增长 x.x%，达到２万人。")
        >>> stream.key, stream.starts
        ('增长达到人。', [0, 1, 8, 9, 12, 13])
        """
        folded = fold(text)
        kept = {c for c in set(folded) if _is_word(c)}
        starts = [k for k, c in enumerate(folded) if c in kept]
        for start, end in reversed(quiet):
            del starts[bisect_right(starts, start - 1) : bisect_right(starts, end - 1)]
        key = "".join([folded[k] for k in starts])
        for word in spin:
            if len(word.id) == len(word.means):  # offsets stay
                key = key.replace(word.id, word.means)
        return cls(text, key, starts)

    def index(self, offset: int) -> int:
        """How many characters of the stream stand before an offset of the text."""
        return bisect_right(self.starts, offset - 1)

    def gap(self, index: int) -> tuple[int, int]:
        """The offsets of what stands before character `index` of the stream."""
        start = self.starts[index - 1] + 1 if index else 0
        return start, self.starts[index] if index < len(self.starts) else len(self.text)


@lru_cache(maxsize=8192)
def _is_word(character: str) -> bool:
    """A hanzi that is no numeral, or a full stop, which no damage takes away."""
    if character == "\u3002":
        return True
    is_numeral = character in numbers.CHARACTERS or character in numbers.VAGUE
    return "\u4e00" <= character <= "\u9fff" and not is_numeral


def matched(a: str, b: str) -> list[Block]:
    """Stretches that two streams share, in the order of `a`; none meets another in either. The same pairs whichever of
    the two comes first."""
    if (len(a), a) > (len(b), b):
        return sorted(Block(block.b, block.a, block.length) for block in matched(b, a))
    anchors = _apart(_anchors(a, b, GRAMS[0]))
    found = list(anchors)
    rank = {block: n for n, block in enumerate(sorted(anchors, key=lambda block: block.b))}
    for before, after in zip([None, *anchors], [*anchors, None], strict=True):
        first = rank[before] if before else -1
        last = rank[after] if after else len(anchors)
        if last - first == 1:  # neighbours in both
            low = (before.a + before.length, before.b + before.length) if before else (0, 0)
            high = (after.a, after.b) if after else (len(a), len(b))
            found += _between(a[low[0] : high[0]], b[low[1] : high[1]], *low)
    return _joined(sorted(found))


def _anchors(a: str, b: str, n: int) -> list[Block]:
    """Stretches of at least `n` characters around what stands once in `a` and once in `b`."""
    once_a, once_b = _once(a, n), _once(b, n)
    if not once_a.keys() & once_b.keys():  # one of them holds everything twice
        once_a, once_b = _first(a, n), _first(b, n)
    blocks: list[Block] = []
    end = 0
    for gram, i in once_a.items():
        j = once_b.get(gram)
        if i < end or j is None:
            continue
        start = i
        while start > end and j > i - start and a[start - 1] == b[j - (i - start) - 1]:
            start -= 1
        begin = j - (i - start)
        end = i + n
        while end < len(a) and begin + end - start < len(b) and a[end] == b[begin + end - start]:
            end += 1
        blocks.append(Block(start, begin, end - start))
    return blocks


def _once(text: str, n: int) -> dict[str, int]:
    """Stretches of `n` characters that stand once in the text, in order, and where."""
    places: dict[str, int] = {}
    for k in range(len(text) - n + 1):
        gram = text[k : k + n]
        places[gram] = -1 if gram in places else k
    return {gram: k for gram, k in places.items() if k >= 0}


def _first(text: str, n: int) -> dict[str, int]:
    """The stretches of `n` characters, in order, and where each stands first."""
    places: dict[str, int] = {}
    for k in range(len(text) - n + 1):
        places.setdefault(text[k : k + n], k)
    return places


def _apart(blocks: Sequence[Block]) -> list[Block]:
    """Blocks in the order of `a` of which none meets another in `b`: the longer keeps what two of them hold."""
    kept: list[Block] = []
    taken: list[tuple[int, int]] = []  # in b, sorted
    for block in sorted(blocks, key=lambda k: (-k.length, k.a)):
        low, high = block.b, block.b + block.length
        at = bisect_right(taken, (low, high))
        low = max(low, taken[at - 1][1]) if at else low
        high = min(high, taken[at][0]) if at < len(taken) else high
        if high > low:
            kept.append(Block(block.a + low - block.b, low, high - low))
            taken.insert(at, (low, high))
    return sorted(kept)


def _between(a: str, b: str, at_a: int, at_b: int, level: int = 1) -> Iterator[Block]:
    """What two stretches share in the same order, in the offsets of the whole."""
    if not a or not b:
        return
    if level < len(GRAMS):
        low_a = low_b = 0
        chain = _in_order(_apart(_anchors(a, b, GRAMS[level])))
        for block in [*chain, Block(len(a), len(b), 0)]:
            yield from _between(a[low_a : block.a], b[low_b : block.b], at_a + low_a, at_b + low_b, level + 1)
            if block.length:
                yield Block(at_a + block.a, at_b + block.b, block.length)
            low_a, low_b = block.a + block.length, block.b + block.length
        return
    if len(a) * len(b) > WIDEST or max(len(a), len(b)) > LOPSIDED * min(len(a), len(b)) + LINE:
        return
    equal = [o for o in Levenshtein.opcodes(a, b) if o.tag == "equal"]
    if sum(o.src_end - o.src_start for o in equal) >= ALIKE * min(len(a), len(b)):
        yield from (Block(at_a + o.src_start, at_b + o.dest_start, o.src_end - o.src_start) for o in equal)


def _in_order(blocks: Sequence[Block]) -> list[Block]:
    """The blocks that stand in the same order in both and hold the most characters."""
    ends: list[int] = []  # where chains end in b, and below how many characters they hold at most: both rise
    sums: list[int] = []
    last: list[int] = []  # the last block of each chain
    before: list[int] = []  # of each block, the one before it in its chain
    for k, block in enumerate(blocks):
        at = bisect_right(ends, block.b) - 1
        before.append(last[at] if at >= 0 else -1)
        end, held = block.b + block.length, block.length + (sums[at] if at >= 0 else 0)
        place = bisect_left(ends, end)
        if place and sums[place - 1] >= held:
            continue
        beaten = place
        while beaten < len(sums) and sums[beaten] <= held:
            beaten += 1
        ends[place:beaten], sums[place:beaten], last[place:beaten] = [end], [held], [k]
    chain: list[Block] = []
    at = last[-1] if last else -1
    while at >= 0:
        chain.append(blocks[at])
        at = before[at]
    return chain[::-1]


def _joined(blocks: Sequence[Block]) -> list[Block]:
    """The same with blocks that touch in both texts made one."""
    found: list[Block] = []
    for block in blocks:
        if found and (found[-1].a + found[-1].length, found[-1].b + found[-1].length) == block[:2]:
            found[-1] = Block(found[-1].a, found[-1].b, found[-1].length + block.length)
        else:
            found.append(block)
    return found


def slots(a: Stream, b: Stream, blocks: Sequence[Block]) -> Iterator[Slot]:
    """Everything that stands between neighbours which both texts have, in the order of `a`, where it is anything."""
    order = {block.b: n for n, block in enumerate(sorted(blocks, key=lambda block: block.b))}
    ends_a = [0, *(block.a + block.length for block in blocks)]
    ends_b = [0, *sorted(block.b + block.length for block in blocks)]
    starts_a = [*(block.a for block in blocks), len(a.key)]
    starts_b = [*sorted(order), len(b.key)]
    for n, block in enumerate(blocks):
        at = order[block.b]
        if not n or at != order[blocks[n - 1].b] + 1:
            one, two = _before(a, block.a, ends_a[n]), _before(b, block.b, ends_b[at])
            firm = FIRMEST if one[2] and two[2] else 0
            yield from _slot(*_both(one, two, a.gap(block.a), b.gap(block.b)), firm, block.length)
        for k in range(1, block.length):
            start_a, end_a = a.starts[block.a + k - 1] + 1, a.starts[block.a + k]
            start_b, end_b = b.starts[block.b + k - 1] + 1, b.starts[block.b + k]
            if start_a < end_a or start_b < end_b:
                yield Slot(start_a, end_a, start_b, end_b, min(k, FIRMEST), min(block.length - k, FIRMEST))
        low, high = block.a + block.length, block.b + block.length
        if n + 1 < len(blocks) and order[blocks[n + 1].b] == at + 1:
            after = blocks[n + 1]
            stretch = (a.gap(low)[0], a.starts[after.a], b.gap(high)[0], b.starts[after.b])
            yield from _slot(*stretch, block.length, after.length)
        else:
            one, two = _after(a, low, starts_a[n + 1]), _after(b, high, starts_b[at + 1])
            firm = FIRMEST if one[2] and two[2] else 0
            yield from _slot(*_both(one, two, a.gap(low), b.gap(high)), block.length, firm)


_Edge: TypeAlias = tuple[int, int, bool]


def _both(one: _Edge, two: _Edge, near_a: tuple[int, int], near_b: tuple[int, int]) -> tuple[int, int, int, int]:
    """What stands beside the end of a block as far as the line goes in both texts, or else no hanzi at all."""
    if one[2] and two[2]:
        return *one[:2], *two[:2]
    return max(one[0], near_a[0]), min(one[1], near_a[1]), max(two[0], near_b[0]), min(two[1], near_b[1])


def _before(stream: Stream, index: int, free: int) -> _Edge:
    """What stands before a block, from the beginning of its line, and whether that is near; no other block reaches
    over `free`."""
    text, end = stream.text, stream.starts[index]
    limit = max(end - LINE, stream.starts[free - 1] + 1 if free else 0)
    start = end
    while start > limit and text[start - 1] not in "\n\r":
        start -= 1
    return start, end, start == 0 or text[start - 1] in "\n\r"


def _after(stream: Stream, index: int, free: int) -> _Edge:
    """The same of what stands behind a block that ends before character `index`."""
    text, start = stream.text, stream.starts[index - 1] + 1
    limit = min(start + LINE, stream.starts[free] if free < len(stream.starts) else len(text))
    end = start
    while end < limit and text[end] not in "\n\r":
        end += 1
    return start, end, end == len(text) or text[end] in "\n\r"


def _slot(start_a: int, end_a: int, start_b: int, end_b: int, left: int, right: int) -> Iterator[Slot]:
    if start_a < end_a or start_b < end_b:
        yield Slot(start_a, end_a, start_b, end_b, min(left, FIRMEST), min(right, FIRMEST))


# --- what the numbers say --------------------------------------------------------------------------------------------

NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
MASK = re.compile(r"\d*[xX*]+\d*(?:[.][xX*]+)?|[_\u00d7]+")
_COMMON = re.compile(r"\d|10+(?:\.0+)?|(?:19|20)\d\d")  # stand in every report by chance
_YEAR = re.compile(r"(?:19|20)\d\d")
_SCRUBBED = re.compile(r"20[0-3]\d")  # what mirrors put in the place of years and of 10
_BY_DIGIT = re.compile(r"(?!XX$)[xX]+(?:[.][xX]+)?")
_ANY_YEAR = re.compile(r"(?:201\*|20_)+")


class Agreement(NamedTuple):
    """Numbers that are legible at the same place of both texts, and how many of them agree; masks with a placeholder
    for each digit beside a number, and how many of them it fits; numbers that only one of the texts shows."""

    legible: int = 0
    agreed: int = 0
    masks: int = 0
    fitting: int = 0
    hidden: int = 0


def telling_numbers(text: str) -> set[str]:
    """The numbers of a text that do not stand in every report."""
    found = (n.replace(",", "") for n in NUMBER.findall(MASK.sub(" ", fold(text))))
    return {n for n in found if not _COMMON.fullmatch(n)}


def agreement(a: Stream, b: Stream, blocks: Sequence[Block]) -> Agreement:
    """What the numbers of two texts say, where they stand in the same places. Years say nothing, and what may be known
    damage of one number is no contradiction."""
    legible = agreed = masks = fitting = gone = 0
    for slot in slots(a, b, blocks):
        if not (slot.left and slot.right):
            continue
        one, two = fold(a.text[slot.start_a : slot.end_a]), fold(b.text[slot.start_b : slot.end_b])
        mine, theirs = ([n.replace(",", "") for n in NUMBER.findall(MASK.sub(" ", side))] for side in (one, two))
        if bool(mine) != bool(theirs):
            hidden, numbers_there = (one, theirs) if theirs else (two, mine)
            seen = MASK.findall(hidden)
            gone += len(numbers_there)
            if len(seen) == len(numbers_there) and all(_BY_DIGIT.fullmatch(m) for m in seen):
                masks += len(seen)
                fitting += sum(map(fits, seen, numbers_there))
        elif len(mine) == len(theirs):
            for m, n in zip(mine, theirs, strict=True):
                equal = m == n and not _COMMON.fullmatch(m)
                agreed += equal
                legible += equal or (m != n and not _may_be_damage(m, n))
    return Agreement(legible, agreed, masks, fitting, gone)


def _may_be_damage(one: str, two: str) -> bool:
    """May two numbers have been one? A year was put in, or the point is lost."""
    return bool(_SCRUBBED.search(one) or _SCRUBBED.search(two)) or one.replace(".", "") == two.replace(".", "")


def fits(mask: str, number: str, by_digit: bool = True) -> bool:
    """May this number, or these years, stand behind a mask? `by_digit`: it has one placeholder for each digit.

    >>> fits("xx.x", "95.3"), fits("xx.x", "5.3"), fits("xx", "1,203", by_digit=False), fits("201*", "2007")
    (True, False, True, True)
    """
    mask, number = fold(mask).lower().replace(" ", ""), fold(number).replace(",", "").replace(" ", "")
    if _ANY_YEAR.fullmatch(mask):  # stands for any year, whatever it was
        return bool(re.fullmatch(r"(?:20\d\d\D?)+", number))
    digits = r"\d" if by_digit else r"\d[\d.]*"
    pattern = "".join(
        digits if c == "x" else r"\d[\d.]*" if c in "*_\u00d7" else re.escape(c)
        for c in re.sub("([*_\u00d7])+", r"\1", mask)
    )
    if not by_digit:
        pattern = re.sub("(?:" + re.escape(digits) + ")+", lambda _: digits, pattern)
    if re.fullmatch(pattern, number):
        return True
    return mask == "2xx" and bool(_YEAR.fullmatch(number))  # a count that looked like a year
