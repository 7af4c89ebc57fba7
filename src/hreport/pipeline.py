"""From paths to rows: finds the files, runs the path over each in worker processes, turns failures into `Issue`s.

Outcomes come in the order of the sources, whatever the number of workers, and only a few are in memory at a time.
"""

from __future__ import annotations

import csv
import glob
import io
import os
import re
import signal
import stat
import traceback
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import BinaryIO, Literal, TypeAlias

from hreport import record, tables
from hreport.analyse import analyse
from hreport.lexicon import Lexicon, load
from hreport.model import Document, Extraction, Issue
from hreport.readers import read, read_bytes
from hreport.record import Row

Want: TypeAlias = Literal["observations", "masks", "both"]

FOOTER = 65_536  # bytes at the end of a Parquet file that name its columns
SMALL = 1_500_000  # bytes: so little is read before worker processes would have started

# --- what to read ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Source:
    """Something to read: a file by its path as shown to the user, or bytes at hand (standard input, a pipe)."""

    path: str
    data: bytes | None = None
    table: bool = False
    size: int = 0


@dataclass(slots=True)
class Found:
    """What the paths of a command line lead to, sorted by path, and what led nowhere."""

    sources: list[Source] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


_MAGIC = re.compile(r"[*?\[]")
_NOISE = re.compile(r"\.|~\$|thumbs\.db$|desktop\.ini$|__macosx$", re.IGNORECASE)
# What stands beside reports and is none: README, README.zh.md, LICENSE-MIT, changelog.txt.
_ABOUT = re.compile(r"(readme|licen[sc]e|changelog)([\w-]*|[\w.-]*\.(md|txt|rst))", re.IGNORECASE | re.ASCII)


def find(paths: Sequence[str], stdin: BinaryIO | None = None, exclude: Collection[Path] = ()) -> Found:
    """Files behind `paths` (files, folders, globs, `-`), each once, sorted by path.

    Folders are walked to the bottom; a link that leads back is followed once. Left out of them, without a word: hidden
    files, office lock files, and what speaks of the folder (README, LICENSE, CHANGELOG with any ending, as .md, .txt,
    .rst or without suffix). `exclude` are files of the run itself (its output, its manifest), which a folder may hold.
    Tables that extract wrote are taken where they are named, and left out of folders with a word. A manifest is never
    read as a report: a note where a folder holds it, an issue where it is named.
    """
    found = Found()
    entries: list[tuple[str, bool]] = []
    for path in dict.fromkeys(paths):
        if path == "-":
            data = stdin.read() if stdin else b""
            found.sources.append(Source("-", data, tables.looks_like_table(data[:4096]), len(data)))
            continue
        entries += _expanded(path, found.issues)
    hidden = {os.path.realpath(p) for p in exclude}
    # Reached twice, by a link or by two arguments: once, under its own name rather than a link's.
    best: dict[str, tuple[str, bool]] = {}
    for path, met in sorted(entries, key=lambda e: (os.path.islink(e[0]), e[1], e[0])):
        best.setdefault(os.path.normcase(os.path.realpath(path)), (path, met))
    for real, (path, met) in sorted(best.items(), key=lambda item: item[1]):
        is_manifest = _is_manifest(path)
        if real in hidden and (met or is_manifest):
            continue
        if is_manifest:
            found.issues.append(Issue(path, "manifest_file", "a manifest: give it with --manifest", fatal=not met))
            continue
        _add(path, met, found)
    found.issues.sort(key=lambda i: (i.path, i.code))
    return found


