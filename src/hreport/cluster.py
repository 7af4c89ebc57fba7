"""`extract` on a Dask cluster: the path of a document over files that lie anywhere, into a data set (`dataset.py`).

**Who does what.** This process lists the files, cuts the list into parts of some hundred files or some MB, and keeps a
few parts for each thread of the cluster in flight; what comes back of a part is counts and issues. A worker of the
cluster copies the bytes of its files to its own disk, has a process of its own read them (`pipeline.Crew`, with the
limits of time and memory that a file has anywhere), and writes the part.

**What may die.** The process that reads takes only its file with it, as on one machine. Of a worker that dies, Dask
gives the parts to others: a part has a name and a content that depend on nothing but what is in it, so that it does not
matter who made it, or how often. A part whose workers die again and again is tried alone, then in pieces, down to the
file that does it, which becomes an issue. What this process leaves behind when it dies is parts, which the next
run finds.

**Where a cut falls** is decided by the paths beside it, so that a new file changes the part that it falls into and
leaves the others as they are; the files of a changed part that are as they were are taken over from the old part.
"""

from __future__ import annotations

import math
import os
import pickle
import tempfile
import threading
import time
import warnings
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, NamedTuple

from hreport import __version__, dataset, remote, sources
from hreport.dataset import Manifest, Part, SetError, Told
from hreport.gather import loses, sure
from hreport.messages import Message, reason_of
from hreport.model import Issue
from hreport.pipeline import Crew, Outcome, Work, cores
from hreport.remote import EXTRA, UNFINISHED, Folder, RemoteError, is_address
from hreport.sources import Source
from hreport.store import digest_of, means, settings

if TYPE_CHECKING:
    from distributed import Client, Future

LOCAL = "local"  # a cluster on this machine; `local:4` has four worker processes
MOST_FILES = 128  # in a part, about: half as many to twice as many
FEWEST_PARTS = 64  # about, where there are as many files: so that each of some cores has several
MOST_BYTES = 64 * 2**20  # of the files of a part
AHEAD = 3  # parts in flight for each thread of the cluster
ASK_EVERY = 5.0  # seconds after which the cluster is asked how many threads it has
PIECES = 8  # that a part is cut into, to find what kills workers
CONNECT, APPEAR = 15, 120  # seconds to wait for the scheduler, and for the first worker
TRIES = 3  # to copy a file from an address
IDLE = 60.0  # seconds that a process which reads waits for the next part
AT_ONCE = 5_000  # rows that wait to become columns


class ClusterError(Exception):
    """Why a cluster cannot be used, or no more; one line that says what to do."""


class File(NamedTuple):
    """A file to read: its path as rows show it, where it is on disk if it is no address, its size in bytes and what
    changes when it does; whether it is a table of ours, and was only met in a folder."""

    path: str
    file: str
    size: int
    stamp: str
    table: bool = False
    met: bool = True


