"""Kills a run into a store at random moments, again and again, and looks each time whether the store is whole.

`python tests/kills.py [KILLS] [SEED]` prints what each kill left; exit code 1 where anything was lost or half written.
Needs fork, so that a run begins where all is imported: no test of Windows.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hreport import analyse, arrow, database, pipeline, sources, store
from hreport.lexicon import load
from hreport.tag import words

FORK = multiprocessing.get_context("fork") if "fork" in multiprocessing.get_all_start_methods() else None
FILES = 120
READY = (analyse, arrow, words)  # imported before the first fork


def folder_of_reports(folder: Path) -> Path:
    """Small reports, every seventh masked, every eleventh no text at all."""
    folder.mkdir()
    for number in range(FILES):
        beds = "xxx" if number % 7 == 0 else str(1000 + number)
        text = f"2023年卫生健康工作总结\n全市开放床位{beds}张，婴儿死亡率{number % 9}.{number % 10}‰。\n" * (
            1 + number % 5
        )
        data = b"" if number % 11 == 0 else text.encode("utf-8")
        (folder / f"{number:03}.txt").write_bytes(data)
    return folder


def fill(folder: Path, path: Path, done: Path | None = None) -> None:
    """A run into the store; each document that is reported as done gets a line in `done`."""
    work = pipeline.Work(want="both")
    kept = store.Store(path, work)
    store.LONGEST_WAIT = 0.05  # so that many transactions are hit
    found = sources.find([str(folder)]).sources
    with open(done or os.devnull, "a", encoding="utf-8") as log:
        for outcome in pipeline.run(kept.fresh(found, lambda issue: None, lambda: None), work, here=True):
            for one in kept.put(outcome):
                log.write(one.path + "\n")
                log.flush()
    kept.close()


def state(path: Path) -> dict[str, list[Any]]:
    """Each document of the store with its state, figures and masks, and the rows that are there."""
    try:
        opened = database.opened(path)
    except database.StoreError as error:
        if str(error) == "no such file":  # killed before there was one
            return {}
        raise
    with contextlib.closing(opened) as connection:
        files = database.ask(connection, "SELECT file, state, figures, masks FROM files ORDER BY file")
        there = {}
        for table in ("observations", "masks"):
            there[table] = dict(database.ask(connection, f"SELECT file, count(*) FROM {table} GROUP BY file"))
    return {
        file: [state, figures, masks, there["observations"].get(file, 0), there["masks"].get(file, 0)]
        for file, state, figures, masks in files
    }


def apart(do: Callable[[], Any]) -> Any:
    """What a function gives in a process of its own: a fork must not hold a database that its parent opened."""
    assert FORK is not None
    ours, theirs = FORK.Pipe()
    child = FORK.Process(target=lambda: theirs.send(do()))
    child.start()
    theirs.close()  # so that a child that fails is no endless wait
    answer = ours.recv()
    child.join()
    return answer


def wrong_after(path: Path, done: Path, earlier: dict[str, list[Any]]) -> tuple[list[str], dict[str, list[Any]]]:
    """What is lost or half written, in words, and the state."""
    now = apart(lambda: state(path))
    said = set(done.read_text("utf-8").split("\n")) - {""} if done.exists() else set()
    wrong = [f"{file} was reported as done and is not there" for file in sorted(said - now.keys())]
    wrong += [f"{file} was there and is gone" for file in sorted(earlier.keys() - now.keys())]
    wrong += [f"{file} is half written: {row}" for file, row in now.items() if row[1:3] != row[3:5]]
    return wrong, now


def main(kills: int = 50, seed: int = 1) -> int:
    """Kill, look, go on; then end a run and compare it with one that nobody killed."""
    assert FORK is not None, "needs fork"
    load()
    chance = random.Random(seed)
    problems: list[str] = []
    with tempfile.TemporaryDirectory() as place:
        folder = folder_of_reports(Path(place) / "reports")
        path, done, now = Path(place) / "killed.duckdb", Path(place) / "done", {}
        stops = []
        whole = Path(place) / "whole.duckdb"
        began = time.monotonic()
        apart(lambda: fill(folder, whole))
        longest = time.monotonic() - began
        for number in range(kills):
            if len(now) == FILES:  # all there: begin anew, and go on killing
                for old in (path, path.with_name(f"{path.name}.wal"), done):
                    old.unlink(missing_ok=True)
                now = {}
            child = FORK.Process(target=fill, args=(folder, path, done))
            child.start()
            time.sleep(chance.uniform(0, longest))
            child.kill()
            child.join()
            wrong, now = wrong_after(path, done, now)
            problems += [f"kill {number + 1}: {line}" for line in wrong]
            stops.append(len(now))
        apart(lambda: fill(folder, path, done))
        if apart(lambda: state(path)) != apart(lambda: state(whole)):
            problems.append("the end differs from a run that nobody killed")
    print(json.dumps({"kills": kills, "documents after each": stops, "problems": problems}))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
