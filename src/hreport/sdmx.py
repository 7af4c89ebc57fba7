"""The figures of a comparison as observations of SDMX: a key of dimensions, a value, and attributes that say what it is.

The structure is `HREPORT:COMPARISON(1.0.0)`. Column names are SDMX's cross-domain concepts where there is one.

| dimension | holds |
| --- | --- |
| FREQ | `CL_FREQ`: A, S, Q, M, or _O where a figure is of another time (five years, nine months, until now) |
| REF_AREA | the GB/T 2260 code; X and a number made of its name for a place without one: one that is masked or not known is a place of its own in each report |
| INDICATOR | id of the catalogue |
| MEASURE | LEVEL, CHANGE, CHANGE_RATE, MULTIPLE, RANK |
| SCENARIO | ACTUAL, TARGET, REFERENCE (somebody else's figure, or a standard) |
| BASIS | of a change: YOY, QOQ, ANNUAL_AVERAGE, CUMULATIVE, AGAINST_PLAN, _U (not said), with _REAL at constant prices; else _Z |
| UNIT_MEASURE | `[units]` of `data/sdmx.toml`, without the multiplier |
| TIME_PERIOD | 2024, 2024-S1, 2024-Q1, 2024-01, 2021-01-01/P5Y; of a state that several years led to, the last of them |

OBS_STATUS is of `CL_OBS_STATUS`, the first that holds: Q masked by the publisher (the value is missing, suppressed);
O damaged beyond repair (missing); U impossible, or of low confidence; D of a part of the place, or of a time that FREQ
does not say; I put in by a person who corrected the number; E repaired, approximate, a bound or a range; V the reports
state others as well, not compatible; A normal. UNIT_MULT is the power of ten (万 4, 亿 8). LOWER_BOUND and UPPER_BOUND
are what a mask, a bound or a range allows. DOUBT has all that is to be said against the figure, whatever its status;
there `corrected` is any correction, of its indicator or year too, and `from_copy` says that it is hidden or damaged in
the report, and another copy of the text shows it: such a copy is no observation of its own. COMMENT_OBS is the proof:
`file#report:start-end`, with publisher, date and address if a manifest says them.

Source of the codes: the code lists of the SDMX Statistical Working Group, CL_OBS_STATUS 2.2 and CL_FREQ 2.1.
"""  # noqa: E501 - tables have long lines

from __future__ import annotations

import hashlib
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, localcontext
from functools import lru_cache
from importlib.resources import files
from typing import Any

from hreport.figures import Figure, source_of
from hreport.lexicon import Conversion
from hreport.messages import Message
from hreport.model import Issue, Span
from hreport.record import Row, columns_of

STRUCTURE_ID = "HREPORT:COMPARISON(1.0.0)"
DIMENSIONS = ("FREQ", "REF_AREA", "INDICATOR", "MEASURE", "SCENARIO", "BASIS", "UNIT_MEASURE", "TIME_PERIOD")
COLUMNS = columns_of(
    f"""
    STRUCTURE STRUCTURE_ID ACTION {" ".join(DIMENSIONS)} OBS_VALUE OBS_STATUS UNIT_MULT:int DECIMALS:int
    LOWER_BOUND UPPER_BOUND AS_WRITTEN PERIOD REF_AREA_NAME INDICATOR_NAME UNIT_NAME DOUBT COMMENT_OBS SENTENCE
    """
)
DIGITS = 12  # significant ones of a converted number
LOW_RELIABILITY = {"implausible", "low_confidence"}
IMPUTED = {"value", "value_max", "unit", "masked"}  # fields in which a person puts in another number
_ID = re.compile(r"[A-Za-z0-9_@$-]+")  # what an id may be (IDType of SDMXCommon.xsd)


def observations(found: Iterable[Figure], conversions: Mapping[str, Conversion]) -> tuple[list[Row], list[Issue]]:
    """One row for each key, with the columns of `COLUMNS`, and an issue for each figure whose time is not known.

    Of several figures with one key the soundest is taken, in the order of the comparison.
    """
    groups: dict[tuple[str, ...], list[tuple[Figure, bool]]] = defaultdict(list)
    issues = []
    for figure in found:
        when = time_period("" if figure.is_state else figure.row["period"] or "", figure.year)
        if when is None:
            issues.append(_timeless(figure))
            continue
        freq, period, certain = when
        key: tuple[str, ...] = (
            freq,
            figure.area_id or _made(*figure.area_key),
            _code(figure.indicator.id),
            figure.measure.upper(),
            (figure.row["status"] or "_U").upper(),
            _basis(figure),
            _unit(figure.unit, conversions)[0],
            period,
        )
        groups[key].append((figure, certain))
    rows = []
    for key in sorted(groups):
        figure, certain = min(groups[key], key=lambda g: g[0].order)
        others = [f for f, _ in groups[key] if f is not figure]
        rows.append(_observation(key, figure, others, certain, _unit(figure.unit, conversions)[1]))
    return rows, issues


