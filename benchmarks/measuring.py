"""What all benchmarks of `run.py` share: what they are asked for, rounds and medians, processes, texts, the machine."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import TypeAlias, TypeVar

import psutil

import hreport
from hreport.messages import Message
from hreport.model import Document
from hreport.readers import read
from hreport.sources import find

HERE = Path(__file__).parent
SAMPLES = HERE.parent / "samples"
LIBRARIES = ("jieba", "rjieba", "pypdfium2", "lxml", "duckdb", "typer", "rich", "pebble")
T = TypeVar("T")


@dataclass(frozen=True)
class Texts:
    """A set of files under a name that may be printed: paths of this machine never are."""

    name: str
    folder: Path

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """All that hreport would read, in its order."""
        return tuple(Path(source.on_disk) for source in find([str(self.folder)]).sources)

    def of_kind(self, *suffixes: str) -> list[Path]:
        """The files whose names end so."""
        return [path for path in self.files if path.suffix.lower() in suffixes]

    @cached_property
    def documents(self) -> list[tuple[Path, str]]:
        """Each plain text that can be read, with its characters as hreport decodes them."""
        found = ((path, read(path)) for path in self.of_kind(".txt"))
        return [(path, document.text) for path, document in found if isinstance(document, Document)]

    @property
    def characters(self) -> int:
        """Of the plain texts."""
        return sum(len(text) for _, text in self.documents)


@dataclass
class Options:
    """What was asked for, and where things are put meanwhile."""

    texts: Sequence[Texts]
    rounds: int
    scratch: Path
    peers: str = sys.executable
    quick: bool = False
    large: bool = False
    _copied: dict[tuple[Path, int], Path] = field(default_factory=dict)

    @property
    def plain(self) -> list[Texts]:
        """The sets that hold plain texts."""
        return [texts for texts in self.texts if texts.documents]

    def copies(self, texts: Texts, times: int) -> Path:
        """A folder that holds the plain texts of the set so many times, each copy in a folder of its own."""
        if (texts.folder, times) not in self._copied:
            place = self.scratch / f"copies {len(self._copied)}"
            for number in range(times):
                folder = place / f"{number:04}"
                folder.mkdir(parents=True)
                for path, _ in texts.documents:
                    _linked(path, folder / path.name)
            self._copied[texts.folder, times] = place
        return self._copied[texts.folder, times]


def _linked(path: Path, target: Path) -> None:
    """A hard link, which hreport takes for a file like any other; a copy where the disk is another one."""
    try:
        os.link(path.resolve(), target)
    except OSError:
        shutil.copyfile(path, target)


# --- rounds ----------------------------------------------------------------------------------------------------------


def alternating(contestants: Mapping[str, Callable[[], T]], rounds: int) -> dict[str, list[T]]:
    """What each gives in each round; every other round goes backwards, so that nobody always comes first."""
    taken: dict[str, list[T]] = {name: [] for name in contestants}
    for number in range(rounds):
        for name in contestants if number % 2 == 0 else reversed(contestants):
            taken[name].append(contestants[name]())
    return taken


@dataclass(frozen=True)
class Taken:
    """What a run took: seconds on the clock, seconds of processors, megabytes at its highest (0: not measured)."""

    wall: float
    cpu: float
    memory: float = 0.0

    @classmethod
    def median(cls, runs: Sequence[Taken]) -> Taken:
        """Of each by itself."""
        return cls(median(t.wall for t in runs), median(t.cpu for t in runs), median(t.memory for t in runs))


def program(command: Sequence[str]) -> Taken:
    """Run a program to its end. SystemExit where it fails; hreport's 1 (issues were met) is no failure."""
    cpu, began = _of_children(), time.perf_counter()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    wall = time.perf_counter() - began
    if done.returncode not in (0, 1) or "Traceback" in done.stderr:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    return Taken(wall, _of_children() - cpu)


def _of_children() -> float:
    """Processor seconds of the processes that ended. Grandchildren count, where their parents waited for them."""
    times = os.times()
    return times.children_user + times.children_system


# --- contestants -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pass:
    """One pass of a contestant over texts or files, in a process of its own (`contestant.py`).

    `load`: seconds until it has done the first of them for a start; `version`: its library with its version.
    """

    taken: Taken
    load: float
    version: str


Items: TypeAlias = Sequence[Mapping[str, str]]


def contest(
    names: Sequence[str], items: Items, warm: Items, options: Options, least: float = 0.0
) -> dict[str, Sequence[Pass]]:
    """The passes of each contestant over the items, round by round; those whose library is not installed are left out.

    Every pass is a process of its own: none profits from what an earlier one has kept, none bears the memory of
    another. `warm` is done before the clock starts. `least`: seconds for which a contestant goes on, where one pass is
    too short to be measured.
    """
    job = options.scratch / "job.json"
    job.write_text(json.dumps({"items": items, "warm": warm, "least": least}), "utf-8")

    missing: set[str] = set()

    def one(name: str) -> Pass | None:
        if name in missing:
            return None
        own = name.startswith("hreport") or "jieba" in name
        command = [sys.executable if own else options.peers, str(HERE / "contestant.py"), name, str(job)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode and own:
            sys.exit(f"{name} failed:\n{done.stderr}")
        found = json.loads(done.stdout.splitlines()[-1]) if not done.returncode else {}
        if "wall" not in found:
            why = f"{found['missing']} is not installed" if found else done.stderr.strip().rpartition("\n")[2]
            print(f"{name} is left out: {why}", file=sys.stderr)
            missing.add(name)
            return None
        return Pass(Taken(found["wall"], found["cpu"], found["memory"]), found["load"], found["version"])

    runs = alternating({name: partial(one, name) for name in names}, options.rounds)
    return {name: [p for p in found if p] for name, found in runs.items() if any(found)}


def middle(passes: Sequence[Pass]) -> tuple[Taken, float]:
    """Medians of the passes, and of their time to load."""
    return Taken.median([p.taken for p in passes]), median(p.load for p in passes)


def libraries(passes: Mapping[str, Sequence[Pass]]) -> Message:
    """What hreport was measured against."""
    found = {one.version: None for some in passes.values() for one in some if one.version}
    return Message("Measured against {libraries}.", libraries=", ".join(found))


# --- the machine -----------------------------------------------------------------------------------------------------


def load() -> float:
    """How many processes wanted a processor during the last minute."""
    return round(os.getloadavg()[0] if hasattr(os, "getloadavg") else psutil.getloadavg()[0], 2)


def today() -> str:
    """The date."""
    return date.today().isoformat()


def machine() -> list[tuple[str | Message, str | Message]]:
    """What the figures were taken on, by what that is."""
    return [
        ("processor", _processor()),
        ("cores", str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())),
        ("memory", f"{psutil.virtual_memory().total / 2**30:.0f} GB"),
        ("system", _system()),
        ("Python", f"{platform.python_implementation()} {platform.python_version()}"),
        ("libraries", ", ".join(f"{name} {found}" for name in LIBRARIES if (found := _version(name)))),
        ("hreport", hreport.__version__),
        ("date", today()),
        ("load before the run", f"{load():.2f}"),
    ]


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text("utf-8"), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return f"{platform.system()} {platform.release()}"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
