"""Corrections: a CSV in which an analyst puts figures right, so that they stay right in every new run.

A line names a figure by its document (`file_hash`), `start` and `end`, as they stand in a row of `extract`, and says
what one of its fields is in truth. What was read stays in the row (`text`, `numeral`, `damage`, `repaired`, `low`,
`high`, `confidence`); what was put right takes the place of what was made of it (`value`, `obs_value`, `year`, ...),
and `corrected` lists it.

Corrections are applied to rows, in the order of `FIELDS`. Applied again to rows that have them they change nothing, so
that a table may be corrected that was written with corrections.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias, get_args

from hreport import grammar, handwritten, record, resolve
from hreport.lexicon import Area, Lexicon
from hreport.messages import Message, listed, reason_of
from hreport.model import Basis, Bound, Direction, Issue, Masked, MaskKind, Measure, Range, Span, Status
from hreport.record import Row, exact, number, wording
from hreport.tag import quantities
from hreport.tag.numbers import EXACT, SCALES
from hreport.text import Reading, fold

CORRECTION_COLUMNS = ("file_hash", "start", "end", "field", "value")
BESIDE = ("file", "report", "title", "text", "indicator", "sentence", "note")  # for the eye; file and text are checked
SHORTEST_HASH = 8  # digits: among ten thousand documents, one in 400,000 has the first eight of a given one
NONE = "none"  # written where a field shall be empty


class CorrectionsError(handwritten.HandwrittenError):
    """A file of corrections that cannot be used; one line that says why and where."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that was written by hand, in the base unit; `unit` and `base_unit` are empty where none stands there."""

    value: Decimal
    value_max: Decimal | None
    bound: Bound
    unit: str
    base_unit: str


@dataclass(frozen=True, slots=True)
class Measured:
    """A unit that was written by hand: how many of its `base` one is."""

    unit: str
    base: str
    times: Decimal


@dataclass(frozen=True, slots=True)
class Correction:
    """One line: what a field of a figure is in truth, as `written` and as `given` to a row."""

    file_hash: str
    start: int
    end: int
    field: str
    written: str
    given: Any
    line: int
    file: str = ""
    text: str = ""

    def names(self, file_hash: str) -> bool:
        """Is this the document with that hash? Both may be shortened."""
        return file_hash.startswith(self.file_hash) or self.file_hash.startswith(file_hash)


@dataclass(frozen=True, slots=True)
class Corrections:
    """All corrections of a file, by the first digits of their document's hash."""

    name: str = ""
    by_document: Mapping[str, tuple[Correction, ...]] = field(default_factory=dict)

    @property
    def all(self) -> tuple[Correction, ...]:
        """All of them, in the order of the file."""
        return tuple(sorted((c for some in self.by_document.values() for c in some), key=lambda c: c.line))

    def of(self, file_hash: str) -> tuple[Correction, ...]:
        """The corrections of one document, by its SHA-256 or the first digits of it."""
        return tuple(c for c in self.by_document.get(file_hash[:SHORTEST_HASH], ()) if c.names(file_hash))

    def between(self, file_hash: str, start: int, end: int | None) -> Corrections:
        """Those of one document whose place begins between two offsets; behind the first, where there is no second."""
        some = tuple(c for c in self.of(file_hash) if start <= c.start and (end is None or c.start < end))
        return Corrections(self.name, {file_hash[:SHORTEST_HASH]: some} if some else {})

    def unmet(self, documents: Iterable[tuple[str, str]]) -> list[Issue]:
        """A word about each correction of a document that is not among those read (their paths and hashes).

        The code is `correction` where its file is there with other bytes, else `correction_elsewhere`.
        """
        hashes: dict[str, set[str]] = defaultdict(set)
        files: dict[str, str] = {}
        for path, file_hash in sorted(documents):
            if file_hash:
                hashes[file_hash[:SHORTEST_HASH]].add(record.file_hash(file_hash))
                files[path] = record.file_hash(file_hash)
        issues = []
        for c in self.all:
            code = "correction"
            found = [h for h in hashes[c.file_hash[:SHORTEST_HASH]] if c.names(h)]
            changed = next((p for p in files if c.file and _same_file(p, c.file)), None)
            if len(found) == 1:
                continue
            if found:
                reason = Message("{hash} is more than one document: give more digits", hash=c.file_hash)
            elif changed is not None:
                reason = Message(
                    "{file} has changed since (its file_hash is now {hash}): look at the figure again",
                    file=changed, hash=files[changed],
                )  # fmt: skip
            else:
                code, reason = "correction_elsewhere", Message("its document is not among the files")
            message = Message("line {line}: {reason}", line=c.line, reason=reason)
            issues.append(Issue(self.name, code, message, fatal=False))
        return issues


