"""Where reports and sections begin, and what is noise. Document -> `Layout`; nothing is deleted from the text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from hreport.grammar import Grammar
from hreport.model import Block, BlockKind, Document, Report, Section, Span
from hreport.tag import numbers
from hreport.text import Reading, fold

PROSE = 60  # a line of this many characters is prose and not a title: titles of work reports run to 45
WRAPPED = 30  # a line cut off inside a sentence has at least this many characters
SHORTEST = 300  # a report of a compilation has at least this many characters
LEAD = 400  # how far from its beginning a report's repeated lead is looked for
SPACE = " \t\r\n\u3000\xa0"
BEGINS_NOTHING = frozenset("。;,、，；")
FINISHED = frozenset('。!?;:”’")】》…—%‰>|')


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

    def is_quiet(self, index: int) -> bool:
        """Does a reading offset lie in a quiet stretch?"""
        at = bisect_right(self.quiet, (index, 1 << 60)) - 1
        return at >= 0 and index < self.quiet[at][1]


@dataclass(frozen=True, slots=True)
class _Patterns:
    furniture: re.Pattern[str]
    inline: re.Pattern[str]
    heading: re.Pattern[str]
    inner_heading: re.Pattern[str]
    chapter: re.Pattern[str]
    split_here: re.Pattern[str]
    compilation: re.Pattern[str]
    dateline: re.Pattern[str]
    report_title: re.Pattern[str]


@lru_cache(maxsize=1)
def _patterns(grammar: Grammar) -> _Patterns:
    heading = grammar.regex("lines")
    inner = "|".join(grammar.tables["lines"][i].pattern for i in ("chinese_1", "bracket_2"))
    return _Patterns(
        furniture=grammar.regex("furniture"),
        inline=grammar.regex("inline"),
        heading=heading,
        inner_heading=re.compile(rf"(?<=[。;!?:\s”])({inner})(?=\S{{3}})"),
        chapter=grammar.regex("sections", "plan", "plan_weak", "review_firm"),
        split_here=grammar.regex("openers", "more", "part"),
        compilation=grammar.regex("openers", "compilation"),
        dateline=grammar.regex("openers", "dateline"),
        report_title=grammar.regex("openers", "report_title"),
    )


def split(document: Document, grammar: Grammar) -> Layout:
    """The reports of a document, each with title and sections, and the reading that leaves its noise out."""
    patterns = _patterns(grammar)
    text = document.text
    lines = list(_lines(text))
    is_furniture = [bool(patterns.furniture.search(line.text)) for line in lines]
    marked = [b.span for b in document.blocks if b.kind is BlockKind.FURNITURE]
    noise = _page_markers(text)
    noise += [Span(*m.span()) for m in patterns.inline.finditer(fold(text))]
    if document.format in ("txt", "md"):
        noise += _wrapped(lines, is_furniture, patterns)
    reading = Reading.of(text, noise)

    quiet = [Span(line.start, line.end) for line, f in zip(lines, is_furniture, strict=True) if f] + marked
    cells = tuple(b for b in document.blocks if b.kind is BlockKind.CELL)
    quiet += [b.span for b in cells]
    quiet += [lead for line in lines if len(line.text) > 2 * PROSE for lead in _repeated_lead(line)]
    in_reading = _merged((reading.index(s.start), reading.index(s.end)) for s in quiet)
    body = [line for line, f in zip(lines, is_furniture, strict=True) if not f]
    body = [line for line in body if not any(s.start <= line.start < s.end for s in marked)]
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

_MARKER = re.compile(r"(?:\A|\n)[ \t\u3000]*(\d{1,3})[、][ \t]*")


def _page_markers(text: str) -> list[Span]:
    """Page markers (`2、` at the beginning of a line that goes on in the middle of a sentence), as spans to leave out.

    Markers count 1, 2, 3 ... through the document and the line before each is unfinished; a real list fails the second
    test.
    """
    chain: list[tuple[re.Match[str], bool]] = []
    for match in _MARKER.finditer(text):
        if int(match[1]) != (int(chain[-1][0][1]) + 1 if chain else int(match[1]) if int(match[1]) <= 2 else -1):
            continue
        before = text[: match.start()].rstrip(SPACE)
        goes_on = text[match.end() : match.end() + 1] in BEGINS_NOTHING
        chain.append((match, goes_on or bool(before) and fold(before[-1]) not in FINISHED))
    inner = [unfinished for m, unfinished in chain if m.start() > 0 and int(m[1]) > 1]
    if len(inner) < 2 or sum(inner) < 0.7 * len(inner):
        return []
    first, last = chain[0][0].start(), chain[-1][0].end()
    if (last - first) / len(chain) < 60:  # a page holds more than a list item
        return []
    return [Span(m.start() if int(m[1]) > 1 else m.start(1), m.end()) for m, _ in chain]


def _wrapped(lines: Sequence[Line], is_furniture: Sequence[bool], patterns: _Patterns) -> list[Span]:
    """Line breaks inside sentences: the line before is prose and unfinished, the line after begins nothing new."""
    spans = []
    for k in range(len(lines) - 1):
        before, after = lines[k], lines[k + 1]
        if is_furniture[k] or is_furniture[k + 1] or len(before.text) < WRAPPED:
            continue
        last = before.text[-1]
        if (
            last in FINISHED
            or not (last.isalnum() or last in "、,(_*")
            or "," not in before.text
            and "。" not in before.text
        ):
            continue
        if patterns.heading.match(after.text) or patterns.heading.match(before.text) and "。" not in before.text:
            continue
        if len(after.text) < PROSE and after.text[-1] not in FINISHED and not after.text[-1] == ",":
            continue
        spans.append(Span(before.end, after.start))
    return spans


def _repeated_lead(line: Line) -> list[Span]:
    """The first of two copies of a report's opening words, where a page has its lead glued on before the text."""
    text = line.text
    for start in range(min(160, len(text) - 40)):
        again = text.find(text[start : start + 16], start + 30, start + LEAD)
        if again < 0:
            continue
        same = 0
        while again + same < len(text) and start + same < again and text[start + same] == text[again + same]:
            same += 1
        if same >= 30 and same >= 0.8 * (again - start):
            return [Span(line.start + start, line.start + again)]
    return []


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
    indented = sum(line.indent > 0 for line in body if len(line.text) >= PROSE) > 0.7 * sum(
        len(line.text) >= PROSE for line in body
    )
    previous = -2
    for k in range(first + 1, len(body)):
        line = body[k]
        if opener := patterns.split_here.match(line.text):
            starts.append((k, _clean_title(line.text[opener.end() :])))
            continue
        if not _is_title(line, body, k, patterns):
            continue
        following = next((b for b in body[k + 1 : k + 3] if len(b.text) >= PROSE), None)
        if following is None:
            continue
        own = _clean_title(line.text)
        if compilation:
            outdented = line.indent == 0 and indented
            dated = patterns.dateline.match(following.text) and line.start - body[starts[-1][0]].start >= SHORTEST
            if not (outdented or dated):
                continue
            if previous == k - 1 and starts[-1][0] == previous:
                starts[-1] = (previous, own)
            elif starts[-1][0] == first and k - first <= 3:
                starts[0] = (
                    first if len(body[first].text) < PROSE and not patterns.compilation.search(body[first].text) else k,
                    own,
                )
            else:
                starts.append((k, own))
            previous = k
        elif (
            patterns.report_title.search(line.text) and re.search(r"\d{2,4}[x*_X]{0,4}年|[xX]{4}年", line.text) is None
        ):
            continue
        elif patterns.report_title.search(line.text) and k - starts[-1][0] > 6 and all(own != t for _, t in starts):
            starts.append((k, own))
    return starts


