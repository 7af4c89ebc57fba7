"""The manifest: a CSV in which an analyst says what a file or one of its reports is, against what was read off it."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hreport import grammar, handwritten, record, resolve, situate
from hreport.lexicon import Lexicon
from hreport.messages import Message
from hreport.model import Issue, Masked, Observation, Quantity, Report, Span
from hreport.record import Row, corrected_fields

MANIFEST_COLUMNS = ("file", "report", "area", "year", "title", "url", "publisher", "published")


class ManifestError(handwritten.HandwrittenError):
    """A manifest that cannot be used; one line that says why and where."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a manifest says of a file, or of one of its reports (`report` 0: of all of them)."""

    file: str
    report: int
    values: Mapping[str, str]
    line: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """All entries of a manifest, matched to files by path, else by the file's bare name."""

    name: str = ""
    entries: tuple[Entry, ...] = ()

    def of(self, path: str) -> tuple[Entry, ...]:
        """The entries of one file."""
        if not self.entries:
            return ()
        own = _key(path)
        by_path = tuple(e for e in self.entries if _key(e.file) == own)
        bare = os.path.basename(own)
        return by_path or tuple(e for e in self.entries if _key(e.file) == bare)

    def unmatched(self, paths: Iterable[str]) -> list[Issue]:
        """A word about each entry whose file is not among those to read."""
        keys = [_key(p) for p in paths]
        known = {*keys, *map(os.path.basename, keys)}
        return [
            Issue(
                self.name,
                "manifest",
                Message("line {line}: {file} is not among the files: check its name", line=e.line, file=e.file),
                fatal=False,
            )
            for e in self.entries
            if _key(e.file) not in known
        ]


def missing(path: str, entries: Iterable[Entry], reports: int, manifest: str) -> list[Issue]:
    """A word about each entry of a report that a document does not have, which has so many."""
    return [
        Issue(
            path,
            "manifest",
            Message("it has no report {number}: check {name} line {line}", number=e.report, name=manifest, line=e.line),
            fatal=False,
        )
        for e in entries
        if e.report > reports
    ]


def _key(path: str) -> str:
    return os.path.normcase(os.path.normpath(path)).replace("\\", "/")


def read_manifest(path: Path) -> Manifest:
    """The manifest in a CSV file (UTF-8 or GB18030); ManifestError where it is not one."""
    entries = []
    for number, values in handwritten.lines(path, MANIFEST_COLUMNS, ("file",), ManifestError):
        if not values["file"]:
            raise ManifestError(Message("{path}: line {number}: no file", path=path, number=number))
        report, year = values.get("report", ""), values.get("year", "")
        if report and not (report.isascii() and report.isdigit() and int(report) > 0):
            raise ManifestError(
                Message(
                    "{path}: line {number}: report: {report!r} is not a number from 1",
                    path=path,
                    number=number,
                    report=report,
                )
            )
        if year and record.year_number(year) is None:
            raise ManifestError(
                Message(
                    "{path}: line {number}: year: {year!r} is not a year such as 2024",
                    path=path,
                    number=number,
                    year=year,
                )
            )
        said = {n: v for n, v in values.items() if v and n not in ("file", "report")}
        entries.append(Entry(values["file"], int(report or 0), said, number))
    return Manifest(path.as_posix(), tuple(entries))


# --- tables that were read before ------------------------------------------------------------------------------------

YEAR = re.compile(r"(?:19|20)\d{2}")


