"""How well what was found meets annotation: precision, recall and F1, what is not right, what was gained and lost.

Pure functions over rows: plain dicts with the columns of `extract` and `masks`, each with its `layer` ("mask" or
"quantity"). Rows of gold are the same, with a `role` and wordings that are as good (`accept`). Those that are
`optional` may be found or not; those of the layer "range" name the annotated parts of a file (without one, all of it).
Files are matched by base name. Only quantities of role "metric" count.

| figure | a row is right when |
|---|---|
| `mask`, `mask+kind` | a placeholder has the same offsets; and the same kind (place and org are one) |
| `span`, `overlap` | a metric has the same offsets; or shares a character |
| `value` | span, and masked, number, range and base unit are right; of a mask the numeral and the unit |
| `indicator` | value, and a wording that gold gives, or nearly that |
| `record` | indicator, and measure, direction, status and bound are right |
| `damage` | it is damaged, and damage and repair are right: recall, and how many sound ones were flagged |
| `period`, `area` | indicator, and the words that gold names are right: recall |

Precision and recall are 0 where there is something to find and nothing was found, None where there is nothing to
measure.
"""

from __future__ import annotations

import os
import re
import unicodedata
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any, TypeAlias

from hreport.lexicon import DATA, WordList, entries, parse
from hreport.record import Row, plain

Key: TypeAlias = tuple[str, int, int]
Pair: TypeAlias = tuple[Row | None, Row | None]
Source: TypeAlias = Callable[[str], str]

FIGURES = ("mask", "mask+kind", "span", "overlap", "value", "damage", "indicator", "record", "period", "area")
COMPARED = ("mask+kind", "record", "period", "area")  # of which rows gained and lost are listed: they imply the others
ALIKE = 0.85  # the share of characters that two wordings of one thing have in common, at least
TOLERANCE = 1e-6  # by which two numbers may differ, and still be the same
AROUND = 40  # characters of the source shown on both sides of a place
BINS = ((0.9, ">=0.9"), (0.8, "0.8-0.9"), (0.6, "0.6-0.8"), (0.0, "<0.6"))  # of confidence, by their lower ends

VALUE = {"masked", "numeral", "unit", "value", "value_max", "base_unit"}
RECORD = {"measure", "direction", "status", "bound"}
DAMAGE = {"damage", "repaired"}
WORDS = ("period", "area")
SHOWN = (
    "kind", "numeral", "value", "value_max", "base_unit", "bound", "damage", "repaired", "measure", "direction",
    "status", "period", "area",
)  # fmt: skip


# --- comparing two rows ----------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _words() -> Mapping[str, frozenset[str]]:
    file = "evaluation.toml"
    table = parse(file, DATA.joinpath(file).read_text("utf-8"))["evaluation"]
    return {name: frozenset(entry.words) for name, entry in entries(WordList, file, table).items()}


def letters(text: object) -> str:
    """A wording without white space, punctuation and particles.

    >>> letters("乡镇（街道）卫生院 的数量")
    '乡镇街道卫生院数量'
    """
    bare = re.sub(r"[\s\W_]+", "", str(text or ""))
    return "".join(c for c in bare if c not in _words()["particle"])


def alike(one: str, other: str) -> bool:
    """Are two bare wordings nearly the same characters, with no distinguishing one in only one of them?

    >>> alike("每千人口拥有床位数", "每千人口床位数"), alike("乡镇卫生院数", "城镇卫生院数")
    (True, False)
    """
    if not one or not other:
        return one == other
    common = (Counter(one) & Counter(other)).total()
    return 2 * common / (len(one) + len(other)) >= ALIKE and not (set(one) ^ set(other)) & _words()["distinguishing"]


def _same_indicator(gold: Row, found: Row) -> bool:
    said = letters(found.get("indicator"))
    names = [letters(n) for n in (gold.get("indicator"), *(gold.get("accept") or ()))]
    return said in names or any(alike(n, said) for n in names)


def _same_number(gold: Any, found: Any) -> bool:
    if gold is None or found is None:
        return gold is found
    return abs(float(gold) - float(found)) <= TOLERANCE * max(1.0, abs(float(gold)))


