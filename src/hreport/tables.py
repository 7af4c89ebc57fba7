"""Tables made of extract rows: the comparison of places, its long form, and reading back what `extract` wrote.

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
7. first by file, report and place in the text.

The cell is marked where other figures of its year differ from it, or where a later year was passed over.

**Years, when the columns are places**: the year that most of the shown figures have is the table's. A place whose
figures are mostly of another year has it in its column's name; a figure that differs from its column has it beside it.
A year that is unknown or masked is never the table's: `?` stands in its place.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any

from hreport.lexicon import Indicator
from hreport.model import Issue, Span
from hreport.record import EXTRACT, MASKS, STATE_BEFORE, Cell, Column, Row, exact, number, unguarded, wording

Convert = Callable[[Decimal, str, str], Decimal | None]

BY = ("area", "area,year", "report")
STATUSES = ("actual", "target", "reference")
MEASURES = ("level", "change", "change_rate", "multiple", "rank")
LOW_CONFIDENCE = 0.5
MASKED = 4  # the last place in the order of soundness
NO_YEAR = "?"  # stands where a year would


class TableError(ValueError):
    """A file that is not a table of `hreport extract`, or not a sound one. One line that says why and where."""


# --- reading back ----------------------------------------------------------------------------------------------------

TABLE_SUFFIXES = (".csv", ".jsonl", ".parquet", ".duckdb")
PLACE = ("file", "start", "end")
REQUIRED = (*PLACE, "indicator", "measure", "status", "value", "base_unit", "masked", "indicator_id")
# By which columns a table of ours is known: of extract, of masks.
MARKS = ({*PLACE, "indicator_id"}, {*PLACE, "text", "kind"})
JSON_MARKS = (("file", "start", "numeral", "base_unit"), ("layer", *PLACE))


def is_store(head: bytes) -> bool:
    """Is this the beginning of a DuckDB database?"""
    return head[8:12] == b"DUCK"


def looks_like_table(head: bytes) -> bool:
    """Is this the beginning of a table that `extract` or `masks` wrote (CSV or JSON lines), or of an annotation?"""
    text = head[:4096].decode("utf-8", "ignore").lstrip("\ufeff")
    first = text.partition("\n")[0].strip()
    if first.startswith("{"):
        return any(all(f'"{name}"' in first for name in names) for names in JSON_MARKS)
    names = set(next(iter(csv.reader([first])), []))
    chinese = _chinese_names()
    return any(marks <= {chinese.get(n, n) for n in names} for marks in MARKS)


def read_table(path: Path, layers: bool = False) -> list[Row]:
    """Rows of a file that `extract` wrote; TableError where it is not one, OSError where it cannot be opened.

    `layers`: also what `masks` wrote, annotations, and what other programs found, as long as a row says where it
    stands; each row then says its `layer`, and keeps fields that are no columns of `extract`.
    """
    if path.suffix.lower() == ".parquet":
        return _from_parquet(path, layers)
    if path.suffix.lower() == ".duckdb":
        return _from_store(path, layers)
    data = path.read_bytes()
    if path.suffix.lower() == ".jsonl" and not data.strip():
        return []  # of an extract without figures
    return read_table_bytes(data, layers)


def read_gold(data: bytes) -> list[Row]:
    """Rows of an annotation, in JSON lines: masks, quantities with their role, and annotated ranges.

    Raises:
        TableError: a line that is not JSON, or a row without a field that it needs; the message names the line.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TableError("not UTF-8") from None
    rows = _from_jsonl(text, True)
    for row in rows:
        if row["layer"] == "quantity" and "role" not in row:
            raise TableError(f"{row['file']}:{row['start']}-{row['end']}: no role")
        if row["layer"] == "quantity" and row["role"] == "metric" and not row.get("indicator"):
            raise TableError(f"{row['file']}:{row['start']}-{row['end']}: a metric without indicator")
    return rows


