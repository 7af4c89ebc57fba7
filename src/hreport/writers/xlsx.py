"""An Excel workbook: headings (and the names of a comparison's rows) frozen, filters on, widths that fit, numbers as
numbers with the decimals that they have, masked cells as muted text on hatched ground, the words behind a figure as a
comment on its cell, pages that fit the paper.

Text is stored as text, whatever it begins with, so nothing is ever run. The file has no time stamps: the same rows give
the same bytes.
"""

from __future__ import annotations

import math
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from hreport.record import Cell, Column, Row, guarded, plain
from hreport.width import screen_width
from hreport.writers import Table

ROWS_PER_SHEET = 1_048_575  # what a sheet holds, without its headings
CELL_LENGTH = 32_767  # characters
LEAST, MOST = 1e-4, 10**15  # numbers that are shown with all their digits
BEYOND = 10**307  # a number that no sheet holds (they end at 9.99e307): written as text
SAMPLE = 200  # rows that the widths are measured on
MEASURED = 80  # characters of a cell
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # not allowed in XML
CODED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # begins what Excel takes for the code of a character

FACE = {"name": "Calibri", "size": 11}  # a font without a name is a serif one in LibreOffice
MUTED = Font(**FACE, color="808080", italic=True)
STATES = {
    "masked": MUTED,
    "note": MUTED,
    "damaged": Font(**FACE, color="C00000"),
    "repaired": Font(**FACE, color="9C5700"),
    "corrected": Font(**FACE, color="006100"),
    "doubt": Font(**FACE, color="9C5700"),
}
GROUNDS = {
    "masked": PatternFill("lightUp", fgColor="BFBFBF"),
    "damaged": PatternFill("solid", fgColor="FBE5E5"),
}
HEADING = Font(**FACE, bold=True)
FILL = PatternFill("solid", fgColor="E8EEF4")
MOST_COMMENTS = 10_000  # on a sheet; each is a drawing, and Excel is slow with more
PLACE = 24  # the widest that the name of a place makes its column
PAGE = 210  # characters side by side that can still be read on a page
COMMENT_WIDTH = 360  # pixels
PER_LINE = 28  # wide characters on one line of a comment


def write(
    rows: Iterable[Row],
    columns: Sequence[Column],
    target: BinaryIO,
    *,
    encoding: str = "utf-8",
    notes: Sequence[str] = (),
) -> None:
    """Write rows as they come, on as many sheets as they need; notes stand on a sheet of their own."""
    book = Workbook(write_only=True)
    _sheets(book, "rows", columns, rows)
    if notes:
        sheet = book.create_sheet("notes")
        sheet.column_dimensions["A"].width = 100
        for note in notes:
            sheet.append([_cell(sheet, note, "plain")])
    _saved(book, target)


def write_book(tables: Sequence[Table], target: BinaryIO, *, notes: Table | None = None) -> None:
    """Write each table on sheets of its own, and the notes, without filters, on the last."""
    book = Workbook(write_only=True)
    for table in tables:
        _sheets(book, table.name, table.columns, table.rows)
    if notes is not None:
        sheet = book.create_sheet(notes.name)
        for index, column in enumerate(notes.columns, 1):
            widest = max((screen_width(plain(row.get(column.name))) for row in notes.rows), default=0)
            sheet.column_dimensions[get_column_letter(index)].width = min(widest + 2, 100)
        for row in notes.rows:
            sheet.append([_cell(sheet, row.get(c.name), "plain") for c in notes.columns])
    _saved(book, target)


def _saved(book: Workbook, target: BinaryIO) -> None:
    with tempfile.TemporaryFile() as draft:
        book.save(draft)
        draft.seek(0)
        _without_times(draft, target)


