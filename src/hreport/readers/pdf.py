"""PDF: text by pypdfium2; where tables stand by pdfplumber, and that only on pages with ruled lines.

Pages know characters and places, not paragraphs; the lines are joined, and page furniture is told apart, by where they
stand. pypdfium2 is not safe in threads: read in processes.
"""

from __future__ import annotations

import io
import logging
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Any, TypeAlias

import pypdfium2
import pypdfium2.raw as pdfium

from hreport.model import BlockKind, Document, Issue
from hreport.readers.build import SENTENCE_END, Builder, Cell, Paragraph, Source, Table

Box: TypeAlias = tuple[float, float, float, float]  # left, bottom, right, top, as the page is seen

MOST_PAGES = 5_000
MOST_TABLE_PAGES = 300
MOST_PATHS = 5_000
MOST_CHARACTERS = 100_000

THIN = 3.0  # points: a path thinner than this is a ruled line
SAME_PLACE = 3.0  # points: furniture stands in the same place on every page
EDGE_LINES = 3
FURNITURE_SHARE = 0.6
MARGIN = 0.1  # of the page's height, where page numbers stand
NEAR_PAGES = 10  # where to look for margins when the page itself holds too little
FEW_CHARACTERS = 20  # on a page that has no text layer but, perhaps, a watermark
GARBAGE = 0.1

# A page number alone: digits and signs, and the hanzi that say "page ... of ...".
_PAGE_NUMBER = re.compile(r"[\W_\u7b2c\u9875\u5171\u7e3d\u603b]*\d{1,4}[\W_\u7b2c\u9875\u5171\u7e3d\u603b\d]{0,12}")
_LABEL = re.compile(r"[^\s\t]{1,5}[ \t](?!.*\t)")
_SPACES = re.compile(r"\s+")
_DIGITS = re.compile(r"\d+")
_TOKEN = re.compile(r"[!-~]+|.")
_SPACE_BESIDE_WIDE = re.compile(r"(?<=[^\x00-\x7f])[ \t]+|[ \t]+(?=[^\x00-\x7f])")
_BREAK_BESIDE_WIDE = re.compile(r"(?<=[^\x00-\x7f])\s*\n\s*|\s*\n\s*(?=[^\x00-\x7f])")
_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d))?")


def read(source: Source) -> Document | Issue:
    """Read the text of a pdf as paragraphs, tables and page furniture."""
    try:
        pdf = pypdfium2.PdfDocument(source.data, password=source.password)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            wrong = "wrong password for this pdf: give the right --password"
            return source.issue("encrypted", wrong if source.password else "encrypted pdf: give --password")
        if error.err_code == pdfium.FPDF_ERR_SECURITY:
            return source.issue("encrypted", "encrypted pdf of an unknown kind: save it without protection")
        return source.issue("damaged", "damaged pdf: get the file again, it is cut short or broken")
    with pdf:
        return _read(source, pdf)


def _read(source: Source, pdf: pypdfium2.PdfDocument) -> Document | Issue:
    doubts: list[Issue] = []

    def doubt(code: str, message: str) -> None:
        doubts.append(source.issue(code, message, fatal=False))

    cut = b"%%EOF" not in source.data[-2048:]
    pages = list(_pages(pdf, doubt))
    if not pages:
        return source.issue("damaged", "damaged pdf: none of its pages can be read: get the file again")
    _mark_furniture(pages)
    garbled = [page.number for page in pages if page.is_garbled()]
    blank = [page.number for page in pages if page.is_picture]
    written = [page for page in pages if page.count() > FEW_CHARACTERS]
    if garbled and len(garbled) >= len(written) / 2:
        return source.issue(
            "no_tounicode", "the pdf's fonts have no Unicode map, its text is garbage: use OCR, or the original file"
        )
    if not any(page.count() for page in pages) or (blank and not written):
        if cut:
            return source.issue("damaged", "damaged pdf: get the file again, it is cut short")
        return source.issue("scanned", "scanned pdf: it has no text layer: run it through OCR first")
    if garbled:
        doubt("no_tounicode", f"fonts without a Unicode map on {_list(garbled)}: the text there is garbage")
    if blank:
        doubt("scanned", f"no text layer on {_list(blank)}: run the pdf through OCR to have them read")
    if cut:
        doubt("damaged", "the end of the pdf is missing: pages may be lost; get the file again")
    _find_tables(source, pages, doubt)
    builder = Builder()
    for item in _Joiner(pages).items():
        builder.add(item)
    return source.document(builder.text, builder.blocks, "pdf", _properties(pdf), doubts)


