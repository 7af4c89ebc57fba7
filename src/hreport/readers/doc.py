"""Word documents of 1997 to 2003 (.doc) and those of WPS (.wps): the streams that [MS-DOC] describes.

The text lies in pieces, in an order that a table gives; what is a table row, a heading, deleted or hidden is said
elsewhere, by the place in the file at which a character lies.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from hreport.messages import Message
from hreport.model import BlockKind, Document, Issue
from hreport.readers import build
from hreport.readers.build import Builder, Paragraph, Source, Table
from hreport.readers.ole import BrokenError, Container, unsigned
from hreport.readers.word import (
    LONGEST_HEADING,
    LONGEST_LABEL,
    LOWER,
    MOST_PARAGRAPHS,
    NUMBER_FORMATS,
    RAISE,
    TITLE_LEVEL,
    Flow,
    Level,
    NumberedList,
    Numbering,
    Row,
    Slot,
    exponents,
    heading_level,
    is_contents,
    symbol,
)

AGAIN = Message("open it in Word and save it as .docx")
WORD_97 = 0xC1  # the version number that Word 97 and all later ones write
PAGE = 512
MOST_STYLES = 4096
MOST_LISTS = 4096

# Places in the header of the file: which pair of offset and length says where a table lies.
STYLES, NOTES, NOTE_TEXTS, SECTIONS, CHARACTERS, PARAGRAPHS, FONTS = 1, 2, 3, 6, 12, 13, 15
PIECES, ANCHORS, END_NOTES, END_NOTE_TEXTS, BOXES, LISTS, OVERRIDES = 33, 40, 46, 47, 56, 73, 74

# Properties ("sprm") that matter here.
DELETED, HIDDEN, CHARACTER_STYLE, SYMBOL, RAISED = 0x0800, 0x083C, 0x4A30, 0x6A09, 0x2A48
IN_TABLE, ROW_END, LIST_LEVEL, HUGE = 0x2416, 0x2417, 0x260A, (0x6645, 0x6646)
FORM = {
    0x4600: "style", IN_TABLE: "in_table", ROW_END: "ends_row", 0x6649: "depth", 0x244B: "ends_inner_cell",
    0x244C: "ends_inner_row", LIST_LEVEL: "list_level", 0x460B: "list_number", 0x2640: "outline",
}  # fmt: skip
TABLE_CELLS, TABLE_HEADER, TABLE_MERGE, TABLE_MERGE_DOWN, TABS = 0xD608, 0x3404, 0x5624, 0xD62B, 0xC615
OPERAND_SIZES = (1, 1, 2, 4, 2, 2, 0, 3)
# What a piece of a file that was saved fast may say in one byte: a short name for some of the properties above.
SHORT_NAMES = {0x0C: LIST_LEVEL, 0x18: IN_TABLE, 0x19: ROW_END, 0x41: DELETED, 0x5C: HIDDEN}

FIRST_HEADING, LAST_HEADING, FIRST_CONTENTS, LAST_CONTENTS, TITLE = 1, 9, 19, 27, 62
PARAGRAPH_KIND, CHARACTER_KIND = 1, 2
NO_STYLE = 0x0FFF

# The code pages of Word 6 and 95 by language.
CODE_PAGES = {0x0804: "gb18030", 0x1004: "gb18030", 0x0404: "cp950", 0x0C04: "cp950", 0x0411: "cp932"}

# Characters of one byte are those of Windows, the same in every language.
_NARROW = bytes(range(256)).decode("cp1252", "replace")
_NARROW = "".join(chr(code) if character == "\ufffd" else character for code, character in enumerate(_NARROW))
_WIDENED = [character.encode("utf-16-le") for character in _NARROW]

_END = re.compile("[\r\x07\x0c]")
_HALF = re.compile("[\ud800-\udfff]")
_FIELD_MARK = re.compile("[\x13\x14\x15]")
# Line and page breaks, the hyphen that keeps words together; all other controls stand for things without words.
_SIGNS = dict.fromkeys(range(0x20)) | {0x09: "\t", 0x0B: "\n", 0x0C: "\n", 0x0E: "\n", 0x1E: "-"}


def read(source: Source) -> Document | Issue:
    """Read the text, notes and text boxes of a Word document, with its headings, tables and automatic numbers."""
    try:
        container = Container(source.data)
        file = _File(container)
        meta = container.properties()
    except (BrokenError, struct.error):
        return source.issue("damaged", Message("damaged doc: get the file again, or {advice}", advice=AGAIN))
    if file.encrypted:
        return source.issue("encrypted", Message("encrypted doc: save it without a password"))
    try:
        if file.version < WORD_97:
            return _read_old(source, file, meta)
        walk = _Walk(file)
        if walk.text.length > 2 * build.LONGEST_DOCUMENT:
            return source.too_long(walk.text.length)
        walk.everything()
    except (BrokenError, struct.error):
        return source.issue("damaged", Message("damaged doc: its tables of text are broken: {advice}", advice=AGAIN))
    if walk.paragraphs > MOST_PARAGRAPHS:
        return source.issue(
            "too_large", Message("the doc has more than {limit} paragraphs: split it", limit=MOST_PARAGRAPHS)
        )
    builder = walk.builder
    if not builder.blocks:
        return source.issue(
            "empty", Message("the doc holds no text: if its pages are pictures, save it as pdf and use OCR")
        )
    doubts = [
        source.issue("damaged", Message("{doubt}: {advice}", doubt=doubt, advice=AGAIN), fatal=False)
        for doubt in walk.doubts
    ]
    return source.document(builder.text, builder.blocks, "doc", meta, doubts)


# --- the file ---------------------------------------------------------------------------------------------------------


def _u16(data: bytes, at: int) -> int:
    return unsigned(data, at, 2)


def _u32(data: bytes, at: int) -> int:
    return unsigned(data, at)


def _numbers(data: bytes, at: int, count: int) -> tuple[int, ...]:
    """As many numbers of four bytes; struct.error where the data ends before them."""
    return struct.unpack_from(f"<{max(0, count)}I", data, at)


class _File:
    """The streams, and what the header says of them."""

    def __init__(self, container: Container) -> None:
        """Read the streams."""
        self.main = container.stream("WordDocument")
        if len(self.main) < 68 or self.main[1] != 0xA5:
            raise BrokenError
        flags = _u16(self.main, 10)
        self.version = _u16(self.main, 2)
        self.language = _u16(self.main, 6)
        self.fast_saved, self.encrypted = bool(flags & 0x0004), bool(flags & 0x0100)
        self.table = container.stream("1Table" if flags & 0x0200 else "0Table")
        self.data = container.stream("Data")
        words = _u16(self.main, 32)
        lengths = 34 + 2 * words + 2
        count = _u16(self.main, lengths - 2)
        if self.version >= WORD_97 and not self.encrypted:
            numbers = _numbers(self.main, lengths, count)
            if count < 11:
                raise BrokenError
            # Main text, footnotes, headers, macros, comments, endnotes, text boxes: one behind the other.
            self.lengths = [number & 0x7FFFFFFF for number in numbers[3:10]]
        self.places = lengths + 4 * count + 2
        self.most_places = _u16(self.main, self.places - 2)

    def part(self, number: int) -> bytes:
        """One of the tables that the header points at; empty where there is none."""
        if number >= self.most_places:
            return b""
        offset, length = _numbers(self.main, self.places + 8 * number, 2)
        return self.table[offset : offset + length]

    def rest(self, number: int) -> bytes:
        """A table with what stands behind it."""
        offset = _u32(self.main, self.places + 8 * number)
        return self.table[offset:] if self.part(number) else b""


def _plex(data: bytes, size: int) -> tuple[tuple[int, ...], list[bytes]]:
    """A table of n + 1 positions and n things of the same size between them."""
    count = max(0, len(data) - 4) // (4 + size)
    if not count:
        return (), []
    start = 4 * (count + 1)
    return _numbers(data, 0, count + 1), [data[start + size * n : start + size * (n + 1)] for n in range(count)]


# --- the text ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Piece:
    start: int
    end: int
    at: int
    width: int
    sprms: bytes


class _Text:
    """All characters of the file, and where in the file each of them lies."""

    def __init__(self, file: _File) -> None:
        """Put the pieces together."""
        self.pieces = list(_pieces(file.part(PIECES)))
        # No piece is told twice: there are no more characters than bytes.
        if not self.pieces or self.pieces[-1].end > len(file.main):
            raise BrokenError
        self.starts = [piece.start for piece in self.pieces]
        self.length = self.pieces[-1].end
        self.missing = 0
        self.characters = ""
        if self.length <= 2 * build.LONGEST_DOCUMENT:
            self.characters = "".join(self._characters(file.main, piece) for piece in self.pieces)

    def _characters(self, data: bytes, piece: _Piece) -> str:
        """One character for each position: those beyond the first 65 536 stay the two halves that they are here."""
        length = piece.end - piece.start
        found = data[piece.at : piece.at + length * piece.width]
        if piece.width == 1:
            words = "".join(map(_NARROW.__getitem__, found))
        else:
            words = "".join(map(chr, struct.unpack(f"<{len(found) // 2}H", found[: len(found) // 2 * 2])))
        self.missing += length - len(words)
        return words.ljust(length, "\0")

    def place(self, position: int) -> tuple[int, _Piece] | None:
        """Where in the file the character lies, and in which piece."""
        number = bisect_right(self.starts, position) - 1
        if number < 0 or position >= self.pieces[number].end:
            return None
        piece = self.pieces[number]
        return piece.at + (position - piece.start) * piece.width, piece


def _pieces(data: bytes) -> Iterator[_Piece]:
    at, shared = 0, []
    while at < len(data) and data[at] == 1:
        length = _u16(data, at + 1)
        shared.append(data[at + 3 : at + 3 + length])
        at += 3 + length
    if at >= len(data) or data[at] != 2:
        return
    positions, found = _plex(data[at + 5 : at + 5 + _u32(data, at + 1)], 8)
    end = 0
    for start, stop, piece in zip(positions, positions[1:], found, strict=False):
        if start != end or stop < start:
            raise BrokenError
        end = stop
        place, said = _u32(piece, 2), _u16(piece, 6)
        narrow = bool(place & 0x40000000)
        place &= 0x3FFFFFFF
        if said & 1:
            sprms = shared[said >> 1] if said >> 1 < len(shared) else b""
        else:
            name = SHORT_NAMES.get(said >> 1 & 0x7F)
            sprms = struct.pack("<HB", name, said >> 8) if name else b""
        yield _Piece(start, stop, place // 2 if narrow else place, 1 if narrow else 2, sprms)


# --- properties -------------------------------------------------------------------------------------------------------


def _sprms(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each property by its number, with its operand."""
    at = 0
    while at + 2 < len(data):
        code = _u16(data, at)
        at += 2
        size = OPERAND_SIZES[code >> 13]
        if not size:
            size = 1 + data[at]
            if code == TABLE_CELLS:
                size = 1 + _u16(data, at)
            elif code == TABS and data[at] == 255:
                deleted = data[at + 1] if at + 1 < len(data) else 0
                added = data[at + 2 + 4 * deleted] if at + 2 + 4 * deleted < len(data) else 0
                size = 3 + 4 * deleted + 3 * added
        yield code, data[at : at + size]
        at += size


