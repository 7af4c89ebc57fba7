"""From files to rows: runs the path over each in worker processes, turns failures into `Issue`s.

Outcomes come in the order of the sources, whatever the number of workers, and only a few are in memory at a time. A
worker lives on from file to file; one that dies, hangs or takes too much memory takes only its file with it.
"""

from __future__ import annotations

import hashlib
import logging
import os
import signal
import sys
import traceback
import warnings
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from importlib import import_module
from importlib.util import find_spec
from itertools import chain
from multiprocessing import current_process, parent_process
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Lock, Thread
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from zipfile import ZipFile

from hreport import dataset, guards, readback, record, sourcetext
from hreport.corrections import Corrections, correct
from hreport.dataset import Wanted
from hreport.joining import Whole
from hreport.lexicon import Lexicon, load
from hreport.manifest import Entry, Manifest, missing, restated
from hreport.messages import Message, reason_of
from hreport.model import Document, Extraction, Issue
from hreport.readers import archive, read_bytes, recognise
from hreport.readers import load as load_bytes
from hreport.readers.build import LARGE_TEXT, RefusedError
from hreport.record import Row
from hreport.sources import Source

if TYPE_CHECKING:
    from pebble import ProcessPool

# `both` takes tables of either; with `all`, tables are those of extract, as for `observations`, and stores give both.
# `marks`: rows of extract and of masks, and all else that there is to see in a document (`record.mark_rows`).
Want: TypeAlias = Literal["observations", "masks", "both", "all", "marks"]
LAYERS: Mapping[Want, Sequence[str]] = {
    "observations": ("quantity",), "masks": ("mask",),
    **dict.fromkeys(("both", "all", "marks"), ("quantity", "mask")),
}  # fmt: skip

SMALL = 1_500_000  # bytes: so little is read before worker processes would have started
PLAIN = ("txt", "csv")  # formats that take time and memory in proportion to their length, which tests hold
LOOKED_THROUGH = 20_000_000  # bytes of a large text that are looked through in the time that a file may take
HEAD = 100_000  # bytes that tell a text from other formats
AHEAD = 3  # files in hand for each worker, whatever their size
MOST_AHEAD = 24  # ... and of small ones, so that the others go on while one of them waits for a slow file
AHEAD_BYTES = 1_000_000  # of small ones together, for each worker
MOST_DEATHS = 3  # times in a row that all workers may die before a file is given up

