"""Page furniture: running headers and footers, page numbers and watermarks, told by where they stand on the pages."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from hreport.readers.pdf.lines import Line
from hreport.readers.pdf.pages import Page

SAME_PLACE = 3.0  # points: furniture stands in the same place on every page
EDGE_LINES = 3
FURNITURE_SHARE = 0.6
MARGIN = 0.1  # of the page's height, where page numbers stand

# A page number alone: digits and signs, and the hanzi that say "page ... of ...".
_PAGE_NUMBER = re.compile(r"[\W_\u7b2c\u9875\u5171\u7e3d\u603b]*\d{1,4}[\W_\u7b2c\u9875\u5171\u7e3d\u603b\d]{0,12}")
_DIGITS = re.compile(r"\d+")


def mark(pages: Sequence[Page]) -> None:
    """Mark the lines that are furniture: page numbers, slanted ones, the same words in the same place on most pages."""
    places: dict[tuple[str, bool], list[Line]] = defaultdict(list)
    for page in pages:
        level = []
        for line in page.lines:
            line.furniture = line.slanted
            if not line.slanted:
                level.append(line)
        level.sort(key=_from_top)
        last = len(level) - EDGE_LINES
        for place, line in enumerate(level):
            at_edge = place < EDGE_LINES or place >= last
            words = _DIGITS.sub("0", "".join(line.text.split())) if at_edge else line.text
            places[words, at_edge].append(line)
        for line in (level[0], level[-1]) if level else ():
            in_margin = line.top < MARGIN * page.height or line.bottom > (1 - MARGIN) * page.height
            line.furniture |= in_margin and bool(_PAGE_NUMBER.fullmatch(line.text))
    for (_, at_edge), lines in places.items():
        # Left and right pages may differ, so that each header stands on half of the pages.
        enough = max(2 if at_edge else 3, FURNITURE_SHARE * len(pages))
        enough_of_half = max(3, FURNITURE_SHARE * len(pages) / 2)
        if len(lines) < min(enough, enough_of_half):
            continue
        found = {line.page for line in lines}
        one_side = len({number % 2 for number in found}) == 1
        if len(found) < (enough_of_half if one_side and at_edge else enough):
            continue
        for line, others in _beside(lines):
            line.furniture |= others > 0.8 * len(found)


def _from_top(line: Line) -> float:
    return -line.middle


def _beside(lines: list[Line]) -> Iterator[tuple[Line, int]]:
    """Each line, and on how many pages one of these lines stands as high as it does."""
    level = sorted(lines, key=_from_top)
    near: Counter[int] = Counter()
    begin = end = 0
    for line in level:
        while end < len(level) and line.middle - level[end].middle < SAME_PLACE:
            near[level[end].page] += 1
            end += 1
        while level[begin].middle - line.middle >= SAME_PLACE:
            near[level[begin].page] -= 1
            if not near[level[begin].page]:
                del near[level[begin].page]
            begin += 1
        yield line, len(near)
