"""A table on a screen, fitted to its width, and findings as paragraphs."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice
from typing import TYPE_CHECKING, BinaryIO

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hreport.messages import Message, listed
from hreport.record import Cell, Column, Row, damage_of, plain
from hreport.width import breaks
from hreport.writers import MASK_SIGNS, can_write, layout
from hreport.writers.screen import console_on, fitting

if TYPE_CHECKING:
    from hreport.writers import Evidence, Paragraph

CHUNK = 1_000  # rows printed at a time
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

CASE = "case"  # a table with this column is shown as paragraphs: its rows hold too many words for a line
CARD = "field"  # a table with this column is one thing: what there is to say in the other, without a heading
SIDES = ("gold", "before", "found", "sentence")
LINES = 2  # of a sentence in a cell: what stands around the figure; files have it whole
NAMED = 3  # of the columns that have no room are named
SENTENCES = {"shown", "sentence", "area", "indicator"}  # marks the sentences behind a comparison
DAMAGED, REPAIRED, CORRECTED = "\u26a0", "\u2020", "\u270e"  # as in the cells of a comparison
MEANING = {
    DAMAGED: Message("{mark} damaged as it stands: not to be computed with", mark=DAMAGED),
    REPAIRED: Message("{mark} damaged, and repaired", mark=REPAIRED),
    CORRECTED: Message("{mark} damaged, and put right by hand", mark=CORRECTED),
}
# The frame of a table where the console has no lines to draw.
PLAIN_HEAD = box.Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)
# The frame elsewhere; called ASCII, or it would be another on a console of GBK, which has its line.
HEAD = box.Box(str(box.SIMPLE_HEAD), ascii=True)


def write(
    rows: Iterable[Row],
    columns: Sequence[Column],
    target: BinaryIO,
    *,
    encoding: str = "utf-8",
    notes: Sequence[str] = (),
    said: Callable[[str], str] = str,
) -> None:
    """Print rows; of an extract the columns that fit. `encoding` is the console's; `said` puts a line of ours in the
    language of the user."""
    stream = io.TextIOWrapper(target, encoding=encoding, errors="replace", newline="\n", write_through=True)
    try:
        is_screen = target.isatty()
        console = console_on(stream)
        width = _width(console, is_screen, PIPE_WIDTH)
        simple = not can_write(encoding, "\u2500")
        fit = fitting(encoding)
        remaining = iter(rows)
        named = {c.name for c in columns}
        left_out: dict[str, str] = {}
        marks: set[str] = set()
        while chunk := list(islice(remaining, CHUNK)):
            if CASE in named:
                parts = _paragraphs(chunk, columns, fit)
            elif named >= SENTENCES and "chosen" not in named:
                parts = _sentences(chunk, fit)
            else:
                parts = _tables(chunk, columns, width, simple, fit, left_out, marks)
            for part in parts:
                console.print(part)
        more: list[str] = [MEANING[mark] for mark in MEANING if mark in marks]
        if left_out and is_screen:
            more.append(_not_shown(list(left_out.values())))
        for note in (*notes, *map(said, more)):
            console.print(_folded(Text(fit(note), style="dim"), width))
    finally:
        stream.flush()
        stream.detach()


def _width(console: Console, is_screen: bool, otherwise: int) -> int:
    """The columns of the console, which keeps them: `otherwise` where there is no screen to ask."""
    console.width = console.width if is_screen or "COLUMNS" in os.environ else otherwise
    return console.width


def _not_shown(titles: Sequence[str]) -> str:
    """Which columns have no room, the first by name."""
    some, rest = listed(titles[:NAMED]), len(titles) - NAMED
    if rest > 0:
        return Message("not shown: {columns} and {count:,} more columns (-o FILE has all)", columns=some, count=rest)
    return Message("not shown: {columns} (-o FILE has all)", columns=some)


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
        console = console_on(stream)
        _width(console, target.isatty(), READABLE)
        fit = fitting(encoding)
        for finding in findings:
            console.print(_Folded(Text(fit(finding.heading), style=f"bold {STYLES.get(finding.state, '')}".strip())))
            for evidence in finding.evidence:
                for label in evidence.labels:
                    console.print(_Folded(Text(fit(label)), 2))
                console.print(_Folded(_around(evidence, brackets, fit), 4))
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


def _tables(
    rows: Sequence[Row],
    columns: Sequence[Column],
    width: int,
    simple: bool,
    fit: Callable[[str], str],
    left_out: dict[str, str],
    marks: set[str],
) -> Iterator[RenderableType]:
    """The rows as one table, or as several below each other. Adds to `left_out` the names and headings of columns that
    have no room, to `marks` those that are put to damaged figures because the columns that say so have none."""
    columns = [replace(c, heading=fit(c.title)) for c in columns]
    texts = {c.name: [fit(plain(row.get(c.name))) for row in rows] for c in columns}
    bare = texts.get("text", [])
    says_damage = "damage" in texts and bool(bare)
    if says_damage:
        texts["text"] = [
            f"{text} {mark}" if (mark := _mark(row)) else text for text, row in zip(bare, rows, strict=True)
        ]
    panels, hidden = layout.panels(columns, rows, texts, width)
    if says_damage and any(c.name == "damage" for panel in panels for c in panel.columns):
        texts["text"] = bare
        panels, hidden = layout.panels(columns, rows, texts, width)
    elif says_damage:
        marks.update(filter(None, map(_mark, rows)))
    left_out.update((c.name, c.title) for c in hidden)
    for panel in panels:
        yield _table(rows, panel, texts, simple, fit)
        if panel.gap == layout.GAP:
            yield Text()


def _mark(row: Row) -> str:
    """The mark of a damaged figure."""
    return {"plain": "", "damaged": DAMAGED, "repaired": REPAIRED, "corrected": CORRECTED}[damage_of(row)]


def _sentences(rows: Sequence[Row], fit: Callable[[str], str]) -> Iterator[RenderableType]:
    """Each figure of a comparison with the sentence behind it, whole, and where that stands."""
    before = None
    for row in rows:
        if row["indicator"] != before:
            before = row["indicator"]
            yield _Folded(Text(fit(plain(before)), style="bold"))
        cell = row["shown"]
        state = cell.state if isinstance(cell, Cell) else "plain"
        places = (f"{row['file']}:{row['start']}-{row['end']}", *(row[n] for n in layout.PUBLISHED))
        shown = (fit(plain(cell)), STYLES.get(state, "") or "bold")
        where = (fit(" ".join(place for place in places if place)), "dim")
        line = Text.assemble(fit(plain(row["area"])), "  ", shown, "  ", where)
        yield _Folded(line, 2)
        yield _Folded(Text(fit(" ".join(plain(row["sentence"]).split()))), 4)


def _paragraphs(rows: Sequence[Row], columns: Sequence[Column], fit: Callable[[str], str]) -> Iterator[RenderableType]:
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


def _table(
    rows: Sequence[Row],
    panel: layout.Panel,
    texts: Mapping[str, Sequence[str]],
    simple: bool,
    fit: Callable[[str], str],
) -> Table:
    is_card = any(c.name == CARD for c in panel.columns)
    frame = None if is_card else PLAIN_HEAD if simple else HEAD
    roomy = panel.gap == layout.WIDE_GAP
    table = Table(
        box=frame,
        header_style="bold",
        pad_edge=False,
        padding=(0, 1) if roomy and not is_card else (0, panel.gap - 1 + is_card, 0, 0),
        show_edge=roomy,
        show_header=not is_card,
    )
    for column, width in zip(panel.columns, panel.widths, strict=True):
        right = column.kind in ("int", "number", "mixed")
        title = _folded(Text(column.title), width)
        table.add_column(title, justify="right" if right else "left", overflow="fold", width=width)
    places = _places(rows) if "sentence" in texts else {}
    for index in panel.rows:
        row = rows[index]
        cells = []
        for column, width in zip(panel.columns, panel.widths, strict=True):
            text = texts[column.name][index]
            if column.name == "sentence":
                place = places.get(index)
                if place and "kind" in texts:  # a mask: other masks of its sentence may look like it
                    start, end = place
                    before, behind = map(fit, MASK_SIGNS)
                    text = text[:start] + before + text[start:end] + behind + text[end:]
                    place = (start, end + len(before + behind))
                text = _excerpt(text, place or (), LINES * (width - 2))
            cells.append(_folded(Text(text, style=_style(row, column.name)), width))
        table.add_row(*cells)
    return table


def _style(row: Row, name: str) -> str:
    value = row.get(name)
    if isinstance(value, Cell):
        return STYLES.get(value.state, "")
    if name != "text":
        return ""
    damage = damage_of(row)
    if damage == "plain":
        return STYLES["masked"] if row.get("masked") is True else ""
    return STYLES[damage]


def _places(rows: Sequence[Row]) -> dict[int, tuple[int, int]]:
    """Where in its sentence each mask or figure stands, by the number of its row; those are left out of which a
    sentence has several of the same words that cannot be told apart."""
    found: dict[int, tuple[int, int]] = {}
    by_sentence = groupby(range(len(rows)), key=lambda i: (rows[i].get("file"), rows[i].get("sentence")))
    for (_, sentence), numbers in by_sentence:
        here = [(i, str(rows[i].get("text") or rows[i].get("numeral") or ""), rows[i].get("start")) for i in numbers]
        # Where the sentence begins in the document: what fits all that stands in it.
        begins: set[int] | None = None
        for _, words, start in here:
            if words and start is not None:
                possible = {start - m.start() for m in re.finditer(re.escape(words), sentence or "")}
                begins = possible if begins is None else begins & possible
        if begins is not None and len(begins) == 1:
            (begin,) = begins
            found |= {i: (start - begin, start - begin + len(words)) for i, words, start in here if start is not None}
    return found


def _excerpt(sentence: str, place: Sequence[int], room: int) -> str:
    """As much of a sentence as `room` columns hold, around the place in it.

    >>> _excerpt("全市医疗卫生机构xx家,床位数四千张", (8, 10), 14), _excerpt("全市", (), 14)
    ('…机构xx家,…', '全市')
    """
    if cell_len(sentence) <= room:
        return sentence
    start, end = place or (0, 0)
    left, right, room = start, end, room - cell_len(sentence[start:end]) - 2
    while room > 1:  # hanzi by hanzi, on both sides as far as there are any
        behind = sentence[right : right + 1]
        before = sentence[left - 1 : left] if left else ""
        if not behind + before:
            break
        take_before = before and (not behind or start - left <= right - end)
        left, right = (left - 1, right) if take_before else (left, right + 1)
        room -= cell_len(before if take_before else behind)
    return ("\u2026" if left else "") + sentence[left:right].strip() + ("\u2026" if right < len(sentence) else "")


def _folded(text: Text, width: int) -> Text:
    """A text in lines that are no wider, broken where Chinese may be."""
    if cell_len(text.plain) <= width:
        return text
    lines = text.divide(breaks(text.plain, width))
    for line in lines:
        line.rstrip()
    return Text("\n").join(lines)


@dataclass(frozen=True, slots=True)
class _Folded:
    """A text that fits the screen, behind an indent."""

    text: Text
    indent: int = 0

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the text in lines."""
        yield Padding(_folded(self.text, max(options.max_width - self.indent, 2)), (0, 0, 0, self.indent))
