"""A table as a web page of its own: one file without scripts, which any browser opens and every screen reader reads.

Cells that are masked, damaged, repaired or marked say so in words that are read aloud, and look like it: by colour, and
by a hatch or a line where there are no colours. For what a page can do beyond that there is `hreport report`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from hreport.record import Cell, Column, Row, State, damage_of, encodable, plain, wording

NUMERIC = frozenset({"int", "number", "mixed"})
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = """
body { margin: 1rem; font: 15px/1.4 system-ui, sans-serif; color: #1a1a1a; background: #fff; }
.frame { overflow: auto; max-height: 88vh; position: relative; }
table { border-collapse: separate; border-spacing: 0; width: max-content; }
th, td { border: 1px solid #b4b4b4; border-width: 0 1px 1px 0; padding: 0.2em 0.5em; text-align: left;
  vertical-align: top; max-width: 30em; white-space: pre-line; overflow-wrap: break-word; background: #fff; }
thead th { position: sticky; top: 0; z-index: 2; background: #e8eef4; vertical-align: bottom; max-width: 9em; }
tbody th { position: sticky; left: 0; z-index: 1; background: #f4f7fa; font-weight: 600; max-width: 12em; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
td.n { white-space: nowrap; }
.note.n { text-align: left; white-space: pre-line; }
.masked { color: #4d4d4d; font-style: italic;
  background: repeating-linear-gradient(135deg, #fff 0 5px, #e4e4e4 5px 7px); }
.damaged { color: #a00000; background: #fbe5e5; text-decoration: underline wavy; }
.repaired, .doubt { color: #7a4400; }
.corrected { color: #005c00; }
.note { color: #555; font-style: italic; }
.aloud { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 600px) { body { margin: 0.4rem; font-size: 13px; } tbody th { max-width: 8em; } }
@media print { .frame { max-height: none; overflow: visible; } thead th, tbody th { position: static; }
  table { width: auto; } body { font-size: 7pt; } .n { white-space: normal !important; } }
"""
# Not allowed in a page, and not to be seen: control characters, but for the line break.
_UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ufffe\uffff]")


def write(
    rows: Iterable[Row],
    columns: Sequence[Column],
    target: BinaryIO,
    *,
    encoding: str = "utf-8",
    notes: Sequence[str] = (),
) -> None:
    """Write rows as they come, as UTF-8 whatever the `encoding` of a console is; notes follow beneath."""
    language = "en" if all(column.title.isascii() for column in columns if column.kind != "mixed") else "zh"
    states = wording()["states"][language]

    def line(*parts: str) -> None:
        target.write(("".join(parts) + "\n").encode("utf-8"))

    line(f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">')
    line(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">')
    line('<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>hreport</title>')
    # The frame can be scrolled, so the keyboard must reach it.
    line(f"<style>{STYLE}</style>\n</head>\n<body>\n<main>")
    line('<div class="frame" tabindex="0" role="region" aria-label="hreport">\n<table>')
    line("<thead><tr>", *map(_heading, columns), "</tr></thead>\n<tbody>")
    for row in rows:
        line("<tr>", *(_cell(row, column, states) for column in columns), "</tr>")
    line("</tbody>\n</table>\n</div>")
    for note in notes:
        line(f"<p>{_shown(note)}</p>")
    line("</main>\n</body>\n</html>")
    target.flush()


def _heading(column: Column) -> str:
    look = ' class="n"' if column.kind in NUMERIC else ""
    return f'<th scope="col"{look}>{_shown(column.title)}</th>'


def _cell(row: Row, column: Column, states: dict[str, str]) -> str:
    value = row.get(column.name)
    kinds = ["n"] if column.kind in NUMERIC else []
    state = value.state if isinstance(value, Cell) else _state_of(row) if column.name == "text" else "plain"
    if state != "plain":
        kinds.append(state)
    aloud = f'<span class="aloud"> ({_shown(states[state])})</span>' if state in states and state != "plain" else ""
    words = f' title="{_shown(value.words)}"' if isinstance(value, Cell) and value.words else ""
    look = f' class="{" ".join(kinds)}"' if kinds else ""
    shown = _shown(plain(value))
    text = f"<bdi>{shown}</bdi>" if shown else ""
    if column.name == "indicator" and value:
        return f'<th scope="row"{look}>{text}</th>'
    return f"<td{look}{words}>{text}{aloud}</td>"


def _state_of(row: Row) -> State:
    """What the text of a figure is, in tables of figures and of masks."""
    if row.get("masked") or row.get("kind"):
        return "masked"
    return damage_of(row)


def _shown(text: str) -> str:
    """Text that stays text, in elements and in quoted attributes."""
    return html.escape(_UNSEEN.sub("\ufffd", encodable(str(text))))
