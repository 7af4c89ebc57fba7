"""The page of `hreport show --html`: documents with everything that was found in them marked, beside its table.

**The file** is made of `assets/document.html`. All that can be read on it stands in it as HTML: the text with a `mark`
for each thing that was found (`id="m12"`), and the table with a row for each figure and each mask (`id="t12"`), which
link to each other. A mark that is cut into pieces (by a line's end, or by another that it crosses) has its id on the
first; the others name it (`data-of="12"`). The script chooses, filters, and changes the language: what it needs is in
the block `data`:

- `words`: by language, of every `data-word`, `data-label` and `data-hint` of the page; `kinds` of every look of a mark;
- `labels`: by language, what each mark says it is, in their order; a number is that of an earlier one that says the
  same.

What a document holds is text, whatever it looks like. Characters that would change how a page reads (controls, and
those that turn its direction) are shown as U+FFFD, one for one, so that every offset stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import islice
from pathlib import PurePath
from typing import Any

from hreport.cells import BOUNDS
from hreport.figures import is_unsure
from hreport.lexicon import Lexicon
from hreport.marking import Mark, Marked, Step, allowed, amount, counts, is_whole_line, lines, parts, steps
from hreport.messages import LANGUAGES
from hreport.pages import html
from hreport.pages.words import words as all_words
from hreport.record import Row, encodable

AROUND = 10  # characters on either side of a mask
LOOKS = ("figure", "damaged", "repaired", "corrected", "mask", "time", "area")
LISTED = ("figure", "mask")  # kinds of marks that have a row in the table
CHUNK = 20  # paragraphs that a browser draws together, when they come into sight
LONGEST = 2_000  # characters of one
DEEPEST = 6  # heading of HTML
CELL = "\0"  # between the cells of a table, while a line is made: no text holds it
CHANGES, ARROWS = ("change", "change_rate"), {"up": "\u2191", "down": "\u2193"}
_TURNING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def page(documents: Sequence[Marked], lexicon: Lexicon, language: str) -> bytes:
    """The page of documents, in the language to begin with, as UTF-8."""
    made = _Page(lexicon, language)
    text = "".join(made.document(number, marked) for number, marked in enumerate(documents, 1))
    known = made.words[language]["document"]
    title = PurePath(documents[0].file).name if len(documents) == 1 else known["several"].format(count=len(documents))
    texts = {"title": visible(title), "language": language}
    texts |= {f"words.{name}": said for name, said in known.items()}
    fragments = {"contents": "".join(made.contents), "text": text, "rows": "".join(made.rows),
                 "legend": made.legend(documents)}  # fmt: skip
    return html.page_of("document.html", texts, {"data": html.json_of(made.data())}, fragments=fragments)


def visible(text: str) -> str:
    """Text without characters that nobody sees and that change how others are seen, each replaced by U+FFFD.

    >>> visible("1\\x1b[31m2\\u202e34\\t5") == "1\\ufffd[31m2\\ufffd34\\t5"
    True
    """
    return _TURNING.sub("\ufffd", encodable(text))


def _text(text: str) -> str:
    return escape(visible(text))


class _Page:
    """What gathers while the documents are written: rows of the table, contents, labels, and words that were used."""

    def __init__(self, lexicon: Lexicon, language: str) -> None:
        self.lexicon = lexicon
        self.language = language
        self.words: Mapping[str, Mapping[str, Any]] = all_words()
        self.known: dict[tuple[str, str], str] = {}
        self.used: set[str] = set()
        self.rows: list[str] = []
        self.contents: list[str] = []
        self.labels: list[tuple[str, ...]] = []  # of each mark, by language
        self.details: list[tuple[int, int, str, float | None]] = []  # of each mark: where it stands, rule, confidence
        self.sections = 0
        self.text = ""  # of the document that is written

    # --- words

    def word(self, path: str, language: str = "") -> str:
        """The words of a path such as `codes.status.actual`; a code that has none is itself."""
        key = (path, language or self.language)
        if key not in self.known:
            found: Any = self.words[key[1]]
            for name in path.split("."):
                found = found.get(name) if isinstance(found, Mapping) else None
            self.known[key] = found if isinstance(found, str) else path.rpartition(".")[2]
        return self.known[key]

    def span(self, path: str) -> str:
        """Words that change with the language."""
        self.used.add(path)
        return f'<span data-word="{escape(path)}">{escape(self.word(path))}</span>'

    def data(self) -> dict[str, Any]:
        """What the script needs."""
        own = {f"document.{name}" for name, said in self.words["en"]["document"].items() if isinstance(said, str)}
        first: dict[tuple[str, ...], int] = {}
        at = [first.setdefault(said, number) for number, said in enumerate(self.labels)]
        labels = {
            language: [
                said[k] if at[number] == number else at[number] for number, said in enumerate(self.labels)
            ]
            for k, language in enumerate(LANGUAGES)
        }  # fmt: skip
        return {
            "words": {la: {path: self.word(path, la) for path in sorted(own | self.used)} for la in LANGUAGES},
            "kinds": {la: {look: self.word(f"document.looks.{look}", la) for look in LOOKS} for la in LANGUAGES},
            "labels": labels,
            "details": self.details,
        }

    def legend(self, documents: Iterable[Marked]) -> str:
        """A box for each kind of mark, with how many there are."""
        number = counts(mark for marked in documents for mark in marked.marks)
        made = []
        for look in LOOKS:
            if look in ("repaired", "corrected") and not number[look]:
                continue
            count = f"{number['figures' if look == 'figure' else look]:,}"
            made.append(
                f'<label class="kind"><input type="checkbox" value="{look}" checked>'
                f'<mark class="{look}">{self.span(f"document.legends.{look}")}</mark> <b>{count}</b></label>\n'
            )
        return "".join(made)

    # --- the text

    def document(self, number: int, marked: Marked) -> str:
        """A document: its reports, and what stands around them. Adds to contents, rows and labels."""
        self.text = marked.text
        name = f"d{number}"
        file = f"<bdi>{_text(marked.file)}</bdi>"
        self.contents.append(f'<li class="file"><a href="#{name}">{file}</a>\n<ol>\n')
        shown = [mark for mark in marked.marks if mark.kind != "heading"]
        numbers = {mark.number: n for n, mark in enumerate(shown, len(self.labels) + 1)}
        self.labels += [tuple(self._label(mark, language) for language in LANGUAGES) for mark in shown]
        self.details += [(m.start, m.end, m.row.get("rule") or "", m.row.get("confidence")) for m in shown]
        self.rows += [self._row(mark, numbers[mark.number]) for mark in shown if mark.kind in LISTED]
        made = [f'<article aria-labelledby="{name}">\n<h2 class="file" id="{name}">{file}</h2>\n']
        parted = list(_parted(marked))
        ways = steps(marked.marks, [place for _, places in parted for place in places])
        for report, places in parted:
            inside = self._paragraphs(marked, islice(ways, len(places)), numbers)
            made.append(self._report(report, name, inside) if report else f'<div class="between">\n{inside[0]}</div>\n')
        self.contents.append("</ol></li>\n")
        return "".join([*made, "</article>\n"])

    def _report(self, report: Row, document: str, inside: tuple[str, str]) -> str:
        """A report with a line that says whose it is and of when."""
        text, contents = inside
        name = f"{document}r{report['report']}"
        title = f"<bdi>{_text(report['title'])}</bdi>" if report["title"] else self.span("document.untitled")
        place = f"<bdi>{_text(report['area'])}</bdi>" if report["area"] else self.span("document.no_place")
        if report["area_inferred"]:
            place += f" ({self.span('document.perhaps')} <bdi>{_text(report['area_inferred'])}</bdi>)"
        year = escape(report["year"]) if report["year"] else self.span("document.no_year")
        self.contents.append(f'<li><a href="#{name}">{title}</a>{contents}</li>\n')
        return (
            f'<section class="report" aria-labelledby="{name}">\n<h3 class="title" id="{name}">'
            f'<span class="number">{report["report"]}</span> {title} <small>{place} · {year}</small></h3>\n'
            f"{text}</section>\n"
        )

    def _paragraphs(
        self, marked: Marked, ways: Iterable[tuple[int, int, list[Step]]], numbers: Mapping[int, int]
    ) -> tuple[str, str]:
        """The lines of a stretch, some together, and the contents of it; what is no report has none."""
        made: list[str] = []
        contents: list[str] = []
        before, in_table, depth = -1, False, 3
        for start, end, way in ways:
            line = marked.text[start:end]
            if not line.strip():
                continue
            words = self._words(marked.text, way, numbers)
            if "\t" in line.strip():
                cells = "".join(f"<td>{cell}</td>" for cell in words.split(CELL))
                row = f"<tr>{cells}</tr>\n"
                if in_table:
                    made[-1] += row
                else:
                    made.append(f'<table class="cells">\n{row}')
                in_table = True
                continue
            if in_table:
                made[-1] += "</table>\n"
            in_table = False
            heading = next((s.mark for s in way if s.act == "open" and s.mark and s.mark.kind == "heading"), None)
            name, tag = "", "p"
            if heading is not None and heading.start >= start:
                self.sections += 1
                name, level = f' id="s{self.sections}"', heading.row["level"]
                said = _text(marked.text[heading.start : heading.end])
                contents.append(f'<li class="level{level}"><a href="#s{self.sections}">{said}</a></li>\n')
                if is_whole_line(heading, marked.text, start, end):
                    depth = min(3 + level, depth + 1, DEEPEST)  # no level is left out
                    tag = f"h{depth}"
            goes_on = ' class="goes_on"' if start == before else ""
            made.append(f"<{tag}{name}{goes_on}>{words}</{tag}>\n")
            before = end
        if in_table:
            made[-1] += "</table>\n"
        chunks = (made[k : k + CHUNK] for k in range(0, len(made), CHUNK))
        text = "".join(f'<div class="chunk">\n{"".join(chunk)}</div>\n' for chunk in chunks)
        return text, f"\n<ol>\n{''.join(contents)}</ol>" if contents else ""

    def _words(self, text: str, way: Iterable[Step], numbers: Mapping[int, int]) -> str:
        """The words of a line, each piece of a mark in an element of its own; `CELL` behind each cell of a table."""
        made: list[str] = []
        opened: list[int] = []  # where in `made` the marks begin that are open
        for step in way:
            mark = step.mark
            if mark is None:
                words = _text(text[step.start : step.end])
                made.append(words if opened else words.replace("\t", f"\t{CELL}"))
            elif mark.kind == "heading":
                made.append("<b>" if step.act == "open" else "</b>")
            elif step.act == "close":
                begun = opened.pop()
                if step.whole and mark.beside:  # behind the last piece
                    made[begun] = f'{made[begun][:-1]} data-beside="{_text(mark.beside)}">'
                made.append("</mark>")
            else:
                number = numbers[mark.number]
                said = _text(self.labels[number - 1][LANGUAGES.index(self.language)])
                which = f'id="m{number}"' if step.whole else f'data-of="{number}"'
                opened.append(len(made))
                made.append(f'<mark class="{mark.look}" {which} title="{said}">')
        return "".join(made)

    # --- what is said of a mark

    def _label(self, mark: Mark, language: str) -> str:
        """What a mark says it is, on one line."""
        row = mark.row
        parts = [self.word(f"document.looks.{mark.look}", language)]
        if mark.kind == "mask":
            parts.append(self.word(f"codes.kind.{row['kind']}", language))
        elif mark.kind in ("time", "area"):
            parts += [row["means"] or self.word(f"document.unknown_{mark.kind}", language), row["area_id"] or ""]
        else:
            parts += [row["indicator"] or "", self._number(row, lambda path: self.word(path, language))]
            parts += [self.word(f"codes.{name}.{row[name]}", language) for name in ("measure", "basis", "status")
                      if row[name]]  # fmt: skip
            parts += [row["area_name"] or "", str(row["year"] or row["period"] or "")]
        return " \u00b7 ".join(part for part in parts if part)

    def _number(self, row: Row, said: Callable[[str], str]) -> str:
        """The number to compute with; of a mask what it allows; of damage that there is none."""
        if row["masked"] and row["numeral"]:
            inside = allowed(row, self.lexicon)
            return f"{said('document.masked')} {inside}".strip()
        number = amount(row, self.lexicon)
        if not number:
            return said("document.no_number")
        arrow = ARROWS.get(row["direction"], "") if row["measure"] in CHANGES else ""
        return arrow + BOUNDS.get(row["bound"], "") + number

    def _row(self, mark: Mark, number: int) -> str:
        """The row of a figure or of a mask; its first cell leads to the words."""
        row = mark.row
        link = f'<a href="#m{number}">{_text(_line(row["text"]))}</a>'
        look = self.span(f"document.looks.{mark.look}")
        if mark.kind == "mask":
            kind = f"{look} \u00b7 {self.span('codes.kind.' + row['kind'])}"
            cells = (self._around(mark), kind, "", "")
        else:
            cells = (_text(row["indicator"] or ""), self._number_cell(row), self._where(row), self._notes(row))
        names = ("what", "number", "where", "notes")
        rest = "".join(f'<td class="{name}">{cell}</td>' for name, cell in zip(names, cells, strict=True))
        return (
            f'<tr class="{mark.look}" id="t{number}"><th scope="row">{link} <span class="look">{look}</span></th>'
            f"{rest}</tr>\n"
        )

    def _around(self, mark: Mark) -> str:
        """The words on both sides of a mask, which has none of its own."""
        before = self.text[max(mark.start - AROUND, 0) : mark.start].rpartition("\n")[2]
        after = self.text[mark.end : mark.end + AROUND].partition("\n")[0]
        return f"{_text(before)}<bdi>{_text(_line(mark.row['text']))}</bdi>{_text(after)}"

    def _number_cell(self, row: Row) -> str:
        cell = self._number(row, lambda path: f"{CELL}{path}{CELL}")
        return "".join(self.span(part) if k % 2 else _text(part) for k, part in enumerate(cell.split(CELL)))

    def _where(self, row: Row) -> str:
        """Place and time that the figure is about."""
        place = row["area_name"] or row["area"]
        made = [f"<bdi>{_text(place)}</bdi>" if place else self.span("document.no_place")]
        made.append(str(row["year"]) if row["year"] else _text(row["period"] or "") or self.span("document.no_year"))
        return " \u00b7 ".join(made)

    def _notes(self, row: Row) -> str:
        """What is stated, where it stands, and what makes one doubt it."""
        made = [self.span(f"codes.{name}.{row[name]}") for name in ("status", "measure", "basis") if row[name]]
        if row["page"]:
            made.append(f"{self.span('document.page')} {row['page']}")
        if row["damage"]:
            made.append(f"<em>{self.span('codes.damage.' + row['damage'])}</em>")
        if row["corrected"]:
            made.append(f"<em>{self.span('codes.doubts.corrected')}</em>")
        if is_unsure(row):
            made.append(f"<em>{self.span('document.unsure')} {row['confidence']}</em>")
            made += [self.span(f"codes.reasons.{code}") for code in (row["doubts"] or "").split()]
        return ", ".join(made)


def _line(text: str) -> str:
    return " ".join(text.split())


def _parted(marked: Marked) -> Iterator[tuple[Row | None, list[tuple[int, int]]]]:
    """The reports of a document and what stands between them (None), each with its lines, long ones in parts."""
    at = 0
    end = len(marked.text)
    stretches: list[tuple[Row | None, int, int]] = []
    for report in marked.reports:
        stretches += [(None, at, report["start"]), (report, report["start"], report["end"])]
        at = report["end"]
    for found, first, last in [*stretches, (None, at, end)]:
        places = [
            part for start, stop in lines(marked.text, first, last) for part in parts(marked.text, start, stop, LONGEST)
        ]
        if found is not None or any(marked.text[start:stop].strip() for start, stop in places):
            yield found, places
