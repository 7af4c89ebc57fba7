"""The manifest: a CSV in which an analyst says what a file or one of its reports is, against what was read off it."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hreport import record
from hreport.messages import Message, listed, reason_of
from hreport.model import Issue

MANIFEST_COLUMNS = ("file", "report", "area", "year", "title", "url", "publisher", "published")


class ManifestError(ValueError):
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


def _key(path: str) -> str:
    return os.path.normcase(os.path.normpath(path)).replace("\\", "/")


def read_manifest(path: Path) -> Manifest:
    """The manifest in a CSV file (UTF-8 or GB18030); ManifestError where it is not one."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ManifestError(
            Message("{path}: cannot be opened ({reason})", path=path, reason=reason_of(error))
        ) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            raise ManifestError(Message("{path}: neither UTF-8 nor GB18030", path=path)) from None
    try:
        lines = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        raise ManifestError(Message("{path}: {error}", path=path, error=reason_of(error))) from None
    names = [n.strip() for n in lines[0]] if lines else []
    if unknown := [n for n in names if n not in MANIFEST_COLUMNS]:
        raise ManifestError(
            Message(
                "{path}: unknown column {unknown}; known: {known}",
                path=path,
                unknown=listed(unknown),
                known=listed(MANIFEST_COLUMNS),
            )
        )
    if "file" not in names:
        raise ManifestError(
            Message("{path}: no column file; known: {known}", path=path, known=listed(MANIFEST_COLUMNS))
        )
    if len(set(names)) < len(names):
        raise ManifestError(Message("{path}: a column stands twice", path=path))
    entries = []
    for number, cells in enumerate(lines[1:], 2):
        values = {n: c.strip() for n, c in zip(names, cells, strict=False)}
        if not any(values.values()):
            continue
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