def read_table_bytes(data: bytes, layers: bool = False) -> list[Row]:
    """Rows of a CSV or of JSON lines, as `read_table` gives them (a spreadsheet may have saved it as GB18030)."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            raise TableError("not a text: neither UTF-8 nor GB18030") from None
    return _from_jsonl(text, layers) if text.lstrip().startswith("{") else _from_csv(text, layers)


def _from_csv(text: str, layers: bool) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""))
    with _field_size(len(text)):
        try:
            names = _checked([unguarded(n.strip()) for n in next(reader, [])], layers)
            rows = []
            for cells in reader:
                if not any(cells):
                    continue
                texts = dict(zip(names, cells, strict=False))
                row = {n: _parsed(n, unguarded(t), reader.line_num) for n, t in texts.items()}
                rows.append(_layered(row, names, f"line {reader.line_num}") if layers else _complete(row))
        except csv.Error as error:
            raise TableError(f"line {reader.line_num}: {error}") from None
    return rows


class _field_size:  # noqa: N801 - reads as a verb where it is used
    """Let the csv module take cells up to the length of the text (its limit is a global of the module)."""

    def __init__(self, length: int) -> None:
        self.length = max(length, 131_072)

    def __enter__(self) -> None:
        self.old = csv.field_size_limit(self.length)

    def __exit__(self, *_: object) -> None:
        csv.field_size_limit(self.old)


def _from_jsonl(text: str, layers: bool) -> list[Row]:
    rows: list[Row] = []
    for line_number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise TableError(f"line {line_number}: not JSON ({error})") from None
        if not isinstance(row, dict):
            raise TableError(f"line {line_number}: not an object")
        if layers:
            rows.append(_layered(row, [n for n, v in row.items() if v not in (None, "")], f"line {line_number}"))
        elif row.get("layer", "quantity") != "quantity":
            continue
        else:
            _checked(list(row), layers)
            rows.append(_complete(row))
        for name, kind in _kinds().items():
            value = row.get(name)
            if value is not None and not _fits(value, kind):
                raise TableError(f"line {line_number}: {name}: {value!r} is not {_said(kind)}")
    return rows


def _from_store(path: Path, layers: bool) -> list[Row]:
    from hreport import database

    try:
        rows = [{**row, "layer": "quantity", "role": "metric"} for row in database.rows(path, "observations")]
        if layers:
            rows += [{**row, "layer": "mask", "role": None} for row in database.rows(path, "masks")]
    except database.StoreError as error:
        raise TableError(str(error)) from None
    return rows if layers else [_complete(row) for row in rows]


def _from_parquet(path: Path, layers: bool) -> list[Row]:
    import pandas as pd

    try:
        frame = pd.read_parquet(path, dtype_backend="pyarrow")
    except (ValueError, OSError, KeyError) as error:
        raise TableError(f"not a Parquet file that can be read ({str(error).splitlines()[0]})") from None
    frame.columns = pd.Index(_checked([str(c) for c in frame.columns], layers))
    columns = {name: frame[name].to_list() for name in frame.columns}
    rows: list[Row] = []
    for values in zip(*columns.values(), strict=True):
        row = {n: None if v is None or v is pd.NA or v != v else v for n, v in zip(columns, values, strict=True)}
        for name, kind in _kinds().items():  # 64-bit floats hold what was an integer
            if kind == "number" and isinstance(row.get(name), float):
                row[name] = number(exact(row[name]))
            elif kind == "int" and isinstance(row.get(name), float):
                row[name] = int(row[name] or 0)
        rows.append(_layered(row, list(columns), f"row {len(rows) + 1}") if layers else _complete(row))
    return rows


@lru_cache(maxsize=1)
def _kinds() -> Mapping[str, str]:
    return {c.name: c.kind for c in (*MASKS, *EXTRACT)}


@lru_cache(maxsize=1)
def _chinese_names() -> Mapping[str, str]:
    words = wording()["columns"]
    return {words[c.name]: c.name for c in (*MASKS, *EXTRACT) if c.name in words}


def _checked(names: list[str], layers: bool) -> list[str]:
    """Stable names of the columns; TableError where those that are needed are not there."""
    stable = [_chinese_names().get(n, n) for n in names]
    if layers and not {"indicator", "kind", "layer"} & set(stable):
        raise TableError("not a table of hreport extract or masks: no column indicator or kind")
    if missing := [n for n in (PLACE if layers else REQUIRED) if n not in stable]:
        raise TableError(f"not a table of hreport extract: no column {', '.join(missing)}")
    return stable


def _layered(row: Row, names: Sequence[str], where: str) -> Row:
    """The row with its `layer`: said, or a quantity where there is an indicator among `names`, else a mask."""
    layer = row.get("layer") or ("quantity" if "indicator" in names else "mask")
    for name in (*PLACE, "kind") if layer == "mask" else PLACE:
        if row.get(name) is None:
            raise TableError(f"{where}: no {name}")
    return {**row, "layer": layer}


def _complete(row: Row) -> Row:
    return {c.name: row.get(c.name) for c in EXTRACT}


def _parsed(name: str, text: str, line: int) -> Any:
    """A cell of a CSV as its column's type."""
    kind = _kinds().get(name, "text")
    if text == "":
        return None
    try:
        match kind:
            case "int":
                return int(Decimal(text))
            case "number":
                return number(Decimal(text))
            case "bool":
                return {"true": True, "1": True, "false": False, "0": False}[text.lower()]
    except (ArithmeticError, KeyError, ValueError):
        raise TableError(f"line {line}: {name}: {text[:40]!r} is not {_said(kind)}") from None
    return text