@dataclass(slots=True)
class _Look:
    """What matters of the properties of characters; None where they say nothing."""

    deleted: bool = False
    hidden: int | None = None
    style: int | None = None
    symbol: int | None = None
    font: int = 0
    raised: bool = False


@lru_cache(maxsize=4096)
def _look(data: bytes) -> _Look | None:
    """The properties of characters, None where they hold nothing that matters."""
    look = _Look()
    for code, operand in _sprms(data):
        if code == DELETED:
            look.deleted = bool(operand[0])
        elif code == HIDDEN and operand:
            look.hidden = operand[0]
        elif code == CHARACTER_STYLE:
            look.style = _u16(operand, 0)
        elif code == SYMBOL:
            look.font, look.symbol = _u16(operand, 0), _u16(operand, 2)
        elif code == RAISED and operand:
            look.raised = operand[0] == 1
    return None if look == _Look() else look


@dataclass(slots=True)
class _Form:
    """What matters of the properties of a paragraph; None where they say nothing."""

    style: int | None = None
    in_table: int = 0
    depth: int | None = None
    ends_row: int = 0
    ends_inner_cell: int = 0
    ends_inner_row: int = 0
    list_number: int | None = None
    list_level: int | None = None
    outline: int | None = None
    row: Row = field(default_factory=Row)

    @property
    def tables(self) -> int:
        """In how many tables, one inside the other, the paragraph stands."""
        return max(1, self.depth or 1) if self.in_table else 0


