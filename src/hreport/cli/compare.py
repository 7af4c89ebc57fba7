"""`hreport compare`: indicators by place (and year): the comparison table."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from hreport import __version__
from hreport.cli import completion, language, options
from hreport.cli.console import misuse, tell
from hreport.cli.options import STORE
from hreport.cli.run import Run
from hreport.guards import TIME_LIMIT
from hreport.messages import Message, listed, translated
from hreport.record import ALL, BY, GROWTH, LONG, MEASURES, NOTES, STATUSES, SUGGEST, Row, headed, wording
from hreport.writers import BOOKS, SCREEN, SDMX, Table

if TYPE_CHECKING:
    from hreport.comparison import Comparison
    from hreport.dataset import Wanted
    from hreport.figures import Figure, Selection
    from hreport.lexicon import Conversion, Indicator, Lexicon
    from hreport.model import Issue

SUGGESTIONS = 50  # on a screen
FOR_PEOPLE = (SCREEN, "xlsx", "md", "html")  # forms that end with a line on how much each place states


def compare(
    paths: options.Paths,
    by: Annotated[
        str, typer.Option("--by", metavar="|".join(BY), help="The columns.", autocompletion=completion.of(BY))
    ] = "area",
    indicator: Annotated[
        list[str] | None,
        typer.Option(
            "--indicator",
            metavar="ID_OR_NAME",
            help="Only this one (repeatable).",
            autocompletion=completion.indicators,
        ),
    ] = None,
    status: Annotated[
        str,
        typer.Option(
            "--status",
            metavar="|".join((*STATUSES, ALL)),
            help="What was, or what shall be.",
            autocompletion=completion.of((*STATUSES, ALL)),
        ),
    ] = "actual",
    measure: Annotated[
        str,
        typer.Option(
            "--measure",
            metavar="|".join((*MEASURES, ALL)),
            help="What is stated.",
            autocompletion=completion.of((*MEASURES, ALL)),
        ),
    ] = "level",
    year: Annotated[
        list[str] | None, typer.Option("--year", metavar="YEAR[-YEAR]", help="Only these years (repeatable).")
    ] = None,
    area: Annotated[
        list[str] | None,
        typer.Option(
            "--area",
            metavar="NAME_OR_CODE",
            help="Only these places (repeatable).",
            autocompletion=completion.areas,
        ),
    ] = None,
    long: Annotated[bool, typer.Option("--long", help="Every figure on a row of its own, instead of a pivot.")] = False,
    evidence: Annotated[bool, typer.Option("--evidence", help="The sentence behind each cell.")] = False,
    ranks: Annotated[bool, typer.Option("--ranks", help="The rank of each figure that can be compared.")] = False,
    growth: Annotated[
        bool, typer.Option("--growth", help="Growth between years beside the growth that reports claim.")
    ] = False,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Frequent wordings that no indicator claims, instead of a comparison.")
    ] = False,
    keep_copies: Annotated[
        bool, typer.Option("--keep-copies", help="Count copies of one text each by itself.")
    ] = False,
    png: options.Png = None,
    svg: options.Svg = None,
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
    from hreport import checks, comparison
    from hreport.figures import why_none, without_figures
    from hreport.resolve import convert
    from hreport.suggest import suggest as suggestions

    run = Run.of({**locals(), "figures": not (suggest or growth)})
    if png or svg:
        _check_pictures(run, suggest or growth)
    lexicon = run.lexicon()
    catalogue = lexicon.indicators
    selection = options.selected(
        lexicon,
        by=by,
        indicator=indicator or (),
        status=status,
        measure=measure,
        year=year or (),
        area=area or (),
    )
    wanted = None if suggest or growth else _wanted(selection, keep_copies, lexicon)
    rows = list(run.rows("observations", tables=True, wanted=wanted))
    if suggest:
        found = suggestions(rows, lexicon, measure, status)
        run.write(islice(found, SUGGESTIONS) if run.form == SCREEN else found, SUGGEST)
        run.end()
    if growth:
        from hreport.growth import growth as computed

        grown = computed(rows, lexicon, selection)
        if not grown:
            tell(Message("no indicator has levels of two years in a row, or a level with its growth"))
        run.write(grown, GROWTH)
        run.end()
    same_unit = partial(convert, lexicon=lexicon)
    if run.form == SDMX:
        as_places = replace(selection, by="area")  # a copy of a text is no observation of its own, by report either
        copies = comparison.copies_among(rows, keep_copies)
        standing, _, issues = comparison.standing(rows, catalogue, same_unit, as_places, copies)
        _observations(run, standing, issues, lexicon.conversions)
    result = comparison.compare(
        rows,
        catalogue,
        same_unit,
        selection,
        evidence=evidence and run.form != SCREEN,
        ranks=ranks,
        coverage=run.form in FOR_PEOPLE,
        language=run.headings,
        keep_copies=keep_copies,
        contradicted=checks.contradicted(rows, lexicon),
    )
    for issue in result.issues:
        run.note(issue)
    met = [
        area for area in selection.areas if any(area in row["area"] or area == row["area_id"] for row in result.long)
    ]
    for line in without_figures([area for area in selection.areas if area not in met], rows):
        tell(line)
    if not result.long:
        tell(Message("nothing to compare: {why}", why=why_none(rows)))
    if png or svg:
        _draw(run, result, selection)
    if run.form in (*BOOKS, STORE):
        _write_book(run, result, _notes(run, selection, catalogue, result, keep_copies), long)
    elif long:
        run.write(result.long, (*LONG, *comparison.SHOWN) if run.form == SCREEN else LONG)
    elif result.rows or run.form != SCREEN:
        run.write(result.rows, result.columns, result.legend)
        if evidence and run.form == SCREEN:
            run.write(result.evidence, headed(comparison.EVIDENCE, run.headings))
    run.end()


def _wanted(selection: Selection, keep_copies: bool, lexicon: Lexicon) -> Wanted | None:
    """What is needed of a data set: with some indicators what they are held against, else all of it. Years and places
    leave nothing out, since a figure is marked for what other years and places say."""
    from hreport import checks
    from hreport.dataset import Wanted

    if not selection.indicators:
        return None
    return Wanted(checks.related(selection.indicators, lexicon), reports=not keep_copies)


def _check_pictures(run: Run, instead: bool) -> None:
    """Refuse at once a picture that could not be drawn at the end; `instead`: not a comparison is asked for."""
    from hreport import pictures

    if instead or run.form == SDMX:
        misuse(
            Message("--png and --svg draw a comparison: give them without --suggest, --growth and {form}", form=SDMX)
        )
    if run.png is not None and not pictures.can_draw_chinese():
        misuse(pictures.why_no_chinese())


def _draw(run: Run, result: Comparison, selection: Selection) -> None:
    """Draw the comparison, and say what was written and what had no room."""
    from hreport import pictures

    if not result.cells:
        for path in (run.svg, run.png):
            if path is not None:
                tell(Message("{output}: not written, since there is nothing to draw", output=path))
        return
    chart = pictures.chart_of(
        result,
        run.headers or language.current(),
        one=len(selection.indicators) == 1,
        over_years=selection.by == "area,year",
    )
    for line in chart.left_out:
        tell(line)
    drawn = pictures.svg(chart)
    if run.svg is not None:
        run.write_picture(drawn.encode(), run.svg)
        run.remark(Message("{output}: drawn; its text stays text", output=run.svg))
    if run.png is not None:
        legible, lost = pictures.without_boxes(drawn)
        run.write_picture(pictures.png(legible), run.png)
        if lost:
            tell(
                Message(
                    "{output}: no font here draws {characters}: {sign} stands there",
                    output=run.png,
                    characters=listed(lost),
                    sign=pictures.lost_sign(),
                )
            )
        font = pictures.font()
        family = font.family if font else Message("a font of this system")
        run.remark(Message("{output}: drawn, its hanzi in {family}", output=run.png, family=family))


def _write_book(run: Run, result: Comparison, notes: Sequence[Row], long: bool) -> None:
    """Write the comparison as several tables: to a workbook, or to a database."""
    words = wording()["sheets"][run.headings]
    if run.form == STORE:  # names for queries (pivot is a word of SQL), and the figures to compute with first
        tables = [Table("comparison", result.long, LONG), Table("wide", result.rows, result.columns)]
        run.write_book(tables, Table("notes", notes, NOTES))
        return
    every, pivot = Table(words["long"], result.long, LONG), Table(words["pivot"], result.rows, result.columns)
    run.write_book([every] if long else [pivot, every], Table(words["notes"], notes, NOTES))


def _observations(
    run: Run, found: Sequence[Figure], issues: Sequence[Issue], conversions: Mapping[str, Conversion]
) -> NoReturn:
    """Write the figures as SDMX has them, and end."""
    from hreport import sdmx

    rows, timeless = sdmx.observations(found, conversions)
    for issue in (*issues, *timeless):
        run.note(issue)
    if timeless:
        tell(
            Message(
                "{count:,} figures without a known year are left out, since SDMX needs one "
                "(--issues FILE.csv lists them, a manifest can say it)",
                count=len(timeless),
            )
        )
    run.write(rows, sdmx.COLUMNS)
    run.end()


def _notes(
    run: Run, selection: Selection, catalogue: Mapping[str, Indicator], result: Comparison, keep_copies: bool
) -> list[Row]:
    """What the marks of an export mean, and what it was made of; the same from the same reports on any day."""
    words = wording()["topics"][run.headings]
    chosen = [
        f"--by {selection.by} --status {selection.status} --measure {selection.measure}",
        *(f"--indicator {id_}" for id_ in selection.indicators),
        *(f"--year {year}" for year in selection.years),
        *(f"--area {area}" for area in selection.areas),
        *([f"--min-confidence {run.min_confidence:g}"] if run.min_confidence else []),
        *(["--keep-copies"] if keep_copies else []),
        *([f"--manifest {run.manifest.name}"] if run.manifest is not None else []),
        *([f"--corrections {run.corrections.name}"] if run.corrections is not None else []),
    ]
    counts = {
        "figures": len(result.long),
        "masked": sum(row["masked"] for row in result.long),
        "damaged": sum("damaged" in (row["doubt"] or "").split() for row in result.long),
        "repaired": sum("repaired" in (row["doubt"] or "").split() for row in result.long),
        "corrected": sum(bool(row["corrected"]) for row in result.long),
        "copied": sum(bool(row["copy_of"]) for row in result.long),
        "computable": sum(row["obs_value"] is not None for row in result.long),
    }
    digest = hashlib.sha256(repr(sorted(catalogue.items())).encode()).hexdigest()[:12]
    own = f" + {run.catalog.name}" if run.catalog is not None else ""
    said = [
        *(("legend", line) for line in result.legend),
        ("selection", " ".join(chosen)),
        ("reports", translated(run.count(), run.headings)),
        *((topic, f"{count:,}") for topic, count in counts.items()),
        ("program", f"hreport {__version__}"),
        ("catalogue", f"{len(catalogue):,}{own} ({digest})"),
    ]
    return [{"topic": words[topic], "note": line} for topic, line in said]