# --- one file --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Work:
    """What to do with each file. Goes to the worker processes, so it holds plain values only."""

    want: Want = "observations"
    tables: bool = False  # may a source be a table that extract wrote (or masks, where both are wanted)?
    catalog: Path | None = None
    userdict: Path | None = None
    password: str | None = None
    manifest: Manifest = field(default_factory=Manifest)
    corrections: Corrections = field(default_factory=Corrections)
    time_limit: float = guards.TIME_LIMIT  # seconds
    save_text: Path | None = None
    wanted: Wanted | None = None  # of a data set: rows that nothing asks for are left out

    def unmet(self, documents: Collection[tuple[str, str]]) -> list[Issue]:
        """A word about what manifest and corrections speak of and is not among these documents, which are given as path
        and hash."""
        return [*self.manifest.unmatched(path for path, _ in documents), *self.corrections.unmet(documents)]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one source: its rows, or why there are none.

    `more`: what is to be read in its place, the members of an archive or the same file by text recognition. `digest`:
    SHA-256 of the bytes. `about`: format, characters, pages and reports of the document. `file` and `inside`: the file
    on disk, and the path in it where that is an archive. `part`: the rows are of a portion of a large text, and more of
    it follows.
    """

    path: str
    rows: tuple[Row, ...] = ()
    issues: tuple[Issue, ...] = ()
    more: tuple[Source, ...] = ()
    digest: str = ""
    about: Row = field(default_factory=dict)
    file: str = ""
    inside: str = ""
    part: bool = False

    @property
    def read(self) -> bool:
        """Was it read at all? An archive is not: its members are."""
        return not self.more and not self.part and not any(i.fatal for i in self.issues)

    @property
    def documents(self) -> set[tuple[str, str]]:
        """Path and hash of the document, or of those that the rows of a table are of."""
        rows = () if self.digest else self.rows
        return {(self.path, self.digest), *((row["file"] or "", row.get("file_hash") or "") for row in rows)}

    @property
    def is_archive(self) -> bool:
        """Does it hold other documents?"""
        return any(source.path != self.path for source in self.more)

    @property
    def in_portions(self) -> bool:
        """Is it a large text, to be read in portions?"""
        return any(source.portion for source in self.more)


def process(source: Source, work: Work, lexicon: Lexicon) -> Outcome:
    """Everything about one source. Never raises: an error of ours is an issue of code `internal`."""
    try:
        outcome = _process(source, work, lexicon)
        return replace(outcome, file=source.on_disk, inside=source.inside)
    except MemoryError:
        return _failed(source, "memory", _too_much())
    except Exception as error:
        return _failed(source, "internal", _internal(error))


def _failed(source: Source, code: str, message: str) -> Outcome:
    issue = Issue(source.path, code, message)
    return Outcome(source.path, issues=(issue,), file=source.on_disk, inside=source.inside)


def _too_much() -> str:
    return Message("reading it takes more than {size:,} MB of memory: split it", size=guards.MOST_MEMORY // 2**20)


def _internal(error: Exception) -> str:
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "hreport" in Path(f.filename).parts]
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return Message(
        "hreport failed on this file ({reason}{where}): a fault of hreport, please report this line",
        reason=reason,
        where=where,
    )


def _process(source: Source, work: Work, lexicon: Lexicon) -> Outcome:
    if source.table or _must_be_table(source, work):
        return _table(source, work, lexicon)
    if source.portion is not None:
        return _portion(source, work, lexicon)
    # A document is shown as a whole, with all that is in it.
    if work.want != "marks" and _is_large_text(source) and (unfolded := _in_portions(source, work)):
        return unfolded
    data = _bytes(source, work.password)
    if isinstance(data, Issue):
        return Outcome(source.path, issues=(replace(data, path=source.path),))
    digest = hashlib.sha256(data).hexdigest()
    file_format = recognise(data)
    if file_format == "zip":
        return replace(_unfolded(source, data), digest=digest)
    document = read_bytes(data, source.path, work.password, source.ocr, file_format)
    issues = (document,) if isinstance(document, Issue) else document.issues
    pages = sum(i.pages for i in issues)
    if pages and not source.ocr and can_recognise():
        # Text recognition takes seconds a page: the file waits for its turn with more time.
        return Outcome(source.path, more=(replace(source, ocr=True, effort=1 + pages),), digest=digest)
    if isinstance(document, Issue):
        return Outcome(source.path, issues=(replace(document, path=source.path),), digest=digest)
    every = work.want == "marks"
    entries = work.manifest.of(source.path)
    extraction, doubts = extract(document, lexicon, entries, work.manifest.name, every)
    doubts = [replace(i, path=source.path) for i in doubts]
    rows, said = correct(
        _rows(extraction, source, work, entries), work.corrections, lexicon, source.path, digest, LAYERS[work.want]
    )
    doubts += said
    if every:
        rows += record.mark_rows(extraction, source.path)
    if work.save_text is not None:
        doubts += sourcetext.save(source.path, [document], work.save_text)
    notes = tuple(replace(i, path=source.path) for i in document.issues)
    about = record.document_row(extraction)
    return Outcome(source.path, tuple(rows), (*notes, *doubts), digest=digest, about=about)


def _rows(extraction: Extraction, source: Source, work: Work, entries: Sequence[Entry]) -> Iterator[Row]:
    """The rows that are wanted of a document."""
    given = sources_of(extraction, entries)
    if work.want != "observations":
        yield from record.mask_rows(extraction, source.path, given)
    if work.want != "masks":
        yield from record.observation_rows(extraction, source.path, given)


def _must_be_table(source: Source, work: Work) -> bool:
    """Can this be nothing but a table of ours, so that saying why it is none beats finding nothing? A CSV may be a
    table of statistics, to be compared with reports; to be evaluated, it is rows."""
    suffixes = readback.TABLE_SUFFIXES if work.want == "both" else readback.TABLE_SUFFIXES[1:]
    return work.tables and source.data is None and not source.inside and source.path.lower().endswith(suffixes)


def can_recognise() -> bool:
    """Is text recognition installed (`hreport[ocr]`)?"""
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


def _bytes(source: Source, password: str | None) -> bytes | Issue:
    if not source.members:
        return source.data if source.data is not None else load_bytes(Path(source.on_disk))
    if not source.size:
        return b""
    try:
        stamp = 0 if source.data is not None else os.stat(source.on_disk).st_mtime_ns
        container = _container(source.data or source.on_disk, stamp, source.members[:-1], password)
        return archive.member(container, source.members[-1], password)
    except RefusedError as refused:
        return Issue(source.path, refused.code, refused.message)
    except OSError as error:
        return Issue(
            source.path,
            "unreadable",
            Message("its archive cannot be opened ({reason}): check the disk", reason=reason_of(error)),
        )


@lru_cache(maxsize=archive.DEEPEST)
def _container(outermost: bytes | str, stamp: int, members: tuple[int, ...], password: str | None) -> ZipFile:
    """The archive that members lead to, kept open: its directory is read once, not for each member."""
    if not members:
        return archive.opened(outermost if isinstance(outermost, bytes) else Path(outermost))
    return archive.opened(archive.member(_container(outermost, stamp, members[:-1], password), members[-1], password))


def _unfolded(source: Source, data: bytes) -> Outcome:
    """The members of an archive, as sources of their own."""
    if len(source.members) >= archive.DEEPEST:
        return _failed(
            source, "too_large", Message("an archive in archives in archives: unpack it and give the files inside")
        )
    try:
        with archive.opened(data) as opened:
            found = archive.members(opened)
    except RefusedError as refused:
        return _failed(source, refused.code, refused.message)
    if not found:
        return _failed(source, "empty", Message("the archive holds no documents: nothing to read"))
    more = tuple(
        replace(
            source,
            path=f"{source.path}/{m.name}",
            size=m.size,
            file=source.on_disk,
            members=(*source.members, m.number),
            inside=f"{source.inside}/{m.name}".lstrip("/"),
        )
        for m in found
    )
    return Outcome(source.path, more=more)


# --- large texts -----------------------------------------------------------------------------------------------------


def _is_large_text(source: Source) -> bool:
    """Is this a file on disk that is a plain text, and too large to be read at once?"""
    if source.size <= LARGE_TEXT or source.members or source.data is not None:
        return False
    with suppress(OSError), open(source.on_disk, "rb") as stream:
        return recognise(stream.read(HEAD)) == "txt"
    return False


def _in_portions(source: Source, work: Work) -> Outcome | None:
    """The portions of a large text, as sources of their own; None where it cannot be cut."""
    from hreport.readers import portions

    try:
        more = tuple(replace(source, size=p.end - p.start, portion=p) for p in portions.of(Path(source.on_disk)))
    except (portions.UncutError, OSError):
        return None
    digest = more[0].portion.sha256 if more[0].portion else ""
    issues: list[Issue] = []
    if work.save_text is not None:
        documents = (read_portion(one) for one in more)
        issues = sourcetext.save(source.path, (d for d in documents if isinstance(d, Document)), work.save_text)
    return Outcome(source.path, more=more, issues=tuple(issues), digest=digest)


def read_portion(source: Source) -> Document | Issue:
    """The document that a portion of a large text is; an issue of code `empty` where it is blank."""
    from hreport.readers import portions

    assert source.portion is not None
    return portions.read(Path(source.on_disk), source.path, source.portion)


def _portion(source: Source, work: Work, lexicon: Lexicon) -> Outcome:
    """What a portion of a large text holds: its offsets are of the whole text, its reports and tables count from 1.

    What a manifest says of a report by its number is left to who knows the number (`joining.py`).
    """
    portion = source.portion
    assert portion is not None
    document = read_portion(source)
    if isinstance(document, Issue):
        return Outcome(source.path, issues=(document,), digest=portion.sha256)
    entries = [e for e in work.manifest.of(source.path) if not e.report]
    extraction, _ = extract(document, lexicon, entries)
    rows = (record.moved(row, portion.characters) for row in _rows(extraction, source, work, entries))
    own = work.corrections.between(portion.sha256, portion.characters, portion.until)
    corrected, doubts = correct(rows, own, lexicon, source.path, portion.sha256, LAYERS[work.want])
    tables = max((b.table for b in document.blocks if b.table), default=0)
    about = {**record.document_row(extraction), "tables": tables}
    return Outcome(source.path, tuple(corrected), (*document.issues, *doubts), digest=portion.sha256, about=about)


# --- tables of ours --------------------------------------------------------------------------------------------------


def _table(source: Source, work: Work, lexicon: Lexicon) -> Outcome:
    if not work.tables:
        message = Message("a table of hreport, not a report: give it to hreport compare or hreport eval")
        return Outcome(source.path, issues=(Issue(source.path, "table", message),))
    layers = work.want == "both" or (work.want == "all" and source.path.lower().endswith(readback.STORE_SUFFIX))
    try:
        if dataset.is_set(source.on_disk):
            rows = dataset.rows(source.on_disk, None if put_right_by(work) else work.wanted)
        elif source.data is None:
            rows = readback.read_table(Path(source.on_disk), layers)
        else:
            rows = readback.read_table_bytes(source.data, layers)
    except dataset.SetError as error:
        return Outcome(source.path, issues=(Issue(source.path, error.code, reason_of(error)),))
    except readback.TableError as error:
        wrote = Message("extract or masks") if layers else "extract"
        message = Message(
            "{error}: give a table that hreport {wrote} wrote, or the reports themselves",
            error=reason_of(error),
            wrote=wrote,
        )
        return Outcome(source.path, issues=(Issue(source.path, "not_extract", message),))
    except OSError as error:
        message = Message("cannot be opened ({reason}): check its permissions", reason=reason_of(error))
        return Outcome(source.path, issues=(Issue(source.path, "unreadable", message),))
    rows, doubts = put_right(rows, work, lexicon, source.path)
    return Outcome(source.path, tuple(rows), tuple(doubts))


def put_right_by(work: Work) -> bool:
    """May what a person says change which indicator or place a row is of?"""
    return bool(work.manifest.entries or work.corrections.by_document)


def put_right(rows: Sequence[Row], work: Work, lexicon: Lexicon, path: str) -> tuple[list[Row], list[Issue]]:
    """The rows of a table of ours with what manifest and corrections say of them, and a word about what could not be;
    `path` is that of the table."""
    made, doubts = restated(rows, work.manifest, lexicon, path)
    if work.corrections.by_document:
        made, said = correct(made, work.corrections, lexicon, path, None, LAYERS[work.want])
        doubts += said
    return made, doubts


def extract(
    document: Document, lexicon: Lexicon, entries: Sequence[Entry] = (), manifest: str = "", mentions: bool = False
) -> tuple[Extraction, list[Issue]]:
    """What a document holds, with what a manifest says of it in place of what was read off it."""
    from hreport.analyse import analyse  # not for a folder that is unchanged

    hints: dict[int, dict[str, str]] = {}
    for entry in sorted(entries, key=lambda e: e.report):
        said = {n: v for n, v in entry.values.items() if n in ("area", "year", "title")}
        hints[entry.report] = {**hints.get(entry.report, {}), **said}
    extraction = analyse(document, lexicon, hints or None, mentions)
    return extraction, missing(document.path, entries, len(extraction.reports), manifest)


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


def run(
    sources: Iterable[Source], work: Work, jobs: int | None = None, total: int | None = None, here: bool = False
) -> Iterator[Outcome]:
    """The outcome of each source, in their order; an archive's own comes after those of its members.

    `jobs` None: as many workers as there are cores, or as `total` files are worth. `here`: no workers, but in this
    process, which nothing then protects: for plain texts that are few and small (`harmless`).

    LexiconError where the catalogue has a mistake, at once, before anything is read.
    """
    if work.catalog is not None:
        load(work.catalog)
    count = jobs or cores()
    return _run(sources, work, 0 if here else count if total is None else max(1, min(count, total)))


def _run(sources: Iterable[Source], work: Work, count: int) -> Iterator[Outcome]:
    """The same with a number of workers; nothing is loaded or started where there is nothing to read."""
    remaining = iter(sources)
    first = next(remaining, None)
    if first is None:
        return
    sources = chain([first], remaining)
    if count:
        yield from _in_workers(sources, work, count)
        return
    _prepare(work)
    yield from _each_here(sources, work, load(work.catalog))


def harmless(sources: Sequence[Source]) -> bool:
    """Are these so few and plain texts, beside tables of ours, that a worker process costs more than it protects?"""
    texts = [s for s in sources if not s.table]
    return sum(s.size for s in texts) < SMALL and all(map(_is_plain, texts))


def worth(sources: Iterable[Source]) -> int:
    """How many files of usual size the sources are worth to workers."""
    return sum(1 + source.size // LARGE_TEXT for source in sources)


def _is_plain(source: Source) -> bool:
    if source.data is not None:
        return recognise(source.data) in PLAIN
    try:
        with open(source.on_disk, "rb") as stream:
            return recognise(stream.read()) in PLAIN
    except OSError:
        return True  # an issue, which needs no worker


def _each_here(sources: Iterable[Source], work: Work, lexicon: Lexicon) -> Iterator[Outcome]:
    for source in sources:
        outcome = process(source, work, lexicon)
        if outcome.in_portions:
            whole = Whole(outcome, work.manifest, lexicon)
            yield from (whole.added(process(one, work, lexicon), one) for one in outcome.more)
            yield whole.end()
            continue
        yield from _each_here(outcome.more, work, lexicon)
        if outcome.is_archive or not outcome.more:
            yield outcome


def _prepare(work: Work) -> None:
    """Hand over the user's dictionary to the segmenter."""
    if work.userdict is not None:
        words = import_module("hreport.tag.words")
        words.load_userdict(work.userdict)


