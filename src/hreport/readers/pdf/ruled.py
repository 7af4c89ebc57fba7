"""Ruled tables: from the rules drawn on a page to cells, and the words that stand in each."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter

from hreport.readers.build import Cell, Paragraph, Table
from hreport.readers.pdf.drawings import Rule
from hreport.readers.pdf.lines import RIGHT_TO_LEFT, Box, Characters, Line, Placing, whole

THIN = 3.0  # points: rules that are no further apart are one
LEVEL = 0.5  # of its height that a character may stand lower than those before it in its line
MOST_CROSSINGS = 10_000
MOST_STEPS = 1_000_000

_SPACE_BESIDE_WIDE = re.compile(r"(?<=[^\x00-\x7f])[ \t]+|[ \t]+(?=[^\x00-\x7f])")
_BREAK_BESIDE_WIDE = re.compile(r"(?<=[^\x00-\x7f])\s*\n\s*|\s*\n\s*(?=[^\x00-\x7f])")


@dataclass(slots=True)
class Ruled:
    """A ruled table on its page; `edges` are the left edges of its columns."""

    cells: list[Cell]
    box: Box
    edges: list[float]
    page: int

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return max(cell.row + cell.row_span - 1 for cell in self.cells)


class TangledError(Exception):
    """There are more rules than any table has."""


def tables(rules: Iterable[Rule], characters: Characters, lines: Sequence[Line], number: int) -> Iterator[Ruled]:
    """The tables that the rules of page `number` draw, with their words; TangledError where they draw no table."""
    for boxes in _groups(_boxes(*_edges(rules, characters.placing))):
        lefts = _grid(box[0] for box in boxes)
        tops = _grid(-box[3] for box in boxes)
        if len(lefts) < 2 or len(tops) < 2:
            # A frame around text, not a table.
            continue
        frame = (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
        words = _words_in(characters, lines, boxes, frame)
        if len(words) < 2:
            continue
        cells = []
        for place, (left, bottom, right, top) in enumerate(boxes):
            row, column = _at(tops, -top), _at(lefts, left)
            row_span = max(1, bisect_left(tops, -bottom - THIN) - row + 1)
            column_span = max(1, bisect_left(lefts, right - THIN) - column + 1)
            content: list[Paragraph | Table] = [Paragraph(words[place])] if place in words else []
            cells.append(Cell(row, column, content, row_span, column_span, number))
        yield Ruled(sorted(cells, key=lambda cell: (cell.row, cell.column)), frame, lefts, number)


# --- from rules to cells ---------------------------------------------------------------------------------------------
# An edge is a place (how high, or how far right) and where it begins and ends.

_Edge = tuple[float, float, float]


def _edges(rules: Iterable[Rule], placing: Placing) -> tuple[list[_Edge], list[_Edge]]:
    """The edges that go across, and those that go down."""
    across, down = [], []
    for x0, y0, x1, y1 in rules:
        left, bottom, right, top = placing.box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        if right - left > top - bottom:
            across.append((bottom, left, right))
        else:
            down.append((left, bottom, top))
    return _joined(across), _joined(down)


def _joined(edges: list[_Edge]) -> list[_Edge]:
    """Edges in almost the same place become one there, and what overlaps or all but touches becomes one edge."""
    groups: list[list[_Edge]] = []
    before = 0.0
    for edge in sorted(edges):
        if groups and edge[0] - before <= THIN:
            groups[-1].append(edge)
        else:
            groups.append([edge])
        before = edge[0]
    joined: list[_Edge] = []
    for group in groups:
        places = {edge[0] for edge in group}
        place = sum(places) / len(places)
        begin = end = -THIN
        first = len(joined)
        for _, low, high in sorted(group, key=itemgetter(1)):
            if len(joined) > first and low <= end + THIN:
                end = max(end, high)
                joined[-1] = (place, begin, end)
            else:
                begin, end = low, high
                joined.append((place, begin, end))
    return [edge for edge in joined if edge[2] - edge[1] >= THIN]


def _boxes(across: list[_Edge], down: list[_Edge]) -> list[Box]:
    """The smallest boxes that the edges enclose."""
    steps = 0
    heights = [edge[0] for edge in across]
    # By height and by place from the left: the edges that cross there.
    crossings: dict[tuple[float, float], tuple[set[int], set[int]]] = {}
    for k, (x, bottom, top) in enumerate(down):
        near = range(bisect_left(heights, bottom - THIN), bisect_right(heights, top + THIN))
        steps += len(near)
        for h in near:
            y, left, right = across[h]
            if left - THIN <= x <= right + THIN:
                through = crossings.setdefault((x, y), (set(), set()))
                through[0].add(h)
                through[1].add(k)
        if steps > MOST_STEPS or len(crossings) > MOST_CROSSINGS:
            raise TangledError
    rows: dict[float, list[float]] = defaultdict(list)
    columns: dict[float, list[float]] = defaultdict(list)
    for x, y in sorted(crossings):
        rows[y].append(x)
        columns[x].append(y)
    boxes = []
    for (x, y), (rows_here, columns_here) in crossings.items():
        found = None
        beside = rows[y][bisect_right(rows[y], x) :]
        for below in reversed(columns[x][: bisect_left(columns[x], y)]):
            if columns_here.isdisjoint(crossings[x, below][1]):
                continue
            for right in beside:
                steps += 1
                if rows_here.isdisjoint(crossings[right, y][0]):
                    continue
                corner = crossings.get((right, below))
                if (
                    corner
                    and not corner[1].isdisjoint(crossings[right, y][1])
                    and not corner[0].isdisjoint(crossings[x, below][0])
                ):
                    found = (x, below, right, y)
                    break
            if found:
                boxes.append(found)
                break
        if steps > MOST_STEPS:
            raise TangledError
    return boxes


def _groups(boxes: list[Box]) -> list[list[Box]]:
    """Boxes that share a corner belong to one table; tables from top to bottom, a single box is none."""
    by_corner: dict[tuple[float, float], list[int]] = defaultdict(list)
    for number, (left, bottom, right, top) in enumerate(boxes):
        for corner in ((left, bottom), (left, top), (right, bottom), (right, top)):
            by_corner[corner].append(number)
    groups = []
    waiting = set(range(len(boxes)))
    while waiting:
        reached = [waiting.pop()]
        for number in reached:
            left, bottom, right, top = boxes[number]
            for corner in ((left, bottom), (left, top), (right, bottom), (right, top)):
                fresh = waiting.intersection(by_corner[corner])
                waiting -= fresh
                reached += fresh
        if len(reached) > 1:
            groups.append([boxes[number] for number in sorted(reached)])
    return sorted(groups, key=lambda group: min((-box[3], box[0]) for box in group))


def _grid(places: Iterable[float]) -> list[float]:
    """The lines of a grid: places that differ by less than a rule's width are one."""
    lines: list[float] = []
    for place in sorted(places):
        if not lines or place - lines[-1] > THIN:
            lines.append(place)
    return lines


