"""Whole runs of `hreport extract` over folders: memory, two processes against one, a second run, ever more files,
a cluster on this machine."""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import linear_regression

import memory
from measuring import Options, Taken, Texts, alternating, program
from tables import Table

from hreport.messages import Message

ENOUGH = 20_000_000  # characters: so much work that the start of two processes is small beside it
QUICK = 30_000
SMALL = (200, 2000, 20_000)  # files
LARGE = 200  # megabytes
HELD = ("MB of all processes", "MB, what is shared counted once")
TIMES = (1, 10, 100, 1000)  # the same folder


def hreport(*arguments: object) -> list[str]:
    """A command line of the program."""
    return [sys.executable, "-m", "hreport", *map(str, arguments)]


def extract(folder: Path, out: Path, jobs: int = 2) -> list[str]:
    """Reading a folder with so many workers."""
    return hreport("extract", folder, "-o", out, "-j", jobs, "--quiet")


def enough(options: Options, characters: int = ENOUGH) -> Texts:
    """The largest set of texts, again and again until it is work for a while."""
    texts = max(options.plain, key=lambda one: one.characters)
    least = QUICK if options.quick else characters
    return Texts(texts.name, options.copies(texts, -(-least // texts.characters)))


def described(texts: Texts) -> Message:
    """A set of texts with its size."""
    return Message(
        "{name}: {files:,} files, {characters:,} characters",
        name=texts.name, files=len(texts.documents), characters=texts.characters,
    )  # fmt: skip


def peaks(options: Options) -> Iterable[Table]:
    """Small files that differ, and with `large` one text of 200 MB: the most that all processes hold together."""
    inputs = [
        (Message("{count:,} small files", count=count), memory.folder_of(count, options.scratch / f"{count} files"))
        for count in (SMALL[:1] if options.quick else SMALL)
    ]
    if options.large:
        text = memory.text_of(LARGE, options.scratch / "large.txt", "utf-8")
        inputs.append((Message("one text of {size} MB", size=LARGE), text))
    rows = []
    for name, path in inputs:
        for ending in ("csv", "duckdb"):
            out = options.scratch / f"peak.{ending}"
            found = watched(path, out)
            rows.append((name, f"`{ending}`", *_megabytes(found), f"{found.seconds:.1f}", str(found.processes)))
            out.unlink()
    yield Table(columns=("what", "output", *HELD, "seconds", "processes"), rows=rows)


def watched(source: Path, out: Path) -> memory.Measured:
    """A run with two workers, and what its processes held. SystemExit where it fails."""
    command = extract(source, out)
    found = memory.measured(command, out)
    if found.code not in (0, 1):
        sys.exit(f"{' '.join(command)} failed with exit code {found.code}")
    return found


def _megabytes(found: memory.Measured) -> tuple[str, str]:
    """PSS is Linux's."""
    return f"{found.rss:.0f}", f"{found.pss:.0f}" if found.pss else "-"


def cores(options: Options) -> Iterable[Table]:
    """Two processes against one, from the command until it ends."""
    texts = enough(options)
    outs = {jobs: options.scratch / f"jobs {jobs}.csv" for jobs in (1, 2)}
    runs = {f"`-j {jobs}`": partial(program, extract(texts.folder, out, jobs)) for jobs, out in outs.items()}
    found = {name: Taken.median(taken) for name, taken in alternating(runs, options.rounds).items()}
    one = found["`-j 1`"].wall
    rows = [(name, f"{one / taken.wall:.2f}", f"{taken.wall:.1f}", f"{taken.cpu:.1f}") for name, taken in found.items()]
    same = outs[1].read_bytes() == outs[2].read_bytes()
    note = "Both wrote the same bytes." if same else "THE TWO WROTE DIFFERENT BYTES."
    yield Table(described(texts), ("option", "times as fast", "seconds", "processor seconds"), rows, note)


def again(options: Options) -> Iterable[Table]:
    """A run into a new store, and the same run again."""
    texts = enough(options)
    run = partial(program, extract(texts.folder, options.scratch / "again.duckdb"))
    first = run()
    second = Taken.median([run() for _ in range(options.rounds)])
    rows = [
        (name, f"{taken.wall / first.wall:.1%}", f"{taken.wall:.2f}", f"{taken.cpu:.2f}")
        for name, taken in (("the first run", first), ("the second run", second))
    ]
    yield Table(described(texts), ("run", "of the first", "seconds", "processor seconds"), rows)


def more(options: Options) -> Iterable[Table]:
    """The first set again and again: seconds, memory of the whole process tree, and the slope."""
    texts = options.plain[0]
    rows, points = [], []
    for times in TIMES[:2] if options.quick else TIMES:
        folder = options.copies(texts, times)
        out = options.scratch / f"times {times}.csv"
        found = watched(folder, out)
        files = times * len(texts.documents)
        points.append((times, found.seconds))
        speed = f"{files / found.seconds:,.0f}"
        rows.append((f"{times:,}", f"{files:,}", f"{found.seconds:.1f}", speed, *_megabytes(found)))
    steps = ["", *(f"{slope(pair):.2f}" for pair in itertools.pairwise(points))]
    columns = ("times the folder", "files", "seconds", "files a second", *HELD, "slope from the row above")
    note = Message("The slope over all rows is {all:.2f}.", all=slope(points))
    yield Table(described(texts), columns, [(*row, step) for row, step in zip(rows, steps, strict=True)], note)


def cluster(options: Options) -> Iterable[Table]:
    """One process, a local Dask cluster of one and of two workers, and the same again, when there is nothing to do."""
    if find_spec("distributed") is None:
        yield Table(note="Not measured: Dask is not installed.")
        return
    texts = enough(options, ENOUGH // 8)
    alone = program(extract(texts.folder, options.scratch / "alone.parquet", jobs=1))
    rows = [("one process, without Dask", "1.00", f"{alone.wall:.1f}")]
    for workers in (1, 2):
        at, into = f"local:{workers}", options.scratch / f"set {workers}"
        for name in (f"`--cluster {at}`", Message("{run}, again", run=f"`--cluster {at}`")):
            taken = program([*hreport("extract", texts.folder, "-o", into), "--cluster", at, "--quiet"])
            rows.append((name, f"{alone.wall / taken.wall:.2f}", f"{taken.wall:.1f}"))
    yield Table(described(texts), ("how", "times as fast", "seconds"), rows)


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Of the logarithms: 1 where twice as much takes twice as long."""
    return linear_regression(*zip(*((math.log(x), math.log(y)) for x, y in points), strict=True)).slope
