"""Table cells -> Observations: the row and column headings say what is measured, where, when and in which unit."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from hreport.expressions.compiling import when_used
from hreport.grammar import Grammar
from hreport.link import observe, roles
from hreport.link.headings import Patterns, Said, caption, joined, patterns, plain_year, said, units_of
from hreport.link.measuring import SHARES, below_zero
from hreport.link.status import Outlook
from hreport.model import Block, Direction, Measure, Observation, Outline, Quantity, Report, Span, Status
from hreport.resolve import find_areas
from hreport.split import Layout
from hreport.tag import areas, quantities, times
from hreport.tag.numbers import SCALES
from hreport.tag.quantities import PERCENT
from hreport.text import LONGEST_SENTENCE, Reading, fold, untranslated

FIRST = chr(0x7B2C)  # the ideograph 第, the unit of a rank
LONGEST_CAPTION = 160
NOTHING = Said()
NEAR = 60  # rows above a row of growth in which what it tells of is looked for
COUNTED = ("count", "person", "place")  # kinds of units that are also things


@lru_cache(maxsize=1)
def _fitting(grammar: Grammar) -> list[tuple[str, re.Pattern[str]]]:
    """Units or kinds of units, each with the names of what is measured in it."""
    rows = grammar.tables["headings"].values()
    return [(row.kind, when_used(grammar.expand(row.pattern))) for row in rows if row.kind]


def link(layout: Layout, report: Report, traits: quantities.Profile, grammar: Grammar) -> Iterator[Observation]:
    """The observations of the cells of a report's tables."""
    tables: dict[int | None, list[Block]] = {}
    first = bisect_left(layout.cells, report.span.start, key=lambda c: c.span.start)
    last = bisect_left(layout.cells, report.span.end, key=lambda c: c.span.start)
    for cell in layout.cells[first:last]:
        tables.setdefault(cell.table, []).append(cell)
    if tables:
        outlook = Outlook(report, layout.reading, grammar)
        for cells in tables.values():
            yield from _Table(layout, report, cells, traits, outlook, grammar).observations()


@dataclass(frozen=True, slots=True)
class _Part:
    """One of the headings of a row or column: its words, what they say, and what stands above it in its own column."""

    text: str
    said: Said
    header: str = ""


@dataclass(frozen=True, slots=True)
class _Axis:
    """What all headings of one row, or of one column, say together. `groups` are names of what is above it, which it
    needs only where others bear the same name; `text` is all of it as written; `places`: it is one of a list of
    places."""

    text: str = ""
    name: str = ""
    groups: str = ""
    said: Said = NOTHING
    places: bool = False

    @property
    def derived(self) -> bool:
        """Does it tell only of the figures beside it: their growth, their rank, their sum so far?"""
        return not self.name and (self.said.moved or self.said.measure == "rank" or self.said.running)


@dataclass(slots=True)
class _Above:
    """The rows above a row of which it may be a part: `last`, that is no part of another, and those that are moved in
    less and less; `within`: the row before was a part."""

    last: _Axis = field(default_factory=_Axis)
    within: bool = False
    indent: int = 0
    chain: list[tuple[int, _Axis]] = field(default_factory=list)

    def parent(self, indent: int) -> _Axis | None:
        """The row that one with this indent is a part of."""
        while self.chain and self.chain[-1][0] >= indent:
            self.chain.pop()
        return self.chain[-1][1] if self.chain else None

    def note(self, axis: _Axis, indent: int) -> None:
        """Add a row that others may be parts of."""
        self.chain.append((indent, axis))
        self.indent = indent
        if not self.within:
            self.last = axis


class _Places:
    """The places that rows or columns name: `named` by name, `lowest` the level of the lowest 全市 or the like, `own`:
    a 本市 is among them."""

    def __init__(self, axes: Iterable[_Axis], pattern: Patterns) -> None:
        areas_ = {axis.said.area for axis in axes if axis.said.area}
        self.named = {a for a in areas_ if not pattern.whole.fullmatch(a)}
        self.lowest = max((LEVELS.find(a[1]) for a in areas_ - self.named), default=-1)
        self.own = any(pattern.own.fullmatch(a) for a in self.named)