def _observation(key: Sequence[str], figure: Figure, others: Sequence[Figure], certain: bool, multiplier: int) -> Row:
    row = figure.row
    doubts = [d for d in figure.doubts if d != "part_year"]
    if not certain or row["basis"] == "cumulative":
        doubts.append("part_year")
    if any(not figure.same(other) for other in others):
        doubts.append("several")
    if row.get("copy_of"):
        doubts.append("from_copy")
    low, high = _bounds(figure)
    text = _number(figure.usable)
    return {
        "STRUCTURE": "dataflow",
        "STRUCTURE_ID": STRUCTURE_ID,
        "ACTION": "I",
        **dict(zip(DIMENSIONS, key, strict=True)),
        "OBS_VALUE": text,
        "OBS_STATUS": _status(figure, doubts),
        "UNIT_MULT": multiplier,
        "DECIMALS": None if text is None else len(text.partition(".")[2]),
        "LOWER_BOUND": _number(low),
        "UPPER_BOUND": _number(high),
        "AS_WRITTEN": " ".join(str(row["text"] or "").split()),
        "PERIOD": row["period"],
        "REF_AREA_NAME": figure.area,
        "INDICATOR_NAME": figure.indicator.name,
        "UNIT_NAME": figure.unit,
        "DOUBT": " ".join(doubts) or None,
        "COMMENT_OBS": source_of(row),
        "SENTENCE": row["sentence"],
    }


def _status(figure: Figure, doubts: Sequence[str]) -> str:
    """The code of CL_OBS_STATUS."""
    if figure.row["masked"]:
        return "Q"
    if figure.usable is None:
        return "O"
    if LOW_RELIABILITY & set(doubts):
        return "U"
    if {"part_area", "part_year"} & set(doubts):
        return "D"
    if IMPUTED & figure.corrected:
        return "I"
    if "repaired" in doubts or figure.bound != "exact":
        return "E"
    return "V" if "several" in doubts else "A"


def _bounds(figure: Figure) -> tuple[Decimal | None, Decimal | None]:
    """The least and the most that it may be, where that is said."""
    if figure.row["masked"]:
        return figure.low, figure.high
    value, bound = figure.usable, figure.bound
    if bound == "range" and value is not None and "repaired" not in figure.doubts:
        return figure.value, figure.value_max
    if bound == "min":
        return value, None
    return (None, value) if bound == "max" else (None, None)


def _basis(figure: Figure) -> str:
    if figure.measure not in ("change", "change_rate"):
        return "_Z"
    return (figure.row["basis"] or "_U").upper() + ("_REAL" if figure.row["real"] else "")


def _number(value: Decimal | None) -> str | None:
    """A number as XML Schema has decimals, without the noise of a division."""
    if value is None:
        return None
    with localcontext() as context:
        context.prec = DIGITS
        text = f"{+value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _timeless(figure: Figure) -> Issue:
    row = figure.row
    said = Message(
        "{text} ({indicator}): its year is not known, which SDMX needs: left out (a manifest can say it)",
        text=row["text"],
        indicator=row["indicator"],
    )
    return Issue(row["file"] or "", "no_year", said, fatal=False, span=Span(row["start"], row["end"]))


# --- codes -----------------------------------------------------------------------------------------------------------


def time_period(words: str, year: int | None) -> tuple[str, str, bool] | None:
    """FREQ and TIME_PERIOD of a period as written, and whether they say all of it; None without a year.

    >>> time_period("上半年", 2024), time_period("2024年", 2024)
    (('S', '2024-S1', True), ('A', '2024', True))
    >>> time_period("五年来", 2024), time_period("“十四五”时期", None), time_period("去年", None)
    (('_O', '2024', False), ('_O', '2021-01-01/P5Y', True), None)
    """
    words = "".join(words.split())
    for pattern, freq, period in _periods():
        if match := pattern.fullmatch(words):
            if year is None and "{year}" in period:
                return None
            months = next((int(n) for n in match.groupdict().values() if n), 0)
            return freq, period.format(year=year, n=months), True
    return None if year is None else ("_O", str(year), False)


def _unit(written: str, conversions: Mapping[str, Conversion]) -> tuple[str, int]:
    """The code of a unit, and the power of ten before it (万人次: PERSON_TIME, 4)."""
    power = 0
    while (found := conversions.get(written)) is None or found.dimension == "multiplier":
        head = conversions.get(written[:1])
        if head is None or head.dimension != "multiplier" or len(written) < 2:
            break
        power += len(head.factor) - 1
        written = written[1:]
    known = _data()["units"].get(written)
    return (known or _code(written)), power


def _code(text: str) -> str:
    """An id of SDMX: the text itself where it is one."""
    return text if _ID.fullmatch(text) else _made(text)


def _made(*parts: str) -> str:
    """A code for what has none, the same in every run."""
    return "X" + hashlib.sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:12].upper()


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    return tomllib.loads((files("hreport") / "data" / "sdmx.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _periods() -> Sequence[tuple[re.Pattern[str], str, str]]:
    return [(re.compile(p["words"]), p["freq"], p["period"]) for p in _data()["periods"].values()]
