"""Rows of tables that add up the others (合计): each column's total against its parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from hreport.checks.clauses import sum_message
from hreport.checks.finding import Finding, Part, finding
from hreport.checks.rules import Rules
from hreport.checks.stated import Interval, Stated

FEWEST = 2  # parts


def totals(figures: Iterable[Stated], rules: Rules) -> Iterator[Finding]:
    """A total at the top or the bottom of a column, where it is the only one; shares and means have none."""
    columns: dict[tuple[object, ...], list[Stated]] = defaultdict(list)
    for s in figures:
        if s.row["table"] is not None and s.row["row"] is not None and s.row["column"] is not None:
            columns[*s.report, s.row["table"], s.row["column"]].append(s)
    for column in columns.values():
        column.sort(key=lambda s: (s.row["row"], s.start))
        if len({s.row["row"] for s in column}) == len(column):
            yield from _column(column, rules)


def _column(column: list[Stated], rules: Rules) -> Iterator[Finding]:
    sums = [s for s in column if rules.words["total_row"].search(_label(s))]
    if len(sums) != 1 or sums[0] not in (column[0], column[-1]):
        return
    whole = sums[0]
    others = [s for s in column if s is not whole]
    parts = [s for s in others if not rules.words["part_row"].search(_label(s))]
    if len(parts) < FEWEST or whole.own is None or not _adds(whole, parts, rules):
        return
    total = Interval(0, 0)
    for s in parts:
        if s.own is None:
            return
        total += s.own
    if total.meets(whole.own):
        return
    message = sum_message(whole, parts)
    yield finding(rules, "table_total", message, [Part("total", whole), *(Part("part", s) for s in parts)])


def _label(s: Stated) -> str:
    """The first cell of the row."""
    return str(s.row["sentence"] or "").partition("\t")[0]


def _adds(whole: Stated, parts: list[Stated], rules: Rules) -> bool:
    """Are these numbers of one thing that can be added?"""
    if rules.words["no_sum"].fullmatch(whole.row["base_unit"] or "") and whole.row["base_unit"]:
        return False
    if rules.words["mean"].search(whole.wording) or whole.measure != "level":
        return False
    units = {s.row["base_unit"] for s in (whole, *parts)}
    return len(units) == 1 and all(s.measure == "level" for s in parts)
