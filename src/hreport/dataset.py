"""A partitioned data set: a folder, local or at an address, of Parquet files that hold the rows of `extract`.

| file | what it is |
|---|---|
| `part-LABEL-HASH.parquet` | the rows of some files |
| `_hreport.json` | the manifest: which parts belong to the set, once it is finished, and what could not be read |

LABEL puts the parts in the order of their files; HASH is of all that decides what is in the part: paths, sizes and
dates of the files, options, program.

A part says of itself which files it holds, how many rows are of each, and what was wrong with them (`Told`, in the
metadata of the Parquet file). So a part is whole or not there, with all that is known of its files; made twice, it is
the same file. Parts that the manifest does not name do not count: they are of a run that has not ended, or of an
earlier one. Names that begin with `_` are passed over by whatever reads folders of Parquet.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hreport.messages import Message, reason_of, word_of
from hreport.model import Issue, Span
from hreport.record import EXTRACT, Row
from hreport.remote import Folder, RemoteError, is_address

MANIFEST = "_hreport.json"
SCHEMA = 1  # of manifest and parts
PART = re.compile(r"part-(?P<label>\d{6,})-(?P<hash>[0-9a-f]{16})\.parquet")
WIDTH = 6  # digits of a label, at least
MOST_ROWS = 5_000_000  # that are compared at once: some 10 GB of memory


class SetError(Exception):
    """Why a data set cannot be used: the code of the issue that it is, and one line that says what to do."""

    def __init__(self, code: str, message: str) -> None:
        """Both are those of an `Issue`."""
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Told:
    """What a part says of one file.

    `key` is of all that decides what is found in it. `rows`: how many are of it; `documents`: path and hash of each
    that was read in it; `hopeful`: other means may read it; `unfolded`: an archive; `lost`: its bytes could not be had.
    """

    path: str
    key: str
    rows: int = 0
    read: int = 0
    documents: tuple[tuple[str, str], ...] = ()
    issues: tuple[Issue, ...] = ()
    hopeful: bool = False
    unfolded: bool = False
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A part that belongs to a set: its name, the path of its first file, how many documents were read in it, how many
    rows it holds, which files could not be read; `lost`: the next run has to look again, since bytes could not be had.
    """

    name: str
    first: str
    read: int = 0
    rows: int = 0
    lost: bool = False
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a set says of itself. `paths` are those that it was made of, `files_per_part` is how it is cut into parts;
    `parts` are in the order of their files."""

    paths: tuple[str, ...]
    files_per_part: int
    version: str
    finished: bool = False
    parts: tuple[Part, ...] = ()


def written(manifest: Manifest) -> bytes:
    """A manifest as JSON, a line for each part."""
    head = {
        "made by": "hreport", "holds": "observations", "schema": SCHEMA, "version": manifest.version,
        "paths": manifest.paths, "files_per_part": manifest.files_per_part, "finished": manifest.finished,
    }  # fmt: skip
    lines = ",\n".join(f"  {_json({**_fields(p), 'issues': [_issue(i) for i in p.issues]})}" for p in manifest.parts)
    return f'{_json(head)[:-1]},\n"parts": [\n{lines}\n]}}\n'.encode()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True)  # a path may hold what no encoding can say


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}


def _issue(issue: Issue) -> dict[str, Any]:
    span = [issue.span.start, issue.span.end] if issue.span else None
    return {**_fields(issue), "span": span}


def _issue_of(made: Mapping[str, Any]) -> Issue:
    span = Span(*made["span"]) if made["span"] else None
    return Issue(**{**made, "message": word_of(made["message"]), "span": span})


def manifest_of(folder: Folder) -> Manifest | None:
    """The manifest of the set in a folder, None where there is none; SetError where it is not one of ours."""
    try:
        data = folder.read(MANIFEST)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SetError(
            "unreadable",
            Message("cannot be opened ({reason}): check its permissions", reason=error.strerror or str(error)),
        ) from None
    try:
        made = json.loads(data)
        if made["made by"] != "hreport" or made["schema"] != SCHEMA:
            raise SetError(
                "not_extract",
                Message("a data set of another version of hreport ({version})", version=made.get("version", "?")),
            )
        parts = tuple(Part(**{**p, "issues": tuple(map(_issue_of, p["issues"]))}) for p in made["parts"])
        return Manifest(tuple(made["paths"]), made["files_per_part"], made["version"], made["finished"], parts)
    except (ValueError, KeyError, TypeError):
        raise SetError(
            "not_extract", Message("{name} is no manifest of a data set of hreport", name=MANIFEST)
        ) from None


# --- parts -----------------------------------------------------------------------------------------------------------


def name_of(label: str, digest: str) -> str:
    """The name of a part."""
    return f"part-{label}-{digest}.parquet"


def packed(batches: Iterable[Any], told: Sequence[Told]) -> bytes:
    """A part: rows as Arrow batches with the columns of `extract`, and what it says of its files."""
    from hreport import arrow

    about = [{**_fields(t), "issues": [_issue(i) for i in t.issues]} for t in told]
    return arrow.part(batches, EXTRACT, _json({"schema": SCHEMA, "files": about}))


def batch(rows: Sequence[Row]) -> Any:
    """Rows as an Arrow batch."""
    from hreport import arrow

    return arrow.batch(rows, EXTRACT)


class Earlier:
    """The files of a part that was made before: what it says of each, and its rows."""

    def __init__(self, data: bytes) -> None:
        """Open the part that these bytes are; ValueError where they are none."""
        from hreport import arrow

        self._table, about = arrow.unpacked(data)
        self.told: dict[str, Told] = {}
        self._start: dict[str, int] = {}
        start = 0
        for one in json.loads(about)["files"]:
            documents = tuple((path, digest) for path, digest in one["documents"])
            told = Told(**{**one, "documents": documents, "issues": tuple(map(_issue_of, one["issues"]))})
            self.told[told.path], self._start[told.path] = told, start
            start += told.rows

    def batches(self, path: str) -> list[Any]:
        """The rows of one of its files, as Arrow batches."""
        from hreport import arrow

        return arrow.slices(self._table, self._start[path], self.told[path].rows, EXTRACT)


def labels(known: Sequence[str | None]) -> list[str]:
    """Labels for parts in their order, of which some have one already: those between two have labels between theirs.

    >>> labels(["000001", None, None, "000002", None])
    ['000001', '00000101', '00000102', '000002', '000003']
    >>> labels([None, None])
    ['000001', '000002']
    """
    found: list[str] = []
    low = "0" * WIDTH
    at = 0
    while at < len(known):
        if (mine := known[at]) is not None:
            found.append(mine)
            low = mine
            at += 1
            continue
        end = next((k for k in range(at, len(known)) if known[k] is not None), len(known))
        high = known[end] if end < len(known) else None
        found += between(low, high, end - at)
        at = end
    return found


def between(low: str, high: str | None, count: int) -> list[str]:
    """So many labels between two, evenly long; no `high`: as many as there are."""
    if high is None:
        low = low[:WIDTH]
        return [f"{int(low) + k:0{WIDTH}}" for k in range(1, count + 1)]
    width = max(len(low), len(high))
    while int(high.ljust(width, "0")) - int(low.ljust(width, "0")) <= count:
        width += 2
    first = int(low.ljust(width, "0"))
    return [f"{first + k:0{width}}" for k in range(1, count + 1)]


# --- reading ---------------------------------------------------------------------------------------------------------


def is_set(path: str) -> bool:
    """Is this the folder of a data set? RemoteError where an address cannot be used."""
    if not is_address(path):
        return os.path.isfile(os.path.join(path, MANIFEST))
    return MANIFEST in Folder(path).names()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a comparison of some indicators is made of: the rows of these `indicators` and what may speak against them.
    `reports`: all rows of their reports, by which copies are told; else those of the same sentences and tables."""

    indicators: frozenset[str]
    reports: bool = True


