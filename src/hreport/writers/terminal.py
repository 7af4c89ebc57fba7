"""A table on a screen, fitted to its width, and the progress bar. Nothing that a report says is taken for markup."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from rich import box
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from hreport.record import STATISTICS, Cell, Column, Row, legible, plain

if TYPE_CHECKING:
    from hreport.writers import Evidence, Paragraph

CHUNK = 1_000  # rows printed at a time
PUBLISHED = ("publisher", "published", "url")  # not shown where no manifest says them
PIPE_WIDTH = 160  # columns where there is no screen to ask
READABLE = 80  # the same, for words
AROUND = 40  # characters of a sentence on either side of a figure
STYLES = {
    "masked": "dim",
    "note": "dim",
    "damaged": "red",
    "repaired": "yellow",
    "corrected": "green",
    "doubt": "yellow",
}
FIGURE_STYLE = "bold cyan"
# What a console without these characters gets instead.
PLAINER = {
    "\u27e6": "[",
    "\u27e7": "]",
    "\u27e8": "<",
    "\u27e9": ">",
    "\u26a0": "!",
    "\u2020": "+",
    "\u2021": "^",
    "\u2265": ">=",
    "\u2264": "<=",
    "\u2248": "~",
    "\u270e": "c",
    "\u00ab": "|",
    "\u00bb": "|",
    "\u2192": "->",
    "\u2501": "=",
}

# What a reader wants to see first, by what marks the table; the rest is for files. Other tables are shown whole.
VIEWS = (
    (
        {"numeral", "text"},
        "indicator text measure area_name year status period direction damage repaired corrected file indicator_id",
    ),
    (
        {"chosen"},
        "indicator area year value unit numeral doubt chosen copy_of status measure direction basis file sentence",
    ),
    ({"kind", "text"}, "text kind file start sentence section"),
    ({"aliases"}, "id name unit systems group en aliases"),
    ({"wording"}, "wording unit reports figures nearest_name example"),
    ({"around_a"}, "kind around_a around_b value unit sure indicator"),
    ({"claimed"}, "indicator area year unit level_before level growth claimed agrees real implied_low implied_high"),
    ({"shown"}, "indicator area shown sentence file start end publisher published url"),
)
CASE = "case"  # a table with this column is shown as paragraphs: its rows hold too many words for a line
CARD = "field"  # a table with this column is one thing: what there is to say in the other, without a heading
SIDES = ("gold", "before", "found", "sentence")
FOLDED = 16  # columns that a cell gets at least, if it must be folded
WIDEST = {
    "indicator": 40,
    "sentence": 60,
    "text": 30,
    "file": 30,
    "title": 40,
    "example": 60,
    "message": 80,
    "around_a": 44,
    "around_b": 44,
}


def write(
    rows: Iterable[Row],
    columns: Sequence[Column],
    target: BinaryIO,
    *,
    encoding: str = "utf-8",
    notes: Sequence[str] = (),
) -> None:
    """Print rows; of an extract the columns that fit. `encoding` is the console's."""
    stream = io.TextIOWrapper(target, encoding=encoding, errors="replace", newline="\n", write_through=True)
    try:
        is_screen = target.isatty()
        console = Console(file=stream, highlight=False, markup=False, emoji=False, force_terminal=is_screen)
        width = console.width if is_screen or "COLUMNS" in os.environ else PIPE_WIDTH
        console.width = width
        simple = not _can(encoding, "\u2500")
        fit = fitting(encoding)
        remaining = iter(rows)
        parts = _paragraphs if any(c.name == CASE for c in columns) else _tables
        while chunk := list(islice(remaining, CHUNK)):
            for part in parts(chunk, columns, width, simple, fit):
                console.print(part)
        for note in notes:
            console.print(Text(fit(note), style="dim"))
    finally:
        stream.flush()
        stream.detach()


