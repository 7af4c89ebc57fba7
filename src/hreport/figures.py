"""Figures: extract rows with an indicator of the catalogue, each with its value in the catalogue's unit, so that those
of one thing can stand side by side.

A masked or unknown place is a place of its own in each report. What has a unit that does not fit its indicator is left
out, with an issue that says so.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from pathlib import PurePath
from typing import Any

from hreport.lexicon import SUMS, Indicator
from hreport.messages import Message, listed
from hreport.model import Issue, Span
from hreport.record import ALL, BY, MEASURES, STATE_BEFORE, STATUSES, Row, corrected_fields, exact, wording

Convert = Callable[[Decimal, str, str], Decimal | None]

LOW_CONFIDENCE = 0.5
PUBLISHED = ("publisher", "published", "url")  # as a citation has them
MASKED = 4  # the last place in the order of soundness
UNKNOWN_PLACE = "2"  # begins the key of a place that is masked or unknown


class SelectionError(ValueError):
    """A word of a user's selection that is not known: the name of the option, and one line that says what is."""

    def __init__(self, option: str, message: str) -> None:
        """`option` as Python names it: `indicator` is `--indicator` of a command."""
        super().__init__(message)
        self.option = option


@dataclass(frozen=True, slots=True)
class Selection:
    """What to compare. Empty tuples select everything; `all` is a status and a measure."""

    by: str = "area"
    indicators: tuple[str, ...] = ()
    status: str = "actual"
    measure: str = "level"
    years: tuple[int, ...] = ()
    areas: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        catalogue: Mapping[str, Indicator],
        *,
        by: str = "area",
        indicator: Iterable[str] = (),
        status: str = "actual",
        measure: str = "level",
        year: Iterable[str] = (),
        area: Iterable[str] = (),
    ) -> Selection:
        """A selection in a user's words: indicators by id, name, English name or alias, years as `2024` or `2020-2024`.

        SelectionError where a word is not known.

        >>> Selection.of({}, by="Area, year", year=["2020-2022", "2024"]).years
        (2020, 2021, 2022, 2024)
        """
        return cls(
            by=_one_of(",".join(w.strip() for w in by.lower().split(",")), BY, "by"),
            indicators=_ids(indicator, catalogue),
            status=_one_of(status.lower(), (*STATUSES, ALL), "status"),
            measure=_one_of(measure.lower(), (*MEASURES, ALL), "measure"),
            years=_years(year),
            areas=tuple(area),
        )


def _one_of(value: str, known: Sequence[str], option: str) -> str:
    if value in known:
        return value
    hint = _hint(get_close_matches(value, known, n=1))
    said = Message("{value!r} is not known. {hint}Known: {known}.", value=value, hint=hint, known=listed(known))
    raise SelectionError(option, said)


def _hint(near: Sequence[str]) -> str:
    return Message("Did you mean {names}? ", names=listed(near)) if near else ""


def _ids(words: Iterable[str], catalogue: Mapping[str, Indicator]) -> tuple[str, ...]:
    """Ids of the indicators that a user names by id, name, English name or alias."""
    names = {}
    for item in catalogue.values():
        for name in (*item.aliases, item.en.lower(), item.name, item.id):
            names[name] = item.id
    ids = []
    for word in words:
        id_ = names.get(word) or names.get(word.lower())
        if id_ is None:
            hint = _hint(get_close_matches(word, names, n=3, cutoff=0.4))
            said = Message("{word!r} is not known. {hint}hreport indicators lists them.", word=word, hint=hint)
            raise SelectionError("indicator", said)
        ids.append(id_)
    return tuple(dict.fromkeys(ids))


def _years(words: Iterable[str]) -> tuple[int, ...]:
    """Years from words like `2024`, `2020-2024` and `2022,2024`."""
    years: set[int] = set()
    for word in (w.strip() for given in words for w in given.split(",")):
        match = re.fullmatch(r"([12]\d{3})(?:-([12]\d{3}))?", word)
        if match is None or int(match[1]) > int(match[2] or match[1]):
            raise SelectionError("year", Message("{word!r} is not a year such as 2024 or 2020-2024.", word=word))
        years |= set(range(int(match[1]), int(match[2] or match[1]) + 1))
    return tuple(sorted(years))