@dataclass(frozen=True, slots=True)
class Job:
    """What the workers shall do with each part of one run. It goes to other machines: files of this one are in it as
    bytes. `key`: of what a process that reads needs to know, so that runs after each other share it.

    `engine`: of the program and its libraries, which must be the same everywhere; `least`: confidence of the rows;
    `means`, `said` and `put_right` are digests of what may help with a file that was not read, of the manifest and of
    the corrections; `every`: bring back all issues, not only those that say what was lost.
    """

    key: str
    work: Work
    folder: str
    engine: str
    settings: str
    means: str
    said: str
    put_right: str
    least: float = 0.0
    catalog: bytes | None = None
    userdict: bytes | None = None
    every: bool = False

    def key_of(self, file: File, hopeful: bool, unfolded: bool) -> str:
        """Of all that decides what is found in a file: of one that was not read, what might help; of an archive, all
        that the manifest says."""
        entries = [repr((e.report, sorted(e.values.items()))) for e in self.work.manifest.of(file.path)]
        parts = [file.path, str(file.size), file.stamp, self.settings, str(self.least), self.put_right, *entries]
        return digest_of([*parts, self.means if hopeful else "", self.said if unfolded else ""])

    def name_of(self, files: Iterable[File]) -> str:
        """The hash in the name of the part that holds these files."""
        means = [self.settings, self.means, self.said, self.put_right, str(self.least)]
        return digest_of([*means, *(word for f in files for word in (f.path, str(f.size), f.stamp))])


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a part: what the manifest says of it, how many `files` it has and how many documents of it were
    `read` in this run, what was wrong with them, and which they are (if somebody asks)."""

    part: Part
    files: int
    read: int = 0
    issues: tuple[Issue, ...] = ()
    documents: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Task:
    """A part to make: its place among the parts, its name, and the files of its part of the list."""

    label: str
    name: str
    files: Sequence[File]
    earlier: tuple[str, ...] = ()  # parts made before that hold some of the files
    is_there: bool = False


# --- in this process -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Plan:
    """What there is to read, and into which data set. `issues`: what led nowhere."""

    files: list[File]
    issues: list[Issue]
    job: Job
    folder: Folder
    manifest: Manifest


def plan(
    paths: Sequence[str],
    directory: str,
    work: Work,
    *,
    least: float = 0.0,
    every: bool = False,
    exclude: Collection[Path] = (),
) -> Plan:
    """List what the paths and addresses lead to, and look at the data set that shall hold it.

    Raises:
        ClusterError: Dask is not installed, or the directory is something else.
        SetError, RemoteError: it cannot be used.
    """
    if find_spec("distributed") is None:
        raise ClusterError(Message("--cluster needs Dask, which is not installed: {advice}", advice=EXTRA))
    folder = Folder(directory if is_address(directory) else os.path.abspath(directory))
    wanted = tuple(p.rstrip("/\\") or p for p in paths)
    manifest = _manifest(folder, directory, wanted)
    files, issues = _listed(paths, [*exclude, *([] if folder.system else [Path(folder.root)])])
    if manifest is None:
        manifest = Manifest(wanted, _files_per_part(len(files)), __version__)
    return Plan(files, issues, _job(work, folder.path, least, every), folder, manifest)


def _manifest(folder: Folder, directory: str, paths: tuple[str, ...]) -> Manifest | None:
    if folder.system is None and os.path.isfile(folder.root):
        raise ClusterError(Message("{output} is a file: a data set is a folder", output=directory))
    manifest = dataset.manifest_of(folder)
    if manifest is None:
        if any(not name.startswith(".") for name in folder.names()):
            raise ClusterError(Message("{output} holds other files: give a new or empty folder", output=directory))
        return None
    if manifest.paths != paths:
        raise ClusterError(
            Message(
                "{output} holds the figures of other paths ({paths}): give another folder",
                output=directory,
                paths=" ".join(manifest.paths)[:80],
            ),
        )
    return manifest


def _listed(paths: Sequence[str], exclude: Collection[Path]) -> tuple[list[File], list[Issue]]:
    """All files, sorted by path, each once; what leads nowhere is an issue."""
    here = [p for p in dict.fromkeys(paths) if not is_address(p)]
    found = sources.find(here, None, exclude) if here else sources.Found()
    issues = found.issues
    files = []
    for source in found.sources:
        try:
            stamp = str(os.stat(source.on_disk).st_mtime_ns)
        except OSError:
            stamp = ""
        files.append(File(source.path, os.path.abspath(source.on_disk), source.size, stamp, source.table))
    for address in dict.fromkeys(p for p in paths if is_address(p)):
        try:
            entries = remote.entries(address, sources.is_noise)
        except RemoteError as error:
            issues.append(Issue(address, "not_found", reason_of(error)))
            continue
        files += [File(e.address, "", e.size, e.stamp, met=e.met) for e in entries]
    if len(here) < len(paths):  # `find` has sorted its own
        files = sorted({f.path: f for f in files}.values())
    return files, issues


def _job(work: Work, folder: str, least: float, every: bool) -> Job:
    own = {
        "catalog": work.catalog.read_bytes() if work.catalog else None,
        "userdict": work.userdict.read_bytes() if work.userdict else None,
    }
    said = digest_of(repr((e.file, e.report, sorted(e.values.items()))) for e in work.manifest.entries)
    put_right = digest_of(repr((c.file_hash, c.start, c.end, c.field, c.written, c.text)) for c in work.corrections.all)
    bare = replace(work, catalog=None, userdict=None, save_text=None)
    of_crew = digest_of([pickle.dumps(bare), settings(work)])
    return Job(of_crew, bare, folder, _engine(), settings(work), means(work), said, put_right, least, **own,
               every=every)  # fmt: skip


@lru_cache(maxsize=1)
def _engine() -> str:
    return settings(Work())


def _files_per_part(count: int) -> int:
    """A power of two, so that a set of a few files has parts for some cores, and one of many no more than needed."""
    return max(1, min(MOST_FILES, 1 << int(math.log2(max(1, count / FEWEST_PARTS)))))


def _cut(files: Sequence[File], per_part: int) -> Iterator[tuple[int, int]]:
    """Where the parts begin and end. A part ends behind a file whose path says so by its hash, if it is not too small,
    and in any case before it grows too large."""
    start, size = 0, 0
    for at, file in enumerate(files):
        if at > start and (size + file.size > MOST_BYTES or at - start >= 2 * per_part):
            yield start, at
            start, size = at, 0
        size += file.size
        sign = blake2b(file.path.encode("utf-8", "backslashreplace"), digest_size=8).digest()
        if 2 * (at - start + 1) >= per_part and int.from_bytes(sign, "big") % per_part == 0:
            yield start, at + 1
            start, size = at + 1, 0
    if start < len(files):
        yield start, len(files)


def _tasks(plan: Plan) -> list[tuple[str, str, int, int]]:
    """Label, name and files of each part. Parts that are there keep their labels, as long as these are in order."""
    there = {m["hash"]: m["label"] for m in map(dataset.PART.fullmatch, plan.folder.names()) if m}
    spans = list(_cut(plan.files, plan.manifest.files_per_part))
    digests = [plan.job.name_of(plan.files[start:end]) for start, end in spans]
    known: list[str | None] = []
    last = ""
    for digest in digests:
        label = there.get(digest)
        if label is not None and label <= last:
            label = None
        last = label or last
        known.append(label)
    return [
        (label, dataset.name_of(label, digest), start, end)
        for label, digest, (start, end) in zip(dataset.labels(known), digests, spans, strict=True)
    ]


def run(plan: Plan, cluster: str) -> Iterator[Done]:
    """Make the data set: what comes of each part, as they get done. The set is finished when this has ended.

    Raises:
        ClusterError: the cluster cannot be used, or no more; what is done is kept, and the next run goes on.
        RemoteError: the data set cannot be written.
    """
    plan_of_parts = _tasks(plan)
    if not plan.manifest.finished:
        plan.folder.write(dataset.MANIFEST, dataset.written(plan.manifest))
    parts: list[Part] = []
    with _connected(cluster) as client:
        _check(client, plan.job)
        for done in _unbroken(_worked_off(client, plan, plan_of_parts)):
            parts.append(done.part)
            yield done
    parts.sort(key=lambda p: p.name)
    there = set(plan.folder.names())
    if missing := [p.name for p in parts if p.name not in there]:
        raise ClusterError(
            Message(
                "{output}: workers wrote {name} where this machine does not see it: give a folder that all share, or "
                "an address",
                output=plan.folder.path,
                name=missing[0],
            )
        )
    manifest = replace(plan.manifest, finished=True, parts=tuple(parts), version=__version__)
    plan.folder.write(dataset.MANIFEST, dataset.written(manifest))
    for name in there - {p.name for p in parts}:
        if dataset.PART.fullmatch(name) or (name.startswith(".part-") and name.endswith(UNFINISHED)):
            plan.folder.remove(name)


def _unbroken(made: Iterator[Done]) -> Iterator[Done]:
    """The same; a connection that breaks is a line of ours."""
    from distributed.comm import CommClosedError

    try:
        yield from made
    except (CommClosedError, TimeoutError, CancelledError):
        raise _lost() from None


def _lost() -> ClusterError:
    return ClusterError(
        Message("the connection to the cluster was lost: what is done is kept, give the same command to go on")
    )


def _worked_off(client: Client, plan: Plan, parts: Sequence[tuple[str, str, int, int]]) -> Iterator[Done]:
    """Have every part made; those that kill their workers come last, and alone."""
    there = set(plan.folder.names())
    before = {p.name: p for p in plan.manifest.parts}
    firsts = [p.first for p in plan.manifest.parts]
    asked = bool(plan.job.work.manifest.entries or plan.job.work.corrections.by_document)

    def tasks() -> Iterator[_Task | Done]:
        for label, name, start, end in parts:
            files = plan.files[start:end]
            known = before.get(name)
            if name in there and known is not None and not known.lost and not asked:
                yield Done(known, len(files), 0, known.issues)
            elif name in there and (known is None or not known.lost):
                yield _Task(label, name, files, is_there=True)
            else:
                yield _Task(label, name, files, _overlapping(firsts, plan.manifest.parts, files, there))

    suspects: list[_Task] = []
    yield from _in_flight(client, plan.job, tasks(), suspects)
    following = dict(pairwise(label for label, *_ in parts))
    while suspects:
        task = suspects.pop()
        again: list[_Task] = []
        yield from _in_flight(client, plan.job, [task], again)
        if not again:
            continue
        if len(task.files) == 1:
            yield from _in_flight(client, plan.job, [replace(task, earlier=())], again, give_up)
            continue
        size = -(-len(task.files) // PIECES)
        pieces = [task.files[k : k + size] for k in range(0, len(task.files), size)]
        labels = dataset.between(task.label, following.get(task.label), len(pieces))
        following.update(pairwise([*labels, following[task.label]] if task.label in following else labels))
        suspects += reversed(
            [
                _Task(label, dataset.name_of(label, plan.job.name_of(files)), files, task.earlier)
                for label, files in zip(labels, pieces, strict=True)
            ]
        )


def _overlapping(
    firsts: Sequence[str], parts: Sequence[Part], files: Sequence[File], there: Collection[str]
) -> tuple[str, ...]:
    """The parts of the set as it was that may hold some of these files; `firsts` are their first paths."""
    low = max(0, bisect_right(firsts, files[0].path) - 1)
    high = bisect_right(firsts, files[-1].path)
    return tuple(p.name for p in parts[low:high] if p.name in there)


def _in_flight(
    client: Client,
    job: Job,
    tasks: Iterable[_Task | Done],
    suspects: list[_Task],
    do: Callable[..., Done] | None = None,
) -> Iterator[Done]:
    """What comes of tasks, of which only so many are with the cluster at a time; those whose workers died are put to
    the suspects."""
    from distributed import KilledWorker, as_completed

    # A task of its own, which the scheduler keeps: whichever worker needs it has it made again.
    shared = client.submit(_same, job, key=f"hreport-{job.key}-job-{token_hex(4)}", pure=False)
    remaining = iter(tasks)
    running: dict[str, _Task] = {}
    futures = as_completed(loop=client.loop)

    asked, most = -math.inf, 0

    def fill() -> Iterator[Done]:
        nonlocal asked, most
        if time.monotonic() - asked > ASK_EVERY:  # workers come and go
            most, asked = AHEAD * max(1, sum(client.nthreads().values())), time.monotonic()
        while len(running) < most and (task := next(remaining, None)) is not None:
            if isinstance(task, Done):
                yield task
                continue
            call: Callable[..., Done] = do or (look if task.is_there else make)
            key = f"hreport-{job.key}-{task.name}-{token_hex(4)}"
            futures.add(client.submit(call, shared, task, key=key, pure=False))
            running[key] = task

    yield from fill()
    for future in futures:
        task = running.pop(future.key)
        done = _result(future, KilledWorker)
        future.release()
        if done is None:
            suspects.append(task)
        else:
            yield done
        yield from fill()


def _result(future: Future, killed: type[Exception]) -> Done | None:
    """What came of a part; None where its workers died."""
    if future.status == "finished":
        result: Done = future.result()
        return result
    if future.status == "error":
        error = future.exception()
        if isinstance(error, killed):
            return None
        if isinstance(error, ClusterError | RemoteError | SetError):
            raise error
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        raise ClusterError(Message("a worker failed ({reason}): what is done is kept", reason=reason))
    raise _lost()


# --- the cluster -----------------------------------------------------------------------------------------------------


@contextmanager
def _connected(cluster: str) -> Iterator[Client]:
    """A client of the cluster, with at least one worker."""
    import distributed

    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        if cluster == LOCAL or cluster.startswith(f"{LOCAL}:"):
            stack.enter_context(_allowing_few_deaths())
            address: Any = stack.enter_context(
                distributed.LocalCluster(
                    n_workers=workers_of(cluster), threads_per_worker=1, dashboard_address=":0", silence_logs=100
                )
            )
        else:
            address = cluster
        try:
            client = stack.enter_context(distributed.Client(address, timeout=CONNECT, set_as_default=False))
        except (OSError, ValueError, TimeoutError):
            raise ClusterError(
                Message(
                    "{cluster}: no Dask scheduler answers: check the address (tcp://HOST:8786), and that it runs",
                    cluster=cluster,
                )
            ) from None
        try:
            client.wait_for_workers(1, timeout=APPEAR)
        except TimeoutError:
            raise ClusterError(
                Message("{cluster}: the scheduler has no workers: start dask worker", cluster=cluster)
            ) from None
        yield client


@contextmanager
def _allowing_few_deaths() -> Iterator[None]:
    """On this machine a worker that dies again will go on dying."""
    import dask

    with dask.config.set({"distributed.scheduler.allowed-failures": 1}):
        yield


def workers_of(cluster: str) -> int:
    """How many worker processes a cluster on this machine shall have; ClusterError where that is no number.

    >>> workers_of("local:4")
    4
    """
    _, _, count = cluster.partition(":")
    if not count and cluster == LOCAL:
        return cores()
    if not count.isascii() or not count.isdigit() or not int(count):
        raise ClusterError(
            Message(
                "--cluster {cluster}: {count!r} is no number of workers: such as local:4", cluster=cluster, count=count
            )
        )
    return int(count)


def _check(client: Client, job: Job) -> None:
    """Do all workers run this program?"""
    answers = client.run(_engine_there, on_error="return")
    for worker, answer in answers.items():
        if isinstance(answer, BaseException):
            raise ClusterError(
                Message(
                    "worker {worker} cannot run hreport ({reason}): install the same version there",
                    worker=worker,
                    reason=str(answer).splitlines()[0][:200] if str(answer) else type(answer).__name__,
                )
            )
        version, engine = answer
        if engine != job.engine:
            raise _other_engine(worker, version)


def _other_engine(worker: str, version: str) -> ClusterError:
    return ClusterError(
        Message(
            "worker {worker} runs hreport {version} with other code, data or libraries than this machine ({own}): "
            "install the same there, or rows would differ",
            worker=worker,
            version=version,
            own=__version__,
        )
    )


# --- on a worker -----------------------------------------------------------------------------------------------------


def _same(job: Job) -> Job:
    return job


def _engine_there() -> tuple[str, str]:
    return __version__, _engine()


def make(job: Job, task: _Task) -> Done:
    """Read the files of a part, or take over what was read of them before, and write it."""
    if _engine() != job.engine:
        from distributed import get_worker

        raise _other_engine(get_worker().address, __version__)
    folder = Folder(job.folder)
    taken = _taken_over(job, task, folder)
    fresh = [f for f in task.files if f.path not in taken]
    made = _made(job, fresh) if fresh else {}
    told: list[Told] = []
    batches: list[Any] = []
    for file in task.files:
        one, some = taken.get(file.path) or made[file.path]
        told.append(one)
        batches += some
    folder.write(task.name, dataset.packed(batches, told))
    return _done(job, task, told, sum(made[f.path][0].read for f in fresh))


def look(job: Job, task: _Task) -> Done:
    """What a part that is there says of itself; it is made anew where it is broken or has lost a file."""
    try:
        earlier = dataset.Earlier(Folder(job.folder).read(task.name))
        told = [earlier.told[f.path] for f in task.files]
    except (ValueError, KeyError, OSError):
        return make(job, task)
    if any(t.lost for t in told):
        return make(job, replace(task, earlier=(task.name,)))
    return _done(job, task, told, 0)


def give_up(job: Job, task: _Task) -> Done:
    """Write a part of one file that is not touched any more, since it killed all workers that tried."""
    (file,) = task.files
    message = Message(
        "every worker of the cluster that read it died (no memory was left?): save it anew, or report this line"
    )
    told = _told(job, file, [Outcome(file.path, issues=(Issue(file.path, "crashed", message),))], 0)
    Folder(job.folder).write(task.name, dataset.packed([], [told]))
    return _done(job, task, [told], 0)


def _done(job: Job, task: _Task, told: Sequence[Told], read: int) -> Done:
    issues = tuple(i for t in told for i in t.issues)
    fatal = tuple(i for i in issues if i.fatal)
    asked = job.work.manifest.entries or job.work.corrections.by_document
    part = Part(
        task.name,
        task.files[0].path,
        sum(t.read for t in told),
        sum(t.rows for t in told),
        any(t.lost for t in told),
        fatal,
    )
    said = issues if job.every else tuple(i for i in issues if loses(i))
    return Done(part, len(told), read, said, tuple(d for t in told for d in t.documents) if asked else ())


def _taken_over(job: Job, task: _Task, folder: Folder) -> dict[str, tuple[Told, list[Any]]]:
    """Of the files that are as they were: what was told of them, and their rows."""
    files = {f.path: f for f in task.files}
    taken: dict[str, tuple[Told, list[Any]]] = {}
    for name in task.earlier:
        try:
            earlier = dataset.Earlier(folder.read(name))
        except (ValueError, KeyError, OSError, RemoteError):
            continue
        for path, told in earlier.told.items():
            file = files.get(path)
            if file and not told.lost and told.key == job.key_of(file, told.hopeful, told.unfolded):
                taken[path] = told, earlier.batches(path)
    return taken


def _made(job: Job, files: Sequence[File]) -> dict[str, tuple[Told, list[Any]]]:
    """Read files, in order; of each what is to be told, and its rows as columns."""
    made: dict[str, tuple[Told, list[Any]]] = {}
    if chained := next((f.path for f in files if "::" in f.path), ""):
        remote.forget(chained)
    with tempfile.TemporaryDirectory(prefix="hreport-") as place, _crew(job) as crew:
        failed: dict[str, Issue] = {}
        by_disk: dict[str, File] = {}
        outcomes: list[Outcome] = []
        rows: list[Any] = []
        batches: list[Any] = []
        count = 0

        def given() -> Iterator[Source]:
            for number, file in enumerate(files):
                suffix = os.path.splitext(file.path.partition("::")[0])[1][:10]
                source = _source(file, Path(place, f"{number}{suffix}"))
                if isinstance(source, Issue):
                    failed[file.path] = source
                else:
                    by_disk[source.on_disk] = file
                    yield source

        for outcome in crew.outcomes(given()):
            outcomes.append(outcome)
            rows += sure(outcome.rows, job.least)
            if len(rows) > AT_ONCE:
                batches.append(dataset.batch(rows))
                count, rows = count + len(rows), []
            if outcome.inside:
                continue
            if rows:
                batches.append(dataset.batch(rows))
            file = by_disk[outcome.file]
            made[file.path] = _told(job, file, outcomes, count + len(rows)), batches
            outcomes, rows, batches, count = [], [], [], 0
            if not file.file:
                os.unlink(outcome.file)
    for file in files:
        if issue := failed.get(file.path):
            told = _told(job, file, [Outcome(file.path, issues=(issue,))], 0)
            made[file.path] = replace(told, read=0), []
    return made


def _source(file: File, copy: Path) -> Source | Issue:
    """A file as a source that lies on this machine's disk; an issue where its bytes cannot be had."""
    if file.file:
        if not os.path.lexists(file.file) and not os.path.isdir(os.path.dirname(file.file)):
            from distributed import get_worker

            raise ClusterError(
                Message(
                    "worker {worker} does not see {path}: give files on a disk that all share, or an address",
                    worker=get_worker().address,
                    path=file.path,
                )
            )
        return Source(file.path, None, file.table, file.size, file.file)
    for left in reversed(range(TRIES)):
        try:
            remote.fetch(file.path, copy)
            break
        except RemoteError as error:
            if not left:
                return Issue(file.path, "unreadable", reason_of(error))
    return sources.of_copy(file.path, str(copy), file.met)


