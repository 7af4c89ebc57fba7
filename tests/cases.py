"""Sentences and tables of our own with what must be read in them, by kind: `tests/gold/cases/<kind>.jsonl`.

Each line is a document of its own: `text`, or `table` (`caption` and `rows` of cells), and the expected `rows`, which
are all its metrics. A row says only what is not plain: fields left out have the defaults of `DEFAULTS`. `text` is the
figure as it stands, `nth` which of several that look alike, `cell` its row and column, from 1.

    python tests/cases.py [KIND ...] [--errors] [--pin]
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scoring import floor, main_figure, shown
from texts import LEXICON, ROOT, document, file

from hreport.analyse import analyse
from hreport.evaluate import Score, errors, score
from hreport.model import BlockKind, Document, Extraction
from hreport.record import Row, observation_rows

CASES = ROOT / "tests" / "gold" / "cases"
FLOORS = CASES / "floors.json"
KINDS = tuple(sorted(p.stem for p in CASES.glob("*.jsonl")))
LAYERS = ("span", "value", "indicator", "record", "period", "area", "damage")
DEFAULTS: Row = {
    "role": "metric", "value_max": None, "masked": False, "bound": "exact", "damage": None, "repaired": None,
    "accept": [], "measure": "level", "direction": None, "status": "actual", "period": None, "area": None,
}  # fmt: skip


def read_cases(kind: str) -> list[Row]:
    """The cases of a kind, in order."""
    return [json.loads(line) for line in (CASES / f"{kind}.jsonl").read_text("utf-8").splitlines() if line.strip()]


def case_document(case: Row, folder: Path) -> Document:
    """The document of a case; a table is written into a Word file in `folder` and read from it."""
    if "text" in case:
        return document(case["text"], case["id"])
    from docx import Document as WordDocument

    word = WordDocument()
    word.add_paragraph(case["table"]["caption"])
    cells = case["table"]["rows"]
    table = word.add_table(len(cells), max(map(len, cells)))
    for i, row in enumerate(cells):
        for j, text in enumerate(row):
            table.cell(i, j).text = text
    path = folder / f"{case['id']}.docx"
    word.save(str(path))
    return file(path)


def expected(case: Row, found: Document) -> Iterator[Row]:
    """The rows of a case as gold rows, with offsets."""
    for row in case["rows"]:
        start = _cell(row, found) if "cell" in row else _nth(row, found.text)
        gold = {**DEFAULTS, **row, "layer": "quantity", "file": case["id"], "start": start}
        yield gold | {"end": start + len(row["text"])}


def _nth(row: Row, text: str) -> int:
    at = -1
    for _ in range(row.get("nth", 1)):
        at = text.index(row["text"], at + 1)
    return at


def _cell(row: Row, found: Document) -> int:
    i, j = row["cell"]
    cell = next(b for b in found.blocks if b.kind is BlockKind.CELL and (b.row, b.column) == (i, j))
    return found.text.index(row["text"], cell.span.start, cell.span.end)


def scored(kind: str, extractions: list[tuple[str, Extraction]] | None = None) -> Score:
    """The score of a kind of cases; their extractions are added to `extractions`, with the names of the cases."""
    gold: list[Row] = []
    found: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for case in read_cases(kind):
            source = case_document(case, Path(folder))
            gold += [{"layer": "range", "file": case["id"], "start": 0, "end": len(source.text)}]
            gold += expected(case, source)
            extraction = analyse(source, LEXICON)
            found += observation_rows(extraction, case["id"])
            if extractions is not None:
                extractions.append((case["id"], extraction))
    return score(gold, found)


def main() -> None:
    """Print the figures, and with --errors every row that is not right; --pin raises the floors."""
    parser = argparse.ArgumentParser(description="Score the extraction against our own cases.")
    parser.add_argument("kinds", nargs="*", default=KINDS)
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--pin", action="store_true")
    arguments = parser.parse_args()
    floors: dict[str, Any] = json.loads(FLOORS.read_text("utf-8")) if FLOORS.exists() else {}
    print(f"{'':12}{'gold':>6}{'found':>6}" + "".join(f"{layer:>10}" for layer in LAYERS) + "    alarms")
    for kind in arguments.kinds or KINDS:
        s = scored(kind)
        figures = "".join(f"{main_figure(s, layer):10.3f}" for layer in LAYERS)
        record, alarms = s.figures["record"], s.figures["damage"].false_alarms or 0
        print(f"{kind:12}{record.gold:6}{record.pred:6}{figures}{alarms:10}", flush=True)
        old = floors.get(kind, {})
        floors[kind] = {la: max(old.get(la, 0.0), floor(main_figure(s, la))) for la in LAYERS}
        floors[kind]["false_alarms"] = min(old.get("false_alarms", alarms), alarms)
        if arguments.errors:
            texts = {c["id"]: c.get("text") or str(c["table"]) for c in read_cases(kind)}
            wrong = [case for case in errors(s) if case["case"] not in ("period", "area")]
            for name in sorted({case["file"] for case in wrong}):
                print(f"\n{name}  {texts[name]}")
                print("\n".join(shown(case) for case in wrong if case["file"] == name))
    if arguments.pin:
        FLOORS.write_text(json.dumps(floors, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