def _list(pages: Sequence[int]) -> str:
    shown = ", ".join(map(str, pages[:5]))
    return f"page{'s' if len(pages) > 1 else ''} {shown}{' ...' if len(pages) > 5 else ''}"


def _properties(pdf: pypdfium2.PdfDocument) -> dict[str, str]:
    try:
        found = pdf.get_metadata_dict(skip_empty=True)
    except (pypdfium2.PdfiumError, UnicodeDecodeError):
        return {}
    meta = {"title": found.get("Title", ""), "creator": found.get("Author", "")}
    if date := _DATE.match(found.get("CreationDate", "")):
        year, month, day, *time = date.groups()
        meta["created"] = f"{year}-{month}-{day}" + (f"T{':'.join(time)}" if time[0] else "")
    return {key: value.strip() for key, value in meta.items() if value.strip()}


# --- lines of a page -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Character:
    text: str
    box: Box


@dataclass(slots=True)
class _Line:
    """A line of text as it stands on its page."""

    text: str
    box: Box
    size: float
    page: int
    slanted: bool = False
    furniture: bool = False

    @property
    def left(self) -> float:
        return self.box[0]

    @property
    def right(self) -> float:
        return self.box[2]

    @property
    def middle(self) -> float:
        return (self.box[1] + self.box[3]) / 2


@dataclass(slots=True)
class _Ruled:
    """A ruled table on its page; `edges` are the left edges of its columns."""

    cells: list[Cell]
    box: Box
    edges: list[float]
    page: int

    @property
    def columns(self) -> int:
        return max(cell.column + cell.column_span - 1 for cell in self.cells)

    @property
    def rows(self) -> int:
        return max(cell.row + cell.row_span - 1 for cell in self.cells)


@dataclass(slots=True)
class _Page:
    number: int
    width: float
    height: float
    lines: list[_Line]
    is_picture: bool
    characters: list[_Character] | None  # only where there are ruled lines, and so perhaps a table
    items: list[_Line | _Ruled] = field(default_factory=list)

    def body(self) -> list[_Line]:
        return [line for line in self.lines if not line.furniture]

    def count(self) -> int:
        """How many characters stand on the page, furniture aside."""
        return sum(len(_SPACES.sub("", line.text)) for line in self.body())

    def is_garbled(self) -> bool:
        """Are these not characters but the numbers of glyphs?"""
        counts = Counter(_SPACES.sub("", "".join(line.text for line in self.lines)))
        total = counts.total()
        odd = sum(number for character, number in counts.items() if _is_odd(character))
        hanzi = sum(number for character, number in counts.items() if "\u4e00" <= character <= "\u9fff")
        return total > FEW_CHARACTERS and odd > GARBAGE * total and hanzi < 0.3 * total


def _is_odd(character: str) -> bool:
    """A character that no Chinese report is made of: controls, private use, letters of far scripts."""
    code = ord(character)
    return (
        code < 0x20
        or 0x7F <= code < 0xA0
        or 0x0100 <= code < 0x0370
        or 0x0460 <= code < 0x2000
        or 0xA000 <= code < 0xF900
        or 0xFFF0 <= code <= 0xFFFF
    )


def _pages(pdf: pypdfium2.PdfDocument, doubt: Callable[[str, str], None]) -> Iterator[_Page]:
    if len(pdf) > MOST_PAGES:
        doubt("too_large", f"only the first {MOST_PAGES} of {len(pdf)} pages were read: split the pdf")
    broken = []
    for index in range(min(len(pdf), MOST_PAGES)):
        try:
            page = pdf[index]
            try:
                yield _read_page(page, index + 1)
            finally:
                page.close()
        except pypdfium2.PdfiumError:
            broken.append(index + 1)
    if broken:
        doubt("damaged", f"{_list(broken)} cannot be read: the pdf is damaged; get the file again")


