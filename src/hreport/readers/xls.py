"""Old Excel workbooks (.xls), by xlrd."""

from __future__ import annotations

import io
from collections.abc import Iterator

import xlrd

from hreport.messages import Message
from hreport.model import Document, Issue
from hreport.readers import grid
from hreport.readers.build import RefusedError, Source
from hreport.readers.grid import Doubts, Sheet
from hreport.readers.numberformat import BUILT_IN, GENERAL

LARGEST_FILE = 64 * 1024 * 1024  # the format does not pack anything: a million numbers are 14 MB
DAYS = (14, 22, *range(27, 37), *range(50, 59))  # formats that mean another one in each language


def read(source: Source) -> Document | Issue:
    """Read the cells of all sheets as they are shown, with formats and merged cells."""
    if len(source.data) > LARGEST_FILE:
        return source.issue("too_large", Message("an xls of more than {size} MB: split it", size=LARGEST_FILE // 2**20))
    doubts = Doubts()
    try:
        with xlrd.open_workbook(
            file_contents=source.data, formatting_info=True, on_demand=True, logfile=io.StringIO()
        ) as book:
            sheets = list(_sheets(book, doubts))
    except RefusedError as refused:
        return source.issue(refused.code, refused.message)
    except MemoryError:
        raise
    except Exception as error:  # xlrd gives no one kind of error for a broken file
        if "encrypted" in str(error):
            return source.issue("encrypted", Message("encrypted xls: save it without a password"))
        return source.issue("damaged", Message("damaged xls: get the file again, or open it in Excel and save it anew"))
    return grid.document(sheets, doubts, source, "xls")


def _sheets(book: xlrd.Book, doubts: Doubts) -> Iterator[Sheet]:
    size = 0
    for number in range(book.nsheets):
        found = book.sheet_by_index(number)
        if found.visibility:
            doubts.hidden_sheets += 1
            continue
        sheet = Sheet(found.name, number + 1)
        sheet.merged = [(top + 1, left + 1, bottom, right) for top, bottom, left, right in found.merged_cells]
        hidden_columns = {column for column, about in found.colinfo_map.items() if about.hidden}
        for row in range(found.nrows):
            about = found.rowinfo_map.get(row)
            for column in range(found.row_len(row)):
                text, indent = _cell(book, found.cell(row, column), doubts)
                if not text.strip():
                    continue
                size += len(text) + 1
                grid.check(size, sheet)
                sheet.cells[row + 1, column + 1] = text
                if indent:
                    sheet.indents[row + 1, column + 1] = indent
                doubts.hidden_cells += bool(about and about.hidden) or column in hidden_columns
        book.unload_sheet(number)
        yield sheet


def _cell(book: xlrd.Book, cell: xlrd.sheet.Cell, doubts: Doubts) -> tuple[str, int]:
    """What a cell shows, and how far it is moved in."""
    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return "", 0
    style = book.xf_list[cell.xf_index] if cell.xf_index is not None else None
    indent = style.alignment.indent_level if style else 0
    if cell.ctype == xlrd.XL_CELL_TEXT:
        return cell.value.replace("\r\n", "\n").replace("\r", "\n"), indent
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if cell.value else "FALSE", indent
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(cell.value, "#ERROR!"), indent
    key = style.format_key if style else 0
    known = book.format_map.get(key)
    code = BUILT_IN[key] if key in DAYS and key in BUILT_IN else known.format_str if known else GENERAL
    return doubts.shown(cell.value, code, book.datemode == 1), indent