class _Table:
    """The cells of one table with their headings read."""

    def __init__(
        self,
        layout: Layout,
        report: Report,
        cells: Sequence[Block],
        traits: quantities.Profile,
        outlook: Outlook,
        grammar: Grammar,
    ) -> None:
        self._layout, self._report, self._traits, self._grammar = layout, report, traits, grammar
        self._outlook, self._cells, self._patterns = outlook, cells, patterns(grammar)
        self._text = layout.document.text
        self._caption = caption(cells[0].caption[-LONGEST_CAPTION:], grammar)
        self._lines: dict[int, list[Block]] = {}
        for cell in cells:
            self._lines.setdefault(cell.row or 0, []).append(cell)
        self._heads = {_squeezed(self._words(c)): c for c in reversed(cells) if c.is_heading}
        self._units = self._table_units()
        margin = min(cell.column or 0 for cell in cells)
        self._sections = {
            row: said(self._words(line[0]), grammar)
            for row, line in self._lines.items()
            if len(line) == 1 and line[0].is_heading and line[0].column == margin and line[0].column_heading
        }
        self._section_rows = sorted(self._sections)
        self._elsewhere: dict[tuple[bool, str, bool], bool] = {}
        self._outline = Outline(report.sections)
        self._columns = self._find_columns()
        self._mixed = self._find_mixed()
        self._rows = self._find_rows()
        self._row_numbers = [row for row, _ in self._rows]
        self._axes = list(self._rows.values())
        self._places = {id(axes): _Places(axes.values(), self._patterns) for axes in (self._rows, self._columns)}
        self._repeated = {n for n, k in Counter(a.name for a in self._rows.values() if a.name).items() if k > 1}

    # --- reading the headings ----------------------------------------------------------------------------------------

    def _words(self, cell: Block) -> str:
        words = self._text[cell.span.start : cell.span.end]
        return fold(untranslated(words) if cell.is_heading else words).strip()

    def _header(self, words: str) -> str:
        """What stands above a row's heading, in its own column."""
        head = self._heads.get(_squeezed(words))
        return fold(head.column_heading).split(" ")[-1] if head else ""

    def _table_units(self) -> tuple[str, ...]:
        """The units that hold for the whole table: in a corner of it, else in its caption."""
        for cell in self._cells:
            if cell.is_heading and (found := self._patterns.caption_unit.search(self._words(cell))):
                return units_of(found["units"].rstrip(")"), self._grammar)
        return self._caption.units

    def _section(self, row: int) -> Said:
        """What the nearest row above says that has one heading alone."""
        k = bisect_left(self._section_rows, row)
        return self._sections[self._section_rows[k - 1]] if k else NOTHING

    def _find_columns(self) -> dict[int, _Axis]:
        found: dict[int, _Axis] = {}
        for cell in self._cells:
            column = cell.column or 0
            if not cell.is_heading and column not in found:
                words = fold(cell.column_heading).split()
                found[column] = self._axis([_Part(w, said(w, self._grammar)) for w in words])
        return found

    def _find_mixed(self) -> set[int]:
        """The columns whose figures are written with several units, so that their heading cannot name what they are."""
        found: dict[int, set[str]] = {}
        for cell in self._cells:
            quantity = None if cell.is_heading else self._quantity(cell, "")
            if quantity is not None and quantity.unit:
                found.setdefault(cell.column or 0, set()).add(quantity.base_unit)
        return {column for column, units in found.items() if len(units) > 1}

    def _find_rows(self) -> dict[tuple[int, str], _Axis]:
        """The headings of rows, by row and words: where two halves stand side by side, a row has two."""
        found: dict[tuple[int, str], _Axis] = {}
        above: dict[int, _Above] = {}
        for row, line in self._lines.items():
            headings = list(dict.fromkeys(c.row_heading for c in line if not c.is_heading))
            if not headings:
                above = {}
            for half, heading in enumerate(headings):
                axis = self._row(line, heading)
                s = axis.said
                over = above.setdefault(half, _Above())
                indent = self._indent(line, heading)
                parent = over.parent(indent)
                child = s.child or parent is not None
                last = parent or over.last
                over.within = child or (over.within and not s.units and indent >= over.indent)
                if not s.units and not s.moved:
                    axis = self._with_units(axis, last.said.units if over.within else self._section(row).units)
                if child and self._patterns.group_name.fullmatch(axis.name):
                    axis = replace(axis, name=axis.name + last.name)
                if axis.name and not s.moved:
                    over.note(axis, indent)
                found[row, heading] = axis
        return found

    def _indent(self, line: Sequence[Block], heading: str) -> int:
        """How far the heading of a row is moved in."""
        parts = fold(heading).split()
        return next((c.level or 0 for c in line if c.is_heading and _squeezed(self._words(c)) in parts), 0)

    def _row(self, line: Sequence[Block], heading: str) -> _Axis:
        words = fold(heading).split()
        axis = self._axis([self._part(w) for w in words])
        axis = self._with_units(axis, self._own_units(line) or axis.said.units)
        return self._with_cells(axis, line)

    def _part(self, words: str) -> _Part:
        header = self._header(words)
        unit = next((u for u in PARTS_OF_YEAR if u in header), "")
        if unit and words.isdecimal() and self._patterns.period_header.fullmatch(header):
            return _Part(words, Said(period=words + unit), header)  # 5 in a column of months
        return _Part(words, said(words, self._grammar), header)

    def _with_cells(self, axis: _Axis, line: Sequence[Block]) -> _Axis:
        """The headings of a row with what its cells in columns of years, places and names say, where one figure stands
        in each row and all that is said of it stands around it."""
        told = axis.said
        for cell in line:
            header, words = fold(cell.column_heading).strip(), self._words(cell)
            if cell.is_heading or not header or not words or self._patterns.blank.fullmatch(words):
                continue
            if not told.period and self._patterns.period_header.fullmatch(header):
                told = replace(told, period=words)
            elif not told.area and self._patterns.place_header.fullmatch(header):
                told = replace(told, area=words)
            elif not axis.name and self._patterns.label.fullmatch(header) and self._is_main(header):
                worded = self._patterns.worded.search(words) and self._quantity(cell, "") is None
                axis = replace(axis, name=said(words, self._grammar).name if worded else "")
        return replace(axis, said=told)

    def _of_row(self, cell: Block) -> _Axis:
        return self._rows.get((cell.row or 0, cell.row_heading), _Axis())

    def _own_units(self, line: Sequence[Block]) -> tuple[str, ...]:
        """The unit in a row's cell of a column of units."""
        for cell in line:
            if self._patterns.unit_column.fullmatch(fold(cell.column_heading).strip()):
                return units_of(self._words(cell), self._grammar)
        return ()

    def _with_units(self, axis: _Axis, units: tuple[str, ...]) -> _Axis:
        return replace(axis, said=replace(axis.said, units=units))

    def _axis(self, parts: Sequence[_Part]) -> _Axis:
        """The headings of a row, or of a column, together."""
        names: list[str] = []
        groups: list[str] = []
        merged = Said()
        places = False
        kept = list(self._telling([self._named(part, parts) for part in parts]))
        for part, above in kept:
            s = part.said
            in_place = bool(self._patterns.place_header.fullmatch(part.header))
            if in_place and s.name and not s.area and not s.period:
                s = replace(s, name="", area=s.name)
            if s.area and not s.name and not s.moved:
                names.clear()  # 沿海/杭州市: what stands beside a place in its row is a group of places
            places = places or in_place or bool(s.area and not s.name)
            if s.total and not in_place and len(kept) > 1 and names:
                s = replace(s, total=False)  # 医院/小计: the sum of a group
            if s.name and s.name not in names:
                (groups if above else names).append(s.name)
            merged = Said(
                units=merged.units + tuple(u for u in s.units if u not in merged.units),
                period=joined(merged.period, s.period),
                area=s.area or merged.area,
                measure=s.measure if s.measure != "level" else merged.measure,
                falling=s.falling or merged.falling,
                percent=s.percent or merged.percent,
                basis=s.basis or merged.basis,
                status=s.status or merged.status,
                child=s.child or merged.child,
                total=s.total or merged.total,
                running=s.running or merged.running,
                average=s.average or merged.average,
                added=s.added or merged.added,
            )
        return _Axis(" ".join(p.text for p in parts), "".join(names), "".join(groups), merged, places)

    def _named(self, part: _Part, parts: Sequence[_Part]) -> _Part:
        """A heading with the name that it is: 床位 counts beds, but where it stands for a row it is what is counted."""
        named = any(p.said.name for p in parts) or self._patterns.unit_column.fullmatch(part.header)
        counted = len(part.text) > 1 and part.said.units == (part.text,) and self._kind(part.text) in COUNTED
        return replace(part, said=Said(name=part.text)) if counted and not named else part

    def _telling(self, parts: Sequence[_Part]) -> Iterator[tuple[_Part, bool]]:
        """The headings that say what is measured, each with whether it only names a group of what does."""
        pattern = self._patterns
        main = max((k for k, part in enumerate(parts) if self._is_main(part.header)), default=None)
        for k, part in enumerate(parts):
            of_place = part.said.area or part.said.period or pattern.place_header.fullmatch(part.header)
            if not (part.said.name or part.said.total) or of_place:
                yield part, False
            elif len(parts) > 1 and pattern.attribute.fullmatch(part.header):
                continue
            elif pattern.group_header.fullmatch(part.header) and k + 1 < len(parts):
                yield part, main is not None or not pattern.group_header.fullmatch(parts[k + 1].header)
            elif main is None or k <= main or pattern.group_name.fullmatch(part.said.name):
                yield part, main is not None and k < main

    def _is_main(self, header: str) -> bool:
        """Does a heading stand over the names of what is measured?"""
        pattern = self._patterns
        aside = pattern.attribute.fullmatch(header) or pattern.group_header.fullmatch(header)
        return bool(pattern.name_header.fullmatch(header)) and not aside and not pattern.unit_column.fullmatch(header)

    # --- the cells ---------------------------------------------------------------------------------------------------

    def observations(self) -> Iterator[Observation]:
        """The observations of all cells, in order."""
        for cell in self._cells:
            if cell.is_heading or self._patterns.unit_column.fullmatch(fold(cell.column_heading).strip()):
                continue
            row = self._of_row(cell)
            column = self._columns.get(cell.column or 0, _Axis())
            found = self._figure(cell, row, column)
            if found is not None:
                yield found
            elif self._patterns.worded.search(self._words(cell)):
                yield from self._worded(cell, row, column)

    def _figure(self, cell: Block, row: _Axis, column: _Axis) -> Observation | None:
        """The observation of a cell that holds a number."""
        pattern = self._patterns
        words = self._words(cell)
        if (
            not (cell.row_heading or cell.column_heading)
            or pattern.blank.fullmatch(words)
            or pattern.date_cell.fullmatch(words)
        ):
            return None
        measure: Measure = "level"
        moved = row.said if row.said.moved else column.said
        name = self._name(cell, row, cell.column or 0)
        if not name:
            return None
        unit = self._unit(row, column, name)
        plain = self._quantity(cell, "")
        written = plain is not None and bool(plain.unit)
        if not written:
            numbers_no_figures = pattern.no_figure.fullmatch(column.text) or pattern.no_figure.fullmatch(row.text)
            if not column.said.units and (numbers_no_figures or (pattern.code.fullmatch(words) and not unit)):
                return None
        ranked = plain is not None and plain.base_unit == FIRST
        if ranked or row.said.measure == "rank" or column.said.measure == "rank":
            measure, unit = "rank", FIRST
        elif moved.moved:
            measure, unit = self._movement(moved, row, column, plain)
        elif row.said.added or column.said.added:
            measure = "change"
        quantity = self._quantity(cell, unit)
        if quantity is None:
            return None
        direction: Direction | None = None
        negative = bool(pattern.negative.match(words))
        if measure in ("change", "change_rate"):
            direction = "down" if negative or moved.falling else "up"
        elif negative:
            quantity = below_zero(quantity)
        return self._placed(cell, row, column, quantity, name, measure, direction)

    def _quantity(self, cell: Block, unit: str) -> Quantity | None:
        return quantities.of_cell(self._layout.reading, cell.span, unit, self._grammar, self._traits)

    def _placed(
        self,
        cell: Block,
        row: _Axis,
        column: _Axis,
        quantity: Quantity,
        name: str,
        measure: Measure,
        direction: Direction | None,
    ) -> Observation:
        line = self._lines[cell.row or 0]
        section = next(iter(self._outline.at(cell.span.start)), None)
        sentence = Span(min(c.span.start for c in (line[0], cell)), max(c.span.end for c in (line[-1], cell)))
        if sentence.end - sentence.start > LONGEST_SENTENCE:
            sentence = cell.span
        moved = row.said if row.said.moved else column.said
        return Observation(
            report=self._report.number, quantity=quantity, indicator=name, measure=measure,
            status=self._status(cell, row, column), rule="link.cell",
            sentence=sentence, direction=direction,
            basis=(moved.basis or "yoy") if moved.moved else None, period=self._period(cell, row, column),
            area=self._area(cell, row, column), section=section.heading if section else "", page=cell.page,
            table=cell.table, row=cell.row, column=cell.column,
        )  # fmt: skip

    # --- what is measured --------------------------------------------------------------------------------------------

    def _name(self, cell: Block, across: _Axis, column: int) -> str:
        """What a row and a column measure, in which `cell` stands or from which its growth, rank or share is."""
        pattern = self._patterns
        down = self._columns.get(column, _Axis())
        if across.derived and (above := self._above(cell)):
            return self._name(cell, above, column)
        part = pattern.part_of.fullmatch(down.name)
        if (down.derived or (part and not across.name)) and (left := self._left(column)):
            return self._name(cell, across, left) + (down.name if part else "")
        first, last = across.name, down.name
        if first and column in self._mixed:
            last = ""
        if first and (first in self._repeated or pattern.group_name.fullmatch(first)):
            section = self._section(cell.row or 0)
            first = (across.groups or ("" if section.area or section.period else section.name)) + first
        if across.said.total and not across.places and (not last or part):
            first = first or across.text
        if down.said.total and not first:
            last = last or down.text
        if across.said.units and not down.said.units and first and last:
            first, last = last, first  # 男 above, 肥胖率(%) beside
        name = first if last in first else first + last
        if not name or (pattern.group_name.fullmatch(name) and self._caption.subject):
            name += self._caption.subject
        if not name and (across.said.total or down.said.total):
            name = across.text if across.said.total else down.text
        return name or (down.text if down.said.measure == "rank" else "")

    def _left(self, column: int) -> int | None:
        """The column to the left that a column of growth, ranks or shares tells of."""
        pattern = self._patterns
        for k in range(column - 1, 0, -1):
            if (axis := self._columns.get(k)) and not axis.derived and not pattern.part_of.fullmatch(axis.name):
                aside = pattern.unit_column.fullmatch(axis.text) or pattern.no_figure.fullmatch(axis.text)
                if not aside and not pattern.attribute.fullmatch(axis.text):
                    return k
        return None

    def _above(self, cell: Block) -> _Axis | None:
        """The row above that a row of growth tells of."""
        return next((axis for axis in reversed(self._rows_above(cell)) if not axis.derived), None)

    def _rows_above(self, cell: Block) -> Sequence[_Axis]:
        """The headings of the rows above a cell, so far as they can matter to it."""
        k = bisect_left(self._row_numbers, cell.row or 0)
        return self._axes[max(0, k - NEAR) : k]

    # --- in which unit -----------------------------------------------------------------------------------------------

    def _unit(self, row: _Axis, column: _Axis, name: str) -> str:
        """The unit that headings and caption give to a figure that has none of its own."""
        ratio = self._patterns.ratio.search(column.name or "")
        if column.said.units:
            return self._chosen(column.said.units, name)
        given = row.said.units or self._units
        if ratio:
            given = tuple(u for u in given if self._kind(u) in SHARES)
        if given:
            return self._chosen(given, name)
        return PERCENT if ratio or self._patterns.ratio.search(name) else ""

    def _kind(self, unit: str) -> str:
        known = self._grammar.surfaces.get(unit) or self._grammar.surfaces.get(unit.lstrip(SCALES))
        return known.kind if known else ""

    def _chosen(self, units: tuple[str, ...], name: str) -> str:
        """Of several units, that which fits what is measured: 单位：个、张、人、%."""
        if len(units) == 1:
            return units[0]
        fits = [kind for kind, names in _fitting(self._grammar) if names.search(name)]
        for kind in fits:
            if some := [u for u in units if kind in (u, self._kind(u))]:
                return some[0]
        others = {kind for kind, _ in _fitting(self._grammar)}
        return next((u for u in units if not others & {u, self._kind(u)}), units[0])

    def _movement(self, moved: Said, row: _Axis, column: _Axis, plain: Quantity | None) -> tuple[Measure, str]:
        """Change or rate of change, and in which unit."""
        other = column if row.said.moved else row
        beside = other.said.units
        if plain is not None and plain.unit:
            return "change_rate" if self._kind(plain.unit) in SHARES else "change", ""
        points = [u for u in moved.units if self._kind(u) == "point"]
        share = any(self._kind(u) in SHARES for u in beside)
        if points and (share or not moved.percent):
            return "change", points[0]
        if moved.measure == "change_rate":
            return "change_rate", PERCENT
        if moved.units:
            return "change", self._chosen(moved.units, other.name)
        if share:
            return "change", self._grammar.words["point"].words[0]
        return "change", self._chosen(beside or self._units, other.name) if beside or self._units else ""

    # --- when, where, whether it was reached -------------------------------------------------------------------------

    def _period(self, cell: Block, row: _Axis, column: _Axis) -> str:
        """The period of a figure: its headings', of a derived one that of the figures beside it, else the caption's."""
        if own := joined(column.said.period, row.said.period):
            return own
        found = ""
        averaged = column.said.basis == AVERAGE or row.said.basis == AVERAGE
        if not averaged and self._tells_of_others(column):
            found = self._latest(a for k, a in sorted(self._columns.items()) if k < (cell.column or 0))
        if not averaged and not found and row.said.moved:
            found = self._latest(self._rows_above(cell))
        return found or self._section(cell.row or 0).period or self._caption.period

    def _latest(self, axes: Iterable[_Axis]) -> str:
        """The latest period of some headings: the last year, where all name years, else the last that is not past."""
        named = [axis.said.period for axis in axes if axis.said.period]
        if named and all(plain_year(period) for period in named):
            return max(named, key=plain_year)
        current = [period for period in named if not self._patterns.past_period.match(period)]
        return (current or named or [""])[-1]

    def _tells_of_others(self, axis: _Axis) -> bool:
        derived = axis.said.moved or axis.said.measure == "rank"
        return bool(derived or self._patterns.part_of.fullmatch(axis.name) or self._patterns.ratio.search(axis.text))

    def _area(self, cell: Block, row: _Axis, column: _Axis) -> str:
        """The place of a figure: its row's or column's, a section's, else the caption's."""
        here = row.said.area or column.said.area
        if row.said.area and column.said.area and self._patterns.whole.fullmatch(row.said.area):
            here = column.said.area
        return here or self._section(cell.row or 0).area or self._caption.area

    def _status(self, cell: Block, row: _Axis, column: _Axis) -> Status:
        """Actual, target or reference: by the headings, else by whose place it is, else by caption and section."""
        if said_so := column.said.status or row.said.status:
            return said_so
        for axis, others in ((column, self._columns), (row, self._rows)):
            if not axis.said.area:
                continue
            key = (axis is row, axis.said.area, axis.said.average)  # asked once for each place
            if key not in self._elsewhere:
                self._elsewhere[key] = self._is_someone_elses(axis.said, self._places[id(others)])
            if self._elsewhere[key]:
                return "reference"
        if row.said.period or column.said.period:
            return "actual"
        return "target" if self._caption.target else self._outlook.section(cell.span.start)

    def _is_someone_elses(self, here: Said, beside: _Places) -> bool:
        """全国 and 全省 beside 本市, 全国 beside 河阳市: of a higher level than the place that the table is about; but
        not the 全市 that is the sum of many places."""
        if not self._patterns.whole.fullmatch(here.area):
            return False
        level = LEVELS.find(here.area[1])
        if beside.own or 0 <= level < beside.lowest:
            return True
        own = self._report.area[-1:]
        if own and own in LEVELS:
            return level < LEVELS.find(own) and here.area[1] != own
        return len(beside.named) == 1 or (here.average and not beside.named)

    # --- cells of words ----------------------------------------------------------------------------------------------

    def _worded(self, cell: Block, row: _Axis, column: _Axis) -> Iterator[Observation]:
        """The observations of a cell that holds words: read like a clause, whose subject is the row's heading where it
        has none of its own (增长3.6倍, 全省第4位)."""
        alone = list(self._clauses([cell.span], cell))
        if alone and any(o.rule in WITHOUT_SUBJECT for o in alone[:1]):
            heads = [h for w in fold(cell.row_heading).split() if (h := self._heads.get(_squeezed(w))) is not None]
            subject = next((h for h in reversed(heads) if said(self._words(h), self._grammar).name), None)
            if subject is not None and subject.span.end <= cell.span.start:
                alone = list(self._clauses([subject.span, cell.span], cell))
        for o in alone:
            name = o.indicator
            bare = self._patterns.bare_verb.fullmatch(name)  # 已建成3家, 在建2家
            if bare or (o.rule in WITHOUT_SUBJECT and o.rule != INHERITED):
                name = self._name(cell, row, cell.column or 0) or name
            placed = self._placed(cell, row, column, o.quantity, name, o.measure, o.direction)
            status = placed.status if o.status == "actual" else o.status
            yield placed._replace(
                status=status, period=o.period or placed.period, area=o.area or placed.area, basis=o.basis,
                real=o.real,
            )  # fmt: skip

    def _clauses(self, spans: Sequence[Span], cell: Block) -> Iterator[Observation]:
        """What is read in stretches of the source put together, of the figures in the last of them."""
        begins = [0, *(s.end for s in spans)]
        ends = [*(s.start for s in spans), len(self._text)]
        reading = Reading.of(self._text, [Span(a, b) for a, b in zip(begins, ends, strict=True) if a < b])
        when, where = times.tag(reading, self._grammar), areas.tag(reading, self._grammar, find_areas(reading.text))
        occupied = times.occupied(when, len(reading.text))
        found = [
            q
            for q in quantities.tag(reading, self._grammar, self._traits, occupied)
            if q.span.start >= cell.span.start and roles.role_of(q, reading, self._grammar)[0] == "metric"
        ]
        layout = replace(self._layout, reading=reading, quiet=(), cells=())
        report = replace(self._report, sections=())
        for linked in observe.link(layout, report, found, when, where, self._grammar):
            yield linked.observation


WITHOUT_SUBJECT = ("link.fallback", "link.state_before", "link.inherited")
AVERAGE = "annual_average"
PARTS_OF_YEAR = (chr(0x6708), chr(0x5B63) + chr(0x5EA6))  # 月, 季度
INHERITED = "link.inherited"
LEVELS = "".join(chr(c) for c in (0x56FD, 0x7701, 0x5E02, 0x53BF))  # 国省市县, from the highest; 区 is as 县


def _squeezed(words: str) -> str:
    return "".join(words.split())
