"""What the readers share: where the bytes came from, and the builder that puts text and blocks together."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from hreport import grammar
from hreport.messages import Message
from hreport.model import Block, BlockKind, Document, Issue, Portion, Span
from hreport.text import fold as half_width
from hreport.text import is_foreign, untranslated

LONGEST_CAPTION = 60
LONGEST_UNIT_LINE = 24
LONGEST_KEPT = 40  # characters of a cell of which it is remembered what it is
LONGEST_TOLD = 400  # characters of a cell that are looked at for figures in words
LONGEST_HEADINGS = 400  # characters of all headings of a cell's row, or column, that are kept
NEXT_ROWS = 3  # in which a column under a heading shows what it holds
LARGEST_GRID = 1_000_000
# Characters of one document: as many as a hundred government work reports have. Reading those takes half a minute and
# 0.3 GB; a text of the same length with a figure in every nine characters some minutes and 1.1 GB.
LONGEST_DOCUMENT = 3_000_000
# Bytes above which a plain text is read in portions (`portions.py`). Reading takes some thirty times the bytes of a
# text: two workers with texts just below it, beside a store, stay below 600 MB.
LARGE_TEXT = 4_000_000
# What is said of rows that text recognition found, and no table made of.
LOOSE_ROWS = Message(
    "rows of a table whose columns are not certain: their words were read, but no figures were taken from them"
)
SENTENCE_END = "\u3002\uff01\uff1f!?"

_BETWEEN_WIDE = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")
_SPACES = re.compile(r"\s+")
# A bare number, or a mask where a number stood, with no unit but a sign; or the dash that says "no figure".
_FIGURE = re.compile(
    r"[<>\u2264\u2265\u2248\u00b1+\-\u2212~(]?\s*"
    r"[\dxX\u00d7*][\dxX\u00d7*,.\s]*[%\u2030]?[)]?|[-\u2014\u2013\u2015\u2026/.]+"
)
_NUMERAL = re.compile(r"[\dxX\u00d7*.,\s]+")
_YEAR = re.compile(r"(?:19|20)[\dxX\u00d7*]{2}|20\*")


class RefusedError(Exception):
    """Why a file is not read: a stable code and a line for the user."""

    def __init__(self, code: str, message: str) -> None:
        """Keep the two apart."""
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of one file, under the name by which the user knows it.

    `ocr`: pages that are pictures shall be read by text recognition, which takes seconds a page; else such a page is an
    issue that says how many there are. `portion`: the bytes are those of a stretch of a large text.
    """

    path: str
    data: bytes
    password: str | None = None
    ocr: bool = False
    portion: Portion | None = None

    def issue(self, code: str, message: str, *, fatal: bool = True, pages: int = 0) -> Issue:
        """Say what is wrong with this file."""
        return Issue(self.path, code, message, fatal=fatal, pages=pages)

    def too_long(self, length: int) -> Issue:
        """Say that this file holds more characters than one document may."""
        message = Message(
            "it holds {length:,} characters or more, a document may hold {limit:,}: split it",
            length=length,
            limit=LONGEST_DOCUMENT,
        )
        return self.issue("too_long", message)

    def document(
        self,
        text: str,
        blocks: Iterable[Block],
        file_format: str,
        meta: Mapping[str, str] | None = None,
        issues: Iterable[Issue] = (),
        marks: Iterable[Span] = (),
    ) -> Document:
        """Make the document of this file."""
        digest = self.portion.sha256 if self.portion else hashlib.sha256(self.data).hexdigest()
        return Document(
            self.path,
            text,
            tuple(blocks),
            file_format,
            digest,
            dict(meta or {}),
            tuple(issues),
            tuple(marks),
            self.portion,
        )


@dataclass(slots=True)
class Paragraph:
    """A paragraph on its way into the text. `score`: how sure text recognition was of it, where it was read so."""

    text: str
    kind: BlockKind = BlockKind.PARAGRAPH
    level: int | None = None
    page: int | None = None
    score: float | None = None