def _form(data: bytes, elsewhere: bytes = b"") -> _Form:
    """The properties of a paragraph; those that are too long for their page lie elsewhere."""
    form = _Form()
    for code, operand in _sprms(data):
        if code in HUGE:
            at = _u32(operand, 0)
            longer = elsewhere[at + 2 : at + 2 + _u16(elsewhere, at)]
            # They name no place elsewhere again.
            return _form(longer) if elsewhere else form
        if code in FORM:
            setattr(form, FORM[code], int.from_bytes(operand, "little"))
        elif code == TABLE_CELLS:
            form.row.left, form.row.slots = _slots(operand)
        elif code == TABLE_HEADER:
            form.row.is_header = bool(operand[0])
        elif code == TABLE_MERGE and len(operand) == 2:
            for slot in form.row.slots[operand[0] + 1 : operand[1]]:
                slot.joins_left = True
        elif code == TABLE_MERGE_DOWN and len(operand) == 3 and operand[1] < len(form.row.slots):
            slot = form.row.slots[operand[1]]
            slot.begins_merge, slot.joins_above = operand[2] == 3, operand[2] == 1
    return form


def _slots(operand: bytes) -> tuple[int, list[Slot]]:
    """Where a row begins, and its cells, as the definition of the table has them."""
    count = operand[2] if len(operand) > 2 else 0
    if len(operand) < 5 + 2 * count:
        return 0, []
    left, *edges = struct.unpack_from(f"<{count + 1}h", operand, 3)
    slots = []
    for number, edge in enumerate(edges):
        flags = _u16(operand, 5 + 2 * count + 20 * number)
        merged_down = flags >> 5 & 3
        slots.append(Slot(edge, bool(flags & 2), merged_down == 1, merged_down == 3))
    return left, slots


