"""`hreport show`: a document as it was read, with everything that was found marked in its own words."""

from __future__ import annotations

import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hreport.cli import options
from hreport.cli.console import encoding_of, is_screen, misuse
from hreport.cli.language import current, said
from hreport.cli.run import Run, check_page
from hreport.guards import TIME_LIMIT
from hreport.messages import Message
from hreport.record import Row
from hreport.writers import SCREEN, Shown, write_documents

if TYPE_CHECKING:
    from hreport.marking import Look, Marked, Only

MARKS: tuple[Only, ...] = ("masks", "figures", "dates", "areas", "damage")


def _at(values: list[str] | None) -> list[str]:
    for value in values or []:
        match = re.fullmatch(r"(\d{1,9})-(\d{1,9})", value)
        if match is None or int(match[1]) >= int(match[2]):
            raise typer.BadParameter(
                Message("{value!r} is not START-END, such as 108-113.", value=value), param_hint="--at"
            )
    return values or []


def _only(values: list[str] | None) -> list[str]:
    return [options.one_of(value, MARKS, "--only") for value in values or []]


def show(
    path: Annotated[str, typer.Argument(metavar="FILE", help="A document, or an archive; - for standard input.")],
    at: Annotated[
        list[str] | None,
        typer.Option(
            "--at", metavar="START-END", help="Only the lines that hold this place (repeatable).", callback=_at
        ),
    ] = None,
    report: Annotated[
        int | None, typer.Option("--report", min=1, metavar="N", help="Only this one of the reports in the document.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="|".join(MARKS), help="Mark only these (repeatable).", callback=_only),
    ] = None,
    html: Annotated[
        bool, typer.Option("--html", help="One page for a browser, the document beside the table of its figures.")
    ] = False,
    no_pager: Annotated[
        bool, typer.Option("--no-pager", help="Print at once, however long it is, without a pager.")
    ] = False,
    output: options.Output = None,
    catalog: options.Catalog = None,
    userdict: options.Userdict = None,
    manifest: options.ManifestFile = None,
    corrections: options.CorrectionsFile = None,
    min_confidence: options.MinConfidence = 0.0,
    password: options.Password = None,
    timeout: options.Timeout = TIME_LIMIT,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    lang: options.Lang = None,
) -> None:
    """The text of a document with its figures, masks, dates, places and damage marked."""
    if output is not None:
        check_page(output)
    is_page = html or output is not None
    if is_page and at:
        misuse(Message("--at is for the screen: a page shows the whole document"))
    kinds = [kind for kind in MARKS if kind in (only or [])]
    places = [(int(start), int(end)) for start, _, end in (value.partition("-") for value in at or [])]
    with tempfile.TemporaryDirectory() as folder:
        run = Run.of({**locals(), "paths": [path], "form": "html", "save_text": Path(folder)})
        documents = _documents(run, kinds)
    if not documents:
        run.end()
    if report is not None:
        documents = [_of_report(_single(documents, "--report"), report)]
    if is_page:
        from hreport.pages import document

        run.write_page(document.page(documents, run.lexicon(), current()))
        run.end()
    if places:
        shown = [Shown(_single(documents, "--at"), _lines(documents[0], places))]
    else:
        with_title = len(documents) > 1 or is_screen(sys.stdout)
        shown = [_shown(marked, run.abouts[marked.file], report, with_title) for marked in documents]
    if not quiet and not places:
        shown = [replace(s, legend=_legend(s.marked, kinds)) for s in shown]
    write_documents(shown, sys.stdout.buffer, encoding=encoding_of(SCREEN), pager=not no_pager)
    run.end()


def _documents(run: Run, only: Sequence[Only]) -> list[Marked]:
    """What was read, with its marks. It is read as any other file is, in a worker where it might hurt: the text is
    taken from what was saved."""
    from hreport.marking import marked

    found: dict[str, list[Row]] = defaultdict(list)
    for row in run.rows("marks"):
        found[row["file"]].append(row)
    lexicon = run.lexicon()
    texts = ((file, run.text_of(file) or "") for file in sorted(run.texts))
    return [marked(file, text, found[file], lexicon, only) for file, text in texts]


def _single(documents: Sequence[Marked], option: str) -> Marked:
    if len(documents) > 1:
        misuse(Message("{option}: give one document, not an archive", option=option))
    return documents[0]


def _of_report(marked: Marked, number: int) -> Marked:
    """The same with one of its reports only."""
    row = next((r for r in marked.reports if r["report"] == number), None)
    if row is None:
        misuse(Message("--report: the document has {count:,} reports", count=len(marked.reports)))
    return marked.within(row["start"], row["end"])


def _lines(marked: Marked, places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The lines that hold one of the places."""
    from hreport.marking import lines

    found = [
        (start, end) for start, end in lines(marked.text) if any(start < last and first < end for first, last in places)
    ]
    if not found:
        misuse(Message("--at: the text has {length:,} characters: give a place in it", length=len(marked.text)))
    return found


def _shown(marked: Marked, about: Row, report: int | None, with_title: bool) -> Shown:
    """What is printed of a document: all, or one of its reports."""
    start, end = (marked.reports[0]["start"], marked.reports[0]["end"]) if report is not None else (0, len(marked.text))
    title = _title(marked.file, about) if with_title else ""
    reports = {row["start"]: said(_report_line(row, about["reports"])) for row in marked.reports}
    return Shown(marked, [(start, end)], title, reports)


def _title(file: str, about: Row) -> str:
    parts = [Message("{count:,} characters", count=about["characters"])]
    if about["pages"]:
        parts.append(Message("pages: {count:,}", count=about["pages"]))
    parts.append(Message("reports: {count:,}", count=about["reports"]))
    return "  ".join([file, about["format"], *map(said, parts)])


def _report_line(row: Row, count: int) -> Message:
    """The line before a report: which it is, what it is called, whose and of when."""
    place = row["area"] or Message("place not known")
    if row["area_inferred"]:
        place = Message("{place} (perhaps {inferred})", place=place, inferred=row["area_inferred"])
    return Message(
        "{number}/{count} {title}  [{place}, {year}]",
        number=row["report"],
        count=count,
        title=row["title"] or Message("report without a title"),
        place=place,
        year=row["year"] or Message("year not known"),
    )


def _legend(marked: Marked, only: Collection[Only]) -> list[tuple[Look, str]]:
    """How many marks there are of each kind that is marked, each to be printed between its signs."""
    from hreport.marking import counts

    number = counts(marked.marks)
    kinds: list[tuple[Only, Look, Message]] = [
        ("figures", "figure", Message("{count:,} figures", count=number["figures"])),
        ("damage", "damaged", Message("{count:,} damaged", count=number["damaged"])),
        ("damage", "repaired", Message("{count:,} repaired", count=number["repaired"])),
        ("figures", "corrected", Message("{count:,} corrected", count=number["corrected"])),
        ("masks", "mask", Message("{count:,} masks", count=number["mask"])),
        ("dates", "time", Message("{count:,} dates", count=number["time"])),
        ("areas", "area", Message("{count:,} places", count=number["area"])),
    ]
    # Damaged figures are figures; that there is no damage is said where it is asked for.
    marked_kinds = {*only, "damage"} if "figures" in only or not only else set(only)
    return [
        (look, said(words))
        for kind, look, words in kinds
        if (not only or kind in marked_kinds) and (number[look] or look not in ("repaired", "corrected"))
    ]