_worker: tuple[Work, Lexicon] | None = None


def _start(work: Work) -> None:
    """Begin a worker process: quiet, within its limits, with its own lexicon."""
    global _worker
    # At once and without a word: the pool's own handler waits for a library to come back, and speaks when it is late.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    logging.disable(logging.CRITICAL)  # libraries say what they stumble over
    warnings.simplefilter("ignore")
    Thread(target=_end_with_parent, daemon=True).start()
    guards.limit_memory()
    guards.look_seldom_for_cycles()
    _prepare(work)
    _worker = (work, load(work.catalog))


def _end_with_parent() -> None:
    """End this worker when the process that began it is gone, however it ended."""
    if parent := parent_process():
        parent.join()
        os._exit(1)


def _ready() -> bool:
    return True


def _work(source: Source) -> Outcome:
    assert _worker is not None
    return process(source, *_worker)


class _Process(SpawnProcess):
    """A process that does not run the user's script again, as spawned ones do to find functions in it: what ours do
    stands in this module. So a script needs no main guard."""

    _starting, _allowing = Lock(), Lock()

    def start(self) -> None:
        """Start, from a daemon too: a worker of a cluster is one, which must leave no process behind, and ours end with
        the one that began them (`_end_with_parent`)."""
        settings: dict[str, Any] = current_process()._config  # type: ignore[attr-defined]
        with _Process._allowing:
            was = settings.pop("daemon", None)
            try:
                super().start()
            finally:
                if was is not None:
                    settings["daemon"] = was

    @staticmethod
    def _Popen(process_obj: BaseProcess) -> Any:  # noqa: N802 - its name in multiprocessing
        with _Process._starting:
            main = sys.modules["__main__"]
            sys.modules["__main__"] = ModuleType("__main__")
            try:
                return SpawnProcess._Popen(process_obj)
            finally:
                sys.modules["__main__"] = main


