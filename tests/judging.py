"""Rows of corpus files that were judged by reading them: `tests/gold/judged/*.jsonl`.

Each line names a row (`file`, `start`, `end`), what was found there (a `digest` of its record) and whether the record
is right; the texts are no part of the repository. A row whose record has changed since says nothing any more.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from texts import GRAMMAR, LEXICON, ROOT, SHARED, file

from hreport.analyse import analyse
from hreport.confidence import doubts_of
from hreport.model import Extraction
from hreport.record import Row, observation_rows

JUDGED = ROOT / "tests" / "gold" / "judged"


class Verdict(NamedTuple):
    """A row that was judged, and what makes one doubt it."""

    file: str
    confidence: float
    doubts: tuple[str, ...]
    right: bool


SAID = ("text", "value", "base_unit", "bound", "damage", "indicator", "measure", "direction", "status")


def digest(row: Row) -> str:
    """What a record says, as a short hash."""
    return hashlib.sha1(repr([row[k] or None for k in SAID]).encode()).hexdigest()[:12]


@lru_cache(maxsize=512)
def extraction(name: str) -> Extraction | None:
    """What is found in a corpus file today; None where it is not at hand."""
    path = next((p for p in sorted((SHARED / "corpus").rglob("*")) if p.name == name), None)
    return analyse(file(path), LEXICON) if path else None


def verdicts(sample: str = "*") -> Iterator[Verdict]:
    """The verdicts that still hold."""
    for path in sorted(JUDGED.glob(f"{sample}.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            judged = json.loads(line)
            found = extraction(judged["file"])
            if found is None:
                continue
            for row, o in zip(observation_rows(found, judged["file"]), found.observations, strict=True):
                if (row["start"], row["end"]) == (judged["start"], judged["end"]) and digest(row) == judged["digest"]:
                    doubts = tuple(doubts_of(o, found.document.text, GRAMMAR, LEXICON))
                    yield Verdict(row["file"], o.confidence or 0.0, doubts, judged["right"])