def _same_file(path: str, written: str) -> bool:
    """Is one of the two paths the end of the other?"""
    one, other = (f"/{p}".replace("\\", "/").replace("/./", "/") for p in (path, written))
    return one.endswith(other) or other.endswith(one)


# --- what may be put right -------------------------------------------------------------------------------------------


class _UnfitError(Exception):
    """Why a correction cannot be."""


Parse: TypeAlias = Callable[[str, Lexicon], Any]
Change: TypeAlias = Callable[[Row, Any, Lexicon], Row]


@dataclass(frozen=True, slots=True)
class Field:
    """A field that may be put right: how its value is read, and what it changes in a row of which layer."""

    parse: Parse
    change: Change
    layer: str = "quantity"


def _amount(written: str, _: Lexicon) -> Amount:
    """A number, alone or with its unit and a bound: 173000000, 1.73亿元, 约3000人, 1~2所, 二十万人."""
    text = re.sub(r"\s", "", fold(written)).replace("\u2212", "-")
    negative = text.startswith("-")
    text = text.lstrip("+-")
    words = grammar.load()
    reading = Reading.of(text, ())
    whole = Span(0, len(text))
    q = quantities.of_cell(reading, whole, "", words, quantities.Profile()) if text else None
    if q is None:
        found = quantities.tag(reading, words, quantities.Profile(), bytearray(len(text))) if text else []
        q = found[0] if found and found[0].span == whole else None
    if q is None:
        raise _UnfitError(Message("is no number with its unit, such as {example}", example="95.3%"))
    if isinstance(q.value, Masked):
        raise _UnfitError(Message("is a mask, not a number: correct masked to true"))
    if isinstance(q.value, Range):
        if negative:
            raise _UnfitError(Message("is no range: correct value and value_max"))
        return Amount(q.value.low, q.value.high, "range", q.unit, q.base_unit)
    value = q.value.number
    return Amount(-value if negative else value, None, q.bound, q.unit, q.base_unit)


def _unit(written: str, lexicon: Lexicon) -> Measured:
    """A unit with its multipliers."""
    known = quantities.unit_of(fold(written), grammar.load())
    if known is None:
        raise _UnfitError(Message("is no unit that is known"))
    return Measured(*known)


def _true_or_false(written: str, _: Lexicon) -> bool:
    said = {"true": True, "1": True, "false": False, "0": False}.get(written.lower())
    if said is None:
        raise _UnfitError(Message("is not true or false"))
    return said


def _drop(written: str, lexicon: Lexicon) -> bool:
    if not _true_or_false(written, lexicon):
        raise _UnfitError(Message("is not true: leave the line out"))
    return True


def _one_of(kind: Any, optional: bool = False) -> Parse:
    """Reads one of the words of a type, or `none` where it may be empty."""
    words = (*get_args(kind), *([NONE] if optional else []))

    def parse(written: str, _: Lexicon) -> str | None:
        if written not in words:
            raise _UnfitError(Message("is not known; known: {known}", known=listed(words)))
        return None if written == NONE else written

    return parse


def _text(written: str, _: Lexicon) -> str | None:
    return None if written == NONE else written


