"""Pages that are pictures: drawn as pixels, and read by text recognition, where that is installed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib import import_module
from itertools import groupby
from statistics import median
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from hreport.readers.pdf.lines import Line
from hreport.readers.pdf.pages import Page

MOST_PIXELS = 25_000_000
LARGEST_PICTURE = 200_000_000  # pixels of a picture in the file, all of which pdfium unpacks
ASCII_WIDTH = 0.55  # em
SAME_SIZE = 0.35


def recogniser() -> Any | None:
    """The module that recognises text, if it and what it needs is installed."""
    try:
        found = import_module("hreport.readers.ocr")
    except ImportError:
        return None
    return found if found.available() else None


def read(pdf: pypdfium2.PdfDocument, page: Page, ocr: Any) -> bool:
    """Put the lines that are recognised in the place of those that the page had; false where it is too large."""
    shown = pdf[page.number - 1]
    try:
        if page.width * page.height > 0 and not _has_huge_picture(shown):
            scale = min(ocr.RESOLUTION / 72, math.sqrt(MOST_PIXELS / (page.width * page.height)))
            bitmap = shown.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
            pixels = bitmap.to_numpy()[:, :, :3].copy()
            bitmap.close()
        else:
            return False
    finally:
        shown.close()
    page.lines = _lines(ocr.recognise(pixels), page, scale, ocr)
    page.tables = ()
    page.is_picture = False
    page.is_recognised = True
    return True


def _has_huge_picture(page: pypdfium2.PdfPage) -> bool:
    for picture in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,), max_depth=4):
        width, height = picture.get_px_size()
        if width * height > LARGEST_PICTURE:
            return True
    return False


def _lines(found: Sequence[Any], page: Page, scale: float, ocr: Any) -> list[Line]:
    """What was recognised, as lines of the page in the order given; rows of a table are one line."""
    lines = []
    for tabular, group in groupby(found, key=lambda one: len(one.cells) > 1):
        part = [one for one in group if one.text.strip()]
        is_table = tabular and len(part) * len(part[0].cells) > 2  # two cells alone are a label and what it says
        for some in [part] if is_table else [[one] for one in part]:
            left, top = min(one.box[0] for one in some) / scale, min(one.box[1] for one in some) / scale
            right, bottom = max(one.box[2] for one in some) / scale, max(one.box[3] for one in some) / scale
            text = "\n".join(one.text.strip() for one in some)
            size = max(1.0, (bottom - top) / len(some))
            middle = page.height - (top + bottom) / 2
            line = Line(text, left, page.height - bottom, right, page.height - top, size, page.number, middle)
            line.score = min(one.score for one in some)
            line.rows = tuple(ocr.items(some, page.number)) if is_table else ()
            lines.append(line)
    # The boxes are more or less high by chance; how wide the characters are says their size.
    ems = [(line.right - line.left) / wide for line in lines if not line.rows and (wide := _width(line.text)) >= 10]
    em, usual = (median(ems), median(line.size for line in lines)) if ems else (0.0, 0.0)
    for line in lines:
        line.size = em if not line.rows and abs(line.size - usual) < SAME_SIZE * usual else line.size
    return lines


def _width(text: str) -> float:
    return sum(ASCII_WIDTH if character.isascii() else 1 for character in text)
