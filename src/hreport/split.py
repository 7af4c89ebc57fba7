"""Where reports and sections begin, and what is noise. Document -> `Layout`; nothing is deleted from the text."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise, takewhile

from hreport import openings
from hreport.expressions.compiling import when_used
from hreport.expressions.scanning import Scanner
from hreport.grammar import Grammar
from hreport.model import Block, BlockKind, Document, Report, Section, Span
from hreport.openings import PROSE, Line
from hreport.tag import numbers
from hreport.text import Reading, fold

LONGEST_HEADING = 40  # what is kept of a heading that runs into its paragraph
LONGEST_STYLED = 200  # ... and of a paragraph that its file calls a heading
HEADING_LINE = 4  # the level of a heading that is a line of its own and has no number
OUTER = ("part_1", "chapter_1", "section_2")  # kinds of headings that hold chapters numbered without a word
SHEETS = ("xlsx", "xls", "csv")  # formats of documents that are statistics tables
LISTS = ("bracket_2", "arabic_3")  # kinds of headings that number the items of lists too
WRAPPED = 30  # a line cut off inside a sentence has at least this many characters
WRAPPED_MIN, WRAPPED_LINES = 18, 3  # the shortest width at which texts are wrapped, and the lines that prove it
WRAPPED_SLACK = 3  # characters that a full line may lack where a number or a word was not torn
PAGE = 60  # a page marker stands after at least this many characters; an item of a list is shorter
SHORTEST_PAGE = 200  # the first of only two pages has at least this many
LEAD = 400  # how far from its beginning a report's repeated lead is looked for
LEAD_COPY, LEAD_PROBE = 30, 16  # the characters that a lead repeats at least, and those by which it is found
NUMBER = 16  # a number and its unit are no longer
TORN = frozenset("0123456789.")
MASKED = ".xX"  # what else than a digit stands at the end of a line in a number
LINE_END = 8  # characters in which expressions of how a line ends are looked for: all of them are of one
SPACE = " \t\r\n\u3000\xa0"


@dataclass(frozen=True, slots=True)
class Layout:
    """A document cut into reports. `quiet` are the reading's stretches that are no part of a report's prose (page
    furniture, repeated leads, table cells), sorted; `cells` the table cells. `furniture`: the stretches that the reader
    gave as page furniture, sorted."""

    document: Document
    reading: Reading
    quiet: tuple[tuple[int, int], ...]
    reports: tuple[Report, ...]
    cells: tuple[Block, ...]
    pages: tuple[tuple[int, int], ...] = ()  # where each block of a known page begins, and the page
    furniture: tuple[tuple[int, int], ...] = ()
    folded: str = ""  # the document's text

    def page(self, origin: int) -> int | None:
        """The page of a source offset, None where it is not known."""
        at = bisect_right(self.pages, (origin, 1 << 60)) - 1
        return self.pages[at][1] if at >= 0 else None

    def prose_end(self, report: Report) -> int:
        """The reading offset at which a report's own text ends, page furniture and white space aside."""
        begin, end = self.reading.index(report.span.start), self.reading.index(report.span.end)
        while end > begin:
            at = bisect_right(self.quiet, (end - 1, 1 << 60)) - 1
            if at >= 0 and self.quiet[at][0] < end <= self.quiet[at][1]:
                end = self.quiet[at][0]
            elif self.reading.text[end - 1].isspace():
                end -= 1
            else:
                break
        return max(begin, end)

    def is_quiet(self, index: int) -> bool:
        """Does a reading offset lie in a quiet stretch?"""
        return _covers(self.quiet, index)

    def is_cell(self, index: int) -> bool:
        """Does a reading offset lie in a table cell?"""
        origin = self.reading.origin(index)
        at = bisect_right(self.cells, origin, key=lambda cell: cell.span.start) - 1
        return at >= 0 and origin < self.cells[at].span.end

    def is_furniture(self, index: int) -> bool:
        """Does a reading offset lie in page furniture, which says nothing of the figures around it?"""
        return _covers(self.furniture, index)


