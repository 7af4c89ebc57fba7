"""How long hreport takes to come up, against the smallest program made with the same library for command lines."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import partial

from measuring import Options, Taken, alternating, program
from tables import Table

EMPTY = """
import typer

app = typer.Typer({how})

@app.command()
def main(path: str) -> None:
    "Does nothing."

app()
"""
ONE = "2023年，全市开放床位1234张，婴儿死亡率3.2‰，财政投入x.xx亿元。\n"
ROUNDS = 11  # at least: one takes a fraction of a second, and scatters
QUICK = 2
BASE = "typer program, `--help` by rich"
COLUMNS = ("what", "times the typer program", "seconds", "processor seconds")


def measure(options: Options) -> Iterable[Table]:
    """One table."""
    rich, plain = options.scratch / "with_rich.py", options.scratch / "plain.py"
    rich.write_text(EMPTY.format(how=""), "utf-8")
    plain.write_text(EMPTY.format(how="rich_markup_mode=None"), "utf-8")
    text = options.scratch / "one.txt"
    text.write_text(ONE, "utf-8")
    damaged = min(options.plain[0].documents, key=lambda document: len(document[1]))[0]
    hreport, into = ("-m", "hreport"), ("-o", str(options.scratch / "one.csv"), "--quiet")
    commands = {
        "Python alone": ("-c", "pass"),
        "typer program, `--help` in plain text": (str(plain), "--help"),
        BASE: (str(rich), "--help"),
        "typer program, run": (str(rich), "x"),
        "`hreport --help`": (*hreport, "--help"),
        "`hreport extract --help`": (*hreport, "extract", "--help"),
        "`hreport extract`, one small txt": (*hreport, "extract", str(text), *into),
        "`hreport extract`, the smallest sample, which is damaged": (*hreport, "extract", str(damaged), *into),
    }
    runs = {name: partial(program, (sys.executable, *arguments)) for name, arguments in commands.items()}
    alternating(runs, 1)  # files are in the system's cache then, and compiled
    found = alternating(runs, QUICK if options.quick else max(ROUNDS, options.rounds))
    taken = {name: Taken.median(runs) for name, runs in found.items()}
    base = taken[BASE].wall
    rows = [(name, f"{t.wall / base:.2f}", f"{t.wall:.3f}", f"{t.cpu:.3f}") for name, t in taken.items()]
    yield Table("start-up", COLUMNS, rows)
