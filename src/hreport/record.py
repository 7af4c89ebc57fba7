"""What a row is: the columns of every table, and how an `Extraction` is laid flat into rows.

A row is a plain dict from column name to `str`, `int`, `float`, `bool`, `None` (empty) or `Cell` (a cell of the
comparison table). Numbers come out of exact decimals: `int` where they are integral, else the nearest `float`. Column
names are stable ASCII; Chinese headings and the few words that tables print are data (`data/headers.toml`).
"""

from __future__ import annotations

import math
import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias

from hreport.model import BlockKind, Document, Exact, Extraction, Masked, Observation, Outline, Range, Report
from hreport.text import LONGEST_SENTENCE

Kind: TypeAlias = Literal["text", "int", "number", "bool", "mixed"]
State: TypeAlias = Literal["plain", "masked", "damaged", "repaired", "corrected", "doubt", "note"]
Row: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its stable name, what its cells hold, and the heading to print (empty: the name).

    `number` cells are `int` or `float`; `mixed` cells are numbers, text or `Cell`s.
    """

    name: str
    kind: Kind = "text"
    heading: str = ""

    @property
    def title(self) -> str:
        """What stands above the column."""
        return self.heading or self.name


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a comparison: what is shown, the bare number where nothing stands beside it, why it is marked, and the
    words behind it (which make no other cell of it)."""

    show: str
    number: int | float | None = None
    state: State = "plain"
    words: str = field(default="", compare=False)

    def __str__(self) -> str:
        """What is shown."""
        return self.show


def columns_of(text: str) -> tuple[Column, ...]:
    """Columns written as `name` or `name:kind`, parted by white space."""
    pairs = (word.partition(":") for word in text.split())
    return tuple(Column(name, kind or "text") for name, _, kind in pairs)  # type: ignore[arg-type]


# What a comparison can be asked for: what its columns are, and which figures it takes.
BY = ("area", "area,year", "report")
STATUSES = ("actual", "target", "reference")
MEASURES = ("level", "change", "change_rate", "multiple", "rank")
ALL = "all"  # of the statuses, of the measures
STATE_BEFORE = "link.state_before"  # the rule of the A in 由A增至B: how things were, at a time that is seldom said
SOURCE = "url publisher published"
HASH = 16  # digits of a document's SHA-256 that its rows carry, at least
LONGEST_NUMBER = 4000  # digits of an int that are written out: Python refuses from 4,300 on

