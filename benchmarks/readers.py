"""How fast the readers are, as ratios to libraries that read the same files: all taken in one run on the same files.

    python benchmarks/readers.py --shared ../shared [--rounds 5]

`--shared`: the folder with `fixtures` and `corpus`. What is compared alternates within each round; each file's time is
the median over the rounds, in seconds of processor time, after a round that is not counted; the garbage of one is
collected before the next begins. A line shows the sums over the files, and the median of the files' own ratios.

docx: `hreport` is everything from the path to the `Document` (hash, notes, numbers, tables with headings, blocks);
    python-docx opens the file and walks its paragraphs, leaving tables out; and the same with the text of each cell.
"""

from __future__ import annotations

import argparse
import gc
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from time import process_time

from hreport.readers import read

Contestants = Mapping[str, Callable[[Path], object]]


def seconds(work: Callable[[Path], object], path: Path) -> float:
    """How long it takes, garbage of others aside."""
    gc.collect()
    start = process_time()
    work(path)
    return process_time() - start


def compare(title: str, contestants: Contestants, paths: Sequence[Path], rounds: int) -> None:
    """A line for each contestant after the first, which is hreport: how much longer or shorter hreport takes."""
    names = list(contestants)
    taken: dict[str, list[float]] = {name: [] for name in names}
    for path in paths:
        found: dict[str, list[float]] = {name: [] for name in names}
        for number in range(rounds + 1):
            for name in names if number % 2 == 0 else reversed(names):
                found[name].append(seconds(contestants[name], path))
        for name, times in found.items():
            taken[name].append(median(times[1:]))
    own = taken[names[0]]
    print(f"\n{title}: {len(paths)} files")
    print(f"  {names[0]:44}{sum(own) * 1000:9.1f} ms")
    for name in names[1:]:
        ratios = [mine / other for mine, other in zip(own, taken[name], strict=True)]
        ratio = f"{sum(own) / sum(taken[name]):6.2f} x of it, median of files {median(ratios):.2f}"
        print(f"  {name:44}{sum(taken[name]) * 1000:9.1f} ms   hreport {ratio}")


def docx(shared: Path, rounds: int) -> None:
    """Word files of the fixtures, and ten reports."""
    import docx
    from docx.table import Table

    def paragraphs(path: Path) -> object:
        return [paragraph.text for paragraph in docx.Document(str(path)).paragraphs]

    def cells(path: Path) -> object:
        parts = docx.Document(str(path)).iter_inner_content()
        return [
            [cell.text for row in part.rows for cell in row.cells] if isinstance(part, Table) else part.text
            for part in parts
        ]

    contestants = {"hreport": read, "python-docx, paragraphs": paragraphs, "python-docx, paragraphs and cells": cells}
    reports = sorted((shared / "corpus" / "work_reports_docx").glob("*.docx"))[:10]
    compare("docx, reports", contestants, reports, rounds)
    compare("docx, fixtures", contestants, sorted((shared / "fixtures" / "docx").glob("*.docx")), rounds)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True, metavar="FOLDER", help="holds fixtures and corpus")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    docx(arguments.shared, arguments.rounds)


if __name__ == "__main__":
    main()
