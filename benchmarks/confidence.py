"""Counts, for each linking rule, how many of its records are right on annotated texts: the table behind `confidence`.

    python benchmarks/confidence.py [--write]

Reads tests/gold with samples/ and, where it lies beside the checkout, the shared gold with its texts. A record is right
as hreport.evaluate counts it (value, unit, indicator, measure, direction, status, bound). With `--write` the counts
replace those of src/hreport/data/confidence.toml. The rules were written on most of these texts, so the counts flatter
them.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import scoring  # noqa: E402

from hreport.evaluate import by_rule  # noqa: E402


def main() -> None:
    """Prints the counts, and writes them if asked to."""
    seen: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for group in scoring.GROUPS:
        if not scoring.at_hand(group):
            continue
        for name, figure in by_rule(scoring.scored(group)).items():
            rule = name.removeprefix("link.")
            seen[rule] += figure.pred or 0
            right[rule] += figure.hit
    lines = [f"{rule} = {{ right = {right[rule]}, seen = {n} }}" for rule, n in sorted(seen.items())]
    print("\n".join(lines))
    if "--write" in sys.argv:
        path = ROOT / "src/hreport/data/confidence.toml"
        head = path.read_text("utf-8").partition("[confidence]")[0]
        path.write_text(head + "[confidence]\n" + "\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