def _told(job: Job, file: File, outcomes: Sequence[Outcome], rows: int) -> Told:
    issues = tuple(i for o in outcomes for i in o.issues)
    hopeful = any(i.fatal or i.pages for i in issues)
    unfolded = any(o.is_archive for o in outcomes)
    return Told(
        file.path,
        job.key_of(file, hopeful, unfolded),
        rows,
        sum(o.read for o in outcomes),
        tuple((o.path, o.digest) for o in outcomes if o.digest),
        issues,
        hopeful,
        unfolded,
        any(i.code == "unreadable" for i in issues),
    )


_idle: list[tuple[str, Crew]] = []
_lock = threading.Lock()
_timer: threading.Timer | None = None


@contextmanager
def _crew(job: Job) -> Iterator[Crew]:
    """A process that reads, for this thread of the worker; it lives on from part to part."""
    global _timer
    with _lock:
        if _timer is not None:
            _timer.cancel()
        found = next((k for k, (key, _) in enumerate(_idle) if key == job.key), None)
        crew = _idle.pop(found)[1] if found is not None else None
    if crew is None:
        crew = Crew(_at_home(job), 1)
    try:
        yield crew
    except BaseException:
        crew.stop()
        raise
    with _lock:
        _idle.append((job.key, crew))
        _timer = threading.Timer(IDLE, rest)
        _timer.daemon = True
        _timer.start()


def rest() -> None:
    """End the processes that wait for work."""
    with _lock:
        waiting, _idle[:] = list(_idle), []
    for _, crew in waiting:
        crew.stop()


_homes: dict[str, tuple[tempfile.TemporaryDirectory[str], Work]] = {}


def _at_home(job: Job) -> Work:
    """What to do with each file, with the user's own catalogue and dictionary on this machine's disk."""
    with _lock:
        key = job.key
        if key not in _homes:
            home = tempfile.TemporaryDirectory(prefix="hreport-")
            own: dict[str, Path | None] = {}
            for name, data in (("catalog", job.catalog), ("userdict", job.userdict)):
                own[name] = Path(home.name, name) if data is not None else None
                if data is not None:
                    Path(home.name, name).write_bytes(data)
            _homes[key] = home, replace(job.work, catalog=own["catalog"], userdict=own["userdict"])
        return _homes[key][1]
