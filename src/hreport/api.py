"""The Python interface: what the commands give, as pandas DataFrames.

| function | gives | index | columns |
| --- | --- | --- | --- |
| `extract(paths)` | every figure, a row each | 0, 1, ... | those of `hreport extract` |
| `masks(paths)` | every masked placeholder, a row each | 0, 1, ... | those of `hreport masks` |
| `compare(paths)` | the comparison as people read it | indicator, unit | places, as text |
| `compare(paths, long=True)` | the figures behind it, a row each | 0, 1, ... | those of `hreport compare --long` |
| `check(paths)` | what does not add up, a row for each figure | 0, 1, ... | those of `hreport check` |
| `indicators(word)` | the catalogue | 0, 1, ... | those of `hreport indicators` |

Columns have pandas' types with NA, whatever they hold and in frames without rows too: `string` for words, `Int64` for
years, counts and offsets, `Float64` for numbers, `boolean` for yes and no. **`obs_value` is the number to compute
with**: it is NA where a figure is masked or damaged, so that a mean over it is a mean over figures that are there;
`masked` and `damage` say how many are not.

What could not be read is never silent: a `ReadWarning` says it, and `frame.attrs["issues"]` lists it (dicts with file,
code, message, fatal).

Files are read in worker processes, as the commands do. A script needs no `if __name__ == "__main__"`.
"""

from __future__ import annotations

import inspect
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from hreport import catalogue
from hreport.figures import Selection, why_none
from hreport.gather import gather, loses, sure
from hreport.guards import TIME_LIMIT
from hreport.lexicon import Lexicon, load
from hreport.messages import Message
from hreport.model import Issue
from hreport.pipeline import Want, put_right
from hreport.record import CATALOGUE, CHECK, EXTRACT, LONG, MASKS, Column, Row

if TYPE_CHECKING:
    from pandas import DataFrame

Place: TypeAlias = str | os.PathLike[str]
Paths: TypeAlias = Place | Iterable[Place]
OnIssue: TypeAlias = Callable[[Issue], None]
MOST_SAID = 5  # issues in the text of a warning


class ReadWarning(UserWarning):
    """Something was not read or not counted, or nothing can be compared; `attrs["issues"]` of the frame lists why."""


def extract(
    paths: Paths,
    *,
    manifest: Place | None = None,
    corrections: Place | None = None,
    catalog: Place | None = None,
    userdict: Place | None = None,
    jobs: int | None = None,
    password: str | None = None,
    timeout: float = TIME_LIMIT,
    min_confidence: float = 0.0,
    save_text: Place | None = None,
    on_issue: OnIssue | None = None,
) -> DataFrame:
    """Every figure of the reports, one row each, with the columns of `hreport extract`.

    Args:
        paths: a file, a folder, a glob, or several of them.
        manifest: a CSV `file,report,area,year,title,url,publisher,published` that overrides what was read.
        corrections: a CSV `file_hash,start,end,field,value` of figures that were put right by hand.
        catalog: own indicators (TOML), merged by id.
        userdict: a jieba user dictionary.
        jobs: worker processes (None: as many as there are cores, and none for few and small plain texts).
        password: of encrypted files.
        timeout: seconds for one file; for a scan, for each page.
        min_confidence: figures that are less sure (0 to 1) are left out.
        save_text: a folder for the text of each document, what `start` and `end` point into.
        on_issue: called with each issue (of any weight) in place of the warning.

    Returns:
        `string`: file, title, text, numeral, unit, base_unit, bound, damage, indicator, measure, direction, basis,
        status, period, area, section, sentence, doubts, area_name, indicator_id, area_id, area_inferred,
        area_evidence, rule, url, publisher, published, file_hash, corrected. `Int64`: report, start, end, page, table,
        row, column, year. `Float64`: value, value_max, repaired, obs_value, low, high (all in base_unit), confidence.
        `boolean`: masked, real. `attrs["issues"]`: what was not read, and every doubt about what was.

    Raises:
        ValueError: the manifest or the catalogue has a mistake, which the message names with its place.
        FileNotFoundError: an option names a file that is not there. A path that is not there is an issue.
    """
    rows, issues = _read(**locals(), want="observations")
    return _frame(rows, EXTRACT, issues)


