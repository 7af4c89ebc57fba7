"""The types that everything else passes along; standard library only.

A file becomes a `Document`, a document becomes `Report`s, a report becomes mentions (`Mask`, `Quantity`, `TimeMention`,
`AreaMention`), mentions become `Observation`s. All types are frozen; offsets are indices into `Document.text`
(Python `str` indices, start inclusive, end exclusive).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Literal, NamedTuple, TypeAlias

Role: TypeAlias = Literal["metric", "qualifier", "date", "ordinal", "name", "count_word", "boilerplate"]
MaskKind: TypeAlias = Literal["number", "date", "place", "person", "org", "other"]
Bound: TypeAlias = Literal["exact", "approx", "min", "max", "range"]
Damage: TypeAlias = Literal["year_scrub", "split", "lost_char", "lost_unit", "lost_point", "deleted", "cut", "spaced"]
Measure: TypeAlias = Literal["level", "change", "change_rate", "multiple", "rank"]
Direction: TypeAlias = Literal["up", "down"]
Status: TypeAlias = Literal["actual", "target", "reference"]
YearSource: TypeAlias = Literal["", "manifest", "title", "file", "text"]
MentionLayer: TypeAlias = Literal["time", "area"]
LeakGrade: TypeAlias = Literal["own", "named", "within"]
Basis: TypeAlias = Literal["yoy", "qoq", "annual_average", "cumulative", "against_plan"]


class _Ends(NamedTuple):
    start: int
    end: int


# A tuple, which is compared and sorted several times as fast as a dataclass.
class Span(_Ends):
    """Characters `start` to `end` (exclusive) of a document's text."""

    __slots__ = ()

    def __new__(cls, start: int, end: int) -> Span:
        """Refuses what is no span."""
        if not 0 <= start <= end:
            raise ValueError(f"not a span: {start}..{end}")
        return tuple.__new__(cls, (start, end))

    def within(self, other: Span) -> bool:
        """Does this span lie inside `other`?"""
        return other.start <= self.start and self.end <= other.end


class Earlier(NamedTuple):
    """A number before a figure in its sentence: its wording, and the text from its clause on to that of the next."""

    wording: str
    text: str


class Surroundings(NamedTuple):
    """What stands around the wording of a figure, as the report writes it.

    `verb` is that in front of what is measured ("" if none), `front` the text there, both of the list's first figure
    where the figure goes on with a list; `before` what stands in front of the wording in its clause, `after` what the
    clause says behind a noun that follows the number, `earlier` the numbers before it in the sentence, the nearest
    first, `heading` that of its section, `left` what stands in front of the number in its clause.
    """

    verb: str = ""
    front: str = ""
    before: str = ""
    after: str = ""
    earlier: tuple[Earlier, ...] = ()
    heading: str = ""
    left: str = ""


class BlockKind(StrEnum):
    """What a stretch of the source text is on its page."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    CELL = "cell"
    FURNITURE = "furniture"  # running headers and footers, page numbers: kept in the text, left out of the reading


# A tuple: documents have thousands, and a frozen dataclass takes three times as long to make.
class Block(NamedTuple):
    """A paragraph, heading, table cell or piece of page furniture, as a span of the document's text.

    `page`, `table`, `row`, `column` count from 1; `row_heading` and `column_heading` are the cell's headings (stacked
    headings joined with a space), `caption` the line before the table (where units such as 单位:亿元 stand);
    `is_heading`: the cell is itself a heading of rows, of columns or of a part of the table. `level` is that of a
    heading from 1, of a cell how far its words are moved in, which makes a row a part of the one above. `score`: how
    sure text recognition was of the words, 0 to 1, where they were read off a picture.
    """

    kind: BlockKind
    span: Span
    page: int | None = None
    level: int | None = None
    table: int | None = None
    row: int | None = None
    column: int | None = None
    row_heading: str = ""
    column_heading: str = ""
    caption: str = ""
    is_heading: bool = False
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Portion:
    """A stretch of a large text that is read by itself: bytes `start` to `end` (exclusive) of a file.

    `characters` stand before it in the text of the whole file, `until` is where it ends there (None: it is the last).
    `sha256` and `stamp` (when it was last changed, in nanoseconds) are the file's, as is `encoding`; `head` its first
    lines, which may say that it is a collection. `continues`: it begins in the middle of a report.
    """

    start: int = 0
    end: int = 0
    characters: int = 0
    until: int | None = None
    encoding: str = "utf-8"
    sha256: str = ""
    stamp: int = 0
    head: tuple[str, ...] = ()
    continues: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """All that a reader makes of a file: one source text and the blocks that lie in it, in reading order.

    `text` is never rewritten. For a .txt file it is the decoded file, untouched. `format` is what the content is
    ("txt", "docx", "pdf", ...), whatever the name says; `sha256` is of the file's bytes; `meta` holds the document's
    own properties (title, author, created), where it has any; `issues` what was read with a doubt. `marks` are
    characters of the format that are no words (the asterisks of emphasis in Markdown): the reading leaves them out.
    `portion`: which stretch of its file this is, where it is not all of it; offsets are of the stretch.
    """

    path: str
    text: str
    blocks: tuple[Block, ...]
    format: str
    sha256: str
    meta: Mapping[str, str] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()
    marks: tuple[Span, ...] = ()
    portion: Portion | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """Something that could not be read, or was read with a doubt. A result, never an exception.

    `code` is stable and ASCII (`not_found`, `encrypted`, `damaged`, ...), `message` one line that says what is wrong
    and what to do. `fatal`: nothing of the file was read (exit code 1). `pages`: how many pages text recognition could
    read.
    """

    path: str
    code: str
    message: str
    fatal: bool = True
    span: Span | None = None
    pages: int = 0


# --- values ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Exact:
    """A number in the base unit."""

    number: Decimal


@dataclass(frozen=True, slots=True)
class Range:
    """A range in the base unit, `low` to `high`."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Masked:
    """A number whose digits were hidden. A value, not a gap: it has no number, and no two are ever equal.

    `low` and `high` are what the mask allows, in the base unit, where the document masks digit by digit.
    """

    numeral: str
    low: Decimal | None = None
    high: Decimal | None = None

    def __eq__(self, other: object) -> bool:
        """Two masks are never one value."""
        return self is other

    def __hash__(self) -> int:
        """Follows `__eq__`."""
        return id(self)


