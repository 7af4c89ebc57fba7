"""Truth tables of the comparison: cells that were chosen and filled by reading, before any output was seen.

`python tests/truth.py [TABLE] [--errors]` compares the documents of `../shared/corpus` and sets each cell against what
`compare --by area,year --status all --measure all` shows for it:

right       the value that the table says, or nothing where it says that there is none
missed      nothing, where the table has a value
wrong       another value, or a value where there is none; with a mark or without one
marked      of the right cells those that carry a mark
"""

from __future__ import annotations

import argparse
import csv
import math
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hreport.comparison import compare
from hreport.figures import Selection
from hreport.lexicon import load
from hreport.pipeline import Work, run
from hreport.record import Row
from hreport.resolve import convert
from hreport.sources import find

TABLES = Path(__file__).parent / "gold" / "compare"
CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
CLOSE = 1e-6  # what a conversion may cost


@dataclass(frozen=True)
class Judged:
    """A cell of a table with what the comparison shows for it."""

    cell: Mapping[str, str]
    shown: Row | None

    @property
    def verdict(self) -> str:
        """`right`, `missed` or `wrong`."""
        stated = bool(self.cell["value"])
        if self.shown is None:
            return "missed" if stated else "right"
        return "right" if stated and any(self._is(v) for v in self._accepted()) else "wrong"

    @property
    def mark(self) -> str:
        """Why the cell that is shown is marked, "" where it is not."""
        return str(self.shown["doubt"] or "") if self.shown else ""

    def _accepted(self) -> Iterator[float]:
        for text in (self.cell["value"], *self.cell["also"].split("|")):
            if text.strip():
                yield float(text)

    def _is(self, value: float) -> bool:
        assert self.shown is not None
        found = self.shown["obs_value"] if self.shown["obs_value"] is not None else self.shown["value"]
        return found is not None and math.isclose(float(found), value, rel_tol=CLOSE, abs_tol=1e-9)


def cells(table: str) -> list[Mapping[str, str]]:
    """The cells of a table that can be judged: not those that are stated of a part only, nor those that a reader may
    take for stated or for absent (no value, but one that would be accepted)."""
    with open(TABLES / f"{table}.csv", encoding="utf-8-sig", newline="") as stream:
        found = list(csv.DictReader(stream))
    return [c for c in found if c["indicator_id"] and c["scope"] != "part" and (c["value"] or not c["also"])]


def judged(table: str) -> list[Judged]:
    """Each cell of a table with what the comparison of its documents shows."""
    lexicon = load()
    wanted: dict[str, list[Mapping[str, str]]] = defaultdict(list)
    for cell in cells(table):
        wanted[cell["set"]].append(cell)
    at = {name: Path(folder) / name for folder, _, names in os.walk(CORPUS) for name in names}
    found = []
    for members in wanted.values():
        paths = sorted({str(at[c["file"]]) for c in members})
        rows = [row for outcome in run(find(paths, None, []).sources, Work("observations")) for row in outcome.rows]
        result = compare(
            rows,
            lexicon.indicators,
            partial(convert, lexicon=lexicon),
            Selection(by="area,year", status="all", measure="all"),
        )
        shown: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for row in result.long:
            if row["chosen"] and row["basis"] in (None, "", "yoy"):
                keys = (row["indicator_id"], row["measure"], row["status"], str(row["year"] or ""))
                shown[(Path(row["file"]).name, *keys)].append({**row, "area": row["area"]})
        for cell in members:
            # a growth of what is itself a growth (居民消费价格涨幅) is its level
            growth = lexicon.indicators[cell["indicator_id"]].kind == "growth"
            keys = (cell["indicator_id"], "level" if growth else cell["measure"], cell["status"], cell["year"])
            near = [r for r in shown[(cell["file"], *keys)] if not cell["area"] or r["area"] == cell["area"]]
            near.sort(key=lambda r: bool(r["doubt"]))
            fits = [r for r in near if Judged(cell, r).verdict == "right"]
            found.append(Judged(cell, (fits or near or [None])[0]))
    return found


def figures(judgements: list[Judged]) -> dict[str, float]:
    """Shares of the table's cells."""
    stated = [j for j in judgements if j.cell["value"]]
    right = [j for j in stated if j.verdict == "right"]
    all_right = [j for j in judgements if j.verdict == "right"]
    wrong = [j for j in judgements if j.verdict == "wrong"]
    return {
        "cells": len(judgements),
        "stated": len(stated),
        "right": len(all_right) / (len(judgements) or 1),
        "right_stated": len(right) / (len(stated) or 1),
        "missed": sum(j.verdict == "missed" for j in judgements),
        "wrong_marked": sum(bool(j.mark) for j in wrong),
        "wrong_unmarked": sum(not j.mark for j in wrong),
        "right_marked": sum(bool(j.mark) for j in right) / (len(right) or 1),
    }


def _line(judgement: Judged) -> str:
    cell, shown = judgement.cell, judgement.shown
    keys = ("set", "area", "indicator", "measure", "year", "status", "numeral", "value", "note")
    line = f"{judgement.verdict:7}" + " ".join(cell[k] for k in keys)
    if shown:
        line += f"\n        -> {shown['value']} {shown['bound']} [{judgement.mark}]"
        line += f" {shown['period']} {shown['area_text']} | {' '.join(str(shown['sentence']).split())[:150]}"
    return line


def main() -> None:
    """Print the figures of each set, and the cells that are not right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", nargs="?", default="provinces")
    parser.add_argument("--errors", action="store_true")
    given = parser.parse_args()
    found = judged(given.table)
    by_set: dict[str, list[Judged]] = defaultdict(list)
    for judgement in found:
        by_set[judgement.cell["set"]].append(judgement)
    for name, members in (*by_set.items(), ("all", found)):
        values = figures(members)
        print(f"{name:9}", "  ".join(f"{k} {v:.3f}" if isinstance(v, float) else f"{k} {v}" for k, v in values.items()))
    print("marks of right cells:", Counter(j.mark for j in found if j.verdict == "right" and j.mark).most_common(12))
    if given.errors:
        for judgement in found:
            if judgement.verdict != "right" or judgement.mark:
                print(_line(judgement))


if __name__ == "__main__":
    main()
