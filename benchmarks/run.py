"""How fast hreport is, as ratios to things that every reader can run: all taken in one run on the same files.

    python benchmarks/run.py [--only extraction,startup] [--texts NAME=PATH ...] [--peers PYTHON] [--rounds 3]

needs an environment that holds `.[dev]`. Prints tables and writes them between the marks of docs/benchmarks.md and of
its Chinese page. The texts are those of samples/, and of each folder of `--texts` under the name that it is given
there.
The libraries that hreport is measured against may need versions of their own: `--peers` is the Python of an environment
that holds them (`pip install -r benchmarks/peers.txt`); those that are not installed are left out, with a word.

A part is a line of `PARTS`: a function that takes `measuring.Options` and gives `tables.Table`s. What is compared takes
turns, and medians of the rounds are shown.
"""

from __future__ import annotations

import argparse
import importlib
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import measuring
import tables
from measuring import Options, Texts
from tables import Table

from hreport.messages import Message

# The parts in the order of the pages: the module and the function that measures.
PARTS = {
    "extraction": ("extraction", "measure"),
    "readers": ("readers", "measure"),
    "startup": ("startup", "measure"),
    "memory": ("scaling", "peaks"),
    "cores": ("scaling", "cores"),
    "again": ("scaling", "again"),
    "more": ("scaling", "more"),
    "cluster": ("scaling", "cluster"),
}
ROUNDS, QUICK_ROUNDS = 3, 1


def machine() -> Iterable[Table]:
    """What the figures were taken on."""
    yield Table(columns=("what", "value"), rows=measuring.machine())


def measured(part: str, options: Options) -> list[Table]:
    """The tables of a part, with a word about when they were taken."""
    module, name = PARTS[part]
    began, load = time.monotonic(), measuring.load()
    found = list(getattr(importlib.import_module(module), name)(options))
    note = Message(
        "Taken on {date} in {seconds:.0f} s, with a load of {load:.2f} before.",
        date=measuring.today(), seconds=time.monotonic() - began, load=load,
    )  # fmt: skip
    return [*found, Table(note=note)]


def named(argument: str) -> Texts:
    """NAME=PATH, or a path that is named by its last part."""
    name, _, path = argument.rpartition("=")
    if not Path(path).exists():
        raise argparse.ArgumentTypeError(f"{path}: there is no such file or folder")
    return Texts(name or Path(path).name, Path(path))


def python(argument: str) -> str:
    """A Python that there is."""
    if not shutil.which(argument):
        raise argparse.ArgumentTypeError(f"{argument}: there is no such program")
    return argument


def parts(argument: str) -> list[str]:
    """The names of parts, in their order."""
    asked = argument.split(",")
    if unknown := set(asked) - PARTS.keys():
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: choose from {', '.join(PARTS)}")
    return [part for part in PARTS if part in asked]


def options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=parts, default=list(PARTS), metavar="PART,...", help=", ".join(PARTS))
    parser.add_argument(
        "--texts", type=named, nargs="+", default=[], metavar="NAME=PATH", help="further folders or files"
    )
    parser.add_argument(
        "--peers",
        type=python,
        default=sys.executable,
        metavar="PYTHON",
        help="an environment with benchmarks/peers.txt",
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--quick", action="store_true", help="one round over little text: does everything run?")
    parser.add_argument("--large", action="store_true", help="memory: one text of 200 MB too, which takes long")
    parser.add_argument("--docs", type=Path, metavar="FOLDER", help="where the pages are (docs/; with --quick nowhere)")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and write."""
    given = options(arguments)
    docs = given.docs or (None if given.quick else measuring.HERE.parent / "docs")
    sets = [Texts("samples", measuring.SAMPLES), *given.texts]
    rounds = QUICK_ROUNDS if given.quick else given.rounds
    with tempfile.TemporaryDirectory() as scratch:
        asked = Options(sets, rounds, Path(scratch), given.peers, given.quick, given.large)
        for part in ("machine", *given.only):
            found = list(machine()) if part == "machine" else measured(part, asked)
            print(f"## {part}\n\n{tables.markdown(found, 'en')}", flush=True)
            if docs:  # at once: a run that is ended early leaves what it has
                tables.put(part, found, docs)


if __name__ == "__main__":
    main()
