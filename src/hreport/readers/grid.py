"""A sheet of cells -> paragraphs and tables: what the readers of spreadsheets and of separated values share.

A sheet is a page on which several tables may stand, each with lines over it (its title, its unit) and notes under it.
Empty rows and columns part them where both sides stand by themselves, with headings of their own; elsewhere they only
give a table air.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby, pairwise

from hreport import grammar, record
from hreport.messages import Message
from hreport.model import BlockKind, Document, Issue
from hreport.readers import numberformat
from hreport.readers.build import LONGEST_DOCUMENT, Builder, Cell, Paragraph, RefusedError, Source, Table, is_figure
from hreport.text import fold

Place = tuple[int, int]
Box = tuple[int, int, int, int]  # first row, first column, last row, last column

MOST_CELLS = 500_000  # filled ones
MOST_COLUMNS = 16_384
MOST_MERGED = 2_000_000  # positions that merged cells of one sheet cover
LONGEST_NAME = 31  # of a sheet
LONG_LINE = 30  # characters: a cell that stands alone and has more of them is a note
LONGEST_CAPTION = 60
WORDY = 0.8  # of the cells of a column hold words where it holds headings of rows
DEEPEST = 12  # times that a sheet is cut into parts and these again
# By which columns tables are known that this program wrote: extract and masks, annotations, the comparison, its long
# form, the catalogue.
OWN = (
    {"file", "start"}, {"file", "report", "title"}, {"indicator_id", "stated"}, {"area_id", "indicator_id", "measure"},
    {"wording", "base_unit"}, {"id", "kind", "aliases"}, {"file", "code", "fatal"}, {"file", "masks", "texts"},
)  # fmt: skip


@dataclass(slots=True)
class Sheet:
    """The filled cells of a sheet as a person sees them, by row and column from 1, and which of them are merged.

    `indents`: how far a cell's format moves its words in. `page` is the sheet's number in the workbook.
    """

    name: str = ""
    page: int | None = None
    cells: dict[Place, str] = field(default_factory=dict)
    merged: list[Box] = field(default_factory=list)
    indents: dict[Place, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Filled:
    """A filled cell with the place of its first and last row and column."""

    row: int
    column: int
    last_row: int
    last_column: int
    text: str
    indent: int = 0


_Row = list[_Filled]


@dataclass(slots=True)
class _Part:
    """A stretch of a sheet: lines over a table, the table's rows, notes under it; any of them may be missing. `shared`
    are lines over it that it has in common with tables beside it; `edges` its first and last column."""

    over: list[str] = field(default_factory=list)
    rows: list[_Row] = field(default_factory=list)
    under: list[str] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    edges: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class _Shapes:
    """Expressions of tables.toml for the lines around tables."""

    numbered_table: re.Pattern[str]
    caption_unit: re.Pattern[str]
    continued: re.Pattern[str]
    note: re.Pattern[str]
    plain_sheet: re.Pattern[str]


@lru_cache(maxsize=1)
def _shapes() -> _Shapes:
    return _Shapes(**grammar.load().compiled("headings", _Shapes.__slots__))


@dataclass(slots=True)
class Doubts:
    """What is not certain of a workbook as it was read, counted."""

    hidden_sheets: int = 0
    hidden_cells: int = 0
    without_result: int = 0
    unseen: int = 0
    as_stored: int = 0
    unknown_styles: bool = False

    def shown(self, number: float, code: str, from_1904: bool) -> str:
        """What a cell shows of a number; where its format is not understood, the number as it is stored."""
        text = numberformat.shown(number, code, from_1904)
        if text is None:
            self.as_stored += 1
            return numberformat.general(number)
        self.unseen += not text
        return text

    def issues(self, source: Source) -> Iterator[Issue]:
        """One line for each kind of doubt."""
        if n := self.hidden_sheets:
            left_out = Message("{n} hidden sheets were left out: show them in Excel to have them read", n=n)
            yield source.issue("hidden", left_out, fatal=False)
        if n := self.hidden_cells:
            kept = Message("{n} cells stand in hidden rows or columns: they were read like the others", n=n)
            yield source.issue("hidden", kept, fatal=False)
        if n := self.without_result:
            without = Message("{n} formulas have no result: open the file in Excel and save it anew", n=n)
            yield source.issue("formula", without, fatal=False)
        if n := self.unseen:
            unseen = Message("{n} cells were left out whose number format shows nothing: check what they hold", n=n)
            yield source.issue("format", unseen, fatal=False)
        if n := self.as_stored:
            stored = Message("{n} numbers are given as they are stored: their number format is not known", n=n)
            yield source.issue("format", stored, fatal=False)
        if self.unknown_styles:
            yield source.issue(
                "format", Message("the styles are damaged: numbers are given as they are stored"), fatal=False
            )


def check(size: int, sheet: Sheet) -> None:
    """Stop where the sheets hold more characters than a document may, or a sheet too many cells."""
    if size > LONGEST_DOCUMENT:
        message = Message(
            "it holds more than {limit:,} characters, as many as a document may hold: split it", limit=LONGEST_DOCUMENT
        )
        raise RefusedError("too_long", message)
    check_cells(len(sheet.cells))


def check_cells(number: int) -> None:
    """Stop where a sheet has too many cells."""
    if number > MOST_CELLS:
        raise RefusedError("too_large", Message("a sheet has more than {limit:,} cells: split it", limit=MOST_CELLS))


def document(sheets: Sequence[Sheet], doubts: Doubts, source: Source, file_format: str) -> Document | Issue:
    """The document of some sheets, or the issue that prevents it."""
    filled = [sheet for sheet in sheets if sheet.cells]
    issues = list(doubts.issues(source))
    if not filled:
        why = Message(" ({doubt})", doubt=issues[0].message) if issues else ""
        return source.issue("empty", Message("no cell of it shows anything: nothing to read{why}", why=why))
    if is_own(_first_row(filled[0])):
        return source.issue(
            "table", Message("a table of hreport, not a report: give it to hreport compare or hreport eval")
        )
    builder = Builder()
    for sheet in filled:
        for item in _items(sheet):
            builder.add(item)
    return source.document(builder.text, builder.blocks, file_format, issues=issues)


def is_own(names: Sequence[str]) -> bool:
    """Is this the first row of a table that this program wrote, in either language?

    >>> is_own(["file", "report", "title", "start", "end"]), is_own(["area", "year", "indicator", "value"])
    (True, False)
    >>> is_own(["指标编号", "指标", "单位", "有数地区数", "可用地区数", "杭州市"])
    True
    """
    found = {_own_names().get(name.strip(), name.strip()) for name in names}
    return any(marks <= found for marks in OWN)


@lru_cache(maxsize=1)
def _own_names() -> dict[str, str]:
    return {chinese: name for name, chinese in record.wording()["columns"].items()}


def _first_row(sheet: Sheet) -> list[str]:
    first = min((row for row, _ in sheet.cells), default=0)
    return [text for (row, _), text in sheet.cells.items() if row == first]


# --- cutting a sheet into parts ---------------------------------------------------------------------------------------


def _items(sheet: Sheet) -> Iterator[Paragraph | Table]:
    name = sheet.name.strip()[:LONGEST_NAME]
    if _shapes().plain_sheet.fullmatch(fold(name)):
        name = ""
    parts = list(_parts(_rows(sheet), 0))
    if any(name in line for part in parts for line in part.over):
        name = ""
    if name:
        yield Paragraph(name, BlockKind.HEADING, 1, sheet.page)
    before: list[str] = []
    for part in parts:
        for line in part.over:
            yield Paragraph(line, page=sheet.page)
        if part.rows:
            before = _caption(part, before)
            yield _table(part.rows, " ".join(filter(None, (*before, name))), sheet.page)
        for line in part.under:
            yield Paragraph(line, page=sheet.page)


def _caption(part: _Part, before: Sequence[str]) -> list[str]:
    """The lines over a table that say what it holds, without their translations. A table without any has those of the
    table before, so far as they are of the whole sheet; one that goes on (a heading says so) has all of them."""
    own = [line for line in (*part.shared, *part.over) if len(line) <= LONGEST_CAPTION]
    shapes = _shapes()
    if any(shapes.continued.match(fold(line)) for line in own):
        return [*before, *(line for line in own if not shapes.continued.match(fold(line)))]
    if not own:
        of_its_own = (shapes.numbered_table, shapes.caption_unit)
        return [line for line in before if not any(shape.search(fold(line)) for shape in of_its_own)]
    return [line for line in own if not line.isascii()] or own


def _rows(sheet: Sheet) -> list[_Row]:
    """The filled cells of a sheet, row by row; what lies under a merged cell is not seen."""
    last_row = max((row for row, _ in sheet.cells), default=0)
    last_column = max((column for _, column in sheet.cells), default=0)
    spans: dict[Place, Place] = {}
    hidden: set[Place] = set()
    effort = MOST_MERGED
    for top, left, bottom, right in sheet.merged:
        bottom, right = min(bottom, last_row), min(right, last_column)
        area = (bottom - top + 1) * (right - left + 1)
        if (top, left) not in sheet.cells or (top, left) in hidden or area <= 1 or area > effort:
            continue
        effort -= area  # merged cells that overlap are none, but finding that out takes time too
        places = [(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]
        if hidden.isdisjoint(places):
            hidden.update(places)
            spans[top, left] = (bottom, right)
    rows: dict[int, _Row] = {}
    for (row, column), text in sorted(sheet.cells.items()):
        end = spans.get((row, column))
        if end is None and (row, column) in hidden:
            continue
        bottom, right = end or (row, column)
        indent = 2 * sheet.indents.get((row, column), 0) + _width(text[: len(text) - len(text.lstrip())])
        rows.setdefault(row, []).append(_Filled(row, column, bottom, right, text, indent))
    return list(rows.values())


def _width(space: str) -> int:
    return sum(1 if character.isascii() else 2 for character in space)


def _parts(rows: list[_Row], depth: int) -> Iterator[_Part]:
    """The parts of a stretch of rows, from top to bottom, those side by side from left to right."""
    open_part: _Part | None = None
    for band in _bands(rows):
        part = _peeled(band)
        joins = open_part is not None and open_part.rows and not open_part.under and _goes_on(band, open_part)
        if open_part is not None and joins:
            part = _peeled(band, over=False)
            open_part.rows += part.rows
            left, right = part.edges
            open_part.edges = (min(left, open_part.edges[0]), max(right, open_part.edges[1]))
            open_part.under = part.under
            continue
        if open_part is not None:
            yield open_part
        open_part = None
        sides = _sides(part.rows) if depth < DEEPEST else []
        if len(sides) > 1:
            yield _Part(over=part.over)
            for side in sides:
                for piece in _parts(side, depth + 1):
                    piece.shared = [*part.over, *piece.shared]
                    yield piece
            yield _Part(under=part.under)
        else:
            open_part = part
    if open_part is not None:
        yield open_part


def _bands(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    """Rows with no empty row between them, cut also before a line that begins the next table."""
    band: list[_Row] = []
    reach = 0
    for row in rows:
        begins = len(row) == 1 and bool(_shapes().numbered_table.match(fold(row[0].text.strip())))
        if band and (row[0].row > reach + 1 or (begins and any(len(above) > 1 for above in band))):
            yield band
            band = []
        band.append(row)
        reach = max(reach, *(cell.last_row for cell in row))
    if band:
        yield band


def _peeled(band: list[_Row], over: bool = True) -> _Part:
    """A band without the lines over its table and the notes under it."""
    first, last = 0, len(band)
    left = min(row[0].column for row in band)
    lines: list[str] = []
    while over and first < last and _is_line(band, first, left):
        lines += [cell.text.strip() for cell in band[first]]
        first += 1
    if first == last:
        return _Part(over=lines)
    while last > first and len(band[last - 1]) == 1 and _is_words(band[last - 1][0]):
        last -= 1
    notes = [row[0].text.strip() for row in band[last:]]
    begin = next((k for k, note in enumerate(notes) if _is_note(note)), len(notes))
    rows = band[first : last + begin]
    edges = (min(row[0].column for row in rows), max(row[-1].last_column for row in rows)) if rows else (0, 0)
    return _Part(lines, rows, notes[begin:], edges=edges)


def _is_line(band: Sequence[_Row], k: int, left: int) -> bool:
    """Does a row over a table hold lines of words, and none of the table's headings?"""
    row = band[k]
    if not all(map(_is_words, row)):
        return False
    if len(row) == 1:
        # 2023年 over three columns of four is a heading, a title begins at the margin or is as wide as its own words.
        cell = row[0]
        return cell.column == left or cell.last_column == cell.column or cell.last_row > cell.row
    following = band[k + 1] if k + 1 < len(band) else []
    return len(following) >= len(row) and any(_shapes().caption_unit.search(fold(cell.text)) for cell in row)


