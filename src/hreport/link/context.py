"""The period and the area that govern a number: nearest in its sentence, else from before it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from hreport.tag.areas import AreaMention
from hreport.tag.times import TimeMention

NAMING = frozenset(("year", "month", "relative", "part", "now", "plan"))


class Timeline:
    """The time expressions of a reading that can be a period, by position."""

    def __init__(self, mentions: Sequence[TimeMention], comparing: frozenset[str]) -> None:
        """`comparing`: first characters that make an expression a base of comparison (比2020年), no period."""
        self._mentions = [m for m in mentions if m.kind in NAMING and m.text[:1] not in comparing]
        self._starts = [m.at.start for m in self._mentions]

    def before(self, low: int, high: int) -> TimeMention | None:
        """The last one that lies between two reading offsets."""
        k = bisect_left(self._starts, high) - 1
        return self._mentions[k] if k >= 0 and self._mentions[k].at.start >= low else None

    def first(self, low: int, high: int) -> TimeMention | None:
        """The first one that lies between two reading offsets."""
        k = bisect_left(self._starts, low)
        return self._mentions[k] if k < len(self._mentions) and self._mentions[k].at.start < high else None


class Map:
    """The area expressions of a reading, by position."""

    def __init__(self, mentions: Sequence[AreaMention]) -> None:
        """`mentions` in order."""
        self.mentions = mentions
        self._starts = [m.at.start for m in mentions]

    def before(self, low: int, high: int) -> AreaMention | None:
        """The last one between two reading offsets."""
        k = bisect_left(self._starts, high) - 1
        return self.mentions[k] if k >= 0 and self.mentions[k].at.start >= low else None

    def between(self, low: int, high: int) -> Sequence[AreaMention]:
        """All of them between two reading offsets."""
        return self.mentions[bisect_left(self._starts, low) : bisect_left(self._starts, high)]
