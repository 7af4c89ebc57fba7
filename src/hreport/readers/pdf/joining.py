"""From lines to paragraphs, and from the parts of a table to one, over columns and pages."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median

from hreport.model import BlockKind
from hreport.readers.build import SENTENCE_END, Cell, Paragraph, Table
from hreport.readers.pdf import unruled
from hreport.readers.pdf.lines import LABEL, Line
from hreport.readers.pdf.pages import Page
from hreport.readers.pdf.ruled import Ruled

NEAR_PAGES = 10  # where to look for margins when the page itself holds too little
MOST_BESIDE = 500  # lines of a page, or twice as many, that are looked at for margins
SAME_EDGE = 6.0  # points: columns of a table that goes on begin in the same place on the next page

_TOKEN = re.compile(r"[!-~]+|.")


def placed(lines: Iterable[Line], tables: Sequence[Ruled]) -> list[Line | Ruled]:
    """Lines and tables in reading order: each table in the place of the lines that it holds."""
    if not tables:
        return [*lines]
    items: list[Line | Ruled] = []
    waiting = list(tables)
    for line in lines:
        middle = (line.left + line.right) / 2
        inside = [
            table
            for table in tables
            if table.box[0] <= middle <= table.box[2] and table.box[1] <= line.middle <= table.box[3]
        ]
        if not inside or line.slanted:
            items.append(line)
            continue
        for table in inside:
            if table in waiting:
                waiting.remove(table)
                items.append(table)
    return [*items, *waiting]


def _column(line: Line, others: list[Line], reach: float) -> list[Line]:
    """The lines that begin and end where this line's column does."""
    furthest = line.left + reach
    return [other for other in others if other.left < furthest and other.right > line.left]


def _pitches(lines: list[Line]) -> dict[int, float]:
    """From one line to the next, for each size of type."""
    steps: dict[int, list[float]] = defaultdict(list)
    for above, below in pairwise(lines):
        step = above.middle - below.middle
        if 0 < step < 4 * above.size and above.page == below.page:
            size = round(above.size)
            if size == round(below.size):
                steps[size].append(step)
    return {size: median(found) for size, found in steps.items() if len(found) >= 3}