class _Spawned(SpawnContext):
    """How processes are started."""

    Process = _Process


class _Workers:
    """A pool of worker processes that is made anew when all of it dies."""

    def __init__(self, work: Work, count: int) -> None:
        """Start `count` processes."""
        self.work = work
        self.count = count
        self.deaths = 0
        self.pool = self._pool()

    @cached_property
    def lexicon(self) -> Lexicon:
        """For what is read in this process; the workers have their own, and do not wait for this one."""
        return load(self.work.catalog)

    def _pool(self) -> ProcessPool:
        from pebble import ProcessPool  # not for runs without workers

        # Spawned, not forked: the same on every system, and safe beside the threads of a progress bar.
        return ProcessPool(self.count, initializer=_start, initargs=(self.work,), context=_Spawned())

    def can_work(self) -> bool:
        """Do processes start here? Not without semaphores, for one."""
        from pebble import ProcessExpired

        try:
            return self.pool.schedule(_ready).result()
        except (BrokenProcessPool, ProcessExpired, OSError):
            return False

    def submit(self, source: Source) -> Future[Outcome] | None:
        """Have a source read. None: it is read here when its turn comes, since it cannot hurt: an empty member of an
        archive, of which there may be many thousands, or a table of ours, whose rows would only be sent about."""
        if source.table or (source.members and not source.size):
            return None
        return self.pool.schedule(_work, (source,), timeout=self._limit(source))

    def _limit(self, source: Source) -> float:
        """The seconds that a source may take. Each portion of a large text has the usual time, and before them it is
        looked through as a whole."""
        through = 1 + source.size // LOOKED_THROUGH if _is_large_text(source) else 1
        return self.work.time_limit * max(source.effort, through)

    def outcome(self, source: Source, future: Future[Outcome] | None) -> Outcome:
        """What came of it, once it is there."""
        from pebble import ProcessExpired

        while True:
            if future is None:
                return process(source, self.work, load(self.work.catalog))
            try:
                outcome = future.result()
            except FutureTimeoutError:
                limit = self._limit(source)
                return _failed(
                    source,
                    "timeout",
                    Message("it takes longer than {limit:g} s: split it, or give --timeout", limit=limit),
                )
            except ProcessExpired as error:
                return _failed(source, *_death(error.exitcode))
            except BrokenProcessPool:
                self.deaths += 1
                if self.deaths > MOST_DEATHS:
                    return _failed(source, *_death(None))
                self.stop()
                self.pool = self._pool()
                future = self.submit(source)
            else:
                self.deaths = 0
                return outcome

    def stop(self) -> None:
        """End all processes at once, whatever they are doing."""
        self.pool.stop()  # type: ignore[no-untyped-call]
        self.pool.join()


