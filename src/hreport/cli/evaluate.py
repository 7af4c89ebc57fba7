"""`hreport eval`: precision, recall and F1 of what was found against annotation."""

from __future__ import annotations

import math
import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hreport.cli import options
from hreport.cli.console import misuse, tell
from hreport.cli.run import Run
from hreport.guards import TIME_LIMIT
from hreport.messages import Message, listed, reason_of, translated, word_of
from hreport.record import CASES, EARLIER, EXTRACT, MACHINE, MASKS, SCORES, Column, Row, headed
from hreport.writers import SCREEN

if TYPE_CHECKING:
    from hreport.evaluate import Score

NAMED = 5  # files that a note names, at most
DIGITS = 3  # of a figure, where people read it
FOR_PEOPLE = (SCREEN, "md", "html")
EXACT = 1e-9  # by which a figure may miss its floor: binary fractions
UNUSABLE = {"not_found", "empty_folder", "not_extract", "manifest_file"}  # issues that make every figure meaningless


def _floors(values: list[str] | None) -> list[str]:
    _parsed_floors(values or [])
    return values or []


def _parsed_floors(values: Iterable[str]) -> dict[str, float]:
    """Floors by the name of their figure, from `record=0.96`; BadParameter where that is not what they are."""
    from hreport.evaluate import FIGURES

    floors = {}
    for value in values:
        name, _, number = value.partition("=")
        options.one_of(name.strip().lower(), FIGURES, "--floor")
        if not re.fullmatch(r"0?\.\d+|[01](\.0*)?", number.strip()):
            raise typer.BadParameter(
                Message("{value!r} is not a figure and a number from 0 to 1, such as record=0.96.", value=value),
                param_hint="--floor",
            )
        floors[name.strip().lower()] = float(number)
    return floors


def evaluate(
    gold: Annotated[Path, typer.Argument(metavar="GOLD", help="An annotated file (JSON lines), or a folder of them.")],
    pred: Annotated[
        list[str],
        typer.Argument(metavar="PRED", help="Tables that extract and masks wrote, or the reports themselves."),
    ],
    before: Annotated[
        list[str] | None,
        typer.Option("--before", metavar="EARLIER", help="An earlier PRED: what was gained and lost (repeatable)."),
    ] = None,
    errors: Annotated[int, typer.Option("--errors", min=0, metavar="N", help="Show up to N errors of each sort.")] = 0,
    floor: Annotated[
        list[str] | None,
        typer.Option(
            "--floor",
            metavar="FIGURE=X",
            help="Exit code 1 when a figure (F1, or recall) is below X (repeatable).",
            callback=_floors,
        ),
    ] = None,
    output: options.Output = None,
    form: options.Format = None,
    jobs: options.Jobs = None,
    catalog: options.Catalog = None,
    userdict: options.Userdict = None,
    manifest: options.ManifestFile = None,
    issues_file: options.Issues = None,
    headers: options.Headers = None,
    min_confidence: options.MinConfidence = 0.0,
    password: options.Password = None,
    timeout: options.Timeout = TIME_LIMIT,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    lang: options.Lang = None,
) -> None:
    """Precision, recall and F1 of what was found against annotation; errors, and changes since an earlier run."""
    from hreport import evaluate as scoring

    floors = _parsed_floors(floor or [])
    run = Run.of({**locals(), "paths": [str(gold), *pred, *(before or [])]})
    wanted = _gold(gold)
    found = _found(run, pred, wanted, "PRED")
    earlier = _found(run, before, wanted, "--before") if before else None
    now = scoring.score(wanted, found)
    source = _source([*found, *(earlier or [])], password)
    cases: list[Row] = []
    if earlier is not None:
        cases = list(scoring.changes(scoring.score(wanted, earlier), now, source))
        _say_counts(run, Message("changes"), cases)
    if errors:
        wrong = list(scoring.errors(now, source))
        _say_counts(run, Message("errors"), wrong)
        cases += _first(wrong, errors)
    if run.form == SCREEN and run.output is None:
        _show(run, list(_rounded(scoring.score_rows(wanted, found, earlier))), cases)
    elif errors or earlier is not None:
        run.write(cases, CASES)
    else:
        rows = scoring.score_rows(wanted, found)
        run.write(_rounded(rows) if run.form in FOR_PEOPLE else rows, SCORES)
    run.end(failed=_below(now, floors))


def _gold(path: Path) -> list[Row]:
    """All rows of an annotated file, or of the JSON lines of a folder; what is wrong with them is misuse."""
    from hreport.readback import TableError, read_gold

    if not path.exists():
        misuse(Message("{path}: no such file: GOLD is an annotated file, or a folder of them", path=path))
    files = sorted(p for p in path.rglob("*.jsonl") if not p.name.startswith(".")) if path.is_dir() else [path]
    if not files:
        misuse(
            Message("{path}: no .jsonl files in this folder: GOLD is an annotated file, or a folder of them", path=path)
        )
    rows: list[Row] = []
    for file in files:
        try:
            rows += read_gold(file.read_bytes())
        except TableError as error:
            misuse(
                Message("{file}: {error}: GOLD is JSON lines, one annotation each", file=file, error=reason_of(error))
            )
        except OSError as error:
            misuse(
                Message(
                    "{file}: cannot be opened ({reason}): check its permissions", file=file, reason=reason_of(error)
                )
            )
    if not rows:
        misuse(Message("{path}: no annotation in it", path=path))
    return rows