def why_none(rows: Sequence[Row]) -> Message:
    """What keeps a comparison of these rows empty, and what to try."""
    known = sum(bool(r["indicator_id"]) for r in rows)
    if not rows:
        return Message("no figures were found")
    if not known:
        return Message(
            "none of the {figures} figures belongs to an indicator of the catalogue (--suggest lists their wordings)",
            figures=len(rows),
        )
    return Message(
        "none of the {figures} figures of known indicators is left "
        "(try --status all, --measure all, or without --year, --area, --indicator)",
        figures=known,
    )


def without_figures(areas: Sequence[str], rows: Sequence[Row]) -> Iterator[Message]:
    """What to say of each place asked for that no row is about, with the names that are nearest."""
    names = {str(row["area_name"]) for row in rows if row["area_name"]}
    ids = {row["area_id"] for row in rows}
    for area in areas:
        if area in ids or any(area in name for name in names):
            continue
        if near := get_close_matches(area, sorted(names), n=3, cutoff=0.5):
            yield Message("no figure is about {area}: did you mean {near}?", area=area, near=listed(near))
        else:
            yield Message("no figure is about {area}", area=area)


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
        if is_damaged(self.row):
            return 1 if self.row["repaired"] is not None else 3
        return 2 if self.implausible or is_unsure(self.row) else 0

    @property
    def corrected(self) -> frozenset[str]:
        """What a person put right."""
        return corrected_fields(self.row)

    @property
    def order(self) -> tuple[Any, ...]:
        """Where it stands among the figures of one cell; the smallest is shown."""
        bound = {"exact": 0, "range": 1, "approx": 1}.get(self.bound, 2)
        whole = (self.part_area, self.part_year)
        return (self.was_before, self.soundness, *whole, bound, -(self.year or 0), self.half_unit, *self.place)

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why the figure, whatever stands beside it, is not to be taken as it is."""
        return doubts_of(self.row, implausible=self.implausible, part_area=self.part_area, part_year=self.part_year)

    @property
    def is_state(self) -> bool:
        """Is it for certain how things stood at the end of several years?"""
        return _is_state(self.row, self.indicator)

    @property
    def falls(self) -> bool:
        """Is it a fall, which is negative here?"""
        return _falls(self.row)

    @property
    def bound(self) -> str:
        """What bounds the number as it stands here: a fall by at least 5 is at most -5."""
        bound: str = self.row["bound"] or "exact"
        return {"min": "max", "max": "min"}.get(bound, bound) if self.falls else bound

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
        """The row of the comparison that it belongs to. A growth on another basis, or a real one, is another row; one
        that says no basis is that of a year on the year before."""
        growth = self.row["measure"] in ("change", "change_rate")
        basis = self.row["basis"] or ("cumulative" if self.year is None and self.part_year else "")
        basis = ("" if basis == "yoy" else basis, bool(self.row["real"])) if growth else ("", False)
        return (self.indicator.id, self.measure, self.row["status"] or "", *basis, self.unit)

    @property
    def half_unit(self) -> Decimal:
        """Half of the last digit written, in `unit`: what rounding may have taken (5.19亿元: half a million)."""
        try:
            written = Decimal(str(self.row["numeral"]).replace(",", ""))
        except ArithmeticError:
            return Decimal(0)
        exponent = written.as_tuple().exponent
        if not written or self.value is None or not isinstance(exponent, int):
            return Decimal(0)
        return abs(self.value / written) * Decimal(10) ** min(exponent, 0) / 2

    def same(self, other: Figure) -> bool:
        """Does neither speak against the other? Two masks always may; one may be the other, rounded."""
        if self.row["masked"] or other.row["masked"]:
            return False
        mine = (self.usable if self.usable is not None else self.value, self.value_max, self.bound)
        theirs = (other.usable if other.usable is not None else other.value, other.value_max, other.bound)
        return mine == theirs or _within(mine, theirs) or _within(theirs, mine) or self._rounds(other)

    def _rounds(self, other: Figure) -> bool:
        """Is one number the other one, rounded?"""
        mine, theirs = (f.usable if f.usable is not None else f.value for f in (self, other))
        if mine is None or theirs is None or (self.value_max, other.value_max) != (None, None):
            return False
        return abs(mine - theirs) <= max(self.half_unit, other.half_unit)


def is_damaged(row: Row) -> bool:
    """Was damage done to a figure that nobody put right?"""
    return bool(row["damage"]) and "value" not in corrected_fields(row)


def is_unsure(row: Row) -> bool:
    """Is a figure likely to be wrong, as far as the program can tell? What a person has looked at is not."""
    confidence = row.get("confidence")
    return confidence is not None and confidence < LOW_CONFIDENCE and not corrected_fields(row)


def doubts_of(
    row: Row, *, implausible: bool = False, part_area: bool = False, part_year: bool = False
) -> tuple[str, ...]:
    """Why a figure is not to be taken as it is, by what its row says and what only its indicator can tell."""
    reasons = {
        "repaired": is_damaged(row) and row["repaired"] is not None,
        "damaged": is_damaged(row) and row["repaired"] is None,
        "implausible": implausible,
        "low_confidence": is_unsure(row),
        "corrected": bool(corrected_fields(row)),
        "part_area": part_area,
        "part_year": part_year,
    }
    return tuple(name for name, holds in reasons.items() if holds)


def _within(number: tuple[Any, Any, str], limit: tuple[Any, Any, str]) -> bool:
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
    once = unique(rows)
    names = ids_of_names(once)
    found: list[Figure] = []
    issues: list[Issue] = []
    for row in once:
        indicator = catalogue.get(row["indicator_id"] or "")
        if indicator is None:
            continue
        made = _figure(row, indicator, convert, names)
        if isinstance(made, Issue):
            if _selected_row(row, indicator, selection):
                issues.append(made)
        elif is_selected(made, selection):
            found.append(made)
    found.sort(key=lambda f: f.place)
    return found, issues


def unique(rows: Iterable[Row]) -> list[Row]:
    """The rows without those that say again what stands in the same place: a report and its table may both be given."""
    once: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        once.setdefault(identity(row), row)
    return list(once.values())


def identity(row: Row) -> tuple[Any, ...]:
    """What makes a row of `extract` the one it is: where it stands, and what it is said to measure."""
    return (row["file"], row["report"], row["start"], row["end"], row["indicator"])


def ids_of_names(rows: Iterable[Row]) -> Mapping[str, str]:
    """Codes of places by their names, where a name has only one."""
    ids = defaultdict(set)
    for row in rows:
        if row["area_id"] and row["area_name"]:
            ids[row["area_name"]].add(row["area_id"])
    return {name: next(iter(codes)) for name, codes in ids.items() if len(codes) == 1}


def measure_of(row: Row, indicator: Indicator) -> str:
    """The measure that counts: a rise (新增 N) of an indicator that is itself a flow is its level, and so is the growth
    in % of one that is itself a growth (居民消费价格上涨2% is a 居民消费价格涨幅 of 2%)."""
    if row["measure"] == "change" and row["direction"] == "up" and indicator.flow:
        return "level"
    if row["measure"] == "change_rate" and indicator.kind == "growth":
        return "level"
    return row["measure"] or "level"


def _selected_row(row: Row, indicator: Indicator, selection: Selection) -> bool:
    return (
        selection.measure in ("all", measure_of(row, indicator))
        and selection.status in ("all", row["status"])
        and (not selection.indicators or indicator.id in selection.indicators)
        and (not selection.years or row["year"] in selection.years)
    )


def is_selected(figure: Figure, selection: Selection) -> bool:
    """Does a figure belong to a selection?"""
    return _selected_row(figure.row, figure.indicator, selection) and is_there(figure, selection)


def is_there(figure: Figure, selection: Selection) -> bool:
    """Is it of a place that is selected, by code or by a part of its name?"""
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
    sign = -1 if _falls(row) else 1
    fits = same or not base or convert(Decimal(1), base, unit) is not None
    if not fits:
        return Issue(
            row["file"] or "",
            "unit",
            Message(
                "{text} ({wording}): {base} is no unit of {indicator} ({unit}): left out",
                text=row["text"],
                wording=row["indicator"],
                base=base,
                indicator=indicator.name,
                unit=unit,
            ),
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
    area_key, area, area_id = area_of(row, names)
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
        part_area=_is_part(row) and "area" not in corrected_fields(row),
        part_year=_is_sum(row, indicator) or (_is_part_of_year(period) and not _is_state(row, indicator)),
        implausible=implausible,
    )


def _falls(row: Row) -> bool:
    return row["direction"] == "down" and row["measure"] in ("change", "change_rate")


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
    """Is it less than a year, or more than one?"""
    period = "".join(period.split())
    if _pattern("cumulative").search(period):
        return True
    return bool(_pattern("part_year").search(period)) and not _pattern("whole_year").search(period)


def _is_sum(row: Row, indicator: Indicator) -> bool:
    """Is it added up since some time (成交额累计达260亿元)? A stock may be named so, and is marked all the same."""
    if row["basis"] == "cumulative":
        return True
    sentence, text = str(row["sentence"] or ""), str(row["text"] or "")
    before = sentence[: sentence.find(text)] if text and text in sentence else ""
    return indicator.kind in SUMS and row["measure"] != "change_rate" and bool(_pattern("summed").search(before))


def _is_state(row: Row, indicator: Indicator) -> bool:
    """Is it for certain how things stood, and not what a part of the year or several years add up to?

    Of a period without a year in it, extraction gives the year that it ended with to how things stood then; but a count
    may be a sum all the same.
    """
    period = row["period"] or ""
    if indicator.kind in SUMS and not indicator.annual:
        return False
    if row["measure"] != "level" or row["basis"]:
        return False
    if _pattern("now").search(period):
        return True
    return row["year"] is not None and not re.search(r"\d{4}", period) and bool(_pattern("years").search(period))


def _is_part(row: Row) -> bool:
    """Does the figure speak of a part of its area?"""
    written, name = row["area"] or "", row["area_name"] or ""
    if not written or written == name or _pattern("whole_area").search(written):
        return False
    return not (name.startswith(written) or name.endswith(written) or (name and written.endswith(name)))


def label_of_report(row: Row) -> str:
    """A report as it is named in a heading: `file#number`."""
    return f"{PurePath(row['file'] or '-').name}#{row['report'] or 1}"


def source_of(row: Row) -> str:
    """Where a figure stands (`file#report:start-end`), and who published it where, as far as a manifest says so."""
    place = f"{row['file']}#{row['report'] or 1}:{row['start']}-{row['end']}"
    published = ", ".join(row[n] for n in PUBLISHED if row.get(n))
    return f"{place} ({published})" if published else place


def area_of(row: Row, names: Mapping[str, str]) -> tuple[tuple[str, ...], str, str]:
    """Key, name and code of a row's place; a masked or unknown one is a place of its own in each report. `names`: see
    `ids_of_names`."""
    name = row["area_name"] or row["area"] or ""
    if not row["area_name"] and _pattern("whole_area").search(name):
        name = ""  # 全市 of a report whose place is unknown is that unknown place
    code = row["area_id"] or names.get(name, "")
    if code:
        return ("0", code), name or code, code
    if name and not _pattern("unknown_area").search(name):
        return ("1", name), name, ""
    return (
        (UNKNOWN_PLACE, name, row["file"] or "", str(row["report"] or "")),
        f"{name or '?'} ({label_of_report(row)})",
        "",
    )
