"""Tables without rules: rows whose words stand in columns, under headings that say what stands there.

A cell under the wrong heading is worse than none. Where the columns, or what stands over them, are not certain, the
rows of a table of figures are given as furniture: their words are kept, no figure is taken from them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise
from statistics import median
from typing import TypeAlias

from hreport.model import BlockKind
from hreport.readers.build import SENTENCE_END, Cell, Paragraph, Table, is_figure
from hreport.readers.pdf.lines import Line, Part
from hreport.readers.pdf.pages import Page
from hreport.readers.pdf.ruled import Ruled

FEWEST_ROWS = 2  # of figures, in a table
FEWEST_FIGURES = 2  # in each of these rows, for rows that are no list of two columns
MOST_COLUMNS = 40
MOST_ROWS = 5_000
LONGEST_LABEL = 20  # characters of a line of one cell that may stand in a table
NEAR = 1.0  # ems that a heading may be off the middle, or the left edge, of the columns that it stands over
ALIGNED = 2.0  # points: headings that are no further off stand where the words of their column do
CLOSE = 0.8  # of the usual step from row to row: what stands closer is a part of one row

Columns: TypeAlias = Sequence[tuple[float, float]]  # where each begins and ends


class _UncertainError(Exception):
    """What stands in which column cannot be told."""


@dataclass(slots=True)
class _Row:
    line: Line
    parts: Sequence[Part]
    is_body: bool

    @property
    def figures(self) -> int:
        return sum(is_figure(part.text) for part in self.parts)


def arrange(pages: Sequence[Page]) -> list[int]:
    """Put tables without rules in the place of their first lines; the pages of those whose columns are not certain."""
    uncertain: list[int] = []
    taken: set[int] = set()
    for run in _runs(item for page in pages for item in page.items):
        for rows in _tables(run):
            items = _items(rows)
            if items is None:
                continue
            if not isinstance(items[0], Table):
                uncertain += sorted({row.line.page for row in rows} - {*uncertain})
            rows[0].line.rows = tuple(items)
            taken.update(id(row.line) for row in rows[1:])
    for page in pages:
        page.items = [item for item in page.items if id(item) not in taken]
    return uncertain


def _runs(items: Iterator[Line | Ruled]) -> Iterator[list[_Row]]:
    """Lines of several cells that follow one another, over pages too, with short lines of one cell among them."""
    run: list[_Row] = []
    for item in items:
        if isinstance(item, Line) and item.furniture:
            continue
        if isinstance(item, Line) and not item.rows and (item.parts or (run and _is_label(item))):
            parts = item.parts or (Part(item.text, item.left, item.right),)
            run.append(_Row(item, parts, False))
            if len(run) < MOST_ROWS:
                continue
        yield run
        run = []
    yield run


def _is_label(line: Line) -> bool:
    return len(line.text) <= LONGEST_LABEL and not line.text.endswith((*SENTENCE_END, ":", "\uff1a"))


def _tables(run: list[_Row]) -> Iterator[list[_Row]]:
    """The parts of a run that may be a table each: headings, and rows of figures under them."""
    while run and len(run[-1].parts) == 1:
        run.pop()  # what follows the table
    rows: list[_Row] = []
    for row in run:
        if not row.figures and rows and rows[-1].is_body and len(row.parts) > 1 and _begins(row, rows):
            yield rows
            rows = []
        row.is_body = bool(row.figures) or (bool(rows) and rows[-1].is_body)
        rows.append(row)
    if rows:
        yield rows


def _begins(row: _Row, rows: Sequence[_Row]) -> bool:
    """Are these words the headings of another table, and not those of the same one again?"""
    return _words(row) not in [_words(other) for other in rows if not other.is_body]


def _words(row: _Row) -> list[str]:
    return [part.text for part in row.parts]


def _items(rows: list[_Row]) -> list[Table | Paragraph] | None:
    """The table that these rows are; their words as furniture where that is not certain; None where they are lines."""
    body = [row for row in rows if row.is_body]
    full = [row for row in body if row.figures and len(row.parts) > 1]
    if len(full) < FEWEST_ROWS or sum(row.figures for row in full) < len(full):
        return None
    is_list = max(len(row.parts) for row in full) == 2
    counted = [row for row in full if row.figures >= FEWEST_FIGURES]
    try:
        return [_table(rows)]
    except _UncertainError:
        if is_list or len(counted) < FEWEST_ROWS or 2 * len(counted) < len(full):
            return None
        texts = (Paragraph(row.line.text, BlockKind.FURNITURE, page=row.line.page) for row in rows)
        return [*texts]


def _table(rows: Sequence[_Row]) -> Table:
    heads = [row for row in rows if not row.is_body]
    said = [_words(row) for row in heads]
    # Headings that are repeated on a later page say nothing new.
    body = [row for row in rows if row.is_body and _words(row) not in said]
    if not heads:
        raise _UncertainError  # the rest of a table whose headings stand elsewhere
    _check_steps(body)
    columns = _columns(body)
    if columns[0][1] and is_figure(body[0].parts[0].text) and len(body[0].parts) == len(columns):
        raise _UncertainError  # no words say what the rows are
    placed: list[list[tuple[int, int, Part]]] = []
    covered: set[int] = set()
    ways: Sequence[bool] = (False, True)
    for head in reversed(heads):
        where = _over(head, columns, covered, ways)
        ways = ways if placed else _ways(where, columns)
        placed.insert(0, where)
        covered.update(chain.from_iterable(range(first, last + 1) for first, last, _ in where))
    if len(covered) < len(columns) - 1 or (len(covered) < len(columns) and 0 in covered):
        raise _UncertainError  # nothing says what stands in a column
    cells = []
    for number, (row, where) in enumerate(zip(heads, placed, strict=True), 1):
        for first, last, part in where:
            cells.append(_cell(row, number, first, part, last - first + 1))
    for number, row in enumerate(body, len(heads) + 1):
        taken = [_under(part, columns) for part in row.parts]
        if len(set(taken)) < len(taken):
            raise _UncertainError
        cells += [_cell(row, number, column, part) for column, part in zip(taken, row.parts, strict=True)]
    return Table(cells, header_rows=len(heads))


def _cell(row: _Row, number: int, column: int, part: Part, span: int = 1) -> Cell:
    content: list[Paragraph | Table] = [Paragraph(part.text)]
    return Cell(number, column + 1, content, 1, span, row.line.page)


def _check_steps(body: Sequence[_Row]) -> None:
    """Lines of one cell that stand closer to a row than rows do are a part of it: of which cell, cannot be told."""
    steps = [
        (above, below, above.line.middle - below.line.middle)
        for above, below in pairwise(body)
        if above.line.page == below.line.page
    ]
    usual = median([step for above, below, step in steps if len(above.parts) > 1 < len(below.parts)] or [0.0])
    for above, below, step in steps:
        if 1 in (len(above.parts), len(below.parts)) and step < CLOSE * usual:
            raise _UncertainError


def _columns(body: Sequence[_Row]) -> Columns:
    """Where the words of the rows stand, one below the other."""
    columns: list[tuple[float, float]] = []
    for left, right in sorted((part.left, part.right) for row in body for part in row.parts):
        if columns and left < columns[-1][1]:
            columns[-1] = (columns[-1][0], max(columns[-1][1], right))
        else:
            columns.append((left, right))
    if not 1 < len(columns) <= MOST_COLUMNS:
        raise _UncertainError
    return columns


def _met(part: Part, columns: Columns) -> list[int]:
    return [k for k, (left, right) in enumerate(columns) if part.left < right and part.right > left]


def _under(part: Part, columns: Columns) -> int:
    met = _met(part, columns)
    if len(met) != 1:
        raise _UncertainError
    return met[0]


def _over(
    head: _Row, columns: Columns, covered: set[int], ways: Sequence[bool] = (False, True)
) -> list[tuple[int, int, Part]]:
    """Over which columns, from first to last, each heading of a row stands. `covered` have a heading below it. `ways`:
    may it stand at their left (False), in their middle (True)?"""
    parts = head.parts
    if len(parts) == len(columns):
        return [(k, k, part) for k, part in enumerate(parts)]
    met = [_met(part, columns) for part in parts]
    single = all(len(places) == 1 for places in met) and len({places[0] for places in met}) == len(met)
    direct = {places[0] for places in met} if single else set()
    if single and (covered <= direct or not covered & direct):
        return [(places[0], places[0], part) for places, part in zip(met, parts, strict=True)]
    found = {where for middle in ways if (where := _spread(head, columns, met, frozenset(covered), middle))}
    if len(found) != 1:
        raise _UncertainError
    return [(first, last, part) for (first, last), part in zip(found.pop(), parts, strict=True)]


def _ways(where: Sequence[tuple[int, int, Part]], columns: Columns) -> Sequence[bool]:
    """How headings stand over columns here, as the lowest of them tell: False at the left, True in the middle."""
    off = [
        (abs(part.left - columns[k][0]), abs(part.left + part.right - sum(columns[k])) / 2)
        for k, last, part in where
        if k == last
    ]
    left, middle = (max(distances, default=0) <= ALIGNED for distances in zip(*off, strict=True))
    return (middle,) if left != middle else (False, True)


def _spread(
    head: _Row, columns: Columns, met: Sequence[Sequence[int]], covered: frozenset[int], middle: bool
) -> tuple[tuple[int, int], ...]:
    """The only way to lay the headings over the columns so that each stands at the left of its own, or in their
    middle, and no column that is `covered` is left out; () where there is none, or several."""
    parts = head.parts
    near = NEAR * head.line.size

    def fits(k: int, first: int, last: int) -> bool:
        if first == last:
            return met[k] == [first]
        if not all(first <= place <= last for place in met[k]) or not covered.issuperset(range(first, last + 1)):
            return False
        left, right = columns[first][0], columns[last][1]
        if middle:
            return abs((parts[k].left + parts[k].right) / 2 - (left + right) / 2) <= near
        return abs(parts[k].left - left) <= near

    @cache
    def found_from(k: int, begin: int) -> tuple[tuple[tuple[int, int], ...], ...]:
        """At most two ways to lay heading k and those behind it over the columns from `begin` on."""
        if k == len(parts):
            return () if any(place in covered for place in range(begin, len(columns))) else ((),)
        found: list[tuple[tuple[int, int], ...]] = []
        for first in range(begin, len(columns)):
            for last in range(first, len(columns)):
                if fits(k, first, last):
                    found += [((first, last), *rest) for rest in found_from(k + 1, last + 1)]
                if len(found) > 1:
                    return tuple(found[:2])
            if first in covered:
                break
        return tuple(found)

    found = found_from(0, 0)
    return found[0] if len(found) == 1 else ()