def _read_page(page: pypdfium2.PdfPage, number: int) -> _Page:
    width, height = page.get_size()
    seen = _as_seen(page)
    turned = page.get_rotation() in (90, 270)
    has_rules, has_picture = _look(page)
    text_page = page.get_textpage()
    try:
        lines = _in_order([line for line in _lines(text_page, number, seen, turned) if line.text])
        characters = list(_characters(text_page, seen)) if has_rules else None
    finally:
        text_page.close()
    count = sum(len(_SPACES.sub("", line.text)) for line in lines)
    return _Page(number, width, height, lines, has_picture and count <= FEW_CHARACTERS, characters)


def _look(page: pypdfium2.PdfPage) -> tuple[bool, bool]:
    """Are there ruled lines enough for a table, and does a picture cover the page?"""
    paths, across, down, covered = 0, 0, 0, 0.0
    width, height = page.get_size()
    for thing in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE), max_depth=4):
        try:
            left, bottom, right, top = thing.get_bounds()
        except pypdfium2.PdfiumError:
            continue
        wide, high = right - left, top - bottom
        if thing.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            # Scans cover the page, sometimes in stripes; emblems do not.
            covered += wide * high
            continue
        paths += 1
        if paths > MOST_PATHS:
            # A map or a drawing.
            across = down = 0
            break
        # A frame counts for lines in both directions.
        across += wide > 4 * THIN and (high < THIN or high > 2 * THIN)
        down += high > 2 * THIN and (wide < THIN or wide > 4 * THIN)
    return across >= 2 and down >= 2, covered > 0.4 * width * height


def _as_seen(page: pypdfium2.PdfPage) -> Callable[[Box], Box]:
    """A function that turns a box of the page's own space into one of the page as it is seen, rotated and cropped."""
    rotation = page.get_rotation()
    left, bottom, right, top = page.get_bbox()

    def seen(box: Box) -> Box:
        x0, y0, x1, y1 = box
        match rotation:
            case 90:
                return (y0 - bottom, right - x1, y1 - bottom, right - x0)
            case 180:
                return (right - x1, top - y1, right - x0, top - y0)
            case 270:
                return (top - y1, x0 - left, top - y0, x1 - left)
        return (x0 - left, y0 - bottom, x1 - left, y1 - bottom)

    return seen


def _lines(text_page: pypdfium2.PdfTextPage, number: int, seen: Callable[[Box], Box], turned: bool) -> Iterator[_Line]:
    # By character, as the text in one piece leaves rare hanzi out and need not count as the characters do.
    indices: list[int] = []
    before: Box | None = None
    for index in range(min(text_page.count_chars(), MOST_CHARACTERS)):
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        made = pdfium.FPDFText_IsGenerated(text_page, index) == 1
        ends = made and code in (0x0A, 0x0D)
        if turned and not made:
            # pdfium looks for the ends of lines as if the page stood upright.
            box = _box(text_page, index, seen)
            ends = before is not None and abs(before[1] - box[1]) > 0.6 * max(box[3] - box[1], 1)
            before = box
        if ends and indices:
            yield _line(text_page, indices, number, seen)
            indices = []
        if not (made and code in (0x0A, 0x0D)):
            indices.append(index)
    if indices:
        yield _line(text_page, indices, number, seen)


def _box(text_page: pypdfium2.PdfTextPage, index: int, seen: Callable[[Box], Box]) -> Box:
    try:
        return seen(text_page.get_charbox(index, loose=True))
    except pypdfium2.PdfiumError:
        return (0, 0, 0, 0)