class Joiner:
    """Joins lines to paragraphs and the parts of a table to one, over columns and pages.

    Furniture that stands between two parts of a paragraph or table is given after it. `uncertain` are the pages with
    rows whose columns are not certain.
    """

    def __init__(self, pages: list[Page]) -> None:
        """Measure where lines begin and end, and how far apart they are."""
        self.pages = pages
        for page in pages:
            page.items = placed(page.lines, page.tables)
        self.uncertain = unruled.arrange(pages)
        self.widths = {page.number: page.width for page in pages}
        lines = [item for page in pages for item in page.items if isinstance(item, Line) and not item.furniture]
        self.by_page: dict[int, list[Line]] = defaultdict(list)
        for line in lines:
            self.by_page[line.page].append(line)
        for number, found in self.by_page.items():
            self.by_page[number] = found[:: max(1, len(found) // MOST_BESIDE)]
        self.pitches = _pitches(lines)
        known: dict[tuple[int, int, int], tuple[float, float]] = {}
        indented = 0
        for line in lines:
            key = (line.page, round(line.left), round(line.size))
            margins = known.get(key) or known.setdefault(key, self._margins(line))
            line.margins = margins
            indented += 1 < (line.left - margins[0]) / line.size < 3.5
        # Where first lines are indented, a line at the margin goes on with the one before, whatever that ends with.
        self.indents = indented >= max(2, 0.05 * len(lines))

    def _margins(self, line: Line) -> tuple[float, float]:
        """Where the lines of this line's column begin and end."""
        width = self.widths[line.page]
        reach = 3.5 * line.size
        others = self.by_page[line.page]
        column = _column(line, others, reach)
        if len(column) < 6:
            around = range(line.page - NEAR_PAGES, line.page + NEAR_PAGES + 1)
            same = [number for number in around if abs(self.widths.get(number, 0) - width) < 1]
            others = [other for number in same for other in self.by_page.get(number, ())]
            column = _column(line, others, reach) or [line]
        lefts = Counter(round(other.left) for other in column)
        often = [left for left, number in lefts.items() if number >= max(2, 0.1 * len(column))]
        left = float(min(often, default=round(line.left)))
        rights = sorted(other.right for other in column)
        # Not the furthest: signs may hang over the margin.
        right = rights[math.ceil(0.9 * (len(rights) - 1))]
        if right < 0.75 * width and not any(other.left > right for other in others):
            # Short lines only, and no other column beside them: the page has as much margin right as left.
            right = max(right, width - left)
        return left, right

    def _goes_on(self, lines: list[Line], below: Line) -> bool:
        """Does `below` go on with the paragraph that these lines begin?"""
        above = lines[-1]
        if abs(above.size - below.size) > 0.15 * above.size:
            return False
        if len(lines) == 1:
            hangs = LABEL.match(above.text) is not None and below.left - above.left > 0.8 * above.size
        else:
            hangs = abs(below.left - above.left) < 0.5 * above.size
        if below.left - below.margins[0] > below.size and not hangs:
            return False
        if "\t" in above.text or "\t" in below.text:
            # Columns without ruled lines: each line is a row of its own.
            return False
        step = above.middle - below.middle
        pitch = self.pitches.get(round(above.size))
        beside = above.page == below.page and step > 0
        if beside and pitch and step > 1.35 * pitch:
            return False
        left, right = above.margins
        ended = above.text[-1] in SENTENCE_END
        slack = right - above.right
        if self.indents and not ended and slack < 0.3 * (right - left):
            # Lines broken after so many characters, or before a long number: far from the margin, but in mid-sentence.
            return True
        token = _TOKEN.match(below.text)
        # The next word did not fit; an em more, as signs must not begin a line and so pull a hanzi down.
        needed = sum(0.6 if c.isascii() else 1 for c in token[0]) if token else 1
        tolerance = (3 if self.indents else 1.5) + needed
        if slack > tolerance * above.size:
            return False
        return self.indents or not ended

    def items(self) -> Iterator[Paragraph | Table]:
        """Paragraphs, tables and furniture in reading order."""
        lines: list[Line] = []
        parts: list[Ruled] = []
        waiting: list[Paragraph] = []

        def finish() -> Iterator[Paragraph | Table]:
            if lines:
                scores = [line.score for line in lines if line.score is not None]
                words = _join(line.text for line in lines)
                yield Paragraph(words, page=lines[0].page, score=min(scores, default=None))
            if parts:
                yield from _one_table(parts)
            yield from waiting
            lines.clear()
            parts.clear()
            waiting.clear()

        for item in (item for page in self.pages for item in page.items):
            if isinstance(item, Line) and item.furniture:
                waiting.append(Paragraph(item.text, BlockKind.FURNITURE, page=item.page, score=item.score))
                if not lines and not parts:
                    yield from finish()
            elif isinstance(item, Line) and item.rows:
                yield from finish()
                yield from item.rows
            elif isinstance(item, Line):
                if parts or (lines and not self._goes_on(lines, item)):
                    yield from finish()
                lines.append(item)
            else:
                if lines or (parts and not _same_table(parts[-1], item)):
                    yield from finish()
                parts.append(item)
        yield from finish()


def _join(texts: Iterable[str]) -> str:
    joined = ""
    for text in texts:
        letters = joined[-1:].isascii() and joined[-1:].isalpha() and text[:1].isascii() and text[:1].isalpha()
        joined += f" {text}" if letters else text
    return joined


def _same_table(above: Ruled, below: Ruled) -> bool:
    """Is this the same table, going on on the next page?"""
    if below.page != above.page + 1 or len(above.edges) != len(below.edges):
        return False
    return all(abs(a - b) < SAME_EDGE for a, b in zip(above.edges, below.edges, strict=True))


def _one_table(parts: list[Ruled]) -> Iterator[Table | Paragraph]:
    """Put the parts of a table under one another; headings that are repeated on a later page become furniture."""
    table = Table(list(parts[0].cells))
    repeated: list[Paragraph] = []
    rows = parts[0].rows
    first_rows = _rows(parts[0].cells)
    for part in parts[1:]:
        later_rows, count = _rows(part.cells), part.rows
        skip = 0
        while skip < min(len(later_rows), len(first_rows)) and later_rows[skip] == first_rows[skip]:
            skip += 1
        for words in later_rows[:skip]:
            text = "\t".join(word for word in words if word)
            repeated.append(Paragraph(text, BlockKind.FURNITURE, page=part.page))
        for cell in part.cells:
            if cell.row <= skip:
                continue
            row = cell.row - skip + rows
            above = _covering(table.cells, rows, cell.column) if row == rows + 1 and cell.row_span > 1 else None
            if above is not None and not cell.content:
                # A merged cell goes on over the page's end.
                above.row_span += cell.row_span
                continue
            cell.row = row
            table.cells.append(cell)
        rows += count - skip
    yield table
    yield from repeated


def _rows(cells: list[Cell]) -> list[list[str]]:
    rows: dict[int, list[str]] = defaultdict(list)
    for cell in cells:
        rows[cell.row].append(cell.text)
    return [rows[row] for row in sorted(rows)]


def _covering(cells: list[Cell], row: int, column: int) -> Cell | None:
    for cell in reversed(cells):
        if cell.row <= row < cell.row + cell.row_span and cell.column <= column < cell.column + cell.column_span:
            return cell
    return None
