"""What the Word formats (docx, doc, rtf) share: headings by name, automatic numbers, rows laid out as tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from hreport.readers.build import Cell, Paragraph, Table

Content: TypeAlias = list[Paragraph | Table]

MOST_PARAGRAPHS = 200_000
MOST_COLUMNS = 256
LONGEST_HEADING = 80
LONGEST_LABEL = 80  # characters of the pattern of an automatic number
TITLE_LEVEL = 0
DEEPEST_TABLE = 20
# Edges of cells that lie closer together than this, in twentieths of a point, are one: no hanzi has room between them.
SAME_EDGE = 120

_HEADING_NAME = re.compile(r"(?:heading|\u6807\u9898)\s*([1-9])", re.IGNORECASE)
_TITLE_NAME = re.compile(r"title|\u6807\u9898", re.IGNORECASE)
_CONTENTS_NAME = re.compile(r"toc\s*[1-9]", re.IGNORECASE)
_LEVEL_MARK = re.compile(r"%([1-9])")

# What stands around raised words until their paragraph is complete: no characters of any text.
RAISE, LOWER = "\ufdd0", "\ufdd1"
RAISED_DIGITS = str.maketrans(
    "0123456789+-\u2212", "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207a\u207b\u207b"
)
EXPONENT = re.compile(r"[+\-\u2212]?[0-9]{1,3}")
_MARKED_EXPONENT = re.compile(f"(?<=[0-9A-Za-z]){RAISE}({EXPONENT.pattern}){LOWER}")
# The signs of the font Symbol that stand with figures, by their places in it; its digits and stops are those of ASCII.
SYMBOLS = {
    0xA3: "\u2264", 0xB0: "\u00b0", 0xB1: "\u00b1", 0xB3: "\u2265", 0xB4: "\u00d7", 0xB8: "\u00f7", 0xB9: "\u2260",
    0xBB: "\u2248", 0x6D: "\u03bc", 0x7E: "~", 0x2D: "\u2212",
    **{code: chr(code) for code in b" !%()+,./0123456789:;<=>[]_{|}"},
}  # fmt: skip


def heading_level(name: str) -> int | None:
    """The level of the headings that have a style of this name: 0 for a title, None where it is no heading's.

    >>> heading_level("heading 1"), heading_level("标题 2"), heading_level("Title"), heading_level("Normal")
    (1, 2, 0, None)
    """
    if found := _HEADING_NAME.fullmatch(name.strip()):
        return int(found[1])
    return TITLE_LEVEL if _TITLE_NAME.fullmatch(name.strip()) else None


def is_contents(name: str) -> bool:
    """Is a style of this name for the lines of a table of contents?"""
    return bool(_CONTENTS_NAME.fullmatch(name.strip()))


# --- characters -------------------------------------------------------------------------------------------------------


def exponents(words: str) -> str:
    """Digits that are raised behind a digit or a letter, as raised characters; other raised words as they are.

    An exponent must not be read as part of the number before it.

    >>> exponents(f"10{RAISE}4{LOWER}人,12m{RAISE}2{LOWER},见注{RAISE}1{LOWER}")
    '10⁴人,12m²,见注1'
    """
    if RAISE not in words and LOWER not in words:
        return words
    words = _MARKED_EXPONENT.sub(lambda found: found[1].translate(RAISED_DIGITS), words.replace(LOWER + RAISE, ""))
    return words.replace(RAISE, "").replace(LOWER, "")


def is_glyph(text: str) -> bool:
    """Is there a character in it that means something only in its own font?"""
    return any("\ue000" <= character <= "\uf8ff" for character in text)


def symbol(code: int, font: str) -> str:
    """The character of a symbol, unless it only means something in its own font.

    >>> symbol(0xF0B3, "Symbol"), symbol(0x2103, "SimSun"), symbol(0xF0FE, "Wingdings")
    ('≥', '℃', '')
    """
    if 0xF020 <= code <= 0xF0FF:
        font = font.lower()
        if font == "symbol":
            return SYMBOLS.get(code & 0xFF, "")
        # Fonts of letters have their own characters at these places; fonts of pictures have pictures.
        return "" if "dings" in font or code > 0xF07E else chr(code & 0xFF)
    return chr(code) if 0x20 <= code < 0xD800 else ""


# --- automatic numbers ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Level:
    """How the paragraphs on one level of a list are numbered; `text` holds %1 to %9 where numbers stand."""

    number_format: str = "decimal"
    text: str = ""
    start: int = 1
    gap: bool = True
    restart: int | None = None
    legal: bool = False
    style: str = ""


@dataclass(slots=True)
class NumberedList:
    """A list by its levels; lists of the same `template` go on counting where the other left off."""

    template: str
    levels: dict[int, Level]
    starts: dict[int, int] = field(default_factory=dict)
    begun: bool = False


class Lists(Protocol):
    """The lists of a document by the keys that its paragraphs know them by."""

    def get(self, key: str, /) -> NumberedList | None:
        """The list, where there is one."""


class Numbering:
    """Counts the paragraphs of each list and gives the number that Word shows before them."""

    def __init__(self, lists: Lists) -> None:
        """Start to count."""
        self.lists = lists
        self.counts: dict[str, dict[int, int]] = {}

    def label(self, key: str | None, place: int | None, style: str) -> str:
        """Count one more paragraph of the list and give its number with what Word puts after it, or ""."""
        numbered = self.lists.get(key or "")
        if numbered is None or key == "0":
            return ""
        if place is None:
            linked = (number for number, level in numbered.levels.items() if style and level.style == style)
            place = next(linked, 0)
        level = numbered.levels.get(place)
        if level is None:
            return ""
        counts = self.counts.setdefault(numbered.template, {})
        if not numbered.begun:
            # A list that restarts an earlier one does so where it is first used.
            numbered.begun = True
            for number in numbered.starts:
                counts.pop(number, None)
        counts[place] = counts[place] + 1 if place in counts else self._start(numbered, place)
        for deeper in [number for number in counts if number > place]:
            restart = numbered.levels[deeper].restart if deeper in numbered.levels else None
            if restart is None or (restart and place < restart):
                del counts[deeper]
        return label_text(self._show(numbered, level, counts), level.gap)

    def _start(self, numbered: NumberedList, place: int) -> int:
        level = numbered.levels.get(place)
        return numbered.starts.get(place, level.start if level else 1)

    def _show(self, numbered: NumberedList, level: Level, counts: dict[int, int]) -> str:
        if level.number_format == "bullet":
            return level.text

        def numeral(mark: re.Match[str]) -> str:
            place = int(mark[1]) - 1
            other = numbered.levels.get(place, level)
            count = counts.get(place, self._start(numbered, place))
            return format_number(count, "decimal" if level.legal else other.number_format)

        return _LEVEL_MARK.sub(numeral, level.text)


def label_text(shown: str, gap: bool = True) -> str:
    """A number or bullet as it stands before the words of its paragraph.

    A space keeps "1." apart from "5.19" where Word leaves a gap; after other signs nothing can run together. Most
    bullets are glyphs of a symbol font, which mean nothing as characters.

    >>> label_text("1."), label_text("一、"), label_text("\uf0b7")
    ('1. ', '一、', '')
    """
    if not shown or is_glyph(shown):
        return ""
    runs_together = shown[-1].isascii() and (shown[-1].isalnum() or shown[-1] == ".")
    return f"{shown} " if runs_together and gap else shown


# What .doc files and Word 2003 call the formats of numbers.
NUMBER_FORMATS = {
    0: "decimal", 1: "upperRoman", 2: "lowerRoman", 3: "upperLetter", 4: "lowerLetter", 10: "ideographDigital",
    11: "japaneseCounting", 14: "decimalFullWidth", 16: "japaneseLegal", 17: "japaneseDigitalTenThousand",
    18: "decimalEnclosedCircle", 19: "decimalFullWidth2", 22: "decimalZero", 23: "bullet",
    26: "decimalEnclosedFullstop", 27: "decimalEnclosedParen", 28: "decimalEnclosedCircleChinese",
    29: "ideographEnclosedCircle", 30: "ideographTraditional", 31: "ideographZodiac", 33: "taiwaneseCounting",
    34: "ideographLegalTraditional", 35: "taiwaneseCountingThousand", 36: "taiwaneseDigital", 37: "chineseCounting",
    38: "chineseLegalSimplified", 39: "chineseCountingThousand", 255: "none",
}  # fmt: skip

# Digits from nought to nine, then ten, hundred, thousand, ten thousand. Written as escapes: they are formats of Word,
# not words of the reports.
_PLAIN = "\u3007\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d", "\u5341\u767e\u5343\u4e07", "\u96f6"
_PLAIN_TRADITIONAL = _PLAIN[0], "\u5341\u767e\u5343\u842c", "\u96f6"
_LEGAL = "\u96f6\u58f9\u8d30\u53c1\u8086\u4f0d\u9646\u67d2\u634c\u7396", "\u62fe\u4f70\u4edf\u4e07", "\u96f6"
_LEGAL_TRADITIONAL = (
    "\u96f6\u58f9\u8cb3\u53c3\u8086\u4f0d\u9678\u67d2\u634c\u7396",
    "\u62fe\u4f70\u4edf\u842c",
    "\u96f6",
)
_STEMS = "\u7532\u4e59\u4e19\u4e01\u620a\u5df1\u5e9a\u8f9b\u58ec\u7678"
_BRANCHES = "\u5b50\u4e11\u5bc5\u536f\u8fb0\u5df3\u5348\u672a\u7533\u9149\u620c\u4ea5"

_SPELLED = {
    "chineseCounting": _PLAIN,
    "chineseCountingThousand": _PLAIN,
    "taiwaneseCounting": _PLAIN_TRADITIONAL,
    "taiwaneseCountingThousand": _PLAIN_TRADITIONAL,
    "japaneseCounting": _PLAIN,
    "chineseLegalSimplified": _LEGAL,
    "ideographLegalTraditional": _LEGAL_TRADITIONAL,
    "japaneseLegal": _LEGAL_TRADITIONAL,
}
_DIGIT_BY_DIGIT = frozenset(("ideographDigital", "taiwaneseDigital", "japaneseDigitalTenThousand"))
# Formats of which Unicode has one character for each number: the first character, and how many there are.
_ENCLOSED = {
    "decimalEnclosedCircle": ("\u2460", 20),
    "decimalEnclosedCircleChinese": ("\u2460", 20),
    "decimalEnclosedParen": ("\u2474", 20),
    "decimalEnclosedFullstop": ("\u2488", 20),
    "ideographEnclosedCircle": ("\u3280", 10),
}
_SERIES = {"ideographTraditional": _STEMS, "ideographZodiac": _BRANCHES}
_FULL_WIDTH = str.maketrans("0123456789", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19")
_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
    (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip


def format_number(number: int, number_format: str) -> str:
    """Write a number in one of Word's number formats.

    >>> [format_number(12, name) for name in ("decimal", "chineseCounting", "ideographDigital", "upperRoman")]
    ['12', '十二', '一二', 'XII']
    >>> format_number(105, "chineseCountingThousand"), format_number(27, "lowerLetter"), format_number(3, "unheard-of")
    ('一百零五', 'aa', '3')
    """
    if number_format == "none":
        return ""
    if not 0 < number < 100_000:
        return str(number)
    if number_format in _SPELLED:
        return _spell(number, *_SPELLED[number_format])
    if number_format in _DIGIT_BY_DIGIT:
        return "".join(_PLAIN[0][int(digit)] for digit in str(number))
    if number_format in _ENCLOSED:
        first, length = _ENCLOSED[number_format]
        return chr(ord(first) + number - 1) if number <= length else str(number)
    if number_format in _SERIES:
        series = _SERIES[number_format]
        return series[number - 1] if number <= len(series) else str(number)
    match number_format:
        case "decimalZero":
            return f"{number:02}"
        case "decimalFullWidth" | "decimalFullWidth2":
            return str(number).translate(_FULL_WIDTH)
        case "upperLetter" | "lowerLetter":
            letter = chr(ord("A" if number_format == "upperLetter" else "a") + (number - 1) % 26)
            return letter * ((number - 1) // 26 + 1)
        case "upperRoman" | "lowerRoman":
            roman = _roman(number)
            return roman if number_format == "upperRoman" else roman.lower()
    return str(number)


def _roman(number: int) -> str:
    parts = []
    for value, sign in _ROMAN:
        times, number = divmod(number, value)
        parts.append(sign * times)
    return "".join(parts)


def _spell(number: int, digits: str, powers: str, nought: str) -> str:
    """Spell a number below 100 000 out: 12 has no "one" before its ten, 105 a nought for the empty place."""
    spelled, gap = "", False
    for power in range(4, -1, -1):
        digit = number // 10**power % 10
        if not digit:
            gap = bool(spelled)
            continue
        if gap:
            spelled += nought
        gap = False
        leading_ten = power == 1 and digit == 1 and not spelled
        spelled += ("" if leading_ten else digits[digit]) + (powers[power - 1] if power else "")
    return spelled


# --- tables -----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Slot:
    """A cell as the properties of its row describe it: its right edge, and what it is merged with."""

    edge: int
    joins_left: bool = False
    joins_above: bool = False
    begins_merge: bool = False


@dataclass(slots=True)
class Row:
    """The properties of a row: where it begins, its cells, and whether it is repeated on each page as a heading."""

    left: int = 0
    slots: list[Slot] = field(default_factory=list)
    is_header: bool = False


@dataclass(slots=True)
class _OpenTable:
    rows: list[tuple[Row, list[Content]]] = field(default_factory=list)
    cells: list[Content] = field(default_factory=list)
    content: Content = field(default_factory=list)


class Flow:
    """Puts a stream of paragraphs, ends of cells and ends of rows together into paragraphs and tables.

    `depth`: in how many tables, one inside the other, a paragraph stands.
    """

    def __init__(self) -> None:
        """Start with nothing."""
        self._items: Content = []
        self._open: list[_OpenTable] = []

    def add(self, items: Sequence[Paragraph | Table], depth: int) -> None:
        """Put paragraphs where the stream has got to."""
        self._go_to(depth)
        (self._open[-1].content if self._open else self._items).extend(items)

    def end_cell(self, depth: int) -> None:
        """The cell is complete."""
        self._go_to(max(depth, 1))
        table = self._open[-1]
        table.cells.append(table.content)
        table.content = []

    def end_row(self, depth: int, row: Row, *, deleted: bool = False) -> None:
        """The row is complete; what was deleted with tracking is left out."""
        self._go_to(max(depth, 1))
        table = self._open[-1]
        if table.content:
            table.cells.append(table.content)
        if table.cells and not deleted:
            table.rows.append((row, table.cells))
        table.cells, table.content = [], []

    def in_row(self, depth: int) -> bool:
        """Has a row been begun on this depth, and not ended?"""
        return len(self._open) >= depth and bool(self._open[depth - 1].cells)

    def finish(self) -> Content:
        """Everything, with tables that were never ended."""
        self._go_to(0)
        return self._items

    def _go_to(self, depth: int) -> None:
        depth = min(depth, DEEPEST_TABLE)
        while len(self._open) > depth:
            self.end_row(len(self._open), Row())
            rows = self._open.pop().rows
            table = laid_out(rows)
            # One cell is a frame around text, not a table.
            content: Content = table.cells[0].content if len(table.cells) == 1 else [table]
            (self._open[-1].content if self._open else self._items).extend(content)
        while len(self._open) < depth:
            self._open.append(_OpenTable())


def laid_out(rows: Sequence[tuple[Row, list[Content]]]) -> Table:
    """Give the cells of rows their columns and spans.

    These formats say where a cell ends on the page, not in which column it stands: rows with the same number of cells
    are taken to have the same columns (edges that were dragged are seldom meant), others are laid out by their edges.
    """
    table = Table()
    lines = [_merged(row, contents) for row, contents in rows]
    by_edge = len({len(line) for line in lines}) > 1 and all(row.slots for row, _ in rows)
    columns = _columns(rows) if by_edge else {}
    open_merges: dict[int, Cell] = {}
    for number, ((row, _), line) in enumerate(zip(rows, lines, strict=True), start=1):
        if row.is_header and table.header_rows == number - 1:
            table.header_rows = number
        left, free = row.left, 1
        for slot, content in line:
            column, span = free, 1
            if by_edge:
                column = max(free, columns[left])
                span = max(1, columns[slot.edge] - column)
                left = slot.edge
            free = column + span
            above = open_merges.get(column)
            # What a merged cell holds below its first row is not shown by Word.
            if slot.joins_above and above is not None:
                above.row_span = number - above.row + 1
                continue
            cell = Cell(number, column, content, column_span=span)
            table.cells.append(cell)
            open_merges.pop(column, None)
            if slot.begins_merge:
                open_merges[column] = cell
    return table


def _merged(row: Row, contents: list[Content]) -> list[tuple[Slot, Content]]:
    """The cells of a row with their properties, those that are merged side by side as one."""
    line: list[tuple[Slot, Content]] = []
    edge = row.left
    for number, content in enumerate(contents):
        # A cell more than the row describes stands to the right of it.
        slot = row.slots[number] if number < len(row.slots) else Slot(edge + SAME_EDGE + 1)
        edge = slot.edge
        if line and (slot.joins_left or len(line) >= MOST_COLUMNS):
            first, words = line[-1]
            line[-1] = Slot(edge, False, first.joins_above, first.begins_merge), [*words, *content]
        else:
            line.append((slot, content))
    return line


def _columns(rows: Sequence[tuple[Row, list[Content]]]) -> dict[int, int]:
    """In which column a cell stands that begins at an edge."""
    edges = {row.left for row, _ in rows}
    edges.update(slot.edge for row, contents in rows for slot, _ in _merged(row, contents))
    columns: dict[int, int] = {}
    column, first = 0, None
    for edge in sorted(edges):
        if first is None or edge - first > SAME_EDGE:
            column, first = column + 1, edge
        columns[edge] = column
    return columns