def _year(written: str, _: Lexicon) -> int | None:
    year = record.year_number(written)
    if year is None and written != NONE:
        raise _UnfitError(Message("is not a year such as 2024"))
    return year


def _id(written: str, lexicon: Lexicon) -> str | None:
    if written == NONE or written in lexicon.indicators:
        return None if written == NONE else written
    near = get_close_matches(written, lexicon.indicators, n=1)
    if near:
        raise _UnfitError(Message("is no id of the catalogue: did you mean {near}?", near=near[0]))
    raise _UnfitError(Message("is no id of the catalogue: hreport indicators lists them"))


@lru_cache(maxsize=4)
def _codes(lexicon: Lexicon) -> Mapping[str, Area]:
    """Divisions by code, under the name in force."""
    known = sorted((a for areas in lexicon.areas.values() for a in areas), key=lambda a: a.seen, reverse=True)
    return {a.code: a for a in known}


def _area(written: str, lexicon: Lexicon) -> tuple[str, str]:
    """Name and code of a place. One that is no division keeps its name, one of several divisions has no code."""
    if re.fullmatch(r"\d{6}", written):
        if written != resolve.COUNTRY and written not in _codes(lexicon):
            raise _UnfitError(Message("is no code of GB/T 2260"))
        place = _codes(lexicon).get(written)
        return (place.name if place else lexicon.titles["country_names"].words[0]), written
    place = resolve.said_area(written, lexicon)
    if written == NONE:
        return "", ""
    return (place.name, place.code) if place else (written, "")


# --- what that changes in a row --------------------------------------------------------------------------------------


def _times(row: Row) -> Decimal:
    """How many of the base unit one of the row's written unit is."""
    known = quantities.unit_of(row["unit"] or "", grammar.load())
    return known[2] if known else Decimal(1)


def _in_base(row: Row, amount: Amount) -> None:
    """Refuses a bare number that can hardly be meant in the base unit."""
    times = _times(row)
    if not amount.unit and times > 1 and 0 < abs(amount.value) < times:
        raise _UnfitError(
            Message(
                "write {number}{unit} or {number}{base}: its unit is not said",
                number=f"{amount.value:f}", unit=row["unit"], base=row["base_unit"] or "",
            )
        )  # fmt: skip


def _set_value(row: Row, amount: Amount, _: Lexicon) -> Row:
    _in_base(row, amount)
    if amount.value < 0 and row["measure"] != "level":
        raise _UnfitError(Message("a fall is a positive number with the direction down"))
    bound = row["bound"] if amount.bound == "exact" and row["bound"] != "range" else amount.bound
    changes: Row = {
        "value": number(amount.value), "value_max": number(amount.value_max), "obs_value": number(amount.value),
        "masked": False, "bound": bound,
    }  # fmt: skip
    if amount.base_unit and amount.base_unit != row["base_unit"]:
        changes |= {"unit": amount.unit, "base_unit": amount.base_unit}
    return changes


def _set_value_max(row: Row, amount: Amount, _: Lexicon) -> Row:
    _in_base(row, amount)
    low = exact(row["value"])
    if low is None or amount.value_max is not None or amount.value < low:
        raise _UnfitError(Message("it is not the upper end of a range: correct value"))
    if amount.base_unit and amount.base_unit != row["base_unit"]:
        raise _UnfitError(Message("its unit is not that of the value: correct unit"))
    return {"value_max": number(amount.value), "bound": "range"}


def _set_unit(row: Row, unit: Measured, _: Lexicon) -> Row:
    """The numeral stays, so the value is counted anew: 5.19 that was taken for 元 and is in 亿元."""
    before = _times(row)
    own = row["unit"] or ""
    scale = own[: len(own) - len(own.lstrip(SCALES))] if before > 1 else ""
    if scale and unit.times != before and scale in (row["text"] or ""):
        raise _UnfitError(
            Message(
                "{text} is written with {scale}: name the unit with it, or correct value", text=row["text"], scale=scale
            )
        )
    changes: Row = {"unit": unit.unit, "base_unit": unit.base or row["base_unit"]}
    if unit.times != before:
        for name in ("value", "value_max", "obs_value", "repaired", "low", "high"):
            value = exact(row[name])
            changes[name] = None if value is None else number(EXACT.divide(EXACT.multiply(value, unit.times), before))
    return changes


