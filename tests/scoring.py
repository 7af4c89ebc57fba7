"""How well the extraction meets gold annotation, and the floors below which it must not fall.

Run as a script to see the figures, and with `--pin` to raise the floors to what is reached (`--lower` lets them fall):

    python tests/scoring.py [--pin [--lower]] [--errors GROUP]

A gold file holds one JSON object a line: masks (`layer` "mask"), quantities ("quantity") with a `role`, and parts of a
file that are annotated ("range"; without one the whole file is). Only quantities of role "metric" count, and of these
not the `optional` ones. From one figure to the next a row must be right in more: span, value, indicator, record.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from texts import LEXICON, ROOT, SHARED, file

from hreport.analyse import analyse
from hreport.record import mask_rows, observation_rows

Row = dict[str, Any]
Key = tuple[str, int, int]

GOLD = ROOT / "tests" / "gold"
FLOORS = GOLD / "floors.json"
REACHED = GOLD / "reached.json"
# Groups of gold files, and the folders in which the texts that they annotate are looked for.
GROUPS: Mapping[str, tuple[Path, tuple[Path, ...]]] = {
    "samples": (GOLD / "samples", (ROOT / "samples",)),
    "shared": (SHARED / "gold", (SHARED / "gold" / "texts", SHARED / "seeds")),
    "blind": (GOLD / "blind", (SHARED / "corpus",)),
}
LAYERS = ("mask", "kind", "span", "value", "indicator", "record", "period", "area", "damage")
KEPT = ("kind", "record", "period", "area")  # layers whose rows are kept, so that the lost ones can be named
CHANGES_MEANING = frozenset("0123456789一二三四五六七八九城乡镇村男女老幼甲乙内外新旧量值率额增减上下")
ALIKE = 0.85  # the share of characters that two wordings of one thing have in common, at least
NEARBY = 150  # so close, the wording of another observation is taken for that one


@dataclass(slots=True)
class Score:
    """Hits by layer, and how many there are in gold and among what was found."""

    hits: dict[str, set[Key]] = field(default_factory=lambda: {layer: set() for layer in LAYERS})
    gold: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    rows: dict[Key, tuple[Row | None, Row | None]] = field(default_factory=dict)
    false_alarms: int = 0

    def figure(self, layer: str) -> float:
        """F1, or recall where only what gold names counts (period, area, damage)."""
        hit, gold, found = len(self.hits[layer]), self.gold[layer], self.found[layer]
        if layer in ("period", "area", "damage"):
            return hit / gold if gold else 1.0
        return 2 * hit / (gold + found) if gold + found else 1.0


# --- comparing rows --------------------------------------------------------------------------------------------------


def letters(text: object) -> str:
    """A wording without white space, punctuation and 的."""
    return re.sub(r"[\s\W_的]+", "", str(text or ""))


def unit(text: object) -> str:
    return unicodedata.normalize("NFKC", re.sub(r"\s", "", str(text or "")))


def alike(a: str, b: str) -> bool:
    """Nearly the same characters, and none that changes the meaning in only one of them."""
    common = (Counter(a) & Counter(b)).total()
    return bool(a and b) and 2 * common / (len(a) + len(b)) >= ALIKE and not (set(a) ^ set(b)) & CHANGES_MEANING


def names(gold: Row) -> list[str]:
    return [letters(n) for n in (gold["indicator"], *(gold.get("accept") or ()))]


def same_number(a: Any, b: Any) -> bool:
    return a is b is None or (None not in (a, b) and math.isclose(float(a), float(b), rel_tol=1e-6, abs_tol=1e-6))


def same_value(gold: Row, found: Row) -> bool:
    """Number, range and base unit; of a masked number the numeral and the unit, and no number."""
    if bool(gold.get("masked")) != bool(found["masked"]):
        return False
    if gold["measure"] != "rank" and unit(gold.get("base_unit")) != unit(found["base_unit"]):
        return False
    if gold.get("masked"):
        said = (str(gold.get("numeral", "")).lower(), unit(gold["unit"]))
        return found["value"] is found["value_max"] is None and said == (found["numeral"].lower(), unit(found["unit"]))
    return all(same_number(gold.get(k), found[k]) for k in ("value", "value_max"))


def same_indicator(gold: Row, found: Row, others: Iterable[str]) -> bool:
    said = letters(found["indicator"])
    return said in names(gold) or (said not in others and any(alike(n, said) for n in names(gold)))


def same_record(gold: Row, found: Row) -> bool:
    return all((gold.get(k) or None) == (found[k] or None) for k in ("measure", "direction", "status", "bound"))


def same_damage(gold: Row, found: Row) -> bool:
    return bool(gold["damage"] == found["damage"] and same_number(gold.get("repaired"), found["repaired"]))


def same_kind(gold: Row, found: Row) -> bool:
    return gold["kind"] == found["kind"] or {gold["kind"], found["kind"]} == {"place", "org"}


# --- scoring ---------------------------------------------------------------------------------------------------------


def score(gold: Iterable[Row], found: Iterable[Row]) -> Score:
    """The score of found rows against gold rows, all with the base name of their file."""
    gold, found = list(gold), list(found)
    ranges: dict[str, list[tuple[int, int]]] = {}
    for row in gold:
        if row["layer"] == "range":
            ranges.setdefault(row["file"], []).append((row["start"], row["end"]))
    files = {row["file"] for row in gold}

    def counts(row: Row) -> bool:
        inside = ranges.get(row["file"], [(0, sys.maxsize)])
        return row["file"] in files and row["layer"] != "range" and any(s <= row["start"] < e for s, e in inside)

    gold, found = [r for r in gold if counts(r)], [r for r in found if counts(r)]
    result = Score()
    _score_masks(result, gold, found)
    _score_observations(result, gold, found)
    return result


def key(row: Row) -> Key:
    return row["file"], row["start"], row["end"]


def _score_masks(result: Score, gold: list[Row], found: list[Row]) -> None:
    expected = {key(r): r for r in gold if r["layer"] == "mask"}
    given = {key(r): r for r in found if r["layer"] == "mask"}
    both = expected.keys() & given.keys()
    result.hits["mask"] = both
    result.hits["kind"] = {k for k in both if same_kind(expected[k], given[k])}
    for layer in ("mask", "kind"):
        result.gold[layer], result.found[layer] = len(expected), len(given)
    result.rows |= {k: (expected.get(k), given.get(k)) for k in expected.keys() | given.keys()}


def _score_observations(result: Score, gold: list[Row], found: list[Row]) -> None:
    metrics = [r for r in gold if r["layer"] == "quantity" and r["role"] == "metric"]
    optional = {key(r) for r in gold if r.get("optional")}
    expected = {key(r): r for r in metrics if key(r) not in optional}
    observed = [r for r in found if r["layer"] == "quantity" and key(r) not in optional]
    given = {key(r): r for r in reversed(observed)}
    result.rows |= {k: (expected.get(k), given.get(k)) for k in expected.keys() | given.keys()}

    def others(k: Key) -> set[str]:
        mine = names(expected[k])
        near = [
            letters(g["indicator"])
            for o, g in expected.items()
            if o != k and o[0] == k[0] and abs(o[1] - k[1]) <= NEARBY
        ]
        return {n for n in near if not any(alike(n, m) for m in mine)}

    hits = result.hits
    hits["span"] = expected.keys() & given.keys()
    hits["value"] = {k for k in hits["span"] if same_value(expected[k], given[k])}
    hits["indicator"] = {k for k in hits["value"] if same_indicator(expected[k], given[k], others(k))}
    hits["record"] = {k for k in hits["indicator"] if same_record(expected[k], given[k])}
    for layer in ("span", "value", "indicator", "record"):
        result.gold[layer], result.found[layer] = len(expected), len(observed)
    for layer in ("period", "area"):
        named = {k for k in hits["indicator"] if expected[k].get(layer)}
        hits[layer] = {k for k in named if letters(expected[k][layer]) == letters(given[k][layer])}
        result.gold[layer] = len(named)
    hurt = {k for k, g in expected.items() if g.get("damage")}
    hits["damage"] = {k for k in hurt & given.keys() if same_damage(expected[k], given[k])}
    result.gold["damage"] = len(hurt)
    result.false_alarms = sum(bool(r["damage"]) and k not in hurt for k, r in given.items())


# --- gold files ------------------------------------------------------------------------------------------------------


def read_gold(group: str) -> Iterator[Row]:
    """All rows of a group's gold files."""
    for path in sorted(GROUPS[group][0].glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            if line.strip():
                yield json.loads(line)


def text_of(group: str, name: str) -> Path | None:
    """The file that gold calls `name`, if it is at hand."""
    return next((p for folder in GROUPS[group][1] for p in sorted(folder.rglob(name)) if p.is_file()), None)


def at_hand(group: str) -> bool:
    """Can this group be scored here?"""
    wanted = {row["file"] for row in read_gold(group)}
    return bool(wanted) and all(text_of(group, name) for name in wanted)


def scored(group: str) -> Score:
    """The score of a group."""
    gold = list(read_gold(group))
    found: list[Row] = []
    for name in sorted({row["file"] for row in gold}):
        path = text_of(group, name)
        assert path is not None, name
        extraction = analyse(file(path), LEXICON)
        found += [*mask_rows(extraction, name), *observation_rows(extraction, name)]
    return score(gold, found)


SHOWN = tuple(
    "text kind numeral value base_unit bound damage indicator period area measure direction status".split()  # noqa: SIM905
)


def show(key_: Key, gold: Row | None, found: Row | None) -> str:
    """A row in which gold and extraction differ, on a line."""
    sides = [{k: r.get(k) for k in SHOWN if r.get(k) is not None} if r else None for r in (gold, found)]
    return f"{key_[0]}:{key_[1]}-{key_[2]}\n    gold  {sides[0]}\n    found {sides[1]}"


def changes(group: str, now: Score) -> str:
    """Which rows of a group were right when the floors were pinned and are not now, and the other way about."""
    pinned = json.loads(REACHED.read_text("utf-8")).get(group, {}) if REACHED.exists() else {}
    lines = []
    for layer in KEPT:
        before = {(name, *span) for name, spans in pinned.get(layer, {}).items() for span in spans}
        lines += [f"lost {layer}: {show(k, *now.rows.get(k, (None, None)))}" for k in sorted(before - now.hits[layer])]
        lines += [f"gained {layer}: {k[0]}:{k[1]}-{k[2]}" for k in sorted(now.hits[layer] - before)]
    return "\n".join(lines)


def floor(figure: float) -> float:
    """A figure rounded down to hundredths."""
    return math.floor(figure * 100 + 1e-9) / 100


def pin(scores: Mapping[str, Score], lower: bool) -> None:
    """Write the floors, never below those that stand unless `lower`, and which rows are right."""
    floors = json.loads(FLOORS.read_text("utf-8")) if FLOORS.exists() else {}
    reached = json.loads(REACHED.read_text("utf-8")) if REACHED.exists() else {}
    for group, s in scores.items():
        old = {} if lower else floors.get(group, {})
        floors[group] = {layer: max(floor(s.figure(layer)), old.get(layer, 0.0)) for layer in LAYERS}
        floors[group]["false_alarms"] = min(s.false_alarms, old.get("false_alarms", s.false_alarms))
        files = sorted({k[0] for layer in KEPT for k in s.hits[layer]})
        reached[group] = {
            layer: {f: sorted([k[1], k[2]] for k in s.hits[layer] if k[0] == f) for f in files} for layer in KEPT
        }
    FLOORS.write_text(json.dumps(floors, indent=1) + "\n", "utf-8")
    compact = json.dumps(reached, ensure_ascii=False, separators=(",", ":"))
    REACHED.write_text(compact.replace('},"', '},\n"').replace(']],"', ']],\n"') + "\n", "utf-8")


def main() -> None:
    """Print the figures; pin them where asked to."""
    parser = argparse.ArgumentParser(description="Score the extraction against gold annotation.")
    parser.add_argument("--pin", action="store_true", help="raise the floors to what is reached")
    parser.add_argument("--lower", action="store_true", help="with --pin: let floors fall")
    parser.add_argument("--errors", choices=list(GROUPS), help="print every row of a group that is not right")
    arguments = parser.parse_args()
    scores = {group: scored(group) for group in GROUPS if at_hand(group)}
    print(f"{'':10}" + "".join(f"{g:>10}" for g in scores))
    for layer in LAYERS:
        print(f"{layer:10}" + "".join(f"{s.figure(layer):10.3f}" for s in scores.values()))
    print(f"{'alarms':10}" + "".join(f"{s.false_alarms:10}" for s in scores.values()))
    if arguments.errors:
        s = scores[arguments.errors]
        for k, (gold, found) in sorted(s.rows.items()):
            if (
                (gold and gold.get("layer") == "quantity" and k not in s.hits["record"])
                or gold is None
                or found is None
            ):
                print(show(k, gold, found))
    if arguments.pin:
        pin(scores, arguments.lower)


if __name__ == "__main__":
    main()
