"""`hreport compare`: indicators by place (and year): the comparison table."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import Annotated

import typer

from hreport.cli import options
from hreport.cli.run import TO_SCREEN, Run, misuse, tell
from hreport.figures import ALL, BY, MEASURES, STATUSES, Selection, SelectionError, why_none
from hreport.guards import TIME_LIMIT
from hreport.messages import Message, reason_of
from hreport.record import LONG, SUGGEST, headed

SUGGESTIONS = 50  # on a screen
FOR_PEOPLE = (TO_SCREEN, "xlsx", "md")  # forms that end with a line on how much each place states


def compare(
    paths: options.Paths,
    by: Annotated[str, typer.Option("--by", metavar="|".join(BY), help="The columns.")] = "area",
    indicator: Annotated[
        list[str] | None, typer.Option("--indicator", metavar="ID_OR_NAME", help="Only this one (repeatable).")
    ] = None,
    status: Annotated[
        str, typer.Option("--status", metavar="|".join((*STATUSES, ALL)), help="What was, or what shall be.")
    ] = "actual",
    measure: Annotated[
        str, typer.Option("--measure", metavar="|".join((*MEASURES, ALL)), help="What is stated.")
    ] = "level",
    year: Annotated[
        list[str] | None, typer.Option("--year", metavar="YEAR[-YEAR]", help="Only these years (repeatable).")
    ] = None,
    area: Annotated[
        list[str] | None, typer.Option("--area", metavar="NAME_OR_CODE", help="Only these places (repeatable).")
    ] = None,
    long: Annotated[bool, typer.Option("--long", help="Every figure on a row of its own, instead of a pivot.")] = False,
    evidence: Annotated[bool, typer.Option("--evidence", help="The sentence behind each cell.")] = False,
    ranks: Annotated[bool, typer.Option("--ranks", help="The rank of each figure that can be compared.")] = False,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Frequent wordings that no indicator claims, instead of a comparison.")
    ] = False,
    keep_copies: Annotated[
        bool, typer.Option("--keep-copies", help="Count copies of one text each by itself.")
    ] = False,
    output: options.Output = None,
    form: options.Format = None,
    jobs: options.Jobs = None,
    catalog: options.Catalog = None,
    userdict: options.Userdict = None,
    manifest: options.ManifestFile = None,
    corrections: options.CorrectionsFile = None,
    issues_file: options.Issues = None,
    headers: options.Headers = None,
    min_confidence: options.MinConfidence = 0.0,
    password: options.Password = None,
    timeout: options.Timeout = TIME_LIMIT,
    save_text: options.SaveText = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    lang: options.Lang = None,
) -> None:
    """Indicators side by side: reports, or tables that extract wrote, as one table of places."""
    from hreport import comparison
    from hreport.lexicon import LexiconError, load
    from hreport.resolve import convert
    from hreport.suggest import suggest as suggestions

    run = Run.of(locals())
    try:
        lexicon = load(catalog)
    except LexiconError as error:
        misuse(reason_of(error))
    catalogue = lexicon.indicators
    try:
        selection = Selection.of(
            catalogue,
            by=by,
            indicator=indicator or (),
            status=status,
            measure=measure,
            year=year or (),
            area=area or (),
        )
    except SelectionError as error:
        raise typer.BadParameter(error.args[0], param_hint=f"--{error.option}") from None
    rows = list(run.rows("observations", tables=True))
    if suggest:
        found = suggestions(rows, lexicon, measure, status)
        run.write(islice(found, SUGGESTIONS) if run.form == TO_SCREEN else found, SUGGEST)
        run.end()
    result = comparison.compare(
        rows,
        catalogue,
        partial(convert, lexicon=lexicon),
        selection,
        evidence=evidence and run.form != TO_SCREEN,
        ranks=ranks,
        coverage=run.form in FOR_PEOPLE,
        language=run.headings,
        keep_copies=keep_copies,
    )
    for issue in result.issues:
        run.note(issue)
    if not result.long:
        tell(Message("nothing to compare: {why}", why=why_none(rows)))
    if long:
        run.write(result.long, LONG)
    elif result.rows or run.form != TO_SCREEN:
        run.write(result.rows, result.columns, result.legend)
        if evidence and run.form == TO_SCREEN:
            run.write(result.evidence, headed(comparison.EVIDENCE, run.headings))
    run.end()
