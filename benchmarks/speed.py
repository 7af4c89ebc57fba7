"""How fast hreport is, as ratios to things that every reader can run: all taken in one run on the same texts.

    python benchmarks/speed.py [--rounds 5] [--characters 500000] [--texts PATH ...]

needs an environment that holds `.[dev]` (rjieba among it; without it that line is left out). It prints two tables:

extraction: the seconds for everything that `hreport extract` does with a text once it is read (splitting, tagging,
    linking, resolving) in one process, and for `jieba.lcut` of the same texts; once with rjieba cutting the words and
    once with jieba. The texts are those of samples/, repeated up to `--characters`, and each file or folder of
    `--texts`. The samples hold a figure every 20 characters, which is many: a government work report holds a quarter.
start-up: the seconds of `hreport --help`, and of the smallest typer program.

What is compared alternates within each round, and medians over the rounds are shown; dictionaries and data are loaded
before.
"""

from __future__ import annotations

import argparse
import logging
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

import jieba

from hreport.analyse import analyse
from hreport.lexicon import load
from hreport.model import Document
from hreport.readers import read
from hreport.tag import words

SAMPLES = Path(__file__).parent.parent / "samples"
EMPTY = """
import typer

app = typer.Typer()

@app.command()
def main(path: str) -> None:
    "Does nothing."

app()
"""


def documents(path: Path) -> list[Document]:
    """The text files of a folder, or one file, as documents; what cannot be read is left out."""
    files = sorted(path.rglob("*.txt")) if path.is_dir() else [path]
    return [d for d in map(read, files) if isinstance(d, Document)]


def repeated(found: Sequence[Document], characters: int) -> list[Document]:
    """The documents again and again, until they hold so many characters."""
    out: list[Document] = []
    while found and sum(len(d.text) for d in out) < characters:
        out += found
    return out


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


def medians(contestants: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The median time of each, taken in turns."""
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(rounds):
        names = list(contestants)
        for name in names if number % 2 == 0 else reversed(names):
            taken[name].append(seconds(contestants[name]))
    return {name: median(values) for name, values in taken.items()}


def table(title: str, times: Mapping[str, float], base: str) -> None:
    """A line for each, with its ratio to `base`."""
    print(f"\n{title}")
    for name, value in times.items():
        print(f"  {name:34}{value:9.3f} s{value / times[base]:9.2f} x")


def cutters() -> dict[str, Callable[[str], list[str]]]:
    """The ways to cut words, by name."""
    found = {"jieba": words.jieba_cutter()}
    try:
        import rjieba
    except ImportError:
        print("rjieba is not installed", file=sys.stderr)
        return found
    return {"rjieba": lambda text: rjieba.cut(text, hmm=False), **found}


def extraction(title: str, texts: Sequence[Document], rounds: int) -> None:
    """Extraction against jieba.lcut on the same texts."""
    lexicon = load()
    whole = "\n".join(d.text for d in texts)

    def extract(cutter: Callable[[str], list[str]]) -> None:
        words._cutter = lambda: cutter  # type: ignore[assignment]
        for document in texts:
            analyse(document, lexicon)

    contestants: dict[str, Callable[[], object]] = {"jieba.lcut": lambda: jieba.lcut(whole)}
    for name, cutter in cutters().items():
        contestants[f"extraction, words cut by {name}"] = lambda cutter=cutter: extract(cutter)
    analyse(texts[0], lexicon)
    for cutter in cutters().values():
        cutter(texts[0].text)
    table(f"{title}: {len(whole):,} characters", medians(contestants, rounds), "jieba.lcut")


def start_up(rounds: int) -> None:
    """`hreport --help` against the smallest typer program."""
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.py"
        empty.write_text(EMPTY, encoding="utf-8")

        def run(*arguments: str) -> Callable[[], object]:
            return lambda: subprocess.run([sys.executable, *arguments, "--help"], capture_output=True, check=True)

        contestants = {"empty typer program --help": run(str(empty)), "hreport --help": run("-m", "hreport")}
        for work in contestants.values():
            work()
        table("start-up", medians(contestants, rounds), "empty typer program --help")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--characters", type=int, default=500_000)
    parser.add_argument("--texts", type=Path, nargs="+", default=[], metavar="PATH", help="further files or folders")
    arguments = parser.parse_args()
    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    extraction("samples", repeated(documents(SAMPLES), arguments.characters), arguments.rounds)
    for path in arguments.texts:
        if found := documents(path):
            extraction(str(path), repeated(found, arguments.characters), arguments.rounds)
    start_up(max(arguments.rounds, 9))


if __name__ == "__main__":
    main()
