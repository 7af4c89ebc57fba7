"""Where rows go: one file per output, each with one `write(rows, columns, target)`, and the literal registry below.

A file is written under a temporary name in its own folder and renamed when it is whole, so that a killed run leaves the
old file or the new one, never half of one.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

if TYPE_CHECKING:  # the options of every command name the writers: help waits for none of it
    from hreport.marking import Look, Marked
    from hreport.record import Column, Row, State

SCREEN = "table"  # the form for people
# The registry: suffix of a file, and name for --format -> the module that writes it. Imported only when used.
WRITERS: Mapping[str, str] = {
    "csv": "hreport.writers.csv",
    "jsonl": "hreport.writers.jsonl",
    "xlsx": "hreport.writers.xlsx",
    "parquet": "hreport.writers.parquet",
    "md": "hreport.writers.markdown",
    "html": "hreport.writers.html",
    "sdmx": "hreport.writers.sdmx",  # of a comparison only
    SCREEN: "hreport.writers.terminal",
}
BINARY = frozenset({"xlsx", "parquet"})
BOOKS = frozenset({"xlsx"})  # hold several tables
SDMX = "sdmx"
SUFFIXES = {".sdmx.csv": SDMX}  # of two parts


def form_of(path: Path) -> str:
    """The form that a file's suffix says, empty without a suffix.

    >>> form_of(Path("a.XLSX")), form_of(Path("a.sdmx.csv")), form_of(Path("a"))
    ('xlsx', 'sdmx', '')
    """
    name = path.name.lower()
    return next((form for suffix, form in SUFFIXES.items() if name.endswith(suffix)), path.suffix.lower().lstrip("."))


@dataclass(frozen=True, slots=True)
class Table:
    """One of the tables of a book, under its name."""

    name: str
    rows: Sequence[Row]
    columns: Sequence[Column]


FIGURE_SIGNS = ("\u27e6", "\u27e7")  # around a figure where there may be no colours
MASK_SIGNS = ("\u27e8", "\u27e9")  # the same of a mask


@dataclass(frozen=True, slots=True)
class Shown:
    """A document for a screen or a pipe: which stretches of its text, and what is said of it: a title, what stands
    before each report (by where that begins), and the legend (what is said of marks of each look)."""

    marked: Marked
    stretches: Sequence[tuple[int, int]]
    title: str = ""
    reports: Mapping[int, str] = field(default_factory=dict)
    legend: Sequence[tuple[Look, str]] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Figures of one sentence: what is said of each, the sentence, and where in it each begins and ends."""

    labels: tuple[str, ...]
    sentence: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A finding for people: a heading and the sentences behind it; how it is coloured."""

    heading: str
    evidence: tuple[Evidence, ...]
    state: State = "damaged"


class Write(Protocol):
    """What each module of the registry offers. `notes` are lines to print beneath, where there is a place for them."""

    def __call__(
        self, rows: Iterable[Row], columns: Sequence[Column], target: BinaryIO, *, encoding: str, notes: Sequence[str]
    ) -> None:
        """Write all rows; raises OSError where the target cannot take them."""


def write(
    rows: Iterable[Row],
    columns: Sequence[Column],
    target: BinaryIO,
    form: str,
    *,
    encoding: str = "utf-8",
    notes: Sequence[str] = (),
) -> None:
    """Write rows to an open binary stream in one of the forms of `WRITERS` (KeyError: not one of them).

    A screen is told nothing by what a report says: the table for it sees to that itself, for the others `Legible` does.
    """
    writer = cast(Write, import_module(WRITERS[form]).write)
    if form not in (SCREEN, *BINARY) and target.isatty():
        target = cast(BinaryIO, import_module("hreport.writers.legible").Legible(target, encoding))
    writer(rows, columns, target, encoding=encoding, notes=notes)


def can_write(encoding: str, text: str) -> bool:
    """Has an encoding all characters of a text?"""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def write_table(
    rows: Iterable[Row],
    columns: Sequence[Column],
    target: BinaryIO,
    *,
    encoding: str = "utf-8",
    notes: Sequence[str] = (),
    said: Callable[[str], str] = str,
) -> None:
    """Print rows as a table that fits the screen; `said` puts lines of ours in the language of the user."""
    module = import_module(WRITERS[SCREEN])
    module.write(rows, columns, target, encoding=encoding, notes=notes, said=said)


def write_documents(
    documents: Iterable[Shown], target: BinaryIO, *, encoding: str = "utf-8", pager: bool = True
) -> None:
    """Print documents with their marks: coloured on a screen, in brackets there and elsewhere; on a screen through a
    pager where they are longer than it."""
    import_module("hreport.writers.document").write(documents, target, encoding=encoding, pager=pager)


def write_paragraphs(
    paragraphs: Iterable[Paragraph], target: BinaryIO, *, encoding: str = "utf-8", notes: Sequence[str] = ()
) -> None:
    """Print findings, each with its sentences, in which its figures are marked; long sentences are cut around them."""
    module = import_module(WRITERS[SCREEN])
    module.paragraphs(paragraphs, target, FIGURE_SIGNS, encoding=encoding, notes=notes)


def save(rows: Iterable[Row], columns: Sequence[Column], path: Path, form: str, *, notes: Sequence[str] = ()) -> None:
    """Write rows to a file, whole or not at all; CSV gets a byte order mark, so that Excel reads it as UTF-8."""
    with replacing(path) as target:
        write(rows, columns, target, form, encoding="utf-8-sig" if form == "csv" else "utf-8", notes=notes)


def save_book(tables: Sequence[Table], path: Path, form: str, *, notes: Table | None = None) -> None:
    """Write several tables to a file of one of `BOOKS`, whole or not at all; the notes come last."""
    with replacing(path) as target:
        write_book(tables, target, form, notes=notes)


def write_book(tables: Sequence[Table], target: BinaryIO, form: str, *, notes: Table | None = None) -> None:
    """Write several tables to an open binary stream in one of the forms of `BOOKS`."""
    import_module(WRITERS[form]).write_book(tables, target, notes=notes)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A stream whose bytes become the file when the block ends well, and leave no trace when it does not.

    A link is followed, the mode of an old file kept. What is no regular file (a pipe, a device) is written directly.
    """
    real = Path(os.path.realpath(path))
    if real.exists() and not stat.S_ISREG(real.stat().st_mode):
        with open(real, "wb") as stream:
            yield stream
        return
    # A name may have 255 bytes, and a character four.
    temporary = real.with_name(f".{real.name[:50]}.{os.urandom(4).hex()}.part")
    try:
        with open(temporary, "xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if real.exists():
            shutil.copymode(real, temporary)
        os.replace(temporary, real)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
