"""Two copies of one text, masked or damaged differently: what one of them shows where the other hides it.

Nothing is filled in anywhere: each pair of places is a row of evidence, with the offsets in both texts. **Kinds**, the
two copies being a and b:

- `filled_in_a`, `filled_in_b`: the one hides (or lost) what the other shows, and that fits the mask;
- `repaired_in_a`, `repaired_in_b`: the number of the one is damaged, that of the other is sound;
- `both_masked`: hidden in both, in different ways;
- `differs`: two legible numbers, or a mask and what cannot have stood behind it.

A pair is `sure` where enough of the text around it is equal, each has one partner, and a placeholder for each digit, a
year or the name of a division leaves no doubt that it fits.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from hreport import lexicon, resolve
from hreport.alignment import MASK, NUMBER, Agreement, Slot, Stream, agreement, fits, matched, slots
from hreport.model import Mask, Span
from hreport.record import Row, number
from hreport.tag import masks, numbers
from hreport.text import LONGEST_SENTENCE, fold

LEAST_SHARED = 0.3  # of the shorter text: files are given by hand, and may hold a site's text and other reports
LEAST_TEXT = 40  # hanzi
LEAST_LEGIBLE = 5  # numbers that are legible in both, from which on they must agree
LEAST_AGREED = 0.5  # of them: two years of one report do not reach a third
KINDS = ("filled_in_a", "filled_in_b", "repaired_in_a", "repaired_in_b", "both_masked", "differs")
CLOSE, NEAR = 2, 6  # equal hanzi on each side of a sure pair, and on both together
WORDS = ("place", "person", "org", "other")  # what masks hide that is no number
LONGEST_NAME = 12  # characters that a mask of words may hide
AROUND = 12  # characters shown on either side of a pair

_CHINESE = re.compile("[" + re.escape(numbers.CHARACTERS) + "]+")
_MARKER = re.compile(r"\s*\n\s*\d{1,3}\u3001")  # the number of a page
_SCALES = frozenset(numbers.SCALES[1:])  # but ten, which is a number by itself
_LINE = re.compile("[\u3002\uff01\uff1f!?\n\r]")


@dataclass(frozen=True)
class Side:
    """One of the two texts: its name, what extract and masks found in it (`rows`), and the report that is meant (None:
    all of them)."""

    file: str
    text: str
    rows: Sequence[Row]
    report: int | None = None

    @cached_property
    def stream(self) -> Stream:
        """What masking leaves alone, of the report that is meant."""
        quiet = [(0, self._span[0]), (self._span[1], len(self.text))]
        return Stream.of(self.text, tuple(lexicon.load().spin.values()), [q for q in quiet if q[0] < q[1]])

    @cached_property
    def _span(self) -> tuple[int, int]:
        """Where the report stands, as far as its rows tell."""
        if self.report is None:
            return 0, len(self.text)
        before = [r["end"] for r in self.rows if (r["report"] or 0) < self.report]
        after = [r["start"] for r in self.rows if (r["report"] or 0) > self.report]
        return max(before, default=0), min(after, default=len(self.text))

    @cached_property
    def by_digit(self) -> bool:
        """Does it write one placeholder for each digit?"""
        rows = (r for r in self.rows if r["layer"] == "mask")
        return masks.digit_by_digit([Mask(Span(r["start"], r["end"]), r["text"], r["kind"], r["rule"]) for r in rows])

    @cached_property
    def figures(self) -> list[Row]:
        """The rows of figures, in the order of the text."""
        return sorted((r for r in self.rows if r["layer"] == "quantity"), key=lambda r: (r["start"], r["end"]))

    def figure(self, start: int, end: int) -> Row | None:
        """The figure that an offset, or a stretch, belongs to."""
        at = bisect_right(self.figures, start, key=lambda r: r["start"]) - 1
        for row in self.figures[max(0, at - 1) : at + 2]:
            if row["start"] <= start and end <= row["end"]:
                return row
        return None

    @cached_property
    def tokens(self) -> list[Token]:
        """Masks, numbers and places of deleted numbers, in order, none over another."""
        found: list[Token] = []
        taken = bytearray(len(self.text))

        def add(start: int, end: int, hides: str, damage: str = "") -> None:
            if 1 not in taken[start:end]:
                taken[start:end] = b"\x01" * (end - start)
                found.append(Token(start, end, hides, damage))

        for row in self.rows:
            if row["layer"] == "mask":
                add(row["start"], row["end"], row["kind"])
        for row in self.figures:
            if row["damage"] == "deleted" and not row["numeral"]:
                found.append(Token(row["start"], row["start"], "deleted", "deleted"))
            elif row["damage"] and not row["masked"] and row["value_max"] is None:
                # The expressions below would see two numbers, or another, and page markers in the unit.
                if length := _written(row["text"] or "", row["numeral"] or ""):
                    add(row["start"], row["start"] + length, "", row["damage"])
                    taken[row["start"] : row["end"]] = b"\x01" * (row["end"] - row["start"])
            elif any(c.isdigit() for c in row["unit"] or "") and (row["text"] or "").endswith(row["unit"]):
                taken[row["end"] - len(row["unit"]) : row["end"]] = b"\x01" * len(row["unit"])
        folded = fold(self.text)
        for pattern, hides in ((MASK, "mask"), (NUMBER, ""), (_CHINESE, "")):
            for match in pattern.finditer(folded):
                if hides and (match.end() - match.start() > LONGEST_NAME or match[0].isdigit()):
                    continue
                if pattern is _CHINESE and (set(match[0]) <= _SCALES or taken[max(0, match.start() - 1)]):
                    continue  # the multiplier of a number
                add(*match.span(), hides)
        return sorted(found, key=lambda t: t[:2])

    def within(self, start: int, end: int) -> list[Token]:
        """The tokens of a stretch."""
        low = bisect_left(self.tokens, start, key=lambda t: t.start)
        high = bisect_right(self.tokens, end, key=lambda t: t.start)
        return [t for t in self.tokens[low:high] if t.end <= end]

    def around(self, start: int, end: int) -> str:
        """A stretch in brackets with a few characters on either side, on one line."""
        text = self.text
        words = f"{text[max(0, start - AROUND) : start]}\u27e6{text[start:end]}\u27e7{text[end : end + AROUND]}"
        return re.sub(r"\s+", " ", words).strip()

    def sentence(self, start: int, end: int) -> str:
        """The sentence that a stretch stands in."""
        before = [m.end() for m in _LINE.finditer(self.text, max(0, start - LONGEST_SENTENCE), start)]
        after = _LINE.search(self.text, end, end + LONGEST_SENTENCE)
        low = before[-1] if before else max(0, start - LONGEST_SENTENCE)
        return self.text[low : after.end() if after else end + LONGEST_SENTENCE].strip()


def _written(text: str, numeral: str) -> int:
    """How many characters of a figure's text its numeral takes, with what tears it; 0 where it is not there.

    >>> _written("2.9平方米", "2.9"), _written("1.\\n4、73亿元", "1.73"), _written("25。4%", "25.4")
    (3, 7, 4)
    """
    at = 0
    for c in numeral:
        while at < len(text) and text[at] != c:
            marker = _MARKER.match(text, at)
            if marker is None and text[at].isalnum():
                return 0
            at = marker.end() if marker else at + 1
            if c == "." and not marker and text[at - 1] not in " \t":
                break  # another mark in its place
        else:
            at += 1
    return at if at <= len(text) else 0


class Token(NamedTuple):
    """A mask (it `hides` a number, a date, a place ..., `mask` where nothing says what), the place of a `deleted`
    number, or a number or words that stand there (it hides nothing)."""

    start: int
    end: int
    hides: str = ""
    damage: str = ""


@dataclass(slots=True)
class Alignment:
    """The pairs of two copies as rows with the columns of `ALIGN`; the share of the shorter text that both have and
    what the numbers say; how many masks both have alike. No rows where they are no copies."""

    shared: float
    numbers: Agreement
    are_copies: bool
    rows: list[Row] = field(default_factory=list)
    alike: int = 0


def align(a: Side, b: Side) -> Alignment:
    """The places of two texts that differ where one of them holds a mask, a damaged number or another number."""
    blocks = matched(a.stream.key, b.stream.key)
    text = sum(block.length for block in blocks)
    shared = text / max(1, min(len(a.stream.key), len(b.stream.key)))
    found = agreement(a.stream, b.stream, blocks)
    agrees = found.legible < LEAST_LEGIBLE or found.agreed >= LEAST_AGREED * found.legible
    result = Alignment(shared, found, shared >= LEAST_SHARED and text >= LEAST_TEXT and agrees)
    if result.are_copies:
        for slot in slots(a.stream, b.stream, blocks):
            for pair in _pairs(a, b, slot):
                if pair.one.hides and pair.two.hides and _said(a, pair.one) == _said(b, pair.two):
                    result.alike += 1
                elif row := _row(a, b, pair):
                    result.rows.append(row)
    return result


class _Pair(NamedTuple):
    """A token of each text that stand in the same place; `firm`: nothing else can be meant."""

    one: Token
    two: Token
    firm: bool


def _pairs(a: Side, b: Side, slot: Slot) -> Iterator[_Pair]:
    """Which tokens of a slot belong together."""
    ones, twos = a.within(slot.start_a, slot.end_a), b.within(slot.start_b, slot.end_b)
    if not ones and not twos:
        return
    left, right = _beside(a, b, slot, ones, twos)
    firm = min(left, right) >= CLOSE and left + right >= NEAR
    hidden = [t for t in ones if t.hides], [t for t in twos if t.hides]
    if len(hidden[0]) == 1 and not hidden[1] and (other := _opposite(a, hidden[0][0], slot[:2], b, slot[2:4])):
        yield _Pair(hidden[0][0], other, firm)
    elif len(hidden[1]) == 1 and not hidden[0] and (other := _opposite(b, hidden[1][0], slot[2:4], a, slot[:2])):
        yield _Pair(other, hidden[1][0], firm)
    elif any(t.hides in WORDS for t in (*ones, *twos)):
        return  # which words it hides cannot be told
    elif len(ones) == len(twos):
        for one, two in zip(ones, twos, strict=True):
            yield _Pair(one, two, firm)
    elif len(ones) == 1 and ones[0].hides and twos:  # x-xx whose dash is lost, a date without its 年
        yield _Pair(ones[0], Token(twos[0].start, twos[-1].end, "", twos[0].damage), firm)
    elif len(twos) == 1 and twos[0].hides and ones:
        yield _Pair(Token(ones[0].start, ones[-1].end, "", ones[0].damage), twos[0], firm)
    elif not ones or not twos:
        yield from _deleted(a, b, slot, ones, twos)
    else:
        yield from _in_turn(a, b, ones, twos)


def _beside(a: Side, b: Side, slot: Slot, ones: Sequence[Token], twos: Sequence[Token]) -> tuple[int, int]:
    """How much of the text around the tokens of a slot is equal; what stands on another line says half as much."""
    breaks = [False, False]
    for side, tokens, start, end in ((a, ones, slot.start_a, slot.end_a), (b, twos, slot.start_b, slot.end_b)):
        breaks[0] |= "\n" in side.text[start : tokens[0].start if tokens else end]
        breaks[1] |= "\n" in side.text[tokens[-1].end if tokens else start : end]
    return slot.left // (1 + breaks[0]), slot.right // (1 + breaks[1])


def _deleted(a: Side, b: Side, slot: Slot, ones: Sequence[Token], twos: Sequence[Token]) -> Iterator[_Pair]:
    """Figures, or masks, of which the other text has nothing at all; a page marker is no figure."""
    for token in ones:
        if slot.left and slot.right and (token.hides or a.figure(token.start, token.end)):
            yield _Pair(token, Token(slot.start_b, slot.start_b, "deleted", "deleted"), False)
    for token in twos:
        if slot.left and slot.right and (token.hides or b.figure(token.start, token.end)):
            yield _Pair(Token(slot.start_a, slot.start_a, "deleted", "deleted"), token, False)


def _in_turn(a: Side, b: Side, ones: Sequence[Token], twos: Sequence[Token]) -> Iterator[_Pair]:
    """As many tokens as have the same characters behind them, in order."""
    rest = list(twos)
    for one in ones:
        behind = fold(a.text[one.end : one.end + 2]).strip()
        for k, two in enumerate(rest):
            if behind and fold(b.text[two.end : two.end + 2]).strip() == behind:
                yield _Pair(one, two, False)
                del rest[: k + 1]
                break


def _opposite(side: Side, mask: Token, stretch: tuple[int, int], other: Side, there: tuple[int, int]) -> Token | None:
    """What stands in a stretch of the other text where the only mask of a stretch stands: what is left when the words
    around the mask are taken off. None where other words stand there, or nothing."""
    before, after = _words(side, stretch[0], mask.start), _words(side, mask.end, stretch[1])
    here = _words(other, *there)
    if before and here:
        here = _taken(other, here, side.text[slice(*before)], False)
    if after and here:
        here = _taken(other, here, side.text[slice(*after)], True)
    if here is None:
        return None
    inside = other.within(*here)
    if mask.hides not in WORDS:
        if not inside:
            return None
        here = inside[0].start, inside[-1].end
        if len(inside) > 1 and mask.start == mask.end:
            return None
    return Token(*here, "", inside[0].damage if inside else "")


def _taken(side: Side, here: tuple[int, int], words: str, at_end: bool) -> tuple[int, int] | None:
    """A stretch without these words at its beginning or end, punctuation and space aside; None where it has others."""
    wanted = [c for c in fold(words) if c.isalnum()]
    start, end = here
    for c in reversed(wanted) if at_end else wanted:
        found = _words(side, start, end)
        if found is None or fold(side.text[found[1] - 1 if at_end else found[0]]) != c:
            return None
        start, end = (start, found[1] - 1) if at_end else (found[0] + 1, end)
    return _words(side, start, end)


def _words(side: Side, start: int, end: int) -> tuple[int, int] | None:
    """What stands in a stretch, without the punctuation and space around it."""
    while start < end and not side.text[start].isalnum():
        start += 1
    while start < end and not side.text[end - 1].isalnum():
        end -= 1
    return (start, end) if start < end else None


def _row(a: Side, b: Side, pair: _Pair) -> Row | None:
    """The pair as a row; None where both say the same and neither is hidden or damaged."""
    one, two, _ = pair
    kind, sure = _kind(a, b, pair)
    if not kind:
        return None
    source = b if kind.endswith("_a") else a if kind.endswith("_b") else None
    token = two if source is b else one
    figures = a.figure(one.start, one.end), b.figure(two.start, two.end)
    filled = (figures[1] if source is b else figures[0]) if source else None
    known = next((f for f in (filled, *figures) if f and f["indicator_id"]), None) or filled or figures[0] or figures[1]
    hidden = next((t.hides for t in pair[:2] if t.hides), None)
    value: Any = filled["obs_value"] if filled else None
    if value is None and source and not token.hides:
        value = _number(_said(source, token))
    return {
        "kind": kind,
        **_columns(a, one, "a", figures[0]),
        **_columns(b, two, "b", figures[1]),
        "mask": hidden,
        "value": value,
        "unit": (filled["base_unit"] or None) if filled else None,
        "indicator": known["indicator"] if known else None,
        "indicator_id": known["indicator_id"] if known else None,
        "sure": sure,
    }


def _columns(side: Side, token: Token, name: str, figure: Row | None) -> Row:
    at = bisect_right(side.rows, token.start, key=lambda r: r["start"]) - 1
    row = figure or (side.rows[at] if at >= 0 else None)
    return {
        f"file_{name}": side.file,
        f"report_{name}": row["report"] if row else None,
        f"start_{name}": token.start,
        f"end_{name}": token.end,
        f"text_{name}": side.text[token.start : token.end],
        f"damage_{name}": (figure["damage"] if figure else None) or token.damage or None,
        f"around_{name}": side.around(token.start, token.end),
        f"sentence_{name}": figure["sentence"] if figure else side.sentence(token.start, token.end),
    }


def _said(side: Side, token: Token) -> str:
    return re.sub(r"\s", "", fold(side.text[token.start : token.end]))


def _kind(a: Side, b: Side, pair: _Pair) -> tuple[str, bool]:
    """What the pair is, and whether that is sure."""
    one, two, firm = pair
    if one.hides and two.hides:
        return "both_masked", firm
    if one.hides or two.hides:
        name, hidden, shown, clear, other = ("a", a, b, one, two) if one.hides else ("b", b, a, two, one)
        fit, sure = _fit(hidden, clear, shown, other)
        return (f"filled_in_{name}", firm and sure) if fit else ("differs", False)
    damaged = tuple(_is_damaged(side, token) for side, token in ((a, one), (b, two)))
    same = _number(_said(a, one)) == _number(_said(b, two))
    if damaged[0] != damaged[1]:
        return "repaired_in_a" if damaged[0] else "repaired_in_b", firm
    return ("", False) if same else ("differs", firm)


def _is_damaged(side: Side, token: Token) -> bool:
    figure = side.figure(token.start, token.end)
    return bool(token.damage or (figure and figure["damage"]))


def _fit(hidden: Side, mask: Token, shown: Side, token: Token) -> tuple[bool, bool]:
    """May what the one text shows stand behind the mask of the other, and can it be nothing else?"""
    placeholder, text = _said(hidden, mask), _said(shown, token)
    figure = shown.figure(token.start, token.end)
    damaged = bool(figure and figure["damage"] and figure["repaired"] is None)
    if mask.hides == "deleted":
        return not damaged and _number(text) is not None, False
    if mask.hides in WORDS:
        is_name = len(text) <= LONGEST_NAME and text.isalnum()
        if mask.hides != "other":
            is_name = is_name and not any(c.isdigit() for c in text) and not _CHINESE.fullmatch(text)
        return is_name, is_name and mask.hides == "place" and _is_division(shown, token)
    if damaged or not (NUMBER.search(text) or _CHINESE.search(text)):
        return False, False
    if mask.hides == "date":
        fixed = placeholder.upper() == "XX" and not hidden.by_digit
        return _fits_all(placeholder, text, not fixed), not fixed
    return _fits_all(placeholder, text, hidden.by_digit), hidden.by_digit or not set(placeholder.lower()) <= set("x*_")


def _fits_all(placeholder: str, text: str, by_digit: bool) -> bool:
    """Does a placeholder fit a number, or the numbers whose marks between them were lost?"""
    if fits(placeholder, text, by_digit):
        return True
    seen = NUMBER.findall(text)
    if not seen:
        return not by_digit or (bool(_CHINESE.fullmatch(text)) and len(placeholder) == len(text))
    return len(seen) > 1 and by_digit and set(placeholder.lower()) == {"x"} and len(placeholder) == sum(map(len, seen))


def _is_division(side: Side, token: Token) -> bool:
    """Is this, with what stands around it, the name of a division?"""
    low = max(0, token.start - LONGEST_NAME)
    window = fold(side.text[low : token.end + LONGEST_NAME])
    return any(low + spot[0] <= token.start < token.end <= low + spot[1] for spot in resolve.find_areas(window))


def _number(text: str) -> Any:
    """The number that a text writes, as a plain one; None where it is none."""
    match = NUMBER.fullmatch(text)
    value = numbers.arabic(match[0]) if match else numbers.chinese(text)
    return number(value)


def counted(rows: Iterable[Row]) -> dict[str, int]:
    """How many pairs of each kind there are, the most first."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["kind"]] = counts.get(row["kind"], 0) + 1
    return dict(sorted(counts.items(), key=lambda c: (-c[1], c[0])))
