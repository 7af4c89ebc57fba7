"""Character error rates of the readers on files whose text is known (`../shared/fixtures`, where it is there).

`python tests/fixtures.py [--scans]` prints a line for each file: what was reached, what may be, and how long it took.
White space and page furniture aside; the scans take half a minute each, and text recognition.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from rapidfuzz.distance import Levenshtein
from rapidfuzz.fuzz import partial_ratio_alignment

from hreport.model import BlockKind, Document
from hreport.readers import read

FIXTURES = Path(__file__).parent.parent.parent / "shared" / "fixtures"
LEFT_OUT = ("del", "comment", "hidden")  # of the runs of features.docx; the others are kept


@dataclass(frozen=True)
class Case:
    """A file, its true text, and the error rate that it may have (None: its paragraphs must be in it, whole)."""

    file: str
    truth: str
    most: float | None

    @property
    def is_scan(self) -> bool:
        """Does it need text recognition?"""
        return self.file.startswith("scan/")


def cases() -> Iterator[Case]:
    """All files with a truth."""
    with open(FIXTURES / "truth" / "map.csv", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["truth"]:
                yield Case(row["file"], row["truth"], float(row["max_cer"]) if row["max_cer"] else None)


def tight(text: str) -> str:
    """A text without white space."""
    return "".join(text.split())


def body(document: Document) -> str:
    """What a document says, without the furniture of its pages."""
    parts = [document.text[b.span.start : b.span.end] for b in document.blocks if b.kind is not BlockKind.FURNITURE]
    return tight("".join(parts))


def error_rate(case: Case) -> float:
    """The share of characters that are wrong, missing or too many; of a page, of paragraphs not in it whole."""
    document = read(FIXTURES / case.file, ocr=True)
    assert isinstance(document, Document), document
    truth = (FIXTURES / "truth" / case.truth).read_bytes().decode("utf-8")
    found = body(document)
    if case.most is None:
        lines = [tight(line) for line in truth.splitlines() if tight(line)]
        return sum(line not in found for line in lines) / len(lines)
    if case.is_scan:
        return _of_prose(document, tight(truth))
    steps = Levenshtein.editops(found, tight(truth))
    if case.file.endswith("features.docx"):
        # Its runs, and the words that lead to them, are not in the truth; all that is must be there.
        steps = [step for step in steps if step.tag != "delete"]
    return len(steps) / len(tight(truth))


def feature_runs() -> dict[str, bool]:
    """Of each special run of features.docx, whether it was read."""
    text = body(cast(Document, read(FIXTURES / "docx" / "features.docx")))
    flags = json.loads((FIXTURES / "truth" / "features_flags.json").read_text("utf-8"))
    return {name: tight(words) in text for name, words in flags.items()}


def _of_prose(document: Document, truth: str) -> float:
    """The error rate of paragraphs, each set against the place in the truth that is most like it: a scan holds a part
    of the report, and its table may stand as furniture."""
    wrong = length = 0
    for block in document.blocks:
        words = tight(document.text[block.span.start : block.span.end])
        if block.kind is BlockKind.PARAGRAPH and len(words) > 15:
            place = partial_ratio_alignment(words, truth)
            assert place is not None
            wrong += Levenshtein.distance(words, truth[place.dest_start : place.dest_end])
            length += len(words)
    return wrong / length


def main(scans: bool) -> None:
    """Print the table."""
    print(f"{'file':28} {'error rate':>10} {'may be':>7} {'seconds':>8}")
    for case in cases():
        if scans or not case.is_scan:
            began = time.perf_counter()
            rate = error_rate(case)
            most = "" if case.most is None else f"{case.most:.3f}"
            print(f"{case.file:28} {rate:10.4f} {most:>7} {time.perf_counter() - began:8.2f}", flush=True)


if __name__ == "__main__":
    main("--scans" in sys.argv)
