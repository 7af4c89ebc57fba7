"""Figures that cannot be as they stand, each by itself: damaged, above what is possible, outside what is plausible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hreport.checks.finding import Finding, Part, finding, said
from hreport.checks.rules import Rules
from hreport.checks.stated import Stated
from hreport.figures import LOW_CONFIDENCE
from hreport.lexicon import Indicator, Lexicon
from hreport.messages import Message, word_of
from hreport.resolve import COUNTRY, indicator_id

PER_CENT = "%"
FULL = 100
LONGEST_YEAR = 366
HARMLESS = "spaced"  # damage of the layout alone
PER_HEAD = frozenset({"rate", "ratio", "duration", "index"})  # what does not grow with the place
FAR_OUT = 10  # times beyond the plausible range


def damaged(figures: Iterable[Stated], rules: Rules) -> Iterator[Finding]:
    """Every figure whose number was damaged, with the repair if there is one."""
    for s in figures:
        damage = s.row["damage"]
        if not damage:
            continue
        repaired = s.row["repaired"]
        values = {"text": s.text, "damage": word_of(damage.replace("_", " "))}
        if repaired is not None:
            message = Message(
                "damaged ({damage}): {text}, read as {repaired}", **values, repaired=said(float(repaired))
            )
        else:
            message = Message("damaged ({damage}): {text}, not to be repaired with certainty", **values)
        doubtful = f"damaged_{damage}"  # of a figure that the catalogue does not know, it may be no damage
        is_doubtful = repaired is None and s.figure is None and doubtful in rules.sureness
        code = "layout" if damage == HARMLESS else "damaged" if repaired is None else "repaired"
        yield finding(rules, code, message, [Part("damaged", s)], rules.sureness[doubtful].sure if is_doubtful else 1.0)


def impossible(figures: Iterable[Stated], rules: Rules, lexicon: Lexicon) -> Iterator[Finding]:
    """Levels that cannot be: a share above 100 %, more days than a year has, less than nothing; and, less sure, what
    the catalogue does not hold plausible, or what is plausible only in another unit."""
    for s in figures:
        if s.measure != "level" or s.far is None or s.value is None or (s.row["damage"] and s.row["repaired"] is None):
            continue
        made = _impossible(s, rules, lexicon)
        if made is not None:
            yield made


def _impossible(s: Stated, rules: Rules, lexicon: Lexicon) -> Finding | None:
    indicator = s.figure.indicator if s.figure is not None else None
    if s.far is None or s.value is None:
        return None
    values = {"name": s.name, "value": said(s.value), "unit": s.unit}
    if s.row["base_unit"] == PER_CENT and (meant := _misread(s, lexicon)):
        message = Message("{name}: {written}, where {unit} is meant", name=meant.name, written=s.text, unit=meant.unit)
        return finding(rules, "unit_misread", message, [Part("value", s)])
    if s.unit == PER_CENT and s.far.low > FULL and _is_share(s, indicator, rules):
        message = Message("{name}: {value} % is more than 100 %", **values)
        return finding(rules, "above_100", message, [Part("value", s)])
    is_days = bool(rules.words["days"].search(s.wording)) or s.id in rules.sets["days"]
    if is_days and rules.words["day_unit"].fullmatch(s.unit) and s.far.low > LONGEST_YEAR:
        return finding(
            rules,
            "too_many_days",
            Message("{name}: {value} days are more than a year has", **values),
            [Part("value", s)],
        )
    if indicator is None:
        return None
    if s.value < 0 and indicator.low is not None and indicator.low >= 0:
        return finding(
            rules, "negative", Message("{name}: {value} {unit} is less than nothing", **values), [Part("value", s)]
        )
    low, high = indicator.low, indicator.high
    if indicator.kind not in PER_HEAD and s.figure is not None and s.figure.area_id == COUNTRY:
        return None  # the ranges of amounts are those of places
    if (high is not None and s.far.low > high) or (low is not None and s.far.high < low):
        message = Message(
            "{name}: {value} {unit} is outside what is plausible ({low} to {high})",
            **values, low=said(low), high=said(high),
        )  # fmt: skip
        far_out = (high is not None and s.far.low > high * FAR_OUT) or (low is not None and s.far.high * FAR_OUT < low)
        code = "far_outside" if far_out else "outside" if indicator.kind in PER_HEAD else "outside_amount"
        return finding(rules, code, message, [Part("value", s)])
    return None


def _misread(s: Stated, lexicon: Lexicon) -> Indicator | None:
    """The rate in ‰ or of 100,000 whose name stands before a figure in %, where it is plausible only so."""
    if s.figure is not None:
        return None  # the catalogue knows a rate of this name in %
    value = float(s.row["obs_value"] or 0)
    for unit in sorted({i.unit for i in lexicon.indicators.values() if i.kind == "rate"} - {PER_CENT}):
        found = lexicon.indicators.get(indicator_id(s.wording, unit, lexicon))
        if found is not None and found.unit == unit and (found.low or 0) <= value <= (found.high or value):
            return found
    return None


def _is_share(s: Stated, indicator: Indicator | None, rules: Rules) -> bool:
    """Is it a share that cannot exceed 100 %?"""
    if indicator is not None:
        ends_at_full = indicator.high is not None and indicator.high <= FULL
        return indicator.kind == "rate" and ends_at_full and indicator.id not in rules.sets["above_100"]
    confidence = s.row.get("confidence")
    if confidence is not None and confidence < LOW_CONFIDENCE:
        return False
    return bool(rules.words["share"].search(s.wording)) and not rules.words["unlimited"].search(s.wording)
