"""PDF, read with pypdfium2: text as pdfium finds it, tables where rules are drawn.

Pages know characters and places, not paragraphs. `pages` reads one page at a time, with `lines` (words and where they
stand), `drawings` (rules and pictures) and `ruled` (tables); `scans` has pages that are pictures recognised;
`furniture` tells running headers apart; `joining` puts lines and parts of tables together. pypdfium2 is not safe in
threads: read in processes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

import pypdfium2
import pypdfium2.raw as pdfium

from hreport.messages import Message
from hreport.model import Document, Issue
from hreport.readers.build import LONGEST_DOCUMENT, LOOSE_ROWS, Builder, Paragraph, Source
from hreport.readers.pdf import bombs, furniture, pages, scans
from hreport.readers.pdf.joining import Joiner
from hreport.readers.pdf.pages import Page

Doubt: TypeAlias = Callable[..., None]

MOST_PAGES = 5_000
MOST_THINGS = 5_000_000  # objects and characters of all pages: pdfium reads half a million a second

_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d))?")


def read(source: Source) -> Document | Issue:
    """Read the text of a pdf as paragraphs, tables and page furniture."""
    if bombs.is_bomb(source.data):
        return source.issue(
            "too_large", Message("the pdf unpacks to more than is safe: print it to a new pdf, or in parts")
        )
    try:
        pdf = pypdfium2.PdfDocument(source.data, password=source.password)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            wrong = Message("wrong password for this pdf: give the right --password")
            return source.issue("encrypted", wrong if source.password else Message("encrypted pdf: give --password"))
        if error.err_code == pdfium.FPDF_ERR_SECURITY:
            return source.issue("encrypted", Message("encrypted pdf of an unknown kind: save it without protection"))
        return source.issue("damaged", Message("damaged pdf: get the file again, it is cut short or broken"))
    with pdf:
        return _read(source, pdf)


def _read(source: Source, pdf: pypdfium2.PdfDocument) -> Document | Issue:
    doubts: list[Issue] = []

    def doubt(code: str, message: str, numbers: Sequence[int] = ()) -> None:
        doubts.append(source.issue(code, message, fatal=False, pages=len(numbers)))

    found = _pages(source, pdf, doubt)
    if isinstance(found, Issue):
        return found
    furniture.mark(found)
    if source.ocr and (unread := [page for page in found if page.is_picture or page.is_garbled()]):
        _recognise(pdf, unread, doubt)
        furniture.mark(found)
    cut = b"%%EOF" not in source.data[-2048:]
    if problem := _without_text(source, found, cut, doubt):
        return problem
    if layered := [page.number for page in found if page.has_ocr_layer]:
        doubt(
            "ocr_layer",
            Message(
                "the text of {pages} was made by text recognition: check figures against the picture",
                pages=_list(layered),
            ),
        )
    if tangled := [page.number for page in found if page.is_tangled]:
        doubt(
            "too_large",
            Message("too much is drawn on {pages}: a table there was read as plain lines", pages=_list(tangled)),
        )
    if full := [page.number for page in found if page.is_cut]:
        doubt(
            "too_large",
            Message("{pages} held more than a page can: the rest of the text there was not read", pages=_list(full)),
        )
    if cut:
        doubt("damaged", Message("the end of the pdf is missing: pages may be lost; get the file again"))
    joiner = Joiner(found)
    if joiner.uncertain:
        doubt("tables", Message("{pages}: {what}", pages=_list(joiner.uncertain), what=LOOSE_ROWS))
    builder = Builder()
    for item in joiner.items():
        builder.add(item)
    return source.document(builder.text, builder.blocks, "pdf", _properties(pdf), doubts)


def _pages(source: Source, pdf: pypdfium2.PdfDocument, doubt: Doubt) -> list[Page] | Issue:
    """All pages that can be read."""
    found: list[Page] = []
    broken = []
    length = things = 0
    has_forms = b"/Form" in source.data  # as streams, they are not packed with other objects
    for index in range(len(pdf)):
        if index == MOST_PAGES or things > MOST_THINGS:
            doubt(
                "too_large",
                Message(
                    "only the first {index} of {pages} pages were read: split the pdf", index=index, pages=len(pdf)
                ),
            )
            break
        try:
            page = pages.opened(pdf, index)
            try:
                found.append(pages.read(page, index + 1, has_forms=has_forms))
            finally:
                page.close()
        except pypdfium2.PdfiumError:
            broken.append(index + 1)
            continue
        things += found[-1].things
        length += sum(len(line.text) for line in found[-1].lines)
        if length > LONGEST_DOCUMENT:
            return source.too_long(length)
    if not found:
        return source.issue("damaged", Message("damaged pdf: none of its pages can be read: get the file again"))
    if broken:
        doubt("damaged", Message("{pages} cannot be read: the pdf is damaged; get the file again", pages=_list(broken)))
    return found


def _recognise(pdf: pypdfium2.PdfDocument, unread: list[Page], doubt: Doubt) -> None:
    ocr = scans.recogniser()
    if ocr is None or ocr.trouble():
        return
    done = [page for page in unread if scans.read(pdf, page, ocr)]
    if left := [page.number for page in unread if not page.is_recognised]:
        doubt("too_large", Message("the pictures on {pages} are too large for text recognition", pages=_list(left)))
    if numbers := [page.number for page in done if page.lines]:
        said = Message("{pages} was read by text recognition: check figures against the picture", pages=_list(numbers))
        if len(numbers) > 1:
            said = Message(
                "{pages} were read by text recognition: check figures against the picture", pages=_list(numbers)
            )
        doubt("recognised", said)
    loose = {page.number for page in done for line in page.lines for row in line.rows if isinstance(row, Paragraph)}
    if loose:
        doubt("tables", Message("{pages}: {what}", pages=_list(sorted(loose)), what=LOOSE_ROWS))


def _without_text(source: Source, found: list[Page], cut: bool, doubt: Doubt) -> Issue | None:
    """Say which pages have no text that can be read, or that none has."""
    garbled = [page.number for page in found if page.is_garbled()]
    pictures = [page.number for page in found if page.is_picture]
    unread = len(garbled) + len(pictures)
    written = [page for page in found if page.has_text()]
    ocr = scans.recogniser() if unread else None
    if source.ocr and ocr:
        advice = ocr.trouble() or Message("text recognition cannot read them")
    elif ocr:
        advice = Message("have it read by text recognition (ocr=True)")
    else:
        advice = Message("install hreport[ocr]")
    if garbled and len(garbled) >= len(written) / 2:
        message = Message(
            "the pdf's fonts have no Unicode map, its text is garbage: get the original file, or {advice}",
            advice=advice,
        )
        return source.issue("no_tounicode", message, pages=unread)
    if pictures and not written:
        if cut:
            return source.issue("damaged", Message("damaged pdf: get the file again, it is cut short"))
        return source.issue("scanned", Message("scanned pdf: {advice}", advice=advice), pages=unread)
    if not any(page.lines for page in found):
        if cut:
            return source.issue("damaged", Message("damaged pdf: get the file again, it is cut short"))
        return source.issue("empty", Message("the pdf shows no text: nothing to read"))
    if garbled:
        message = Message(
            "fonts without a Unicode map on {pages}, the text there is garbage: {advice}",
            pages=_list(garbled),
            advice=advice,
        )
        doubt("no_tounicode", message, garbled)
    if pictures:
        doubt("scanned", Message("no text layer on {pages}: {advice}", pages=_list(pictures), advice=advice), pictures)
    return None


def _list(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return Message("page {number}", number=numbers[0])
    shown = ", ".join(map(str, numbers[:5])) + (" ..." if len(numbers) > 5 else "")
    return Message("pages {numbers}", numbers=shown)


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
