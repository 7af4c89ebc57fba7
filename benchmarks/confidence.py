"""Fits how likely a record is right: the weights behind `confidence` (src/hreport/data/confidence.toml).

    python benchmarks/confidence.py [--write]

Reads all annotated texts: tests/gold with samples/, our own cases, and where they lie beside the checkout the shared
gold and the rows of corpus files that were judged by reading (tests/gold/judged). A record is right as `hreport eval`
counts it. The weights are those of a logistic regression with an L2 penalty over the doubts of each record; cases count
less, for they were written to be hard. What is printed is honest as far as that goes: every record's probability is
fitted on the other folds (by file).

Weights without `seen` were set by hand, for doubts that no annotated text has (what text recognition misreads): they
are kept as they are.
"""

from __future__ import annotations

import itertools
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import cases  # noqa: E402
import judging  # noqa: E402
import scoring  # noqa: E402
from texts import GRAMMAR, LEXICON  # noqa: E402

from hreport.confidence import doubts_of  # noqa: E402
from hreport.evaluate import key  # noqa: E402
from hreport.text import fold  # noqa: E402

FOLDS = 5
PENALTY = 1.0
ENOUGH = 100  # judged rows that it takes
SELDOM = 8  # records with a doubt that are too few to weigh it
CASES = 0.3  # what a record of a case counts: they were written to be hard
JUDGED = 3.0  # and one of a corpus file that was judged at random: nothing was tuned on it before
BINS = (0.0, 0.6, 0.8, 0.9, 0.95, 1.01)


class Sample(NamedTuple):
    """A record: where it is from, what makes one doubt it, whether it is right, and how much it counts."""

    file: str
    doubts: frozenset[str]
    right: bool
    weight: float
    fresh: bool = False  # of the last sample that was judged: nothing was changed after reading it


def samples() -> Iterator[Sample]:
    """The records of all annotated texts."""
    for group in scoring.GROUPS:
        if scoring.at_hand(group):
            extractions: list[Any] = []
            score = scoring.scored(group, extractions)
            yield from _of(score, extractions, 1.0)
    for kind in cases.KINDS:
        extractions = []
        score = cases.scored(kind, extractions)
        yield from _of(score, extractions, CASES)
    *earlier, last = sorted(path.stem for path in judging.JUDGED.glob("*.jsonl"))
    for name in (*earlier, last):
        for row in judging.verdicts(name):
            yield Sample(row.file, frozenset(row.doubts), row.right, JUDGED, name == last)


def _of(score: Any, extractions: list[Any], weight: float) -> Iterator[Sample]:
    found = {key(row) for row in score.observed}
    for name, extraction in extractions:
        for o in extraction.observations:
            place = (name, o.quantity.span.start, o.quantity.span.end)
            if place in found:
                doubts = doubts_of(o, fold(extraction.document.text), GRAMMAR, LEXICON)
                yield Sample(name, frozenset(doubts), place in score.hits["record"], weight)


def fit(data: list[Sample], names: list[str]) -> np.ndarray:
    """The weights of `base` and `names` by Newton's method."""
    x = np.array([[1.0, *(n in s.doubts for n in names)] for s in data])
    y = np.array([s.right for s in data], float)
    w = np.array([s.weight for s in data])
    penalty = np.full(x.shape[1], PENALTY)
    penalty[0] = 0.01
    beta = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ beta))
        gradient = x.T @ (w * (y - p)) - penalty * beta
        hessian = (x.T * (w * p * (1 - p))) @ x + np.diag(penalty)
        beta += np.linalg.solve(hessian, gradient)
    return beta


def calibrated(beta: np.ndarray, data: list[Sample], names: list[str]) -> np.ndarray:
    """The weights with `base` shifted so that it holds for the last sample of judged rows: the other texts are those
    that the rules were written on, and flatter them."""
    judged = [s for s in data if s.fresh]
    if len(judged) < ENOUGH:
        return beta
    odds = np.array([beta[1:] @ np.array([n in s.doubts for n in names], float) for s in judged])
    right = sum(s.right for s in judged)
    low, high = -5.0, 10.0
    for _ in range(50):
        base = (low + high) / 2
        low, high = (base, high) if np.sum(1 / (1 + np.exp(-base - odds))) < right else (low, base)
    return np.concatenate(([low], beta[1:]))


def main() -> None:
    """Prints the fit and how it holds on files that it has not seen; writes it if asked to."""
    data = list(samples())
    seen = Counter(d for s in data for d in s.doubts)
    right = Counter(d for s in data if s.right for d in s.doubts)
    names = sorted(d for d, n in seen.items() if n >= SELDOM)
    files = sorted({s.file for s in data})
    fold = {f: i % FOLDS for i, f in enumerate(files)}
    held: list[tuple[float, Sample]] = []
    for i in range(FOLDS):
        beta = calibrated(fit(part := [s for s in data if fold[s.file] != i], names), part, names)
        for s in data:
            if fold[s.file] == i:
                odds = beta[0] + sum(b for b, n in zip(beta[1:], names, strict=True) if n in s.doubts)
                held.append((float(1 / (1 + np.exp(-odds))), s))
    parts = {
        "annotated texts": [h for h in held if h[1].weight == 1],
        "own cases": [h for h in held if h[1].weight == CASES],
        "judged rows, the last sample": [h for h in held if h[1].fresh],
    }
    for title, part in parts.items():
        print(f"{title}: {len(part)} records, {sum(s.right for _, s in part) / max(1, len(part)):.3f} right")
        for low, high in itertools.pairwise(BINS):
            bin_ = [s for p, s in part if low <= round(p, 2) < high]
            if bin_:
                share, right_here = len(bin_) / len(part), sum(s.right for s in bin_) / len(bin_)
                print(f"  {low:4.2f} to {high:4.2f}: {len(bin_):5} ({share:.2f}), right {right_here:.3f}")
    beta = calibrated(fit(data, names), data, names)
    lines = [f"base = {{ weight = {beta[0]:.2f}, right = {sum(s.right for s in data)}, seen = {len(data)} }}"]
    lines += [
        f"{n} = {{ weight = {b:.2f}, right = {right[n]}, seen = {seen[n]} }}"
        for n, b in zip(names, beta[1:], strict=True)
    ]
    # Doubts that no annotated text has keep the weight that was set by hand.
    by_hand = [w for w in GRAMMAR.tables["confidence"].values() if not w.seen and w.id not in names]
    lines += [f"{w.id} = {{ weight = {w.weight:.2f}, most = {w.most:.2f} }}" for w in by_hand]
    print("\n".join(lines))
    if "--write" in sys.argv:
        path = ROOT / "src/hreport/data/confidence.toml"
        head = path.read_text("utf-8").partition("[confidence]")[0]
        path.write_text(head + "[confidence]\n" + "\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