def _fits(value: object, kind: str) -> bool:
    match kind:
        case "bool":
            return isinstance(value, bool)
        case "int" | "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, str)


def _said(kind: str) -> str:
    return {"int": "a whole number", "number": "a number", "bool": "true or false"}.get(kind, "text")


# --- figures ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Selection:
    """What to compare. Empty tuples select everything; `all` is a status and a measure."""

    by: str = "area"
    indicators: tuple[str, ...] = ()
    status: str = "actual"
    measure: str = "level"
    years: tuple[int, ...] = ()
    areas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure that may stand for a cell. Numbers are in `unit`; a fall is negative."""

    row: Row
    indicator: Indicator
    measure: str
    unit: str
    area_key: tuple[str, ...]
    area: str
    area_id: str
    year: int | None
    value: Decimal | None
    value_max: Decimal | None
    usable: Decimal | None
    repaired: Decimal | None
    low: Decimal | None
    high: Decimal | None
    part_area: bool
    part_year: bool
    implausible: bool

    @property
    def soundness(self) -> int:
        """0 sound, 1 repaired, 2 doubtful, 3 damaged, 4 masked."""
        if self.row["masked"]:
            return MASKED
        if self.row["damage"]:
            return 1 if self.repaired is not None else 3
        confidence = self.row.get("confidence")
        return 2 if self.implausible or (confidence is not None and confidence < LOW_CONFIDENCE) else 0

    @property
    def order(self) -> tuple[Any, ...]:
        """Where it stands among the figures of one cell; the smallest is shown."""
        bound = {"exact": 0, "range": 1, "approx": 1}.get(self.row["bound"] or "exact", 2)
        whole = (self.part_area, self.part_year)
        return (self.was_before, self.soundness, *whole, bound, -(self.year or 0), *self.place)

    @property
    def was_before(self) -> bool:
        """Is it how things were before, the A of 由A增至B?"""
        return bool(self.row.get("rule") == STATE_BEFORE)

    @property
    def place(self) -> tuple[str, int, int]:
        """File, report and offset."""
        return (self.row["file"] or "", self.row["report"] or 0, self.row["start"] or 0)

    @property
    def line(self) -> tuple[Any, ...]:
        """The row of the comparison that it belongs to. A growth on another basis, or a real one, is another row."""
        growth = self.measure in ("change", "change_rate")
        basis = (self.row["basis"] or "", bool(self.row["real"])) if growth else ("", False)
        return (self.indicator.id, self.measure, self.row["status"] or "", *basis, self.unit)

    def same(self, other: Figure) -> bool:
        """Does neither speak against the other? Two masks always may."""
        if self.row["masked"] or other.row["masked"]:
            return False
        mine = (self.usable if self.usable is not None else self.value, self.value_max, self.row["bound"])
        theirs = (other.usable if other.usable is not None else other.value, other.value_max, other.row["bound"])
        return mine == theirs or _within(mine, theirs) or _within(theirs, mine)


def _within(number: tuple[Any, Any, str | None], limit: tuple[Any, Any, str | None]) -> bool:
    """Is the first a number that the second, a bound, allows (39.5%，首次突破39%)?"""
    (value, _, exact), (other, _, bound) = number, limit
    if exact != "exact" or value is None or other is None:
        return False
    return bool((bound == "min" and value >= other) or (bound == "max" and value <= other))


def figures(
    rows: Iterable[Row], catalogue: Mapping[str, Indicator], convert: Convert, selection: Selection
) -> tuple[list[Figure], list[Issue]]:
    """The figures that a comparison may show, in the order of the text, and what had to be left out.

    `convert(value, base_unit, to_unit)` makes units equal, or returns None where they cannot be.
    """
    unique: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        unique.setdefault((row["file"], row["report"], row["start"], row["end"], row["indicator"]), row)
    names = _ids_of_names(unique.values())
    found: list[Figure] = []
    issues: list[Issue] = []
    for row in unique.values():
        indicator = catalogue.get(row["indicator_id"] or "")
        if indicator is None:
            continue
        made = _figure(row, indicator, convert, names)
        if isinstance(made, Issue):
            if _selected_row(row, indicator, selection):
                issues.append(made)
        elif _selected(made, selection):
            found.append(made)
    found.sort(key=lambda f: f.place)
    return found, issues


def _ids_of_names(rows: Iterable[Row]) -> Mapping[str, str]:
    """Codes of places by their names, where a name has only one."""
    ids = defaultdict(set)
    for row in rows:
        if row["area_id"] and row["area_name"]:
            ids[row["area_name"]].add(row["area_id"])
    return {name: next(iter(codes)) for name, codes in ids.items() if len(codes) == 1}


def measure_of(row: Row, indicator: Indicator) -> str:
    """The measure that counts: a rise (新增 N) of an indicator that is itself a flow is its level."""
    if row["measure"] == "change" and row["direction"] == "up" and indicator.flow:
        return "level"
    return row["measure"] or "level"


def _selected_row(row: Row, indicator: Indicator, selection: Selection) -> bool:
    return (
        selection.measure in ("all", measure_of(row, indicator))
        and selection.status in ("all", row["status"])
        and (not selection.indicators or indicator.id in selection.indicators)
        and (not selection.years or row["year"] in selection.years)
    )


def _selected(figure: Figure, selection: Selection) -> bool:
    if not _selected_row(figure.row, figure.indicator, selection):
        return False
    return not selection.areas or any(w == figure.area_id or w in figure.area for w in selection.areas)


def _target_unit(row: Row, indicator: Indicator, measure: str) -> str:
    """The unit that figures of this measure are compared in."""
    units = wording()["units"]
    base = row["base_unit"] or ""
    if measure == "level":
        return indicator.unit
    if measure == "change_rate":
        return "%"
    if measure == "change":
        if base in units["points"]:
            return str(units["points"][0]) if indicator.unit in units["shares"] else base
        return indicator.unit
    return base


def _figure(row: Row, indicator: Indicator, convert: Convert, names: Mapping[str, str]) -> Figure | Issue:
    measure = measure_of(row, indicator)
    unit = _target_unit(row, indicator, measure)
    base = row["base_unit"] or ""
    points = wording()["units"]["points"]
    same = base == unit or (base in points and unit in points)
    sign = -1 if row["direction"] == "down" and measure in ("change", "change_rate") else 1
    fits = same or not base or convert(Decimal(1), base, unit) is not None
    if not fits:
        return Issue(
            row["file"] or "",
            "unit",
            f"{row['text']} ({row['indicator']}): {base} is no unit of {indicator.name} ({unit}): left out",
            fatal=False,
            span=Span(row["start"], row["end"]) if _is_span(row) else None,
        )

    def converted(name: str) -> Decimal | None:
        value = exact(row[name])
        if value is None:
            return None
        made = value if same else convert(value, base, unit) if base else value
        return None if made is None else sign * made

    value, value_max, low, high = (converted(n) for n in ("value", "value_max", "low", "high"))
    if sign < 0:
        low, high = high, low
        if value_max is not None:
            value, value_max = value_max, value
    usable = converted("obs_value")
    area_key, area, area_id = _area(row, names)
    period = row["period"] or ""
    judged = usable if usable is not None else value
    implausible = measure == "level" and judged is not None and not _plausible(judged, indicator)
    return Figure(
        row=row,
        indicator=indicator,
        measure=measure,
        unit=unit,
        area_key=area_key,
        area=area,
        area_id=area_id,
        year=row["year"],
        value=value,
        value_max=value_max,
        usable=usable,
        repaired=converted("repaired"),
        low=low,
        high=high,
        part_area=_is_part(row),
        part_year=_is_part_of_year(period) or row["basis"] == "cumulative",
        implausible=implausible,
    )


def _is_span(row: Row) -> bool:
    return isinstance(row["start"], int) and isinstance(row["end"], int) and 0 <= row["start"] <= row["end"]


def _plausible(value: Decimal, indicator: Indicator) -> bool:
    low, high = indicator.low, indicator.high
    return (low is None or value >= Decimal(str(low))) and (high is None or value <= Decimal(str(high)))


@lru_cache(maxsize=8)
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(wording()["patterns"][name])


@lru_cache(maxsize=4096)
def _is_part_of_year(period: str) -> bool:
    if _pattern("cumulative").search(period):
        return True
    return bool(_pattern("part_year").search(period)) and not _pattern("whole_year").search(period)


def _is_part(row: Row) -> bool:
    """Does the figure speak of a part of its area?"""
    written, name = row["area"] or "", row["area_name"] or ""
    if not written or written == name or _pattern("whole_area").search(written):
        return False
    return not (name.startswith(written) or name.endswith(written) or (name and written.endswith(name)))


def label_of_report(row: Row) -> str:
    """A report as it is named in a heading: `file#number`."""
    return f"{PurePath(row['file'] or '-').name}#{row['report'] or 1}"


def _area(row: Row, names: Mapping[str, str]) -> tuple[tuple[str, ...], str, str]:
    """Key, name and code of the figure's place; a masked or unknown one is a place of its own in each report."""
    name = row["area_name"] or row["area"] or ""
    if not row["area_name"] and _pattern("whole_area").search(name):
        name = ""  # 全市 of a report whose place is unknown is that unknown place
    code = row["area_id"] or names.get(name, "")
    if code:
        return ("0", code), name or code, code
    if name and not _pattern("unknown_area").search(name):
        return ("1", name), name, ""
    return ("2", name, row["file"] or "", str(row["report"] or "")), f"{name or '?'} ({label_of_report(row)})", ""


