"""Table cells -> Observations: the row and column headings say what is measured, where, when and in which unit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from hreport.grammar import Grammar
from hreport.link.measuring import MINUS, below_zero
from hreport.model import Block, Direction, Measure, Observation, Report, Span, Status
from hreport.split import Layout
from hreport.tag import quantities
from hreport.text import fold


@dataclass(frozen=True, slots=True)
class _Patterns:
    """Expressions of tables.toml."""

    bracketed: re.Pattern[str]
    caption_unit: re.Pattern[str]
    year: re.Pattern[str]
    label: re.Pattern[str]
    area: re.Pattern[str]
    target: re.Pattern[str]
    growth: re.Pattern[str]
    change: re.Pattern[str]
    unit_column: re.Pattern[str]


@lru_cache(maxsize=1)
def _patterns(grammar: Grammar) -> _Patterns:
    rows = grammar.tables["headings"]
    return _Patterns(**{name: re.compile(grammar.expand(rows[name].pattern)) for name in _Patterns.__slots__})


@dataclass(frozen=True, slots=True)
class _Headings:
    """What a cell's headings say."""

    indicator: str
    unit: str
    period: str
    area: str
    status: Status
    growth: re.Match[str] | None
    change: bool


def link(layout: Layout, report: Report, traits: quantities.Profile, grammar: Grammar) -> Iterator[Observation]:
    """The observations of the numeric cells of a report's tables."""
    text = layout.document.text
    rows: dict[tuple[int | None, int | None], list[Block]] = {}
    for cell in layout.cells:
        if report.span.start <= cell.span.start < report.span.end:
            rows.setdefault((cell.table, cell.row), []).append(cell)
    for row in rows.values():
        sentence = Span(min(c.span.start for c in row), max(c.span.end for c in row))
        for cell in row:
            if not (cell.row_heading or cell.column_heading):
                continue  # a heading itself
            if _patterns(grammar).unit_column.fullmatch(fold(cell.column_heading).strip()):
                continue  # 1/10万 as a unit
            said = _headings(cell, [fold(text[c.span.start : c.span.end]).strip() for c in row], grammar)
            if not said.indicator:
                continue
            quantity = quantities.of_cell(layout.reading, cell.span, said.unit, grammar, traits)
            if quantity is None:
                continue
            measure: Measure = "change_rate" if said.growth else "change" if said.change else "level"
            direction: Direction | None = None
            negative = fold(text[cell.span.start : cell.span.end]).strip().startswith(MINUS)
            if said.growth or said.change:
                direction = "down" if negative else "up"
            elif negative:
                quantity = below_zero(quantity)
            section = next((s for s in reversed(report.sections) if s.span.start <= cell.span.start < s.span.end), None)
            yield Observation(
                report=report.number, quantity=quantity, indicator=said.indicator, measure=measure, status=said.status,
                rule="link.cell", sentence=sentence, direction=direction, basis="yoy" if said.growth else None,
                period=said.period, area=said.area, section=section.heading if section else "", page=cell.page,
                table=cell.table, row=cell.row, column=cell.column,
            )  # fmt: skip


def _headings(cell: Block, row: Sequence[str], grammar: Grammar) -> _Headings:
    """What row heading, column heading and caption say together: the column's words before the row's."""
    patterns = _patterns(grammar)
    parts = [*fold(cell.row_heading).split(), *fold(cell.column_heading).split()]
    units = [p for p in parts if p in grammar.surfaces or p.lstrip(SCALES) in grammar.surfaces]
    names: list[str] = []
    areas: list[str] = []
    period = ""
    in_row = len(fold(cell.row_heading).split())
    growth: re.Match[str] | None = None
    change = target = False
    for k, part in enumerate(parts):
        if k == in_row and areas:
            names.clear()  # 主城区/杭州市: what stands beside a place in its row is a group of places
        if found := patterns.bracketed.search(part):
            units.append(found["unit"])
            part = part[: found.start()] + part[found.end() :]
        target |= bool(patterns.target.search(part))
        if moved := patterns.growth.search(part):
            growth = moved
            part = part[: moved.start()]
        elif patterns.change.fullmatch(part):
            change, part = True, ""
        if year := patterns.year.search(part):
            period = period or year[0]
            part = part[: year.start()] + part[year.end() :]
        if part in units or not part or patterns.label.fullmatch(part):
            continue
        if patterns.area.fullmatch(part):
            areas.append(part)
        elif part not in names:
            names.append(part)
    caption = fold(cell.caption)
    if not units and (found := patterns.caption_unit.search(caption)):
        units.append(found["unit"])
    if not period and (year := patterns.year.search(caption)):
        period = year[0]
    unit = units[0] if units and not growth else PERCENT if growth else ""
    return _Headings(
        "".join(names), unit, period, areas[-1] if areas else "", "target" if target else "actual", growth, change
    )


PERCENT = "%"
SCALES = "".join(chr(c) for c in (0x5341, 0x767E, 0x5343, 0x4E07, 0x4EBF))  # 十百千万亿
