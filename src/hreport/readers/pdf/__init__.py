"""PDF, read with pypdfium2: text as pdfium finds it, tables where rules are drawn.

Pages know characters and places, not paragraphs. `pages` reads one page at a time, with `lines` (words and where they
stand), `drawings` (rules and pictures) and `ruled` (tables); `furniture` tells running headers apart; `joining` puts
lines and parts of tables together. pypdfium2 is not safe in threads: read in processes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import pypdfium2
import pypdfium2.raw as pdfium

from hreport.model import Document, Issue
from hreport.readers.build import Builder, Source
from hreport.readers.pdf import furniture, pages
from hreport.readers.pdf.joining import Joiner
from hreport.readers.pdf.pages import Page

Doubt: TypeAlias = Callable[[str, str], None]

MOST_PAGES = 5_000

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
    found = list(_pages(pdf, doubt))
    if not found:
        return source.issue("damaged", "damaged pdf: none of its pages can be read: get the file again")
    furniture.mark(found)
    garbled = [page.number for page in found if page.is_garbled()]
    blank = [page.number for page in found if page.is_picture]
    written = [page for page in found if page.has_text(pages.FEW_CHARACTERS)]
    if garbled and len(garbled) >= len(written) / 2:
        return source.issue(
            "no_tounicode", "the pdf's fonts have no Unicode map, its text is garbage: use OCR, or the original file"
        )
    if not any(page.has_text() for page in found) or (blank and not written):
        if cut:
            return source.issue("damaged", "damaged pdf: get the file again, it is cut short")
        return source.issue("scanned", "scanned pdf: it has no text layer: run it through OCR first")
    if garbled:
        doubt("no_tounicode", f"fonts without a Unicode map on {_list(garbled)}: the text there is garbage")
    if blank:
        doubt("scanned", f"no text layer on {_list(blank)}: run the pdf through OCR to have them read")
    if cut:
        doubt("damaged", "the end of the pdf is missing: pages may be lost; get the file again")
    builder = Builder()
    for item in Joiner(found).items():
        builder.add(item)
    return source.document(builder.text, builder.blocks, "pdf", _properties(pdf), doubts)


def _pages(pdf: pypdfium2.PdfDocument, doubt: Doubt) -> Iterator[Page]:
    if len(pdf) > MOST_PAGES:
        doubt("too_large", f"only the first {MOST_PAGES} of {len(pdf)} pages were read: split the pdf")
    broken = []
    for index in range(min(len(pdf), MOST_PAGES)):
        try:
            page = pdf[index]
            try:
                yield pages.read(page, index + 1)
            finally:
                page.close()
        except pypdfium2.PdfiumError:
            broken.append(index + 1)
    if broken:
        doubt("damaged", f"{_list(broken)} cannot be read: the pdf is damaged; get the file again")


def _list(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:5]))
    return f"page{'s' if len(numbers) > 1 else ''} {shown}{' ...' if len(numbers) > 5 else ''}"


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