def _same_unit(gold: object, found: object) -> bool:
    one, other = (unicodedata.normalize("NFKC", re.sub(r"\s", "", str(u or ""))) for u in (gold, found))
    return one == other


def _same_kind(gold: Row, found: Row) -> bool:
    one, other = ("place" if r.get("kind") == "org" else r.get("kind") for r in (gold, found))
    return one == other


def differing(gold: Row, found: Row) -> tuple[str, ...]:
    """Names of the fields in which a row that was found is not right.

    A masked row has no value, and its numeral and unit must be as written. The base unit of a rank does not count, nor
    a period or an area where gold names none.
    """
    if gold["layer"] == "mask":
        return () if _same_kind(gold, found) else ("kind",)
    masked = bool(gold.get("masked"))
    right = {
        "masked": masked == bool(found.get("masked")),
        "numeral": not masked or str(gold.get("numeral") or "").lower() == str(found.get("numeral") or "").lower(),
        "unit": not masked or _same_unit(gold.get("unit"), found.get("unit")),
        "value": _same_number(None if masked else gold.get("value"), found.get("value")),
        "value_max": _same_number(None if masked else gold.get("value_max"), found.get("value_max")),
        "base_unit": gold.get("measure") == "rank" or _same_unit(gold.get("base_unit"), found.get("base_unit")),
        "indicator": _same_indicator(gold, found),
        **{n: (gold.get(n) or None) == (found.get(n) or None) for n in ("measure", "direction", "status", "bound")},
        "damage": (gold.get("damage") or None) == (found.get("damage") or None),
        "repaired": _same_number(gold.get("repaired"), found.get("repaired")),
        **{n: not gold.get(n) or letters(gold[n]) == letters(found.get(n)) for n in WORDS},
    }
    return tuple(name for name, same in right.items() if not same)


# --- the score -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figure:
    """How many rows are right, of how many in gold and of how many found (`pred` None: only recall makes sense).

    `precise`: how many of those found are right, where that is not how many of gold were found (overlap).
    """

    hit: int
    gold: int
    pred: int | None = None
    precise: int | None = None
    false_alarms: int | None = None

    @property
    def p(self) -> float | None:
        """Precision: the share of what was found that is right."""
        if self.pred is None or not self.gold + self.pred:
            return None
        return (self.hit if self.precise is None else self.precise) / self.pred if self.pred else 0.0

    @property
    def r(self) -> float | None:
        """Recall: the share of gold that was found."""
        if not self.gold + (self.pred or 0):
            return None
        return self.hit / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float | None:
        """The harmonic mean of both."""
        if self.p is None or self.r is None:
            return None
        return 2 * self.p * self.r / (self.p + self.r) if self.p + self.r else 0.0

    @property
    def main(self) -> float | None:
        """F1, or recall where only that makes sense."""
        return self.r if self.pred is None else self.f1


@dataclass(frozen=True, slots=True)
class Score:
    """The figures, and the rows behind them.

    `hits` are the places in gold that are right, by figure. `masks` and `metrics` pair what gold has at a place with
    what was found there. `observed` are all metrics found that count, second ones at a place included; `roles` what
    gold says of quantities that are no metrics.
    """

    figures: Mapping[str, Figure]
    hits: Mapping[str, frozenset[Key]]
    masks: Mapping[Key, Pair]
    metrics: Mapping[Key, Pair]
    observed: Sequence[Row]
    roles: Mapping[Key, str]

    def pairs(self, figure: str) -> Mapping[Key, Pair]:
        """The pairs that a figure is about."""
        return self.masks if figure.startswith("mask") else self.metrics


def file_of(row: Row) -> str:
    """The base name of a row's file."""
    return os.path.basename(str(row["file"]))


def key(row: Row) -> Key:
    """Where a row stands."""
    return file_of(row), row["start"], row["end"]