def paragraphs(
    findings: Iterable[Paragraph],
    target: BinaryIO,
    brackets: tuple[str, str],
    *,
    encoding: str = "utf-8",
    notes: Sequence[str] = (),
) -> None:
    """Print findings: a heading, what is said of each figure, and the sentence around it, fitted to the screen."""
    stream = io.TextIOWrapper(target, encoding=encoding, errors="replace", newline="\n", write_through=True)
    try:
        is_screen = target.isatty()
        console = Console(file=stream, highlight=False, markup=False, emoji=False, force_terminal=is_screen)
        console.width = console.width if is_screen or "COLUMNS" in os.environ else READABLE
        fit = fitting(encoding)
        for finding in findings:
            console.print(Text(fit(finding.heading), style=f"bold {STYLES.get(finding.state, '')}".strip()))
            for evidence in finding.evidence:
                for label in evidence.labels:
                    console.print(Padding(Text(fit(label), overflow="fold"), (0, 0, 0, 2)))
                console.print(Padding(_around(evidence, brackets, fit), (0, 0, 0, 4)))
            console.print()
        for note in notes:
            console.print(Text(fit(note), style="dim"))
    finally:
        stream.flush()
        stream.detach()


def _around(evidence: Evidence, brackets: tuple[str, str], fit: Callable[[str], str]) -> Text:
    """A sentence with its figures marked; what is far from all of them is left out."""
    words, line, here = evidence.sentence, Text(style="dim", overflow="fold"), 0
    for start, end in evidence.spans:
        before = words[here:start]
        if not here and len(before) > AROUND:
            before = "\u2026" + before[-AROUND:]
        elif len(before) > 2 * AROUND:
            before = f"{before[:AROUND]}\u2026{before[-AROUND:]}"
        line.append(fit(before))
        line.append(fit(brackets[0] + words[start:end] + brackets[1]), style=FIGURE_STYLE)
        here = end
    rest = words[here:] if len(words) - here <= AROUND else words[here : here + AROUND] + "\u2026"
    line.append(fit(rest))
    return line


