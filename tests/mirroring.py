"""Copies made of clean texts as mirrors make them (`mangler`), cut, re-ordered and glued, and what is found of them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random

from mangler import RULES, Clean, Edit, Mangled, mangle
from texts import extract

from hreport.align import Alignment, Side, align
from hreport.record import Row, mask_rows, observation_rows

BY_NAME = {rule.name: rule for rule in RULES}
# Rules that hide what stood there: the pairs are known. Those that put another number in its place first are left out.
HIDING = (
    "number xx.x", "number XX", "number **", "place xx", "place _", "place **", "place A省B市", "year 20xx",
    "year 202x", "year xxxx", "year XX", "year 20_", "number blank", "number deleted", "年 月 lost, x",
)  # fmt: skip
# What else is done to a copy, none of which touches a number that the others hide.
WORDS = ("spun words", "commas deleted", "quotes broken", "filtered words")
ALL_OF_IT = (
    ("number xx.x", "place xx", "spun words", "commas deleted"),
    ("number XX", "year 20xx", "quotes broken", "filtered words"),
    ("number **", "place _", "traditional"),
    ("number deleted", "year XX", "spun words", "numeral to digit"),
)


@dataclass(frozen=True)
class Copy:
    """A copy of a clean text: `known` are the stretches that it hides (from, to) and where they stand in the clean
    text (from, to)."""

    text: str
    known: tuple[tuple[int, int, int, int], ...]


def hidden(clean: Clean, *names: str, share: float = 1.0) -> Copy:
    """A copy after several rules; of the hits of each a `share`."""
    random = clean.random(" ".join(names))
    changes = []
    for name in names:
        found = list(BY_NAME[name].make(clean, clean.random(name)))
        changes += found if share == 1 else [c for c in found if random.random() < share]
    mangled = mangle(clean, changes)
    hides = [e for e in mangled.edits if _hides(clean, e)]
    return Copy(mangled.text, tuple((*_moved(mangled, e), e.start, e.end) for e in hides))


def _moved(mangled: Mangled, edit: Edit) -> tuple[int, int]:
    """Where the placeholder of an edit stands; what stands in the place of a number that was deleted is empty."""
    start, end = mangled.moved(edit.start, edit.end) if edit.end > edit.start else (0, 0)
    return (start, start + edit.masks[0][1]) if edit.masks else (start, start) if not edit.new.strip() else (start, end)


def _hides(clean: Clean, edit: Edit) -> bool:
    if edit.masks:
        return edit.masks[0][0] == 0
    return not edit.new.strip() and bool(re.search(r"\d", clean.text[edit.start : edit.end]))


def reordered(copy: Copy, random: Random) -> Copy:
    """The same with its lines in another order."""
    lines = [m.span() for m in re.finditer(r"[^\n]*\n|[^\n]+$", copy.text)]
    order = list(range(len(lines)))
    random.shuffle(order)
    pieces, moved, at = [], {}, 0
    for k in order:
        start, end = lines[k]
        moved[k] = at - start
        pieces.append(copy.text[start:end].rstrip("\n") + "\n")
        at += len(pieces[-1])
    starts = [start for start, _ in lines]

    def shift(offset: int) -> int:
        return moved[bisect_right(starts, offset) - 1]

    return Copy("".join(pieces), tuple((s + shift(s), e + shift(s), *rest) for s, e, *rest in copy.known))


def glued(copy: Copy, before: str, after: str) -> Copy:
    """The same between two other texts."""
    at = len(before)
    return Copy(before + copy.text + after, tuple((s + at, e + at, *rest) for s, e, *rest in copy.known))


def excerpt(copy: Copy, low: float, high: float) -> Copy:
    """A part of it."""
    start, end = int(low * len(copy.text)), int(high * len(copy.text))
    inside = [k for k in copy.known if start <= k[0] and k[1] <= end]
    return Copy(copy.text[start:end], tuple((s - start, e - start, *rest) for s, e, *rest in inside))


def rows_of(text: str, name: str) -> list[Row]:
    """The rows of both layers, in the order of the text."""
    found = extract(text, name)
    rows = [*mask_rows(found, name), *observation_rows(found, name)]
    return sorted(rows, key=lambda r: (r["start"], r["end"]))


def figures_of(text: str, name: str) -> list[Row]:
    """The rows of figures alone."""
    return [row for row in rows_of(text, name) if row["layer"] == "quantity"]


def side(text: str, name: str) -> Side:
    return Side(name, text, rows_of(text, name))


@dataclass
class Found:
    """What came of the pairs that are known: `right` and `wrong` fills, `sure_wrong` of them said to be sure, `differs`
    and `missed`; examples of those that are not right."""

    n: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def merge(self, other: Found) -> None:
        self.n.update(other.n)
        self.examples += other.examples


def judged(a: Side, b: Side, known: Iterable[Sequence[int]], result: Alignment | None = None) -> Found:
    """Which of the known pairs of a clean text and its copy are found, and what is filled in that is none of them."""
    result = result or align(a, b)
    found = Found()
    by_b = {(row["start_b"], row["end_b"]): row for row in result.rows}
    at_a: dict[tuple[int, int], Row] = {(row["start_a"], row["end_a"]): row for row in result.rows}
    for start_b, end_b, start_a, end_a in known:
        found.n["known"] += 1
        row = by_b.get((start_b, end_b)) if end_b > start_b else at_a.get((start_a, end_a))
        what = f"{a.around(start_a, end_a)} | {b.around(start_b, end_b)}"
        if row is None:
            found.n["missed"] += 1
            found.examples.append(f"missed {what}")
        elif row["kind"] != "filled_in_b":
            found.n["differs"] += 1
            found.examples.append(f"{row['kind']} {what}")
        elif (row["start_a"], row["end_a"]) == (start_a, end_a):
            found.n["right"] += 1
            found.n["sure"] += row["sure"]
        else:
            found.n["wrong"] += 1
            found.n["sure_wrong"] += row["sure"]
            found.examples.append(f"{'sure and ' * row['sure']}wrong {what}: {row['around_a']}")
    return found