Value: TypeAlias = Exact | Range | Masked


# --- mentions --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mask:
    """A placeholder where the publisher removed something. `rule` names the data entry that found it."""

    span: Span
    text: str
    kind: MaskKind
    rule: str


class Quantity(NamedTuple):
    """A number or number mask with its unit; fields as in the contract of `hreport extract`.

    `span` is of the source text, `at` of the reading. `repaired` is in the base unit, where damage can be undone with
    certainty.
    """

    span: Span
    at: Span
    text: str
    numeral: str
    value: Value
    unit: str
    base_unit: str
    bound: Bound
    rule: str
    damage: Damage | None = None
    repaired: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """A time or a place that a document names, as a span of the source text.

    `kind`: of a time as in times.toml (`year`, `month`, `relative`, ...), of a place "named", "masked", "relative"
    (全市) or "part" (市区). `report`: the number of the report that it stands in. `means`: the year or years, or the
    name of the place, "" where the document does not say; `area_id` the place's code, where it has one.
    """

    span: Span
    text: str
    layer: MentionLayer
    kind: str
    report: int
    means: str = ""
    area_id: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a report, its heading as written. `level` 1 is 一、, 2 is (一), 3 is 1、."""

    span: Span
    heading: str
    level: int


class Outline:
    """The sections of a report by position. They nest: each ends where one of its level or above begins."""

    def __init__(self, sections: Sequence[Section]) -> None:
        """`sections` in the order of the text."""
        self._sections = sections
        self._starts = [s.span.start for s in sections]
        self._around: list[int] = []  # of each section the one that holds it, -1 for none
        chain: list[int] = []
        for k, section in enumerate(sections):
            while chain and sections[chain[-1]].span.end <= section.span.start:
                chain.pop()
            self._around.append(chain[-1] if chain else -1)
            chain.append(k)

    def at(self, offset: int) -> list[Section]:
        """The sections that hold a source offset, the innermost first."""
        found = []
        k = bisect_right(self._starts, offset) - 1
        while k >= 0:
            if offset < self._sections[k].span.end:
                found.append(self._sections[k])
            k = self._around[k]
        return found


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that leaked from a report whose own place is masked or missing: its full name with those above it, its
    code (none of a township), the best evidence (`span`, and `around` it), how many `times` it is named and its weight.

    `grade`: "own" where it stands as the report's own, "named" where it is only named, "within" where the report's
    place can only lie in it.
    """

    name: str
    area_id: str
    span: Span
    around: Span
    times: int
    weight: int
    grade: LeakGrade


@dataclass(frozen=True, slots=True)
class Report:
    """One report inside a document. `number` counts from 1; `area` and `year` as read off title, text and file name
    (a masked year as written, such as `201*`), empty where nothing says; `year_from` is where the year stands.

    `candidates` are places that leaked where `area` is masked or missing, the likeliest first; `inferred` is the one
    that stands out. They never take the place of `area`.
    """

    number: int
    span: Span
    title: str
    area: str = ""
    area_id: str = ""
    year: str = ""
    year_from: YearSource = ""
    candidates: tuple[Candidate, ...] = ()
    inferred: Candidate | None = None
    sections: tuple[Section, ...] = ()


# A tuple as well: made once and completed step by step, some thousands in a document.
class Observation(NamedTuple):
    """One figure of a report, with everything that is known of it and where it stands.

    `area` and `period` are as written; `area_name`, `area_id`, `year` what they were resolved to; `rule` names the rule
    that linked it. `sentence` is a span, so that every figure can show its words.
    """

    report: int
    quantity: Quantity
    indicator: str
    measure: Measure
    status: Status
    rule: str
    sentence: Span
    direction: Direction | None = None
    basis: Basis | None = None
    real: bool = False
    period: str = ""
    area: str = ""
    section: str = ""
    page: int | None = None
    table: int | None = None
    row: int | None = None
    column: int | None = None
    area_name: str = ""
    area_id: str = ""
    indicator_id: str = ""
    year: str = ""
    confidence: float | None = None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one document holds: its reports, masks and observations, each in the order of the text; its `mentions` of
    times and places where they are asked for."""

    document: Document
    reports: tuple[Report, ...]
    masks: tuple[Mask, ...]
    observations: tuple[Observation, ...]
    mentions: tuple[Mention, ...] = ()