def masks(
    paths: Paths,
    *,
    manifest: Place | None = None,
    corrections: Place | None = None,
    catalog: Place | None = None,
    userdict: Place | None = None,
    jobs: int | None = None,
    password: str | None = None,
    timeout: float = TIME_LIMIT,
    save_text: Place | None = None,
    on_issue: OnIssue | None = None,
) -> DataFrame:
    """Every masked placeholder of the reports, one row each, with the columns of `hreport masks`.

    Arguments and errors are those of `extract`.

    Returns:
        `string`: file, title, text, kind, section, sentence, rule, url, publisher, published, file_hash,
        corrected. `Int64`: report, start, end, page. `attrs["issues"]` as `extract` has them.
    """
    rows, issues = _read(**locals(), want="masks")
    return _frame(rows, MASKS, issues)


def compare(
    paths_or_frame: Paths | DataFrame,
    *,
    by: str = "area",
    indicator: str | Iterable[str] = (),
    status: str = "actual",
    measure: str = "level",
    year: int | str | Iterable[int | str] = (),
    area: str | Iterable[str] = (),
    long: bool = False,
    evidence: bool = False,
    ranks: bool = False,
    keep_copies: bool = False,
    manifest: Place | None = None,
    corrections: Place | None = None,
    catalog: Place | None = None,
    userdict: Place | None = None,
    jobs: int | None = None,
    password: str | None = None,
    timeout: float = TIME_LIMIT,
    min_confidence: float = 0.0,
    save_text: Place | None = None,
    on_issue: OnIssue | None = None,
) -> DataFrame:
    """Indicators side by side, as `hreport compare` gives them.

    Args:
        paths_or_frame: reports (a file, a folder, a glob, or several), tables that `hreport extract` wrote, or a frame
            that `extract` gave, so that a folder is read once and compared many times.
        by: what the columns are: `area`, `area,year` or `report`.
        indicator: only these, by id, name, English name or alias.
        status: `actual`, `target`, `reference` or `all`.
        measure: `level`, `change`, `change_rate`, `multiple`, `rank` or `all`.
        year: only these: 2024, "2020-2024", or several.
        area: only these places, by a part of their name or by GB/T 2260 code.
        long: the figures, one row each, in place of the pivot.
        evidence: under each row of the pivot its sentences, and their files and offsets.
        ranks: under each row of the pivot the rank of each figure that can be compared.
        keep_copies: count copies of one text each by itself.

    The other arguments are those of `extract`.

    Returns:
        The pivot: a cell is what a person is to see, text: `95.3`, `xx.x%` (masked), `≥80`, `100 †` (repaired),
        `254 ⚠` (damaged or impossible), `95.3 *` (several figures), NA where there is none. The index has indicator
        and unit, and what the selection leaves open of measure, basis and status. `attrs["legend"]` explains its marks.
        The counts and statistics of the command's table are left out: the long frame has the numbers, and their `rank`.

        With `long`: `string`: area, area_id, indicator_id, indicator, name_en, measure, direction, basis, status,
        period, area_text, unit, bound, numeral, damage, doubt, file, title, sentence, area_inferred, area_evidence,
        copy_of, url, publisher, published, file_hash, corrected. `Int64`: year, rank, report, page, start, end.
        `Float64`: value, value_max, obs_value, low, high, repaired (all in unit, which is the catalogue's), confidence.
        `boolean`: masked, chosen (the figure that the pivot shows).

    Raises:
        ValueError: as `extract`; a word of the selection is not known, or the frame is none of `extract`.
    """
    from hreport import checks, comparison
    from hreport.resolve import convert

    given = locals()
    lexicon = load(_file(catalog, "catalog"))
    selection = Selection.of(
        lexicon.indicators,
        by=by,
        indicator=_words(indicator),
        status=status,
        measure=measure,
        year=_words(year),
        area=_words(area),
    )
    rows, issues = _rows(given, lexicon)
    result = comparison.compare(
        rows,
        lexicon.indicators,
        partial(convert, lexicon=lexicon),
        selection,
        evidence=evidence,
        ranks=ranks,
        keep_copies=keep_copies,
        contradicted=checks.contradicted(rows, lexicon),
    )
    for issue in result.issues:
        issues.append(issue)
        if on_issue is not None:
            on_issue(issue)
    if on_issue is None:
        _warn(result.issues, stacklevel=3)
    if not result.long:
        warnings.warn(Message("nothing to compare: {why}", why=why_none(rows)), ReadWarning, stacklevel=2)
    if long:
        return _frame(result.long, LONG, issues)
    places = [c for c in result.columns if c.kind == "mixed"]
    left = [c for c in result.columns if c.name in ("line", "indicator", "unit", "measure", "basis", "status")]
    keys = sorted((c.name for c in left), key=lambda n: n == "line")
    frame = _frame(_keyed(result.rows, keys), [*left, *places], issues).set_index(keys)
    frame.columns.name = selection.by
    frame.attrs |= {"issues": list(_plain(issues)), "legend": list(result.legend)}
    return frame


