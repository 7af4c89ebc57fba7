"""What was extracted, kept: from which bytes, by which version and data, so that the next run reads only what is new.

Outcomes are put in batches, each a transaction: killed at any moment, the store holds whole documents only, and every
one that was reported as done.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import Any

from hreport import __version__, database, sourcetext
from hreport.messages import word_of
from hreport.model import Issue
from hreport.pipeline import Outcome, Work, can_recognise
from hreport.record import Row
from hreport.sources import Source

MOST_ROWS = 5_000  # rows that wait for a transaction
LONGEST_WAIT = 2.0  # seconds that a document waits for one
AT_ONCE = 1_000_000  # bytes of a file that is hashed in one piece
FOLDERS = 1_000  # whose places are remembered while their files are looked at
# Libraries whose versions may change what is read.
LIBRARIES = ("ahocorasick-rs", "jieba", "lxml", "olefile", "openpyxl", "pypdfium2", "xlrd")


@dataclass(frozen=True, slots=True)
class Entry:
    """What the store knows of a document, or of an archive."""

    file: str
    sha256: str
    state: str
    settings: str
    means: str
    issues: tuple[Issue, ...] = ()


class Store:
    """A store that this run has for itself until `close`; `unchanged` counts what need not be read again."""

    def __init__(self, path: Path, work: Work) -> None:
        """Open it, or make it; database.StoreError where that cannot be."""
        self.work = work
        self.unchanged = self.read = self.not_read = 0
        self._connection = database.opened(path, write=True)
        self._folder = os.path.dirname(os.path.realpath(path))
        self._near = lru_cache(maxsize=FOLDERS)(self._nearest)
        self._settings = settings(work)
        self._means = means(work)
        self._run = database.begin(self._connection, started=_now(), version=__version__, engine=self._settings)
        self._known = self._entries()
        self._seen: set[str] = set()
        self._waiting: list[Outcome] = []
        self._portions: list[Outcome] = []  # of a text that is not all there, without their rows, which are staged
        self._stage: database.Stage | None = None
        self._committed = time.monotonic()

    def _entries(self) -> dict[str, Entry]:
        fatal: dict[str, list[Issue]] = {}
        for file, code, message in self._ask("SELECT file, code, message FROM issues WHERE fatal"):
            fatal.setdefault(file, []).append(Issue(file, code, word_of(message)))
        found = self._ask("SELECT location, file, sha256, state, settings, means FROM files")
        return {
            location: Entry(file, sha256, state, settings, means, tuple(fatal.get(file, ())))
            for location, file, sha256, state, settings, means in found
        }

    def _ask(self, query: str, given: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return database.ask(self._connection, query, given)

    def location(self, file: str, inside: str = "") -> str:
        """Where a file on disk is, from the folder of the store: both may be moved together."""
        folder, name = os.path.split(file)
        if file == "-" or name in ("", os.curdir, os.pardir) or os.path.islink(file):
            near = file if file == "-" else self._near(file)
        else:
            near = os.path.normpath(os.path.join(self._near(folder), name))
        return near.replace(os.sep, "/").encode("utf-8", "backslashreplace").decode() + (f"/{inside}" if inside else "")

    def _nearest(self, path: str) -> str:
        real = os.path.realpath(path)
        try:
            return os.path.relpath(real, self._folder)
        except ValueError:  # on another drive
            return real

    def fresh(
        self, sources: Iterable[Source], note: Callable[[Issue], None], step: Callable[[], None]
    ) -> Iterator[Source]:
        """Those of the sources that are new or changed. Of the others, each is a `step`, and what could not be read
        before, and cannot now, is a `note` again."""
        for source in sources:
            location = self.location(source.on_disk)
            self._seen.add(location)
            entry = self._known.get(location)
            members = self._inside(location) if entry is not None else []
            if entry is None or not self._holds(source, entry, members):
                yield source
                continue
            self._seen.update(members)
            inside = [self._known[k] for k in members]
            self.unchanged += sum(e.state == "read" for e in (entry, *inside))
            for issue in (i for e in (entry, *inside) for i in e.issues):
                note(issue)
            step()

    def _inside(self, location: str) -> list[str]:
        """The members of an archive, and of archives in it."""
        if self._known[location].state != "archive":
            return []
        return [k for k in self._known if k.startswith(f"{location}/")]

    def _holds(self, source: Source, entry: Entry, members: Sequence[str]) -> bool:
        """Does the entry still say what reading would? `members`: of an archive."""
        if entry.settings != self._settings_of(source.path, entry.state, entry.sha256):
            return False
        texts = self.work.save_text
        if texts is not None and entry.state == "read" and not (texts / f"{sourcetext.place(entry.file)}.txt").exists():
            return False
        if any(e.means not in ("", self._means) for e in (entry, *(self._known[k] for k in members))):
            return False
        try:
            return _sha256(source) == entry.sha256
        except OSError:
            return False

    def _settings_of(self, path: str, state: str, sha256: str) -> str:
        """What decides what is found in one file: of an archive, all that manifest and corrections say."""
        manifest, corrections = self.work.manifest, self.work.corrections
        said = manifest.entries if state == "archive" else manifest.of(path)
        put_right = corrections.all if state == "archive" else corrections.of(sha256)
        parts = [repr((e.file, e.report, sorted(e.values.items()))) for e in said]
        parts += sorted(repr((c.file_hash, c.start, c.end, c.field, c.written, c.text)) for c in put_right)
        return digest_of([self._settings, *parts])

    def documents(self) -> Iterator[tuple[str, str]]:
        """Path and hash of each document that this run has met."""
        for location in self._seen & self._known.keys():
            yield self._known[location].file, self._known[location].sha256

    def put(self, outcome: Outcome) -> list[Outcome]:
        """Take an outcome; those that are now safe on disk, this one among them or not.

        The rows of a large text wait on disk, portion by portion, for its end.
        """
        if outcome.part:
            done = [] if self._portions else self.commit()
            self._stage = self._stage or database.Stage(self._folder)
            for table, rows in _by_table(outcome.rows):
                self._stage.add(table, rows)
            self._portions.append(replace(outcome, rows=()))
            return done
        ends = bool(self._portions)
        self._waiting += [*self._portions, outcome]
        self._portions = []
        count = sum(len(o.rows) for o in self._waiting)
        due = time.monotonic() - self._committed > LONGEST_WAIT
        return self.commit() if count > MOST_ROWS or due or ends else []

    def commit(self) -> list[Outcome]:
        """Write what waits, all or nothing; what has been written."""
        done, self._waiting = self._waiting, []
        self._committed = time.monotonic()
        if not done:
            return []
        self._connection.begin()
        self._drop([location for outcome in done for location in self._outdated(outcome)])
        self._insert(done)
        if self._stage is not None:
            self._stage.insert(self._connection)
        self._connection.commit()
        self._unstage()
        self.read += sum(o.read for o in done)
        self.not_read += sum(not (o.read or o.is_archive or o.part) for o in done)
        return done

    def _unstage(self) -> None:
        if self._stage is not None:
            self._stage.close()
        self._stage = None

    def _outdated(self, outcome: Outcome) -> list[str]:
        """What an earlier run knew of the file, and of members that its archive no longer has."""
        location = self.location(outcome.file, outcome.inside)
        self._seen.add(location)
        if location not in self._known:
            return []
        return [location, *(k for k in self._inside(location) if k not in self._seen)]

    def _drop(self, locations: Sequence[str]) -> None:
        names = [self._known.pop(k).file for k in locations]
        for table in ("files", "observations", "masks", "issues"):
            query = f"DELETE FROM {table} WHERE file IN (SELECT unnest(?))"  # noqa: S608 - our own tables
            self._ask(query, [names])

    def _insert(self, outcomes: Sequence[Outcome]) -> None:
        entries, issues = [], []
        lost = False  # would another timeout, password or library perhaps read more of it?
        for o in outcomes:
            issues += [_issue_row(i) for i in o.issues]
            layers = {table: len(rows) for table, rows in _by_table(o.rows)}
            lost |= any(i.fatal or i.pages or i.code == "portion" for i in o.issues)
            if o.part:
                continue
            if self._stage is not None:
                layers = self._stage.counts
            location = self.location(o.file, o.inside)
            state = "archive" if o.is_archive else "read" if o.read else "not read"
            entry = {
                "file": o.path, "location": location, "sha256": o.digest, "state": state, **o.about,
                "figures": layers["observations"], "masks": layers["masks"],
                "settings": self._settings_of(o.path, state, o.digest),
                "means": self._means if lost else "", "run": self._run,
            }  # fmt: skip
            entries.append(entry)
            lost = False
            kept = tuple(Issue(i.path, i.code, i.message) for i in o.issues if i.fatal)
            self._known[location] = Entry(o.path, o.digest, state, entry["settings"], entry["means"], kept)
        database.insert(self._connection, "files", entries)
        database.insert(self._connection, "issues", issues)
        for table, rows in _by_table(r for o in outcomes for r in o.rows):
            database.insert(self._connection, table, rows)

    def gone(self, paths: Sequence[str]) -> list[str]:
        """Locations that lie below these paths, or are one of them, and were not met by this run."""
        below = [self.location(p) for p in paths if p != "-"]
        missing = (k for k in self._known if k not in self._seen)
        return sorted(k for k in missing if any(b == "." or k == b or k.startswith(f"{b}/") for b in below))

    def prune(self, locations: Sequence[str]) -> None:
        """Drop documents from the store."""
        self._connection.begin()
        self._drop(locations)
        self._connection.commit()

    def close(self) -> None:
        """End the run; what waits is written."""
        try:
            if self._portions:  # a text of which the end did not come: it is read again
                self._unstage()
            self.commit()
            self._ask(
                "UPDATE runs SET ended = ?, read = ?, unchanged = ?, not_read = ? WHERE run = ?",
                [_now(), self.read, self.unchanged, self.not_read, self._run],
            )
        finally:
            self._connection.close()


def _sha256(source: Source) -> str:
    """The SHA-256 of what a source is now. Its bytes are what counts: a size and a time may stay the same while they
    change, and hashing takes a thousandth of the time of reading."""
    if source.data is not None:
        return hashlib.sha256(source.data).hexdigest()
    with open(source.on_disk, "rb", buffering=0) as stream:
        if source.size <= AT_ONCE:  # without the buffer that `file_digest` fills for each file
            return hashlib.sha256(stream.readall()).hexdigest()
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _by_table(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """The rows of each table that has a layer of its own."""
    layers: dict[str, list[Row]] = {"quantity": [], "mask": []}
    for row in rows:
        layers[row["layer"]].append(row)
    return [("observations", layers["quantity"]), ("masks", layers["mask"])]


def _issue_row(issue: Issue) -> Row:
    return {
        "file": issue.path, "code": issue.code, "message": issue.message, "fatal": issue.fatal,
        "start": issue.span.start if issue.span else None, "end": issue.span.end if issue.span else None,
    }  # fmt: skip


def _now() -> str:
    return datetime.now(UTC).isoformat(sep=" ", timespec="seconds").removesuffix("+00:00")


def digest_of(parts: Iterable[str | bytes]) -> str:
    """The first 16 hexadecimal digits of a hash of all these, in their order."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "backslashreplace") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:16]


def settings(work: Work) -> str:
    """A digest of all that decides what is found in given bytes: the program, its data, its libraries, the user's own
    catalogue and dictionary."""
    package = files("hreport")
    parts: list[str | bytes] = [__version__]
    for file in sorted(Path(str(package)).rglob("*")):
        if file.suffix in (".py", ".toml", ".csv"):
            parts += [file.name, file.read_bytes()]
    for name in LIBRARIES:
        try:
            parts.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    for own in (work.catalog, work.userdict):
        parts.append(own.read_bytes() if own is not None else b"")
    return digest_of(parts)


def means(work: Work) -> str:
    """A digest of what may help with a file that could not be read: more time, another password, text recognition."""
    return digest_of([f"{work.time_limit:g}", work.password or "", str(can_recognise())])
