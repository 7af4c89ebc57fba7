"""Where reports and sections begin, and what is noise. Document -> `Layout`; nothing is deleted from the text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from hreport import openings
from hreport.grammar import Grammar
from hreport.model import Block, BlockKind, Document, Report, Section, Span
from hreport.openings import PROSE, Line
from hreport.tag import numbers
from hreport.text import Reading, fold

LONGEST_HEADING = 40  # what is kept of a heading that runs into its paragraph
HEADING_LINE = 4  # the level of a heading that is a line of its own and has no number
OUTER = ("part_1", "chapter_1", "section_2")  # kinds of headings that hold chapters numbered without a word
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
SPACE = " \t\r\n\u3000\xa0"


@dataclass(frozen=True, slots=True)
class Layout:
    """A document cut into reports. `quiet` are the reading's stretches that are no part of a report's prose (page
    furniture, repeated leads, table cells), sorted; `cells` the table cells."""

    document: Document
    reading: Reading
    quiet: tuple[tuple[int, int], ...]
    reports: tuple[Report, ...]
    cells: tuple[Block, ...]

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
        at = bisect_right(self.quiet, (index, 1 << 60)) - 1
        return at >= 0 and index < self.quiet[at][1]


class _Patterns:
    """Expressions of structure.toml."""

    def __init__(self, grammar: Grammar) -> None:
        inner = "|".join(grammar.tables["lines"][i].pattern for i in ("chinese_1", "bracket_2"))
        before = grammar.tables["marks"]["sentence_before"].pattern.removesuffix("$")
        self.furniture = grammar.regex("furniture")
        self.inline = grammar.regex("inline")
        self.heading = grammar.regex("lines")
        self.kinds = tuple(grammar.tables["lines"])
        self.inner_heading = re.compile(rf"(?<={before})({inner})(?=\S{{3}})")
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
    lines = openings.unglued(list(_lines(text)), grammar)
    is_furniture = [bool(patterns.furniture.search(line.text)) for line in lines]
    marked = [b.span for b in document.blocks if b.kind is BlockKind.FURNITURE]
    pages = _page_markers(text, patterns)
    noise = list(pages)
    noise += [Span(*m.span()) for m in patterns.inline.finditer(fold(text))]
    breaks = _wrapped(lines, is_furniture, patterns) if document.format in ("txt", "md") else []
    noise += breaks
    reading = Reading.of(text, noise)

    quiet = [Span(line.start, line.end) for line, f in zip(lines, is_furniture, strict=True) if f] + marked
    cells = tuple(b for b in document.blocks if b.kind is BlockKind.CELL)
    quiet += [b.span for b in cells]
    quiet += [lead for line in lines if len(line.text) > 2 * PROSE for lead in _repeated_lead(line)]
    in_reading = _merged((reading.index(s.start), reading.index(s.end)) for s in quiet)
    body = list(_body(lines, is_furniture, marked, noise, patterns))
    body = _joined(body, {span.end: 0 for span in breaks} | {_number(text, p): p.end - _number(text, p) for p in pages})
    reports = tuple(_reports(document, body, lines, reading, grammar))
    return Layout(document, reading, in_reading, reports, cells)


def _lines(text: str) -> Iterator[Line]:
    at = gap = 0
    for raw in text.split("\n"):
        stripped = raw.strip(SPACE)
        if stripped:
            indent = len(raw) - len(raw.lstrip(SPACE))
            yield Line(at + indent, at + indent + len(stripped), fold(stripped), indent, gap)
            gap = 0
        else:
            gap += 1
        at += len(raw) + 1


def _body(
    lines: Sequence[Line],
    is_furniture: Sequence[bool],
    marked: Sequence[Span],
    noise: Sequence[Span],
    patterns: _Patterns,
) -> Iterator[Line]:
    """The lines that are no furniture, without the page marker that one begins with."""
    markers = {span.start: span.end for span in noise}
    furniture = [
        f or any(s.start <= line.start < s.end for s in marked) for line, f in zip(lines, is_furniture, strict=True)
    ]
    for k, line in enumerate(lines):
        if furniture[k]:
            continue
        paged = k + 1 < len(lines) and is_furniture[k + 1] and bool(patterns.page.search(lines[k + 1].text))
        start = markers.get(line.start, line.start)
        if start < line.end:
            yield replace(line, start=start, text=line.text[start - line.start :], paged=paged)


def _merged(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    out: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        elif end > start:
            out.append((start, end))
    return tuple(out)


# --- noise -----------------------------------------------------------------------------------------------------------


def _page_markers(text: str, patterns: _Patterns) -> list[Span]:
    """Page markers (`2、` at the beginning of a line that goes on in the middle of a sentence), as spans to leave out.

    Markers count 1, 2, 3 ... through the document and the line before each is unfinished; a real list fails the second
    test. A single one, behind a first page, must stand inside a long line.
    """
    folded = fold(text)
    marks = patterns.marks
    chain: list[tuple[re.Match[str], int, bool]] = []
    for match in marks["marker"].finditer(folded):
        number = int(match["number"])
        if number != chain[-1][1] + 1 if chain else number > 2:
            continue
        before = folded[: match.start()].rstrip(SPACE)
        unfinished = bool(before) and not marks["finished"].search(before[-1:])
        chain.append((match, number, unfinished or bool(marks["goes_on"].match(folded, match.end()))))
    inner = [unfinished for match, number, unfinished in chain if match.start() > 0 and number > 1]
    # No item of a list ends inside a number with which the next begins (9, line break, `2、3.5%`).
    torn = any(folded[m.start() - 1 : m.start()] in TORN and folded[m.end() : m.end() + 1].isdigit() for m, *_ in chain)
    if len(inner) == 1 and not torn:
        at = chain[-1][0].start()
        line = folded[folded.rfind("\n", 0, at) + 1 : at]
        if len(chain) == 1 or at - chain[0][0].end() < SHORTEST_PAGE or len(line.strip()) < PROSE:
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
        if marks["torn"].search(f"{before.text[-NUMBER:]}\n{after.text[:NUMBER]}"):
            spans.append(Span(before.end, after.start))
            continue
        if len(before.text) < (full or WRAPPED):
            continue
        if not marks["breaks_off"].search(before.text) or marks["finished"].search(before.text):
            continue
        if not full and not marks["sentence"].search(before.text):
            continue
        numbered = not full and patterns.heading.match(before.text) and not marks["full_stop"].search(before.text)
        if numbered or patterns.heading.match(after.text):
            continue
        short = len(after.text) < PROSE and after.text[-1] != "," and not marks["finished"].search(after.text)
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
        if len(before.text) >= WRAPPED_MIN and not patterns.marks["finished"].search(before.text)
    ]
    filled = sum(length >= full for length in open_ended)
    sentences = sum(bool(patterns.marks["sentence"].search(line.text)) for line in lines)
    return full if filled >= WRAPPED_LINES and filled >= 0.9 * len(open_ended) and 2 * sentences > len(lines) else 0


def _number(text: str, marker: Span) -> int:
    """Where the number of a page marker begins."""
    return marker.end - len(text[marker.start : marker.end].lstrip())


def _joined(body: Sequence[Line], continued: Mapping[int, int]) -> list[Line]:
    """The lines with each that begins at an offset of `continued` added to the one before it, without so many of its
    characters."""
    out: list[Line] = []
    for line in body:
        left_out = continued.get(line.start)
        if out and left_out is not None:
            out[-1] = replace(out[-1], end=line.end, text=out[-1].text + line.text[left_out:])
        else:
            out.append(line)
    return out


def _repeated_lead(line: Line) -> list[Span]:
    """The first of two copies of a report's opening words, where a page has its lead glued on before the text."""
    text = line.text
    for start in range(min(LEAD // 2, len(text) - LEAD_COPY - LEAD_PROBE)):
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
    found = openings.find(body, [line.text for line in lines[: openings.ANNOUNCED_LINES]], grammar)
    for number, opening in enumerate(found, 1):
        start = body[opening.at].start if body else 0
        last = found[number].at if number < len(found) else len(body)
        end = body[last].start if last < len(body) else len(document.text)
        sections = tuple(_sections(document, body[opening.at : last], reading, start, end, opening.title, grammar))
        yield Report(number, Span(start, end), opening.title, sections=sections)


# --- sections --------------------------------------------------------------------------------------------------------


def _sections(
    document: Document, body: Sequence[Line], reading: Reading, start: int, end: int, title: str, grammar: Grammar
) -> Iterator[Section]:
    """Sections in the order of the text, each up to the next heading of its level or a higher one."""
    patterns = _patterns(grammar)
    found: dict[int, tuple[int, str]] = {}
    for block in document.blocks:
        if block.kind is BlockKind.HEADING and start <= block.span.start < end:
            heading = document.text[block.span.start : block.span.end].strip(SPACE)
            found[block.span.start] = (block.level or 1, heading)
    levels = _levels(body, patterns)
    first = next((k for k, line in enumerate(body) if openings.is_prose(line, grammar)), len(body))
    last = max((k for k, line in enumerate(body) if openings.is_prose(line, grammar)), default=0)
    begins = {line.start for line in body}
    item = False
    for k, line in enumerate(body):
        if reading.origin(reading.index(line.start)) != line.start:
            continue  # a page marker is no heading
        if match := patterns.heading.match(line.text):
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
        if not 0 < k <= last or len(line.text) > LONGEST_HEADING or openings.is_byline(line.text, grammar):
            continue
        if k < first and not openings.is_prose(body[k + 1], grammar):
            continue  # part of the title
        if patterns.marks["full_stop"].search(line.text) or line.text.strip() in title:
            continue
        if openings.could_be_heading(body, k, grammar):
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
    for i, (at, level, heading) in enumerate(ordered):
        until = next((a for a, other, _ in ordered[i + 1 :] if other <= level), end)
        yield Section(Span(at, until), heading, level)


def _levels(body: Sequence[Line], patterns: _Patterns) -> dict[str, int]:
    """The level of each kind of numbered heading: what its id says, but one below the other where the text has parts or
    chapters."""
    kinds = patterns.kinds
    used = {str(m.lastgroup) for line in body if (m := patterns.heading.match(line.text))}
    if used.isdisjoint(OUTER):
        return {kind: int(kind[-1]) for kind in kinds}
    return {kind: min(1 + sum(o in used for o in kinds[:k]), HEADING_LINE - 1) for k, kind in enumerate(kinds)}


def _heading(text: str, patterns: _Patterns) -> str:
    """The heading at the beginning of a text: up to its first full stop, semicolon or space, and no longer than
    headings are."""
    return patterns.marks["heading_end"].split(text[:PROSE], maxsplit=1)[0][:LONGEST_HEADING]
