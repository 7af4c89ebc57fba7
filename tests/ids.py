"""The ids that observations get, against annotation: which are right, wrong, missing or invented.

Run as a script to see the figures, and with `--errors` each row that is not right:

    python tests/ids.py [--errors]

What the annotation holds and its conventions: `tests/gold/ids/README.md`.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from scoring import GOLD, text_of
from texts import LEXICON, file

from hreport.analyse import analyse
from hreport.model import Extraction

NONE = "-"  # in the column `also`: that no indicator of the catalogue is this thing can be defended, too
SEEDS = ("000_", "001_", "002_")  # the pages as they were found
# Groups of rows: the annotation, the group of gold whose folders hold its texts, and how the files' names begin.
GROUPS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "seeds": ("shared", "shared", SEEDS),
    "shared": ("shared", "shared", ("",)),
    "samples": ("samples", "samples", ("",)),
    "corpus": ("corpus", "blind", ("",)),
}
VERDICTS = ("right", "wrong", "missing", "invented", "silent")


class Judged(NamedTuple):
    """An annotated observation and the id that was found there, None where no observation was."""

    file: str
    start: int
    end: int
    wording: str
    answers: tuple[str, ...]
    found: str | None

    def verdict(self, strict: bool = False) -> str:
        """One of `VERDICTS`; `strict` admits the first answer alone. `silent`: rightly without an id.

        >>> row = Judged("a.txt", 0, 2, "", ("beds_total", ""), "beds_total")
        >>> row.verdict(), row._replace(found="").verdict(), row._replace(found="").verdict(strict=True)
        ('right', 'silent', 'missing')
        """
        answers = self.answers[:1] if strict else self.answers
        if "" not in answers:
            return "right" if self.found in answers else "wrong" if self.found else "missing"
        return "silent" if not self.found else "right" if self.found in answers else "invented"

    def claimed(self, strict: bool = False) -> bool:
        """Should an indicator of the catalogue claim this row?"""
        return "" not in (self.answers[:1] if strict else self.answers)


def annotation(group: str) -> list[dict[str, str]]:
    """The annotated rows of a group."""
    name, _, beginnings = GROUPS[group]
    with (GOLD / "ids" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row["file"].startswith(beginnings)]


def at_hand(group: str) -> bool:
    """Can this group be judged here?"""
    return all(text_of(GROUPS[group][1], name) for name in {row["file"] for row in annotation(group)})


@lru_cache
def extraction(group: str, name: str) -> Extraction:
    """What is found today in a file of a group of gold."""
    path = text_of(group, name)
    assert path is not None, name
    return analyse(file(path), LEXICON)


def judged(group: str) -> Iterator[Judged]:
    """The rows of a group, each with the id of the observation that lies over it."""
    for row in annotation(group):
        start, end = int(row["start"]), int(row["end"])
        also = ["" if answer == NONE else answer for answer in row["also"].split()]
        over = [
            o
            for o in extraction(GROUPS[group][1], row["file"]).observations
            if o.quantity.span.start < end and start < o.quantity.span.end
        ]
        o = next((o for o in over if o.quantity.span.start == start), over[0] if over else None)
        answers = (row["indicator_id"], *also)
        yield Judged(row["file"], start, end, o.indicator if o else "", answers, o.indicator_id if o else None)


def figures(group: str, strict: bool = False) -> dict[str, float]:
    """Numbers of rows (`claimed`: that should have an id; `others`), and shares in % of these.

    `right`, `wrong` and `missing` are shares of the claimed rows, `invented` (an id where none should be, or in an
    open row one that nobody would defend) of the others.
    """
    rows = list(judged(group))
    claimed = [row for row in rows if row.claimed(strict)]
    count = Counter((row.claimed(strict), row.verdict(strict)) for row in rows)
    others = len(rows) - len(claimed)
    shares = {name: 100 * count[True, name] / len(claimed) for name in ("right", "wrong", "missing")}
    return {"claimed": len(claimed), **shares, "others": others, "invented": 100 * count[False, "invented"] / others}


def main() -> None:
    """Print the figures, and the rows that are not right where asked to."""
    parser = argparse.ArgumentParser(description="Score the ids of observations against annotation.")
    parser.add_argument("--errors", action="store_true", help="print every row that is wrong, missing or invented")
    arguments = parser.parse_args()
    groups = [group for group in GROUPS if at_hand(group)]
    for strict in (False, True):
        print("first answer alone" if strict else "every answer that can be defended")
        for group in groups:
            print(f"  {group:8}" + "".join(f"  {name} {n:.4g}" for name, n in figures(group, strict).items()))
    if arguments.errors:
        for group in (group for group in groups if group != "seeds"):  # the seeds are a part of shared
            for row in judged(group):
                if row.verdict() in ("wrong", "missing", "invented"):
                    answers = " or ".join(answer or "none" for answer in row.answers)
                    said = "no observation" if row.found is None else row.found or "none"
                    print(f"{row.verdict()}: {row.file}:{row.start}-{row.end} {row.wording}: {answers}, found {said}")


if __name__ == "__main__":
    main()
