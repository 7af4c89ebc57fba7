"""Whole runs of `hreport extract` over folders: memory, two processes against one, a second run, ever more files."""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from statistics import linear_regression

from measuring import Options, Taken, Texts, alternating, program
from memory import folder_of, peak
from tables import Table

from hreport.messages import Message

ENOUGH = 5_000_000  # characters: so much work that the start of two processes is small beside it
QUICK = 30_000
SMALL = (200, 2000, 20_000)  # files
TIMES = (1, 10, 100, 1000)  # the same folder


def extract(folder: Path, out: Path, jobs: int = 2) -> list[str]:
    """The command."""
    return [sys.executable, "-m", "hreport", "extract", str(folder), "-o", str(out), "-j", str(jobs), "--quiet"]


def enough(options: Options) -> Texts:
    """The largest set of texts, again and again until it is work for a while."""
    texts = max(options.plain, key=lambda one: one.characters)
    least = QUICK if options.quick else ENOUGH
    return Texts(texts.name, options.copies(texts, -(-least // texts.characters)))


def described(texts: Texts) -> Message:
    """A set of texts with its size."""
    return Message(
        "{name}: {files:,} files, {characters:,} characters",
        name=texts.name, files=len(texts.documents), characters=texts.characters,
    )  # fmt: skip


def memory(options: Options) -> Iterable[Table]:
    """Small files that differ, into a csv and into a store: the most that the processes hold together."""
    rows = []
    for count in SMALL[:1] if options.quick else SMALL:
        folder = folder_of(count, options.scratch / f"{count} files")
        for ending in ("csv", "duckdb"):
            seconds, most, processes = peak(extract(folder, options.scratch / f"{count}.{ending}"))
            rows.append((f"{count:,}", f"`{ending}`", f"{most:.0f}", f"{seconds:.1f}", str(processes)))
    yield Table(columns=("files", "output", "MB of all processes", "seconds", "processes"), rows=rows)


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
        seconds, memory, _ = peak(extract(folder, options.scratch / f"times {times}.csv"))
        files = times * len(texts.documents)
        points.append((times, seconds))
        rows.append((f"{times:,}", f"{files:,}", f"{seconds:.1f}", f"{files / seconds:,.0f}", f"{memory:.0f}"))
    steps = ["", *(f"{slope(pair):.2f}" for pair in itertools.pairwise(points))]
    columns = (
        "times the folder",
        "files",
        "seconds",
        "files a second",
        "MB of all processes",
        "slope from the row above",
    )
    note = Message("The slope over all rows is {all:.2f}.", all=slope(points))
    yield Table(described(texts), columns, [(*row, step) for row, step in zip(rows, steps, strict=True)], note)


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Of the logarithms: 1 where twice as much takes twice as long."""
    return linear_regression(*zip(*((math.log(x), math.log(y)) for x, y in points), strict=True)).slope
