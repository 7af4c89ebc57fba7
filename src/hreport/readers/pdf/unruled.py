"""Tables without rules: rows whose words stand in columns, under headings that say what stands there.

A cell under the wrong heading is worse than none. Where the columns, or what stands over them, are not certain, the
rows of a table of figures are given as furniture: their words are kept, no figure is taken from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise
from typing import TypeAlias

from hreport.model import BlockKind
from hreport.readers.build import SENTENCE_END, Cell, Paragraph, Table, is_figure
from hreport.readers.pdf.lines import Line, Part
from hreport.readers.pdf.pages import Page
from hreport.readers.pdf.ruled import Ruled

FEWEST_ROWS = 2  # of figures, in a table
FEWEST_FIGURES = 2  # in each of these rows, for rows that are no list of two columns
MOST_COLUMNS = 40
MOST_LINES = 5_000  # of a table
LONGEST_LABEL = 20  # characters of a line of one cell that may stand in a table
LEVEL = 0.5  # ems that what stands on one line may be apart in height
NEAR = 1.0  # ems that a heading may be off the middle, or the left edge, of the columns that it stands over
ALIGNED = 2.0  # points: headings that are no further off stand where the words of their column do
CLOSER = 0.75  # from one line to the next in a cell, against from row to row

Columns: TypeAlias = Sequence[tuple[float, float]]  # where each begins and ends


class _UncertainError(Exception):
    """What stands in which column cannot be told."""


@dataclass(slots=True)
class _Row:
    page: int
    top: float  # the middle of its first line
    middle: float  # that of its last
    size: float
    parts: list[Part]
    is_body: bool = False

    @property
    def figures(self) -> int:
        return sum(is_figure(part.text) for part in self.parts)

    @property
    def words(self) -> list[str]:
        return [part.text for part in self.parts]


def arrange(pages: Sequence[Page]) -> list[int]:
    """Put tables without rules in the place of their first lines; the pages of those whose columns are not certain."""
    uncertain: list[int] = []
    taken: set[int] = set()
    found = _runs(item for page in pages for item in page.items)
    for run in chain.from_iterable(map(_apart, found)):
        items = _items(run)
        if items is None:
            continue
        if not any(isinstance(item, Table) for item in items):
            uncertain += sorted({line.page for line in run} - {*uncertain})
        run[0].rows = tuple(items)
        taken.update(id(line) for line in run[1:])
    for page in pages:
        page.items = [item for item in page.items if id(item) not in taken]
    return uncertain


def _runs(items: Iterable[Line | Ruled]) -> Iterator[list[Line]]:
    """Lines of several cells that follow one another, over pages too, with short lines of one cell among them."""
    run: list[Line] = []
    is_begun = False
    for item in items:
        if isinstance(item, Line) and item.furniture:
            continue
        if isinstance(item, Line) and not item.rows and not item.slanted and (item.parts or _is_label(item)):
            if item.parts and not is_begun:
                is_begun = True
                # Cells that were drawn before, but stand no higher.
                beside = (one.page == item.page and one.middle < item.middle + LEVEL * item.size for one in run)
                run = [one for one, stays in zip(run, beside, strict=True) if stays]
            run.append(item)
            if len(run) < MOST_LINES:
                continue
        if is_begun:
            yield run
        run, is_begun = [], False
    if is_begun:
        yield run


def _apart(run: list[Line]) -> Iterator[list[Line]]:
    """The lines of each table, without a line alone that stands over the headings of the next."""
    begin = 0
    rows = _levels(run)
    for above, row, below in zip(rows, rows[1:], rows[2:], strict=False):
        if above.figures and len(row.parts) == 1 and not row.figures and len(below.parts) > 1 and not below.figures:
            at = next((k for k, line in enumerate(run) if (line.page, line.middle) == (row.page, row.middle)), begin)
            if at > begin and any(line.parts for line in run[begin:at]) and any(line.parts for line in run[at + 1 :]):
                yield run[begin:at]
                begin = at + 1
    yield run[begin:]


def _is_label(line: Line) -> bool:
    return len(line.text) <= LONGEST_LABEL and not line.text.endswith((*SENTENCE_END, ":", "\uff1a"))


def _items(run: Sequence[Line]) -> list[Table | Paragraph] | None:
    """The tables that these lines are, and those that follow them; their words as furniture where that is not certain;
    None where they are lines."""
    try:
        rows, rest = _rows(run)
        tables: list[Table | Paragraph] = [_table(part) for part in _tables(rows)]
    except _UncertainError:
        counted = [sum(is_figure(part.text) for part in line.parts) for line in run if line.parts]
        full = sum(count >= FEWEST_FIGURES for count in counted)
        if full < FEWEST_ROWS or 2 * full < len(counted):
            return None
        return [Paragraph(line.text, BlockKind.FURNITURE, page=line.page) for line in run]
    return [*tables, *(Paragraph(line.text, page=line.page) for line in rest)]


def _rows(run: Sequence[Line]) -> tuple[list[_Row], list[Line]]:
    """What stands on one line, and what goes on in the lines below it, as rows; and what comes after the last row."""
    last = max(k for k, line in enumerate(run) if line.parts)
    lines, rest = list(run[: last + 1]), list(run[last + 1 :])
    end = min(line.middle for line in lines if line.page == lines[-1].page)
    rows = _levels(lines)
    limit = _limit(rows)
    for line in [*rest]:
        if line.page == rows[-1].page and end - line.middle < limit:
            lines.append(rest.pop(0))
            end = line.middle
    rows = _levels(lines)
    limit = _limit(rows)
    if not limit and any(len(row.parts) == 1 for row in rows):
        raise _UncertainError  # a row, or what goes on from the one before it
    found: list[_Row] = []
    for row in rows:
        above = found[-1] if found else None
        if above and above.page == row.page and above.middle - row.middle < limit:
            if above.figures and row.figures:
                raise _UncertainError
            _go_on(above, row)
        else:
            found.append(row)
    return found, rest


def _levels(lines: Sequence[Line]) -> list[_Row]:
    """What stands on one line of the page, from left to right, from top to bottom."""
    rows: list[_Row] = []
    numbers = {page: k for k, page in enumerate(dict.fromkeys(line.page for line in lines))}
    for line in sorted(lines, key=lambda line: (numbers[line.page], -line.middle)):
        parts = line.parts or (Part(line.text, line.left, line.right),)
        same = rows and rows[-1].page == line.page and rows[-1].middle - line.middle < LEVEL * line.size
        if same:
            rows[-1].parts = sorted([*rows[-1].parts, *parts], key=lambda part: part.left)
        else:
            rows.append(_Row(line.page, line.middle, line.middle, line.size, [*parts]))
    return rows


def _limit(rows: Sequence[_Row]) -> float:
    """How far lines of one row are apart at most, 0 where all lines are as far apart as rows."""
    steps = sorted(
        above.middle - below.middle for above, below in pairwise(rows) if above.page == below.page
    )  # fmt: skip
    jumps = ((below + above) / 2 for below, above in pairwise(steps) if below < CLOSER * above)
    limit = next(jumps, 0.0)
    # Rows of figures only are as far apart as rows are.
    apart = [
        above.middle - below.middle
        for above, below in pairwise(rows)
        if above.page == below.page and above.figures and below.figures
    ]
    return limit if limit < min(apart, default=limit + 1) else 0.0


def _go_on(above: _Row, row: _Row) -> None:
    """Put what goes on in the next line behind the words that it goes on from."""
    for part in row.parts:
        met = [k for k, one in enumerate(above.parts) if part.left < one.right and part.right > one.left]
        if len(met) > 1:
            raise _UncertainError
        if met:
            one = above.parts[met[0]]
            text = one.text + (" " if one.text[-1:].isascii() and part.text[:1].isascii() else "") + part.text
            above.parts[met[0]] = Part(text, min(one.left, part.left), max(one.right, part.right))
        else:
            above.parts = sorted([*above.parts, part], key=lambda part: part.left)
    above.middle = row.middle


def _tables(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    """The rows of each table: headings, and rows of figures under them."""
    table: list[_Row] = []
    for row in rows:
        heads = [other.words for other in table if not other.is_body]
        is_begun = bool(table) and table[-1].is_body
        if is_begun and not row.figures and len(row.parts) > 1 and row.words not in heads:
            yield table
            table, is_begun = [], False
        row.is_body = row.figures > 0 or is_begun
        table.append(row)
    yield table


def _table(rows: Sequence[_Row]) -> Table:
    heads = [row for row in rows if not row.is_body]
    said = [row.words for row in heads]
    # Headings that are repeated on a later page say nothing new.
    body = [row for row in rows if row.is_body and row.words not in said]
    full = [row for row in body if row.figures and len(row.parts) > 1]
    if not heads or len(full) < FEWEST_ROWS:
        raise _UncertainError  # no table, or the rest of one whose headings stand elsewhere
    columns = _columns(body)
    if any(is_figure(row.parts[0].text) and _met(row.parts[0], columns) == [0] for row in full):
        raise _UncertainError  # no words say what the rows are
    placed: list[list[tuple[int, int, Part]]] = []
    covered: set[int] = set()
    ways: Sequence[bool] = (False, True)
    for head in reversed(heads):
        below = {first: part.text for first, _, part in placed[0]} if placed else {}
        where = _over(head, columns, covered, ways, below)
        ways = ways if placed else _ways(where, columns)
        placed.insert(0, where)
        covered.update(chain.from_iterable(range(first, last + 1) for first, last, _ in where))
    if not covered.issuperset(range(1, len(columns))):
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
    return Cell(number, column + 1, content, 1, span, row.page)


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
    head: _Row, columns: Columns, covered: set[int], ways: Sequence[bool], below: Mapping[int, str]
) -> list[tuple[int, int, Part]]:
    """Over which columns, from first to last, each heading of a row stands. `covered` have a heading below it. `ways`:
    may it stand at their left (False), in their middle (True)? `below`: the headings below them, by their columns."""
    parts = head.parts
    if len(parts) == len(columns):
        return [(k, k, part) for k, part in enumerate(parts)]
    met = [_met(part, columns) for part in parts]
    single = all(len(places) == 1 for places in met) and len({places[0] for places in met}) == len(met)
    direct = {places[0] for places in met} if single else set()
    if single and (covered <= direct or not covered & direct):
        return [(places[0], places[0], part) for places, part in zip(met, parts, strict=True)]
    found = {where for middle in ways if (where := _spread(head, columns, met, frozenset(covered), middle))}
    if len(found) > 1:
        # Each year has the same headings below it.
        found = {where for where in found if _is_regular(where, below)}
    if len(found) != 1:
        raise _UncertainError
    return [(first, last, part) for (first, last), part in zip(found.pop(), parts, strict=True)]


def _is_regular(where: Sequence[tuple[int, int]], below: Mapping[int, str]) -> bool:
    """Do the same headings stand below each of those that have any?"""
    sets = {tuple(below.get(k, "") for k in range(first, last + 1)) for first, last in where if first in below}
    return len(sets) == 1


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
    near = NEAR * head.size

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