def _line(text_page: pypdfium2.PdfTextPage, indices: list[int], number: int, seen: Callable[[Box], Box]) -> _Line:
    characters = [_read_character(text_page, index) for index in indices]
    while characters and characters[-1].isspace():
        characters.pop()
    start = next((place for place, character in enumerate(characters) if not character.isspace()), len(characters))
    characters, indices = characters[start:], indices[start : len(characters)]
    if not characters:
        return _Line("", (0, 0, 0, 0), 0, number)

    def box(place: int) -> Box:
        return _box(text_page, indices[place], seen)

    first, last = box(0), box(-1)
    whole = (min(first[0], last[0]), min(first[1], last[1]), max(first[2], last[2]), max(first[3], last[3]))
    size = pdfium.FPDFText_GetFontSize(text_page, indices[0])
    # Some files set every size to 1 and scale it up: then the height of the box is the size.
    size = size if size > 4 else max(4.0, first[3] - first[1])
    slanted = _is_slanted(text_page, indices[len(indices) // 2])
    words = []
    for place, character in enumerate(characters):
        if character == " " and 0 < place < len(characters) - 1:
            before, after = characters[place - 1], characters[place + 1]
            wide = (not before.isascii()) + (not after.isascii())
            # Layout puts a quarter of an em between hanzi and digits; a wider gap is one between columns. Between
            # two hanzi a space that was written stays.
            made = wide == 1 or (wide == 2 and pdfium.FPDFText_IsGenerated(text_page, indices[place]) == 1)
            gap = box(place + 1)[0] - box(place - 1)[2]
            if made and gap < 0.6 * size:
                continue
            character = "\t" if gap > size else character
        words.append(character)
    text = "".join(words)
    if label := _LABEL.match(text):
        # The gap after the number of a list item is no column.
        text = f"{label[0][:-1]} {text[label.end() :]}"
    return _Line(text, whole, size, number, slanted=slanted)


def _read_character(text_page: pypdfium2.PdfTextPage, index: int) -> str:
    code = pdfium.FPDFText_GetUnicode(text_page, index)
    if code in (0x02, 0xFFFE) and pdfium.FPDFText_IsHyphen(text_page, index) == 1:
        return "-"
    if code in (0x09, 0x0A, 0x0D, 0xA0):
        return " "
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


def _is_slanted(text_page: pypdfium2.PdfTextPage, index: int) -> bool:
    return 5 < math.degrees(pdfium.FPDFText_GetCharAngle(text_page, index)) % 90 < 85


def _characters(text_page: pypdfium2.PdfTextPage, seen: Callable[[Box], Box]) -> Iterator[_Character]:
    """The characters that the file itself holds, slanted ones left out."""
    for index in range(min(text_page.count_chars(), MOST_CHARACTERS)):
        if pdfium.FPDFText_IsGenerated(text_page, index) != 1 and not _is_slanted(text_page, index):
            yield _Character(_read_character(text_page, index), _box(text_page, index, seen))


def _in_order(lines: list[_Line]) -> list[_Line]:
    """Lines from top to bottom where none stands beside another; else as they were drawn, column by column."""
    sloping = [line for line in lines if line.slanted]
    level = sorted((line for line in lines if not line.slanted), key=lambda line: -line.middle)
    for above, below in pairwise(level):
        if above.middle - below.middle < 0.5 * min(above.size, below.size):
            return lines
    return level + sloping


# --- page furniture --------------------------------------------------------------------------------------------------


def _mark_furniture(pages: list[_Page]) -> None:
    """Mark running headers and footers, page numbers and watermarks: the same words in the same place on most pages."""
    places: dict[tuple[str, bool], dict[int, list[_Line]]] = defaultdict(lambda: defaultdict(list))
    for page in pages:
        level = sorted((line for line in page.lines if not line.slanted), key=lambda line: -line.middle)
        edge = [*level[:EDGE_LINES], *level[max(EDGE_LINES, len(level) - EDGE_LINES) :]]
        for line in page.lines:
            line.furniture = line.slanted
        for line in level:
            at_edge = any(line is other for other in edge)
            folded = _DIGITS.sub("0", _SPACES.sub("", line.text)) if at_edge else line.text
            places[folded, at_edge][page.number].append(line)
        for line in (level[:1] + level[-1:]) if level else ():
            in_margin = line.box[3] < MARGIN * page.height or line.box[1] > (1 - MARGIN) * page.height
            line.furniture |= in_margin and bool(_PAGE_NUMBER.fullmatch(line.text))
    for (_, at_edge), found in places.items():
        lines = [line for same in found.values() for line in same]
        # Left and right pages may differ, so that each header stands on half of the pages.
        enough = max(2 if at_edge else 3, FURNITURE_SHARE * len(pages))
        enough_of_half = max(3, FURNITURE_SHARE * len(pages) / 2)
        one_side = len({number % 2 for number in found}) == 1
        if len(found) < (enough_of_half if one_side and at_edge else enough):
            continue
        for line in lines:
            same_place = {other.page for other in lines if abs(other.middle - line.middle) < SAME_PLACE}
            line.furniture |= len(same_place) > 0.8 * len(found)


# --- ruled tables ----------------------------------------------------------------------------------------------------


def _find_tables(source: Source, pages: list[_Page], doubt: Callable[[str, str], None]) -> None:
    """Put the ruled tables of each page among its lines, in place of the lines that they hold."""
    ruled = [page for page in pages if page.characters]
    if len(ruled) > MOST_TABLE_PAGES:
        doubt("too_large", f"tables were looked for on the first {MOST_TABLE_PAGES} pages with ruled lines: split it")
        ruled = ruled[:MOST_TABLE_PAGES]
    found: dict[int, list[_Ruled]] = {}
    if ruled:
        failed = []
        for page, tables in _ruled_tables(source, ruled):
            if tables is None:
                failed.append(page.number)
            else:
                found[page.number] = tables
        if failed:
            doubt("failed", f"the tables on {_list(failed)} were read as plain lines")
    for page in pages:
        page.items = _place(page.lines, found.get(page.number, []))


def _place(lines: list[_Line], tables: list[_Ruled]) -> list[_Line | _Ruled]:
    items: list[_Line | _Ruled] = []
    waiting = list(tables)
    for line in lines:
        middle = (line.left + line.right) / 2
        inside = [
            table
            for table in tables
            if table.box[0] <= middle <= table.box[2] and table.box[1] <= line.middle <= table.box[3]
        ]
        if not inside or line.slanted:
            items.append(line)
            continue
        for table in inside:
            if table in waiting:
                waiting.remove(table)
                items.append(table)
    return [*items, *waiting]


def _ruled_tables(source: Source, pages: list[_Page]) -> Iterator[tuple[_Page, list[_Ruled] | None]]:
    # Imported here: most reports have no ruled tables, and pdfplumber takes long to load.
    import pdfplumber

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    numbers = [page.number for page in pages]
    try:
        opened = pdfplumber.open(io.BytesIO(source.data), pages=numbers, password=source.password or "")
    except Exception:  # pdfminer reads fewer damaged files than pdfium, and fails in many ways
        yield from ((page, None) for page in pages)
        return
    with opened:
        for page, plumbed in zip(pages, opened.pages, strict=False):
            try:
                tables = list(_tables_of(plumbed, page))
            except Exception:  # as above
                yield page, None
            else:
                yield page, tables
            finally:
                plumbed.close()


def _tables_of(plumbed: Any, page: _Page) -> Iterator[_Ruled]:
    # Places only: pdfplumber knows fewer Chinese fonts than pdfium, and doubles fake bold.
    offset_x, offset_y = plumbed.bbox[0], plumbed.bbox[1]
    for table in plumbed.filter(lambda thing: thing.get("object_type") != "char").find_tables():
        boxes = [
            (left - offset_x, page.height - bottom + offset_y, right - offset_x, page.height - top + offset_y)
            for left, top, right, bottom in filter(None, table.cells)
        ]
        lefts = _grid(box[0] for box in boxes)
        tops = _grid(-box[3] for box in boxes)
        if len(lefts) < 2 or len(tops) < 2:
            # A frame around text, not a table.
            continue
        frame = (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
        words = _words_in(page.characters or [], boxes, frame)
        cells = []
        for number, (left, bottom, right, top) in enumerate(boxes):
            row, column = _at(tops, -top), _at(lefts, left)
            row_span = max(1, sum(other < -bottom - THIN for other in tops) - row + 1)
            column_span = max(1, sum(other < right - THIN for other in lefts) - column + 1)
            content: list[Paragraph | Table] = [Paragraph(words[number])] if number in words else []
            cells.append(Cell(row, column, content, row_span, column_span, page.number))
        if len(words) > 1:
            yield _Ruled(sorted(cells, key=lambda cell: (cell.row, cell.column)), frame, lefts, page.number)


def _words_in(characters: list[_Character], boxes: list[Box], frame: Box) -> dict[int, str]:
    """What stands in each of the boxes, by its number."""
    found: dict[int, list[_Character]] = defaultdict(list)
    for character in characters:
        x, y = (character.box[0] + character.box[2]) / 2, (character.box[1] + character.box[3]) / 2
        if not _is_in(x, y, frame):
            continue
        for number, box in enumerate(boxes):
            if _is_in(x, y, box):
                found[number].append(character)
                break
    words = {number: _cell_words(inside) for number, inside in found.items()}
    return {number: text for number, text in words.items() if text}


def _is_in(x: float, y: float, box: Box) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _cell_words(characters: list[_Character]) -> str:
    """The words of a cell: its lines joined, and a space only where there is a gap between letters or figures."""
    text = ""
    for place, character in enumerate(characters):
        if place:
            before = characters[place - 1].box
            size = max(1.0, before[3] - before[1])
            if before[1] - character.box[1] > 0.5 * size:
                text += "\n"
            elif character.box[0] - before[2] > 0.3 * size:
                text += " "
        text += character.text
    text = _BREAK_BESIDE_WIDE.sub("", text.strip())
    return _SPACE_BESIDE_WIDE.sub("", text)


def _grid(places: Iterable[float]) -> list[float]:
    """The lines of a grid: places that differ by less than a line's width are one."""
    lines: list[float] = []
    for place in sorted(places):
        if not lines or place - lines[-1] > THIN:
            lines.append(place)
    return lines


def _at(lines: list[float], place: float) -> int:
    """Which line of the grid, from 1."""
    return max(1, sum(1 for line in lines if line <= place + 0.01))


# --- joining lines ---------------------------------------------------------------------------------------------------


class _Joiner:
    """Joins lines to paragraphs and the parts of a table to one, over columns and pages.

    Furniture that stands between two parts of a paragraph or table is given after it.
    """

    def __init__(self, pages: list[_Page]) -> None:
        """Measure where lines begin and end, and how far apart they are."""
        self.pages = pages
        self.widths = {page.number: page.width for page in pages}
        lines = [item for page in pages for item in page.items if isinstance(item, _Line) and not item.furniture]
        self.by_page: dict[int, list[_Line]] = defaultdict(list)
        for line in lines:
            self.by_page[line.page].append(line)
        self.margins: dict[tuple[int, int, int], tuple[float, float]] = {}
        self.pitches = self._measure_pitches(lines)
        indented = [self._indent(line) for line in lines]
        # Where first lines are indented, a line at the margin goes on with the one before, whatever that ends with.
        self.indents = sum(1 < indent < 3.5 for indent in indented) >= max(2, 0.05 * len(lines))

    def _measure_pitches(self, lines: list[_Line]) -> dict[int, float]:
        """From one line to the next, for each size of type."""
        steps: dict[int, list[float]] = defaultdict(list)
        for above, below in pairwise(lines):
            step = above.middle - below.middle
            if above.page == below.page and round(above.size) == round(below.size) and 0 < step < 4 * above.size:
                steps[round(above.size)].append(step)
        return {size: median(found) for size, found in steps.items() if len(found) >= 3}

    def _margins(self, line: _Line) -> tuple[float, float]:
        """Where the lines of this line's column begin and end."""
        key = (line.page, round(line.left), round(line.size))
        if key not in self.margins:
            self.margins[key] = self._measure_margins(line)
        return self.margins[key]

    def _column(self, line: _Line, others: list[_Line], reach: float) -> list[_Line]:
        return [other for other in others if other.left < line.left + reach and other.right > line.left]

    def _measure_margins(self, line: _Line) -> tuple[float, float]:
        width = self.widths[line.page]
        reach = 3.5 * line.size
        others = self.by_page[line.page]
        column = self._column(line, others, reach)
        if len(column) < 6:
            around = range(line.page - NEAR_PAGES, line.page + NEAR_PAGES + 1)
            same = [number for number in around if abs(self.widths.get(number, 0) - width) < 1]
            others = [other for number in same for other in self.by_page.get(number, ())]
            column = self._column(line, others, reach)
        lefts = Counter(round(other.left) for other in column)
        often = [left for left, number in lefts.items() if number >= max(2, 0.1 * len(column))]
        left = float(min(often, default=round(line.left)))
        rights = sorted(other.right for other in column)
        # Not the furthest: signs may hang over the margin.
        right = rights[math.ceil(0.9 * (len(rights) - 1))]
        if right < 0.75 * width and not any(other.left > right for other in others):
            # Short lines only, and no other column beside them: the page has as much margin right as left.
            right = max(right, width - left)
        return left, right

    def _indent(self, line: _Line) -> float:
        """How far the line begins inside its column, in ems."""
        return (line.left - self._margins(line)[0]) / line.size

    def _goes_on(self, lines: list[_Line], below: _Line) -> bool:
        """Does `below` go on with the paragraph that these lines begin?"""
        above = lines[-1]
        if abs(above.size - below.size) > 0.15 * above.size:
            return False
        if len(lines) == 1:
            hangs = _LABEL.match(above.text) is not None and below.left - above.left > 0.8 * above.size
        else:
            hangs = abs(below.left - above.left) < 0.5 * above.size
        if self._indent(below) > 1 and not hangs:
            return False
        if "\t" in above.text or "\t" in below.text:
            # Columns without ruled lines: each line is a row of its own.
            return False
        step = above.middle - below.middle
        pitch = self.pitches.get(round(above.size))
        beside = above.page == below.page and step > 0
        if beside and pitch and step > 1.35 * pitch:
            return False
        left, right = self._margins(above)
        ended = above.text.endswith(tuple(SENTENCE_END))
        slack = right - above.right
        if self.indents and not ended and slack < 0.3 * (right - left):
            # Lines broken after so many characters, or before a long number: far from the margin, but in mid-sentence.
            return True
        token = _TOKEN.match(below.text)
        # The next word did not fit; an em more, as signs must not begin a line and so pull a hanzi down.
        needed = sum(0.6 if c.isascii() else 1 for c in token[0]) if token else 1
        tolerance = (3 if self.indents else 1.5) + needed
        if slack > tolerance * above.size:
            return False
        return self.indents or not ended

    def items(self) -> Iterator[Paragraph | Table]:
        """Paragraphs, tables and furniture in reading order."""
        lines: list[_Line] = []
        parts: list[_Ruled] = []
        waiting: list[Paragraph] = []

        def finish() -> Iterator[Paragraph | Table]:
            if lines:
                yield Paragraph(_join(line.text for line in lines), page=lines[0].page)
            if parts:
                yield from _one_table(parts)
            yield from waiting
            lines.clear()
            parts.clear()
            waiting.clear()

        for item in (item for page in self.pages for item in page.items):
            if isinstance(item, _Line) and item.furniture:
                waiting.append(Paragraph(item.text, BlockKind.FURNITURE, page=item.page))
                if not lines and not parts:
                    yield from finish()
            elif isinstance(item, _Line):
                if parts or (lines and not self._goes_on(lines, item)):
                    yield from finish()
                lines.append(item)
            else:
                if lines or (parts and not _same_table(parts[-1], item)):
                    yield from finish()
                parts.append(item)
        yield from finish()


def _join(texts: Iterable[str]) -> str:
    joined = ""
    for text in texts:
        letters = joined[-1:].isascii() and joined[-1:].isalpha() and text[:1].isascii() and text[:1].isalpha()
        joined += f" {text}" if letters else text
    return joined


def _same_table(above: _Ruled, below: _Ruled) -> bool:
    """Is this the same table, going on on the next page?"""
    if below.page != above.page + 1 or len(above.edges) != len(below.edges):
        return False
    return all(abs(a - b) < 2 * SAME_PLACE for a, b in zip(above.edges, below.edges, strict=True))


def _one_table(parts: list[_Ruled]) -> Iterator[Table | Paragraph]:
    """Put the parts of a table under one another; headings that are repeated on a later page become furniture."""
    table = Table(list(parts[0].cells))
    repeated: list[Paragraph] = []
    rows = parts[0].rows
    first_rows = _rows(parts[0].cells)
    for part in parts[1:]:
        later_rows, count = _rows(part.cells), part.rows
        skip = 0
        while skip < min(len(later_rows), len(first_rows)) and later_rows[skip] == first_rows[skip]:
            skip += 1
        for words in later_rows[:skip]:
            text = "\t".join(word for word in words if word)
            repeated.append(Paragraph(text, BlockKind.FURNITURE, page=part.page))
        for cell in part.cells:
            if cell.row <= skip:
                continue
            row = cell.row - skip + rows
            above = _covering(table.cells, rows, cell.column) if row == rows + 1 and cell.row_span > 1 else None
            if above is not None and not cell.content:
                # A merged cell goes on over the page's end.
                above.row_span += cell.row_span
                continue
            cell.row = row
            table.cells.append(cell)
        rows += count - skip
    yield table
    yield from repeated


def _rows(cells: list[Cell]) -> list[list[str]]:
    rows: dict[int, list[str]] = defaultdict(list)
    for cell in cells:
        rows[cell.row].append(cell.text)
    return [rows[row] for row in sorted(rows)]


def _covering(cells: list[Cell], row: int, column: int) -> Cell | None:
    for cell in reversed(cells):
        if cell.row <= row < cell.row + cell.row_span and cell.column <= column < cell.column + cell.column_span:
            return cell
    return None