def _add(path: str, met: bool, found: Found) -> None:
    """Take one file. `met`: come upon in a folder, not named by the user."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        what = "a link that leads nowhere" if os.path.islink(path) else "no such file"
        found.issues.append(Issue(path, "not_found", f"{what}: check the name"))
        return
    except (OSError, ValueError) as error:
        found.issues.append(Issue(path, "unreadable", f"cannot be opened ({_reason(error)}): check its permissions"))
        return
    if not stat.S_ISREG(status.st_mode):
        if met:
            return
        try:  # a pipe that the user named, such as <(...): workers could not open it
            data = Path(path).read_bytes()
        except OSError as error:
            found.issues.append(Issue(path, "unreadable", f"cannot be opened ({_reason(error)}): give a file"))
            return
        found.sources.append(Source(path, data, tables.looks_like_table(data[:4096]), len(data)))
        return
    is_table = path.lower().endswith(tables.TABLE_SUFFIXES) and _is_table(path)
    if is_table and met:
        message = "a table, not a report: left out of the folder (name it to compare it)"
        found.issues.append(Issue(path, "table", message, fatal=False))
        return
    found.sources.append(Source(path, None, is_table, status.st_size))


def _is_table(path: str) -> bool:
    """Did extract or masks write this CSV, JSON lines or Parquet file?"""
    try:
        with open(path, "rb") as stream:
            head = stream.read(4096)
            if not head.startswith(b"PAR1"):
                return tables.looks_like_table(head)
            stream.seek(max(0, os.fstat(stream.fileno()).st_size - FOOTER))
            names = stream.read()  # of columns: they stand in the clear at the end
            return b"indicator_id" in names or (b"sentence" in names and b"kind" in names)
    except OSError:
        return False


def _is_manifest(path: str) -> bool:
    """Is this CSV made to be given with --manifest? Its header names files and what to say of them.

    A manifest with a mistake in another column is one too; the tables that hreport writes have a column start.
    """
    if not path.lower().endswith(".csv") or not os.path.isfile(path):
        return False
    try:
        with open(path, "rb") as stream:
            head = stream.read(4096)
    except OSError:
        return False
    first = head.decode("utf-8", "replace").lstrip("\ufeff").partition("\n")[0].strip()
    names = {n.strip() for n in next(iter(csv.reader([first])), [])}
    return "file" in names and "start" not in names and len(names & set(MANIFEST_COLUMNS)) > 1


def _expanded(path: str, issues: list[Issue]) -> list[tuple[str, bool]]:
    """Files of one argument, with whether they were only met in a folder. A path that exists is no pattern."""
    try:
        if not os.path.lexists(path) and path.startswith("~"):
            path = os.path.expanduser(path)
        if os.path.isdir(path):
            return _walked(path, issues)
        if os.path.lexists(path):
            return [(_posix(path), False)]
        if _MAGIC.search(path):
            files: list[tuple[str, bool]] = []
            for match in sorted(glob.glob(path, recursive=True)):
                if os.path.isdir(match):
                    # ** already lists what lies below
                    files += [] if "**" in path else _walked(match, issues)
                else:
                    files.append((_posix(match), False))
            if not files:
                issues.append(Issue(path, "not_found", "no file matches this pattern: check it"))
            return files
    except ValueError:  # a null character in the path
        pass
    issues.append(Issue(_posix(path), "not_found", f"no such file or folder: {_nearest(path)}"))
    return []


def _nearest(path: str) -> str:
    """What to do about a path that is not there."""
    folder, name = os.path.split(path)
    try:
        near = get_close_matches(name, os.listdir(folder or "."), n=1, cutoff=0.7)
    except (OSError, ValueError):
        near = []
    return f"did you mean {_posix(os.path.join(folder, near[0]))}?" if near else "check the name"


def _walked(folder: str, issues: list[Issue]) -> list[tuple[str, bool]]:
    """Files below a folder, without hidden ones and those about the folder. Each folder is entered once."""
    files: list[tuple[str, bool]] = []
    entered = {os.path.realpath(folder)}

    def refused(error: OSError) -> None:
        name = _posix(str(error.filename or folder))
        issues.append(Issue(name, "unreadable", f"cannot be entered ({_reason(error)}): check its permissions"))

    for root, folders, names in os.walk(folder, followlinks=True, onerror=refused):
        kept = []
        for name in sorted(folders, key=lambda n: (os.path.islink(os.path.join(root, n)), n)):
            real = os.path.realpath(os.path.join(root, name))
            if not _NOISE.match(name) and real not in entered:
                entered.add(real)
                kept.append(name)
        folders[:] = kept
        kept = [name for name in names if not _NOISE.match(name) and not _ABOUT.fullmatch(name)]
        files += [(_posix(os.path.join(root, name)), True) for name in kept]
    if not files and not any(i.path == _posix(folder) for i in issues):
        issues.append(Issue(_posix(folder), "empty_folder", "no files in this folder: check the name"))
    return files


def _posix(path: str) -> str:
    """The path as rows show it: as given, with forward slashes and without idle parts."""
    return Path(path).as_posix() if path else path


def _reason(error: Exception) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


# --- the manifest ----------------------------------------------------------------------------------------------------

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
            Issue(self.name, "manifest", f"line {e.line}: {e.file} is not among the files: check its name", fatal=False)
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
        raise ManifestError(f"{path}: cannot be opened ({_reason(error)})") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            raise ManifestError(f"{path}: neither UTF-8 nor GB18030") from None
    try:
        lines = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        raise ManifestError(f"{path}: {error}") from None
    names = [n.strip() for n in lines[0]] if lines else []
    if unknown := [n for n in names if n not in MANIFEST_COLUMNS]:
        raise ManifestError(f"{path}: unknown column {', '.join(unknown)}; known: {', '.join(MANIFEST_COLUMNS)}")
    if "file" not in names:
        raise ManifestError(f"{path}: no column file; known: {', '.join(MANIFEST_COLUMNS)}")
    if len(set(names)) < len(names):
        raise ManifestError(f"{path}: a column stands twice")
    entries = []
    for number, cells in enumerate(lines[1:], 2):
        values = {n: c.strip() for n, c in zip(names, cells, strict=False)}
        if not any(values.values()):
            continue
        if not values["file"]:
            raise ManifestError(f"{path}: line {number}: no file")
        report, year = values.get("report", ""), values.get("year", "")
        if report and not (report.isascii() and report.isdigit() and int(report) > 0):
            raise ManifestError(f"{path}: line {number}: report: {report!r} is not a number from 1")
        if year and record.year_number(year) is None:
            raise ManifestError(f"{path}: line {number}: year: {year!r} is not a year such as 2024")
        said = {n: v for n, v in values.items() if v and n not in ("file", "report")}
        entries.append(Entry(values["file"], int(report or 0), said, number))
    return Manifest(path.as_posix(), tuple(entries))


# --- one file --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Work:
    """What to do with each file. Goes to the worker processes, so it holds plain values only."""

    want: Want = "observations"
    tables: bool = False  # may a source be a table that extract wrote (or masks, where both are wanted)?
    catalog: Path | None = None
    userdict: Path | None = None
    password: str | None = None
    manifest: Manifest = Manifest()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one source: its rows, or why there are none."""

    path: str
    rows: tuple[Row, ...] = ()
    issues: tuple[Issue, ...] = ()

    @property
    def read(self) -> bool:
        """Was it read at all?"""
        return not any(i.fatal for i in self.issues)


