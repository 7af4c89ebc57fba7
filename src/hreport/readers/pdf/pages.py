"""The pages of a pdf, one after the other: the lines, the ruled tables and the pictures on each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import pypdfium2
import pypdfium2.raw as pdfium

from hreport.readers.pdf import drawings, lines, ruled
from hreport.readers.pdf.lines import Characters, Line, Placing
from hreport.readers.pdf.ruled import Ruled

FEW_CHARACTERS = 20  # on a page that has no text layer but, perhaps, a watermark
GARBAGE = 0.1
MOST_ANNOTATIONS = 1_000  # of one page that are looked at

_HANZI = re.compile(r"[\u4e00-\u9fff]")
# What no Chinese report is made of: controls, private use, letters of far scripts.
_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\u0100-\u036f\u0460-\u1fff\ua000-\uf8ff\ufff0-\uffff]")


@dataclass(slots=True)
class Page:
    """A page as it is seen; `items`: its lines and tables in reading order, as long as it is not joined to others.

    `is_picture`: it shows a picture and has no text layer; `has_ocr_layer`: it has one, made by text recognition;
    `is_recognised`: its lines were read off it by us. `is_tangled`: it may have tables, but too much is drawn on it to
    tell; `is_cut`: it held more text than a page can. `things`: how many characters and objects it is made of.
    """

    number: int
    width: float
    height: float
    lines: list[Line]
    tables: Sequence[Ruled] = ()
    is_picture: bool = False
    has_ocr_layer: bool = False
    is_recognised: bool = False
    is_tangled: bool = False
    is_cut: bool = False
    things: int = 0
    items: list[Line | Ruled] = field(default_factory=list)

    def has_text(self, few: int = FEW_CHARACTERS) -> bool:
        """Do more than a few characters stand on the page, furniture aside?"""
        count = 0
        for line in self.lines:
            if not line.furniture:
                count += len("".join(line.text.split()))
                if count > few:
                    return True
        return False

    def is_garbled(self) -> bool:
        """Are these not characters but the numbers of glyphs?"""
        text = "".join("".join(line.text for line in self.lines).split())
        total = len(text)
        if total <= FEW_CHARACTERS or len(_ODD.findall(text)) <= GARBAGE * total:
            return False
        return len(_HANZI.findall(text)) < 0.3 * total


def opened(pdf: pypdfium2.PdfDocument, index: int) -> pypdfium2.PdfPage:
    """A page with what was typed into the fields of a form, or over the page, as a part of its text."""
    page = pdf[index]
    if _has_typed(page) and pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY) == pdfium.FLATTEN_SUCCESS:
        page.close()
        page = pdf[index]
    return page


def _has_typed(page: pypdfium2.PdfPage) -> bool:
    for number in range(min(pdfium.FPDFPage_GetAnnotCount(page), MOST_ANNOTATIONS)):
        annotation = pdfium.FPDFPage_GetAnnot(page, number)
        kind = pdfium.FPDFAnnot_GetSubtype(annotation) if annotation else None
        if annotation:
            pdfium.FPDFPage_CloseAnnot(annotation)
        if kind in (pdfium.FPDF_ANNOT_WIDGET, pdfium.FPDF_ANNOT_FREETEXT):
            return True
    return False


def read(page: pypdfium2.PdfPage, number: int, *, has_forms: bool = True) -> Page:
    """Read one page; `has_forms`: may there be forms in its file, which draw a part of a page?"""
    width, height = page.get_size()
    text_page = page.get_textpage()
    try:
        characters = Characters(text_page, Placing.of(page))
        found = lines.read(characters, number)
        drawn = drawings.look(page, characters, has_forms=has_forms)
        result = Page(number, width, height, found, things=characters.total + drawn.objects)
        result.is_cut = characters.is_cut or len(found) == lines.MOST_LINES
        if drawn.is_picture:
            has_text = result.has_text()
            result.is_picture = not has_text
            result.has_ocr_layer = has_text and drawn.hides_text
        elif drawn.is_outlined:
            result.is_picture = not found
        try:
            result.tables = list(ruled.tables(drawn.rules, characters, result.lines, number))
        except ruled.TangledError:
            result.is_tangled = True
        result.is_tangled |= drawn.is_map and bool(found)
        return result
    finally:
        text_page.close()
