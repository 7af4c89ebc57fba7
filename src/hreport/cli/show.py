"""`hreport show`: a document as it was read, with everything that was found marked in its own words."""

from __future__ import annotations

import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from hreport.cli import options
from hreport.cli.language import said
from hreport.cli.run import Run, encoding_of, is_screen, misuse, printable
from hreport.guards import TIME_LIMIT
from hreport.messages import Message
from hreport.record import Row, State
from hreport.writers import MARKED, Marks, write_marked


def _at(values: list[str] | None) -> list[str]:
    for value in values or []:
        match = re.fullmatch(r"(\d{1,9})-(\d{1,9})", value)
        if match is None or int(match[1]) >= int(match[2]):
            raise typer.BadParameter(
                Message("{value!r} is not START-END, such as 108-113.", value=value), param_hint="--at"
            )
    return values or []


def show(
    path: Annotated[str, typer.Argument(metavar="FILE", help="A document, or an archive; - for standard input.")],
    at: Annotated[
        list[str] | None,
        typer.Option(
            "--at", metavar="START-END", help="Only the lines that hold this place (repeatable).", callback=_at
        ),
    ] = None,
    catalog: options.Catalog = None,
    userdict: options.Userdict = None,
    manifest: options.ManifestFile = None,
    min_confidence: options.MinConfidence = 0.0,
    password: options.Password = None,
    timeout: options.Timeout = TIME_LIMIT,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    lang: options.Lang = None,
) -> None:
    """The text of a document with its figures, masks and damage marked."""
    places = [tuple(map(int, value.split("-"))) for value in at or []]
    with tempfile.TemporaryDirectory() as folder:
        # Read as any other file is, in a worker where it might hurt; what was read is taken from what was saved.
        run = Run.of({**locals(), "paths": [path], "form": "csv", "save_text": Path(folder)})
        found: dict[str, list[Row]] = defaultdict(list)
        for row in run.rows("both"):
            found[row["file"]].append(row)
        texts = sorted(run.texts.items())
        if places and len(texts) > 1:
            misuse(Message("--at: give one document, not an archive"))
        for file, saved in texts:
            text = saved.read_bytes().decode("utf-8")
            marks = list(_marks(found[file]))
            lines = _lines(text, places)
            if not lines:
                misuse(Message("--at: the text has {length:,} characters: give a place in it", length=len(text)))
            title = f"{file}" if len(texts) > 1 or is_screen(sys.stdout) else ""
            notes = [] if quiet or places else [_legend(marks)]
            write_marked(text, marks, lines, sys.stdout.buffer, encoding=encoding_of("table"), title=title, notes=notes)
    run.end()


def _marks(rows: Sequence[Row]) -> Iterator[tuple[int, int, State]]:
    """Stretches to mark, in order, none inside another: a figure that is masked holds its mask."""
    end = 0
    for row in sorted(rows, key=lambda r: (r["start"], -r["end"])):
        if row["start"] < end:
            continue
        end = row["end"]
        masked = row["layer"] == "mask" or row["masked"]
        damage = row.get("damage")
        state: State = "masked" if masked else "plain"
        if damage:
            state = "damaged" if row["repaired"] is None else "repaired"
        yield row["start"], end, state


def _lines(text: str, places: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """The lines to show: all, or those that hold one of the places."""
    lines = [match.span() for match in re.finditer(r"[^\n]*\n?", text) if match.group()]
    if not places:
        return lines
    return [(start, end) for start, end in lines if any(start < last and first < end for first, last in places)]


def _legend(marks: Marks) -> str:
    counts = Counter(state for _, _, state in marks)
    kinds: dict[State, str] = {
        "plain": Message("{count:,} figures", count=counts["plain"]),
        "masked": Message("{count:,} masks", count=counts["masked"]),
        "damaged": Message("{count:,} damaged", count=counts["damaged"]),
        "repaired": Message("{count:,} repaired", count=counts["repaired"]),
    }
    return printable("  ".join(MARKED[state][0] + said(line) + MARKED[state][1] for state, line in kinds.items()))
