"""Peak memory of the whole process tree while a folder of N small files is read, for growing N.

`python benchmarks/memory.py [N ...]` (default 500 2000 10000) prints one line for each: the peak must not grow with the
number of files. Memory is the sum of what each process has resident (psutil, every 50 ms), so that what the processes
share counts several times.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil


def folder_of(count: int, place: Path) -> Path:
    """Small reports that differ."""
    place.mkdir()
    for number in range(count):
        line = f"2023年，全市开放床位{1000 + number}张，婴儿死亡率{number % 9}.{number % 10}‰，财政投入x.xx亿元。\n"
        (place / f"{number:06}.txt").write_text(line * 5, encoding="utf-8")
    return place


def peak(arguments: list[str]) -> tuple[float, float, int]:
    """Seconds, and the peak in MB of the tree and its number of processes, of one run."""
    began, most, processes = time.monotonic(), 0, 0
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        root = psutil.Process(running.pid)
        while running.poll() is None:
            total, number = 0, 0
            try:
                tree = [root, *root.children(recursive=True)]
            except psutil.Error:
                break
            for one in tree:
                try:
                    total, number = total + one.memory_info().rss, number + 1
                except psutil.Error:
                    continue
            most, processes = max(most, total), max(processes, number)
            time.sleep(0.05)
    return time.monotonic() - began, most / 2**20, processes


def main() -> None:
    """Each size into a csv and into a store."""
    print("files    output   seconds   peak MB   processes")
    for count in [int(word) for word in sys.argv[1:]] or [500, 2000, 10_000]:
        with tempfile.TemporaryDirectory() as place:
            folder = folder_of(count, Path(place) / "reports")
            for output in ("out.csv", "out.duckdb"):
                run = [
                    sys.executable,
                    "-m",
                    "hreport",
                    "extract",
                    str(folder),
                    "-o",
                    str(Path(place) / output),
                    "-j",
                    "2",
                ]
                seconds, most, processes = peak(run)
                print(f"{count:6,}   {output[4:]:6}   {seconds:7.1f}   {most:7.0f}   {processes:9}", flush=True)


if __name__ == "__main__":
    main()