def process(source: Source, work: Work, lexicon: Lexicon) -> Outcome:
    """Everything about one source. Never raises: an error of ours is an issue of code `internal`."""
    try:
        return _process(source, work, lexicon)
    except Exception as error:
        return Outcome(source.path, issues=(Issue(source.path, "internal", _internal(error)),))


def _internal(error: Exception) -> str:
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "hreport" in Path(f.filename).parts]
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return f"hreport failed on this file ({reason}{where}): a fault of hreport, please report this line"


def _process(source: Source, work: Work, lexicon: Lexicon) -> Outcome:
    if source.table:
        return _table(source, work)
    if work.tables and source.data is None and source.path.lower().endswith(tables.TABLE_SUFFIXES):
        # A report is hardly ever a CSV: saying why it is no table of ours beats comparing nothing.
        return _table(source, work)
    document = _document(source, work.password)
    if isinstance(document, Issue):
        return Outcome(source.path, issues=(replace(document, path=source.path),))
    extraction, issues = extract(document, lexicon, work.manifest.of(source.path), work.manifest.name)
    given = sources_of(extraction, work.manifest.of(source.path))
    rows: list[Row] = []
    if work.want != "observations":
        rows += record.mask_rows(extraction, source.path, given)
    if work.want != "masks":
        rows += record.observation_rows(extraction, source.path, given)
    notes = tuple(replace(i, path=source.path) for i in document.issues)
    return Outcome(source.path, tuple(rows), (*notes, *issues))


def _document(source: Source, password: str | None) -> Document | Issue:
    if source.data is not None:
        return read_bytes(source.data, source.path, password)
    return read(Path(source.path), password)


def _table(source: Source, work: Work) -> Outcome:
    if not work.tables:
        message = "a table of hreport, not a report: give it to hreport compare or hreport eval"
        return Outcome(source.path, issues=(Issue(source.path, "table", message),))
    layers = work.want == "both"
    try:
        if source.data is None:
            rows = tables.read_table(Path(source.path), layers)
        else:
            rows = tables.read_table_bytes(source.data, layers)
    except tables.TableError as error:
        wrote = "extract or masks" if layers else "extract"
        message = f"{error}: give a table that hreport {wrote} wrote, or the reports themselves"
        return Outcome(source.path, issues=(Issue(source.path, "not_extract", message),))
    except OSError as error:
        message = f"cannot be opened ({_reason(error)}): check its permissions"
        return Outcome(source.path, issues=(Issue(source.path, "unreadable", message),))
    return Outcome(source.path, tuple(rows))


def extract(
    document: Document, lexicon: Lexicon, entries: Sequence[Entry] = (), manifest: str = ""
) -> tuple[Extraction, list[Issue]]:
    """What a document holds, with what a manifest says of it in place of what was read off it."""
    hints: dict[int, dict[str, str]] = {}
    for entry in sorted(entries, key=lambda e: e.report):
        said = {n: v for n, v in entry.values.items() if n in ("area", "year", "title")}
        hints[entry.report] = {**hints.get(entry.report, {}), **said}
    extraction = analyse(document, lexicon, hints or None)
    numbers = {r.number for r in extraction.reports}
    issues = [
        Issue(manifest, "manifest", f"line {e.line}: {e.file} has no report {e.report}: check the number", fatal=False)
        for e in entries
        if e.report and e.report not in numbers
    ]
    return extraction, issues


