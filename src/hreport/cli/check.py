"""`hreport check`: what does not add up."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated

import typer

from hreport.cli import completion, language, options
from hreport.cli.console import encoding_of, tell
from hreport.cli.run import Run
from hreport.guards import TIME_LIMIT
from hreport.messages import Message, listed
from hreport.record import CHECK, plain, wording
from hreport.writers import SCREEN, Evidence, Paragraph, write_paragraphs

if TYPE_CHECKING:
    from hreport.checks import Finding, Part
    from hreport.figures import Selection


def check(
    paths: options.Paths,
    code: Annotated[
        list[str] | None,
        typer.Option(
            "--code",
            metavar="CODE",
            help="Only findings of this sort (repeatable).",
            autocompletion=completion.codes,
        ),
    ] = None,
    min_sure: Annotated[
        float,
        typer.Option(
            "--min-sure", metavar="X", min=0.0, max=1.0, help="Leave out findings that are less sure than this."
        ),
    ] = 0.3,
    notes: Annotated[
        bool, typer.Option("--notes", help="Also what is no error: targets and what came of them, odd spaces.")
    ] = False,
    indicator: Annotated[
        list[str] | None,
        typer.Option(
            "--indicator",
            metavar="ID_OR_NAME",
            help="Only about this one (repeatable).",
            autocompletion=completion.indicators,
        ),
    ] = None,
    year: Annotated[
        list[str] | None, typer.Option("--year", metavar="YEAR[-YEAR]", help="Only about these years (repeatable).")
    ] = None,
    area: Annotated[
        list[str] | None,
        typer.Option(
            "--area",
            metavar="NAME_OR_CODE",
            help="Only about these places (repeatable).",
            autocompletion=completion.areas,
        ),
    ] = None,
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
    """What does not add up: damaged and impossible figures, parts that miss their total, growth that does not fit."""
    from hreport import checks

    run = Run.of(locals())
    lexicon = run.lexicon()
    wanted = options.selected(lexicon, indicator=indicator or (), year=year or (), area=area or ())
    known = checks.codes(lexicon)
    asked = [options.one_of(word, known, "--code") for word in code or []]
    found = checks.check(run.rows("observations", tables=True), lexicon)
    shown = [f for f in found if f.sure >= min_sure and (f.code in asked if asked else notes or not f.note)]
    shown = [f for f in shown if _is_about(f, wanted)]
    if run.form == SCREEN and run.output is None:
        write_paragraphs(_paragraphs(shown), sys.stdout.buffer, encoding=encoding_of(SCREEN))
    else:
        run.write(checks.rows(shown), CHECK)
    if not quiet:
        counts = Counter(f.code for f in shown).most_common()
        said = listed([Message("{count:,} {code}", count=n, code=name) for name, n in counts])
        tell(Message("found: {counts}", counts=said) if counts else Message("nothing found"))
    run.end()


def _is_about(finding: Finding, wanted: Selection) -> bool:
    """Is one of its figures of an indicator, one of a year and one of a place that the user asks for?"""
    figures = [(part.stated, part.area) for part in finding.parts]
    return (
        (not wanted.indicators or any(s.id in wanted.indicators for s, _ in figures))
        and (not wanted.years or any(s.row["year"] in wanted.years for s, _ in figures))
        and (not wanted.areas or any(w == s.row["area_id"] or w in name for w in wanted.areas for s, name in figures))
    )


def _paragraphs(findings: Sequence[Finding]) -> Iterator[Paragraph]:
    """Findings in the user's language, each with its figures by sentence."""
    for count, finding in enumerate(findings, 1):
        heading = f"{count}  {finding.code} {finding.sure:.2f}  {language.said(finding.message)}"
        by_sentence = groupby(finding.parts, key=lambda p: (p.stated.report, p.stated.row["sentence"]))
        evidence = tuple(_evidence(list(parts)) for _, parts in by_sentence)
        yield Paragraph(heading, evidence, "note" if finding.note else "damaged")


def _evidence(parts: list[Part]) -> Evidence:
    """The figures of one sentence, in the order of the text where they are marked."""
    sentence = str(parts[0].stated.row["sentence"] or "")
    start = parts[0].stated.sentence_start
    spans = () if start is None else tuple(sorted({(p.stated.start - start, p.stated.end - start) for p in parts}))
    return Evidence(tuple(_label(p) for p in parts), sentence if spans else " ".join(sentence.split()), spans)


def _label(part: Part) -> str:
    """What a figure is, and where it stands."""
    row = part.stated.row
    role = wording()["parts"][part.role] if language.current() != "en" else part.role
    about = (part.area, plain(row["year"]) or row["period"], part.stated.wording, part.stated.text)
    where = f"{PurePath(row['file'] or '-').name}:{row['start']}-{row['end']}"
    return f"{role}: {' '.join(word for word in about if word)}  {where}"