def _runs(file: _File, number: int, size: int) -> list[tuple[int, int, bytes]]:
    """Where in the file a run of characters, or a paragraph, begins and ends, with its properties."""
    runs: dict[int, tuple[int, bytes]] = {}
    _, pages = _plex(file.part(number), 4)
    for page in dict.fromkeys(_u32(page, 0) & 0x3FFFFF for page in pages):
        data = file.main[page * PAGE : (page + 1) * PAGE]
        if len(data) < PAGE:
            continue
        count = data[-1]
        places = 4 * (count + 1)
        if places + size * count >= PAGE:
            continue
        edges = _numbers(data, 0, count + 1)
        for start, end, at in zip(edges, edges[1:], range(places, PAGE, size), strict=False):
            if start < end:
                runs[start] = end, _stored(data, 2 * data[at], size > 1)
    ordered = sorted(runs)
    # No two may overlap, whatever the file says.
    limits = [*ordered[1:], 1 << 32]
    return [(start, min(runs[start][0], limit), runs[start][1]) for start, limit in zip(ordered, limits, strict=False)]


def _stored(page: bytes, at: int, doubled: bool) -> bytes:
    """Properties behind their length; that of a paragraph counts pairs of bytes."""
    if not at:
        return b""
    if not doubled:
        return page[at + 1 : at + 1 + page[at]]
    if page[at]:
        return page[at + 1 : at + 2 * page[at]]
    return page[at + 2 : at + 2 + 2 * page[min(at + 1, PAGE - 1)]]


# --- styles and lists -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Style:
    built_in: int
    kind: int
    base: int
    name: str
    form: _Form = field(default_factory=_Form)
    look: _Look | None = None


