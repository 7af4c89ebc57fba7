"""`hreport compare`: indicators by place (and year): the comparison table."""

from __future__ import annotations

import sys
from functools import partial
from itertools import islice
from typing import Annotated

import typer

from hreport.cli import options
from hreport.cli.run import TO_SCREEN, Run, misuse
from hreport.guards import TIME_LIMIT
from hreport.record import LONG, SUGGEST, headed

BY = ("area", "area,year", "report")
STATUSES = ("actual", "target", "reference", "all")
MEASURES = ("level", "change", "change_rate", "multiple", "rank", "all")
SUGGESTIONS = 50  # on a screen


def _by(value: str) -> str:
    return options.one_of(",".join(w.strip() for w in value.lower().split(",")), BY, "--by")


def _status(value: str) -> str:
    return options.one_of(value.lower(), STATUSES, "--status")


def _measure(value: str) -> str:
    return options.one_of(value.lower(), MEASURES, "--measure")


def compare(
    paths: options.Paths,
    by: Annotated[str, typer.Option("--by", metavar="|".join(BY), help="The columns.", callback=_by)] = "area",
    indicator: Annotated[
        list[str] | None, typer.Option("--indicator", metavar="ID_OR_NAME", help="Only this one (repeatable).")
    ] = None,
    status: Annotated[
        str, typer.Option("--status", metavar="|".join(STATUSES), help="What was, or what shall be.", callback=_status)
    ] = "actual",
    measure: Annotated[
        str, typer.Option("--measure", metavar="|".join(MEASURES), help="What is stated.", callback=_measure)
    ] = "level",
    year: Annotated[
        list[str] | None, typer.Option("--year", metavar="YEAR[-YEAR]", help="Only these years (repeatable).")
    ] = None,
    area: Annotated[
        list[str] | None, typer.Option("--area", metavar="NAME_OR_CODE", help="Only these places (repeatable).")
    ] = None,
    long: Annotated[bool, typer.Option("--long", help="Every figure on a row of its own, instead of a pivot.")] = False,
    evidence: Annotated[bool, typer.Option("--evidence", help="The sentence behind each cell.")] = False,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Frequent wordings that no indicator claims, instead of a comparison.")
    ] = False,
    output: options.Output = None,
    form: options.Format = None,
    jobs: options.Jobs = None,
    catalog: options.Catalog = None,
    userdict: options.Userdict = None,
    manifest: options.ManifestFile = None,
    issues_file: options.Issues = None,
    headers: options.Headers = "en",
    min_confidence: options.MinConfidence = 0.0,
    password: options.Password = None,
    timeout: options.Timeout = TIME_LIMIT,
    save_text: options.SaveText = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Indicators side by side: reports, or tables that extract wrote, as one table of places."""
    from hreport import comparison, figures
    from hreport.lexicon import LexiconError, load
    from hreport.resolve import convert
    from hreport.suggest import suggest as suggestions

    run = Run.of(locals())
    try:
        lexicon = load(catalog)
    except LexiconError as error:
        misuse(str(error))
    except UnicodeDecodeError:
        misuse(f"{catalog}: not UTF-8: save it as UTF-8")
    catalogue = lexicon.indicators
    selection = figures.Selection(
        by=by,
        indicators=options.indicator_ids(indicator or [], catalogue),
        status=status,
        measure=measure,
        years=options.years(year or []),
        areas=tuple(area or []),
    )
    rows = list(run.rows("observations", tables=True))
    if suggest:
        found = suggestions(rows, selection)
        run.write(islice(found, SUGGESTIONS) if run.form == TO_SCREEN else found, SUGGEST)
        run.end()
    result = comparison.compare(
        rows,
        catalogue,
        partial(convert, lexicon=lexicon),
        selection,
        evidence=evidence and run.form != TO_SCREEN,
        language=headers,
    )
    for issue in result.issues:
        run.note(issue)
    if not result.long:
        sys.stderr.write(f"hreport: nothing to compare: {_why(rows)}\n")
    if long:
        run.write(result.long, LONG)
    elif result.rows or run.form != TO_SCREEN:
        run.write(result.rows, result.columns, result.legend)
        if evidence and run.form == TO_SCREEN:
            run.write(result.evidence, headed(comparison.EVIDENCE, headers))
    run.end()


def _why(rows: list[dict[str, object]]) -> str:
    """What keeps the table empty, and what to try."""
    known = [r for r in rows if r["indicator_id"]]
    if not rows:
        return "no figures were found"
    if not known:
        return (
            f"none of the {len(rows)} figures belongs to an indicator of the catalogue (--suggest lists their wordings)"
        )
    return (
        f"none of the {len(known)} figures of known indicators is left "
        "(try --status all, --measure all, or without --year, --area, --indicator)"
    )
