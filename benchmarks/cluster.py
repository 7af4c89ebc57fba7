"""What a cluster costs: files and MB in a second of one core, and the memory that a comparison of a data set takes.

    python benchmarks/cluster.py [PATH ...] [--workers 1 2] [--rows 50000 200000 800000]

reads each PATH (default: samples/, a hundred times) on one machine with one process, and on a local cluster of so many
workers, twice: the second run finds everything as it was. "core s" are the seconds that the processor worked for the
run and all its processes, without what the same run takes for one short file: they, and not the clock, say what a core
does on a machine that has other work. The last column is what a million files like these take.

The second table compares data sets of so many rows, made of the rows of the first PATH again and again under other file
names: the peak memory of `compare`, of everything and of one indicator. It must not grow with the set where one
indicator is asked for with --keep-copies, but with the figures of that indicator.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
from memory import measured

from hreport import dataset
from hreport.remote import Folder

SAMPLES = Path(__file__).parent.parent / "samples"
TIMES = 100  # that the samples are copied
MILLION = 1_000_000
INDICATOR = "infant_mortality"
COMPARISONS = {
    "everything": (),
    "one indicator": ("--indicator", INDICATOR),
    "one indicator, --keep-copies": ("--indicator", INDICATOR, "--keep-copies"),
}
MOST_COMPARED = 60_000  # rows beyond which a comparison of everything is left out: it takes minutes


def hreport(*arguments: object) -> list[str]:
    """A command line of the program."""
    return [sys.executable, "-m", "hreport", *map(str, arguments)]


def timed(arguments: list[str]) -> tuple[float, float]:
    """Seconds by the clock and of the processor that a run took, with all its processes, of which some end without that
    anybody waits for them: each is looked at again and again."""
    began = time.monotonic()
    worked: dict[tuple[int, float], float] = {}
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        root = psutil.Process(running.pid)
        while running.poll() is None:
            with suppress(psutil.Error):
                for one in [root, *root.children(recursive=True)]:
                    with suppress(psutil.Error):
                        spent = one.cpu_times()
                        worked[one.pid, one.create_time()] = spent.user + spent.system
            time.sleep(0.1)
    return time.monotonic() - began, sum(worked.values())


def copied(place: Path) -> Path:
    """The samples, often enough to measure."""
    for number in range(TIMES):
        shutil.copytree(SAMPLES, place / f"{number:03}", ignore=shutil.ignore_patterns("*.csv", "README*"))
    return place


def speed(path: Path, workers: list[int], place: Path) -> Path:
    """Print a line for each way to read a path; the data set that came of it."""
    place.mkdir()
    files = [f for f in path.rglob("*") if f.is_file()] if path.is_dir() else [path]
    size = sum(f.stat().st_size for f in files) / 2**20
    runs = {"one process": hreport("extract", path, "-j", 1, "-o", place / "one.parquet")}
    into = place / "set"
    for count in workers:
        into = place / f"set{count}"
        run = hreport("extract", path, "--cluster", f"local:{count}", "-o", into)
        runs |= {f"local:{count}": run, f"local:{count}, again": run}
    for name, run in runs.items():
        seconds, worked = timed(run)
        worked -= 0 if "again" in name else started(run, path, place)
        each = f"{len(files) / worked:.1f} | {size / worked:.2f}"
        million = f"{MILLION / len(files) * worked / 3600:.1f}"
        took = f"{len(files):,} | {size:.1f} | {seconds:.1f} | {worked:.1f}"
        print(f"| {path.name} | {name} | {took} | {each} | {million} |", flush=True)
    return into


def started(run: list[str], path: Path, place: Path) -> float:
    """Core seconds of the same run over one short file: what starting takes, which a long run does not notice."""
    short = place / "short.txt"
    short.write_text("2023年工作总结\n全市开放床位1200张。\n", "utf-8")
    into = place / f"short-{Path(run[-1]).name}"
    return timed([str(short) if word == str(path) else word for word in run[:-1]] + [str(into)])[1]


def enlarged(made: Path, rows: int, place: Path) -> Path:
    """A data set of so many rows: those of another, under other file names."""
    names = [p.name for p in (dataset.manifest_of(Folder(str(made))) or dataset.Manifest((), 1, "")).parts]
    table = pa.concat_tables([pq.read_table(made / name) for name in names]).replace_schema_metadata(None)
    folder, parts = Folder(str(place)), []
    for number in range(-(-rows // table.num_rows)):
        renamed = pa.array([f"{number:06}/{file}" for file in table["file"].to_pylist()])
        again = table.set_column(0, "file", renamed)
        name = dataset.name_of(f"{number + 1:06}", f"{number:016x}")
        folder.write(name, dataset.packed(again.to_batches(), []))
        parts.append(dataset.Part(name, f"{number:06}", 1, table.num_rows))
    folder.write(dataset.MANIFEST, dataset.written(dataset.Manifest(("copies",), 1, "", True, tuple(parts))))
    return place


def memory(made: Path, sizes: list[int], place: Path) -> None:
    """Print the peak memory of comparisons of larger and larger sets."""
    print("\n| rows | MB on disk | comparison | seconds | peak MB |\n|--:|--:|---|--:|--:|")
    for rows in sizes:
        path = enlarged(made, rows, place / f"rows{rows}")
        size = sum(f.stat().st_size for f in path.iterdir()) / 2**20
        for name, options in COMPARISONS.items():
            if rows > MOST_COMPARED and "--keep-copies" not in options:
                continue
            out = place / "out.csv"
            took = measured(hreport("compare", path, *options, "-o", out), out)
            print(f"| {rows:,} | {size:.1f} | {name} | {took.seconds:.1f} | {took.rss:.0f} |", flush=True)


def main() -> None:
    """Both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--workers", nargs="*", type=int, default=[1, 2])
    parser.add_argument("--rows", nargs="*", type=int, default=[50_000, 200_000, 800_000])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        paths = given.paths or [copied(place / "samples")]
        print("| what | how | files | MB | s | core s | files/core s | MB/core s | core hours a million |")
        print("|---|---|--:|--:|--:|--:|--:|--:|--:|")
        made = [speed(path, given.workers, place / f"of{number}") for number, path in enumerate(paths)]
        if given.rows:
            memory(made[0], given.rows, place)


if __name__ == "__main__":
    main()