def _is_words(cell: _Filled) -> bool:
    return not is_figure(cell.text.strip())


def _is_note(text: str) -> bool:
    return len(text) > LONG_LINE or bool(_shapes().note.match(fold(text)))


def _goes_on(band: Sequence[_Row], table: _Part) -> bool:
    """Does a band go on with the table above it: no headings of its own, and in the same columns?"""
    whole = next((row for row in band if len(row) > 1), None)
    if whole is None or not any(is_figure(cell.text.strip()) for cell in whole):
        return False
    left, right = table.edges
    if whole[0].column < left or whole[-1].last_column > right:
        return False
    heads = band[: next(k for k, row in enumerate(band) if row is whole)]
    said = [fold(row[0].text.strip()) for row in heads]
    return not any(
        _shapes().numbered_table.match(s) or _shapes().caption_unit.search(s) or len(s) > LONG_LINE for s in said
    ) and all(row[0].column == left for row in heads)


def _sides(rows: list[_Row]) -> list[list[_Row]]:
    """Tables that stand side by side with an empty column between them, each with headings of rows and figures."""
    taken: set[int] = set()
    heads: dict[int, list[bool]] = {}
    last_figure = 0
    for k, row in enumerate(rows):
        for cell in row:
            taken.update(range(cell.column, cell.last_column + 1))
            if k:
                heads.setdefault(cell.column, []).append(_is_words(cell))
                last_figure = max(last_figure, 0 if heads[cell.column][-1] else cell.column)
    columns = sorted(taken)
    cuts = [
        column
        for before, column in pairwise(columns)
        if column > before + 1 and column < last_figure and _are_words(heads.get(column, []))
    ]
    sides: list[list[_Row]] = [[] for _ in range(len(cuts) + 1)]
    for row in rows:
        for k, cells in groupby(row, key=lambda cell: bisect_right(cuts, cell.column)):
            sides[k].append(list(cells))
    return sides


def _are_words(heads: Sequence[bool]) -> bool:
    return len(heads) > 1 and sum(heads) > WORDY * len(heads)


def _table(rows: Sequence[_Row], caption: str, page: int | None) -> Table:
    """A table in which empty rows and columns have gone; its cells know their place in the sheet."""
    row_numbers = [row[0].row for row in rows]
    columns = sorted({cell.column for row in rows for cell in row})
    table = Table(caption=caption)
    for k, row in enumerate(rows, start=1):
        for cell in row:
            column = bisect_left(columns, cell.column)
            table.cells.append(
                Cell(
                    k,
                    column + 1,
                    [Paragraph(cell.text.strip())],
                    row_span=bisect_right(row_numbers, cell.last_row) - k + 1,
                    column_span=bisect_right(columns, cell.last_column) - column,
                    page=page,
                    place=(cell.row, cell.column),
                    indent=cell.indent,
                )
            )
    return table
