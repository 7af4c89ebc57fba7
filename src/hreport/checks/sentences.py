"""The sentences that figures stand in, with the words between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from hreport.checks.stated import Stated


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its figures in order; `start` is the offset of its first character in the source."""

    text: str
    start: int
    figures: tuple[Stated, ...]

    def between(self, start: int, end: int) -> str:
        """The words from one source offset to another."""
        return self.text[max(0, start - self.start) : max(0, end - self.start)]

    def depth(self, offset: int) -> int:
        """How many brackets are open at a source offset."""
        before = self.text[: offset - self.start]
        return sum(before.count(c) for c in "(\uff08") - sum(before.count(c) for c in ")\uff09")


def sentences(figures: Iterable[Stated]) -> Iterator[Sentence]:
    """The sentences of prose with two figures or more; cells of tables are none."""
    prose = (s for s in figures if s.row["table"] is None and s.sentence_start is not None)
    for (_, start), members in groupby(prose, key=lambda s: (s.report, s.sentence_start)):
        group = tuple(members)
        if len(group) > 1 and start is not None:
            yield Sentence(str(group[0].row["sentence"]), start, group)