class _Styles:
    """What paragraph and character styles say of headings, hiding and numbers, with what they inherit."""

    def __init__(self, data: bytes) -> None:
        """Read the style sheet."""
        self.styles: dict[int, _Style] = {}
        count, size, at = _u16(data, 2), _u16(data, 4), 2 + _u16(data, 0)
        for number in range(min(count, MOST_STYLES)):
            length = _u16(data, at)
            if length >= size + 4 and size >= 8:
                self.styles[number] = _style(data[at + 2 : at + 2 + length], size)
            at += 2 + length + length % 2
        self._hides: dict[int, bool] = {}

    def chain(self, number: int) -> Iterator[_Style]:
        """The style and those it is based on."""
        seen: set[int] = set()
        while number in self.styles and number not in seen:
            seen.add(number)
            yield self.styles[number]
            number = self.styles[number].base

    def hides(self, number: int) -> bool:
        """Does the style hide its text?"""
        if number not in self._hides:
            said = (style.look.hidden for style in self.chain(number) if style.look is not None)
            self._hides[number] = bool(next((hidden for hidden in said if hidden is not None), 0) & 1)
        return self._hides[number]

    def level(self, number: int) -> int | None:
        """The heading level of the style: 0 for a title, 1 to 9 for headings, None for others."""
        for style in self.chain(number):
            if FIRST_HEADING <= style.built_in <= LAST_HEADING:
                return style.built_in
            if style.built_in == TITLE:
                return TITLE_LEVEL
            if (level := heading_level(style.name)) is not None:
                return level
            if style.form.outline is not None:
                return style.form.outline + 1 if style.form.outline < 9 else None
        # Without a style sheet: the first nine after the usual style are those of headings in every file.
        return number if not self.styles and FIRST_HEADING <= number <= LAST_HEADING else None

    def is_contents(self, number: int) -> bool:
        """Is it a style for the lines of a table of contents?"""
        return any(
            FIRST_CONTENTS <= style.built_in <= LAST_CONTENTS or is_contents(style.name) for style in self.chain(number)
        )

    def numbering(self, number: int) -> tuple[int | None, int | None]:
        """The list that the style puts its paragraphs in, and the level there."""
        forms = [style.form for style in self.chain(number)]
        lists = (form.list_number for form in forms if form.list_number is not None)
        levels = (form.list_level for form in forms if form.list_level is not None)
        return next(lists, None), next(levels, None)


def _style(data: bytes, size: int) -> _Style:
    kind, count, length = _u16(data, 2), _u16(data, 4) & 15, _u16(data, size)
    name = data[size + 2 : size + 2 + 2 * length].decode("utf-16-le", "replace")
    style = _Style(_u16(data, 0) & 0x0FFF, kind & 15, kind >> 4, name)
    at = size + 4 + 2 * length
    parts = []
    for _ in range(count):
        at += at % 2
        parts.append(data[at + 2 : at + 2 + _u16(data, at)])
        at += 2 + _u16(data, at)
    if style.kind == PARAGRAPH_KIND and parts:
        style.form = _form(parts[0][2:])
    if style.kind in (PARAGRAPH_KIND, CHARACTER_KIND) and parts:
        style.look = _look(parts[style.kind == PARAGRAPH_KIND and len(parts) > 1])
    return style


def _lists(data: bytes, overrides: bytes) -> dict[str, NumberedList]:
    """The lists by the numbers that paragraphs know them by."""
    templates: dict[int, dict[int, Level]] = {}
    count = min(_u16(data, 0), MOST_LISTS)
    at = 2 + 28 * count
    for number in range(count):
        begin = 2 + 28 * number
        levels: dict[int, Level] = {}
        for place in range(1 if _u16(data, begin + 26) & 1 else 9):
            levels[place], at = _level(data, at)
            style = _u16(data, begin + 8 + 2 * place)
            levels[place].style = str(style) if style != NO_STYLE else ""
        templates[_u32(data, begin)] = levels
    lists: dict[str, NumberedList] = {}
    count = min(_u32(overrides, 0), MOST_LISTS)
    at = 4 + 16 * count
    for number in range(count):
        begin = 4 + 16 * number
        template = _u32(overrides, begin)
        found = NumberedList(str(template), dict(templates.get(template, {})))
        at += 4
        for _ in range(overrides[begin + 12] if begin + 12 < len(overrides) else 0):
            start, flags = _u32(overrides, at), _u32(overrides, at + 4)
            at += 8
            if flags & 0x20:
                found.levels[flags & 15], at = _level(overrides, at)
            if flags & 0x10:
                found.starts[flags & 15] = found.levels[flags & 15].start if flags & 0x20 else start
        lists[str(number + 1)] = found
    return lists


def _level(data: bytes, at: int) -> tuple[Level, int]:
    """One level of a list, and where the next begins."""
    head = data[at : at + 28].ljust(28, b"\0")
    flags, look, form = head[5], head[24], head[25]
    end = at + 28 + look + form
    length = _u16(data, end)
    shown = data[end + 2 : end + 2 + 2 * min(length, LONGEST_LABEL)].decode("utf-16-le", "replace")
    hidden = _look(data[end - look : end])
    level = Level(
        NUMBER_FORMATS.get(head[4], "decimal"),
        # Where numbers of levels stand, their places do: 0 to 8.
        "" if hidden is not None and hidden.hidden else "".join(f"%{ord(c) + 1}" if c < "\x09" else c for c in shown),
        _u32(head, 0),
        gap=head[15] != 2,
        restart=head[26] if flags & 8 else None,
        legal=bool(flags & 4),
    )
    return level, end + 2 + 2 * length


