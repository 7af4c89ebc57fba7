"""Text recognition on the scanned fixtures beside the checkout: character error rate of prose, time and memory a page.

python benchmarks/ocr.py [dots per inch, 150 if not given]
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import numpy as np
import pypdfium2

from hreport.model import BlockKind
from hreport.readers import ocr
from hreport.readers.build import Builder

FIXTURES = Path(__file__).resolve().parents[2] / "shared" / "fixtures"
SCANS = ("scan200", "scan110")


def tight(text: str) -> str:
    """The text without white space."""
    return "".join(text.split())


def distance(a: str, b: str) -> int:
    """Levenshtein's distance."""
    codes = np.array([ord(c) for c in b])
    places = np.arange(len(b) + 1)
    row = places
    for n, character in enumerate(a, 1):
        best = np.minimum(row[:-1] + (codes != ord(character)), row[1:] + 1)
        row = np.minimum.accumulate(np.concatenate(([n], best)) - places) + places
    return int(row[-1])


def main() -> None:
    """Prints a line for each scan."""
    dpi = int(sys.argv[1]) if len(sys.argv) > 1 else ocr.RESOLUTION
    report = (FIXTURES / "truth" / "report.txt").read_text("utf-8").split("\n")
    # Up to the table, which is no prose; page furniture of the scans stands on lines that the truth does not have.
    prose = report[: next(n for n, line in enumerate(report) if "\t" in line)]
    for name in SCANS:
        pdf = pypdfium2.PdfDocument(FIXTURES / "scan" / f"{name}.pdf")
        builder = Builder()
        begun = time.process_time()
        for number, page in enumerate(pdf, 1):
            pixels = page.render(scale=dpi / 72, rev_byteorder=True).to_numpy()[:, :, :3]
            for item in ocr.items(ocr.recognise(pixels), number):
                builder.add(item)
        seconds = (time.process_time() - begun) / len(pdf)
        read = [builder.text[b.span.start : b.span.end] for b in builder.blocks if b.kind is BlockKind.PARAGRAPH]
        text, truth = tight("".join(read)), tight("".join(prose))
        for line in {line for line in read if read.count(line) > 1 or len(line) < 10} - {*prose}:
            text = text.replace(tight(line), "")
        text = text[: text.index(truth[-6:]) + 6]
        errors = distance(text, truth) / len(truth)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{name} at {dpi} dpi: CER {errors:.4f} of {len(truth)}, {seconds:.1f} s a page, {memory} MB")


if __name__ == "__main__":
    main()