def check(
    paths_or_frame: Paths | DataFrame,
    *,
    min_sure: float = 0.3,
    notes: bool = False,
    manifest: Place | None = None,
    corrections: Place | None = None,
    catalog: Place | None = None,
    userdict: Place | None = None,
    jobs: int | None = None,
    password: str | None = None,
    timeout: float = TIME_LIMIT,
    min_confidence: float = 0.0,
    save_text: Place | None = None,
    on_issue: OnIssue | None = None,
) -> DataFrame:
    """What does not add up, as `hreport check` gives it: a row for each figure of each finding, the surest first.

    Args:
        paths_or_frame: as for `compare`.
        min_sure: findings that are less sure (0 to 1) are left out.
        notes: also what is no error: targets and what came of them, odd spaces.

    The other arguments are those of `extract`.

    Returns:
        `Int64`: finding (its number), year, report, page, start, end. `Float64`: sure, value. `boolean`: note.
        `string`: code, message, part (what the figure is in it), area, indicator_id, indicator, text, unit, status,
        period, doubt, file, title, sentence.
    """
    from hreport import checks

    given = locals()
    lexicon = load(_file(catalog, "catalog"))
    rows, issues = _rows(given, lexicon)
    found = [f for f in checks.check(rows, lexicon) if f.sure >= min_sure and (notes or not f.note)]
    return _frame(checks.rows(found), CHECK, issues)


def indicators(word: str = "", *, catalog: Place | None = None) -> DataFrame:
    """The catalogue, or what words match in it: Chinese, pinyin (or its initials), English, an id; a part will do.

    Returns:
        `string`: id, name, en, group, unit, kind, better, aliases and systems (with `|` between them), source.
        `Float64`: low and high, the plausible range in unit. `boolean`: flow.
    """
    lexicon = load(_file(catalog, "catalog"))
    return _frame([catalogue.row(i, lexicon) for i in catalogue.sought_for(word.strip(), lexicon)], CATALOGUE, [])


# --- reading ---------------------------------------------------------------------------------------------------------


def _rows(given: dict[str, Any], lexicon: Lexicon) -> tuple[list[Row], list[Issue]]:
    """Rows to compare: those of a frame, or of what the paths lead to."""
    source = given["paths_or_frame"]
    if not hasattr(source, "iloc"):
        shared = {n: v for n, v in given.items() if n in _SHARED}
        return _read(source, want="observations", tables=True, stacklevel=4, **shared)
    from hreport.readback import rows_of_frame

    manifest, corrections, catalog = (_file(given[n], n) for n in ("manifest", "corrections", "catalog"))
    work = gather((), "observations", manifest=manifest, corrections=corrections, catalog=catalog).work
    rows = rows_of_frame(source)
    documents = {(row["file"] or "", row["file_hash"] or "") for row in rows}
    rows, issues = put_right(rows, work, lexicon, "DataFrame")
    issues += work.unmet(documents)
    for issue in issues if given["on_issue"] is not None else ():
        given["on_issue"](issue)
    if given["on_issue"] is None:
        _warn(issues, stacklevel=4)
    return list(sure(rows, given["min_confidence"])), issues


# What `_read` takes of the arguments of `compare`.
_SHARED = inspect.signature(extract).parameters.keys() - {"paths"}


