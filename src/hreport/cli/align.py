"""`hreport align`: two copies of one text, masked differently, and what one shows where the other hides it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hreport.cli import options
from hreport.cli.console import misuse, tell
from hreport.cli.run import Run
from hreport.guards import TIME_LIMIT
from hreport.messages import Message, listed, word_of
from hreport.record import ALIGN, Row
from hreport.writers import SCREEN

if TYPE_CHECKING:
    from hreport.align import Side


def align(
    one: Annotated[str, typer.Argument(metavar="A", help="A document.")],
    two: Annotated[str, typer.Argument(metavar="B", help="Another copy of its text.")],
    report_a: Annotated[
        int | None, typer.Option("--report-a", min=1, metavar="N", help="Only this report of A.")
    ] = None,
    report_b: Annotated[
        int | None, typer.Option("--report-b", min=1, metavar="N", help="Only this report of B.")
    ] = None,
    output: options.Output = None,
    form: options.Format = None,
    catalog: options.Catalog = None,
    userdict: options.Userdict = None,
    manifest: options.ManifestFile = None,
    issues_file: options.Issues = None,
    headers: options.Headers = None,
    password: options.Password = None,
    timeout: options.Timeout = TIME_LIMIT,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    lang: options.Lang = None,
) -> None:
    """Two copies of one text, masked differently: what one shows where the other hides it, as evidence."""
    from hreport import align as aligning

    with tempfile.TemporaryDirectory() as folder:
        # Read as any other file is, in a worker where it might hurt; what was read is taken from what was saved.
        run = Run.of({**locals(), "paths": [one, two], "save_text": Path(folder)})
        sides = []
        for path, report, name in ((one, report_a, "A"), (two, report_b, "B")):
            before = set(run.texts)
            rows = list(run.rows("both", paths=[path]))
            fresh = sorted(run.texts.keys() - before)
            if len(fresh) > 1:
                misuse(Message("{path}: give one document, not {count:,}", path=path, count=len(fresh)))
            if not fresh:
                if before and path in run.texts:
                    misuse(Message("{path}: A and B are the same file", path=path))
                run.end(failed=True)
            sides.append(_side(fresh[0], run.texts[fresh[0]], rows, report, name))
    result = aligning.align(*sides)
    if not result.are_copies:
        tell(
            Message(
                "{one} and {two} are no copies of one text: they share {share:.0f} % of the shorter text; of "
                "{legible:,} numbers legible in both, {agreed:,} agree",
                one=one,
                two=two,
                share=100 * result.shared,
                legible=result.numbers.legible,
                agreed=result.numbers.agreed,
            )
        )
        run.end(failed=True)
    kinds = [
        Message("{count:,} {code}", count=n, code=word_of(kind.replace("_", " ")))
        for kind, n in aligning.counted(result.rows).items()
    ]
    note = Message(
        "{pairs:,} pairs, {sure:,} of them sure: {kinds}; {alike:,} masked alike in both; {share:.0f} % of the shorter "
        "text is in both",
        pairs=len(result.rows),
        sure=sum(row["sure"] for row in result.rows),
        kinds=listed(kinds) if kinds else Message("none"),
        alike=result.alike,
        share=100 * result.shared,
    )
    run.write(result.rows, ALIGN, [note])
    if run.form != SCREEN and not quiet:
        tell(note)
    run.end()


def _side(file: str, saved: Path, rows: list[Row], report: int | None, name: str) -> Side:
    from hreport.align import Side

    if report is not None and not any(row["report"] == report for row in rows):
        misuse(Message("--report-{name}: {file} has no report {report}", name=name.lower(), file=file, report=report))
    rows.sort(key=lambda row: (row["start"], row["end"]))
    return Side(file, saved.read_bytes().decode("utf-8"), rows, report)
