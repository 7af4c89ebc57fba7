"""How well copies of one text are found, and how well what they hide is paired with what stood there.

    python benchmarks/mirrors.py [--texts samples|FOLDER ...] [--every 3] [--examples 3]

The copies are made of clean texts (tests/mirroring.py): of samples/ and, where they lie beside the checkout, of folders
of the shared corpus. First the pairs, rule by rule; then the groups: each text stands among all others with copies that
are masked, spun, cut and glued, and every group is known.
"""

from __future__ import annotations

import argparse
import sys
import time
import tracemalloc
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import mangler  # noqa: E402
import mirroring  # noqa: E402

from hreport import mirrors  # noqa: E402
from hreport.align import align  # noqa: E402


def pairs(texts: list[mangler.Clean], examples: int) -> None:
    """The table of pairs."""
    print(f"{'rule':52}{'known':>7}{'right':>7}{'sure':>7}{'wrong':>6}{'of them sure':>13}{'differs':>8}{'missed':>7}")
    made = [((name,), name) for name in mirroring.HIDING] + [
        (names, " + ".join(names)) for names in mirroring.ALL_OF_IT
    ]
    made += [(mirroring.ALL_OF_IT[0], "re-ordered"), (mirroring.ALL_OF_IT[0], "glued")]
    for names, title in made:
        total = mirroring.Found()
        for k, clean in enumerate(texts):
            copy = mirroring.hidden(clean, *names)
            if title == "re-ordered":
                copy = mirroring.reordered(copy, clean.random("order"))
            elif title == "glued":
                copy = mirroring.glued(copy, texts[k - 1].text + "\n", "\n" + texts[(k + 1) % len(texts)].text)
            if copy.known:
                sides = mirroring.side(clean.text, "a.txt"), mirroring.side(copy.text, "b.txt")
                total.merge(mirroring.judged(*sides, copy.known))
        n = total.n
        widths = {"known": 7, "right": 7, "sure": 7, "wrong": 6, "sure_wrong": 13, "differs": 8, "missed": 7}
        print(f"{title[:51]:52}" + "".join(f"{n[what]:{width}}" for what, width in widths.items()), flush=True)
        for example in total.examples[:examples]:
            print("   ", example)


def groups(texts: list[mangler.Clean], examples: int) -> None:
    """What is found among all texts and their copies."""
    rows, known = [], {}
    for k, clean in enumerate(texts):
        rows += mirroring.figures_of(clean.text, f"{k}.txt")
        for n, names in enumerate(mirroring.ALL_OF_IT):
            copy = mirroring.hidden(clean, *names)
            for what, text in (("whole", copy.text), ("part", mirroring.excerpt(copy, 0.3, 0.7).text)):
                name = f"{k}_{n}_{what}.txt"
                found = mirroring.figures_of(text, name)
                rows += found
                if len(found) >= 5:
                    known[name] = k
    start = time.process_time()
    result = mirrors.groups(rows)
    took = time.process_time() - start
    family = {name: int(name.split("_")[0].removesuffix(".txt")) for name in {r["file"] for r in rows}}
    false = [(c, p) for c, p in result.primary.items() if family[c[0]] != family[p[0]]]
    together = {p[0] for p in (*result.primary, *result.primary.values())}
    for what in ("whole", "part"):
        names = [n for n in known if what in n]
        print(f"{what}: {sum(n in together for n in names)} of {len(names)} copies found")
        for name in [n for n in names if n not in together][:examples]:
            print("    missed", name, texts[known[name]].name)
    print(f"false: {len(false)} of {len(result.primary)} {false[:examples]}; {len(family)} files in {took:.1f} CPU s")


def long() -> None:
    """Time and memory of 40,000 characters against as many, re-ordered."""
    text = "".join(c.text for c in mangler.clean_samples())
    text = (text * (1 + 40_000 // len(text)))[:40_000]
    copy = mirroring.reordered(
        mirroring.hidden(mangler.Clean("long.txt", text), "number xx.x"), mangler.Clean("", "").random("o")
    )
    sides = mirroring.side(text, "a.txt"), mirroring.side(copy.text, "b.txt")
    tracemalloc.start()
    start = time.process_time()
    result = align(*sides)
    took, peak = time.process_time() - start, tracemalloc.get_traced_memory()[1] / 2**20
    print(f"{len(text):,} characters re-ordered: {len(result.rows):,} pairs in {took:.1f} CPU s, {peak:.0f} MB")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", nargs="+", default=["samples"])
    parser.add_argument("--every", type=int, default=1, help="one in so many texts of a folder")
    parser.add_argument("--examples", type=int, default=0)
    given = parser.parse_args()
    texts = []
    for name in given.texts:
        texts += mangler.clean_samples() if name == "samples" else mangler.corpus(name, given.every)
    print(f"{len(texts)} texts")
    long()
    groups(texts, given.examples)
    pairs(texts, given.examples)


if __name__ == "__main__":
    main()