EXTRACT = columns_of(
    f"""
    file report:int title
    start:int end:int text numeral value:number value_max:number unit base_unit masked:bool bound damage repaired:number
    indicator measure direction basis real:bool status period area
    section page:int table:int row:int column:int sentence confidence:number doubts
    area_name obs_value:number indicator_id area_id area_inferred area_evidence year:int low:number high:number rule
    {SOURCE} file_hash corrected
    """
)
MASKS = columns_of(
    f"""
    file report:int title start:int end:int text kind section page:int sentence rule {SOURCE} file_hash corrected
    """
)
SUMMARY = columns_of("file kind masks:int texts:int example")
BLOCKS = columns_of(
    """
    start:int end:int block page:int level:int table:int row:int column:int row_heading column_heading caption
    score:number
    """
)
ISSUES = columns_of("file code message fatal:bool start:int end:int")
LONG = columns_of(
    f"""
    area area_id year:int indicator_id indicator name_en measure direction basis status period area_text
    value:number value_max:number obs_value:number unit bound masked:bool numeral low:number high:number damage
    repaired:number doubt confidence:number chosen:bool rank:int
    file report:int title page:int sentence start:int end:int
    area_inferred area_evidence copy_of {SOURCE} file_hash corrected
    """
)
_SIDES = " ".join(f"file_{s} report_{s}:int start_{s}:int end_{s}:int text_{s} damage_{s}" for s in "ab")
ALIGN = columns_of(
    f"kind {_SIDES} mask value:number unit indicator indicator_id sure:bool around_a around_b sentence_a sentence_b"
)
STATISTICS = columns_of(
    "comparable:int minimum:number median:number maximum:number masked_cells:int doubtful_cells:int"
)
CHECK = columns_of(
    """
    finding:int code note:bool sure:number message part area year:int indicator_id indicator text value:number unit
    status period doubt file report:int title page:int sentence start:int end:int
    """
)
GROWTH = columns_of(
    """
    area area_id indicator_id indicator year:int unit level_before:number level:number growth:number growth_low:number
    growth_high:number claimed:number real:bool agrees implied_low:number implied_high:number level_before_source
    level_source claimed_source
    """
)
SUGGEST = columns_of(
    """
    wording measure unit reports:int figures:int variants nearest nearest_name entry alias_entry base_unit example
    file start:int end:int
    """
)
CATALOGUE = columns_of("id name en group unit kind better low:number high:number flow:bool aliases source systems")
CARD = columns_of("field content")  # one indicator, a line for each thing that is known of it
SCORES = columns_of("by name figure p:number r:number f1:number hit:int gold:int pred:int false_alarms:int")
EARLIER = columns_of("before:number lost:int gained:int")  # beside SCORES, on a screen
CASES = columns_of("case file start:int end:int text indicator gold before found sentence")
DOCTOR = columns_of("what found use advice")
NOTES = columns_of("topic note")  # of an export: what its marks mean, and what it was made of
MACHINE = columns_of("layer role")  # only in JSON lines, where one file may hold several layers


