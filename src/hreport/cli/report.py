"""`hreport report`: one page with the comparison, the masks, the checks, and the words behind every figure."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from hreport.cli import language, options
from hreport.cli.console import tell
from hreport.cli.run import Run, check_page
from hreport.guards import TIME_LIMIT
from hreport.messages import Message
from hreport.record import ALL, BY, MEASURES, STATUSES


def report(
    paths: options.Paths,
    by: Annotated[str, typer.Option("--by", metavar="|".join(BY), help="The columns to begin with.")] = "area",
    indicator: Annotated[
        list[str] | None, typer.Option("--indicator", metavar="ID_OR_NAME", help="Begin with this one (repeatable).")
    ] = None,
    status: Annotated[
        str, typer.Option("--status", metavar="|".join((*STATUSES, ALL)), help="Begin with what was, or what shall be.")
    ] = "actual",
    measure: Annotated[
        str, typer.Option("--measure", metavar="|".join((*MEASURES, ALL)), help="What is stated, to begin with.")
    ] = "level",
    year: Annotated[
        list[str] | None, typer.Option("--year", metavar="YEAR[-YEAR]", help="Begin with these years (repeatable).")
    ] = None,
    area: Annotated[
        list[str] | None, typer.Option("--area", metavar="NAME_OR_CODE", help="Begin with these places (repeatable).")
    ] = None,
    title: Annotated[str, typer.Option("--title", metavar="WORDS", help="The title of the page.")] = "",
    keep_copies: Annotated[
        bool, typer.Option("--keep-copies", help="Count copies of one text each by itself.")
    ] = False,
    output: options.Output = None,
    jobs: options.Jobs = None,
    catalog: options.Catalog = None,
    userdict: options.Userdict = None,
    manifest: options.ManifestFile = None,
    corrections: options.CorrectionsFile = None,
    issues_file: options.Issues = None,
    min_confidence: options.MinConfidence = 0.0,
    password: options.Password = None,
    timeout: options.Timeout = TIME_LIMIT,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    lang: options.Lang = None,
) -> None:
    """One page of reports, or of tables: comparison, charts, masks, findings, and the words behind every figure."""
    # The page begins with what the options select; a reader can choose otherwise, so everything else is in it, too.
    from hreport.figures import why_none
    from hreport.pages import report as pages

    check_page(output)
    with tempfile.TemporaryDirectory() as folder:
        # Texts go through the disk, so that of a thousand reports one at a time is in memory.
        run = Run.of({**locals(), "form": "html", "save_text": Path(folder)})
        lexicon = run.lexicon()
        selection = options.selected(
            lexicon,
            by=by,
            indicator=indicator or (),
            status=status,
            measure=measure,
            year=year or (),
            area=area or (),
        )
        rows = list(run.rows("all", tables=True))
        given = pages.Given(rows, run.text_of, run.abouts, run.issues)
        made = pages.page(given, lexicon, selection, language=language.current(), title=title, keep_copies=keep_copies)
    for issue in made.issues:
        run.note(issue)
    if not made.data["lines"]:
        tell(Message("nothing to compare: {why}", why=why_none([row for row in rows if row.get("layer") != "mask"])))
    run.write_page(pages.file_of(made))
    run.end()
