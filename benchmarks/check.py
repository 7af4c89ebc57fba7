"""How many slips `hreport check` finds: numbers of real figures are changed, one digit or ten-fold, and checked.

    python benchmarks/check.py TABLE...

TABLE is what `hreport extract` wrote. Of the figures with an indicator, so many with a slip are touched by a finding
that was not there before; findings that touch none of them are false alarms, or what a slip did to its neighbours.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from pathlib import Path

from hreport import checks
from hreport.lexicon import load
from hreport.readback import read_table
from hreport.record import Row

ROUNDS, SLIPS = 6, 120


def slipped(row: Row, how: str, rng: random.Random) -> Row | None:
    """The row with a slip in its number; None where it has none that can slip."""
    numeral = str(row["numeral"] or "")
    if row["damage"] or not row["obs_value"] or not re.fullmatch(r"\d+(\.\d+)?", numeral) or not float(numeral):
        return None
    if how == "ten-fold":
        new = f"{float(numeral) * rng.choice((10, 0.1)):g}"
    else:
        at = rng.choice([k for k, c in enumerate(numeral) if c.isdigit()])
        new = f"{numeral[:at]}{(int(numeral[at]) + rng.randint(1, 9)) % 10}{numeral[at + 1 :]}"
    if "e" in new or not float(new) or (new[0] == "0" and new[:2] != "0."):
        return None
    times = float(new) / float(numeral)
    text, sentence = str(row["text"]), str(row["sentence"] or "")
    changed = {name: row[name] * times for name in ("value", "obs_value")}
    made = {**row, **changed, "numeral": new, "text": text.replace(numeral, new, 1)}
    if len(made["text"]) == len(text) and sentence.count(text) == 1:
        made["sentence"] = sentence.replace(text, made["text"])
    return made


def main(paths: list[str]) -> None:
    """Print, for each sort of slip, how many were found, and by which codes."""
    lexicon = load()
    rows = [row for path in paths for row in read_table(Path(path))]
    before = {(f.code, str(f.message)) for f in checks.check(rows, lexicon)}
    known = [k for k, row in enumerate(rows) if row["indicator_id"]]
    for how in ("digit", "ten-fold"):
        rng, tried, found, beside, codes = random.Random(5), 0, 0, 0, Counter[str]()
        for _ in range(ROUNDS):
            table = list(rows)
            changed: dict[int, Row] = {}
            for k in rng.sample(known, min(SLIPS, len(known))):
                if row := slipped(rows[k], how, rng):
                    table[k] = changed[id(row)] = row
                    for near in range(max(0, k - 60), min(len(rows), k + 60)):  # the sentence that others share
                        same = (rows[near]["file"], rows[near]["sentence"]) == (rows[k]["file"], rows[k]["sentence"])
                        if same and near != k and id(table[near]) not in changed:
                            table[near] = {**table[near], "sentence": row["sentence"]}
            touched: dict[int, set[str]] = {}
            for finding in checks.check(table, lexicon):
                if finding.note or (finding.code, str(finding.message)) in before:
                    continue
                mine = [id(p.stated.row) for p in finding.parts if id(p.stated.row) in changed]
                beside += not mine
                for key in mine:
                    touched.setdefault(key, set()).add(finding.code)
            tried, found = tried + len(changed), found + len(touched)
            codes.update(code for some in touched.values() for code in some)
        print(f"{how}: {found} of {tried} slips found ({found / max(tried, 1):.1%}), {beside} findings beside them")
        print("  " + ", ".join(f"{n} {code}" for code, n in codes.most_common()))


if __name__ == "__main__":
    main(sys.argv[1:])
