"""How long readers take, as ratios to the library that only gets the text out: both taken in one run on the same files.

    python benchmarks/readers.py [--rounds 9] [--files PATH ...]

needs an environment that holds `.[dev]`. It prints one line for each file of `--files`, or for reports that it makes
itself: the ratio of the processor times, with the least and the greatest of the rounds. What is compared alternates
within each round, medians over the rounds are shown, and everything is read once before. Of 1.0 or less one can only
dream: the readers get the same text out, and then find lines, furniture, paragraphs, tables and headings.

A row is a line of `ROWS`: what it is called, the reader, the library's own way to the text, and the bytes to read.
"""

from __future__ import annotations

import argparse
import gc
import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import process_time

import pypdfium2

from hreport.readers import read_bytes

SAMPLES = Path(__file__).parent.parent / "samples"
HANZI = "全市医疗卫生机构总数增加到家床位和人员数比上年有所长服务能力进一步提升完成目标任务推改革深化"


def pdfium_text(data: bytes) -> None:
    """The text of each page as pypdfium2 gives it."""
    pdf = pypdfium2.PdfDocument(data)
    for page in pdf:
        text_page = page.get_textpage()
        text_page.get_text_range()
        text_page.close()
        page.close()
    pdf.close()


def docx_paragraphs(data: bytes) -> None:
    """The paragraphs that python-docx walks over, tables left out."""
    import docx

    for paragraph in docx.Document(io.BytesIO(data)).paragraphs:
        paragraph.text  # noqa: B018 - it is put together when it is asked for


def docx_paragraphs_and_cells(data: bytes) -> None:
    """The same with the text of each cell, which hreport reads too."""
    import docx
    from docx.table import Table

    for part in docx.Document(io.BytesIO(data)).iter_inner_content():
        [cell.text for row in part.rows for cell in row.cells] if isinstance(part, Table) else part.text


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


@dataclass(frozen=True)
class Row:
    """What is compared: hreport's reader of the data with the library's way to its text."""

    name: str
    bare: Callable[[bytes], object]
    data: Callable[[], bytes]


ROWS = (
    Row("pdf, 20 pages of prose / pypdfium2", pdfium_text, lambda: report_pdf(20, ruled=False)),
    Row("pdf, 20 pages with ruled tables / pypdfium2", pdfium_text, lambda: report_pdf(20, ruled=True)),
    *(Row("docx, the sample / python-docx", docx_paragraphs, path.read_bytes) for path in SAMPLES.glob("*.docx")),
)

# The library's ways for each kind of file that `--files` may name.
BARE: dict[str, dict[str, Callable[[bytes], object]]] = {
    ".pdf": {"pypdfium2": pdfium_text},
    ".docx": {"paragraphs": docx_paragraphs, "with cells": docx_paragraphs_and_cells},
}


def ratios(row: Row, rounds: int) -> list[float]:
    """How many times as long the reader takes, in each round."""
    data = row.data()
    found = []
    for number in range(rounds + 1):
        gc.collect()  # of what came before
        begin = process_time()
        row.bare(data)
        between = process_time()
        read_bytes(data, row.name)
        end = process_time()
        if number:
            found.append((end - between) / (between - begin))
    return sorted(found)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--files", type=Path, nargs="*", default=())
    options = parser.parse_args(arguments)
    files = [
        Row(f"{path.name} / {name}", bare, path.read_bytes)
        for path in options.files
        for name, bare in BARE.get(path.suffix, {}).items()
    ]
    print(f"{'read by hreport / text alone':44} {'ratio':>6} {'least':>6} {'most':>6}")
    for row in files or ROWS:
        found = ratios(row, options.rounds)
        print(f"{row.name:44} {median(found):6.2f} {found[0]:6.2f} {found[-1]:6.2f}")


if __name__ == "__main__":
    main()
