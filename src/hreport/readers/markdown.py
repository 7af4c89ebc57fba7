"""What Markdown means in a text that was written in it: headings, tables, and marks that are no words.

The text stays as it is; blocks and marks point into it. A pair of asterisks may be emphasis or the place of a number
that was masked: `**5.19**` and `**张`. What could be a mask by itself on both sides stays
one; and underscores, which stand for names far more often than for emphasis, always do.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from hreport import grammar
from hreport.expressions.scanning import Scanner
from hreport.model import Block, BlockKind, Span
from hreport.readers.build import Cell, Paragraph, Table, caption_of, cell_blocks
from hreport.text import fold

FEWEST_ITEMS = 2  # of a list, where nothing else shows that the text is Markdown
MOST_CELLS = 100_000
SHORT = 2  # digits between single asterisks that may be all that is left of a masked number

_LINE = re.compile(r"[^\r\n]+")
_SIGN = Scanner(
    re.compile(r"(?m)^ {0,3}#{1,6}[ \t]|^[ \t]*[*+-][ \t]|^ {0,3}(?:```|~~~)|-[ \t]*\||\*\*|\\[*_]|\]\(|\[\^")
)
_HEADING = re.compile(r"( {0,3}(#{1,6})[ \t]+)(\S.*?)((?:[ \t]+#+)?[ \t]*)")
_FENCE = re.compile(r" {0,3}(?:```|~~~)[^`~]*")
_RULE = re.compile(r" {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}")
_UNDER_HEADER = re.compile(r"[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)*[ \t]*:?-+:?[ \t]*\|?[ \t]*")
_ITEM = re.compile(r"[ \t]*(?:>[ \t]{0,3})*(?:[*+-][ \t]+(?:\[[ xX]\][ \t]+)?)?")
_BAR = re.compile(r"\\.|`[^`\n]{0,200}`|\|")
_PIECE = re.compile(
    r"(?P<code>`[^`\n]{1,200}`)"
    r"|(?P<escape>\\[!-/:-@\[-`{-~])"
    r"|(?P<image>!\[[^\[\]\n]{0,200}\]\([^()\n]{0,500}\))"
    r"|(?P<note>\[\^[^\[\]\s]{1,30}\]:?)"
    r"|(?P<link>\[(?P<words>[^\[\]\n]{1,200})\]\([^()\s]{0,500}(?:[ \t]+\"[^\"\n]{0,200}\")?\))"
    r"|(?P<address><?https?://[^\s<>()\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]{1,500}>?)"
    r"|(?P<tag></?(?:b|i|em|strong|u|span|font|mark|small|a)(?:[ \t][^<>\n]{0,200})?>)"
    r"|(?P<struck>(?<![~\d])~~(?![\s~])[^~\n]{1,200}(?<!\s)~~(?!~))"
    r"|(?P<stars>\*+)"
)
_BEGINS_PIECE = re.compile(r"[`\\!\[<h~*]")
_IN_NUMBER = frozenset("0123456789.,xX\u00d7")


@dataclass(slots=True)
class Markdown:
    """What was found: blocks in order, and the marks that are no words."""

    blocks: list[Block] = field(default_factory=list)
    marks: list[Span] = field(default_factory=list)
    signs: int = 0
    items: int = 0

    @property
    def is_plain(self) -> bool:
        """Does nothing show that the text is Markdown at all?"""
        return not self.signs and self.items < FEWEST_ITEMS


@dataclass(slots=True)
class _Stars:
    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


def read(text: str) -> Markdown | None:
    """The structure of a text, None where it is not Markdown.

    >>> found = read("# 工作总结\\n\\n投入**5.19**亿元。\\n")
    >>> [(block.kind.value, block.span.start, block.span.end) for block in found.blocks]
    [('heading', 2, 6), ('paragraph', 8, 21)]
    >>> [(mark.start, mark.end) for mark in found.marks]
    [(0, 2), (10, 12), (16, 18)]
    >>> read("床位**张，投入**亿元。") is None
    True
    """
    if not _SIGN.search(text):
        return None
    found = Markdown()
    lines = [match.span() for match in _LINE.finditer(text) if match.group().strip()]
    before: list[str] = []
    fenced = False
    k = tables = 0
    while k < len(lines):
        start, end = lines[k]
        if _FENCE.fullmatch(text, start, end):
            fenced = not fenced
            found.signs += 1
            found.blocks.append(Block(BlockKind.FURNITURE, Span(start, end)))
        elif not fenced and (rows := _rows(text, lines, k)):
            tables += 1
            found.signs += 1
            _table(text, rows, tables, caption_of(before), found)
            k += len(rows)
            before = []
            continue
        else:
            _block(text, start, end, fenced, found)
            before = [*before[-1:], text[found.blocks[-1].span.start : end].strip()]
        k += 1
    return None if found.is_plain else found


def _block(text: str, start: int, end: int, fenced: bool, found: Markdown) -> None:
    """A line that is no part of a table."""
    kind, level = BlockKind.PARAGRAPH, None
    if not fenced and _RULE.fullmatch(text, start, end):
        kind = BlockKind.FURNITURE
    elif not fenced and (heading := _HEADING.fullmatch(text, start, end)):
        found.signs += 1
        kind, level = BlockKind.HEADING, len(heading[2])
        found.marks.append(Span(start, heading.end(1)))
        start, end = heading.span(3)
        _inline(text, start, end, found)
        if heading[4]:
            found.marks.append(Span(*heading.span(4)))
    elif not fenced:
        item = _ITEM.match(text, start, end)
        at = item.end() if item and item.end() < end else start
        if text[start:at].strip():
            # Other texts have items with a hyphen too.
            found.items += any(sign in text[start:at] for sign in "*+>")
            found.marks.append(Span(start + len(text[start:at]) - len(text[start:at].lstrip()), at))
        _inline(text, at, end, found)
    found.blocks.append(Block(kind, Span(start, end), level=level))


# --- tables -----------------------------------------------------------------------------------------------------------


def _rows(text: str, lines: Sequence[tuple[int, int]], k: int) -> list[tuple[int, int]]:
    """The lines of the table that begins at a line; none where none begins."""
    if k + 1 == len(lines) or "|" not in text[slice(*lines[k])] or "|" not in text[slice(*lines[k + 1])]:
        return []
    if not _UNDER_HEADER.fullmatch(text, *lines[k + 1]):
        return []
    if len(list(_cells(text, *lines[k]))) != len(list(_cells(text, *lines[k + 1]))):
        return []
    rows = [lines[k], lines[k + 1]]
    for start, end in lines[k + 2 :]:
        # A blank line ends the table, and so does one without a bar.
        if "|" not in text[start:end] or text.count("\n", rows[-1][1], start) > 1:
            break
        rows.append((start, end))
    return rows if sum(text.count("|", *row) for row in rows) <= MOST_CELLS else []


def _cells(text: str, start: int, end: int) -> list[Span]:
    """Where the cells of a row lie, without the white space around them."""
    start, end = _trimmed(text, start, end)
    bars = [match.start() for match in _BAR.finditer(text, start, end) if match.group() == "|"]
    begins = [start, *(bar + 1 for bar in bars)]
    ends = [*bars, end]
    spans = [_trimmed(text, *place) for place in zip(begins, ends, strict=True)]
    # The bars around a row are no cells.
    spans = spans[bool(bars) and bars[0] == start : len(spans) - (bool(bars) and bars[-1] == end - 1)]
    return [Span(*place) for place in spans]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _table(text: str, rows: Sequence[tuple[int, int]], number: int, caption: str, found: Markdown) -> None:
    """The cells of a table, and the line under its headings, which is furniture."""
    table = Table(header_rows=1)
    spans: list[Span] = []
    for row, (start, end) in enumerate((rows[0], *rows[2:]), start=1):
        for column, span in enumerate(_cells(text, start, end), start=1):
            before = len(found.marks)
            _inline(text, span.start, span.end, found)
            marks = found.marks[before:]
            place = _without_ends(text, span, marks)
            if place.start < place.end:
                words = _without(text, place, marks)
                table.cells.append(Cell(row, column, [Paragraph(words)]))
                spans.append(place)
    blocks = list(cell_blocks(table, spans, number, caption))
    under = Block(BlockKind.FURNITURE, Span(*_trimmed(text, *rows[1])))
    at = sum(block.row == 1 for block in blocks)
    found.blocks += [*blocks[:at], under, *blocks[at:]]


def _without_ends(text: str, span: Span, marks: Sequence[Span]) -> Span:
    """A cell without the marks at its ends."""
    start, end = span.start, span.end
    ends = sorted(marks)
    for mark in ends:
        if mark.start == start:
            start = mark.end
    for mark in reversed(ends):
        if mark.end == end:
            end = max(start, mark.start)
    return Span(*_trimmed(text, start, end))


def _without(text: str, span: Span, marks: Sequence[Span]) -> str:
    words, at = [], span.start
    for mark in sorted(marks):
        if mark.start >= at and mark.end <= span.end:
            words.append(text[at : mark.start])
            at = mark.end
    return "".join((*words, text[at : span.end]))


# --- marks inside a line ----------------------------------------------------------------------------------------------


def _inline(text: str, start: int, end: int, found: Markdown) -> None:
    """Add the marks between two offsets of one line."""
    if not _BEGINS_PIECE.search(text, start, end):
        return  # as of most lines, in a tenth of the time
    stars: list[_Stars] = []
    added: list[Span] = []
    for match in _PIECE.finditer(text, start, end):
        at, stop = match.span()
        if match["stars"]:
            stars.append(_Stars(at, stop))
        elif match["link"]:
            found.signs += 1
            inner = match.span("words")
            added += [Span(at, inner[0]), Span(inner[1], stop)]
            _inline(text, *inner, found)
        elif match["code"]:
            added += [Span(at, at + 1), Span(stop - 1, stop)]
        elif match["escape"]:
            found.signs += text[at + 1] in "*_"
            added.append(Span(at, at + 1))
        elif match["note"]:
            found.signs += 1
            added.append(Span(at, stop))
        elif match["image"] or match["tag"] or match["struck"]:
            added.append(Span(at, stop))
    added += _emphasis(text, start, end, stars, found)
    found.marks += [mark for mark in added if not _joins_numbers(text, mark, start, end)]


def _joins_numbers(text: str, mark: Span, start: int, end: int) -> bool:
    """Would two pieces of numbers stand side by side without this mark?"""
    before = text[mark.start - 1] if mark.start > start else ""
    after = text[mark.end] if mark.end < end else ""
    return before in _IN_NUMBER and after in _IN_NUMBER and bool(before and after)


def _emphasis(text: str, start: int, end: int, stars: Sequence[_Stars], found: Markdown) -> Iterator[Span]:
    """The pairs of asterisks that are emphasis."""
    if len(stars) < 2:
        return
    masks = [match.span() for match in _star_mask().finditer(fold(text[start:end]))]
    still_open: dict[int, _Stars] = {}  # by their lengths, the last of each
    for run in stars:
        before = text[run.start - 1 : run.start] if run.start > start else ""
        after = text[run.end : run.end + 1] if run.end < end else ""
        opener = still_open.get(run.length)
        if opener and before and not before.isspace():
            still_open = {length: one for length, one in still_open.items() if one.start < opener.start}
            pair = Span(opener.start, opener.end), Span(run.start, run.end)
            if _is_emphasis(text, start, end, *pair, masks):
                found.signs += run.length > 1
                yield from pair
        elif after and not after.isspace():
            still_open[run.length] = run


def _is_emphasis(text: str, start: int, end: int, opener: Span, closer: Span, masks: Sequence[tuple[int, int]]) -> bool:
    """Are two runs of asterisks emphasis, and neither of them a mask?"""
    inside = text[opener.end : closer.start]
    if any(_joins_numbers(text, mark, start, end) for mark in (opener, closer)):
        return False
    if closer.end - closer.start == 1 and inside.isdigit() and len(inside) <= SHORT:
        return False
    may_mask = [_lies_in(masks, run.start - start) for run in (opener, closer)]
    before = text[opener.start - 1 : opener.start] if opener.start > start else ""
    after = text[closer.end : closer.end + 1] if closer.end < end else ""
    if may_mask[0]:
        # `**5` ... or `**` before a measure word: a mask, unless what follows the second run shows that it ends there.
        return not may_mask[1] and (inside[0].isdigit() or not after.isalnum())
    # `**` before a measure word and behind no digit: a mask, unless the first run can only begin something.
    return not may_mask[1] or inside[-1].isdigit() or not before.isalnum()


def _lies_in(spans: Sequence[tuple[int, int]], offset: int) -> bool:
    at = bisect_right(spans, (offset, 1 << 60)) - 1
    return at >= 0 and offset < spans[at][1]


@lru_cache(maxsize=1)
def _star_mask() -> re.Pattern[str]:
    """The expression of masks that are made of asterisks."""
    return grammar.load().regex("masks", "star")