def _set_bound(row: Row, bound: Bound, _: Lexicon) -> Row:
    if (bound == "range") != (row["value_max"] is not None):
        raise _UnfitError(Message("a range, and nothing else, has a value_max: correct value"))
    return {"bound": bound}


def _set_masked(row: Row, masked: bool, _: Lexicon) -> Row:
    if masked:
        bound = {"bound": "exact"} if row["bound"] == "range" else {}  # without its ends it is no range
        return {"masked": True, **dict.fromkeys(("value", "value_max", "obs_value", "repaired")), **bound}
    if row["value"] is None:
        raise _UnfitError(Message("a figure that is not masked has a value: correct value"))
    return {"masked": False, "obs_value": row["obs_value"] if row["damage"] else row["value"]}


def _set(name: str) -> Change:
    return lambda row, given, lexicon: {name: given}


_PLAIN_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")


def _set_period(row: Row, period: str | None, _: Lexicon) -> Row:
    """With the year, where the period names one."""
    years = set(_PLAIN_YEAR.findall(fold(period or "")))
    return {"period": period, **({"year": int(years.pop())} if len(years) == 1 else {})}


def _set_area(row: Row, area: tuple[str, str], _: Lexicon) -> Row:
    return {"area_name": area[0] or None, "area_id": area[1] or None, "area_inferred": None, "area_evidence": None}


def _set_indicator(row: Row, words: str | None, lexicon: Lexicon) -> Row:
    """With the id that the catalogue gives the words."""
    if words is None:
        raise _UnfitError(Message("a figure has an indicator: correct drop to true where it is no figure"))
    unit = row["base_unit"] or row["unit"] or ""
    found = resolve.indicator_id(words, unit, lexicon, row["measure"] or "level", "", row["direction"] or "")
    return {"indicator": words, "indicator_id": found or None}


# In the order in which they are applied: the unit before the number in it, what an indicator depends on before it.
FIELDS: Mapping[str, Field] = {
    "drop": Field(_drop, _set("drop")),
    "unit": Field(_unit, _set_unit),
    "value": Field(_amount, _set_value),
    "value_max": Field(_amount, _set_value_max),
    "bound": Field(_one_of(Bound), _set_bound),
    "masked": Field(_true_or_false, _set_masked),
    "measure": Field(_one_of(Measure), _set("measure")),
    "direction": Field(_one_of(Direction, optional=True), _set("direction")),
    "basis": Field(_one_of(Basis, optional=True), _set("basis")),
    "real": Field(_true_or_false, _set("real")),
    "status": Field(_one_of(Status), _set("status")),
    "period": Field(_text, _set_period),
    "year": Field(_year, _set("year")),
    "area": Field(_area, _set_area),
    "indicator": Field(_text, _set_indicator),
    "indicator_id": Field(_id, _set("indicator_id")),
    "kind": Field(_one_of(MaskKind), _set("kind"), layer="mask"),
}
ORDER = {name: position for position, name in enumerate(FIELDS)}
# What a change of one field brings with it, and is listed too.
CARRIED = {"base_unit": "unit", "year": "year", "indicator_id": "indicator_id"}


# --- the file --------------------------------------------------------------------------------------------------------


