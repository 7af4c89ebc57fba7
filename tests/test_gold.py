"""The extraction meets gold annotation at least as well as the pinned floors say."""

from __future__ import annotations

import csv
import json
import math
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


@pytest.mark.parametrize("path", SEEDS, ids=lambda p: p.name[:3])
def test_seed_is_cut_into_reports(path: Any) -> None:
    with (SHARED / "gold" / "reports.csv").open(encoding="utf-8", newline="") as lines:
        gold = [row for row in csv.DictReader(lines) if row["file"] == path.name]
    reports: tuple[Report, ...] = analyse(file(path), LEXICON).reports
    assert [r.title for r in reports] == [row["title"] for row in gold]
    for report, row in zip(reports, gold, strict=True):
        assert abs(report.span.start - int(row["start"])) <= TOLERANCE
        assert row["area"] in ("", report.area)
        assert row["year_mask"] in ("", report.year)


def test_the_folder_of_gold_is_complete() -> None:
    assert {p.name for p in (ROOT / "tests" / "gold").iterdir()} == {
        "samples", "blind", "cases", "compare", "judged", "ids", "floors.json", "reached.json"
    }  # fmt: skip


def test_the_blind_table_of_comparison_cells_is_well_formed() -> None:
    with (ROOT / "tests" / "gold" / "compare" / "blind.csv").open(encoding="utf-8", newline="") as lines:
        cells = list(csv.DictReader(lines))
    assert {cell["set"] for cell in cells} == {"docx", "txt", "national", "city"}
    assert {cell["indicator_id"] for cell in cells} - {""} <= set(LEXICON.indicators)
    for cell in cells:
        assert cell["measure"] in {"level", "change", "change_rate"}
        assert cell["status"] in {"actual", "target"}
        stated = bool(cell["value"])
        assert stated == bool(cell["numeral"]) == bool(cell["bound"]) == bool(cell["scope"])
        assert stated != cell["note"].startswith("absent")
        assert (cell["bound"] == "range") == bool(cell["value_max"])
        for value in (cell["value"], cell["value_max"], *cell["also"].split("|")):
            assert not value or math.isfinite(float(value))