def score(gold: Iterable[Row], pred: Iterable[Row]) -> Score:
    """The score of what was found against gold; what lies outside of the annotated files and ranges does not count."""
    gold, pred = _counted(list(gold), list(pred))
    masks = _paired((r for r in gold if r["layer"] == "mask"), (r for r in pred if r["layer"] == "mask"))
    quantities = [r for r in gold if r["layer"] == "quantity"]
    optional = {key(r) for r in quantities if r.get("optional")}
    observed = [
        r for r in pred
        if r["layer"] == "quantity" and r.get("role", "metric") == "metric" and key(r) not in optional
    ]  # fmt: skip
    expected = (r for r in quantities if r["role"] == "metric" and not r.get("optional"))
    # Of several rows at one place the first counts, the others are wrong.
    metrics = _paired(expected, reversed(observed))
    hits = {**_right_masks(masks), **_right_metrics(metrics)}

    def figure(name: str) -> Figure:
        pairs, hit = masks if name.startswith("mask") else metrics, len(hits[name])
        in_gold = [k for k, (g, _) in pairs.items() if g]
        found = [k for k, (_, p) in pairs.items() if p]
        match name:
            case "mask" | "mask+kind":
                return Figure(hit, len(in_gold), len(found))
            case "overlap":
                return Figure(hit, len(in_gold), len(found), precise=len(_covered(found, in_gold)))
            case "damage":
                hurt = {k for k in in_gold if _gold(pairs, k).get("damage")}
                flagged = {k for k in found if _pred(pairs, k).get("damage")}
                return Figure(hit, len(hurt), false_alarms=len(flagged - hurt))
            case "period" | "area":
                return Figure(hit, sum(bool(_gold(pairs, k).get(name)) for k in hits["indicator"]))
        return Figure(hit, len(in_gold), len(observed))

    roles = {key(r): r["role"] for r in quantities if r["role"] != "metric"}
    return Score({name: figure(name) for name in FIGURES}, hits, masks, metrics, observed, roles)


def _counted(gold: list[Row], pred: list[Row]) -> tuple[list[Row], list[Row]]:
    """The rows of annotated files and ranges."""
    files = {file_of(r) for r in gold}
    ranges: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in gold:
        if row["layer"] == "range":
            ranges[file_of(row)].append((row["start"], row["end"]))

    def counts(row: Row) -> bool:
        file = file_of(row)
        return file in files and (file not in ranges or any(s <= row["start"] < e for s, e in ranges[file]))

    return [r for r in gold if r["layer"] != "range" and counts(r)], [r for r in pred if counts(r)]


def _paired(gold: Iterable[Row], pred: Iterable[Row]) -> dict[Key, Pair]:
    """What gold has at each place, with what was found there; the last of several rows counts."""
    expected, given = {key(r): r for r in gold}, {key(r): r for r in pred}
    return {k: (expected.get(k), given.get(k)) for k in sorted(expected.keys() | given.keys())}


def _gold(pairs: Mapping[Key, Pair], place: Key) -> Row:
    return pairs[place][0] or {}


def _pred(pairs: Mapping[Key, Pair], place: Key) -> Row:
    return pairs[place][1] or {}


def _right_masks(pairs: Mapping[Key, Pair]) -> dict[str, frozenset[Key]]:
    """The places of masks that are right, by figure."""
    wrong = {k: differing(g, p) for k, (g, p) in pairs.items() if g and p}
    return {"mask": frozenset(wrong), "mask+kind": frozenset(k for k, fields in wrong.items() if not fields)}


def _right_metrics(pairs: Mapping[Key, Pair]) -> dict[str, frozenset[Key]]:
    """The places of metrics that are right, by figure."""
    wrong = {k: set(differing(g, p)) for k, (g, p) in pairs.items() if g and p}
    found = [k for k, (_, p) in pairs.items() if p]
    value = frozenset(k for k in wrong if not wrong[k] & VALUE)
    indicator = frozenset(k for k in value if "indicator" not in wrong[k])
    return {
        "span": frozenset(wrong),
        "overlap": _covered((k for k, (g, _) in pairs.items() if g), found),
        "value": value,
        "damage": frozenset(k for k in wrong if _gold(pairs, k).get("damage") and not wrong[k] & DAMAGE),
        "indicator": indicator,
        "record": frozenset(k for k in indicator if not wrong[k] & RECORD),
        **{n: frozenset(k for k in indicator if _gold(pairs, k).get(n) and n not in wrong[k]) for n in WORDS},
    }