def read_corrections(path: Path, lexicon: Lexicon) -> Corrections:
    """The corrections in a CSV file (UTF-8 or GB18030), checked against the catalogue and the divisions of `lexicon`.

    Raises:
        CorrectionsError: a line that cannot be meant so, or two that contradict each other.
    """
    words = wording()["columns"]
    chinese = {words[name]: name for name in FIELDS if name in words}
    found: list[Correction] = []
    for line, values in handwritten.lines(path, (*CORRECTION_COLUMNS, *BESIDE), CORRECTION_COLUMNS, CorrectionsError):
        try:
            found.append(_correction(values, line, chinese, lexicon))
        except _UnfitError as unfit:
            reason = reason_of(unfit)
            raise CorrectionsError(
                Message("{path}: line {line}: {reason}", path=path, line=line, reason=reason)
            ) from None
    _check(found, path)
    by_document: dict[str, list[Correction]] = defaultdict(list)
    for correction in found:
        by_document[correction.file_hash[:SHORTEST_HASH]].append(correction)
    return Corrections(path.as_posix(), {key: tuple(some) for key, some in by_document.items()})


def _correction(values: Mapping[str, str], line: int, chinese: Mapping[str, str], lexicon: Lexicon) -> Correction:
    file_hash = values["file_hash"].lower()
    if not re.fullmatch(rf"[0-9a-f]{{{SHORTEST_HASH},64}}", file_hash):
        raise _UnfitError(
            Message(
                "file_hash: {hash!r} is not {count} to 64 hex digits", hash=values["file_hash"], count=SHORTEST_HASH
            )
        )
    places = []
    for name in ("start", "end"):
        if not re.fullmatch(r"[0-9]{1,9}", values[name]):
            raise _UnfitError(Message("{name}: {value!r} is not a whole number", name=name, value=values[name]))
        places.append(int(values[name]))
    start, end = places
    if start >= end:
        raise _UnfitError(Message("end: {end} is not behind start {start}", start=start, end=end))
    name = chinese.get(values["field"], values["field"])
    if name not in FIELDS:
        near = get_close_matches(name, FIELDS, n=1)
        hint = Message(" Did you mean {near}?", near=near[0]) if near else ""
        raise _UnfitError(
            Message("field: {field!r} is not known.{hint} Known: {known}", field=name, hint=hint, known=listed(FIELDS))
        )
    written = values["value"]
    if not written:
        raise _UnfitError(Message("value: nothing is given for {field}; {none} empties it", field=name, none=NONE))
    try:
        given = FIELDS[name].parse(written, lexicon)
    except _UnfitError as unfit:
        raise _UnfitError(
            Message("{field}: {value!r} {reason}", field=name, value=written, reason=reason_of(unfit))
        ) from None
    file, text = values.get("file", ""), values.get("text", "")
    return Correction(file_hash, start, end, name, written, given, line, file, text)


def _check(found: Sequence[Correction], path: Path) -> None:
    """Refuse lines that contradict each other."""
    by_place: dict[tuple[str, int, int], list[Correction]] = defaultdict(list)
    for c in found:
        by_place[c.file_hash[:SHORTEST_HASH], c.start, c.end].append(c)
    for some in by_place.values():
        for k, c in enumerate(some):
            for earlier in some[:k]:
                if c.names(earlier.file_hash) and _contradict(earlier, c):
                    raise CorrectionsError(
                        Message(
                            "{path}: line {line}: contradicts line {earlier}: leave one of them out",
                            path=path, line=c.line, earlier=earlier.line,
                        )
                    )  # fmt: skip


def _contradict(one: Correction, other: Correction) -> bool:
    if one.field == other.field:
        return bool(one.given != other.given)
    given = {c.field: c.given for c in (one, other)}
    if given.get("masked") is True and given.keys() & {"value", "value_max"}:
        return True
    amount, unit = given.get("value"), given.get("unit")
    return amount is not None and unit is not None and bool(amount.base_unit) and amount.base_unit != unit.base


# --- applied ---------------------------------------------------------------------------------------------------------


