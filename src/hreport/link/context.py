"""The period and the area that govern a number: nearest in its sentence, else from before it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from hreport.model import Span
from hreport.tag.areas import AreaMention
from hreport.tag.times import TimeMention

# Kinds that can be the period of a number in their own sentence, and in a later one: a day, 每年 or
# 上半年 does not reach farther.
NEAR = frozenset(("year", "month", "whole", "relative", "part", "every", "now", "plan"))
FAR = frozenset(("year", "whole", "relative", "now", "plan"))


class Timeline:
    """The time expressions of a reading that can be a period, by position."""

    def __init__(self, mentions: Sequence[TimeMention]) -> None:
        """`mentions` in order, without those that are a base of comparison (比2020年)."""
        self._near = _Positions([m for m in mentions if m.kind in NEAR])
        self._far = _Positions([m for m in mentions if m.kind in FAR])
        self._lasting = _Positions([m for m in mentions if m.kind == "duration"])

    def of(self, paragraph: int, sentence: int, at: int) -> str:
        """The period of a number at reading offset `at`: nearest in its sentence, else earlier in its paragraph."""
        found = (
            self._near.before(sentence, at) or self._lasting.before(sentence, at) or self._far.before(paragraph, sentence)
        )
        return found.text if found else ""

    def first(self, low: int, high: int) -> str:
        """The first period that is named between two reading offsets, "" if none."""
        found = self._far.first(low, high)
        return found.text if found else ""


class Map:
    """The area expressions of a reading, by position."""

    def __init__(self, mentions: Sequence[AreaMention], own: Callable[[AreaMention], bool]) -> None:
        """`own`: is it an expression such as 全市, that means the report's area?"""
        self._all = _Positions([m for m in mentions if m.kind != "part"])
        self._parts = _Positions([m for m in mentions if m.kind == "part"])
        self._own = _Positions([m for m in mentions if own(m)])

    def of(self, report: int, before: int, sentence: int, clause: int, at: int) -> str:
        """The area of a number at reading offset `at`: a part (市区) named in its clause, else what is nearest in its
        sentence, else in the one before (which begins at `before`), else the last 全市 or the like in the report (which
        begins at `report`)."""
        found = self._parts.before(clause, at) or self._all.before(sentence, at) or self._all.before(before, sentence) or self._own.before(report, sentence)
        return found.text if found else ""


class _Placed(Protocol):
    """A mention: where it is, and its text."""

    @property
    def at(self) -> Span: ...

    @property
    def text(self) -> str: ...


M = TypeVar("M", bound=_Placed)


class _Positions(Generic[M]):
    """Mentions in order, searched by position."""

    def __init__(self, mentions: Sequence[M]) -> None:
        self._mentions = mentions
        self._starts = [m.at.start for m in mentions]

    def before(self, low: int, high: int) -> M | None:
        """The last one that begins between two reading offsets."""
        k = bisect_left(self._starts, high) - 1
        return self._mentions[k] if k >= 0 and self._starts[k] >= low else None

    def first(self, low: int, high: int) -> M | None:
        """The first one that begins between two reading offsets."""
        k = bisect_left(self._starts, low)
        return self._mentions[k] if k < len(self._starts) and self._starts[k] < high else None