# --- the comparison --------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Comparison:
    """A pivot (`columns`, `rows`), the figures behind it (`long`), what to print beneath, and what was left out."""

    columns: tuple[Column, ...] = ()
    rows: list[Row] = field(default_factory=list)
    long: list[Row] = field(default_factory=list)
    evidence: list[Row] = field(default_factory=list)
    legend: tuple[str, ...] = ()
    issues: list[Issue] = field(default_factory=list)


EVIDENCE = (
    Column("indicator"), Column("area"), Column("shown", "mixed"), Column("sentence"), Column("file"),
    Column("report", "int"), Column("start", "int"), Column("end", "int"),
)  # fmt: skip


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
    language: str = "en",
) -> Comparison:
    """The comparison of the places (or places and years, or reports) that extract rows speak of.

    `catalogue` is in the order in which rows shall stand. `evidence` puts under each row of the pivot one with the
    sentence behind each figure and one with its file and offsets, told apart by a column `line`.
    """
    found, issues = figures(rows, catalogue, convert, selection)
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
                doubts[id(f)] = _doubts(f, candidates, f is ordered[0])
    is_shown = {id(f) for columns in chosen.values() for f in columns.values()}
    result = Comparison(issues=issues)
    position = {id_: n for n, id_ in enumerate(catalogue)}

    def rank(line: tuple[Any, ...]) -> tuple[Any, ...]:
        shown = chosen[line].values()
        usable = sum(f.usable is not None for f in shown)
        measure = MEASURES.index(line[1]) if line[1] in MEASURES else len(MEASURES)
        status = STATUSES.index(line[2]) if line[2] in STATUSES else len(STATUSES)
        return (position[line[0]], measure, status, -usable, -len(shown), line[3:])

    lines = sorted(chosen, key=rank)
    for line in lines:
        for f in sorted(
            (f for c in cells[line].values() for f in c), key=lambda f: (f.area_key, -(f.year or 0), f.order)
        ):
            result.long.append(_long_row(f, doubts[id(f)], id(f) in is_shown))
    _pivot(result, lines, chosen, doubts, selection, evidence, language)
    return result


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


