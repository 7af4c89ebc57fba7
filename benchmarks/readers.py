"""Reading docx and pdf against the libraries that only get the text out, on the same bytes.

hreport gets the same text out and then finds lines, furniture, paragraphs, tables and headings: of a ratio of 1 one can
only dream. Files are the docx and pdf of each set of texts, and two reports that are made here, since the samples hold
one small pdf.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from pathlib import Path

from measuring import Options, contest, libraries, middle
from tables import Table

from hreport.messages import Message

HANZI = "全市医疗卫生机构总数增加到家床位和人员数比上年有所长服务能力进一步提升完成目标任务推改革深化"
LEAST = 0.5  # seconds for which a contestant reads the same files again
MOST = 40  # files of a kind of one set
PAGES = 20  # of a report that is made here
# By the ending of the files: the libraries' ways to the text, the plainest first, which is what ratios are to.
KINDS = {
    ".docx": ("python-docx paragraphs", "python-docx paragraphs and cells"),
    ".pdf": ("pypdfium2 text", "pdfplumber text", "pdfplumber text and tables"),
}
COLUMNS = ("what", "times the plainest", "milliseconds a file", "processor milliseconds a file", "MB")
LABELS = {
    "hreport reader": "hreport: text, paragraphs, headings, tables",
    "pypdfium2 text": "pypdfium2: text",
    "pdfplumber text": "pdfplumber: text",
    "pdfplumber text and tables": "pdfplumber: text and tables",
    "python-docx paragraphs": "python-docx: paragraphs without tables",
    "python-docx paragraphs and cells": "python-docx: paragraphs and cells",
}


def measure(options: Options) -> Iterable[Table]:
    """A table for each kind of file of each set, and for each report that is made here."""
    for texts in options.texts:
        for suffix in KINDS:
            if files := texts.of_kind(suffix)[:MOST]:
                title = Message("{name}: {count} {kind}", name=texts.name, count=len(files), kind=suffix[1:])
                yield _table(title, suffix, files, options)
    for ruled in (False, True):
        path = options.scratch / f"ruled {ruled}.pdf"
        path.write_bytes(report_pdf(2 if options.quick else PAGES, ruled))
        title = "a pdf made for this, half of it ruled tables" if ruled else "a pdf made for this, prose"
        yield _table(title, ".pdf", [path], options)


def _table(title: str, suffix: str, files: Sequence[Path], options: Options) -> Table:
    names = ("hreport reader", *KINDS[suffix])
    items = [{"path": str(path)} for path in files]
    passes = contest(names, items, items[:1], options, 0.0 if options.quick else LEAST)
    plainest = next(name for name in KINDS[suffix] if name in passes)
    base = middle(passes[plainest])[0].cpu
    rows = []
    for name, found in passes.items():
        taken, _ = middle(found)
        each = (f"{1000 * seconds / len(files):.1f}" for seconds in (taken.wall, taken.cpu))
        rows.append((LABELS[name], f"{taken.cpu / base:.2f}", *each, f"{taken.memory:.0f}"))
    return Table(title, COLUMNS, rows, libraries(passes))


def report_pdf(pages: int, ruled: bool) -> bytes:
    """A report as word processors print it: each line is drawn in several pieces; `ruled`: half of it are tables."""
    chance = random.Random(1)
    drawn = []
    for _ in range(pages):
        page: list[str] = []
        for line in range(32):
            y = 780 - 22 * line
            if ruled and line >= 16:
                rules = [f"70 {y - 6} m 520 {y - 6} l S"] + [
                    f"{x} {y - 6} m {x} {y + 16} l S" for x in range(70, 530, 90)
                ]
                page += [f"0.5 w {rule}" for rule in (*rules, f"70 {y + 16} m 520 {y + 16} l S")]
                cells = [f"{chance.randint(1, 99999):,}" for _ in range(5)]
                page += [_drawn(74 + 90 * k, y, cell) for k, cell in enumerate(cells)]
                continue
            x = 94 if line % 4 == 0 else 70
            while x < 500:
                words = "".join(chance.choices(HANZI, k=chance.randint(1, 4))) + chance.choice(
                    ["", "", "12.5%", "3家。"]
                )
                page.append(_drawn(x, y, words))
                x += sum(6 if character.isascii() else 12 for character in words)
        drawn.append("\n".join(page).encode())
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {pages}/Kids[{' '.join(f'{6 + 2 * n} 0 R' for n in range(pages))}]>>".encode(),
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[4 0 R]>>",
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/W[1 95 500]/FontDescriptor 5 0 R"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 0>>>>",
        b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0"
        b"/Ascent 752/Descent -271/CapHeight 737/StemV 58>>",
    ]
    for number, content in enumerate(drawn):
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {7 + 2 * number} 0 R"
            "/Resources<</Font<</F1 3 0 R>>>>>>".encode()
        )
        objects.append(b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content))
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, one in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, start)
    return bytes(out)


def _drawn(x: float, y: float, words: str) -> str:
    return f"BT /F1 12 Tf 1 0 0 1 {x} {y} Tm <{words.encode('utf-16-be').hex()}> Tj ET"
