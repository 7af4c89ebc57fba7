"""The project's own gold, and the floors below which the extraction must not fall on it.

Run as a script to see the figures, and with `--pin` to raise the floors to what is reached (`--lower` lets them fall):

    python tests/scoring.py [--pin [--lower]] [--errors GROUP]

What a gold file holds and how it is scored: `hreport.evaluate`. `hreport eval tests/gold/samples samples` shows more.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from texts import LEXICON, ROOT, SHARED, file

from hreport.analyse import analyse
from hreport.evaluate import COMPARED, FIGURES, Score, errors, score
from hreport.model import Extraction
from hreport.readback import read_gold as rows_of
from hreport.record import Row, mask_rows, observation_rows

GOLD = ROOT / "tests" / "gold"
FLOORS = GOLD / "floors.json"
REACHED = GOLD / "reached.json"
# Groups of gold files, and the folders in which the texts that they annotate are looked for.
GROUPS: Mapping[str, tuple[Path, tuple[Path, ...]]] = {
    "samples": (GOLD / "samples", (ROOT / "samples",)),
    "shared": (SHARED / "gold", (SHARED / "gold" / "texts", SHARED / "seeds")),
    "blind": (GOLD / "blind", (SHARED / "corpus",)),
}


def main_figure(score: Score, name: str) -> float:
    """F1 or recall; 1 where there is nothing to find and nothing was found."""
    figure = score.figures[name].main
    return 1.0 if figure is None else figure


# --- gold files ------------------------------------------------------------------------------------------------------


def read_gold(group: str) -> Iterator[Row]:
    """All rows of a group's gold files."""
    for path in sorted(GROUPS[group][0].glob("*.jsonl")):
        yield from rows_of(path.read_bytes())


def text_of(group: str, name: str) -> Path | None:
    """The file that gold calls `name`, if it is at hand."""
    return next((p for folder in GROUPS[group][1] for p in sorted(folder.rglob(name)) if p.is_file()), None)


def at_hand(group: str) -> bool:
    """Can this group be scored here?"""
    wanted = {row["file"] for row in read_gold(group)}
    return bool(wanted) and all(text_of(group, name) for name in wanted)


def scored(group: str, extractions: list[tuple[str, Extraction]] | None = None) -> Score:
    """The score of a group; its extractions are added to `extractions`, with the names of their files."""
    gold = list(read_gold(group))
    found: list[Row] = []
    for name in sorted({row["file"] for row in gold}):
        path = text_of(group, name)
        assert path is not None, name
        extraction = analyse(file(path), LEXICON)
        found += [*mask_rows(extraction, name), *observation_rows(extraction, name)]
        if extractions is not None:
            extractions.append((name, extraction))
    return score(gold, found)


def shown(case: Row) -> str:
    """A row that is not right, on a few lines."""
    sides = "".join(f"\n    {side:5} {case[side]}" for side in ("gold", "found") if case[side])
    return (
        f"{case['case']}: {case['file']}:{case['start']}-{case['end']} {case['text']} {case['indicator'] or ''}{sides}"
    )


def changes(group: str, now: Score) -> str:
    """Which rows of a group were right when the floors were pinned and are not now, and the other way about."""
    pinned = json.loads(REACHED.read_text("utf-8")).get(group, {}) if REACHED.exists() else {}
    wrong = {(case["file"], case["start"], case["end"]): shown(case) for case in errors(now)}
    lines = []
    for layer in COMPARED:
        before = {(name, *span) for name, spans in pinned.get(layer, {}).items() for span in spans}
        lines += [f"lost {layer}: {k[0]}:{k[1]}-{k[2]} {wrong.get(k, '')}" for k in sorted(before - now.hits[layer])]
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
        alarms = s.figures["damage"].false_alarms or 0
        floors[group] = {name: max(floor(main_figure(s, name)), old.get(name, 0.0)) for name in FIGURES}
        floors[group]["false_alarms"] = min(alarms, old.get("false_alarms", alarms))
        files = sorted({k[0] for layer in COMPARED for k in s.hits[layer]})
        reached[group] = {
            layer: {f: sorted([k[1], k[2]] for k in s.hits[layer] if k[0] == f) for f in files} for layer in COMPARED
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
    for name in FIGURES:
        print(f"{name:10}" + "".join(f"{main_figure(s, name):10.3f}" for s in scores.values()))
    print(f"{'alarms':10}" + "".join(f"{s.figures['damage'].false_alarms:10}" for s in scores.values()))
    if arguments.errors:
        print("\n".join(shown(case) for case in errors(scores[arguments.errors])))
    if arguments.pin:
        pin(scores, arguments.lower)


if __name__ == "__main__":
    main()
