"""`hreport align`: two copies of one text, masked differently, and what one shows where the other hides it."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hreport.cli import options
from hreport.cli.run import Run, misuse, printable
from hreport.guards import TIME_LIMIT
from hreport.messages import Message
from hreport.record import ALIGN, Row

if TYPE_CHECKING:
    from hreport.align import Side

_NO_COPIES = (
    "{one} and {two} are no copies of one text: {share} % of the shorter one is in both; of {legible} numbers legible "
    "in both, {agreed} agree"
)
_PAIRS = (
    "{pairs} pairs, {sure} of them sure: {kinds}; {alike} masked alike in both; {share} % of the shorter is in both"
)


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
    headers: options.Headers = "en",
    password: options.Password = None,
    timeout: options.Timeout = TIME_LIMIT,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
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
                misuse(Message("{path}: give one document, not {count}", path=path, count=f"{len(fresh):,}"))
            if not fresh:
                if before and path in run.texts:
                    misuse(Message("{path}: A and B are the same file", path=path))
                run.end(failed=True)
            sides.append(_side(fresh[0], run.texts[fresh[0]], rows, report, name))
    result = aligning.align(*sides)
    share, legible = f"{100 * result.shared:.0f}", result.numbers.legible
    if not result.are_copies:
        line = Message(_NO_COPIES, one=one, two=two, share=share, agreed=result.numbers.agreed, legible=legible)
        sys.stderr.write(printable(f"hreport: {line}") + "\n")
        run.end(failed=True)
    counts = [f"{n:,} {kind}" for kind, n in aligning.counted(result.rows).items()]
    note = Message(
        _PAIRS,
        pairs=f"{len(result.rows):,}",
        sure=f"{sum(row['sure'] for row in result.rows):,}",
        kinds=", ".join(counts) or "-",
        alike=f"{result.alike:,}",
        share=share,
    )
    run.write(result.rows, ALIGN, [note])
    if run.form != "table" and not quiet:
        sys.stderr.write(printable(f"hreport: {note}") + "\n")
    run.end()


def _side(file: str, saved: Path, rows: list[Row], report: int | None, name: str) -> Side:
    from hreport.align import Side

    if report is not None and not any(row["report"] == report for row in rows):
        misuse(
            Message(
                "{option}: {file} has no report {report}", option=f"--report-{name.lower()}", file=file, report=report
            )
        )
    rows.sort(key=lambda row: (row["start"], row["end"]))
    return Side(file, saved.read_bytes().decode("utf-8"), rows, report)