def _can(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def fitting(encoding: str) -> Callable[[str], str]:
    """A function that makes a text fit for the console: no control characters, plainer marks where it lacks ours."""
    lacking = {ord(c): other for c, other in PLAINER.items() if not _can(encoding, c)}
    return lambda text: legible(text.translate(lacking))


def _tables(
    rows: Sequence[Row], columns: Sequence[Column], width: int, simple: bool, fit: Callable[[str], str]
) -> Iterator[Table]:
    """The rows as one table, or as several side by side where a comparison has more places than the screen has room."""
    texts = {c.name: [fit(plain(row.get(c.name))) for row in rows] for c in columns}
    needs = {
        c.name: min(max(cell_len(fit(c.title)), *(cell_len(t) for t in texts[c.name])), WIDEST.get(c.name, 30))
        for c in columns
    }
    summary = {c.name for c in STATISTICS}
    wide = [c for c in columns if c.kind == "mixed"]
    if wide:
        hidden = {"indicator_id", "usable", "stated"}
        hidden |= {n for n in PUBLISHED if n in texts and not any(texts[n])}
        fixed = [c for c in columns if c not in wide and c.name not in hidden | summary]
        room = width - sum(needs[c.name] + 3 for c in fixed)
        panels: list[list[Column]] = [[]]
        left = room
        for column in wide:
            if panels[-1] and needs[column.name] + 3 > left:
                panels.append([])
                left = room
            panels[-1].append(column)
            left -= needs[column.name] + 3
        for panel in panels:
            # A row without a figure in this panel has one in another.
            alone = len(panels) == 1
            kept = [i for i, row in enumerate(rows) if alone or any(row.get(c.name) is not None for c in panel)]
            some = {name: [cells[i] for i in kept] for name, cells in texts.items()}
            yield _table([rows[i] for i in kept], [*fixed, *panel], some, simple, fit)
        kept = [i for i, row in enumerate(rows) if row.get("minimum") is not None]
        telling = [c for c in columns if c.name in summary and any(rows[i].get(c.name) for i in kept)]
        if telling:
            some = {name: [cells[i] for i in kept] for name, cells in texts.items()}
            yield _table([rows[i] for i in kept], [*fixed, *telling], some, simple, fit)
        return
    yield _table(rows, _chosen(columns, texts, needs, width), texts, simple, fit)


def _paragraphs(
    rows: Sequence[Row], columns: Sequence[Column], width: int, simple: bool, fit: Callable[[str], str]
) -> Iterator[RenderableType]:
    """Each row as a paragraph: where it is and what it is about on a line, and below it what stands side by side."""
    titles = {c.name: fit(c.title) for c in columns}
    beside = [name for name in SIDES if name in titles]
    indent = max(cell_len(titles[name]) for name in beside) + 2
    for row in rows:
        text = {name: fit(plain(row.get(name))) for name in titles}
        place = f"{text['file']}:{text['start']}-{text['end']}"
        yield Text.assemble("\n", (text[CASE], "bold"), f"  {place}  {text['text']}  {text['indicator']}".rstrip())
        for name in beside:
            if text[name]:
                line = Text(titles[name] + " " * (indent - cell_len(titles[name])), style="dim")
                words = Text(text[name])
                if name == "sentence" and text["text"]:
                    words.highlight_words([text["text"]], "bold")
                grid = Table.grid()
                grid.add_column(no_wrap=True)
                grid.add_column(overflow="fold")
                grid.add_row(line, words)
                yield Padding(grid, (0, 0, 0, 4))


def _chosen(
    columns: Sequence[Column], texts: dict[str, list[str]], needs: dict[str, int], width: int
) -> Sequence[Column]:
    """The columns to show: those that the table's view wants, are not empty, and fit."""
    by_name = {c.name: c for c in columns}
    view = next((words.split() for marks, words in VIEWS if marks <= by_name.keys()), list(by_name))
    shown: list[Column] = []
    room = width - 1
    for name in view:
        if name not in by_name or not any(texts[name]):
            continue
        if name in ("file", "status") and len(set(texts[name])) == 1 and len(texts[name]) > 1:
            continue  # the same in every row: known already
        need = needs[name] + 3 if needs[name] + 3 <= room else FOLDED + 3
        if shown and need > room:
            continue
        shown.append(by_name[name])
        room -= need
    return shown


def _table(
    rows: Sequence[Row], columns: Sequence[Column], texts: dict[str, list[str]], simple: bool, fit: Callable[[str], str]
) -> Table:
    is_card = any(c.name == CARD for c in columns)
    frame = None if is_card else box.ASCII2 if simple else box.SIMPLE_HEAD
    table = Table(box=frame, header_style="bold", pad_edge=False, show_header=not is_card)
    for column in columns:
        right = column.kind in ("int", "number", "mixed")
        table.add_column(Text(fit(column.title)), justify="right" if right else "left", overflow="fold")
    for index, row in enumerate(rows):
        masked = row.get("masked") is True
        cells = []
        for column in columns:
            value = row.get(column.name)
            style = ""
            if isinstance(value, Cell):
                style = STYLES.get(value.state, "")
            elif column.name == "text" and row.get("damage"):
                style = STYLES["damaged"]
            elif column.name == "text" and masked:
                style = STYLES["masked"]
            cells.append(Text(texts[column.name][index], style=style))
        table.add_row(*cells)
    return table


@contextmanager
def progress(total: int, words: str) -> Iterator[Callable[[str], None]]:
    """A bar on standard error, after some words; call what this yields with a line to print above the bar, or with ""
    for one step."""
    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
    with bar:
        task = bar.add_task(words, total=total)

        def step(line: str) -> None:
            if line:
                bar.console.print(Text(line), soft_wrap=True)
            else:
                bar.advance(task)

        yield step
