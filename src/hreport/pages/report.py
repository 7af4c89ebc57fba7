"""The data of the page that `hreport report` writes: what the comparison, the checks and the masks of many reports are,
for a page that filters and draws by itself.

**One object**, ready for JSON. Tables are columnar (an object of equally long arrays), indexes count from 0, null is
what is missing. Texts of the columns named in `coded` are indexes into `strings`. Offsets are Python's: characters
(code points), not the UTF-16 units of JavaScript.

- `version` of this contract; `language`: `zh` or `en`, the one to begin with; `title` of the page, "" for its own
  words; `program`: name and version.
- `words`: by language, all words of the page (`data/pages.toml`), with `legend`, `groups` and `codes` (column -> code
  -> words). `charts`: `charts.for_page()`.
- `selection`, to begin with: `by` (`area`, `area,year`, `report`), `status` and `measure` (or `all`), `indicators`
  (ids), `years`, `areas` (indexes); an empty list is everything.
- `indicators`: `{id, name, en, group, better}`, in the order of the catalogue.
- `lines`: the rows of a comparison in its order, `{indicator, measure, status, basis, unit}`.
- `areas`: the columns of a comparison in its order, `{name, id, unknown, level}`; a masked or unknown place is one of
  its own in each report.
- `reports`: `{file, report, title, area, year, area_inferred, area_evidence, url, publisher, published, format, pages,
  from_table, text, copy_of, figures, known, masked, damaged, repaired, corrected, doubtful, contradicted, masks}`.
  `area`, `copy_of` and `text` (see below) are indexes; `masks`: how many of each kind; `from_table`: its text was not
  read, so that no masks are known but those of figures (and those that a store holds).
- `figures`: one entry for each observation, by file, report and offset; see below.
- `masks`: the same of each mask, `report, kind, text, start, end, sentence_start, sentence_end, page, section, rule,
  sentence`.
- `findings` of `hreport check`: `{code, sure, note, message: {en, zh}, parts: [{role, figure}]}`.
- `issues`: `{file, code, message: {en, zh}, fatal}`.
- `coded`: `{figures: [names], masks: [names]}`; `strings`: the shared texts.

**Figures**

- `line`, `area`, `year`, `report`. `line` is null where no indicator of the catalogue fits.
- `order`: of the figures of a cell that pass the filter the smallest is shown. By report, figures of the place that
  most of the report's figures speak of (of those that pass; the first of several) go before the others.
- `stands`: 1, or 0 where a copy of a text only says again what another says: it stands in no cell but by report.
- `shown`: what a cell shows of it; behind it come, parted by spaces, `*` (see `against`), its own `marks`, and its year
  in brackets where the column has another (`(?)`: not known). By report the mark of a copy is left out.
- `state`: `plain masked damaged repaired corrected doubt`; of a cell `plain` and `doubt` say only whether it has marks.
- `number`: to compute and chart with, in the line's unit; null for masks and damage. `number_max`: the other end of a
  range. `bound`: `exact approx min max range`. `low`, `high`: what a mask allows, in the line's unit.
- `against`: figures that contradict it, which may stand in its cell. With one of them there, or, if its year is known,
  one of a later year, the cell has the `*`. Of very many those of the highest confidence are named.
- `start`, `end`, `sentence_start`, `sentence_end`: offsets in the document. The last two are null where they are not
  known; then `sentence` has the words (else it is null: the texts have them).
- `page`, `table`, `row`, `column`, `section`; `wording` (the report's words for the indicator), `text`, `unit` and
  `period` as written; `status`, `measure`, `basis`; `rule` (that found it).
- `confidence`; `reasons`: codes of why it is not higher; `doubts`: codes of why the figure is marked; `damage`.
- `mirror`: the report that its report is a copy of.

**The texts** are apart, since they are large and seldom asked for: a list of `[offset, text]` for each file; `text`
of a report says which.

**The file** (`file_of`) is made of `assets/report.html`. It may name `{{title}}`, `{{language}}`, `{{program}}` and
`{{words.KEY}}` (of the language that it begins with), and has the blocks `data` (the object), `texts` (base64 of
gzipped JSON) and `vega` (the script of the charts, to be run when it is needed).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hreport import __version__, cells, charts, checks, comparison, mirrors
from hreport.figures import Figure, Selection, doubts_of, identity, unique
from hreport.lexicon import Lexicon
from hreport.messages import LANGUAGES, translated
from hreport.model import Issue
from hreport.pages import html
from hreport.pages.board import Areas, Board
from hreport.pages.columns import FIGURE_TEXTS, MASK_TEXTS, Columns, Data, Place, Strings
from hreport.pages.excerpts import Excerpts, Segment, TextOf
from hreport.pages.words import words
from hreport.record import Row, encodable

VERSION = 1
REPORT = ("title", "area_inferred", "area_evidence", "url", "publisher", "published")  # what rows say of their report
COUNTED = ("damaged", "repaired", "corrected", "contradicted")  # doubts of which a report says how many it has


def _no_text(file: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Given:
    """What was read: rows of `extract` and of `masks` (`layer` tells them apart); how to get the text of a file, None
    where there is none; of each document that was read what is known of it (`record.document_row`); what went wrong."""

    rows: Sequence[Row]
    text_of: TextOf = _no_text
    documents: Mapping[str, Row] = field(default_factory=dict)
    issues: Sequence[Issue] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """The data of a page, the texts of its files, and what the comparison had to leave out or to say."""

    data: Data
    texts: Sequence[Sequence[Segment]]
    issues: Sequence[Issue]


def file_of(page: Page) -> bytes:
    """The page as one HTML file."""
    data = page.data
    own = data["words"][data["language"]]
    texts = {
        "title": data["title"] or own["title"].format(reports=len(data["reports"])),
        "language": data["language"],
        "program": data["program"],
        **{f"words.{key}": words for key, words in own.items() if isinstance(words, str)},
    }
    blocks = {"data": html.json_of(data), "texts": html.packed(page.texts), "vega": html.vega()}
    return html.page_of("report.html", texts, blocks, later=["vega"])


def page(
    given: Given,
    lexicon: Lexicon,
    selection: Selection,
    *,
    language: str = "en",
    title: str = "",
    keep_copies: bool = False,
) -> Page:
    """The page of these rows. It begins with the `selection`; everything else is in it, too."""
    observations = [row for row in given.rows if row.get("layer") != "mask"]
    masks = sorted((row for row in given.rows if row.get("layer") == "mask"), key=_place)
    findings = checks.check(observations, lexicon)
    copies = comparison.copies_among(observations, keep_copies)
    rows = sorted(unique(mirrors.placed(observations, copies)), key=_place)
    board = Board.of(rows, lexicon, copies)
    areas = Areas.of(board, selection)
    excerpts = Excerpts.of([*rows, *masks], given.text_of)
    against = checks.spoken_against(findings)
    doubts = [_doubts(row, figure, against) for row, figure in zip(rows, board.figures, strict=True)]
    reports = _reports(rows, masks, doubts, areas, copies, given, list(excerpts.segments))
    number_of = {place: n for n, place in enumerate(reports)}
    chosen = board.chosen()
    lines = comparison.in_order({**{f.line: {} for _, f in board.found}, **chosen}, lexicon.indicators)
    ids = list(dict.fromkeys(line[0] for line in lines))
    strings = Strings()
    own = Columns(number_of, excerpts, strings)
    issues = [*given.issues, *board.issues]
    data: Data = {
        "version": VERSION,
        "language": language,
        "title": encodable(title),
        "program": f"hreport {__version__}",
        "words": words(),
        "charts": charts.for_page(),
        "selection": {
            "by": selection.by,
            "status": selection.status,
            "measure": selection.measure,
            "indicators": list(selection.indicators),
            "years": list(selection.years),
            "areas": areas.wanted(board, selection),
        },
        "indicators": [_indicator(lexicon, id_) for id_ in ids],
        "lines": [_line(line, ids) for line in lines],
        "areas": areas.listed,
        "reports": list(reports.values()),
        "figures": own.figures(board, areas, lines, doubts, copies),
        "masks": own.masks(masks),
        "findings": _findings(findings, rows),
        "issues": [
            {"file": encodable(i.path), "code": i.code, "message": _in_all(i.message), "fatal": i.fatal} for i in issues
        ],
        "coded": {"figures": FIGURE_TEXTS, "masks": MASK_TEXTS},
    }
    data["strings"] = list(strings.numbers)
    return Page(data, list(excerpts.segments.values()), board.issues)


def _place(row: Row) -> tuple[Any, ...]:
    return (row["file"] or "", row["report"] or 0, row["start"] or 0, row["end"] or 0)


def _in_all(message: str) -> dict[str, str]:
    return {language: encodable(translated(message, language)) for language in LANGUAGES}


def _indicator(lexicon: Lexicon, id_: str) -> Data:
    known = lexicon.indicators[id_]
    return {"id": known.id, "name": known.name, "en": known.en, "group": known.group, "better": known.better}


def _line(line: tuple[Any, ...], ids: Sequence[str]) -> Data:
    return {
        "indicator": ids.index(line[0]),
        "measure": line[1],
        "status": line[2] or None,
        "basis": cells.basis_of(line),
        "unit": line[5],
    }


def _doubts(row: Row, figure: Figure | None, contradicted: Collection[tuple[str, int, int]]) -> tuple[str, ...]:
    """Why a figure is marked, whatever else stands in its cell."""
    own = doubts_of(row) if figure is None else figure.doubts
    return (*own, *comparison.doubts_beside(row if figure is None else figure.row, contradicted, "area"))


def _findings(findings: Iterable[checks.Finding], rows: Sequence[Row]) -> list[Data]:
    numbers = {identity(row): n for n, row in enumerate(rows)}
    return [
        {
            "code": finding.code,
            "sure": finding.sure,
            "note": finding.note,
            "message": _in_all(finding.message),
            "parts": [{"role": p.role, "figure": numbers[identity(p.stated.row)]} for p in finding.parts],
        }
        for finding in findings
    ]


def _reports(
    rows: Sequence[Row],
    masks: Sequence[Row],
    doubts: Sequence[tuple[str, ...]],
    areas: Areas,
    copies: mirrors.Groups,
    given: Given,
    texts: Sequence[str],
) -> dict[Place, Data]:
    """All reports that were read, also those without a figure, in the order of figures; `texts`: the files with one."""
    # By number: two names that are no text look alike as JSON has them.
    text_of = {file: n for n, file in enumerate(texts)}
    own: dict[Place, list[int]] = defaultdict(list)
    for n, row in enumerate(rows):
        own[mirrors.place_of(row)].append(n)
    hidden: dict[Place, Counter[str]] = defaultdict(Counter)
    first: dict[Place, Row] = {}
    for row in masks:
        hidden[mirrors.place_of(row)][row["kind"]] += 1
        first.setdefault(mirrors.place_of(row), row)
    places = {*own, *hidden}
    for file, document in given.documents.items():
        places |= {(file, n) for n in range(1, 1 + max(1, document.get("reports") or 0))}
    ordered = sorted(places)
    position = {place: n for n, place in enumerate(ordered)}
    made: dict[Place, Data] = {}
    for place in ordered:
        file, number = place
        numbers = own[place]
        mine = [rows[n] for n in numbers]
        document = given.documents.get(file, {})
        said = [doubts[n] for n in numbers]
        years = [row["year"] for row in mine if row["year"] is not None]
        made[place] = {
            "file": encodable(file),
            "report": number,
            **{name: _said(name, [*mine, *([first[place]] if place in first else [])]) for name in REPORT},
            "area": _most([areas.numbers[n] for n in numbers]),
            "year": _most(sorted(years, reverse=True)),
            "format": document.get("format"),
            "pages": document.get("pages"),
            "from_table": not document,
            "text": text_of.get(file),
            "copy_of": position.get(copies.primary.get(place, ("", -1))),
            "figures": len(mine),
            "known": sum(bool(row["indicator_id"]) for row in mine),
            "masked": sum(bool(row["masked"]) for row in mine),
            **{code: sum(code in doubt for doubt in said) for code in COUNTED},
            "doubtful": sum("implausible" in doubt or "low_confidence" in doubt for doubt in said),
            "masks": dict(sorted(hidden[place].items())),
        }
    return made


def _said(name: str, rows: Iterable[Row]) -> str | None:
    """What the rows of a report say of it: the first word."""
    found = next((row[name] for row in rows if row.get(name)), None)
    return None if found is None else encodable(str(found))


def _most(values: Sequence[Any]) -> Any:
    """The one that occurs most, the first of several."""
    return Counter(values).most_common(1)[0][0] if values else None
