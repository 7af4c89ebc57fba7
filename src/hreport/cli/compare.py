"""`hreport compare`: indicators by place (and year): the comparison table."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from difflib import get_close_matches
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from hreport.cli import options
from hreport.cli.run import TO_SCREEN, Run, misuse
from hreport.guards import TIME_LIMIT
from hreport.record import LONG, SUGGEST, headed

if TYPE_CHECKING:
    from hreport.lexicon import Indicator

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
    corrections: options.CorrectionsFile = None,
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
        indicators=_indicators(indicator or [], catalogue),
        status=status,
        measure=measure,
        years=_years(year or []),
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


def _indicators(words: list[str], catalogue: Mapping[str, Indicator]) -> tuple[str, ...]:
    """Ids of the indicators that the user names by id, name, English name or alias."""
    names = {}
    for item in catalogue.values():
        for name in (*item.aliases, item.en.lower(), item.name, item.id):
            names[name] = item.id
    for word in words:
        if word not in names and word.lower() not in names:
            near = get_close_matches(word, names, n=3, cutoff=0.4)
            hint = f"Did you mean {', '.join(near)}? " if near else ""
            raise typer.BadParameter(
                f"{word!r} is not known. {hint}hreport indicators lists them.", param_hint="--indicator"
            )
    return tuple(dict.fromkeys(names.get(w) or names[w.lower()] for w in words))


def _years(words: list[str]) -> tuple[int, ...]:
    """Years from words like `2024`, `2020-2024` and `2022,2024`."""
    years: set[int] = set()
    for word in (w.strip() for given in words for w in given.split(",")):
        match = re.fullmatch(r"([12]\d{3})(?:-([12]\d{3}))?", word)
        if match is None or int(match[1]) > int(match[2] or match[1]):
            raise typer.BadParameter(f"{word!r} is not a year such as 2024 or 2020-2024.", param_hint="--year")
        years |= set(range(int(match[1]), int(match[2] or match[1]) + 1))
    return tuple(sorted(years))


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
