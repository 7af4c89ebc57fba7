"""A document with its marks on a screen, coloured, wrapped and paged, or in a pipe, line by line as it is."""

from __future__ import annotations

import io
import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, islice
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

from rich.console import Console
from rich.text import Text

from hreport.marking import Look, Step, lines, parts, steps
from hreport.width import breaks
from hreport.writers import FIGURE_SIGNS, MASK_SIGNS
from hreport.writers.screen import console_on, fitting

if TYPE_CHECKING:
    from hreport.writers import Shown

# What stands on both sides of a mark, and its colour: each kind is told apart by either.
SIGNS: Mapping[Look, tuple[str, str]] = {
    "figure": FIGURE_SIGNS, "damaged": ("\u26a0\u27e6", "\u27e7"), "repaired": ("\u2020\u27e6", "\u27e7"),
    "corrected": ("\u270e\u27e6", "\u27e7"), "mask": MASK_SIGNS, "time": ("{", "}"),
    "area": ("\u00ab", "\u00bb"), "heading": ("", ""),
}  # fmt: skip
STYLES: Mapping[Look, str] = {
    "figure": "bold cyan", "damaged": "bold red", "repaired": "yellow", "corrected": "bold yellow", "mask": "magenta",
    "time": "green", "area": "bright_blue", "heading": "bold",
}  # fmt: skip
INSTEAD = "\u2192"  # between the words and the number to read instead
RULE = "\u2501\u2501 "  # before the title of a report
# For the breaking of lines our brackets lean on words as quotation marks do.
_OPENING, _CLOSING = "\u27e6\u27e8\u00ab\u2020\u26a0\u270e{", "\u27e7\u27e9\u00bb}"
_LEANING = str.maketrans(dict.fromkeys(_OPENING, "\u201c") | dict.fromkeys(_CLOSING, "\u201d"))
LONGEST = 2_000  # characters of a line that are wrapped at a time: some documents are one line
NARROWEST = 20  # columns

Line: TypeAlias = list[tuple[str, str]]  # words and their style


def write(documents: Iterable[Shown], target: BinaryIO, *, encoding: str = "utf-8", pager: bool = True) -> None:
    """Print documents; on a screen wrapped, and through a pager where they are longer than it (unless not `pager`)."""
    stream = io.TextIOWrapper(target, encoding=encoding, errors="replace", newline="\n", write_through=True)
    is_screen = target.isatty()
    try:
        found = chain.from_iterable(_lines(shown, fitting(encoding), is_screen) for shown in documents)
        if not is_screen:
            for line in found:
                stream.write("".join(words for words, _ in line) + "\n")
            return
        console = console_on(stream)
        rows = (row for line in found for row in _wrapped(line, max(console.width, NARROWEST)))
        first = list(islice(rows, console.height))
        command = _pager() if pager and len(first) == console.height and not console.is_dumb_terminal else None
        with _paged(command, encoding) if command else _unpaged(console) as screen:
            for row in chain(first, rows):
                screen.print(row, soft_wrap=True)
    finally:
        with suppress(OSError):
            stream.flush()
        stream.detach()


def _lines(shown: Shown, fit: Callable[[str], str], is_screen: bool) -> Iterator[Line]:
    """What is said of the document, then its text with a line before each report."""
    marked = shown.marked
    if shown.title:
        yield [(fit(shown.title), "bold")]
    if shown.legend:
        legend: Line = []
        for look, words in shown.legend:
            left, right = SIGNS[look]
            legend += [("  " if legend else "", ""), (fit(left + words + right), STYLES[look])]
        yield legend
    titles = sorted(shown.reports.items())
    for start, end, way in steps(marked.marks, _stretches(marked.text, shown.stretches, is_screen)):
        while titles and titles[0][0] < max(end, start + 1):
            yield [(fit(RULE + titles.pop(0)[1]), "bold")]
        yield _line(marked.text, way, fit)


def _line(text: str, way: Iterable[Step], fit: Callable[[str], str]) -> Line:
    """The words of a line and the signs around what is marked, each with its style."""
    line: Line = []
    styles = [""]
    for step in way:
        if step.mark is None:
            line.append((fit(text[step.start : step.end]), styles[-1]))
            continue
        style = STYLES[step.mark.look]
        left, right = SIGNS[step.mark.look]
        if step.act == "open":
            styles.append(f"{styles[-1]} {style}".strip())
            line += [(fit(left), style)] if step.whole else []
            continue
        styles.pop()
        if step.whole:
            beside = INSTEAD + step.mark.beside if step.mark.beside else ""
            line += [(fit(beside), f"italic {style}"), (fit(right), style)]
    return line


def _stretches(text: str, stretches: Sequence[tuple[int, int]], is_screen: bool) -> Iterator[tuple[int, int]]:
    """The lines of the stretches; on a screen, where they are wrapped anyway, long ones in parts."""
    for first, last in stretches:
        for start, end in lines(text, first, last):
            yield from parts(text, start, end, LONGEST) if is_screen else [(start, end)]


def _wrapped(line: Line, width: int) -> Sequence[Text]:
    text = Text.assemble(*line)
    return list(text.divide(breaks(text.plain.translate(_LEANING), width)))


@contextmanager
def _unpaged(console: Console) -> Iterator[Console]:
    yield console


# --- the pager -------------------------------------------------------------------------------------------------------


def _pager() -> list[str] | None:
    """The command of the pager: PAGER, else less; None where it is not there, or PAGER is empty."""
    wanted = os.environ.get("PAGER")
    command = shlex.split(wanted, posix=os.name != "nt") if wanted is not None else ["less", "-R"]
    return command if command and shutil.which(command[0]) else None


@contextmanager
def _paged(command: Sequence[str], encoding: str) -> Iterator[Console]:
    """A console that prints into a pager, until it is left."""
    environment = {"LESS": "-R", **os.environ}
    if encoding.lower().replace("-", "") == "utf8":
        environment.setdefault("LESSCHARSET", "utf-8")
    process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)  # noqa: S603 - the user's own
    assert process.stdin is not None
    stream = io.TextIOWrapper(process.stdin, encoding=encoding, errors="replace", newline="\n", write_through=True)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the pager's
    try:
        with suppress(BrokenPipeError):  # left before the end
            yield console_on(stream, force_terminal=True, legacy_windows=False)
        with suppress(BrokenPipeError, OSError):
            stream.close()
        process.wait()
    finally:
        signal.signal(signal.SIGINT, before)