def rows(path: str, wanted: Wanted | None = None) -> list[Row]:
    """The rows of a data set, in the order of its files; `wanted` leaves out those that nothing asks for.

    Raises:
        SetError: it is not finished, a part is missing, or it is too large to be compared at once.
    """
    from hreport import database

    try:
        folder = Folder(path)
        manifest = manifest_of(folder)
        if manifest is None:
            raise SetError("not_extract", Message("no data set of hreport is there"))
        if not manifest.finished:
            raise SetError(
                "unfinished", Message("the data set is not finished: give the same hreport extract again to go on")
            )
        there = set(folder.names())
    except RemoteError as error:
        raise SetError("unreadable", reason_of(error)) from None
    if missing := [p.name for p in manifest.parts if p.name not in there]:
        raise SetError(
            "unfinished",
            Message("{name} is missing: give the same hreport extract again, which makes it anew", name=missing[0]),
        )
    full = [p.name for p in manifest.parts if p.rows]
    if not full:
        return []
    try:
        places = [folder.place(name) for name in full]
        if wanted is None:
            return database.figures(places, most=MOST_ROWS, system=folder.system)
        return database.figures(places, wanted.indicators, wanted.reports, MOST_ROWS, folder.system)
    except database.TooManyError as error:
        raise SetError(
            "too_large",
            Message(
                "{rows:,} figures are more than {most:,}, which can be compared at once: "
                "give --indicator, and --keep-copies",
                rows=error.rows,
                most=MOST_ROWS,
            ),
        ) from None
    except database.StoreError as error:
        raise SetError("damaged", reason_of(error)) from None