def _at(lines: list[float], place: float) -> int:
    """Which line of the grid, from 1."""
    return max(1, bisect_right(lines, place + 0.01))


# --- words in cells --------------------------------------------------------------------------------------------------


def _words_in(characters: Characters, lines: Sequence[Line], boxes: list[Box], frame: Box) -> dict[int, str]:
    """What stands in each of the boxes, by its number; only what the file itself holds, and nothing slanted."""
    found: dict[int, list[tuple[str, Box]]] = defaultdict(list)
    text = characters.text
    number = 0
    for line in sorted(lines, key=lambda line: line.first):
        if line.right < frame[0] or line.left > frame[2] or line.top < frame[1] or line.bottom > frame[3]:
            continue
        for index in range(line.first, line.last + 1):
            character = text[index]
            if character.isspace() and characters.is_made(index):
                continue
            box = characters.box(index)
            x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
            if not _is_in(x, y, frame) or characters.is_slanted(index):
                continue
            if not _is_in(x, y, boxes[number]):
                number = next((n for n, other in enumerate(boxes) if _is_in(x, y, other)), number)
                if not _is_in(x, y, boxes[number]):
                    continue
            found[number].append((character, box))
    words = {number: _cell_words(inside) for number, inside in found.items()}
    return {number: text for number, text in words.items() if text}


def _is_in(x: float, y: float, box: Box) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _in_order(characters: list[tuple[str, Box]]) -> list[tuple[str, Box]]:
    """From left to right, line by line, where a character of another font was drawn behind those that it stands
    before; else as they were drawn."""
    lines: list[list[tuple[str, Box]]] = []
    for one in characters:
        box = one[1]
        near = LEVEL * (box[3] - box[1])
        if lines and abs(box[1] - lines[-1][-1][1][1]) < near:
            lines[-1].append(one)
        else:
            lines.append([one])
    for k, line in enumerate(lines):
        backwards = any(b[0] < a[0] and a[2] - a[0] > 0 for (_, a), (_, b) in pairwise(line))
        if backwards and not RIGHT_TO_LEFT.search("".join(word for word, _ in line)):
            lines[k] = sorted(line, key=lambda one: one[1][0])
    return [one for line in lines for one in line]


def _cell_words(characters: list[tuple[str, Box]]) -> str:
    """The words of a cell: its lines joined, and a space only where there is a gap between letters or figures."""
    parts: list[str] = []
    before: Box | None = None
    for character, box in _in_order(characters):
        if before is not None:
            size = max(1.0, before[3] - before[1])
            if before[1] - box[1] > 0.5 * size:
                parts.append("\n")
            elif box[0] - before[2] > 0.3 * size:
                parts.append(" ")
        parts.append(" " if character in "\t\n\r\xa0" else character)
        before = box
    text = _BREAK_BESIDE_WIDE.sub("", whole("".join(parts)).strip())
    return _SPACE_BESIDE_WIDE.sub("", text)