@dataclass(slots=True)
class Cell:
    """A table cell at its first row and column (from 1), with what it holds; merged cells are one cell with a span.

    `place` is its row and column on the page, where that is a sheet; `indent` how far its words are moved in.
    """

    row: int
    column: int
    content: list[Paragraph | Table]
    row_span: int = 1
    column_span: int = 1
    page: int | None = None
    place: tuple[int, int] | None = None
    indent: int = 0

    @property
    def text(self) -> str:
        """The cell's own words, without those of tables inside it."""
        return "\n".join(part.text for part in self.content if isinstance(part, Paragraph)).strip()

    @property
    def score(self) -> float | None:
        """How sure text recognition was of the cell's words."""
        scores = [p.score for p in self.content if isinstance(p, Paragraph) and p.score is not None]
        return min(scores) if scores else None


@dataclass(slots=True)
class Table:
    """A table on its way into the text. `header_rows`: how many leading rows the file itself declares as headings;
    `caption`: the lines over it, where the reader knows them better than by the paragraph before."""

    cells: list[Cell] = field(default_factory=list)
    header_rows: int = 0
    caption: str | None = None


class Builder:
    """Collects paragraphs and tables in reading order and says where in the text each of them lies.

    Paragraphs are joined by a line feed, the cells of a row by a tab.

    >>> builder = Builder()
    >>> builder.add(Paragraph("一、工作总结", BlockKind.HEADING, level=1))
    >>> builder.add(Paragraph("新增床位1,728张。"))
    >>> builder.text
    '一、工作总结\\n新增床位1,728张。'
    >>> builder.blocks[1].span
    Span(start=7, end=18)
    """

    def __init__(self) -> None:
        """Start with nothing."""
        self.blocks: list[Block] = []
        self._parts: list[str] = []
        self._length = 0
        self._tables = 0
        self._before: list[str] = []
        self._caption = ""  # of the last table

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._parts)

    def add(self, item: Paragraph | Table) -> None:
        """Put a paragraph or a table, on a line of its own, at the end of the text."""
        if isinstance(item, Table):
            self._table(item)
        else:
            self._paragraph(item)

    def _write(self, text: str) -> Span:
        span = Span(self._length, self._length + len(text))
        self._parts.append(text)
        self._length = span.end
        return span

    def _separate(self, mark: str) -> None:
        if self._length:
            self._parts.append(mark)
            self._length += len(mark)

    def _paragraph(self, paragraph: Paragraph) -> None:
        for line in paragraph.text.split("\n"):
            if not line.strip():
                continue
            self._separate("\n")
            span = self._write(line)
            self.blocks.append(
                Block(paragraph.kind, span, page=paragraph.page, level=paragraph.level, score=paragraph.score)
            )
            if paragraph.kind is not BlockKind.FURNITURE:
                self._before = [*self._before[-1:], line.strip()]

    def _table(self, table: Table) -> None:
        if not any(cell.content for cell in table.cells):
            return
        caption = self._caption_over(caption_of(self._before)) if table.caption is None else table.caption
        self._before = []
        self._tables += 1
        number = self._tables
        headings = _Headings(table)
        caption = " ".join(filter(None, (caption, headings.title)))
        row = 0
        for cell in table.cells:
            fresh_row = cell.row != row
            row = cell.row
            self._separate("\n" if fresh_row else "\t")
            # Words before, between and after inner tables are blocks of one cell: blocks never overlap.
            for part in _segments(cell.content):
                if isinstance(part, Table):
                    self._table(part)
                    continue
                if self._parts and self._parts[-1] not in ("\n", "\t"):
                    self._separate("\n")
                span = self._write(part)
                self.blocks.append(headings.block(cell, span, number, caption))
        self._before = []

    def _caption_over(self, caption: str) -> str:
        """The caption of a table; one that goes on from the table before has that one's words too."""
        if caption and len(self._caption) <= LONGEST_CAPTION and _shapes().continued.match(half_width(fold(caption))):
            self._caption = " ".join(
                filter(None, (self._caption, _shapes().continued.sub("", caption, count=1).strip()))
            )
        else:
            self._caption = caption
        return self._caption