class _Patterns:
    """Expressions of structure.toml."""

    def __init__(self, grammar: Grammar) -> None:
        inner = "|".join(grammar.tables["lines"][i].pattern for i in ("chinese_1", "bracket_2"))
        before = grammar.tables["marks"]["sentence_before"].pattern.removesuffix("$")
        self.furniture = grammar.regex("furniture")
        self.inline = Scanner(grammar.regex("inline"))
        self.heading = grammar.regex("lines")
        self.kinds = tuple(grammar.tables["lines"])
        self.inner_heading = Scanner(when_used(rf"(?<={before})({inner})(?=\S{{3}})"))
        self.chapter = grammar.regex("sections", "plan", "plan_weak", "review_firm")
        self.page = grammar.regex("furniture", "fields", "web", "stamp", "download")
        self.marks = grammar.compiled("marks", grammar.tables["marks"])


@lru_cache(maxsize=1)
def _patterns(grammar: Grammar) -> _Patterns:
    return _Patterns(grammar)


def split(document: Document, grammar: Grammar) -> Layout:
    """The reports of a document, each with title and sections, and the reading that leaves its noise out."""
    patterns = _patterns(grammar)
    text = document.text
    folded = fold(text)
    whole = list(_lines(text, folded))
    lines = openings.unglued(whole, folded, grammar)
    is_furniture = [bool(patterns.furniture.match(line.text)) for line in lines]
    marked = [b.span for b in document.blocks if b.kind is BlockKind.FURNITURE]
    pages = _page_markers(whole, folded, patterns)
    noise = list(pages)
    noise += [Span(*m.span()) for m in patterns.inline.finditer(folded)]
    breaks = _wrapped(lines, is_furniture, patterns) if document.format in ("txt", "md") else []
    noise += breaks
    reading = Reading.of(text, noise, document.marks, folded)

    quiet = [Span(line.start, line.end) for line, f in zip(lines, is_furniture, strict=True) if f] + marked
    cells = tuple(b for b in document.blocks if b.kind is BlockKind.CELL)
    quiet += [b.span for b in cells]
    quiet += _captions(document) if document.format in SHEETS else []
    quiet += [lead for line in lines if len(line.text) > 2 * PROSE for lead in _repeated_lead(line)]
    in_reading = _merged((reading.index(s.start), reading.index(s.end)) for s in quiet)
    body = list(_body(lines, is_furniture, marked, noise, document.marks, grammar))
    continued = {span.end: 0 for span in breaks} | {_number(text, p): p.end - _number(text, p) for p in pages}
    body = _joined(body, continued, grammar)
    reports = tuple(_reports(document, body, lines, reading, grammar))
    paged = tuple((b.span.start, b.page) for b in document.blocks if b.page)
    furniture = _merged((reading.index(s.start), reading.index(s.end)) for s in marked)
    return Layout(document, reading, in_reading, reports, cells, paged, furniture, folded)


def _covers(spans: Sequence[tuple[int, int]], index: int) -> bool:
    """Does an offset lie in one of some sorted spans that do not overlap?"""
    at = bisect_right(spans, (index, 1 << 60)) - 1
    return at >= 0 and index < spans[at][1]


def _lines(text: str, folded: str) -> Iterator[Line]:
    end, gap = -1, 0
    while end < len(text):
        at, end = end + 1, folded.find("\n", end + 1)
        end = len(text) if end < 0 else end
        raw = text[at:end]
        stripped = raw.strip(SPACE)
        if stripped:
            indent = len(raw) - len(raw.lstrip(SPACE))
            begin = at + indent
            yield Line(begin, begin + len(stripped), folded[begin : begin + len(stripped)], indent, gap)
            gap = 0
        else:
            gap += 1


def _body(
    lines: Sequence[Line],
    is_furniture: Sequence[bool],
    marked: Sequence[Span],
    noise: Sequence[Span],
    marks: Sequence[Span],
    grammar: Grammar,
) -> Iterator[Line]:
    """The lines that are no furniture, without the page marker that one begins with, and the marks at its ends."""
    page = _patterns(grammar).page
    markers = {span.start: span.end for span in (*noise, *marks)}
    closing = {span.end: span.start for span in marks}
    covered = _merged((s.start, s.end) for s in marked)
    furniture = [f or _covers(covered, line.start) for line, f in zip(lines, is_furniture, strict=True)]
    for k, line in enumerate(lines):
        if furniture[k]:
            continue
        paged = k + 1 < len(lines) and is_furniture[k + 1] and bool(page.search(lines[k + 1].text))
        start, end = markers.get(line.start, line.start), closing.get(line.end, line.end)
        while marks and start < end and start in markers:
            start = markers[start]
        if start < end:
            text = line.text[start - line.start : end - line.start]
            yield Line(start, end, text, line.indent, line.gap, paged, openings.is_prose(text, grammar))