def _doubts(figure: Figure, candidates: Sequence[Figure], is_chosen: bool) -> tuple[str, ...]:
    """Why the figure carries a mark."""
    reasons = []
    if figure.row["damage"]:
        reasons.append("repaired" if figure.repaired is not None else "damaged")
    if figure.implausible:
        reasons.append("implausible")
    confidence = figure.row.get("confidence")
    if confidence is not None and confidence < LOW_CONFIDENCE:
        reasons.append("low_confidence")
    if figure.part_area:
        reasons.append("part_area")
    if figure.part_year:
        reasons.append("part_year")
    if is_chosen:
        others = [f for f in candidates if f is not figure]
        rivals = [f for f in others if f.year == figure.year or None in (f.year, figure.year)]
        if not figure.was_before:  # it is no contradiction that things were otherwise once
            rivals = [f for f in rivals if not f.was_before or (f.year is not None and f.year == figure.year)]
        later = [f for f in others if (f.year or 0) > (figure.year or 0) and figure.year is not None]
        if later or any(not f.same(figure) for f in rivals):
            reasons.append("several")
    return tuple(reasons)


def _long_row(f: Figure, doubt: tuple[str, ...], is_chosen: bool) -> Row:
    row = f.row
    copied = (
        "direction", "basis", "status", "period", "bound", "masked", "numeral", "damage", "confidence", "file",
        "report", "title", "page", "sentence", "start", "end", "area_inferred", "area_evidence",
    )  # fmt: skip
    return {
        **{name: row[name] for name in copied},
        "area": f.area,
        "area_id": f.area_id or None,
        "year": f.year,
        "indicator_id": f.indicator.id,
        "indicator": f.indicator.name,
        "name_en": f.indicator.en,
        "measure": f.measure,
        "area_text": row["area"],
        "value": _rounded(f.value),
        "value_max": _rounded(f.value_max),
        "obs_value": _rounded(f.usable),
        "unit": f.unit,
        "low": _rounded(f.low),
        "high": _rounded(f.high),
        "repaired": _rounded(f.repaired),
        "doubt": " ".join(doubt) or None,
        "chosen": is_chosen,
    }


