"""Where reports and sections begin, and what is noise. Document -> `Layout`; nothing is deleted from the text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from hreport.grammar import Grammar
from hreport.model import Block, BlockKind, Document, Report, Section, Span
from hreport.tag import numbers
from hreport.text import Reading, fold

PROSE = 60  # a line of this many characters is prose and not a title: titles of work reports run to 45
LONGEST_TITLE, SHORTEST_TITLE = 45, 5
LONGEST_HEADING = 40  # what is kept of a heading that runs into its paragraph
HEADING_LINE = 4  # the level of a heading that is a line of its own and has no number
WRAPPED = 30  # a line cut off inside a sentence has at least this many characters
WRAPPED_MIN, WRAPPED_LINES = 18, 3  # the shortest width at which texts are wrapped, and the lines that prove it
WRAPPED_SLACK = 3  # characters that a full line may lack where a number or a word was not torn
PAGE = 60  # a page marker stands after at least this many characters; an item of a list is shorter
SHORTEST_PAGE = 200  # the first of only two pages has at least this many
SHORTEST = 300  # a report of a compilation has at least this many characters
LEAD = 400  # how far from its beginning a report's repeated lead is looked for
LEAD_COPY, LEAD_PROBE = 30, 16  # the characters that a lead repeats at least, and those by which it is found
TITLE_LINES = 12  # so many lines before the first prose can hold the title
NUMBER = 16  # a number and its unit are no longer
TORN = frozenset("0123456789.")
SPACE = " \t\r\n\u3000\xa0"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the source that is not empty: span without the white space around it, and the width of its indent."""

    start: int
    end: int
    text: str  # folded
    indent: int


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
        self.inner_heading = re.compile(rf"(?<={before})({inner})(?=\S{{3}})")
        self.chapter = grammar.regex("sections", "plan", "plan_weak", "review_firm")
        self.split_here = grammar.regex("openers", "more", "part")
        self.compilation = grammar.regex("openers", "compilation")
        self.dateline = grammar.regex("openers", "dateline")
        self.report_title = grammar.regex("openers", "report_title")
        self.marks = grammar.compiled("marks", grammar.tables["marks"])


@lru_cache(maxsize=1)
def _patterns(grammar: Grammar) -> _Patterns:
    return _Patterns(grammar)


def split(document: Document, grammar: Grammar) -> Layout:
    """The reports of a document, each with title and sections, and the reading that leaves its noise out."""
    patterns = _patterns(grammar)
    text = document.text
    lines = list(_lines(text))
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
    body = [line for line, f in zip(lines, is_furniture, strict=True) if not f]
    body = [line for line in body if not any(s.start <= line.start < s.end for s in marked)]
    body = _joined(body, {span.end: 0 for span in breaks} | {_number(text, p): p.end - _number(text, p) for p in pages})
    reports = tuple(_reports(document, body, reading, patterns))
    return Layout(document, reading, in_reading, reports, cells)


def _lines(text: str) -> Iterator[Line]:
    at = 0
    for raw in text.split("\n"):
        stripped = raw.strip(SPACE)
        if stripped:
            indent = len(raw) - len(raw.lstrip(SPACE))
            yield Line(at + indent, at + indent + len(stripped), fold(stripped), indent)
        at += len(raw) + 1


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


def _reports(document: Document, body: Sequence[Line], reading: Reading, patterns: _Patterns) -> Iterator[Report]:
    starts = _report_starts(body, patterns)
    for number, (k, title) in enumerate(starts, 1):
        start = body[k].start if body else 0
        last = starts[number][0] if number < len(starts) else len(body)
        end = body[last].start if last < len(body) else len(document.text)
        sections = tuple(_sections(document, body[k:last], reading, start, end, patterns))
        yield Report(number, Span(start, end), title, sections=sections)