# --- the walk ---------------------------------------------------------------------------------------------------------


def _fonts(data: bytes) -> list[str]:
    """The names of the fonts."""
    names, at = [], 4
    for _ in range(min(_u16(data, 0), MOST_STYLES)):
        length = data[at] if at < len(data) else 0
        names.append(data[at + 40 : at + 1 + length].decode("utf-16-le", "replace").partition("\0")[0])
        at += 1 + length
    return names


class _Walk:
    """Goes over the paragraphs in reading order and builds the text."""

    def __init__(self, file: _File) -> None:
        """Read what the walk needs to know beforehand."""
        self.file = file
        self.text = _Text(file)
        self.forms = _runs(file, PARAGRAPHS, 13)
        self.form_starts = [start for start, _, _ in self.forms]
        self.styles = _Styles(file.part(STYLES))
        self.fonts = _fonts(file.part(FONTS))
        self.numbering = Numbering(_lists(file.rest(LISTS), file.part(OVERRIDES)))
        self.looks = list(self._looks(_runs(file, CHARACTERS, 1)))
        self.look_ends = [end for _, end, _ in self.looks]
        self.section_ends = set(_plex(file.part(SECTIONS), 12)[0])
        self.codes: list[tuple[int, int]] = []
        self.code_ends: list[int] = []
        self.builder = Builder()
        self.paragraphs = 0
        self.doubts: list[str] = []

    def everything(self) -> None:
        """Main text with its text boxes, then the notes."""
        main, notes, headers, macros, comments, end_notes, boxes = self.file.lengths
        begins = {NOTE_TEXTS: main, END_NOTE_TEXTS: main + notes + headers + macros + comments}
        begin_boxes = begins[END_NOTE_TEXTS] + end_notes
        for begin, length in ((0, main), (main, notes), (begins[END_NOTE_TEXTS], end_notes), (begin_boxes, boxes)):
            self.codes += _field_codes(self.text.characters, begin, begin + length)
        self.code_ends = [end for _, end in self.codes]
        self.boxes = self._boxes(begin_boxes, boxes)
        self.anchors = sorted(
            (at, _u32(anchor, 0)) for at, anchor in zip(*_plex(self.file.part(ANCHORS), 26), strict=False)
        )
        self._add(self._items(0, min(main, self.text.length), self.anchors))
        for start, end in list(self.boxes.values()):
            # Boxes that stand together in one drawing have no anchors of their own.
            self._add(self._items(start, end))
        for references, texts, length in ((NOTES, NOTE_TEXTS, notes), (END_NOTES, END_NOTE_TEXTS, end_notes)):
            for start, end in self._notes(references, texts, begins[texts], length):
                self._add(self._items(start, end))
        if not self.forms:
            self.doubts.append(Message("what is a table, a heading or a list could not be read"))
        if self.text.missing or self.text.length < sum(self.file.lengths):
            self.doubts.append(Message("some of its text is missing"))

    def _add(self, items: Sequence[Paragraph | Table]) -> None:
        for item in items:
            self.builder.add(item)

    def _looks(self, runs: list[tuple[int, int, bytes]]) -> Iterator[tuple[int, int, _Look]]:
        """Stretches of the text whose characters have properties that matter, in its order."""
        ends = [end for _, end, _ in runs]
        for piece in self.text.pieces:
            stop = piece.at + (piece.end - piece.start) * piece.width
            for number in range(bisect_right(ends, piece.at), len(runs)):
                start, end, sprms = runs[number]
                if start >= stop:
                    break
                look = _look(sprms + piece.sprms)
                if look is not None:
                    first = piece.start + (max(start, piece.at) - piece.at) // piece.width
                    yield first, piece.start + (min(end, stop) - piece.at) // piece.width, look

    def _notes(self, references: int, texts: int, begin: int, length: int) -> Iterator[tuple[int, int]]:
        """Where the notes lie that the text still refers to."""
        edges = _plex(self.file.part(texts), 0)[0]
        places = _plex(self.file.part(references), 2)[0]
        for start, end, reference in zip(edges, edges[1:], places, strict=False):
            if start <= end <= length and not self._is_deleted(reference):
                yield begin + start, begin + end

    def _boxes(self, begin: int, length: int) -> dict[int, tuple[int, int]]:
        """Where the text of each text box lies, by the number of its shape."""
        edges, boxes = _plex(self.file.part(BOXES), 22)
        return {
            _u32(box, 14): (begin + start, begin + end)
            for start, end, box in zip(edges, edges[1:], boxes, strict=False)
            if start < end <= length and not _u16(box, 8)
        }

    def _look_at(self, position: int) -> _Look | None:
        number = bisect_right(self.look_ends, position)
        return self.looks[number][2] if number < len(self.looks) and self.looks[number][0] <= position else None

    def _is_deleted(self, position: int) -> bool:
        look = self._look_at(position)
        return look is not None and look.deleted

    def _is_gone(self, position: int) -> bool:
        look = self._look_at(position)
        return look is not None and (look.deleted or bool((look.hidden or 0) & 1))

    def _form(self, position: int) -> _Form:
        """The properties of the paragraph whose mark this is."""
        found = self.text.place(position)
        if found is None:
            return _Form()
        place, piece = found
        number = bisect_right(self.form_starts, place) - 1
        if number < 0 or place >= self.forms[number][1]:
            return _Form()
        data = self.forms[number][2]
        form = _form(data[2:] + piece.sprms, self.file.data)
        if form.style is None:
            form.style = _u16(data, 0)
        return form

    def _paragraphs(self, start: int, end: int) -> Iterator[tuple[int, int, str]]:
        """Where each paragraph and its mark lie, and which mark it is."""
        begin = start
        for found in _END.finditer(self.text.characters, start, end):
            mark, at = found[0], found.start()
            if mark == "\x0c" and self.section_ends and at + 1 not in self.section_ends:
                continue  # the page ends, the paragraph does not
            yield begin, at, mark
            begin = at + 1
        if begin < end:
            yield begin, end, ""

    def _items(self, start: int, end: int, anchors: Sequence[tuple[int, int]] = ()) -> list[Paragraph | Table]:
        flow = Flow()
        next_anchor = 0
        begun, begun_depth = None, 0
        for begin, at, mark in self._paragraphs(start, end):
            self.paragraphs += 1
            if self.paragraphs > MOST_PARAGRAPHS:
                break
            form = self._form(at if mark else at - 1)
            depth = form.tables
            if begun is not None and depth != begun_depth:
                flow.add(list(self._paragraph(begun, begin, _Form())), begun_depth)
                begun = None
            begin = begin if begun is None else begun
            begun = None
            if mark == "\r" and not form.ends_inner_cell and not form.ends_inner_row and self._is_gone(at):
                # The mark was deleted or is hidden: the next paragraph goes on in this one.
                begun, begun_depth = begin, depth
                continue
            if (depth and form.ends_row) or form.ends_inner_row:
                flow.end_row(depth if form.ends_inner_row else 1, form.row, deleted=self._is_deleted(at))
                continue
            flow.add(list(self._paragraph(begin, at, form)), depth)
            while next_anchor < len(anchors) and anchors[next_anchor][0] <= at:
                place, shape = anchors[next_anchor]
                box = self.boxes.pop(shape, None)
                if box is not None and not self._is_deleted(place):
                    flow.add(self._items(*box), depth)
                next_anchor += 1
            if (mark == "\x07" and self.forms) or form.ends_inner_cell:
                flow.end_cell(depth)
        if begun is not None:
            flow.add(list(self._paragraph(begun, end, _Form())), begun_depth)
        return flow.finish()

    def _paragraph(self, start: int, end: int, form: _Form) -> Iterator[Paragraph]:
        style = form.style or 0
        text = self._words(start, end, style).strip("\n")
        # Word counts and numbers empty paragraphs too.
        numbering, place = self.styles.numbering(style)
        numbering = form.list_number if form.list_number is not None else numbering
        place = form.list_level if form.list_level is not None else place
        label = self.numbering.label(str(numbering or 0), place, str(style))
        if not text.strip():
            return
        level = self.styles.level(style)
        if form.outline is not None:
            level = form.outline + 1 if form.outline < 9 else None
        if len(text) > LONGEST_HEADING:
            level = None
        kind = BlockKind.PARAGRAPH if level is None else BlockKind.HEADING
        if self.styles.is_contents(style):
            # Its lines are those of the headings, and their numbers those of pages.
            kind, level = BlockKind.FURNITURE, None
        yield Paragraph(label + text, kind, level)

    def _words(self, start: int, end: int, style: int) -> str:
        """The characters that are seen."""
        characters = self.text.characters[start:end]
        hidden = self.styles.hides(style)
        seen = list(characters) if not hidden else [""] * len(characters)
        for number in range(bisect_right(self.look_ends, start), len(self.looks)):
            first, last, look = self.looks[number]
            if first >= end:
                break
            first, last = max(first, start) - start, min(last, end) - start
            shown = [""] * (last - first) if self._is_hidden(look, hidden) else list(characters[first:last])
            if look.symbol is not None:
                font = self.fonts[look.font] if look.font < len(self.fonts) else ""
                shown = [symbol(look.symbol, font) if character == "(" else character for character in shown]
            if look.raised:
                shown[0] = RAISE + shown[0]
                shown[-1] += LOWER
            seen[first:last] = shown
        for number in range(bisect_right(self.code_ends, start), len(self.codes)):
            first, last = self.codes[number]
            if first >= end:
                break
            first, last = max(first, start) - start, min(last, end) - start
            seen[first:last] = [""] * (last - first)
        return _readable(exponents("".join(seen)))

    def _is_hidden(self, look: _Look, by_paragraph: bool) -> bool:
        by_style = by_paragraph or (look.style is not None and self.styles.hides(look.style))
        if look.deleted or look.hidden is None:
            return look.deleted or by_style
        # Beyond on and off: as the style has it, or the other way round.
        return by_style != bool(look.hidden & 1) if look.hidden & 0x80 else bool(look.hidden)