def _is_title(line: Line, body: Sequence[Line], k: int, patterns: _Patterns) -> bool:
    """Could this line be a title: short, no sentence, not numbered, after a finished paragraph?"""
    if not 5 <= len(line.text) <= 45 or line.text[-1] in "。;!?:,、.%" or patterns.heading.match(line.text):
        return False
    before = body[k - 1].text
    return before[-1] in FINISHED or len(before) < PROSE


def _first_title(body: Sequence[Line], patterns: _Patterns) -> tuple[int, str]:
    """The line on which the first report begins, and its title."""
    prose = next((k for k, line in enumerate(body) if len(line.text) >= PROSE), len(body))
    head = [k for k in range(max(0, prose - 12), prose) if len(body[k].text) <= 60 and len(body[k].text) >= 4]
    titled = [k for k in head if patterns.report_title.search(body[k].text)]
    if titled:
        return titled[0], _clean_title(body[titled[0]].text)
    if prose < len(body):
        # The title may be glued to the first paragraph: up to the first space or colon.
        glued = re.match(r"(?:\d{1,2}、)?([^\s:。,;]{6,40})[\s:]", body[prose].text)
        if glued and patterns.report_title.search(glued[1]):
            return prose, glued[1]
    head = [k for k in head if body[k].text.count(" ") < 3]  # a line of many spaces is a list of search words
    if head:
        return head[0], _clean_title(body[head[0]].text)
    return (prose if prose < len(body) else 0), ""


def _clean_title(text: str) -> str:
    return re.sub(r"\.(?:docx?|pdf|txt|wps)$", "", text.strip(SPACE + "《》#*"))


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
            found.setdefault(line.start, (int(str(match.lastgroup)[-1]), _heading(line.text)))
        elif k and len(line.text) <= 40 and _is_title(line, body, k, patterns):
            found.setdefault(line.start, (4, line.text))
    low, high = reading.index(start), reading.index(end)
    expected = 1
    for match in patterns.inner_heading.finditer(reading.text, low, high):
        level = 1 if match[1][-1] == "、" else 2
        number = numbers.chinese(match[1].strip("()、 "))
        if level == 1:
            if number not in (1, expected) and not (expected == 1 and number == 2):
                continue
            expected = int(number) + 1
        found.setdefault(
            reading.origin(match.start()), (level, _heading(reading.text[match.start() : match.start() + 60]))
        )
    if all(level > 1 for level, _ in found.values()):
        # No numbered chapters: lines of their own that name a review or a plan are the chapters.
        found = {
            at: (1 if level == 4 and patterns.chapter.search(heading) else level, heading)
            for at, (level, heading) in found.items()
        }
    ordered = sorted((at, level, heading) for at, (level, heading) in found.items())
    for i, (at, level, heading) in enumerate(ordered):
        until = next((a for a, other, _ in ordered[i + 1 :] if other <= level), end)
        yield Section(Span(at, until), heading, level)


def _heading(text: str) -> str:
    """The heading at the beginning of a text: up to the first full stop, semicolon or space, at most 40 characters."""
    return re.split(r"[。;\n]|(?<=\S{6})\s", text[:60], maxsplit=1)[0][:40]