def _sheets(book: Workbook, name: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
    """The rows on as many sheets as they need: the name, then the name and a number."""
    remaining, number, more = iter(rows), 1, True
    while more:
        sheet_rows = islice(remaining, ROWS_PER_SHEET)
        sample = list(islice(sheet_rows, SAMPLE))
        count = _sheet(book, name if number == 1 else f"{name} {number}", columns, sample, chain(sample, sheet_rows))
        following = next(remaining, None) if count == ROWS_PER_SHEET else None
        more, number = following is not None, number + 1
        if following is not None:
            remaining = chain([following], remaining)


def _sheet(book: Workbook, name: str, columns: Sequence[Column], sample: Sequence[Row], rows: Iterable[Row]) -> int:
    """One sheet; returns how many rows it took."""
    sheet = book.create_sheet(name)
    sheet.freeze_panes = f"{get_column_letter(_names(columns) + 1)}2"
    widths = [_column_width(column, sample) for column in columns]
    for index, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    _fit_to_paper(sheet, widths, _names(columns))
    sheet.append([_heading(sheet, c.title) for c in columns])
    count = comments = 0
    for row in rows:
        cells = list(_cells(sheet, columns, row))
        if comments < MOST_COMMENTS:
            comments += _comment(columns, row, cells)
        sheet.append(cells)
        count += 1
    if columns:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{count + 1}"
    return count


def _names(columns: Sequence[Column]) -> int:
    """How many columns of a comparison name its rows, to stay where they are: those before its counts and places."""
    if not any(c.kind == "mixed" for c in columns):
        return 0
    return next(k for k, c in enumerate(columns) if c.kind != "text")


def _column_width(column: Column, sample: Sequence[Row]) -> int:
    """What the column needs; the name of a masked place is long, and may stand on two lines."""
    cells = max((screen_width(plain(row.get(column.name))[:MEASURED]) for row in sample), default=0)
    title = screen_width(column.title) + 3
    return min(max(cells + 2, min(title, PLACE) if column.kind == "mixed" else title, 7), 60)


def _fit_to_paper(sheet: Any, widths: Sequence[int], names: int) -> None:
    """Print across on A4, on as many pages side by side as can be read, headings and names on every page."""
    beside = sum(widths[:names])
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth = max(1, math.ceil((sum(widths) - beside) / max(PAGE - beside, PAGE // 3)))
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"
    if names:
        sheet.print_title_cols = f"A:{get_column_letter(names)}"


def _comment(columns: Sequence[Column], row: Row, cells: list[Any]) -> int:
    """Put the words behind a figure on its cell as a comment; returns how many there were."""
    count = 0
    for k, column in enumerate(columns):
        value = row.get(column.name)
        if isinstance(value, Cell) and value.words:
            words = _text(value.words)
            lines = sum(1 + screen_width(line) // (2 * PER_LINE) for line in words[:2000].split("\n"))
            cells[k].comment = Comment(words, "hreport", width=COMMENT_WIDTH, height=30 + 18 * lines)
            count += 1
    return count


def _cells(sheet: Any, columns: Sequence[Column], row: Row) -> Iterator[Any]:
    """The cells of a row; what the publisher masked is muted."""
    masked = row.get("masked") is True
    for column in columns:
        value = row.get(column.name)
        if isinstance(value, Cell):
            if value.number is not None:
                yield _numeral(sheet, value.number, bare=False)
            else:
                cell = _cell(sheet, value.show, value.state, bare=False)
                if value.state != "note":  # under the numbers that it stands among
                    cell.alignment = Alignment(horizontal="right")
                yield cell
        elif masked and column.name in ("text", "numeral", "low", "high"):
            yield _cell(sheet, value, "masked")
        elif column.kind == "number":
            yield _numeral(sheet, value)
        else:
            yield _cell(sheet, value, "plain")


def _cell(sheet: Any, value: Any, state: str, bare: bool = True) -> Any:
    """A cell with its style, or the `bare` value where it needs none."""
    font, ground = STATES.get(state), GROUNDS.get(state)
    if isinstance(value, int) and abs(value) >= BEYOND:
        value = str(value)
    if not isinstance(value, str):
        if value is None or (font is None and bare):
            return value
        cell = WriteOnlyCell(sheet, value)
    else:
        text = _text(value)
        cell = WriteOnlyCell(sheet, text)
        cell.data_type = "s"  # text, even if it begins with an equals sign
        if guarded(text) != text:
            cell.quotePrefix = True  # and text it stays when somebody edits it
    if font is not None:
        cell.font = font
    if ground is not None:
        cell.fill = ground
    return cell


def _text(value: str) -> str:
    r"""A text that Excel shows as it is, as far as a cell holds it.

    >>> _text("a\x07"), _text("_x0007_")
    ('a\ufffd', '_x005F_x0007_')
    """
    return CODED.sub("_x005F_", ILLEGAL.sub("\ufffd", value)[:CELL_LENGTH])


def _numeral(sheet: Any, value: Any, bare: bool = True) -> Any:
    """A number with the decimals that it has, and its thousands apart; one too long or too small for that as it is."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not LEAST <= abs(value or LEAST) < MOST:
        return _cell(sheet, value, "plain", bare)
    decimals = len(str(value).partition(".")[2])
    cell = _cell(sheet, value, "plain", bare=False)
    cell.number_format = "#,##0" + ("." + "0" * decimals if decimals else "")
    return cell


def _heading(sheet: Any, text: str) -> Any:
    cell = _cell(sheet, text, "plain")
    cell.font, cell.fill, cell.alignment = HEADING, FILL, Alignment(vertical="center", wrap_text=True)
    return cell


def _without_times(draft: BinaryIO | Any, target: BinaryIO) -> None:
    """Copy a workbook without the moment it was made."""
    with zipfile.ZipFile(draft) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            if name == "docProps/core.xml":
                text = old.read(name).decode("utf-8")
                new.writestr(entry, re.sub(r">\d{4}-\d\d-\d\dT[\d:.]+Z?<", ">1980-01-01T00:00:00Z<", text))
                continue
            with old.open(name) as source, new.open(entry, "w", force_zip64=True) as copy:
                shutil.copyfileobj(source, copy, 1 << 20)