def _rounded(value: Decimal | None) -> int | float | None:
    """A converted number without the noise of a division: 12 significant digits."""
    if value is None:
        return None
    with localcontext() as context:
        context.prec = 12
        return number(+value)


def shown(value: Decimal) -> str:
    """A number as a cell shows it: not more than four decimals, or four significant digits of a small one.

    >>> shown(Decimal("5.190")), shown(Decimal("33.33333333")), shown(Decimal("0.000123456")), shown(Decimal("1E+3"))
    ('5.19', '33.3333', '0.0001235', '1000')
    """
    with localcontext() as context:
        context.prec = 4 if 0 < abs(value) < Decimal("0.1") else max(value.adjusted() + 5, 5)
        rounded = +value
    text = f"{rounded:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def cell_of(f: Figure, doubt: Sequence[str], year: int | str | None) -> Cell:
    """The cell that shows a figure. `year` (or `NO_YEAR`) is given where it must stand beside it."""
    prefix = {"min": "\u2265", "max": "\u2264", "approx": "\u2248"}.get(f.row["bound"] or "", "")
    state: Any = "plain"
    if f.row["masked"]:
        text = "".join(str(f.row["text"] or "").split())
        base, state = (text if f.row["numeral"] else f"?{text}"), "masked"
        if f.row["direction"] == "down" and f.measure in ("change", "change_rate"):
            base = f"-{base}"
    else:
        value = f.usable if f.usable is not None else f.value
        base = "?" if value is None else shown(value)
        if f.value_max is not None and f.repaired is None:
            base += f"~{shown(f.value_max)}"
    marks = []
    if "several" in doubt:
        marks.append("*")
    if "part_area" in doubt or "part_year" in doubt:
        marks.append("\u2021")
    if "repaired" in doubt:
        marks.append("\u2020")
    if {"damaged", "implausible", "low_confidence"} & set(doubt) and not f.row["masked"]:
        marks.append("\u26a0")
    if year is not None:
        marks.append(f"({year})")
    if state == "plain" and doubt:
        state = "damaged" if "\u26a0" in marks else "repaired" if "\u2020" in marks else "doubt"
    text = " ".join([prefix + base, *marks])
    bare = not prefix and not marks and not f.row["masked"] and f.value_max is None and f.usable is not None
    return Cell(text, number(Decimal(base)) if bare else None, state)


