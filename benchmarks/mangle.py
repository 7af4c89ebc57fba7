"""How well masks and damage are found that were done to clean texts on purpose (tests/mangler.py), rule by rule.

    python benchmarks/mangle.py [--rules WORD ...] [--texts samples|FOLDER ...] [--every 3] [--examples 5]

The texts are the clean ones of samples/ and, where they lie beside the checkout, folders of the shared corpus. A line
is a rule and a dose: `full` (the family goes through the whole document) or `light` (a few hits). A name with `?` holds
the hits that nothing in the text shows. Columns are those of `mangler.Tally`. All of it takes half an hour; `--every 4`
a quarter of that.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import mangler  # noqa: E402

HEAD = (
    f"{'rule':20}{'dose':6}{'hits':>7}{'flagged':>8}{'right':>7}{'wrong':>6}{'sound':>6}{'same':>6}{'vanish':>7}"
    f"{'rest':>8}{'alarm%':>7}{'changed':>8}{'lost':>6}{'new':>6}{'masks':>7}{'found':>7}{'years':>7}{'false':>6}"
)


def line(name: str, dose: str, tally: mangler.Tally) -> str:
    """One line of the table."""
    n = tally.n
    flagged = f"{tally.share('flagged'):.3f}" if n["hits"] else "-"
    kinds = f"{tally.share('mask_right', 'masks'):.3f}" if n["masks"] else "-"
    return (
        f"{name:20}{dose:6}{n['hits']:7}{flagged:>8}{n['right']:7}{n['wrong']:6}{n['sound']:6}{n['same']:6}"
        f"{n['vanished']:7}{n['rest']:8}{100 * tally.share('alarms', 'rest'):7.2f}{n['changed']:8}{n['lost']:6}"
        f"{n['invented']:6}{n['masks']:7}{kinds:>7}{n['years']:7}{n['false_years']:6}"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rules", nargs="*", default=[], help="only rules whose name holds one of these")
    parser.add_argument("--texts", nargs="*", default=["samples", *mangler.CORPORA])
    parser.add_argument("--every", type=int, default=1, help="one in so many files of a folder of the corpus")
    parser.add_argument("--examples", type=int, default=0, help="show so many of what is wrong")
    arguments = parser.parse_args()
    texts = mangler.clean_samples() if "samples" in arguments.texts else []
    for folder in arguments.texts:
        texts += mangler.corpus(folder, arguments.every) if folder != "samples" else []
    rows = sum(len(t.found.observations) for t in texts)
    flagged = sum(bool(o.quantity.damage) for t in texts for o in t.found.observations)
    print(
        f"{len(texts)} clean texts, {rows} rows, {flagged} of them flagged: {100 * flagged / max(rows, 1):.3f}%\n{HEAD}"
    )
    total = mangler.Tally()
    for rule in mangler.RULES:
        if arguments.rules and not any(word in rule.name for word in arguments.rules):
            continue
        for dose in mangler.doses(rule):
            for provable, tally in mangler.tallied(rule, dose, texts).items():
                if provable or tally.n["hits"]:
                    print(line(rule.name + "?" * (not provable), dose, tally), flush=True)
                    total.merge(tally if provable else mangler.Tally())
                for what, examples in tally.examples.items() if arguments.examples else ():
                    step = max(1, len(examples) // arguments.examples)
                    for example in examples[::step][: arguments.examples]:
                        print(f"    {what}: {example}")
    print(line("all that shows", "", total))


if __name__ == "__main__":
    main()
