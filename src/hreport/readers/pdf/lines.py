"""The lines of text of a page: their words, and where they stand on the page as it is seen."""

from __future__ import annotations

import ctypes
import math
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, repeat
from typing import NamedTuple, TypeAlias

import pypdfium2

from hreport.readers.build import Paragraph, Table, is_figure
from hreport.readers.pdf import calls

Box: TypeAlias = tuple[float, float, float, float]  # left, bottom, right, top, as the page is seen

MOST_CHARACTERS = 1_000_000  # of one page
MOST_LINES = 10_000
FAR = 1e6  # points: what stands further off, or nowhere (not a number), stands at the corner
LARGEST_SIZE = 5_000
SEVERAL = 2.2  # times as high as its type: no line but several

LABEL = re.compile(r"[^\s\t]{1,5}[ \t](?!.*\t)")
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_HALVES = re.compile("[\ud800-\udfff]")
_HYPHEN = re.compile("[\x02\ufffe]")  # as pdfium gives one at the end of a line
_BREAKS = re.compile(r"[\r\n]+")


class Part(NamedTuple):
    """What stands in one of the columns of a line."""

    text: str
    left: float
    right: float


@dataclass(slots=True)
class Line:
    """A line of text as it stands on its page; `first` and `last` are the characters that it begins and ends with.

    `parts`: what stands in its columns, where it has several. `score`: how sure text recognition was of it, where it
    was read off a picture. `rows`: of rows without rules, the table that they are, or, where that is not certain, their
    words as furniture, from which no figures are taken.
    """

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float
    page: int
    middle: float
    slanted: bool = False
    furniture: bool = False
    first: int = 0
    last: int = -1
    score: float | None = None
    margins: tuple[float, float] = (0.0, 0.0)  # where the lines of its column begin and end
    rows: tuple[Paragraph | Table, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Placing:
    """Turns places in a page's own space into those on the page as it is seen, rotated and cropped."""

    rotation: int
    left: float
    bottom: float
    right: float
    top: float

    @classmethod
    def of(cls, page: pypdfium2.PdfPage) -> Placing:
        """How a page is seen."""
        return cls(page.get_rotation(), *page.get_bbox())

    @property
    def is_turned(self) -> bool:
        """Is the page seen on its side?"""
        return self.rotation in (90, 270)

    def box(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        """A box as it is seen."""
        match self.rotation:
            case 90:
                return (y0 - self.bottom, self.right - x1, y1 - self.bottom, self.right - x0)
            case 180:
                return (self.right - x1, self.top - y1, self.right - x0, self.top - y0)
            case 270:
                return (self.top - y1, x0 - self.left, self.top - y0, x1 - self.left)
        return (x0 - self.left, y0 - self.bottom, x1 - self.left, y1 - self.bottom)


def whole(text: str) -> str:
    """The text with the halves of rare hanzi put together."""
    if text.isascii() or not _HALVES.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class Characters:
    """The characters of a page by number: what they are, and where each stands."""

    def __init__(self, text_page: pypdfium2.PdfTextPage, placing: Placing) -> None:
        """Get all characters at once; places are asked for one by one."""
        self._page = calls.address(text_page.raw)
        self.placing = placing
        self._is_plain = not (placing.rotation or placing.left or placing.bottom)
        # left, top, right, bottom; numbers of an array are read in a fifth of the time that those of ctypes take
        self._corners = array("f", bytes(16))
        self._corners_address = self._corners.buffer_info()[0]
        self.total = max(0, calls.count_characters(self._page))
        count = min(self.total, MOST_CHARACTERS)
        self.is_cut = self.total > count
        text = self._at_once(count)
        # The text in one piece leaves out rare hanzi and what has no character: then it cannot be counted by.
        self.is_whole = len(text) == count
        self.text = text if self.is_whole else self._one_by_one(count)
        self.text = _HYPHEN.sub(self._hyphen, self.text)

    def _at_once(self, count: int) -> str:
        buffer = (ctypes.c_ushort * (2 * count + 2))()
        written = calls.text(self._page, 0, count, ctypes.addressof(buffer)) - 1
        try:
            return bytes(memoryview(buffer)[: max(0, written)]).decode("utf-16-le")
        except UnicodeDecodeError:
            return ""

    def _one_by_one(self, count: int) -> str:
        codes = map(calls.unicode, repeat(self._page), range(count))
        # The halves of rare hanzi are counted as characters; `whole` puts them together.
        return "".join(chr(code) if 0 < code < 0x110000 else "\ufffd" for code in codes)

    def _hyphen(self, found: re.Match[str]) -> str:
        return "-" if calls.is_hyphen(self._page, found.start()) == 1 else found[0]

    def is_made(self, index: int) -> bool:
        """Did pdfium put the character in: a space for a gap, the end of a line?"""
        return bool(calls.is_made(self._page, index) == 1)

    def objects(self) -> int:
        """How many of the page's objects are text, at least."""
        # Each stretch of characters that can be seen is an object; one whose order is turned may be several.
        return 0 if RIGHT_TO_LEFT.search(self.text) else calls.count_stretches(self._page, 0, -1)

    def lacks(self, text_object: int) -> bool:
        """Is this an object of which pdfium made no character, such as a space where a line ends?"""
        length = calls.object_text(text_object, self._page, None, 0)  # in bytes, with the two that end a text
        return self.is_whole and bool(length == 2)

    def box(self, index: int) -> Box:
        """Where a character stands on the page as it is seen."""
        if not calls.loose_box(self._page, index, self._corners_address):
            return (0, 0, 0, 0)
        left, top, right, bottom = self._corners
        if -FAR < left + bottom < FAR and -FAR < right + top < FAR:
            return (left, bottom, right, top) if self._is_plain else self.placing.box(left, bottom, right, top)
        return (0, 0, 0, 0)

    def gap(self, before: int, after: int) -> float:
        """How far apart two characters stand."""
        if self.placing.rotation:
            return self.box(after)[0] - self.box(before)[2]
        calls.loose_box(self._page, before, self._corners_address)
        right = self._corners[2]
        calls.loose_box(self._page, after, self._corners_address)
        return self._corners[0] - right

    def is_slanted(self, index: int) -> bool:
        """Does the character stand neither upright nor on its side, as watermarks do?"""
        turn = calls.angle(self._page, index)
        return turn != 0 and 5 < math.degrees(turn) % 90 < 85

    def size(self, index: int) -> float:
        """The size of the type, as the file has it."""
        size = calls.font_size(self._page, index)
        return size if 0 < size < LARGEST_SIZE else 0.0


def read(characters: Characters, number: int) -> list[Line]:
    """The lines of page `number` in reading order."""
    # As everywhere in a line, tabs and other ends of lines are spaces; the text stays as long as it was.
    text = characters.text
    for white in "\t\n\r\xa0":
        text = text.replace(white, " ")
    # pdfium looks for the ends of lines as if the page stood upright.
    spans = _split(characters, 0, len(text)) if characters.placing.is_turned else _spans(characters)
    found = []
    for start, end in spans:
        line = _line(characters, text, start, end, number)
        if line is None:
            continue
        parts = []
        if line.top - line.bottom > SEVERAL * line.size and not line.slanted:
            # Of forms on the page pdfium makes one line though they stand one above the other; not so of vertical text.
            parts = list(_split(characters, start, end))
        if 1 < len(parts) < len(line.text) / 2:
            found += [one for part in parts if (one := _line(characters, text, *part, number))]
        else:
            found.append(line)
        if len(found) >= MOST_LINES:
            break
    return _in_order(found[:MOST_LINES])


def _spans(characters: Characters) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _BREAKS.finditer(characters.text):
        begin, end = match.span()
        # pdfium puts in both, a font at most one of them.
        if match[0] == "\r\n" or any(map(characters.is_made, range(begin, end))):
            yield start, begin
            start = end
    yield start, len(characters.text)


def _split(characters: Characters, start: int, end: int) -> Iterator[tuple[int, int]]:
    """As above, by where each character stands."""
    before: Box | None = None
    for index in range(start, end):
        if characters.is_made(index):
            if characters.text[index] in "\r\n":
                yield start, index
                start = index + 1
            continue
        box = characters.box(index)
        if before is not None and abs(before[1] - box[1]) > 0.6 * max(box[3] - box[1], 1):
            yield start, index
            start = index
        before = box
    yield start, end


def _line(characters: Characters, text: str, start: int, end: int, number: int) -> Line | None:
    words = text[start:end].rstrip()
    end = start + len(words)
    words = words.lstrip()
    if not words:
        return None
    start = end - len(words)
    left, bottom, right, top = characters.box(start)
    size = characters.size(start)
    # Some files set every size to 1 and scale it up: then the height of the box is the size.
    size = size if size > 4 else max(4.0, top - bottom)
    last_left, last_bottom, last_right, last_top = characters.box(end - 1)
    left = min(last_left, left)
    bottom = min(last_bottom, bottom)
    right = max(last_right, right)
    top = max(last_top, top)
    slanted = characters.is_slanted((start + end) // 2)
    columns: list[int] = []
    if " " in words and _is_mixed(characters, words, start, size):
        words = _sorted(characters, words, start, size)
    elif " " in words:
        words, columns = _spaced(characters, words, start, size)
    middle = (bottom + top) / 2
    line = Line(whole(words), left, bottom, right, top, size, number, middle, slanted, first=start, last=end - 1)
    if columns and "\t" in words:
        begins = [start, *(place + 1 for place in columns)]
        ends = [*(place - 1 for place in columns), end - 1]
        line.parts = tuple(
            Part(one.strip(), characters.box(begin)[0], characters.box(last)[2])
            for one, begin, last in zip(line.text.split("\t"), begins, ends, strict=True)
        )
    return line


def _is_mixed(characters: Characters, words: str, start: int, size: float) -> bool:
    """Was a character drawn behind those that it stands before, as happens to one of another font?"""
    place = words.find(" ")
    while place > 0:
        if characters.is_made(start + place) and characters.gap(start + place - 1, start + place + 1) < -0.5 * size:
            return True
        place = words.find(" ", place + 1)
    return False


def _sorted(characters: Characters, words: str, start: int, size: float) -> str:
    """The words in the order in which they stand, where all of them stand on one line."""
    drawn = [
        (word, characters.box(start + k))
        for k, word in enumerate(words)
        if word != " " or not characters.is_made(start + k)
    ]
    bottoms = [box[1] for _, box in drawn]
    if max(bottoms) - min(bottoms) > 0.6 * size or RIGHT_TO_LEFT.search(words):
        return _spaced(characters, words, start, size)[0]
    text, end = "", drawn[0][1][0]
    for word, box in sorted(drawn, key=_left):
        gap = box[0] - end
        narrow = text[-1:].isascii() and word.isascii()
        text += ("\t" if gap > size else " " if gap > 0.3 * size and narrow else "") + word
        end = max(end, box[2])
    return text


def _left(drawn: tuple[str, Box]) -> float:
    return drawn[1][0]


def _spaced(characters: Characters, words: str, start: int, size: float) -> tuple[str, list[int]]:
    """The words with the spaces that were written, without those of the layout, and a tab where columns part; and the
    characters where they do."""
    parts: list[str] = []
    columns: list[int] = []
    begin = 0
    place = words.find(" ")
    while place > 0:
        wide = (words[place - 1] > "\x7f") + (words[place + 1] > "\x7f")
        # Layout puts a quarter of an em between hanzi and digits; a wider gap is one between columns. Between two
        # hanzi a space that was written stays.
        made = wide == 1 or (wide == 2 and characters.is_made(start + place))
        gap = characters.gap(start + place - 1, start + place + 1)
        if made and gap < 0.6 * size:
            parts.append(words[begin:place])
            begin = place + 1
        elif gap > size:
            parts += (words[begin:place], "\t")
            columns.append(start + place)
            begin = place + 1
        place = words.find(" ", place + 1)
    text = "".join((*parts, words[begin:]))
    if (label := LABEL.match(text)) and not is_figure(text[label.end() :]):
        # The gap after the number of a list item is no column.
        text = f"{label[0][:-1]} {text[label.end() :]}"
    return text, columns


def _in_order(lines: list[Line]) -> list[Line]:
    """Lines from top to bottom where none stands beside another; else as they were drawn, column by column."""
    level = sorted((line for line in lines if not line.slanted), key=lambda line: -line.middle)
    for above, below in pairwise(level):
        if above.middle - below.middle < 0.5 * min(above.size, below.size):
            return lines
    return level + [line for line in lines if line.slanted] if len(level) < len(lines) else level