def restated(rows: Sequence[Row], manifest: Manifest, lexicon: Lexicon, path: str) -> tuple[list[Row], list[Issue]]:
    """The rows of a table of ours with what the manifest says of their reports, and a word about what only the reports
    themselves could tell; `path` is that of the table.

    Place and year of each row are worked out again, as they are when the report is read. What a person put right stays.
    """
    made, issues = list(rows), list[Issue]()
    if not manifest.entries:
        return made, issues
    places: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for k, row in enumerate(rows):
        places[row["file"] or ""][row.get("report") or 1].append(k)
    for file, reports in places.items():
        entries = sorted(manifest.of(file), key=lambda e: e.report)
        reasons = [
            (e, Message("it has no figures of report {number}", number=e.report))
            for e in entries
            if e.report and e.report not in reports
        ]
        for number, own in reports.items():
            said_by = [e for e in entries if e.report in (0, number)]
            said = {n: v for e in said_by for n, v in e.values.items()}
            if not said:
                continue
            before = [made[k] for k in own]
            after = [_restated(row, b, said, lexicon) for row, b in zip(before, [None, *before], strict=False)]
            for k, row in zip(own, after, strict=True):
                made[k] = row
            reasons += [(said_by[-1], reason) for reason in _lost(before, after, said, lexicon)]
        issues += [
            Issue(
                path,
                "manifest",
                Message("{file}: {reason} ({name} line {line})", file=file, reason=r, name=manifest.name, line=e.line),
                fatal=False,
            )
            for e, r in reasons
        ]
    return made, issues


def _restated(row: Row, previous: Row | None, said: Mapping[str, str], lexicon: Lexicon) -> Row:
    """One row with what is said of its report; `previous` is the row before it there."""
    new = {**row, **{n: v for n, v in said.items() if n in ("title", "url", "publisher", "published")}}
    if row.get("layer") == "mask":
        return new
    fields = corrected_fields(row)
    area, year = said.get("area", ""), said.get("year", "")
    place = resolve.said_area(area, lexicon) if area else None
    report = Report(
        row.get("report") or 1,
        Span(0, 0),
        new["title"] or "",
        place.name if place else area,
        place.code if place else "",
        year,
        "manifest",
    )
    words = grammar.load()
    # A document whose years are damage has figures of no year, though their words name one.
    scrubbed = row["year"] is None and len(set(YEAR.findall(row["period"] or ""))) == 1
    same = previous is not None and previous.get("layer") != "mask" and previous["sentence"] == row["sentence"]
    before = _observation(previous) if previous is not None and same else None
    # The verb in front is not in the row: of a count without a year it is taken that there was one.
    verb, o = "" if row["year"] is not None else "?", _observation(row)
    means = situate.Meanings(report, words, lexicon, scrubbed).of(o, o.indicator_id, verb, before)
    if area and "area" not in fields:
        new |= {"area_name": means.area_name or None, "area_id": means.area_id or None}
        new |= {"area_inferred": None, "area_evidence": None}
    if year and "year" not in fields:
        new["year"] = record.year_number(means.year)
        new["status"] = row["status"] if "status" in fields else means.status
    return new


def _observation(row: Row) -> Observation:
    """What place and year of a row are worked out from."""
    nothing = Span(0, 0)
    return Observation(
        row.get("report") or 1, Quantity(nothing, nothing, "", "", Masked(""), "", "", "exact", ""),
        row["indicator"] or "", row["measure"], row["status"], row["rule"] or "", nothing, basis=row["basis"],
        period=row["period"] or "", area=row["area"] or "", indicator_id=row["indicator_id"] or "",
    )  # fmt: skip


def _lost(before: Sequence[Row], after: Sequence[Row], said: Mapping[str, str], lexicon: Lexicon) -> list[Message]:
    """What the rows of a report do not tell, though it may have changed with what is said of the report."""
    found = []
    figures = [(old, new) for old, new in zip(before, after, strict=True) if old.get("layer") != "mask"]
    if any(old["year"] != new["year"] for old, new in figures):
        unsure = sum(max(YEAR.findall(row["period"] or ""), default="") == said["year"] for row, _ in figures)
        if unsure:
            found.append(
                Message(
                    "its year is another now, so {count:,} figures of {year} may have another status: give the report"
                    " itself to have them read again",
                    count=unsure, year=said["year"],
                )
            )  # fmt: skip
    title = said.get("title", "")
    named = not said.get("year") and resolve.year(title, lexicon), not said.get("area") and resolve.area(title, lexicon)
    if any(named) and any(row.get("title") != title for row in before):
        found.append(Message("its title names a year or a place: give them as year and area, too"))
    return found
