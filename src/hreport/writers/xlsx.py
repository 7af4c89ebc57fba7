"""An Excel workbook: headings frozen, filters on, widths that fit, masked cells as muted text.

Text is stored as text, whatever it begins with, so nothing is ever run. The file has no time stamps: the same rows give
the same bytes.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from hreport.record import Cell, Column, Row, guarded, plain
from hreport.text import screen_width

ROWS_PER_SHEET = 1_048_575  # what a sheet holds, without its headings
CELL_LENGTH = 32_767  # characters
BEYOND = 10**307  # a number that no sheet holds (they end at 9.99e307): written as text
SAMPLE = 200  # rows that the widths are measured on
MEASURED = 80  # characters of a cell
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # not allowed in XML

MUTED = Font(color="808080", italic=True)
STATES = {
    "masked": MUTED,
    "note": MUTED,
    "damaged": Font(color="C00000"),
    "repaired": Font(color="9C5700"),
    "corrected": Font(color="006100"),
    "doubt": Font(color="9C5700"),
}
HEADING = Font(bold=True)
FILL = PatternFill("solid", fgColor="E8EEF4")


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
    remaining = iter(rows)
    more = True
    while more:
        sheet_rows = islice(remaining, ROWS_PER_SHEET)
        sample = list(islice(sheet_rows, SAMPLE))
        count = _sheet(book, columns, sample, chain(sample, sheet_rows))
        following = next(remaining, None) if count == ROWS_PER_SHEET else None
        more = following is not None
        if following is not None:
            remaining = chain([following], remaining)
    if notes:
        sheet = book.create_sheet("notes")
        sheet.column_dimensions["A"].width = 100
        for note in notes:
            sheet.append([_cell(sheet, note, "plain")])
    with tempfile.TemporaryFile() as draft:
        book.save(draft)
        draft.seek(0)
        _without_times(draft, target)


def _sheet(book: Workbook, columns: Sequence[Column], sample: Sequence[Row], rows: Iterable[Row]) -> int:
    """One sheet; returns how many rows it took."""
    sheet = book.create_sheet(f"rows {len(book.worksheets) + 1}" if book.worksheets else "rows")
    sheet.freeze_panes = "A2"
    for index, column in enumerate(columns, 1):
        cells = (plain(row.get(column.name))[:MEASURED] for row in sample)
        widest = max([screen_width(column.title) + 3, *map(screen_width, cells)])
        sheet.column_dimensions[get_column_letter(index)].width = min(max(widest + 2, 7), 60)
    sheet.append([_heading(sheet, c.title) for c in columns])
    count = 0
    for row in rows:
        sheet.append(list(_cells(sheet, columns, row)))
        count += 1
    if columns:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{count + 1}"
    return count


def _cells(sheet: Any, columns: Sequence[Column], row: Row) -> Iterator[Any]:
    """The cells of a row; what the publisher masked is muted."""
    masked = row.get("masked") is True
    for column in columns:
        value = row.get(column.name)
        if isinstance(value, Cell):
            shown: Any = value.number if value.number is not None else value.show
            yield _cell(sheet, shown, value.state)
        elif masked and column.name in ("text", "numeral", "low", "high"):
            yield _cell(sheet, value, "masked")
        else:
            yield _cell(sheet, value, "plain")


def _cell(sheet: Any, value: Any, state: str) -> Any:
    """A cell with its style, or the bare value where it needs none."""
    font = STATES.get(state)
    if isinstance(value, int) and abs(value) >= BEYOND:
        value = str(value)
    if not isinstance(value, str):
        if font is None or value is None:
            return value
        cell = WriteOnlyCell(sheet, value)
        cell.font = font
        return cell
    text = ILLEGAL.sub("\ufffd", value)[:CELL_LENGTH]
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"  # text, even if it begins with an equals sign
    if guarded(text) != text:
        cell.quotePrefix = True  # and text it stays when somebody edits it
    if font is not None:
        cell.font = font
    return cell


def _heading(sheet: Any, text: str) -> Any:
    cell = _cell(sheet, text, "plain")
    cell.font, cell.fill, cell.alignment = HEADING, FILL, Alignment(vertical="center")
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