def _report_starts(body: Sequence[Line], patterns: _Patterns) -> list[tuple[int, str]]:
    """Index of the first line of each report among the lines, and its title."""
    if not body:
        return [(0, "")]
    first, title = _first_title(body, patterns)
    starts = [(first, title)]
    compilation = any(patterns.compilation.search(line.text) for line in body[:4])
    prose = [line for line in body if len(line.text) >= PROSE]
    indented = sum(line.indent > 0 for line in prose) > 0.7 * len(prose)
    for k in range(first + 1, len(body)):
        line = body[k]
        if opener := patterns.split_here.match(line.text):
            starts.append((k, _clean_title(line.text[opener.end() :], patterns)))
            continue
        if not _is_title(line, body, k, patterns):
            continue
        following = next((b for b in body[k + 1 : k + 3] if len(b.text) >= PROSE), None)
        if following is None:
            continue
        own = _clean_title(line.text, patterns)
        if not compilation:
            named = patterns.report_title.search(line.text) and patterns.marks["named_year"].search(line.text)
            if named and k - starts[-1][0] > 6 and all(own != t for _, t in starts):
                starts.append((k, own))
            continue
        # In a compilation the title of an article stands out from indented text, or news follows it.
        outdented = line.indent == 0 and indented
        far = line.start - body[starts[-1][0]].start >= SHORTEST
        if not outdented and not (far and patterns.dateline.match(following.text)):
            continue
        if len(starts) > 1 and starts[-1][0] == k - 1:
            starts[-1] = (k - 1, own)  # a title of two lines
        elif len(starts) == 1 and k - first <= 3:
            of_page = len(body[first].text) >= PROSE or patterns.compilation.search(body[first].text)
            starts[0] = (k if of_page else first, own)
        else:
            starts.append((k, own))
    return starts


def _is_title(line: Line, body: Sequence[Line], k: int, patterns: _Patterns) -> bool:
    """Could this line be a title: short, no sentence, not numbered, after a finished paragraph?"""
    if not SHORTEST_TITLE <= len(line.text) <= LONGEST_TITLE or patterns.marks["no_title"].search(line.text):
        return False
    before = body[k - 1].text
    finished = len(before) < PROSE or bool(patterns.marks["finished"].search(before))
    return finished and not patterns.heading.match(line.text)


def _first_title(body: Sequence[Line], patterns: _Patterns) -> tuple[int, str]:
    """The line on which the first report begins, and its title."""
    prose = next((k for k, line in enumerate(body) if len(line.text) >= PROSE), len(body))
    head = [k for k in range(max(0, prose - TITLE_LINES), prose) if len(body[k].text) >= SHORTEST_TITLE - 1]
    # A line of many spaces is a list of search words, and a sentence is no title.
    head = [k for k in head if body[k].text.count(" ") < 3 and not patterns.marks["no_title"].search(body[k].text)]
    titled = [k for k in head if patterns.report_title.search(body[k].text)]
    if titled:
        return titled[0], _clean_title(body[titled[0]].text, patterns)
    if prose < len(body):
        # The title may be glued to the first paragraph: up to the first space or colon.
        glued = patterns.marks["glued_title"].match(body[prose].text)
        if glued and patterns.report_title.search(glued["title"]):
            return prose, glued["title"]
    if head:
        return head[0], _clean_title(body[head[0]].text, patterns)
    return (prose if prose < len(body) else 0), ""


def _clean_title(text: str, patterns: _Patterns) -> str:
    return patterns.marks["title_rim"].sub("", text)


# --- sections --------------------------------------------------------------------------------------------------------


def _sections(
    document: Document, body: Sequence[Line], reading: Reading, start: int, end: int, patterns: _Patterns
) -> Iterator[Section]:
    """Sections in the order of the text, each up to the next heading of its level or a higher one."""
    found: dict[int, tuple[int, str]] = {}
    for block in document.blocks:
        if block.kind is BlockKind.HEADING and start <= block.span.start < end:
            heading = document.text[block.span.start : block.span.end].strip(SPACE)
            found[block.span.start] = (block.level or 1, heading)
    for k, line in enumerate(body):
        if reading.origin(reading.index(line.start)) != line.start:
            continue  # a page marker is no heading
        if match := patterns.heading.match(line.text):
            found.setdefault(line.start, (int(str(match.lastgroup)[-1]), _heading(line.text, patterns)))
        elif k and len(line.text) <= LONGEST_HEADING and _is_title(line, body, k, patterns):
            found.setdefault(line.start, (HEADING_LINE, line.text))
    low, high = reading.index(start), reading.index(end)
    expected = 1
    for match in patterns.inner_heading.finditer(reading.text, low, high):
        chapter = match[1][0] != "("
        number = numbers.chinese(re.sub(r"\W", "", match[1])) or 0
        if chapter:
            if number not in (1, expected) and not (expected == 1 and number == 2):
                continue
            expected = int(number) + 1
        heading = _heading(reading.text[match.start() : match.start() + PROSE], patterns)
        found.setdefault(reading.origin(match.start()), (1 if chapter else 2, heading))
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


def _heading(text: str, patterns: _Patterns) -> str:
    """The heading at the beginning of a text: up to its first full stop, semicolon or space, and no longer than
    headings are."""
    return patterns.marks["heading_end"].split(text[:PROSE], maxsplit=1)[0][:LONGEST_HEADING]