def sources_of(extraction: Extraction, entries: Sequence[Entry]) -> dict[int, dict[str, str]]:
    """Url, publisher and published of each report that a manifest speaks of."""
    return {
        r.number: {
            n: v
            for e in sorted(entries, key=lambda e: e.report)
            if e.report in (0, r.number)
            for n, v in e.values.items()
            if n in ("url", "publisher", "published")
        }
        for r in extraction.reports
    }


# --- all files -------------------------------------------------------------------------------------------------------


def cores() -> int:
    """Processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def run(sources: Sequence[Source], work: Work, jobs: int | None = None) -> Iterator[Outcome]:
    """The outcome of each source, in their order. `jobs` None: as many workers as are worth it.

    LexiconError where the catalogue has a mistake, at once, before anything is read.
    """
    lexicon = load(work.catalog)
    count = min(jobs or cores(), len(sources))
    if jobs is None and sum(s.size for s in sources) < SMALL:
        count = 1
    if count > 1:
        return _parallel(sources, work, lexicon, count)
    _prepare(work)
    return (process(source, work, lexicon) for source in sources)


def _prepare(work: Work) -> None:
    """Hand over the user's dictionary to the segmenter."""
    if work.userdict is not None:
        words = import_module("hreport.tag.words")
        words.load_userdict(work.userdict)


_worker: tuple[Work, Lexicon] | None = None


def _start(work: Work) -> None:
    """Begin a worker process: quiet on Ctrl-C, with its own lexicon."""
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _prepare(work)
    _worker = (work, load(work.catalog))


def _ready() -> bool:
    return True


def _work(source: Source) -> Outcome:
    assert _worker is not None
    return process(source, *_worker)


def _pool(count: int, work: Work) -> ProcessPoolExecutor:
    # Spawned, not forked: the same on every system, and safe beside the threads of a progress bar.
    return ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_start, initargs=(work,))


def _submit(pool: ProcessPoolExecutor, source: Source) -> Future[Outcome]:
    try:
        return pool.submit(_work, source)
    except BrokenProcessPool as error:
        broken: Future[Outcome] = Future()
        broken.set_exception(error)
        return broken


def _parallel(sources: Sequence[Source], work: Work, lexicon: Lexicon, count: int) -> Iterator[Outcome]:
    """Outcomes from worker processes, in order, with at most a few files ahead.

    When a worker dies (out of memory, a crash in a library), the files in hand are read again one at a time, so that
    only the one that kills it is lost.
    """
    pool = _pool(count, work)
    try:
        pool.submit(_ready).result()
    except BrokenProcessPool:  # no workers here (a script without a main guard, no semaphores): do it ourselves
        for source in sources:
            yield process(source, work, lexicon)
        return
    remaining = iter(sources)
    waiting: deque[tuple[Source, Future[Outcome]]] = deque()
    finished = False
    try:
        while True:
            while len(waiting) < 3 * count and (ahead := next(remaining, None)) is not None:
                waiting.append((ahead, _submit(pool, ahead)))
            if not waiting:
                finished = True
                return
            source, future = waiting.popleft()
            try:
                outcome = future.result()
            except BrokenProcessPool:
                _end(pool)
                again = [(source, future), *waiting]
                waiting.clear()
                yield from _one_by_one(again, work)
                pool = _pool(count, work)
                continue
            yield outcome
    finally:
        if finished:
            pool.shutdown()
        else:
            _end(pool)


def _one_by_one(pending: Iterable[tuple[Source, Future[Outcome]]], work: Work) -> Iterator[Outcome]:
    """Outcomes of files that were in hand when a worker died."""
    pool: ProcessPoolExecutor | None = None
    try:
        for source, future in pending:
            if future.done() and not future.cancelled() and future.exception() is None:
                yield future.result()
                continue
            pool = pool or _pool(1, work)
            try:
                outcome = pool.submit(_work, source).result()
            except BrokenProcessPool:
                _end(pool)
                pool = None
                message = (
                    "the process that read it died (out of memory, or a fault): split the file, or report this line"
                )
                outcome = Outcome(source.path, issues=(Issue(source.path, "crashed", message),))
            yield outcome
    finally:
        if pool is not None:
            _end(pool)


def _end(pool: ProcessPoolExecutor) -> None:
    """Stop a pool at once, whatever it is doing."""
    processes = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for worker in processes:
        worker.terminate()