def _pivot(
    result: Comparison,
    lines: Sequence[tuple[Any, ...]],
    chosen: Mapping[tuple[Any, ...], Mapping[tuple[Any, ...], Figure]],
    doubts: Mapping[int, tuple[str, ...]],
    selection: Selection,
    evidence: bool,
    language: str,
) -> None:
    """Fill in columns, rows, evidence and legend."""
    everything = [(key, f) for line in lines for key, f in chosen[line].items()]
    years = Counter(f.year for _, f in everything if f.year is not None)
    main_year = min(years, key=lambda y: (-years[y], -y)) if years else None
    places = _places(everything, selection.by, main_year)
    names = {p.key: p.label for p in places}
    own_year = {p.key: p.year for p in places}

    varies = [n for n, on in (("measure", selection.measure != "level"), ("basis", selection.measure != "level"),
                              ("status", selection.status == "all")) if on]  # fmt: skip
    result.columns = (
        *((Column("line"),) if evidence else ()),
        Column("indicator_id"),
        Column("indicator"),
        Column("unit"),
        *(Column(n) for n in varies),
        Column("stated", "int"),
        Column("usable", "int"),
        *(Column(p.label, "mixed") for p in places),
    )
    marks = set()
    for line in lines:
        figure_by_key = chosen[line]
        first = next(iter(figure_by_key.values()))
        row: Row = {
            "line": "figure",
            "indicator_id": first.indicator.id,
            "indicator": first.indicator.name,
            "unit": first.unit,
            "measure": first.measure,
            "basis": " ".join([*([line[3]] if line[3] else []), *(["real"] if line[4] else [])]) or None,
            "status": first.row["status"],
            "stated": len(figure_by_key),
            "usable": sum(f.usable is not None for f in figure_by_key.values()),
        }
        sentences: Row = {"line": "sentence", "indicator_id": first.indicator.id, "indicator": first.indicator.name}
        sources: Row = {"line": "source", "indicator_id": first.indicator.id, "indicator": first.indicator.name}
        for place in places:
            f = figure_by_key.get(place.key)
            if f is None:
                continue
            # Beside figures by report stand no years, but for what was before.
            by_report = selection.by == "report" and f.was_before
            beside = f.year != own_year[place.key] if selection.by == "area" else by_report
            cell = cell_of(f, doubts[id(f)], (f.year or NO_YEAR) if beside else None)
            marks |= set(cell.show) & set("*\u2021\u2020\u26a0\u2265\u2264\u2248")
            if f.row["masked"]:
                marks.add("xx" if f.row["numeral"] else "deleted")
            if f.year is None and (beside or selection.by == "area"):
                marks.add(NO_YEAR)
            name = names[place.key]
            row[name] = cell
            sentences[name] = Cell(str(f.row["sentence"] or ""), None, "note")
            sources[name] = Cell(
                f"{f.row['file']}#{f.row['report'] or 1}:{f.row['start']}-{f.row['end']}", None, "note"
            )
            result.evidence.append(
                {
                    **{n: f.row[n] for n in ("sentence", "file", "report", "start", "end")},
                    "indicator": first.indicator.name,
                    "area": name,
                    "shown": cell,
                }
            )
        result.rows.append(row)
        if evidence:
            result.rows += [sentences, sources]
    result.legend = _legend(marks, main_year, selection.by, len(result.issues), language)


def _places(everything: Sequence[tuple[tuple[Any, ...], Figure]], by: str, main_year: int | None) -> list[_Place]:
    """The columns of the pivot in their order, each with a name of its own."""
    grouped: dict[tuple[Any, ...], list[Figure]] = defaultdict(list)
    for key, figure in everything:
        grouped[key].append(figure)
    places = []
    for key, members in grouped.items():
        first = members[0]
        common = Counter(f.area for f in members)
        area = min(common, key=lambda a: (-common[a], a))
        years = Counter(f.year for f in members)
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
    taken = Counter(p.label for p in places)
    seen: Counter[str] = Counter()
    for place in places:  # two files of one name in different folders: number them
        if taken[place.label] > 1:
            seen[place.label] += 1
            if seen[place.label] > 1:
                place.label += f" [{seen[place.label]}]"
    return places


def _legend(marks: set[str], year: int | None, by: str, left_out: int, language: str) -> tuple[str, ...]:
    words = wording()["legend"][language]
    lines = [words["year"].format(year=year)] if year is not None and by == "area" else []
    for key, signs in (
        ("unknown_year", {NO_YEAR}),
        ("masked", {"xx"}),
        ("deleted", {"deleted"}),
        ("several", {"*"}),
        ("part", {"\u2021"}),
        ("repaired", {"\u2020"}),
        ("damaged", {"\u26a0"}),
        ("bounds", {"\u2265", "\u2264", "\u2248"}),
    ):
        if marks & signs:
            lines.append(words[key])
    if left_out:
        lines.append(words["left_out"].format(count=left_out))
    return tuple(lines)
