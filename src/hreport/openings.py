"""Which lines begin a report, and what it is called: the evidence that a careful reader goes by, the plainest first.

Numbered parts (篇一), a list of contents, numbers that stand alone; in a collection whose first lines say that it is
one, titles that stand out from the text; in any other file, titles of official form, each over a text of its own.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from hreport.expressions.compiling import when_used
from hreport.grammar import Grammar
from hreport.tag import numbers

PROSE = 60  # a line of this many characters is prose and not a title: titles of work reports run to 45
SENTENCE = 25  # a line of this many characters that ends like a sentence is prose too
ITEM = 8  # and a line of this many with a full stop or a semicolon, an item of a list
SHORTEST_TITLE, LONGEST_TITLE = 5, 45
LONGEST_OFFICIAL = 90  # the title of a notice names what it hands on
SHORTEST = 300  # an article of a collection has at least this many characters
LEAST = 150  # and this many, where its title stands out; so have notices
HEAD_LINES = 60  # so many lines before the first prose can hold the title
NEAR_LINES = 12  # so many, where the title names no year
ANNOUNCED_LINES = 4  # in so many lines a collection says that it is one
FOLLOWING = 3  # so many lines after a title its text begins
PARTS = 2  # so many numbered parts, or titles of a list of contents, are proof
SERIES = 3  # so many headings of one form are a series
REMEMBERED = 50  # so many headings of an article are compared with the next
SHARED = 8  # so many characters of an attachment's title stand in its notice's
ENOUGH = 2  # the evidence that makes a line of a collection a title


# A tuple: a document has thousands, and a frozen dataclass takes three times as long to make.
class Line(NamedTuple):
    """A line of the source that is not empty: its span without the white space around it, folded text, width of indent,
    blank lines before it; `paged`: lines of the page (address, date, source) follow it; `is_prose`: it is a paragraph,
    or the beginning of one."""

    start: int
    end: int
    text: str
    indent: int
    gap: int = 0
    paged: bool = False
    is_prose: bool = False


_NO_LETTER = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class Opening:
    """Where a report begins: the index of its first line, and its title."""

    at: int
    title: str


class _Patterns:
    """Expressions of structure.toml that titles and openings are told by."""

    def __init__(self, grammar: Grammar) -> None:
        def one(table: str, *ids: str) -> re.Pattern[str]:
            return grammar.regex(table, *ids)

        self.heading = one("lines")
        self.structure = one("lines", "chapter_1", "section_2")
        self.more = one("openers", "more")
        self.part = one("openers", "part")
        self.glued_part = one("openers", "glued_part")
        self.glued_report = one("openers", "glued_report")
        self.collection = one("openers", "compilation")
        self.dateline = one("openers", "dateline")
        self.report_title = one("openers", "report_title")
        self.any_title = one("openers", "report_title", "official")
        self.official = one("openers", "official")
        self.covering = one("openers", "covering")
        self.attached = one("openers", "attached")
        self.placed = one("openers", "placed")
        self.salutation = one("openers", "salutation")
        self.byline = one("openers", "byline")
        self.small_print = one("openers", "small_print")
        self.leads_in = one("openers", "leads_in")
        self.marks = {i: when_used(row.pattern) for i, row in grammar.tables["marks"].items()}


@lru_cache(maxsize=1)
def _patterns(grammar: Grammar) -> _Patterns:
    return _Patterns(grammar)


# --- what a line is --------------------------------------------------------------------------------------------------


def is_prose(text: str, grammar: Grammar) -> bool:
    """Is a line a paragraph, or the beginning of one?"""
    return len(text) >= PROSE or (len(text) >= SENTENCE and bool(_patterns(grammar).marks["stops"].search(text)))


def _prose(body: Sequence[Line]) -> int:
    """The index of the first paragraph."""
    return next((k for k, line in enumerate(body) if line.is_prose), len(body))


def could_be_heading(body: Sequence[Line], k: int, grammar: Grammar) -> bool:
    """Could a line be a heading without a number: like a title, but over a paragraph it may be a character shorter?"""
    patterns = _patterns(grammar)
    over = k + 1 < len(body) and body[k + 1].is_prose
    return _could_be_title(body, k, patterns, shortest=SHORTEST_TITLE - over)


def _could_be_title(
    body: Sequence[Line], k: int, patterns: _Patterns, longest: int = LONGEST_TITLE, shortest: int = SHORTEST_TITLE
) -> bool:
    """Could a line be a title: short, no sentence, not numbered, after a finished paragraph?"""
    text = body[k].text
    if not shortest <= len(text) <= longest or patterns.marks["no_title"].search(text):
        return False
    before = body[k - 1].text if k else ""
    finished = len(before) < PROSE or bool(patterns.marks["finished"].search(before))
    if not finished:
        # A text may be cut off before the next begins.
        named = patterns.report_title.search(text) and patterns.marks["named_year"].search(text)
        finished = body[k].paged or (body[k].gap > 0 and (bool(named) or _greeted(body, k, patterns)))
    return finished and not patterns.heading.match(text)


def is_byline(text: str, grammar: Grammar) -> bool:
    """Does a line say who made a text, when, for whom or under which number?"""
    return bool(_patterns(grammar).byline.search(text))


def _text_after(body: Sequence[Line], k: int, patterns: _Patterns) -> int | None:
    """The index of the first prose after a title, with no more between them than who, when and to whom, and a line or
    two of subtitle."""
    other = 0
    for j in range(k + 1, min(len(body), k + 1 + NEAR_LINES)):
        if body[j].is_prose:
            return j
        if not patterns.byline.search(body[j].text) and not patterns.salutation.match(body[j].text):
            other += 1
        if other >= FOLLOWING:
            break
    return None


def _clean(text: str, patterns: _Patterns) -> str:
    title = patterns.marks["title_rim"].sub("", text)
    quoted = patterns.marks["quoted"].fullmatch(title)
    return quoted["title"] if quoted else title


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", text)


def unglued(body: Sequence[Line], folded: str, grammar: Grammar) -> list[Line]:
    """The lines, cut where another report begins in the middle of one. `folded`: the text that they are of."""
    patterns = _patterns(grammar)
    # Few lines are cut: to search the whole text for them is faster than to search each line.
    near = [m.start() for p in (patterns.glued_part, patterns.glued_report) for m in p.finditer(folded)]
    if not near:
        return list(body)
    near.sort()
    out: list[Line] = []
    for line in body:
        if bisect_left(near, line.start) < bisect_left(near, line.end):
            out += _cut(line, patterns)
        else:
            out.append(line)
    return out


def _cut(line: Line, patterns: _Patterns) -> Iterator[Line]:
    """The pieces of a line that begin with reports."""
    cuts = {m.end() for m in patterns.glued_part.finditer(line.text)}
    cuts |= {m.start("title") for m in patterns.glued_report.finditer(line.text)}
    at = 0
    for cut in sorted(cuts):
        if cut - at >= SENTENCE and cut < len(line.text):
            piece = line.text[at:cut]
            text = piece.rstrip()
            start = line.start + at
            yield line._replace(start=start, end=start + len(text), text=text, paged=False)
            at = cut
    yield line._replace(start=line.start + at, text=line.text[at:]) if at else line


# --- where reports begin ---------------------------------------------------------------------------------------------


def find(body: Sequence[Line], head: Sequence[str], grammar: Grammar, continues: bool = False) -> list[Opening]:
    """The openings of all reports, in order; at least one. `head`: the first lines of the file, page furniture too.
    `continues`: the text begins in the middle of a report, which is the first."""
    if not body:
        return [Opening(0, "")]
    patterns = _patterns(grammar)
    rest = [Opening(0, "")] if continues else []
    first = rest[0] if rest else _first(body, patterns)
    said = [*head[:ANNOUNCED_LINES], *(line.text for line in body[:ANNOUNCED_LINES])]
    announced = any(patterns.collection.search(text) and len(text) < PROSE for text in said)
    openings = _parts(body, announced, patterns) or _listed(body, announced, patterns)
    if announced and not openings:
        openings = _counted(body, patterns) or _chapters(body, said, patterns)
    if openings:
        if not _stands_before(body, first, openings[0], announced, patterns):
            first = openings[0]
    elif announced:
        first, openings = _of_collection(body, first, patterns)
    else:
        openings = _official(body, first, patterns)
    more = [
        Opening(k, _title_at(body, k, match.end(), patterns))
        for k in range(first.at + 1, len(body))
        if (match := patterns.more.match(body[k].text))
    ]
    chosen = {o.at: o for o in (first, *openings, *more)}
    found = _with_text(body, sorted(chosen.values(), key=lambda o: o.at))
    return [*rest, *(o for o in found if o.at)] if rest else found


def _with_text(body: Sequence[Line], openings: Sequence[Opening]) -> list[Opening]:
    """Without the openings that no text follows: lines of a list of contents, links at the end of a page."""
    kept = []
    for number, opening in enumerate(openings):
        until = openings[number + 1].at if number + 1 < len(openings) else len(body)
        if any(line.is_prose for line in body[opening.at : until]):
            kept.append(opening)
    return kept or [openings[0]]


def _stands_before(
    body: Sequence[Line], first: Opening, opening: Opening, announced: bool, patterns: _Patterns
) -> bool:
    """Is there a report before the first numbered part, and not only what leads in to a collection?"""
    if first.at >= opening.at:
        return False
    lead = body[first.at : opening.at]
    prose = [line for line in lead if line.is_prose and not patterns.leads_in.search(line.text)]
    return not announced and sum(len(line.text) for line in prose) >= SHORTEST


def _title_at(body: Sequence[Line], k: int, skip: int, patterns: _Patterns) -> str:
    """The title that begins at a character of line k, on the next line where that one holds no more."""
    text = body[k].text[skip:].strip()
    if not text and k + 1 < len(body):
        k += 1
        text = body[k].text
    if len(text) < PROSE:
        return _whole(body, k, text, patterns)
    glued = patterns.marks["glued_title"].match(text)
    return _clean(glued["title"], patterns) if glued else ""


def _whole(body: Sequence[Line], k: int, text: str, patterns: _Patterns) -> str:
    """A title, with its second line where the first breaks off."""
    title = _clean(text, patterns)
    following = body[k + 1].text if k + 1 < len(body) else ""
    broken = patterns.marks["title_goes_on"].search(title) or patterns.marks["title_went_on"].match(following)
    if broken and len(following) < LONGEST_TITLE and not patterns.marks["no_title"].search(following):
        title += _clean(following, patterns)
    return title


def _first(body: Sequence[Line], patterns: _Patterns) -> Opening:
    """The line on which the first report begins, and its title."""
    prose = next((k for k, line in enumerate(body) if len(line.text) >= PROSE), len(body))
    texts = [patterns.marks["file_name"].sub("", line.text) for line in body[:prose]]
    last = prose if prose < len(body) else min(prose, NEAR_LINES)  # of short lines alone, the first may be a title
    head = [k for k in range(max(0, last - HEAD_LINES), last) if len(texts[k]) >= SHORTEST_TITLE - 1]
    # A line of many spaces is a list of search words, and a sentence is no title.
    head = [k for k in head if texts[k].count(" ") < 3 and not patterns.marks["no_title"].search(texts[k])]
    head = [k for k in head if not patterns.heading.match(texts[k])] or head
    own = [k for k in head if not patterns.byline.search(texts[k])]
    titled = [k for k in own if body[k].paged or patterns.any_title.search(texts[k])]
    named_file = next((t for t, line in zip(texts, body[:prose], strict=True) if t != line.text), "")
    name = patterns.marks["title_end"].split(named_file, maxsplit=1)[0]
    if len(name) >= SHORTEST_TITLE and prose < len(body) and body[prose].text.startswith(name):
        return Opening(prose, _clean(name, patterns))  # the text begins with the name of its file
    glued = patterns.marks["glued_title"].match(body[prose].text) if prose < len(body) else None
    named_by_page = all(texts[k] != body[k].text for k in titled)  # and not by the report
    if glued and named_by_page and patterns.report_title.search(glued["title"]):
        return Opening(prose, _clean(glued["title"], patterns))
    named = [k for k in titled if patterns.marks["named_year"].search(texts[k])]
    near = [k for k in head if k >= last - NEAR_LINES]
    for chosen in (named, [k for k in titled if k in near], titled):
        if chosen:
            return Opening(chosen[0], _whole(body, chosen[0], texts[chosen[0]], patterns))
    # Without a line that must be the title, no sentence is left out, however short the lines are.
    said = [k for k in range(min(prose, len(body))) if _is_said(texts[k], patterns)]
    for chosen in ([k for k in near if k in own], near, head):
        if chosen and not (said and said[0] < chosen[0]):
            return Opening(chosen[0], _whole(body, chosen[0], texts[chosen[0]], patterns))
    return Opening(said[0] if said else prose if prose < len(body) else 0, "")


def _is_said(text: str, patterns: _Patterns) -> bool:
    """Is a short line a sentence, or an item of a list of them?"""
    return (len(text) >= SENTENCE and "," in text) or (len(text) >= ITEM and bool(patterns.marks["said"].search(text)))


# --- what says it outright -------------------------------------------------------------------------------------------


def _parts(body: Sequence[Line], announced: bool, patterns: _Patterns) -> list[Opening]:
    """Parts that are numbered as parts of a collection; not the parts of a plan or a law."""
    found = [(k, match) for k, line in enumerate(body) if (match := patterns.part.match(line.text))]
    if not found:
        return []
    openings = _with_text(body, [Opening(k, _title_at(body, k, m.end(), patterns)) for k, m in found])
    at = {o.at for o in openings}
    found = [(k, match) for k, match in found if k in at]
    plain = {k for k, match in found if match["firm"] is None}
    if plain and not announced:
        # 第二篇 may be a part of a plan: then chapters stand in it, or its name is no report's.
        inner = any(patterns.structure.match(line.text) and k not in plain for k, line in enumerate(body))
        named = sum(bool(patterns.report_title.search(o.title)) for o in openings)
        if inner or 2 * named <= len(openings):
            openings = [o for o in openings if o.at not in plain]
    if len(openings) < PARTS and not announced:
        prose = _prose(body)
        openings = [o for o in openings if o.at > prose or patterns.report_title.search(o.title)]
    return openings


def _listed(body: Sequence[Line], announced: bool, patterns: _Patterns) -> list[Opening]:
    """Titles that a list of contents names before the first prose, each where it stands again over its text."""
    prose = _prose(body)
    entries: dict[str, int] = {}
    for k in range(min(prose, HEAD_LINES)):
        entry = patterns.marks["contents_rim"].sub("", body[k].text)
        if SHORTEST_TITLE <= len(entry) <= LONGEST_TITLE:
            entries.setdefault(_letters(entry), k)
    openings: list[Opening] = []
    seen: set[str] = set()
    for k, line in enumerate(body):
        if not entries or len(line.text) > LONGEST_OFFICIAL or patterns.marks["no_title"].search(line.text):
            continue  # no headline, as most lines
        title = patterns.marks["contents_rim"].sub("", line.text)
        key = _letters(title)
        if key not in entries or entries[key] == k or key in seen or len(title) > LONGEST_TITLE:
            continue
        if patterns.heading.match(line.text) or not _is_headline(body, k, patterns):
            continue
        if patterns.salutation.match(title) or not (announced or patterns.report_title.search(title)):
            continue
        if _text_after(body, k, patterns) is not None:
            openings.append(Opening(k, _clean(title, patterns)))
            seen.add(key)
    openings = _with_text(body, openings) if openings else []
    places = [entries[_letters(o.title)] for o in openings if _letters(o.title) in entries]
    together = bool(places) and max(places) - min(places) < len(places)  # a list, and not lines here and there
    return openings if len(openings) >= PARTS and together else []


def _counted(body: Sequence[Line], patterns: _Patterns) -> list[Opening]:
    """Titles over each of which a number stands alone: 1, 2, 3."""
    openings: list[Opening] = []
    for k in range(len(body) - 1):
        number = patterns.marks["alone"].match(body[k].text)
        if not number:
            continue
        value = int(number["number"]) if number["number"].isdigit() else numbers.chinese(number["number"])
        if value == len(openings) + 1 and _could_be_title(body, k + 1, patterns, PROSE):
            openings.append(Opening(k + 1, _whole(body, k + 1, body[k + 1].text, patterns)))
    return openings if len(openings) >= PARTS else []


def _chapters(body: Sequence[Line], said: Sequence[str], patterns: _Patterns) -> list[Opening]:
    """Numbered titles, as many as the collection says that it holds."""
    counts = {m["count"] for text in said if (m := patterns.collection.search(text)) and m["count"]}
    wanted = {int(c) if c.isdigit() else int(numbers.chinese(c) or 0) for c in counts}
    kinds: dict[str, list[tuple[int, int]]] = {}
    for k, line in enumerate(body):
        match = patterns.heading.match(line.text)
        if match and len(line.text) <= LONGEST_TITLE and not patterns.marks["stops"].search(line.text):
            number = re.sub(r"\W", "", match[0])
            value = int(number) if number.isdigit() else int(numbers.chinese(number) or 0)
            kinds.setdefault(str(match.lastgroup), []).append((k, value))
    for found in kinds.values():
        run = [value for _, value in found]
        if len(run) >= PARTS and len(run) in wanted and run == list(range(1, len(run) + 1)):
            skip = [len(patterns.heading.match(body[k].text)[0]) for k, _ in found]  # type: ignore[index]
            return [Opening(k, _title_at(body, k, s, patterns)) for (k, _), s in zip(found, skip, strict=True)]
    return []


# --- collections -----------------------------------------------------------------------------------------------------


def _of_collection(body: Sequence[Line], first: Opening, patterns: _Patterns) -> tuple[Opening, list[Opening]]:
    """The first article of a file that says it is a collection, and the others, told by how their titles stand out."""
    prose = _prose(body)
    cover = [k for k in range(prose) if patterns.collection.search(body[k].text)]
    own = [
        k
        for k in range(cover[-1] + 1 if cover else 0, prose)
        if _could_be_title(body, k, patterns) and not patterns.byline.search(body[k].text)
    ]
    if own:
        first = Opening(own[0], _whole(body, own[0], body[own[0]].text, patterns))
    heads = [k for k in range(first.at + 1, len(body)) if _is_headline(body, k, patterns)]
    shape = _Shape.of(body)
    lengths = _lengths(body)
    openings: list[Opening] = []
    within: list[int] = []  # the headings of the article so far
    for number, k in enumerate(heads):
        before = openings[-1] if openings else first
        stands_out = shape.of_title(body[k])
        if openings and before.at == k - 1 and stands_out and body[k].indent == body[k - 1].indent:
            # The line before was the article's surtitle.
            openings[-1] = Opening(k - 1, _whole(body, k, body[k].text, patterns))
            continue
        if openings and lengths[k] - lengths[before.at] < LEAST and stands_out and not shape.of_title(body[before.at]):
            openings.pop()  # a line at the end of a page
            before = openings[-1] if openings else first
        length = lengths[k] - lengths[before.at]
        coming = heads[number + 1 : number + 1 + SERIES]
        if _is_far(body, before, k, length, shape, patterns) and (
            _evidence(body, k, within, coming, shape, patterns) >= ENOUGH
        ):
            openings.append(Opening(k, _whole(body, k, body[k].text, patterns)))
            within = []
        else:
            within.append(k)
    return first, openings


def _is_far(body: Sequence[Line], before: Opening, k: int, length: int, shape: _Shape, patterns: _Patterns) -> bool:
    """Do an article, `length` characters of prose, end at line k and another begin that is no attachment of it?"""
    text = _text_after(body, k, patterns)
    if text is None or _is_attachment(body[k].text, before.title, patterns):
        return False
    if shape.of_title(body[k]) or body[k].paged or patterns.byline.search(body[k + 1].text):
        return length >= LEAST
    if any(shape.of_title(line) for line in body[k + 1 : text]):
        return False  # the title is still to come
    return body[k].start - body[before.at].start >= SHORTEST


def _lengths(body: Sequence[Line]) -> list[int]:
    """The characters of all paragraphs before each line."""
    return [0, *accumulate(len(line.text) if line.is_prose else 0 for line in body)]


def _is_headline(body: Sequence[Line], k: int, patterns: _Patterns) -> bool:
    official = body[k].paged or patterns.official.search(body[k].text)
    longest = LONGEST_OFFICIAL if official else LONGEST_TITLE
    return _could_be_title(body, k, patterns, longest) and not patterns.byline.search(body[k].text)


@dataclass(frozen=True, slots=True)
class _Shape:
    """What paragraphs of a text look like, so that a line that looks different is seen."""

    indented: bool
    gap: int  # the usual number of blank lines before a line
    wide: int  # the number of blank lines before titles, where it is unlike the usual one; 0 where there is none

    @classmethod
    def of(cls, body: Sequence[Line]) -> _Shape:
        prose = [line for line in body if line.is_prose]
        indented = sum(line.indent > 0 for line in prose) > 0.7 * len(prose)
        gaps = Counter(line.gap for line in body[1:])
        usual = gaps.most_common(1)[0][0] if gaps else 0
        wider = sum(n for gap, n in gaps.items() if gap > usual)
        rare = 0 < wider <= 0.2 * len(body)
        return cls(indented, usual, usual + 1 if rare else 0)

    def of_title(self, line: Line) -> bool:
        """Does a line stand out from the text?"""
        return (self.indented and line.indent == 0) or (not self.indented and bool(self.wide) and line.gap >= self.wide)


def _evidence(
    body: Sequence[Line], k: int, within: Sequence[int], later: Sequence[int], shape: _Shape, patterns: _Patterns
) -> int:
    """How much speaks for a line of a collection as the title of an article."""
    line, following = body[k], body[_text_after(body, k, patterns) or k]
    points = 0
    if shape.of_title(line):
        points += 2
    if patterns.dateline.match(following.text) or _greeted(body, k, patterns):
        points += 2
    if line.paged or patterns.byline.search(body[k + 1].text):
        points += 2
    if patterns.placed.match(line.text):
        points += 1
    if patterns.report_title.search(line.text):
        points += 1
    if patterns.marks["signed"].search(body[k - 1].text):
        points += 1
    form = _letters(line.text)
    earlier = [_letters(body[j].text) for j in within[-REMEMBERED:]]
    coming = [_letters(body[j].text) for j in later[:SERIES]]
    if not any(_rhymes(form, other) for other in earlier):
        # Headings of one article are alike; a line that is like none of them, between two series, is no heading.
        ended = len(earlier) >= SERIES and _is_series(earlier[-SERIES:])
        begun = len(coming) == SERIES and _is_series(coming) and not _rhymes(form, coming[0])
        points += 2 * (ended or (begun and not earlier))
    elif earlier and coming and len(form) == len(earlier[-1]) == len(coming[0]):
        points -= 2
    return points


def _rhymes(one: str, other: str) -> bool:
    """Are two headings of one form: nearly the same length, or the same ending?"""
    return abs(len(one) - len(other)) <= 1 or one[-2:] == other[-2:]


def _is_series(forms: Sequence[str]) -> bool:
    return all(_rhymes(forms[0], other) for other in forms[1:])


# --- any other file --------------------------------------------------------------------------------------------------


def _official(body: Sequence[Line], first: Opening, patterns: _Patterns) -> list[Opening]:
    """Titles of official form, each over a text of its own, in a file that does not say that it holds several.

    What stands between two stretches of prose may hold several titles (links of a page, then the next page); the last
    is that of the prose behind, and where it stands more than once, its first place is the beginning.
    """
    openings: list[Opening] = []
    titles = [first.title]
    last = first.at
    candidates: list[Opening] = []
    lengths = _lengths(body)
    for k in range(first.at + 1, len(body)):
        if title := _official_title(body, k, patterns):
            candidates.append(Opening(k, title))
        if not candidates or not body[k].is_prose:
            continue
        chosen = _last_title(candidates, patterns)
        near = k - chosen.at <= NEAR_LINES
        candidates = []
        far = lengths[chosen.at] - lengths[last] >= LEAST
        if not far or body[-1].end - body[chosen.at].start < LEAST or not near or _is_notice(body, k, patterns):
            continue
        if _belongs(body, chosen, titles, patterns):
            continue
        openings.append(chosen)
        titles.append(chosen.title)
        last = chosen.at
    return openings


def _last_title(candidates: Sequence[Opening], patterns: _Patterns) -> Opening:
    """The last of several titles: the first of the places where it stands, in its longest form."""
    chosen = candidates[-1]
    for other in reversed(candidates[:-1]):
        one, two = sorted((_core(chosen.title, patterns), _core(other.title, patterns)), key=len)
        if not two.endswith(one):
            break
        chosen = Opening(other.at, max(other.title, chosen.title, key=len))
    return chosen


def _core(title: str, patterns: _Patterns) -> str:
    """The letters of a title without its year."""
    return _letters(patterns.marks["year"].sub("", title))


def _official_title(body: Sequence[Line], k: int, patterns: _Patterns) -> str:
    """The title that line k is, or begins with, where it is that of an official text; else ""."""
    line = body[k]
    if line.is_prose and not (len(line.text) <= LONGEST_OFFICIAL and patterns.official.search(line.text)):
        glued = patterns.marks["glued_title"].match(line.text)
        if not glued or not patterns.report_title.search(glued["title"]) or not patterns.placed.match(glued["title"]):
            return ""
        before = body[k - 1].text if k else ""
        named = patterns.marks["named_year"].search(glued["title"]) and patterns.marks["finished"].search(before)
        return _clean(glued["title"], patterns) if named else ""
    if not _could_be_title(body, k, patterns, LONGEST_OFFICIAL):
        return ""
    own = line.paged or bool(patterns.official.search(line.text))
    if not own and patterns.report_title.search(line.text):
        own = bool(patterns.marks["named_year"].search(line.text)) or _greeted(body, k, patterns)
    return _whole(body, k, line.text, patterns) if own and not patterns.byline.search(line.text) else ""


def _greeted(body: Sequence[Line], k: int, patterns: _Patterns) -> bool:
    """Is an audience greeted in the next lines?"""
    return any(patterns.salutation.match(line.text) for line in body[k + 1 : k + 2 + FOLLOWING])


def _belongs(body: Sequence[Line], opening: Opening, titles: Sequence[str], patterns: _Patterns) -> bool:
    """Is a title that of a part of the report before it: its attachment, the plan that its title names, its own title
    once more?"""
    before, title = titles[-1], opening.title
    fresh = body[opening.at].paged or _greeted(body, opening.at, patterns)
    if patterns.attached.search(body[opening.at - 1].text):
        return True
    if title in titles:
        return not fresh
    if fresh or patterns.placed.match(title):
        return False
    if _is_attachment(title, before, patterns):
        return True
    kind = patterns.report_title.search(title)
    return bool(kind and kind[0] in before and patterns.marks["two_in_one"].search(before))


def _is_attachment(title: str, before: str, patterns: _Patterns) -> bool:
    """Is a title that of what the notice before it hands on? The two are one report."""
    if not patterns.covering.search(before) or patterns.covering.search(title):
        return False
    return _shared(title, before) >= min(SHARED, len(title))


def _is_notice(body: Sequence[Line], k: int, patterns: _Patterns) -> bool:
    """Is the prose at line k no more than the small print of a page?"""
    return bool(patterns.small_print.search(body[k].text)) and len(body[k].text) < 2 * PROSE


def _shared(one: str, other: str) -> int:
    """The length of the longest stretch that two titles share."""
    best = 0
    row = [0] * (len(other) + 1)
    for a in one:
        diagonal = 0
        for j, b in enumerate(other, 1):
            above = row[j]
            row[j] = diagonal + 1 if a == b else 0
            diagonal = above
            best = max(best, row[j])
    return best