def _covered(places: Iterable[Key], others: Iterable[Key]) -> frozenset[Key]:
    """The places that share a character with one of the others."""
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for file, start, end in sorted(others):
        spans[file].append((start, end))
    starts = {file: [s for s, _ in found] for file, found in spans.items()}
    furthest = {file: list(accumulate((e for _, e in found), max)) for file, found in spans.items()}

    def shares(place: Key) -> bool:
        file, start, end = place
        before = bisect_left(starts.get(file, []), end)  # so many begin before it ends
        return before > 0 and furthest[file][before - 1] > start

    return frozenset(p for p in places if shares(p))


def right_by(score: Score, group: Callable[[Row], str]) -> dict[str, Figure]:
    """How many of the metrics found are right in everything that `record` counts, by what `group` says of a row."""
    seen: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for row in score.observed:
        seen[group(row)] += 1
        right[group(row)] += key(row) in score.hits["record"] and score.metrics[key(row)][1] is row
    return {name: Figure(right[name], 0, n) for name, n in seen.items()}


def by_rule(score: Score) -> dict[str, Figure]:
    """How many of the metrics that each rule linked are right; the most frequent rule first."""
    figures = right_by(score, lambda row: row.get("rule") or "")
    return {name: figures[name] for name in sorted(figures, key=lambda n: (-(figures[n].pred or 0), n)) if name}


def by_confidence(score: Score) -> dict[str, Figure]:
    """How many of the metrics are right, by the confidence stated (calibration); the highest bin first."""

    def bin_of(row: Row) -> str:
        confidence = row.get("confidence")
        return "" if confidence is None else next(name for low, name in BINS if confidence >= low or low == 0)

    figures = right_by(score, bin_of)
    return {name: figures[name] for _, name in BINS if name in figures}


# --- rows of tables --------------------------------------------------------------------------------------------------


def score_rows(gold: Sequence[Row], pred: Sequence[Row], before: Sequence[Row] | None = None) -> Iterator[Row]:
    """All figures as rows of `record.SCORES`: in total, for each file where there are several, and how many records of
    each rule and of each bin of confidence are right.

    With what was found `before`, those in total and of files have the columns of `record.EARLIER` too.
    """
    now = score(gold, pred)
    yield from _score_rows("total", "", now, None if before is None else score(gold, before))
    wanted, found, earlier = _by_file(gold), _by_file(pred), _by_file(before or ())
    for file in sorted(wanted) if len(wanted) > 1 else ():
        then = None if before is None else score(wanted[file], earlier[file])
        yield from _score_rows("file", file, score(wanted[file], found[file]), then)
    for by, figures in (("rule", by_rule(now)), ("confidence", by_confidence(now))):
        for name, f in figures.items():
            yield {"by": by, "name": name, "figure": "record", "p": f.p, "hit": f.hit, "pred": f.pred}


def _score_rows(by: str, name: str, now: Score, before: Score | None) -> Iterator[Row]:
    for figure, f in now.figures.items():
        row = {
            "by": by, "name": name or None, "figure": figure, "p": f.p, "r": f.r, "f1": f.f1,
            "hit": f.hit, "gold": f.gold, "pred": f.pred, "false_alarms": f.false_alarms,
        }  # fmt: skip
        if before:
            old, new = before.hits[figure], now.hits[figure]
            row |= {"before": before.figures[figure].main, "lost": len(old - new), "gained": len(new - old)}
        yield row


def _by_file(rows: Iterable[Row]) -> Mapping[str, list[Row]]:
    files: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        files[file_of(row)].append(row)
    return files


def no_source(file: str) -> str:
    """No text of any file."""
    return ""