def _merged(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    out: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        elif end > start:
            out.append((start, end))
    return tuple(out)


# --- noise -----------------------------------------------------------------------------------------------------------


def _page_markers(lines: Sequence[Line], folded: str, patterns: _Patterns) -> list[Span]:
    """Page markers (`2、` at the beginning of a line that goes on in the middle of a sentence), as spans to leave out.

    Markers count 1, 2, 3 ... through the document and the line before each is unfinished; a real list fails the second
    test. A single one, behind a first page, must stand inside a long line.
    """
    marks = patterns.marks
    chain: list[tuple[re.Match[str], int, bool]] = []
    last_start = 0
    for line in lines:
        last_start, since = line.start, last_start
        if not line.text[0].isdigit():
            continue
        match = marks["marker"].match(folded, max(0, folded.rfind("\n", since, line.start)))
        if match is None:
            continue
        number = int(match["number"])
        if number != chain[-1][1] + 1 if chain else number > 2:
            continue
        last = match.start() - 1
        while last >= 0 and folded[last] in SPACE:
            last -= 1
        unfinished = last >= 0 and not marks["finished"].search(folded[last])
        chain.append((match, number, unfinished or bool(marks["goes_on"].match(folded, match.end()))))
    inner = [unfinished for match, number, unfinished in chain if match.start() > 0 and number > 1]
    # No item of a list ends inside a number with which the next begins (9, line break, `2、3.5%`).
    torn = any(folded[m.start() - 1 : m.start()] in TORN and folded[m.end() : m.end() + 1].isdigit() for m, *_ in chain)
    if len(inner) == 1 and not torn:
        at = chain[-1][0].start()
        before = folded[:at].rpartition("\n")[2]
        if len(chain) == 1 or at - chain[0][0].end() < SHORTEST_PAGE or len(before.strip()) < PROSE:
            return []
    if not inner or sum(inner) < 0.7 * len(inner):
        return []
    if not torn and chain[-1][0].end() - chain[0][0].start() < PAGE * len(chain):
        return []
    return [Span(m.start() if number > 1 else m.start("number"), m.end()) for m, number, _ in chain]


def _wrapped(lines: Sequence[Line], is_furniture: Sequence[bool], patterns: _Patterns) -> list[Span]:
    """Line breaks inside sentences: the line before is prose and unfinished, the line after begins nothing new."""
    marks = patterns.marks
    full = _wrapped_at([line for line, f in zip(lines, is_furniture, strict=True) if not f], patterns)
    spans = []
    for k in range(len(lines) - 1):
        before, after = lines[k], lines[k + 1]
        if is_furniture[k] or is_furniture[k + 1]:
            continue
        if (before.text[-1] in MASKED or before.text[-1].isdigit()) and marks["torn"].search(
            f"{before.text[-NUMBER:]}\n{after.text[:NUMBER]}"
        ):
            spans.append(Span(before.end, after.start))
            continue
        if len(before.text) < (full or WRAPPED):
            continue
        if not _ends(before, "breaks_off", patterns) or _ends(before, "finished", patterns):
            continue
        if not full and not marks["sentence"].search(before.text):
            continue
        numbered = not full and patterns.heading.match(before.text) and not marks["full_stop"].search(before.text)
        if numbered or patterns.heading.match(after.text):
            continue
        short = len(after.text) < PROSE and after.text[-1] != "," and not _ends(after, "finished", patterns)
        if (after.indent or after.start - before.end > 2) if full else short:
            continue  # a new paragraph; a title or a list
        spans.append(Span(before.end, after.start))
    return spans


def _wrapped_at(lines: Sequence[Line], patterns: _Patterns) -> int:
    """The least length of a full line in a text that was wrapped at some width, 0 for one that was not: no line is
    longer than titles are, and nearly all that end inside a sentence are nearly as long as the longest."""
    longest = max((len(line.text) for line in lines), default=0)
    if not WRAPPED_MIN <= longest <= PROSE:
        return 0
    full = longest - max(WRAPPED_SLACK, longest // 8)
    open_ended = [
        len(before.text)
        for before, after in pairwise(lines)
        if len(before.text) >= WRAPPED_MIN and not _ends(before, "finished", patterns)
    ]
    filled = sum(length >= full for length in open_ended)
    sentences = sum(bool(patterns.marks["sentence"].search(line.text)) for line in lines)
    return full if filled >= WRAPPED_LINES and filled >= 0.9 * len(open_ended) and 2 * sentences > len(lines) else 0


def _number(text: str, marker: Span) -> int:
    """Where the number of a page marker begins."""
    return marker.end - len(text[marker.start : marker.end].lstrip())


def _ends(line: Line, mark: str, patterns: _Patterns) -> bool:
    """Does a line end as an expression of `marks` says?"""
    return bool(patterns.marks[mark].search(line.text[-LINE_END:]))


def _joined(body: Sequence[Line], continued: Mapping[int, int], grammar: Grammar) -> list[Line]:
    """The lines with each that begins at an offset of `continued` added to the one before it, without so many of its
    characters."""
    groups: list[list[Line]] = []
    for line in body:
        left_out = continued.get(line.start)
        if groups and left_out is not None:
            groups[-1].append(line._replace(text=line.text[left_out:]))
        else:
            groups.append([line])
    return [_one(group, grammar) if len(group) > 1 else group[0] for group in groups]


def _one(lines: Sequence[Line], grammar: Grammar) -> Line:
    text = "".join([line.text for line in lines])
    return lines[0]._replace(end=lines[-1].end, text=text, is_prose=openings.is_prose(text, grammar))


def _repeated_lead(line: Line) -> list[Span]:
    """The first of two copies of a report's opening words, where a page has its lead glued on before the text."""
    text = line.text
    half = LEAD_PROBE // 2
    last = min(LEAD // 2, len(text) - LEAD_COPY - LEAD_PROBE)
    # The characters of a probe hold a whole half that begins at a multiple of its length: only around those that come
    # again are all probes tried.
    starts = (
        start
        for at in range(0, last + half, half)
        if text.find(text[at : at + half], at + LEAD_COPY, at + LEAD) >= 0
        for start in range(max(0, at - half + 1), min(at + 1, last))
    )
    for start in starts:
        again = text.find(text[start : start + LEAD_PROBE], start + LEAD_COPY, start + LEAD)
        if again < 0:
            continue
        end = _copied(text, start, again)
        if end - start >= LEAD_COPY and end - start >= 0.8 * (again - start):
            return [Span(line.start + start, line.start + again)]
    return []


def _copied(text: str, first: int, second: int) -> int:
    """How far `text[first:]`, up to `second`, is the same as `text[second:]`, white space aside."""
    end, again = first, second
    while end < second and again < len(text):
        if text[end].isspace():
            end += 1
        elif text[again].isspace():
            again += 1
        elif text[end] != text[again]:
            break
        else:
            end, again = end + 1, again + 1
    return end


# --- reports ---------------------------------------------------------------------------------------------------------


def _reports(
    document: Document, body: Sequence[Line], lines: Sequence[Line], reading: Reading, grammar: Grammar
) -> Iterator[Report]:
    if document.format in SHEETS:
        found = list(_sheets(document, body))
    else:
        portion = document.portion
        head = portion.head if portion else [line.text for line in lines[: openings.ANNOUNCED_LINES]]
        found = openings.find(body, head, grammar, portion is not None and portion.continues)
    headings = [b for b in document.blocks if b.kind is BlockKind.HEADING]
    where = [b.span.start for b in headings]
    for number, opening in enumerate(found, 1):
        start = body[opening.at].start if body else 0
        last = found[number].at if number < len(found) else len(body)
        end = body[last].start if last < len(body) else len(document.text)
        styled = headings[bisect_left(where, start) : bisect_left(where, end)]
        own = body[opening.at : last]
        sections = tuple(_sections(document, styled, own, reading, start, end, opening.title, grammar))
        yield Report(number, Span(start, end), opening.title, sections=sections)


def _captions(document: Document) -> Iterator[Span]:
    """The lines over the tables of a sheet: 3-5 is the number of a table there, and no figure."""
    caption = ""
    for block in reversed(document.blocks):
        caption = block.caption if block.kind is BlockKind.CELL else caption
        if block.kind is not BlockKind.CELL and document.text[block.span.start : block.span.end] in caption:
            yield block.span


def _sheets(document: Document, body: Sequence[Line]) -> Iterator[openings.Opening]:
    """Each sheet of a workbook is a report of its own; its title is the first line over its tables, else its name."""
    starts = [line.start for line in body]
    for _, group in groupby(document.blocks, key=lambda block: block.page):
        blocks = list(group)
        lines = list(takewhile(lambda block: block.kind is not BlockKind.CELL, blocks))
        titles = [block.span for block in lines if block.kind is BlockKind.PARAGRAPH] or [block.span for block in lines]
        title = document.text[titles[0].start : titles[0].end] if titles else ""
        if (at := bisect_left(starts, blocks[0].span.start)) < len(body):
            yield openings.Opening(at, fold(title))


# --- sections --------------------------------------------------------------------------------------------------------


def _sections(
    document: Document,
    styled: Sequence[Block],
    body: Sequence[Line],
    reading: Reading,
    start: int,
    end: int,
    title: str,
    grammar: Grammar,
) -> Iterator[Section]:
    """Sections in the order of the text, each up to the next heading of its level or a higher one."""
    patterns = _patterns(grammar)
    found: dict[int, tuple[int, str]] = {}
    for block in styled:
        heading = document.text[block.span.start : block.span.end].strip(SPACE)
        found[block.span.start] = (block.level or 1, heading[:LONGEST_STYLED])
    numbered = [patterns.heading.match(line.text) for line in body]
    levels = _levels({str(match.lastgroup) for match in numbered if match}, patterns)
    prose = [k for k, line in enumerate(body) if line.is_prose]
    first, last = (prose[0], prose[-1]) if prose else (len(body), 0)
    begins = {line.start for line in body}
    is_whole = len(reading.text) == len(document.text)
    item = False
    for k, (line, match) in enumerate(zip(body, numbered, strict=True)):
        if not is_whole and reading.origin(reading.index(line.start)) != line.start:
            continue  # a page marker is no heading
        if match:
            kind = str(match.lastgroup)
            # What ends with a semicolon is an item of a list, and so is the one behind it.
            ends = line.text[-1] == ";"
            if kind in LISTS and (item or ends):
                item = ends
                continue
            item = False
            found.setdefault(line.start, (levels[kind], _heading(line.text, patterns)))
            continue
        item = False
        if not 0 < k <= last or len(line.text) > LONGEST_HEADING:
            continue
        if k < first and not body[k + 1].is_prose:
            continue  # part of the title
        if patterns.marks["full_stop"].search(line.text) or line.text.strip() in title:
            continue
        if openings.could_be_heading(body, k, grammar) and not openings.is_byline(line.text, grammar):
            found.setdefault(line.start, (HEADING_LINE, line.text))
    low, high = reading.index(start), reading.index(end)
    expected = 1
    for match in patterns.inner_heading.finditer(reading.text, low, high):
        if reading.origin(match.start()) in begins:
            continue
        chapter = match[1][0] != "("
        number = numbers.chinese(re.sub(r"\W", "", match[1])) or 0
        if chapter:
            if number not in (1, expected) and not (expected == 1 and number == 2):
                continue
            expected = int(number) + 1
        heading = _heading(reading.text[match.start() : match.start() + PROSE], patterns)
        found.setdefault(reading.origin(match.start()), (levels["chinese_1" if chapter else "bracket_2"], heading))
    if all(level > 1 for level, _ in found.values()):
        # No numbered chapters: lines of their own that name a review or a plan are the chapters.
        found = {
            at: (1 if level == HEADING_LINE and patterns.chapter.search(heading) else level, heading)
            for at, (level, heading) in found.items()
        }
    ordered = sorted((at, level, heading) for at, (level, heading) in found.items())
    stops = [end] * len(ordered)
    still_open: list[int] = []  # the sections around the heading at hand
    for i, (at, level, _) in enumerate(ordered):
        while still_open and ordered[still_open[-1]][1] >= level:
            stops[still_open.pop()] = at
        still_open.append(i)
    for (at, level, heading), until in zip(ordered, stops, strict=True):
        yield Section(Span(at, until), heading, level)


def _levels(used: Set[str], patterns: _Patterns) -> dict[str, int]:
    """The level of each kind of numbered heading: what its id says, but one below the other where the text uses parts
    or chapters."""
    kinds = patterns.kinds
    if used.isdisjoint(OUTER):
        return {kind: int(kind[-1]) for kind in kinds}
    return {kind: min(1 + sum(o in used for o in kinds[:k]), HEADING_LINE - 1) for k, kind in enumerate(kinds)}


def _heading(text: str, patterns: _Patterns) -> str:
    """The heading at the beginning of a text: up to its first full stop, semicolon or space, and no longer than
    headings are."""
    return patterns.marks["heading_end"].split(text[:PROSE], maxsplit=1)[0][:LONGEST_HEADING]