def _readable(characters: str) -> str:
    """Leave out what stands for things without words, and join the halves of rare hanzi."""
    words = characters.translate(_SIGNS)
    if _HALF.search(words):
        words = words.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return words


def _field_codes(characters: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where the codes of fields lie, of which only the results are seen; one that never ends hides nothing.

    >>> _field_codes("共\x13 PAGE \x1412\x15页", 0, 13)
    [(1, 9)]
    """
    found: list[tuple[int, int]] = []
    fields: list[tuple[int, int]] = []
    for mark in _FIELD_MARK.finditer(characters, start, end):
        if mark[0] == "\x13":
            fields.append((mark.start(), 0))
        elif fields and mark[0] == "\x14":
            begin, separator = fields.pop()
            fields.append((begin, separator or mark.end()))
        elif fields:
            begin, separator = fields.pop()
            found.append((begin, separator or mark.end()))
    merged: list[tuple[int, int]] = []
    for begin, stop in sorted(found):
        if merged and begin < merged[-1][1]:
            merged[-1] = merged[-1][0], max(stop, merged[-1][1])
        else:
            merged.append((begin, stop))
    return merged


# --- Word 6 and 95 ----------------------------------------------------------------------------------------------------


def _read_old(source: Source, file: _File, meta: dict[str, str]) -> Document | Issue:
    """Read the text of a file of Word 6 or 95, which lies in one piece in the characters of its language."""
    if file.fast_saved:
        return source.issue("unsupported", Message("a Word 6 or 95 file that was saved fast: {advice}", advice=AGAIN))
    start, stop, length = _u32(file.main, 24), _u32(file.main, 28), _u32(file.main, 52)
    whole = sum(_numbers(file.main, 52, 8))
    wide = stop - start >= 2 * whole > 0
    data = file.main[start : min(stop, start + length * (2 if wide else 1))]
    characters = data.decode("utf-16-le" if wide else CODE_PAGES.get(file.language, "cp1252"), "replace")
    if len(characters) > build.LONGEST_DOCUMENT:
        return source.too_long(len(characters))
    seen, at = [], 0
    for begin, end in _field_codes(characters, 0, len(characters)):
        seen.append(characters[at:begin])
        at = end
    builder = Builder()
    for line in _END.split("".join([*seen, characters[at:]])):
        builder.add(Paragraph(_readable(line)))
    if not builder.blocks:
        return source.issue("empty", Message("the doc holds no text that can be read: {advice}", advice=AGAIN))
    doubts = [
        source.issue(
            "layout",
            Message("a Word 6 or 95 file: the cells of its tables stand as lines: {advice}", advice=AGAIN),
            fatal=False,
        )
    ]
    if "\ufffd" in builder.text:
        doubts.append(
            source.issue(
                "encoding", Message("some characters could not be decoded: {advice}", advice=AGAIN), fatal=False
            )
        )
    return source.document(builder.text, builder.blocks, "doc", meta, doubts)
