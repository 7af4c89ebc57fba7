"""Wordings that no indicator of the catalogue claims: what an analyst may add to a catalogue of their own.

Wordings that the resolver reads alike (全市X, X, 累计X, X达到) are one suggestion, with the figures of one measure and
of units that convert into each other. Each says how many reports have it, the indicator that is called most like it,
and two lines of TOML ready to paste: `entry` makes it an indicator of its own, `alias_entry` another name of the
nearest.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import count
from typing import TypeAlias

from hreport.catalogue import nearest, syllables
from hreport.lexicon import MORE_ALIASES, Indicator, Lexicon, unit
from hreport.model import Measure
from hreport.record import Row
from hreport.resolve import fits, readings

Wording: TypeAlias = tuple[str, Measure]
VARIANTS = 5  # other wordings shown
LONGEST_ID = 40  # characters
POINTS, COUNT = "points", "count"  # dimensions: of the change of a share, of 个
ALIKE = 0.7  # how much a name must be like the nearest for a line that makes it an alias of that


def suggest(rows: Iterable[Row], lexicon: Lexicon, measure: str = "level", status: str = "actual") -> Iterator[Row]:
    """Wordings without an indicator, with the columns of `SUGGEST`: those of most reports first, then of most figures;
    words that name nothing by themselves (措施, 项目) at the end. `all` is a measure and a status.
    """
    left = [
        row
        for row in rows
        if not row["indicator_id"]
        and row["indicator"]
        and measure in ("all", row["measure"])
        and status in ("all", row["status"])
    ]
    wordings = _keys({(row["indicator"], row["measure"] or "level") for row in left}, lexicon)
    groups: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in left:
        wording = wordings[row["indicator"], row["measure"] or "level"]
        groups[wording, row["measure"] or "", _dimension(row["base_unit"] or "", lexicon)].append(row)
    vague = frozenset(lexicon.wording["vague"].words)
    taken = set(lexicon.indicators)

    def order(key: tuple[str, str, str]) -> tuple[object, ...]:
        spelt = {row["indicator"] for row in groups[key]}
        return (any(w in vague or len(w) < 2 for w in spelt), -_reports(groups[key]), -len(groups[key]), key)

    for key in sorted(groups, key=order):
        yield _suggestion(groups[key], key[0], lexicon, taken)


def _reports(members: Sequence[Row]) -> int:
    return len({(r["file"], r["report"]) for r in members})


def _dimension(base_unit: str, lexicon: Lexicon) -> str:
    """What figures must share to be one suggestion: what their unit measures, or the unit if it is not known."""
    known = unit(base_unit, lexicon.conversions)
    if known is None:
        return base_unit
    return COUNT if COUNT in known[0].also else known[0].dimension  # 15家 and 4个重点实验室


def _keys(wordings: Iterable[Wording], lexicon: Lexicon) -> Mapping[Wording, str]:
    """The key of each wording: the reading that it shares with the most others, the shortest of them; a wording that
    shares none is known by itself."""
    found = {w: readings(w[0], lexicon, w[1]) or (w[0],) for w in sorted(wordings)}
    shared = Counter(reading for each in found.values() for reading in each)
    keys = {}
    for wording, each in found.items():
        most = max(shared[r] for r in each)
        keys[wording] = each[0] if most == 1 else min((r for r in each if shared[r] == most), key=lambda r: (len(r), r))
    return keys


def _suggestion(members: Sequence[Row], key: str, lexicon: Lexicon, taken: set[str]) -> Row:
    spelt = Counter(r["indicator"] for r in members)
    wording = min(spelt, key=lambda w: (w != key, -spelt[w], len(w), w))
    first = next(r for r in members if r["indicator"] == wording)
    near, alike = nearest(wording, lexicon, partial(_could_be, row=first, lexicon=lexicon)) or (None, 0)
    alias = f"{near.id} = {{ {MORE_ALIASES} = [{_toml(wording)}] }}" if near and alike >= ALIKE else None
    return {
        "wording": wording,
        "measure": first["measure"],
        "unit": _unit(members, lexicon) or first["unit"],
        "reports": _reports(members),
        "figures": len(members),
        "variants": "|".join([w for w, _ in spelt.most_common() if w != wording][:VARIANTS]) or None,
        "nearest": near.id if near else None,
        "nearest_name": near.name if near else None,
        "entry": _entry(wording, members, lexicon, taken),
        "alias_entry": alias,
        "base_unit": first["base_unit"],
        "example": first["sentence"],
        "file": first["file"],
        "start": first["start"],
        "end": first["end"],
    }


def _could_be(indicator: Indicator, row: Row, lexicon: Lexicon) -> bool:
    return fits(indicator, row["base_unit"] or "", row["measure"] or "level", lexicon)


def _unit(members: Sequence[Row], lexicon: Lexicon) -> str:
    """The unit that most of the figures are written in, of those that the catalogue can convert; empty if none."""
    written = Counter(r["unit"] for r in members if r["unit"] and unit(r["unit"], lexicon.conversions))
    return min(written, key=lambda u: (-written[u], u)) if written else ""


def _entry(wording: str, members: Sequence[Row], lexicon: Lexicon, taken: set[str]) -> str | None:
    """A line of TOML that makes the wording an indicator; none where nothing could be measured by it. Figures of what
    was added make one that counts what is added."""
    written = _unit(members, lexicon)
    measures = {r["measure"] for r in members}
    added = measures == {"change"} and _dimension(members[0]["base_unit"] or "", lexicon) != POINTS
    if not written or not (measures == {"level"} or added):
        return None
    name = lexicon.wording["added"].words[0] + wording if added else wording
    syllable = "_".join(filter(None, (re.sub("[^a-z0-9]", "", s.lower()) for s in syllables(name))))
    cut = syllable[:LONGEST_ID].rstrip("_")
    base = cut if cut[:1].isalpha() else f"own_{cut}".rstrip("_")
    indicator_id = next(i for n in count(1) if (i := base if n == 1 else f"{base}_{n}") not in taken)
    taken.add(indicator_id)
    flow = ", flow = true" if added else ""
    return f"{indicator_id} = {{ name = {_toml(name)}, unit = {_toml(written)}{flow} }}"


def _toml(text: str) -> str:
    """A text as TOML writes it: JSON escapes the same characters."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