def errors(score: Score, source: Source = no_source) -> Iterator[Row]:
    """What is not right, sort by sort (by what is first wrong, and by damage, period, area), as rows of `record.CASES`.

    `source` gives the text of a file by its base name, as far as it is at hand: words for a row without a sentence.
    """
    hits, masks, metrics = score.hits, score.masks, score.metrics
    gold = {k for k, (g, _) in metrics.items() if g}
    sorts = {
        "mask missed": {k for k, (_, p) in masks.items() if p is None},
        "mask invented": {k for k, (g, _) in masks.items() if g is None},
        "mask kind": hits["mask"] - hits["mask+kind"],
        "metric missed": {k for k, (_, p) in metrics.items() if p is None},
        "metric invented": metrics.keys() - gold,
        "value": hits["span"] - hits["value"],
        "indicator": hits["value"] - hits["indicator"],
        "record": hits["indicator"] - hits["record"],
        "damage": {k for k in hits["span"] if _gold(metrics, k).get("damage")} - hits["damage"],
        **{n: {k for k in hits["indicator"] if _gold(metrics, k).get(n)} - hits[n] for n in WORDS},
    }
    sentence = _sentences([score], source)
    for sort, places in sorts.items():
        for place in sorted(places):
            yield _case(sort, place, sort, score, None, sentence)


def changes(before: Score, now: Score, source: Source = no_source) -> Iterator[Row]:
    """What was right before and is not now (`lost`), and the other way about (`gained`), figure by figure, as rows of
    `record.CASES`; `source` as for `errors`."""
    sentence = _sentences([now, before], source)
    for figure in COMPARED:
        old, new = before.hits[figure], now.hits[figure]
        for change, places in (("lost", old - new), ("gained", new - old)):
            for place in sorted(places):
                yield _case(f"{change} {figure}", place, figure, now, before, sentence)


def _case(
    case: str, place: Key, figure: str, now: Score, before: Score | None, sentence: Callable[[Key, str], str | None]
) -> Row:
    """What gold says of a place, what was found and what was found before; where they can be compared, only the fields
    that differ."""
    gold, found = now.pairs(figure).get(place, (None, None))
    earlier = before.pairs(figure).get(place, (None, None))[1] if before else None
    given = [row for row in (gold, earlier, found) if row]
    compared = gold and found and (earlier or before is None)
    differ = {n for row in (earlier, found) if row and gold for n in differing(gold, row)}
    fields = [n for n in (*SHOWN, "masked", "unit", "indicator") if n in differ] if compared else SHOWN
    role = now.roles.get(place)
    return {
        "case": case, "file": place[0], "start": place[1], "end": place[2], "text": given[0].get("text"),
        "indicator": given[0].get("indicator"),
        "gold": _said(gold, fields, bool(compared)) or (role and f"role: {role}"),
        "before": _said(earlier, fields, bool(compared)),
        "found": _said(found, fields, bool(compared)),
        "sentence": next((r["sentence"] for r in given if r.get("sentence")), None)
        or sentence(place, given[0].get("text") or ""),
    }  # fmt: skip


def _said(row: Row | None, fields: Iterable[str], compared: bool) -> str | None:
    """Fields of a row on one line: where rows are `compared` also those that are empty, else what there is to say."""
    said = []
    for name in fields if row else ():
        value = None if row is None or row.get(name) == "" else row.get(name)
        told = value is not None and (name != "numeral" or (row is not None and row.get("masked")))
        if compared or told:
            said.append(f"{name}: {'none' if value is None else plain(value)}")
    return "; ".join(said) or None


def _sentences(scores: Iterable[Score], source: Source) -> Callable[[Key, str], str | None]:
    """A function that gives words around a place: the sentence of a row nearby that holds it, else of the source."""
    known: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for score in scores:
        for pairs in (score.masks, score.metrics):
            for (file, start, _), (_, found) in pairs.items():
                if found and found.get("sentence"):
                    known[file].append((start, found["sentence"]))

    def sentence(place: Key, text: str) -> str | None:
        file, start, end = place
        near = [(abs(s - start), words) for s, words in known[file] if abs(s - start) < len(words) and text in words]
        if near:
            return min(near)[1]
        words = source(file)
        return " ".join(words[max(0, start - AROUND) : end + AROUND].split()) if words[start:end] == text else None

    return sentence