@lru_cache(maxsize=1)
def wording() -> Mapping[str, Any]:
    """The words of tables, as they stand in `data/headers.toml`."""
    text = (files("hreport") / "data" / "headers.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def headed(columns: tuple[Column, ...], language: str) -> tuple[Column, ...]:
    """The columns with headings in `language` (`en`: the names themselves)."""
    words = wording()["columns"] if language != "en" else {}
    return tuple(replace(c, heading=c.heading or words.get(c.name, "")) for c in columns)


def worded(row: Row, language: str) -> Row:
    """A row for a screen: codes as words of `language` (`en`: as they are)."""
    words = wording()["codes"] if language != "en" else {}
    return {name: words.get(name, {}).get(value, value) if value else value for name, value in row.items()}


def number(value: Decimal | None) -> int | float | None:
    """An exact decimal as a plain number: `int` where it is integral; None where Python writes out none so long.

    >>> number(Decimal("519000000")), number(Decimal("35.20")), number(None)
    (519000000, 35.2, None)
    """
    if value is None or not value.is_finite() or value.adjusted() >= LONGEST_NUMBER:
        return None
    if value == value.to_integral_value():
        return int(value)
    nearest = float(value)
    return nearest if math.isfinite(nearest) else None


def exact(value: Any) -> Decimal | None:
    """A cell's number as the decimal that it was written as.

    >>> exact(35.2), exact(None)
    (Decimal('35.2'), None)
    """
    return None if value is None or value == "" else Decimal(str(value))


_NO_NUMBER = re.compile("[abcdf]")


def file_hash(sha256: str) -> str:
    """The digits of a document's SHA-256 by which corrections name it: 16, or as many as it takes before a spreadsheet
    sees that they are no number.

    >>> file_hash("6c1f" * 16), file_hash("0123456789012e45c" + "0" * 47)
    ('6c1f6c1f6c1f6c1f', '0123456789012e45c')
    """
    letter = _NO_NUMBER.search(sha256)
    return sha256[: max(HASH, letter.end() if letter else len(sha256))]


def damage_of(row: Row) -> Literal["plain", "repaired", "corrected", "damaged"]:
    """What was done to the text of a figure, and whether the program or a person put that right.

    >>> damage_of({"damage": "cut", "repaired": None}), damage_of({"damage": "cut", "corrected": "value"})
    ('damaged', 'corrected')
    """
    if not row.get("damage"):
        return "plain"
    if "value" in corrected_fields(row):
        return "corrected"
    return "damaged" if row.get("repaired") is None else "repaired"


def corrected_fields(row: Row) -> frozenset[str]:
    """What a person put right in a row of `extract`.

    >>> sorted(corrected_fields({"corrected": "value year"})), corrected_fields({"corrected": None})
    (['value', 'year'], frozenset())
    """
    return frozenset((row.get("corrected") or "").split())


_YEAR = re.compile(r"[12]\d{3}")


def year_number(year: str) -> int | None:
    """A resolved year as a number; a masked one, or several, is not one.

    >>> year_number("2025"), year_number("201*"), year_number("")
    (2025, None, None)
    """
    return int(year) if _YEAR.fullmatch(year) else None


def observation_rows(
    extraction: Extraction, file: str, source: Mapping[int, Mapping[str, str]] | None = None
) -> Iterator[Row]:
    """One row for each observation, in the order of the text, with the columns of `EXTRACT`.

    `source` gives url, publisher and published for the reports (by number) that a manifest names.
    """
    document = extraction.document
    reports = {r.number: r for r in extraction.reports}
    origins = {r.number: _origin(document, (source or {}).get(r.number, {})) for r in extraction.reports}
    span, sentence = None, ""
    for o in extraction.observations:
        if o.sentence != span:  # the rows of a sentence share its text
            span, sentence = o.sentence, document.text[o.sentence.start : o.sentence.end].strip()
        yield _observation_row(o, document, sentence, reports[o.report], file, origins[o.report])


def _origin(document: Document, given: Mapping[str, str]) -> Row:
    """Where the rows of a report come from: what a manifest says of it, and the document's bytes; nothing was corrected
    so far."""
    return {
        "url": given.get("url") or None,
        "publisher": given.get("publisher") or None,
        "published": given.get("published") or None,
        "file_hash": file_hash(document.sha256),
        "corrected": None,
    }


def document_row(extraction: Extraction) -> Row:
    """What a document is: its format, and how many characters, pages and reports it has."""
    document = extraction.document
    pages = [b.page for b in document.blocks if b.page is not None]
    return {
        "format": document.format,
        "characters": len(document.text),
        "pages": max(pages, default=None),
        "reports": len(extraction.reports),
    }


def _observation_row(o: Observation, document: Document, sentence: str, report: Report, file: str, origin: Row) -> Row:
    q = o.quantity
    value = value_max = low = high = None
    match q.value:
        case Exact(n):
            value = n
        case Range(a, b):
            value, value_max = a, b
        case Masked(low=a, high=b):
            low, high = a, b
    masked = isinstance(q.value, Masked)
    usable = q.repaired if q.repaired is not None else (value if not masked and not q.damage else None)
    return {
        "layer": "quantity",
        "role": "metric",
        "file": file,
        "report": o.report,
        "title": report.title,
        "start": q.span.start,
        "end": q.span.end,
        "text": q.text,
        "numeral": q.numeral,
        "value": number(value),
        "value_max": number(value_max),
        "unit": q.unit,
        "base_unit": q.base_unit,
        "masked": masked,
        "bound": q.bound,
        "damage": q.damage,
        "repaired": number(q.repaired),
        "indicator": o.indicator,
        "measure": o.measure,
        "direction": o.direction,
        "basis": o.basis,
        "real": o.real,
        "status": o.status,
        "period": o.period or None,
        "area": o.area or None,
        "section": o.section or None,
        "page": o.page,
        "table": o.table,
        "row": o.row,
        "column": o.column,
        "sentence": sentence,
        "confidence": o.confidence,
        "doubts": " ".join(o.doubts),
        "area_name": o.area_name or None,
        "obs_value": number(usable),
        "indicator_id": o.indicator_id or None,
        "area_id": o.area_id or None,
        **_inferred(o, document, report),
        "year": year_number(o.year),
        "low": number(low),
        "high": number(high),
        "rule": o.rule,
        **origin,
    }


def _inferred(o: Observation, document: Document, report: Report) -> Row:
    """The place that leaked, for a figure about the report's own place: its full name with the code, and the words that
    it stands in with the offsets of the name, its grade and how often it is named."""
    found = report.inferred if o.area_name == report.area else None
    if found is None:
        return {"area_inferred": None, "area_evidence": None}
    words = re.sub(r"\s+", " ", document.text[found.around.start : found.around.end]).strip()
    return {
        "area_inferred": f"{found.name} {found.area_id}".strip(),
        "area_evidence": f'"{words}" {found.span.start}-{found.span.end} {found.grade} {found.times}',
    }


_EVIDENCE_PLACE = re.compile(r"(?<=\" )(\d+)-(\d+)(?= \w+ \d+$)")  # in `area_evidence`


def moved(row: Row, characters: int, reports: int = 0, tables: int = 0) -> Row:
    """A row of a document's portion as a row of the whole, before whose portion so many characters, reports and tables
    stand.

    >>> moved({"start": 3, "end": 5, "report": 1, "area_evidence": '"余杭区" 7-10 named 2'}, 100, 4)
    {'start': 103, 'end': 105, 'report': 5, 'area_evidence': '"余杭区" 107-110 named 2'}
    """
    new = {**row, "start": row["start"] + characters, "end": row["end"] + characters}
    if row.get("report") is not None:
        new["report"] = row["report"] + reports
    if row.get("table") is not None:
        new["table"] = row["table"] + tables
    if characters and row.get("area_evidence"):
        new["area_evidence"] = _EVIDENCE_PLACE.sub(
            lambda m: f"{int(m[1]) + characters}-{int(m[2]) + characters}", row["area_evidence"]
        )
    return new


# The end of a sentence: full stop, exclamation and question mark and semicolon of either width, or a line break.
_SENTENCE_END = re.compile("[\u3002\uff01\uff1f\uff1b!?;\n\r]+")


def mask_rows(
    extraction: Extraction, file: str, source: Mapping[int, Mapping[str, str]] | None = None
) -> Iterator[Row]:
    """One row for each masked placeholder, in the order of the text, with the columns of `MASKS`."""
    text = extraction.document.text
    ends = [m.end() for m in _SENTENCE_END.finditer(text)]
    blocks = sorted(extraction.document.blocks, key=lambda b: b.span)
    starts = [b.span.start for b in blocks]
    reports = sorted(extraction.reports, key=lambda r: r.span)
    report_starts = [r.span.start for r in reports]
    outlines = [Outline(r.sections) for r in reports]
    for mask in extraction.masks:
        number = bisect_right(report_starts, mask.span.start) - 1
        report = reports[number] if number >= 0 and mask.span.within(reports[number].span) else None
        sections = [s for s in outlines[number].at(mask.span.start) if mask.span.within(s.span)] if report else []
        where = bisect_right(starts, mask.span.start) - 1
        block = blocks[where] if where >= 0 and mask.span.within(blocks[where].span) else None
        before, after = bisect_right(ends, mask.span.start), bisect_right(ends, mask.span.end - 1)
        begin = ends[before - 1] if before else 0
        finish = ends[after] if after < len(ends) else len(text)
        if finish - begin > LONGEST_SENTENCE:  # no sentence: what stands around the mask
            begin = max(begin, mask.span.start - LONGEST_SENTENCE // 2)
            finish = min(finish, max(mask.span.end, begin + LONGEST_SENTENCE))
        origin = _origin(extraction.document, (source or {}).get(report.number, {}) if report else {})
        yield {
            "layer": "mask",
            "file": file,
            "report": report.number if report else None,
            "title": report.title if report else None,
            "start": mask.span.start,
            "end": mask.span.end,
            "text": mask.text,
            "kind": mask.kind,
            "section": max(sections, key=lambda s: s.level).heading if sections else None,
            "page": block.page if block else None,
            "sentence": text[begin:finish].strip(),
            "rule": mask.rule,
            **origin,
        }


def mark_rows(extraction: Extraction, file: str) -> Iterator[Row]:
    """What else there is to see in a document: a row for each of its reports, their sections, times and places, each
    with `layer`, `file`, `start` and `end`.

    `report`: `report`, `title`, `area`, `area_id`, `year`,
    `area_inferred`; `section` (its heading): `report`, `level`; `time` and `area`: `report`, `text`, `kind`, `means`,
    `area_id`.
    """
    cells = {block.span.start for block in extraction.document.blocks if block.kind is BlockKind.CELL}
    for report in extraction.reports:
        own = {"file": file, "report": report.number}
        inferred = f"{report.inferred.name} {report.inferred.area_id}".strip() if report.inferred else None
        yield {
            "layer": "report", **own, "start": report.span.start, "end": report.span.end, "title": report.title or None,
            "area": report.area or None, "area_id": report.area_id or None, "year": report.year or None,
            "area_inferred": inferred,
        }  # fmt: skip
        for section in report.sections:
            if section.span.start in cells:
                continue  # a row of a table
            start, end = section.span.start, min(section.span.start + len(section.heading), section.span.end)
            yield {"layer": "section", **own, "start": start, "end": end, "level": section.level}
    for m in extraction.mentions:
        yield {
            "layer": m.layer, "file": file, "report": m.report, "start": m.span.start, "end": m.span.end,
            "text": m.text, "kind": m.kind, "means": m.means or None, "area_id": m.area_id or None,
        }  # fmt: skip


# --- cells as text ---------------------------------------------------------------------------------------------------

# What a spreadsheet takes for the beginning of a formula, in either width, and control characters.
# An apostrophe before it is guarded as well, so that `unguarded` undoes exactly what `guarded` did.
_RUNS = re.compile("'*(?:[\\s\u00a0\u3000]*[=+\\-@\uff1d\uff0b\uff0d\uff20]|[\x00-\x1f\x7f])")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*(e[+-]?\d+)?%?|[+-]", re.IGNORECASE)


def plain(value: Any) -> str:
    """A cell as text: empty for None, `true` and `false`, the shortest form of a number.

    >>> plain(None), plain(True), plain(519000000), plain(35.2)
    ('', 'true', '519000000', '35.2')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def guarded(text: str) -> str:
    """Text that no spreadsheet runs: an apostrophe before what would begin a formula; plain numbers stay as they are.

    >>> guarded("=1+1"), guarded("-5.2"), guarded("-5,A1")
    ("'=1+1", '-5.2', "'-5,A1")
    """
    return "'" + text if _RUNS.match(text) and not _PLAIN_NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """What `guarded` was given.

    >>> unguarded("'=1+1"), unguarded("'tis")
    ('=1+1', "'tis")
    """
    return text[1:] if text.startswith("'") and _RUNS.match(text[1:]) else text


# What a screen obeys, or shows in another order than it stands: control characters of both sets, marks of direction.
_OBEYED = "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_CONTROL = re.compile(f"[{_OBEYED}]+")
_CONTROL_OR_END = re.compile(f"[\t\n{_OBEYED}]+")


def legible(text: str, lines: bool = False) -> str:
    """Text of which nothing is obeyed where it is shown: spaces for what is no character to see, on one line or, with
    `lines`, on its own.

    >>> legible("12\\x1b[31m\\n"), legible("a\\tb\\n", lines=True)
    ('12 [31m ', 'a\\tb\\n')
    """
    return (_CONTROL if lines else _CONTROL_OR_END).sub(" ", text)


def encodable(text: str) -> str:
    """Text without lone surrogates (undecodable file names, broken documents), so that UTF-8 can hold it."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
    return text