def _death(exit_code: int | None) -> tuple[str, str]:
    """Code and message for a file whose process died."""
    if exit_code == guards.OUT_OF_MEMORY:
        return "memory", _too_much()
    return "crashed", Message(
        "its process died (a library failed, or no memory was left): save it anew, or report this line"
    )


@dataclass(slots=True)
class _Lane:
    """Sources in order, some of which are in hand; `end` is the outcome of the archive that they lie in, `whole` the
    text whose portions they are."""

    remaining: Iterator[Source]
    end: Outcome | None = None
    whole: Whole | None = None
    in_hand: deque[tuple[Source, Future[Outcome] | None]] = field(default_factory=deque)

    def has_room(self, count: int) -> bool:
        """May one more be taken in hand, with so many workers? What is ahead is held in memory, in part as rows."""
        if len(self.in_hand) < AHEAD * count:
            return True
        return len(self.in_hand) < MOST_AHEAD * count and sum(s.size for s, _ in self.in_hand) < AHEAD_BYTES * count


class Crew:
    """Worker processes that live on from one call to the next."""

    def __init__(self, work: Work, count: int) -> None:
        """Start `count` processes; where none starts, all is read in this one."""
        self._workers = _Workers(work, count)
        self.can_work = self._workers.can_work()
        if not self.can_work:
            self._workers.stop()

    def stop(self) -> None:
        """End all of them at once."""
        if self.can_work:
            self._workers.stop()

    def outcomes(self, sources: Iterable[Source]) -> Iterator[Outcome]:
        """Outcomes, in order, with at most a few files ahead."""
        workers = self._workers
        if not self.can_work:
            yield from _each_here(sources, workers.work, workers.lexicon)
            return
        # What an archive holds comes before what follows it, of which some is in hand already.
        lanes = [_Lane(iter(sources))]
        while lanes:
            lane = lanes[-1]
            while lane.has_room(workers.count) and (ahead := next(lane.remaining, None)) is not None:
                lane.in_hand.append((ahead, workers.submit(ahead)))
            if not lane.in_hand:
                lanes.pop()
                if lane.end is not None:
                    yield lane.end
                if lane.whole is not None:
                    yield lane.whole.end()
                continue
            source, future = lane.in_hand.popleft()
            outcome = workers.outcome(source, future)
            if outcome.more:
                whole = Whole(outcome, workers.work.manifest, workers.lexicon) if outcome.in_portions else None
                lanes.append(_Lane(iter(outcome.more), outcome if outcome.is_archive else None, whole))
            else:
                yield lane.whole.added(outcome, source) if lane.whole else outcome


def _in_workers(sources: Iterable[Source], work: Work, count: int) -> Iterator[Outcome]:
    """Outcomes from worker processes of their own, which end with them."""
    crew = Crew(work, count)
    try:
        yield from crew.outcomes(sources)
    finally:
        crew.stop()
