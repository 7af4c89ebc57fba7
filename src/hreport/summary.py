"""What a row of the comparison says as a whole: how much of it can be compared, and of that the smallest, the middle
and the largest value and the rank of each.

**Comparable** is a figure that is sound and carries no mark, an exact number or an approximate one (a bound such as
以上 says too little), of the table's year, and of places of one level: a province is not ranked among its cities. The
level is the one that most of the row's figures have. What is masked or doubtful is left out and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median
from typing import TypeVar

from hreport.figures import Figure
from hreport.resolve import level_of

COMPARED_BOUNDS = frozenset({"exact", "approx"})
FEWEST = 2  # figures that there is something to compare between

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Summary:
    """Numbers in the row's unit; None and no ranks where fewer than two figures can be compared.

    `ranks` are from 1, by the cell's key; equal values share the smaller one. The best is the first: the smallest where
    less is better (死亡率), else the largest.
    """

    comparable: int = 0
    masked: int = 0
    doubtful: int = 0
    minimum: Decimal | None = None
    median: Decimal | None = None
    maximum: Decimal | None = None
    ranks: Mapping[object, int] = field(default_factory=dict)


def _is_doubted(doubts: tuple[str, ...]) -> bool:
    """Is there more to say of a figure than that a person put it right?"""
    return any(doubt != "corrected" for doubt in doubts)


def summarise(shown: Mapping[K, Figure], doubts: Mapping[int, tuple[str, ...]], year: int | None) -> Summary:
    """Of the figures that a row shows, by the key of their cell; `doubts` by the figure's `id`, `year` the table's."""
    masked = sum(bool(f.row["masked"]) for f in shown.values())
    legible = {key: f for key, f in shown.items() if not f.row["masked"]}
    doubtful = sum(f.usable is None or _is_doubted(doubts[id(f)]) for f in legible.values())
    sound = {
        key: f
        for key, f in legible.items()
        if f.usable is not None
        and not _is_doubted(doubts[id(f)])
        and f.value_max is None
        and (f.row["bound"] or "exact") in COMPARED_BOUNDS
        and f.year is not None
        and f.year == year
    }
    levels = Counter(level_of(f.area_id) for f in sound.values())
    most = min(levels, key=lambda name: (-levels[name], name), default="")
    values = {key: f.usable for key, f in sound.items() if level_of(f.area_id) == most and f.usable is not None}
    if len(values) < FEWEST:
        return Summary(len(values), masked, doubtful)
    first = next(iter(shown.values()))
    less_is_better = first.indicator.better == "lower" or first.measure == "rank"
    ordered = sorted(values.values(), reverse=not less_is_better)
    return Summary(
        comparable=len(values),
        masked=masked,
        doubtful=doubtful,
        minimum=min(ordered),
        median=median(ordered),
        maximum=max(ordered),
        ranks={key: ordered.index(value) + 1 for key, value in values.items()},
    )