def _read(
    paths: Paths,
    *,
    want: Want,
    manifest: Place | None,
    corrections: Place | None,
    catalog: Place | None,
    userdict: Place | None,
    jobs: int | None,
    password: str | None,
    timeout: float,
    save_text: Place | None,
    on_issue: OnIssue | None,
    min_confidence: float = 0.0,
    tables: bool = False,
    stacklevel: int = 3,
) -> tuple[list[Row], list[Issue]]:
    """All rows and all issues of what the paths lead to."""
    if jobs is not None and jobs < 1:
        raise ValueError(Message("jobs must be at least 1, not {jobs}", jobs=jobs))
    if not timeout > 0:
        raise ValueError(Message("timeout must be more than 0 seconds, not {timeout}", timeout=timeout))
    texts = None if save_text is None else Path(save_text)
    if texts is not None:
        texts.mkdir(exist_ok=True)
    gathered = gather(
        [os.fspath(p) for p in ([paths] if isinstance(paths, str | os.PathLike) else paths)],
        want,
        tables=tables,
        stdin=getattr(sys.stdin, "buffer", None),
        jobs=jobs,
        manifest=_file(manifest, "manifest"),
        corrections=_file(corrections, "corrections"),
        catalog=_file(catalog, "catalog"),
        userdict=_file(userdict, "userdict"),
        password=password,
        timeout=timeout,
        save_text=texts,
    )
    rows: list[Row] = []
    issues: list[Issue] = []

    def note(some: Iterable[Issue]) -> None:
        for issue in some:
            issues.append(issue)
            if on_issue is not None:
                on_issue(issue)

    note(gathered.found.issues)
    documents: set[tuple[str, str]] = set()
    for outcome in gathered.outcomes():
        documents |= outcome.documents
        note(outcome.issues)
        rows += sure(outcome.rows, min_confidence)
    note(gathered.unmet(documents))
    if on_issue is None:
        _warn(issues, stacklevel + 1)
    return rows, issues


def _warn(issues: Iterable[Issue], stacklevel: int) -> None:
    """Warn of what was not read, or does not count."""
    if lost := [i for i in issues if loses(i)]:
        warnings.warn(_lost(lost), ReadWarning, stacklevel=stacklevel)


def _lost(issues: Sequence[Issue]) -> Message:
    """What was not read, or does not count, on one line."""
    lines, *others = (Message("{path}: {message}", path=i.path, message=i.message) for i in issues[:MOST_SAID])
    for line in others:
        lines = Message("{before}; {line}", before=lines, line=line)
    if len(issues) > MOST_SAID:
        lines = Message("{lines}; and {count} more", lines=lines, count=len(issues) - MOST_SAID)
    return Message(
        "{count} not read, not whole or not counted (attrs['issues'] lists them): {lines}",
        count=len(issues),
        lines=lines,
    )


def _file(path: Place | None, option: str) -> Path | None:
    if path is not None and not Path(path).is_file():
        raise FileNotFoundError(Message("{option}: there is no file {path}", option=option, path=os.fspath(path)))
    return None if path is None else Path(path)


def _words(given: int | str | Iterable[int | str]) -> list[str]:
    """One or several words, as text."""
    return [str(given)] if isinstance(given, int | str) else [str(word) for word in given]


# --- frames ----------------------------------------------------------------------------------------------------------


def _frame(rows: Iterable[Row], columns: Sequence[Column], issues: Iterable[Issue]) -> DataFrame:
    """The rows as a frame with pandas' types that know NA."""
    import pandas as pd
    import pyarrow as pa

    from hreport import arrow

    types = {
        pa.string(): pd.StringDtype(),
        pa.int64(): pd.Int64Dtype(),
        pa.float64(): pd.Float64Dtype(),
        pa.bool_(): pd.BooleanDtype(),
    }
    batch = arrow.batch(list(rows), columns)
    frame: DataFrame = pa.Table.from_batches([batch]).to_pandas(types_mapper=types.get)
    frame.attrs["issues"] = list(_plain(issues))
    return frame


def _keyed(rows: Iterable[Row], keys: Sequence[str]) -> Iterator[Row]:
    """The rows of a pivot, those under a row of figures with its keys, which a printed table need not repeat."""
    above: Row = {}
    for row in rows:
        if row["line"] == "figure":
            above = {name: row.get(name) for name in keys}
        yield {**above, **row}


def _plain(issues: Iterable[Issue]) -> Iterator[dict[str, Any]]:
    """Issues as pandas can keep them, in files too."""
    for issue in issues:
        yield {"file": issue.path, "code": issue.code, "message": str(issue.message), "fatal": issue.fatal}
