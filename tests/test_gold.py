"""The extraction meets gold annotation at least as well as the pinned floors say."""

from __future__ import annotations

import csv
import json
from functools import lru_cache
from typing import Any

import pytest
import scoring
from scoring import FLOORS, GROUPS, at_hand, main_figure, read_gold, text_of
from texts import LEXICON, ROOT, SHARED, file

from hreport.analyse import analyse
from hreport.evaluate import FIGURES, Score
from hreport.model import Report

FLOOR: dict[str, dict[str, float]] = json.loads(FLOORS.read_text("utf-8"))
PINNED = [(group, layer) for group, figures in FLOOR.items() for layer in figures]


@lru_cache
def scored(group: str) -> Score:
    if not at_hand(group):
        pytest.skip("the annotated texts are not at hand")
    return scoring.scored(group)


@pytest.mark.parametrize(("group", "layer"), PINNED, ids=[f"{g}-{layer}" for g, layer in PINNED])
def test_floor(group: str, layer: str) -> None:
    now = scored(group)
    floor = FLOOR[group][layer]
    if layer == "false_alarms":
        assert (now.figures["damage"].false_alarms or 0) <= floor
    elif main_figure(now, layer) < floor:
        changes = scoring.changes(group, now)
        pytest.fail(
            f"{layer} of {group} fell to {main_figure(now, layer):.4f}, below {floor}\n{changes}", pytrace=False
        )


def test_every_figure_is_pinned() -> None:
    assert {group: sorted(figures) for group, figures in FLOOR.items()} == dict.fromkeys(
        GROUPS, sorted((*FIGURES, "false_alarms"))
    )


@pytest.mark.parametrize("group", GROUPS)
def test_gold_quotes_its_text(group: str) -> None:
    if not at_hand(group):
        pytest.skip("the annotated texts are not at hand")
    text: dict[str, str] = {}
    for row in read_gold(group):
        path = text_of(group, row["file"])
        assert path is not None
        source = text.setdefault(row["file"], file(path).text)
        if row["layer"] != "range":
            assert source[row["start"] : row["end"]] == row["text"], row


# --- five pages as they were found -----------------------------------------------------------------------------------

SEEDS = sorted((SHARED / "seeds").glob("*.txt"))
TOLERANCE = 120  # characters by which the beginning of a report may be off: its title may stand on one of two lines


@pytest.mark.parametrize("path", SEEDS, ids=lambda p: p.name[:3])
def test_seed_quotes_its_text(path: Any) -> None:
    found = analyse(file(path), LEXICON)
    assert found.observations
    for o in found.observations:
        assert found.document.text[o.quantity.span.start : o.quantity.span.end] == o.quantity.text
    for mask in found.masks:
        assert found.document.text[mask.span.start : mask.span.end] == mask.text


@pytest.mark.skipif(not SEEDS, reason="the pages are not at hand")
@pytest.mark.parametrize(("seed", "at_least", "false"), [("001", 13, 1), ("002", 2, 0)])
def test_seed_is_cut_into_reports(seed: str, at_least: int, false: int) -> None:
    with (SHARED / "gold" / "reports.csv").open(encoding="utf-8", newline="") as lines:
        starts = [int(r["start"]) for r in csv.DictReader(lines) if r["file"].startswith(seed)]
    path = next(p for p in SEEDS if p.name.startswith(seed))
    reports: tuple[Report, ...] = analyse(file(path), LEXICON).reports
    given = [r.span.start for r in reports]
    found = [s for s in starts if any(abs(s - g) <= TOLERANCE for g in given)]
    wrong = [g for g in given if not any(abs(s - g) <= TOLERANCE for s in starts)]
    assert len(found) >= at_least, (starts, given)
    assert len(wrong) <= false, wrong


def test_the_folder_of_gold_is_complete() -> None:
    assert {p.name for p in (ROOT / "tests" / "gold").iterdir()} == {"samples", "blind", "floors.json", "reached.json"}