def caption_of(lines: Sequence[str]) -> str:
    """The line before a table, which is the last of these; where that only names a unit, the line before it too.

    >>> caption_of(["全市床位情况", "单位：张"]), caption_of(["床位增加。"])
    ('全市床位情况 单位：张', '')
    """
    if not lines or len(lines[-1]) > LONGEST_CAPTION or lines[-1].endswith(tuple(SENTENCE_END)):
        return ""
    names_unit = len(lines[-1]) <= LONGEST_UNIT_LINE and (":" in lines[-1] or "\uff1a" in lines[-1])
    if names_unit and len(lines) > 1 and len(lines[-2]) <= LONGEST_CAPTION:
        return " ".join(lines[-2:])
    return lines[-1]


def cell_blocks(table: Table, spans: Sequence[Span], number: int, caption: str) -> Iterator[Block]:
    """The blocks of a table whose cells stand in the text already, at these places."""
    headings = _Headings(table)
    caption = " ".join(filter(None, (caption, headings.title)))
    for cell, span in zip(table.cells, spans, strict=True):
        yield headings.block(cell, span, number, caption)


def _segments(content: Sequence[Paragraph | Table]) -> Iterator[str | Table]:
    """The words of a cell, and the tables among them in their places."""
    words: list[str] = []
    for part in content:
        if isinstance(part, Table):
            if "".join(words).strip():
                yield "\n".join(words).strip()
            words = []
            yield part
        else:
            words.append(part.text)
    if "".join(words).strip():
        yield "\n".join(words).strip()


def fold(text: str) -> str:
    """Put a heading on one line: white space beside wide characters goes, other white space becomes one space.

    >>> fold("出生率\\n (‰)")
    '出生率(‰)'
    """
    return _SPACES.sub(" ", _BETWEEN_WIDE.sub("", text.strip()))


def _heading(words: str) -> str:
    """What a cell says as a heading; where no white space stands between its words, they are it."""
    return fold(untranslated(words)) if len(words.split(maxsplit=1)) > 1 else words


@dataclass(frozen=True, slots=True)
class _Shapes:
    """Expressions of tables.toml for what stands in cells."""

    figure: re.Pattern[str]
    group: re.Pattern[str]
    unit_cell: re.Pattern[str]
    serial: re.Pattern[str]
    code_column: re.Pattern[str]
    period_header: re.Pattern[str]
    masked_place: re.Pattern[str]
    date_cell: re.Pattern[str]
    told: re.Pattern[str]
    continued: re.Pattern[str]


@lru_cache(maxsize=1)
def _shapes() -> _Shapes:
    return _Shapes(**grammar.load().compiled("headings", _Shapes.__slots__))


def is_figure(text: str) -> bool:
    """Is this cell a number, a masked number or a dash, perhaps with its unit and a bound, but not a year?

    >>> [is_figure(text) for text in ("92.4%", "13,022", "xx.x%", "—", "约3.2亿元", "2022", "2022年", "杭州市")]
    [True, True, True, True, True, False, False, False]
    """
    return _is_figure(text) if len(text) <= LONGEST_KEPT else _is_figure.__wrapped__(text)


@lru_cache(maxsize=8192)  # a table asks the same of a cell many times
def _is_figure(text: str) -> bool:
    text, shapes = half_width(text).strip(), _shapes()
    if not (_FIGURE.fullmatch(text) or shapes.figure.fullmatch(text)) or _YEAR.fullmatch(text):
        return False
    other = shapes.unit_cell.fullmatch(text) or shapes.masked_place.fullmatch(text) or shapes.date_cell.fullmatch(text)
    return not other  # 1/10万, xx县, 2022年


