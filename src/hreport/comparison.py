"""The comparison of places: which figure stands in which cell, the pivot and the long table.

**What a comparison does.** Each row with an indicator of the catalogue becomes a `Figure`, with its value in the
catalogue's unit. Figures of one indicator (and measure, status, basis, unit) at one place (and year, or in one report)
share a cell. A masked or unknown place is a place of its own in each report; so is a masked year.

**Which figure a cell shows**, where it has several, in this order:

1. how things are before how they were (the A of 由A增至B);
2. sound before doubtful (repaired, then impossible or of low confidence, then damaged) before masked;
3. of the whole area (全市, 我市, the named place) before a part of it (市区, 农村);
4. of a full year before a part of one, or several years together;
5. an exact number before a range or an approximate one, before a bound (以上, 以内);
6. of the most recent year;
7. the one that is written with more digits (5.187亿元 before 5.19亿元);
8. first by file, report and place in the text.

The cell is marked where other figures of its year differ from it, or where a later year was passed over.

**Years, when the columns are places**: the year that most of the shown figures have is the table's. A place whose
figures are mostly of another year has it in its column's name; a figure that differs from its column has it beside it.
A year that is unknown or masked is never the table's: `?` stands in its place.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hreport import mirrors
from hreport.cells import (
    BOUNDS,
    CONTRADICTED,
    COPY,
    CORRECTED,
    DAMAGED,
    NO_YEAR,
    PART,
    REPAIRED,
    SEVERAL,
    SIGNS,
    basis_of,
    cell_of,
    rounded,
    shows_range,
)  # fmt: skip
from hreport.figures import (
    PUBLISHED,
    Convert,
    Figure,
    Selection,
    figures,
    label_of_report,
    source_of,
)  # fmt: skip
from hreport.lexicon import Indicator
from hreport.messages import LANGUAGES
from hreport.model import Issue
from hreport.record import MEASURES, STATISTICS, STATUSES, Cell, Column, Row, wording
from hreport.summary import Summary, summarise


@dataclass(slots=True)
class Comparison:
    """A pivot (`columns`, `rows`), the figures behind it (`long`), what to print beneath, and what was left out.

    `cells` are the figures that the pivot shows, each as a record with what a chart needs: `line` (number of its row,
    from 0), `place` (name of its column), its area and year, its numbers, and `shown` and `state` of its cell.
    `legends` is the legend in every language.
    """

    columns: tuple[Column, ...] = ()
    rows: list[Row] = field(default_factory=list)
    long: list[Row] = field(default_factory=list)
    evidence: list[Row] = field(default_factory=list)
    cells: list[Row] = field(default_factory=list)
    legends: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    legend: tuple[str, ...] = ()
    issues: list[Issue] = field(default_factory=list)


EVIDENCE = (
    Column("indicator"), Column("area"), Column("shown", "mixed"), Column("sentence"), Column("file"),
    Column("report", "int"), Column("start", "int"), Column("end", "int"), Column("publisher"), Column("published"),
    Column("url"),
)  # fmt: skip


SHOWN = (Column("shown", "mixed"),)  # beside `LONG`, on a screen: the figure as a cell of the pivot shows it


@dataclass(slots=True)
class _Place:
    """A column of the pivot."""

    key: tuple[Any, ...]
    label: str
    sort: tuple[Any, ...]
    year: int | None = None


def compare(
    rows: Iterable[Row],
    catalogue: Mapping[str, Indicator],
    convert: Convert,
    selection: Selection,
    *,
    evidence: bool = False,
    ranks: bool = False,
    coverage: bool = False,
    language: str = "en",
    keep_copies: bool = False,
    contradicted: Collection[tuple[str, int, int]] = (),
) -> Comparison:
    """The comparison of the places (or places and years, or reports) that extract rows speak of.

    `catalogue` is in the order in which rows shall stand. Under each row of the pivot `ranks` puts one with the rank of
    each figure, `evidence` one with the sentence behind it and one with its file and offsets, told apart by a column
    `line`. `coverage` puts one at the end that counts, for each place, the rows with a figure. Reports that
    are copies of another are no further witnesses (see `mirrors`), unless `keep_copies`. `contradicted`: file, start
    and end of figures that do not fit others, which are marked.
    """
    rows = list(rows)
    copies = copies_among(rows, keep_copies)
    found, repeated, issues = standing(rows, catalogue, convert, selection, copies)
    cells: dict[tuple[Any, ...], dict[tuple[Any, ...], list[Figure]]] = defaultdict(lambda: defaultdict(list))
    main_area = _main_areas(found) if selection.by == "report" else {}
    for figure in found:
        cells[figure.line][_column_key(figure, selection.by)].append(figure)
    chosen: dict[tuple[Any, ...], dict[tuple[Any, ...], Figure]] = {}
    doubts: dict[int, tuple[str, ...]] = {}
    for line, columns in cells.items():
        chosen[line] = {}
        for key, candidates in columns.items():
            home = main_area.get(key)
            ordered = sorted(candidates, key=lambda f: ((f.area_key != home) if home else False, f.order))
            chosen[line][key] = ordered[0]
            for f in candidates:
                among = ("several",) if f is ordered[0] and _is_one_of_several(f, candidates) else ()
                doubts[id(f)] = (*f.doubts, *among, *doubts_beside(f.row, contradicted, selection.by))
    is_shown = {id(f) for columns in chosen.values() for f in columns.values()}
    result = Comparison(issues=issues)
    lines = in_order(chosen, catalogue)
    years = Counter(f.year for line in lines for f in chosen[line].values() if f.year is not None)
    year = min(years, key=lambda y: (-years[y], -y)) if years else None
    summaries = {line: summarise(chosen[line], doubts, year) for line in lines}
    for line in lines:
        place = {id(f): summaries[line].ranks.get(key) for key, f in chosen[line].items()}
        here = [f for c in cells[line].values() for f in c] + [f for f in repeated if f.line == line]
        for f in sorted(here, key=lambda f: (f.area_key, -(f.year or 0), f.order)):
            doubt = doubts.get(id(f)) or f.doubts
            result.long.append(_long_row(f, doubt, id(f) in is_shown, place.get(id(f))))
    under = [name for name, on in (("rank", ranks), ("sentence", evidence), ("source", evidence)) if on]
    _pivot(result, lines, chosen, doubts, summaries, selection, year, under, language)
    if coverage and result.rows:
        result.rows.append(_coverage(result, language))
    return result


def standing(
    rows: Iterable[Row],
    catalogue: Mapping[str, Indicator],
    convert: Convert,
    selection: Selection,
    copies: mirrors.Groups,
) -> tuple[list[Figure], list[Figure], list[Issue]]:
    """The figures that may stand in cells, those in which a copy of a text only says them again, and what to note.

    By report every one may stand: each copy has a column of its own.
    """
    found, issues = figures(mirrors.placed(rows, copies), catalogue, convert, selection)
    repeated: list[Figure] = []
    if selection.by != "report":
        found, repeated = mirrors.witnesses(found, copies)
    return found, repeated, issues + mirrors.notes(copies, repeated)


def copies_among(rows: Iterable[Row], keep_copies: bool = False) -> mirrors.Groups:
    """Which reports are copies of one text; none, where each shall count by itself."""
    return mirrors.Groups() if keep_copies else mirrors.groups(rows)


def in_order(
    chosen: Mapping[tuple[Any, ...], Mapping[Any, Figure]], catalogue: Mapping[str, Indicator]
) -> list[tuple[Any, ...]]:
    """The lines of a comparison as they stand under each other; `chosen`: of each line the figures that it shows."""
    position = {id_: n for n, id_ in enumerate(catalogue)}

    def rank(line: tuple[Any, ...]) -> tuple[Any, ...]:
        shown = chosen[line].values()
        usable = sum(f.usable is not None for f in shown)
        measure = MEASURES.index(line[1]) if line[1] in MEASURES else len(MEASURES)
        status = STATUSES.index(line[2]) if line[2] in STATUSES else len(STATUSES)
        return (position[line[0]], measure, status, -usable, -len(shown), line[3:])

    return sorted(chosen, key=rank)


def _coverage(result: Comparison, language: str) -> Row:
    """The last row: how many rows of the table have a figure of each place."""
    figures = [row for row in result.rows if row["line"] == "figure"]
    counts = Counter(name for row in figures for name, value in row.items() if isinstance(value, Cell))
    words = wording()["coverage"][language]
    row: Row = {"line": "coverage", "indicator": words.format(count=len(figures))}
    return row | {name: Cell(str(n), n, "note") for name, n in counts.items()}


def _main_areas(found: Sequence[Figure]) -> dict[tuple[Any, ...], tuple[str, ...]]:
    """The place that most figures of each report speak of (the first of several)."""
    counts: dict[tuple[Any, ...], Counter[tuple[str, ...]]] = defaultdict(Counter)
    for figure in found:
        counts[_column_key(figure, "report")][figure.area_key] += 1
    return {key: counter.most_common(1)[0][0] for key, counter in counts.items()}


def _column_key(figure: Figure, by: str) -> tuple[Any, ...]:
    row = figure.row
    if by == "report":
        return (row["file"] or "", row["report"] or 0)
    if by == "area":
        return figure.area_key
    if figure.year is None:  # a masked year is a year of its own in each report
        return (*figure.area_key, "?", row["file"] or "", row["report"] or 0, row["period"] or "")
    return (*figure.area_key, figure.year)


def doubts_beside(row: Row, contradicted: Collection[tuple[str, int, int]], by: str) -> tuple[str, ...]:
    """Why a figure carries a mark for what stands elsewhere: another copy of the text, figures that do not fit."""
    reasons = []
    if row.get("copy_of") and by != "report":
        reasons.append("from_copy")
    if (row["file"] or "", row["start"] or 0, row["end"] or 0) in contradicted:
        reasons.append("contradicted")
    return tuple(reasons)


def _is_one_of_several(figure: Figure, candidates: Iterable[Figure]) -> bool:
    """Do others of its cell differ from the figure that is shown, or are they of a later year?"""
    others = [f for f in candidates if f is not figure]
    later = any((f.year or 0) > (figure.year or 0) and figure.year is not None for f in others)
    return later or any(not f.same(figure) for f in rivals(figure, others))


def rivals(figure: Figure, others: Iterable[Figure]) -> list[Figure]:
    """Those of the other figures of a cell that may be of the same time, so that they should say the same."""
    found = [f for f in others if f.year == figure.year or None in (f.year, figure.year)]
    if not figure.was_before:  # it is no contradiction that things were otherwise once
        found = [f for f in found if not f.was_before or (f.year is not None and f.year == figure.year)]
    return found


def _long_row(f: Figure, doubt: tuple[str, ...], is_chosen: bool, rank: int | None) -> Row:
    row = f.row
    copied = (
        "direction", "basis", "status", "period", "masked", "numeral", "damage", "confidence", "file",
        "report", "title", "page", "sentence", "start", "end", "area_inferred", "area_evidence",
        "url", "publisher", "published", "file_hash", "corrected",
    )  # fmt: skip
    return {
        **{name: row.get(name) for name in copied},
        "copy_of": row.get("copy_of"),
        "area": f.area,
        "area_id": f.area_id or None,
        "year": f.year,
        "indicator_id": f.indicator.id,
        "indicator": f.indicator.name,
        "name_en": f.indicator.en,
        "measure": f.measure,
        "area_text": row["area"],
        "bound": f.bound if row["bound"] else None,
        "value": rounded(f.value),
        "value_max": rounded(f.value_max),
        "obs_value": rounded(f.usable),
        "unit": f.unit,
        "low": rounded(f.low),
        "high": rounded(f.high),
        "repaired": rounded(f.repaired),
        "doubt": " ".join(doubt) or None,
        "chosen": is_chosen,
        "rank": rank,
        "shown": cell_of(f, doubt, None),
    }


def _pivot(
    result: Comparison,
    lines: Sequence[tuple[Any, ...]],
    chosen: Mapping[tuple[Any, ...], Mapping[tuple[Any, ...], Figure]],
    doubts: Mapping[int, tuple[str, ...]],
    summaries: Mapping[tuple[Any, ...], Summary],
    selection: Selection,
    year: int | None,
    under: Sequence[str],
    language: str,
) -> None:
    """Fill in columns, rows, evidence and legend; `under`: the lines that stand under each row."""
    everything = [(key, f) for line in lines for key, f in chosen[line].items()]
    places = _places(everything, selection.by, year)
    varies = [n for n, on in (("measure", selection.measure != "level"), ("basis", any(any(n[3:5]) for n in lines)),
                              ("status", selection.status == "all")) if on]  # fmt: skip
    result.columns = (
        *((Column("line"),) if under else ()),
        Column("indicator_id"),
        Column("indicator"),
        Column("unit"),
        *(Column(n) for n in varies),
        Column("stated", "int"),
        Column("usable", "int"),
        *(Column(p.label, "mixed") for p in places),
        *STATISTICS,
    )
    marks: set[str] = set()
    for position, line in enumerate(lines):
        figure_by_key, summary = chosen[line], summaries[line]
        first = next(iter(figure_by_key.values()))
        name = {"indicator_id": first.indicator.id, "indicator": first.indicator.name}
        row: Row = {
            **name,
            "line": "figure",
            "unit": first.unit,
            "measure": first.measure,
            "basis": basis_of(line),
            "status": first.row["status"],
            "stated": len(figure_by_key),
            "usable": sum(f.usable is not None for f in figure_by_key.values()),
            "comparable": summary.comparable,
            "minimum": rounded(summary.minimum),
            "median": rounded(summary.median),
            "maximum": rounded(summary.maximum),
            "masked_cells": summary.masked,
            "doubtful_cells": summary.doubtful,
        }
        below: dict[str, Row] = {kind: {**name, "line": kind} for kind in ("rank", "sentence", "source")}
        for place in places:
            f = figure_by_key.get(place.key)
            if f is None:
                continue
            # Beside figures by report stand no years, but for what was before.
            by_report = selection.by == "report" and f.was_before
            beside = f.year != place.year if selection.by == "area" else by_report
            cell = cell_of(f, doubts[id(f)], (f.year or NO_YEAR) if beside else None)
            marks |= set(cell.show) & {*SIGNS, *BOUNDS.values()}
            if f.row["masked"]:
                marks.add("xx" if f.row["numeral"] else "deleted")
            if f.year is None and (beside or selection.by == "area"):
                marks.add(NO_YEAR)
            sentence, source = str(f.row["sentence"] or ""), source_of(f.row)
            row[place.label] = replace(cell, words=f"{sentence}\n{source}")
            place_in_line = summary.ranks.get(place.key)
            if place_in_line is not None:
                below["rank"][place.label] = Cell(str(place_in_line), place_in_line, "note")
            below["sentence"][place.label] = Cell(sentence, None, "note")
            below["source"][place.label] = Cell(source, None, "note")
            result.evidence.append(
                {
                    **{n: f.row[n] for n in ("sentence", "file", "report", "start", "end", *PUBLISHED)},
                    "indicator": first.indicator.name,
                    "area": place.label,
                    "shown": cell,
                }
            )
            result.cells.append(
                {
                    **{n: row[n] for n in ("indicator_id", "indicator", "unit", "measure", "basis", "comparable")},
                    "name_en": first.indicator.en,
                    "line": position,
                    "status": f.row["status"] or "actual",
                    "place": place.label,
                    "area": f.area,
                    "area_id": f.area_id or None,
                    "year": f.year,
                    "number": rounded(f.usable),
                    "number_max": rounded(f.value_max) if shows_range(f) else None,
                    "low": rounded(f.low),
                    "high": rounded(f.high),
                    "shown": cell.show,
                    "text": f.row["text"],
                    "state": cell.state,
                    "bound": f.bound,
                    "rank": place_in_line,
                }
            )
        result.rows.append(row)
        result.rows += [below[kind] for kind in under]
    left_out = sum(i.code == "unit" for i in result.issues)
    result.legends = {name: _legend(marks, year, selection.by, left_out, name) for name in LANGUAGES}
    result.legend = result.legends[language]


def _places(everything: Sequence[tuple[tuple[Any, ...], Figure]], by: str, main_year: int | None) -> list[_Place]:
    """The columns of the pivot in their order, each with a name of its own."""
    grouped: dict[tuple[Any, ...], list[Figure]] = defaultdict(list)
    for key, figure in everything:
        grouped[key].append(figure)
    places = []
    for key, members in grouped.items():
        first = members[0]
        common = Counter(f.area for f in members)
        area = commonest(common)
        reached = [f for f in members if f.row["status"] == "actual"]  # targets are of later years
        years = Counter(f.year for f in reached or members)
        year = min(years, key=lambda y: (-years[y], -(y or 0)))  # None where most have no year
        if by == "report":
            places.append(_Place(key, label_of_report(first.row), key))
        elif by == "area":
            label = area if year is not None and year == main_year else f"{area} {year or NO_YEAR}"
            places.append(_Place(key, label, first.area_key, year))
        else:
            when = str(first.year) if first.year is not None else (first.row["period"] or "?")
            label = f"{area} {when}"
            if first.year is None and first.area_key[0] != "2":
                label += f" ({label_of_report(first.row)})"
            places.append(
                _Place(key, label, (first.area_key, first.year is None, first.year or 0, key[1:]), first.year)
            )
    places.sort(key=lambda p: (p.sort, p.label))
    for place, label in zip(places, told_apart([p.label for p in places]), strict=True):
        place.label = label
    return places


def told_apart(labels: Iterable[str]) -> list[str]:
    """Labels that differ, those that occur again numbered: two files of one name lie in different folders.

    >>> told_apart(["a", "b", "a"])
    ['a', 'b', 'a [2]']
    """
    seen: Counter[str] = Counter()
    made = []
    for label in labels:
        seen[label] += 1
        made.append(f"{label} [{seen[label]}]" if seen[label] > 1 else label)
    return made


def commonest(counts: Mapping[str, int]) -> str:
    """The word that occurs most, of several the first of the alphabet."""
    return min(counts, key=lambda word: (-counts[word], word))


def _legend(marks: set[str], year: int | None, by: str, left_out: int, language: str) -> tuple[str, ...]:
    words = wording()["legend"][language]
    lines = [words["year"].format(year=year)] if year is not None and by == "area" else []
    for key, signs in (
        ("unknown_year", {NO_YEAR}),
        ("masked", {"xx"}),
        ("deleted", {"deleted"}),
        ("several", {SEVERAL}),
        ("part", {PART}),
        ("repaired", {REPAIRED}),
        ("damaged", {DAMAGED}),
        ("contradicted", {CONTRADICTED}),
        ("copy", {COPY}),
        ("corrected", {CORRECTED}),
        ("bounds", {*BOUNDS.values()}),
    ):
        if marks & signs:
            lines.append(words[key])
    if left_out:
        lines.append(words["left_out"].format(count=left_out))
    return tuple(lines)