def correct(
    rows: Iterable[Row],
    corrections: Corrections,
    lexicon: Lexicon,
    path: str,
    file_hash: str | None,
    layers: Sequence[str],
) -> tuple[list[Row], list[Issue]]:
    """The rows of a document, or of a table of ours, with what was put right, and a word about what could not be.

    `file_hash` is the document's SHA-256, None of a table, whose rows say it. `layers` are those that the rows may be
    of.
    """
    made: list[Row] = []
    issues: list[Issue] = []
    known: dict[str, tuple[Correction, ...]] = {} if file_hash is None else {file_hash: corrections.of(file_hash)}
    met: set[int] = set()
    nameless = 0
    for row in rows:
        own = file_hash or row.get("file_hash") or ""
        nameless += not own
        if own not in known:
            known[own] = corrections.of(own) if own else ()
        if not known[own]:
            made.append(row)
            continue
        layer = row.get("layer") or "quantity"
        place = (row["start"], row["end"])
        mine = [c for c in known[own] if (c.start, c.end) == place and FIELDS[c.field].layer == layer]
        met |= {c.line for c in mine}
        if mine:
            kept = _corrected(row, mine, lexicon, corrections.name, path, issues)
            made += [] if kept is None else [kept]
        else:
            made.append(row)
    missing = Message("nothing that was found begins and ends there: copy start and end from extract")
    issues += [
        _issue(corrections.name, path, c, missing)
        for c in {c.line: c for some in known.values() for c in some}.values()
        # A table that was written with the corrections has no more row of what was dropped.
        if c.line not in met and FIELDS[c.field].layer in layers and not (file_hash is None and c.field == "drop")
    ]
    if nameless:
        message = Message(
            "rows without file_hash ({count:,}) cannot be corrected: extract the reports again", count=nameless
        )
        issues.append(Issue(path, "correction", message, fatal=False))
    return made, issues


def _issue(name: str, path: str, c: Correction, reason: str, code: str = "correction") -> Issue:
    message = Message(
        "{start}-{end}: {reason} ({name} line {line})", start=c.start, end=c.end, reason=reason, name=name, line=c.line
    )
    return Issue(path, code, message, fatal=False, span=Span(c.start, c.end))


def _corrected(
    row: Row, corrections: Sequence[Correction], lexicon: Lexicon, name: str, path: str, issues: list[Issue]
) -> Row | None:
    """The row with what was put right; None where it is no figure."""
    made, done = dict(row), set(record.corrected_fields(row))
    for c in sorted(corrections, key=lambda c: ORDER[c.field]):
        if c.text and _bare(c.text) != _bare(row["text"] or ""):
            reason = Message("there stands {found}, not {text}: look at it again", found=row["text"], text=c.text)
            issues.append(_issue(name, path, c, reason))
            continue
        if c.field == "drop":
            reason = Message("{text} is left out: no figure", text=row["text"])
            issues.append(_issue(name, path, c, reason, "dropped"))
            return None
        try:
            changes = FIELDS[c.field].change(made, c.given, lexicon)
        except _UnfitError as unfit:
            reason = Message("{field} {value!r}: {reason}", field=c.field, value=c.written, reason=reason_of(unfit))
            issues.append(_issue(name, path, c, reason))
            continue
        if c.field == "value" and not _within_mask(made, c.given):
            reason = Message(
                "{value!r} is not what {text} allows; it is taken all the same", value=c.written, text=row["text"]
            )
            issues.append(_issue(name, path, c, reason))
        done |= {c.field, *(CARRIED[n] for n in changes if n in CARRIED and changes[n] != made[n])}
        made |= changes
    made["corrected"] = " ".join(sorted(done, key=lambda n: (ORDER.get(n, len(ORDER)), n))) or None
    return made


def _within_mask(row: Row, amount: Amount) -> bool:
    """Can the number stand behind the mask, as far as a mask says?"""
    low, high = exact(row["low"]), exact(row["high"])
    return (low is None or amount.value >= low) and (high is None or amount.value <= high)


def _bare(text: str) -> str:
    return "".join(fold(text).split())