def is_group(text: str) -> bool:
    """Does this cell name a group by its limits, so that it can be a heading though it has the form of a figure?

    >>> [is_group(text) for text in ("0~14岁", "65岁及以上", "100张以上", "79.2岁", "100张")]
    [True, True, True, False, False]
    """
    return bool(_shapes().group.fullmatch(half_width(text).strip()))


class _Headings:
    """Which rows and columns of a table are headings, and what they say above and beside a cell.

    `titles` are rows at the top that hold the table's title or its unit, `numbering` rows that only count the columns.
    """

    def __init__(self, table: Table) -> None:
        """Lay the cells out on the grid and find the heading rows and columns."""
        self.at: dict[tuple[int, int], Cell] = {}
        rows = max((cell.row + cell.row_span for cell in table.cells), default=0)
        columns = max((cell.column + cell.column_span for cell in table.cells), default=0)
        # A table so large is not one to be read but one to choke on: it has cells, but no headings.
        for cell in table.cells if rows * columns <= LARGEST_GRID else ():
            for row in range(cell.row, cell.row + cell.row_span):
                for column in range(cell.column, cell.column + cell.column_span):
                    self.at.setdefault((row, column), cell)
        self.rows = max((row for row, _ in self.at), default=0)
        self.columns = max((column for _, column in self.at), default=0)
        self.words = {id(cell): _heading(cell.text) for cell in table.cells}
        self._said = {place: self.words[id(cell)] for place, cell in self.at.items()}
        self._beside: dict[tuple[int, int, int], str] = {}
        self._over: dict[tuple[int, int], str] = {}
        self.titles = self._titles()
        self.numbering: set[int] = set()
        self.header_rows = self._header_rows(table)
        self.width = self._width()
        if self._is_form():
            self.header_rows = 0
        self.sections = {
            row for row in range(self.header_rows + 1, self.rows + 1) if self.columns > 1 and self._is_section(row)
        }
        self.serial = {column for column in range(1, self.width + 1) if self._is_serial(column)}
        self.heading_columns = self._heading_columns()

    def block(self, cell: Cell, span: Span, number: int, caption: str) -> Block:
        """The block of a cell that stands at this place."""
        row, column = cell.place or (cell.row, cell.column)
        return Block(
            BlockKind.CELL,
            span,
            page=cell.page,
            level=cell.indent or None,
            table=number,
            row=row,
            column=column,
            row_heading=self.of_row(cell)[:LONGEST_HEADINGS],
            column_heading=self.of_column(cell)[:LONGEST_HEADINGS],
            caption=caption,
            is_heading=self.is_heading(cell),
            score=cell.score,
        )

    def _word(self, row: int, column: int) -> str:
        return self._said.get((row, column), "")

    def _row(self, row: int) -> list[str]:
        return [self._word(row, column) for column in range(1, self.columns + 1)]

    def _filled(self, row: int) -> list[Cell]:
        """The cells of a row that hold something, each once."""
        cells = {id(cell): cell for column in range(1, self.columns + 1) if (cell := self.at.get((row, column)))}
        return [cell for key, cell in cells.items() if self.words[key]]

    def _titles(self) -> set[int]:
        """The rows at the top, if any, in which one cell stands alone."""
        found: set[int] = set()
        for row in range(1, self.rows if self.columns > 1 else 1):
            filled = self._filled(row)
            if len(filled) != 1 or filled[0].row_span > 1 or is_figure(self.words[id(filled[0])]):
                break
            found.add(row)
        return found

    @property
    def title(self) -> str:
        """What the rows above the headings say."""
        return " ".join(self.words[id(cell)] for row in sorted(self.titles) for cell in self._filled(row))

    def _is_section(self, row: int) -> bool:
        """Does the row hold one heading alone, under which the rows below it stand?"""
        filled = self._filled(row)
        return len(filled) == 1 and filled[0].column == 1 and not is_figure(self.words[id(filled[0])])

    def _header_rows(self, table: Table) -> int:
        first = len(self.titles) + 1
        leading = len(self.titles)
        for row in range(first, self.rows + 1):
            words = self._row(row)
            counts = row > first and self._counts_columns(words)
            # 0~14岁 is a heading in the first row or column, and a figure elsewhere.
            figures = any(is_figure(w) and not (is_group(w) and (row == first or not k)) for k, w in enumerate(words))
            if counts:
                self.numbering.add(row)
            elif figures or (row > first and not self._continues(row)):
                break
            leading = row
        if leading == self.rows:
            # Words only: a list of things under its heading, or a form; no more than the first row is a heading.
            leading = first if self.rows > first and self.columns > 1 else first - 1
        return max(leading, table.header_rows if table.header_rows < self.rows else 0)

    def _counts_columns(self, words: Sequence[str]) -> bool:
        """A row under the headings that only counts the columns: 甲 1 2 3."""
        numbers = [word for word in words if is_figure(word)]
        return len(numbers) > 1 and numbers == [str(n) for n in range(1, len(numbers) + 1)] == words[-len(numbers) :]

    def _continues(self, row: int) -> bool:
        """Does a row of words go on with the headings above it, and is not the first of a list?"""
        words, above = self._row(row), self._row(row - 1)
        cells = [cell for column in range(1, self.columns + 1) if (cell := self.at.get((row - 1, column)))]
        if any(self.words[id(cell)] for cell in self._filled(row)) and not any(words[1:]):
            return False
        if any(cell.column_span > 1 or cell.row + cell.row_span > row for cell in cells):
            return True
        repeated = any(a and a == b for a, b in pairwise(above))
        units = all(_shapes().unit_cell.fullmatch(half_width(word)) for word in words[1:] if word)
        translated = all(is_foreign(word) for word in words if word)
        parts = any(
            word and not over and self._begins_figures(row, column)
            for column, (word, over) in enumerate(zip(words, above, strict=True), start=1)
        )
        return not words[0] or repeated or units or translated or parts

    def _begins_figures(self, row: int, column: int) -> bool:
        """Does a figure stand in one of the next cells below?"""
        return any(is_figure(self._word(below, column)) for below in range(row + 1, row + 1 + NEXT_ROWS))

    def _width(self) -> int:
        """The columns after which the headings begin anew, where a long table stands in two halves side by side."""
        half, odd = divmod(self.columns, 2)
        words = self._row(self.header_rows) if self.header_rows else []
        return half if half > 1 and not odd and words[:half] == words[half:] else self.columns

    def _is_form(self) -> bool:
        """Do labels and what belongs to them take turns, so that a column holds things of several kinds?"""
        if self.columns < 4 or self.columns % 2 or self.width < self.columns or self.header_rows > 1:
            return False
        rows = range(self.header_rows + 1, self.rows + 1)
        labels = [self._word(row, column) for column in range(1, self.columns, 2) for row in rows]
        if not all(labels) or any(is_figure(label) for label in labels):
            return False
        values = [[self._word(row, column) for row in rows] for column in range(2, self.columns + 1, 2)]
        units = [{_NUMERAL.sub("", word) for word in column if is_figure(word)} for column in values]
        return any(len(kinds) > 1 for kinds in units)

    def _body(self, column: int) -> list[str]:
        rows = range(self.header_rows + 1, self.rows + 1)
        return [self._word(row, column) for row in rows if row not in self.sections]

    def _is_serial(self, column: int) -> bool:
        """Does a column only number the rows?"""
        words = [word for word in self._body(column) if word]
        if self.columns > 2 and words and self._is_headed(column, _shapes().code_column):
            return all(word.isascii() for word in words)
        if self.columns < 3 or len(words) < 2 or not all(word.isdigit() for word in words):
            return False
        counts = words == [str(n) for n in range(1, len(words) + 1)] and column == 1
        return counts or self._is_headed(column, _shapes().serial)

    def _is_headed(self, column: int, shape: re.Pattern[str]) -> bool:
        """Does a heading of this form stand over a column?"""
        words = (half_width(self._word(row, column)) for row in range(1, self.header_rows + 1))
        return any(shape.fullmatch(word) for word in words)

    def _heading_columns(self) -> int:
        wordy = [column for column in range(1, self.width + 1) if column not in self.serial]
        for column in wordy:
            if self._is_headed(column, _shapes().period_header):
                continue  # 2023, or the months from 1 to 12
            words = self._body(column)
            figures = sum(is_figure(word) and not (column == wordy[0] and is_group(word)) for word in words)
            telling = sum(bool(_shapes().told.search(half_width(w[:LONGEST_TOLD]))) for w in words)
            told = column > wordy[0] and telling > len(words) / 2
            if figures > len(words) / 10 or told:
                return column - 1
        return min(wordy[0] if wordy else 1, self.columns - 1)

    def is_heading(self, cell: Cell) -> bool:
        """Is the cell itself a heading, of rows, of columns or of a part of the table?"""
        if cell.row <= self.header_rows or cell.row in self.sections:
            return True
        if not self.header_rows:
            return cell.column < self.columns and not is_figure(self.words[id(cell)]) and self._labels(cell)
        return bool(self.width) and (cell.column - 1) % self.width < self.heading_columns

    def _labels(self, cell: Cell) -> bool:
        """Does a figure stand to the right of the cell, with no other words before it?"""
        word = self._word(cell.row, cell.column + cell.column_span)
        return is_figure(word) or (cell.column == 1 and self.columns == 2)

    def of_row(self, cell: Cell) -> str:
        """What stands in the heading columns to the left of the cell."""
        if cell.row <= self.header_rows:
            return ""
        if not self.header_rows and self.heading_columns == 1 and self.columns > 2:
            # A form: labels and what belongs to them take turns.
            left = (column for column in range(cell.column - 1, 0, -1) if self._word(cell.row, column))
            return next((w for column in left if not is_figure(w := self._word(cell.row, column))), "")
        begin = (cell.column - 1) // self.width * self.width if self.width else 0
        last = min(begin + self.heading_columns, cell.column - 1)
        key = cell.row, begin, last
        if key not in self._beside:
            columns = (column for column in range(begin + 1, last + 1) if column - begin not in self.serial)
            self._beside[key] = self._join((cell.row, column) for column in columns)
        return self._beside[key]

    def of_column(self, cell: Cell) -> str:
        """What stands in the heading rows above the cell."""
        last = min(self.header_rows, cell.row - 1)
        key = cell.column, last
        if key not in self._over:
            rows = (row for row in range(1, last + 1) if row not in self.titles and row not in self.numbering)
            self._over[key] = self._join((row, self._above(row, cell.column, last)) for row in rows)
        return self._over[key]

    def _above(self, row: int, column: int, last: int) -> int:
        """The column in which the heading stands that a heading row has for a column: where the parts of a heading
        stand below it but its cells were not merged, it stands over the first of them."""

        def split(k: int) -> bool:
            return any(self._word(below, k) for below in range(row + 1, last + 1))

        at = column
        while at > 1 and not self._word(row, at) and split(at):
            at -= 1
        return at if self._word(row, at) and split(at) else column

    def _join(self, places: Iterable[tuple[int, int]]) -> str:
        found: dict[int, str] = {}
        for place in places:
            cell = self.at.get(place)
            if cell is not None and self.words[id(cell)]:
                found.setdefault(id(cell), self.words[id(cell)])
        # A translation that stands in a row or column of its own says nothing more.
        told = [words for words in found.values() if not is_foreign(words)]
        return " ".join(told or found.values())
