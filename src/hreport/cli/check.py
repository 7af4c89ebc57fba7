"""`hreport check`: what does not add up."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated

import typer

from hreport.cli import options
from hreport.cli.run import TO_SCREEN, Run, encoding_of, misuse
from hreport.guards import TIME_LIMIT
from hreport.record import CHECK, plain
from hreport.writers import Evidence, Paragraph, write_paragraphs

if TYPE_CHECKING:
    from hreport.checks import Finding, Part


def check(
    paths: options.Paths,
    code: Annotated[
        list[str] | None, typer.Option("--code", metavar="CODE", help="Only findings of this sort (repeatable).")
    ] = None,
    min_sure: Annotated[
        float, typer.Option("--min-sure", min=0.0, max=1.0, help="Leave out findings that are less sure than this.")
    ] = 0.3,
    notes: Annotated[
        bool, typer.Option("--notes", help="Also what is no error: targets and what came of them, odd spaces.")
    ] = False,
    indicator: Annotated[
        list[str] | None, typer.Option("--indicator", metavar="ID_OR_NAME", help="Only about this one (repeatable).")
    ] = None,
    year: Annotated[
        list[str] | None, typer.Option("--year", metavar="YEAR[-YEAR]", help="Only about these years (repeatable).")
    ] = None,
    area: Annotated[
        list[str] | None, typer.Option("--area", metavar="NAME_OR_CODE", help="Only about these places (repeatable).")
    ] = None,
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
    """What does not add up: damaged and impossible figures, parts that miss their total, growth that does not fit."""
    from hreport import checks
    from hreport.lexicon import LexiconError, load

    run = Run.of(locals())
    try:
        lexicon = load(catalog)
    except LexiconError as error:
        misuse(str(error))
    except UnicodeDecodeError:
        misuse(f"{catalog}: not UTF-8: save it as UTF-8")
    known = checks.codes(lexicon)
    for word in code or []:
        options.one_of(word, known, "--code")
    ids, wanted_years = options.indicator_ids(indicator or [], lexicon.indicators), options.years(year or [])
    found = checks.check(run.rows("observations", tables=True), lexicon)

    def is_wanted(finding: Finding) -> bool:
        figures = finding.parts
        return (
            finding.sure >= min_sure
            and (notes or not finding.note or finding.code in (code or []))
            and (not code or finding.code in code)
            and (not ids or any(p.stated.id in ids for p in figures))
            and (not wanted_years or any(p.stated.row["year"] in wanted_years for p in figures))
            and (not area or any(w == p.stated.row["area_id"] or w in p.area for w in area for p in figures))
        )

    shown = [finding for finding in found if is_wanted(finding)]
    if run.form == TO_SCREEN and run.output is None:
        _show(run, shown)
    else:
        run.write(checks.rows(shown), CHECK)
    if not quiet:
        counts = Counter(finding.code for finding in shown)
        sys.stderr.write(
            f"hreport: {', '.join(f'{n:,} {name}' for name, n in counts.most_common()) or 'nothing found'}\n"
        )
    run.end()


def _show(run: Run, findings: Sequence[Finding]) -> None:
    """Findings as paragraphs, in the user's language."""
    write_paragraphs(_paragraphs(findings, run.headers), sys.stdout.buffer, encoding=encoding_of(TO_SCREEN))


def _paragraphs(findings: Sequence[Finding], language: str) -> Iterator[Paragraph]:
    from hreport.messages import translated

    for count, finding in enumerate(findings, 1):
        heading = f"{count}  {finding.code} {finding.sure:.2f}  {translated(finding.message, language)}"
        by_sentence = groupby(finding.parts, key=lambda p: (p.stated.report, p.stated.row["sentence"]))
        evidence = tuple(_evidence(list(parts), language) for _, parts in by_sentence)
        yield Paragraph(heading, evidence, "note" if finding.note else "damaged")


def _evidence(parts: list[Part], language: str) -> Evidence:
    """The figures of one sentence, in the order of the text where they are marked."""
    sentence = str(parts[0].stated.row["sentence"] or "")
    start = parts[0].stated.sentence_start
    spans = () if start is None else tuple(sorted({(p.stated.start - start, p.stated.end - start) for p in parts}))
    return Evidence(
        tuple(_label(p, language) for p in parts), " ".join(sentence.split()) if not spans else sentence, spans
    )


def _label(part: Part, language: str) -> str:
    """What a figure is, and where it stands."""
    from hreport.messages import translated

    row = part.stated.row
    about = (
        part.area,
        plain(row["year"]) or row["period"],
        part.stated.wording,
        " ".join(str(row["text"] or "").split()),
    )
    where = f"{PurePath(row['file'] or '-').name}:{row['start']}-{row['end']}"
    return f"{translated(part.role, language)}: {' '.join(word for word in about if word)}  {where}"