def _found(run: Run, paths: Sequence[str], gold: Sequence[Row], said: str) -> list[Row]:
    """Rows of tables, or of reports; with a word about what of GOLD they do not hold, since it counts as missed."""
    before = run.read
    rows = list(run.rows("both", tables=True, paths=paths))
    if run.read == before or any(i.fatal and i.code in UNUSABLE for i in run.issues):
        misuse(
            Message("{said} cannot be scored: give tables that hreport extract and masks wrote, or reports", said=said)
        )
    for line in _missing(gold, rows, said):
        tell(line)
    return rows


def _missing(gold: Sequence[Row], rows: Sequence[Row], said: str) -> Iterator[str]:
    """What to know of a prediction before its figures are believed."""
    from hreport.evaluate import file_of

    counted = [r for r in gold if r["layer"] == "mask" or (r.get("role") == "metric" and not r.get("optional"))]
    files = {file_of(r) for r in rows}
    missed = [r for r in counted if file_of(r) not in files]
    if missed:
        names = _named({file_of(r) for r in missed})
        yield Message(
            "{said} has no row of {names}: what GOLD has there counts as missed ({count})",
            said=said,
            names=names,
            count=len(missed),
        )
    for layer, name, command in (("mask", Message("masks"), "masks"), ("quantity", Message("figures"), "extract")):
        wanted = sum(r["layer"] == layer for r in counted)
        if wanted and not any(r["layer"] == layer for r in rows):
            yield Message(
                "{said} holds no {name} (hreport {command} writes them): those of GOLD count as missed ({count})",
                said=said,
                name=name,
                command=command,
                count=wanted,
            )
    paths: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        paths[row["layer"], file_of(row)].add(row["file"])
    wanted_files = {file_of(r) for r in gold}
    if several := {file for (_, file), found in paths.items() if len(found) > 1 and file in wanted_files}:
        yield Message(
            "{said} has several files named {names}: they are taken for one", said=said, names=_named(several)
        )


def _named(files: Iterable[str]) -> str:
    """Names on one line: the first few, and how many more."""
    names = sorted(files)
    shown = listed(names[:NAMED])
    if len(names) <= NAMED:
        return shown
    return Message("{names} and {count} more", names=shown, count=len(names) - NAMED)


def _source(rows: Iterable[Row], password: str | None) -> Callable[[str], str]:
    """A function that gives the text of a file by its base name, where the path that a row names still leads to it."""
    paths = {os.path.basename(row["file"]): row["file"] for row in rows}

    @lru_cache(maxsize=1)  # places come file by file
    def text(file: str) -> str:
        from hreport.model import Document
        from hreport.readers import read

        path = Path(paths.get(file, ""))
        document = read(path, password) if path.is_file() else None
        return document.text if isinstance(document, Document) else ""

    return text


def _first(cases: Iterable[Row], count: int) -> Iterator[Row]:
    """The first few of each sort."""
    seen: Counter[str] = Counter()
    for case in cases:
        seen[case["case"]] += 1
        if seen[case["case"]] <= count:
            yield case


def _say_counts(run: Run, what: str, cases: Iterable[Row]) -> None:
    """How many there are of each sort, unless the user wants quiet."""
    counts = Counter(case["case"] for case in cases)
    if not run.quiet:
        sorts = [Message("{count} {sort}", count=n, sort=word_of(sort)) for sort, n in counts.items()]
        tell(Message("{what}: {sorts}", what=what, sorts=listed(sorts) or Message("none")))


def _show(run: Run, rows: Sequence[Row], cases: Sequence[Row]) -> None:
    """The figures for a screen, one table below the other: in total, by file, by rule, by confidence; then cases."""
    figure, *shares = (c for c in SCORES if c.name not in ("by", "name"))
    total = [{**row, "figure": word_of(row["figure"])} for row in rows if row["by"] == "total"]
    run.write(total, [figure, *shares, *EARLIER])
    files: dict[str, Row] = {}
    for row in rows:
        if row["by"] == "file":
            main = row["r"] if row["f1"] is None else row["f1"]
            files.setdefault(row["name"], {"file": row["name"]})[row["figure"]] = main
    names = {row["figure"]: translated(row["figure"], run.headings) for row in rows}
    run.write(list(files.values()), [Column("file"), *(Column(n, "number", words) for n, words in names.items())])
    for by in ("rule", "confidence"):
        run.write([{**row, by: row["name"]} for row in rows if row["by"] == by], [Column(by), *shares])
    run.write([_in_words(case, run.headings) for case in cases], CASES)


def _in_words(case: Row, language: str) -> Row:
    """A case for a screen: its sort in words, and its fields named as the columns are."""
    headings = {c.name: c.title for c in headed((*CASES, *EXTRACT, *MASKS, *MACHINE), language)}
    sides = {}
    for side in ("gold", "before", "found"):
        pairs = [field.partition(": ") for field in (case[side] or "").split("; ")]
        sides[side] = "; ".join(headings.get(name, name) + colon + value for name, colon, value in pairs)
    return {**case, "case": word_of(case["case"]), **sides}


def _rounded(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows with figures as people read them."""
    for row in rows:
        yield {name: f"{v:.{DIGITS}f}" if isinstance(v, float) else v for name, v in row.items()}


def _below(score: Score, floors: Mapping[str, float]) -> bool:
    """Is a figure below its floor? Each that is gets a line."""
    below = False
    for name, floor in floors.items():
        figure = score.figures[name].main
        if figure is None:
            tell(Message("{name}: nothing to measure, so its floor {floor} is not reached", name=name, floor=floor))
        elif figure < floor - EXACT:
            cut = math.floor(figure * 10_000) / 10_000  # never rounded up to the floor
            tell(Message("{name} is {cut}, below its floor {floor}", name=name, cut=cut, floor=floor))
        below |= figure is None or figure < floor - EXACT
    return below
