"""Growth between years, computed from the levels that reports state, beside the growth that they claim.

For each indicator, place and year with a sound actual level in it and in the year before, and for each claim of growth
on the year before (同比, or no basis said): what was computed, between which two values it lies when the stated digits
were rounded, and whether the claim lies there. A claim at constant prices (实际增长, or of 国内生产总值, always) is not
held against levels at current prices. Masked levels have no growth; nor have those of a part of the place or of the
year. Where the level of the year before is not stated, the claim implies between which two values it lies.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from functools import partial

from hreport.checks.clauses import is_real
from hreport.checks.relations import is_whole
from hreport.checks.rules import Rules, load
from hreport.checks.stated import Interval, Stated, stated
from hreport.figures import Selection, figures, label_of_report
from hreport.lexicon import Lexicon
from hreport.record import Row
from hreport.resolve import convert

YEARLY = (None, "", "yoy")
PER_CENT = 100
SIGNIFICANT = 6  # digits of a growth that are worth showing


def growth(rows: Iterable[Row], lexicon: Lexicon, selection: Selection) -> list[Row]:
    """Rows of `record.GROWTH`, by indicator, place and year; `selection` says of which indicators, places and years."""
    known = list(rows)
    # the year before may lie outside the years that are asked for
    wanted = Selection(status="actual", measure="all", indicators=selection.indicators, areas=selection.areas)
    found, _ = figures(known, lexicon.indicators, partial(convert, lexicon=lexicon), wanted)
    levels: dict[tuple[str, tuple[str, ...]], dict[int, list[Stated]]] = defaultdict(lambda: defaultdict(list))
    claims: dict[tuple[str, tuple[str, ...], int], list[Stated]] = defaultdict(list)
    for s in stated(known, found):
        f = s.figure
        if f is None or s.far is None or f.year is None or not is_whole(s) or f.row["masked"] or f.usable is None:
            continue
        if f.measure == "level" and math.isfinite(s.far.low) and math.isfinite(s.far.high):
            levels[s.id, f.area_key][f.year].append(s)
        elif f.measure == "change_rate" and f.row["basis"] in YEARLY:
            claims[s.id, f.area_key, f.year].append(s)
    rules = load(lexicon)
    position = {id_: n for n, id_ in enumerate(lexicon.indicators)}
    keys = {(id_, area, year) for (id_, area), years in levels.items() for year in years if year - 1 in years}
    keys |= {(id_, area, year) for id_, area, year in claims if year in levels.get((id_, area), {})}
    made = []
    for id_, area, year in sorted(keys, key=lambda k: (position[k[0]], k[1], k[2])):
        if selection.years and year not in selection.years:
            continue
        after = _best(levels[id_, area][year])
        before = _best(levels[id_, area].get(year - 1, []))
        claim = _best(claims.get((id_, area, year), []))
        if after is not None:
            made.append(_row(before, after, claim, rules))
    return made


def _best(found: Iterable[Stated]) -> Stated | None:
    """The figure that a cell of the comparison would show."""
    return min((s for s in found if s.figure is not None), key=lambda s: s.figure.order, default=None)  # type: ignore[union-attr]


def _row(before: Stated | None, after: Stated, claim: Stated | None, rules: Rules) -> Row:
    figure = after.figure
    assert figure is not None
    row: Row = {
        "area": figure.area,
        "area_id": figure.area_id or None,
        "indicator_id": figure.indicator.id,
        "indicator": figure.indicator.name,
        "year": figure.year,
        "unit": figure.unit,
        "level": after.value,
        "level_source": _source(after),
    }
    growth = None
    if before is not None and before.far is not None and after.far is not None and before.value:
        growth = _percent(after.far / before.far)
        row |= {
            "level_before": before.value,
            "level_before_source": _source(before),
            "growth": _shown(PER_CENT * ((after.value or 0) / before.value - 1)),
            "growth_low": _shown(growth.low),
            "growth_high": _shown(growth.high),
        }
    if claim is not None:
        row |= {"claimed": claim.value, "claimed_source": _source(claim), "real": bool(claim.row["real"])}
        if growth is not None:
            row["agrees"] = _agreement(growth, claim, rules)
        elif claim.far is not None and after.far is not None:
            implied = after.far / (claim.far * Interval(1 / PER_CENT, 1 / PER_CENT) + Interval(1, 1))
            row |= {"implied_low": _shown(implied.low), "implied_high": _shown(implied.high)}
    return row


def _agreement(growth: Interval, claim: Stated, rules: Rules) -> str:
    """Does a claim lie where the levels have it? `incomparable` where it is at constant prices."""
    if is_real(claim, rules):
        return "incomparable"
    return "yes" if claim.far is not None and growth.meets(claim.far) else "no"


def _percent(ratio: Interval) -> Interval:
    return Interval(PER_CENT * (ratio.low - 1), PER_CENT * (ratio.high - 1))


def _shown(value: float) -> float | None:
    return float(f"{value:.{SIGNIFICANT}g}") if math.isfinite(value) else None


def _source(s: Stated) -> str:
    return f"{label_of_report(s.row)}:{s.start}-{s.end} {s.text}"
